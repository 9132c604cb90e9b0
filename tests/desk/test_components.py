"""Each component drawn with sample data, in both languages; colours that can be read; no inline code."""

import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from cases.ladder import Ladder, Rung, Try
from cases.party_forms import PartyForm
from tests.desk import samples
from visits.tokens import Check

ROOT = Path(__file__).resolve().parent.parent.parent


def drawn(name: str, language: str = "en", **context: Any) -> str:
    """The component's HTML with runs of white space made one."""
    request = RequestFactory().get("/")
    request.user = samples.user()
    with translation.override({"zh": "zh-hans"}.get(language, language)):
        html = render_to_string(f"components/{name}.html", context, request)
    return " ".join(html.split())


def tagged(source: str, language: str = "en", **context: Any) -> str:
    with translation.override({"zh": "zh-hans"}.get(language, language)):
        return Template("{% load doorstep %}" + source).render(Context(context)).strip()


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


COMPONENTS: dict[str, dict[str, Any]] = {
    "acts": {"offers": samples.offers(), "case": samples.case()},
    "alarm_bar": {},
    "as_debtor_frame": {
        "case": samples.case(),
        "reader": "陈晓",
        "at": samples.NOW,
        "zone": samples.ZONE,
        "marks": range(3),
        "other": "en",
        "switch": "?in=en",
    },
    "as_debtor_left_out": {},
    "as_debtor_withheld": {},
    "answers": {"case": samples.case(), "refusal": samples.refusal(), "form": None},
    "masked": {"case": samples.case(), "group": "numbers"},
    "case_head": {"case": samples.case(held_until=date(2026, 4, 11)), "title": "Hold the case"},
    "chips": {"chips": [("Notice", "/?q="), ("李伟", "/")], "clear": "/"},
    "demo_clock": {"demo_clock": samples.NOW},
    "dialogs": {"rail": samples.rail()},
    "documents": {"documents": samples.documents(), "zone": samples.ZONE},
    "door_dots": {"dots": {"at": 3, "of": 7}},
    "duties": {
        "duties": [
            SimpleNamespace(pk=1, kind="talk", says={"en": "Do", "zh": "做"}, due_at=samples.NOW)
        ],
        "case": samples.case(),
        "at": samples.NOW,
    },
    "empty": {"title": "Nothing yet", "text": "Import a file.", "url": "/", "label": "Import"},
    "exceptions": {"rows": samples.exceptions(), "at": samples.NOW},
    "figure": {"label": "Duties overdue", "value": 12, "url": "/", "bad": True},
    "file_form": {"form": PartyForm(), "button": "Take it in", "back": "/", "guard_key": "k"},
    "form_errors": {"form": PartyForm({"role": "guarantor"})},
    "guard": {"guard_key": "k", "guard_version": 3},
    "ladder": {
        "case": samples.case(),
        "user": SimpleNamespace(is_active=True, role="clerk"),
        "ladder": Ladder(
            rungs=[
                Rung(
                    "phone",
                    "Telephone call",
                    "open",
                    [Try(samples.NOW, "no_answer", "Nobody answered")],
                ),
                Rung("sms", "SMS", "dead"),
            ],
            needed=2,
        ),
    },
    "language": {},
    "messages": {"messages": [SimpleNamespace(tags="success", __str__=lambda _self: "Done.")]},
    "overlays": {"refused_until": date(2026, 4, 4)},
    "page_head": {"title": "Work", "lede": "x", "actions": [{"label": "Import", "url": "/"}]},
    "pager": {"newer": "?before=1", "older": "?after=2", "count": 12},
    "progress": {"url": "/run/", "done": 10, "total": 100, "label": "Checking", "stop_url": "/x/"},
    "progress_bar": {
        "url": "/run/",
        "done": 10,
        "total": 100,
        "label": "Checking",
        "left": "1 min left",
    },
    "rail": {"rail": samples.rail()},
    "rail_item": {"item": samples.rail()[3]},
    "refusal": {
        "findings": samples.refusal().findings,
        "earliest": samples.refusal().earliest,
        "zone": samples.ZONE,
        "case": samples.case(),
        "act_form": "act",
        "take_field": "starts_at",
    },
    "seal": {"case": samples.case(), "chain": samples.chains()[1]},
    "stages": {"stages": [("Check", "done"), ("Look", "now"), ("Take over", "ahead")]},
    "step_bar": {"steps": samples.steps(), "case": samples.case()},
    "tabbar": {"rail": samples.rail()},
    "ticks": {"ticks": [{"label": "021", "url": "/x/"}, {"label": "034", "done_at": samples.NOW}]},
    "timeline": {
        "case": samples.case(),
        "events": samples.events(),
        "older": 32,
        "groups": [("refusals", "Blocks")],
        "group": "",
        "chain": None,
    },
    "topbar": {},
    "visit_check": {"check": Check("A" * 22, "123456"), "entry": "doorstep.example/v/"},
}


