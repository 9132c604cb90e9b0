"""What is drawn without a template, or drawn once: as safe as if Django had drawn it each time."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString

from cases.models import Case
from desk.markup import fill, joined
from desk.templatetags.doorstep import due, overlays, when
from desk.templatetags.fixed import rail_part
from desk.templatetags.rows import event_rows
from desk.told import Told
from people.models import Organisation, User
from tests import make
from tests.desk import samples
from workflow.duties import raise_duty

AT = make.moment("2026-03-02 10:00")
HOSTILE = """<script>alert('x')</script>"&"""
HARMLESS = "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&quot;&amp;"


class TestFill:
    def test_escapes_whatever_is_not_html_yet(self) -> None:
        assert fill("<b>{name}</b>", name=HOSTILE) == f"<b>{HARMLESS}</b>"

    def test_leaves_html_as_it_is(self) -> None:
        assert fill("<b>{inner}</b>", inner=fill("<i>{n}</i>", n="<")) == "<b><i>&lt;</i></b>"

    def test_does_not_read_a_value_as_a_pattern(self) -> None:
        assert fill("{a}", a="{b}") == "{b}"

    def test_joins_only_what_was_escaped(self) -> None:
        assert joined([SafeString("<i>"), SafeString("</i>")]) == "<i></i>"
        with pytest.raises(TypeError):
            joined([SafeString("<i>"), "<"])  # type: ignore[list-item]


@pytest.mark.django_db
class TestCaseRows:
    def test_escape_every_name_that_comes_from_outside(self) -> None:
        case = make.case(who=make.debtor(name=HOSTILE[:40]))
        officer = make.officer()
        User.objects.filter(pk=officer.pk).update(full_name=HOSTILE)
        Organisation.objects.filter(pk=case.creditor_id).update(name=HOSTILE)
        Case.objects.filter(pk=case.pk).update(officer=officer, debtor_name=HOSTILE)
        raise_duty(
            case=case, kind="x", says={"en": HOSTILE, "zh": HOSTILE}, due_at=AT, key="x", at=AT
        )
        client = Client()
        client.force_login(make.clerk())
        page = client.get(reverse("desk:work") + "?view=all").content.decode()
        table = page[page.index("<tbody>") : page.index("</tbody>")]
        assert "<script" not in table
        assert table.count(HARMLESS) == 4  # debtor, duty, officer, creditor

    def test_show_the_same_as_the_case_s_own_words(self) -> None:
        case = make.case()
        Case.objects.filter(pk=case.pk).update(
            officer=make.officer(), held_until=date(2026, 4, 11), next_due_at=AT
        )
        case = Case.objects.get(pk=case.pk)
        client = Client()
        client.force_login(make.clerk())
        table = client.get(reverse("desk:work") + "?view=all").content.decode()
        for words in (
            case.get_absolute_url(), case.reference, case.debtor_name, case.get_state_display(),
            f"{case.balance:,.2f}", str(case.officer), str(case.creditor), "pause-circle-fill",
            AT.isoformat(),
        ):  # fmt: skip
            assert words in table, words


class TestDrawnOnce:
    def test_speaks_each_reader_s_language(self) -> None:
        template = Template("{% load fixed i18n %}{% fixed %}{% translate 'Work' %}{% endfixed %}")
        drawn = []
        for language in ("en", "zh-hans", "en"):
            with translation.override(language):
                drawn.append(template.render(Context()))
        assert drawn == ["Work", "工作台", "Work"]

    def test_sees_nothing_of_the_reader_nor_of_what_the_view_hands_over(self) -> None:
        template = Template(
            "{% load fixed %}{{ name }}{% fixed %}[{{ name }}{{ user }}]{% endfixed %}"
        )
        assert template.render(Context({"name": "王海燕", "user": "李伟"})) == "王海燕[]"

    def test_cannot_hold_a_block(self) -> None:
        with pytest.raises(TemplateSyntaxError):
            Template("{% load fixed %}{% fixed %}{% block a %}{% endblock %}{% endfixed %}")

    def test_is_a_rail_that_counts_and_marks_anew(self) -> None:
        with translation.override("en"):
            three, four = (
                rail_part("components/rail.html", samples.rail(counted=n)) for n in ("3", "4")
            )
        assert ">3<" in three
        assert ">4<" in four
        assert three.count("aria-current") == 1

    def test_is_a_moment_in_the_zone_and_spelling_in_which_it_was_given(self) -> None:
        here = make.moment("2026-03-05 14:30")
        there = here.astimezone(AT.tzinfo) + timedelta()
        with translation.override("en"):
            assert here.isoformat() in when(here, samples.ZONE)
            assert there.isoformat() in when(there, samples.ZONE)
            assert "12:30" in when(here, "Asia/Urumqi")

    def test_is_not_the_day_that_a_thing_is_due(self) -> None:
        with translation.override("en"):
            assert "due-today" in due(AT + timedelta(hours=1), AT, samples.ZONE)
            assert "due-late" in due(AT + timedelta(hours=1), AT + timedelta(hours=2), samples.ZONE)


def told_as(**changed: Any) -> Told:
    given: dict[str, Any] = {
        "number": 7, "kind": "contact.logged", "at": AT, "actor": "王芳", "sentence": "Telephone.",
        "icon": "envelope", "stands_out": False, "findings": [], "details": [], "digest": "ab" * 32,
    }  # fmt: skip
    return Told(**(given | changed))


class TestEventRows:
    def test_escape_every_word_that_comes_from_outside(self) -> None:
        finding = {"rule": HOSTILE, "told": HOSTILE, "force": "law", "citation": {"title": HOSTILE}}
        event = told_as(
            actor=HOSTILE, sentence=HOSTILE, details=[("remark", HOSTILE), (HOSTILE, "x")],
            findings=[finding],
        )  # fmt: skip
        with translation.override("en"):
            drawn = event_rows([event], samples.ZONE)
        assert "<script" not in drawn
        assert drawn.count("&lt;script&gt;") == 7

    def test_show_details_only_where_there_are_any(self) -> None:
        with translation.override("en"):
            bare = event_rows([told_as()], samples.ZONE)
            full = event_rows([told_as(details=[("amount", "4000.00")])], samples.ZONE)
        assert "<details" not in bare
        assert "<dt>amount</dt><dd>4,000.00</dd>" in full
        assert f'title="{"ab" * 32}">abababab…' in full
        assert 'id="event-7"' in bare
        assert "10:00</time>" in bare

    def test_make_what_stands_out_stand_out(self) -> None:
        with translation.override("en"):
            assert " stands-out" in event_rows([told_as(stands_out=True)], samples.ZONE)
            assert " stands-out" not in event_rows([told_as()], samples.ZONE)


class TestOverlays:
    def test_tell_what_happened_and_not_what_is_merely_on_file(self) -> None:
        with translation.override("en"):
            shown = overlays(samples.case(marks=["agent_notice", "bereaved"]))
            assert "bereaved" in shown
            assert "told in writing" not in shown
            assert overlays(samples.case(marks=["agent_notice"])) == ""