class TestEveryComponent:
    @pytest.mark.parametrize("language", ["en", "zh"])
    @pytest.mark.parametrize("name", sorted(COMPONENTS))
    def test_is_drawn_in_both_languages(self, name: str, language: str) -> None:
        html = drawn(name, language, **COMPONENTS[name])
        assert html
        assert not re.search(r"\bstyle=|\son\w+=|<script", html)
        assert "{{" not in html
        assert "{%" not in html

    @pytest.mark.parametrize("name", sorted(COMPONENTS))
    def test_gives_every_picture_of_meaning_words(self, name: str) -> None:
        html = drawn(name, **COMPONENTS[name])
        for icon in re.findall(r'<i class="bi [^>]*>', html):
            assert 'aria-hidden="true"' in icon or "aria-label=" in icon

    def test_keeps_the_button_that_stops_out_of_the_part_drawn_anew(self) -> None:
        assert "Stop" in words(drawn("progress", **COMPONENTS["progress"]))
        assert "Stop" not in words(drawn("progress_bar", **COMPONENTS["progress"]))

    def test_is_known_to_this_test(self) -> None:
        inner = {
            "figures_used",
            "finding_source",
            "step_dots",
            "timeline_events",
            "timeline_finding",
        }
        known = {path.stem for path in (ROOT / "templates/components").glob("*.html")} - inner
        assert known == set(COMPONENTS)


class TestActs:
    def test_offer_what_is_allowed_as_a_link(self) -> None:
        html = drawn("acts", **COMPONENTS["acts"])
        assert '<a class="act-go" href="/cases/HZ-2026-0147/plan-a-visit/">' in html

    def test_say_why_not_with_source_force_and_the_first_lawful_moment(self) -> None:
        said = words(drawn("acts", **COMPONENTS["acts"]))
        assert "20:30 lies outside the hours of visits" in said
        assert "National standard (recommended)" in said
        assert "not checked yet" in said
        assert "from Fri 6 Mar, 08:00" in said

    def test_carry_the_moment_into_the_form(self) -> None:
        html = drawn("acts", **COMPONENTS["acts"])
        assert "/begin-the-visit/?from=2026-03-06T08%3A00" in html

    def test_say_so_when_there_is_nothing_to_do(self) -> None:
        said = words(drawn("acts", offers=[], case=samples.case()))
        assert "Nothing to do for you here" in said


class TestRefusal:
    def test_names_each_rule_its_remedy_and_since_when_it_is_in_force(self) -> None:
        said = words(drawn("refusal", **COMPONENTS["refusal"]))
        assert "2 rules stand against it" in said
        assert "Choose a time between 08:00 and 20:00, Monday to Saturday." in said
        assert "in force since Thu 1 Jan 2026" in said

    def test_takes_the_earliest_slot_in_one_press(self) -> None:
        html = drawn("refusal", **COMPONENTS["refusal"])
        assert 'form="act"' in html
        assert 'data-fill="starts_at" data-fill-with="2026-03-06T08:00"' in html
        assert "Take Fri 6 Mar 2026, 08:00" in words(html)

    def test_offers_an_exception_only_where_one_can_be_granted(self) -> None:
        html = drawn("refusal", **COMPONENTS["refusal"])
        assert re.findall(r"exception/\?rule=([\w-]+)", html) == ["POL-02"]

    def test_speaks_the_readers_language(self) -> None:
        html = drawn("refusal", "zh", **COMPONENTS["refusal"])
        assert "20:30 不在债务人当地的上门时段" in html
        assert "国家标准（推荐性）" in html


class TestTimeline:
    def test_groups_events_by_the_debtors_day(self) -> None:
        said = words(drawn("timeline", **COMPONENTS["timeline"]))
        assert said.index("Thu 5 Mar 2026") < said.index("Wed 4 Mar 2026")

    def test_lets_refusals_and_looks_stand_out(self) -> None:
        html = drawn("timeline", **COMPONENTS["timeline"])
        assert '<li class="tl-event tone-red stands-out" id="event-39">' in html
        assert '<li class="tl-event tone-look" id="event-36">' in html

    def test_offers_older_events(self) -> None:
        assert "?before=32" in drawn("timeline", **COMPONENTS["timeline"])


class TestFigures:
    def test_are_told_in_the_debtors_zone_and_the_readers_words(self) -> None:
        html = tagged("{% for n, v in i|figures:z %}{{ n }}={{ v }};{% endfor %}", i=samples.finding().inputs, z="Asia/Urumqi")  # fmt: skip
        assert "Thu 5 Mar 2026, 18:30" in html

    def test_of_an_unknown_fact_say_so(self) -> None:
        assert "not known" in tagged("{% for n, v in i|figures %}{{ v }}{% endfor %}", i={"zone": None})  # fmt: skip


class TestTimes:
    @pytest.mark.parametrize(
        ("style", "language", "said"),
        [
            ("full", "en", "Thu 5 Mar 2026, 14:30"),
            ("full", "zh", "2026年3月5日 周四 14:30"),
            ("short", "en", "Thu 5 Mar, 14:30"),
            ("short", "zh", "3月5日 周四 14:30"),
            ("time", "en", "14:30"),
            ("day", "zh", "2026年3月5日 周四"),
            ("named", "en", "Thu 5 Mar 2026, 14:30 (Beijing time)"),
            ("named", "zh", "2026年3月5日 周四 14:30（北京时间）"),
        ],
    )
    def test_are_written_as_people_of_the_place_write_them(
        self, style: str, language: str, said: str
    ) -> None:
        html = tagged('{% when at "Asia/Shanghai" style %}', language, at=samples.NOW, style=style)
        assert words(html) == said

    def test_name_the_zone_with_its_offset_where_it_is_another(self) -> None:
        html = tagged('{% when at "Europe/Berlin" "named" %}', at=samples.NOW)
        assert words(html) == "Thu 5 Mar 2026, 07:30 (Berlin, UTC+01:00)"

    @pytest.mark.parametrize("given", [None, "", "no time"])
    def test_that_are_none_do_not_break_the_page(self, given: Any) -> None:
        assert tagged("{% when at %}", at=given) in {"–", "no time"}

    @pytest.mark.parametrize(
        ("moment", "said", "tone"),
        [
            ("2026-03-03T06:29:00+00:00", "2 days late", "late"),
            ("2026-03-05T06:29:00+00:00", "late since 14:29", "late"),
            ("2026-03-04T15:00:00+00:00", "late since yesterday", "late"),
            ("2026-03-05T06:30:00+00:00", "today 14:30", "today"),
            ("2026-03-05T15:59:00+00:00", "today 23:59", "today"),
            ("2026-03-05T16:00:00+00:00", "tomorrow 00:00", "ahead"),
            ("2026-03-09T00:00:00+00:00", "Mon 9 Mar", "ahead"),
        ],
    )
    def test_that_are_due_say_how_soon(self, moment: str, said: str, tone: str) -> None:
        html = tagged("{% due at now %}", at=moment, now=samples.NOW)
        assert words(html) == said
        assert f"due-{tone}" in html


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "said"),
        [("40000.00", "40,000.00"), ("0", "0.00"), ("-3.5", "-3.50"), (None, "–"), ("", "–")],
    )
    def test_has_two_places_and_its_thousands_apart(self, amount: Any, said: str) -> None:
        assert tagged("{{ a|money }}", a=amount) == said


class TestCounts:
    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_have_their_thousands_apart_in_both_languages(self, language: str) -> None:
        with translation.override(language):
            html = tagged("{% load humanize %}{{ n|intcomma }}", n=99500)
        assert html == "99,500"


class TestMasked:
    @pytest.mark.parametrize(
        ("value", "kind", "said"),
        [
            ("王海燕", "name", "王**"),
            ("Wang Haiyan", "name", "W. H."),
            ("330106198807152427", "id", "3301**********2427"),
            ("138 0000 0001", "phone", "138****0001"),
            ("haiyan@debtor.example", "email", "h***@debtor.example"),
            ("12", "phone", "****"),
            ("", "id", ""),
        ],
    )
    def test_hides_all_but_what_tells_rows_apart(self, value: str, kind: str, said: str) -> None:
        assert tagged("{{ v|masked:k }}", v=value, k=kind) == said


class TestForms:
    def test_lead_from_the_summary_to_the_field(self) -> None:
        html = drawn("form_errors", **COMPONENTS["form_errors"])
        assert '<a href="#id_name" data-to-field>Name</a>' in html

    def test_say_which_fields_are_optional_and_tie_hints_and_faults_to_them(self) -> None:
        source = "{% load crispy_forms_tags %}{% crispy form %}"
        html = tagged(source, form=PartyForm({"role": "guarantor"}))
        assert "Name</label>" in html.replace("\n", "")
        assert re.search(r"ID number\s*<span class=\"optional-mark\">\(optional\)", html)
        assert 'id="id_role_helptext"' in html
        assert re.search(r'aria-describedby="[^"]*id_name_error', html)

    def test_escape_what_people_typed(self) -> None:
        form = PartyForm({"role": "<b>x</b>", "name": "<script>alert(1)</script>"})
        html = tagged("{% load crispy_forms_tags %}{% crispy form %}", form=form)
        assert "<script>" not in html
        assert "<b>x" not in drawn("form_errors", form=form)


class TestErrorPages:
    @pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_need_no_context(self, name: str, language: str) -> None:
        with translation.override(language):
            html = render_to_string(f"{name}.html")
        assert "<h1>" in html
        assert 'href="/"' in html


# ---------------------------------------------------------------- colours


def tokens(css: str, selector: str) -> dict[str, str]:
    """The colours that a rule of the style sheet sets."""
    found: dict[str, str] = {}
    for block in re.findall(r"(?m)^" + re.escape(selector) + r"\s*\{([^}]*)\}", css):
        found.update(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\b", block))
    return found


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2."""

    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


CSS = ROOT / "static/css"
DESK = (CSS / "doorstep.css").read_text()
DOOR = (CSS / "door.css").read_text()
LIGHT = tokens(DESK, '[data-bs-theme="light"]')
DARK = tokens(DESK, '[data-bs-theme="dark"]')


class TestColours:
    @pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
    @pytest.mark.parametrize("ink", ["ink", "ink-2", "ink-3", "accent", "green", "amber", "red", "violet"])  # fmt: skip
    @pytest.mark.parametrize("ground", ["paper", "ground", "sunken"])
    def test_of_the_desk_can_be_read(self, theme: dict[str, str], ink: str, ground: str) -> None:
        assert contrast(theme[ink], theme[ground]) >= 4.5

    @pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
    @pytest.mark.parametrize("meaning", ["green", "amber", "red", "violet", "accent"])
    def test_of_a_meaning_can_be_read_on_its_own_ground(
        self, theme: dict[str, str], meaning: str
    ) -> None:
        assert contrast(theme[meaning], theme[f"{meaning}-soft"]) >= 4.5

    @pytest.mark.parametrize(
        "theme",
        [LIGHT | tokens(DOOR, ".door"), DARK | tokens(DOOR, '[data-bs-theme="dark"] .door')],
        ids=["light", "dark"],
    )
    @pytest.mark.parametrize(
        ("ink", "ground"),
        [
            ("ink", "paper"),
            ("ink-2", "paper"),
            ("ink-3", "paper"),
            ("on-accent", "accent"),
            ("paper", "red"),
            ("amber", "amber-soft"),
            ("ink", "green-soft"),
            ("ink", "sunken"),
            ("green", "paper"),
        ],
    )
    def test_of_the_door_can_be_read_in_the_sun(
        self, theme: dict[str, str], ink: str, ground: str
    ) -> None:
        assert contrast(theme[ink], theme[ground]) >= 7
