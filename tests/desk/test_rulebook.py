"""The rule book in the browser: the packs themselves, what each rule stopped this month, and on paper."""

import io
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case
from compliance import packs
from compliance.packs import load, names
from compliance.reading import Standing, figures, says, standing
from tests import make, walk
from timeline.models import Event, Stop
from workflow.steps import PolicyRefused

pytestmark = pytest.mark.django_db

NOW = make.moment("2026-03-02 10:00")
EVENING = make.moment("2026-03-05 20:30")


def reader(user: Any = None, language: str = "en") -> Client:
    client = Client()
    client.force_login(user or make.clerk())
    client.cookies["django_language"] = language
    return client


def refused(case: Case, times: int = 1, at: Any = NOW) -> None:
    """So many times somebody tries to plan a visit in the evening."""
    for n in range(times):
        with pytest.raises(PolicyRefused):
            walk.planned(case=case, starts_at=EVENING, at=at + timedelta(minutes=n))


@pytest.fixture
def case(clock: Any) -> Case:
    clock.set(NOW)
    return make.prepared_case()


class TestBook:
    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    @pytest.mark.parametrize("name", names())
    def test_shows_every_value_of_the_pack_in_both_languages(
        self, clock: Any, name: str, language: str
    ) -> None:
        clock.set(NOW)
        page = reader(language=language).get(reverse("desk:rule_pack", args=[name]))
        assert page.status_code == 200
        shown = page.content.decode()
        book = page.context["book"]
        rows = [
            row for topic in book.topics for rule in topic.rules
            for row in (*rule.now, *rule.coming, *rule.past)
        ]  # fmt: skip
        assert len(rows) == len(load(name).entries)
        assert {row.entry.id for row in rows} == {entry.id for entry in load(name).entries}
        unchecked = "nobody has checked this yet" if language == "en" else "尚未有人核对"
        assert shown.count(unchecked) >= sum(not entry.checked for entry in load(name).entries)
        unsure = "day not confirmed" if language == "en" else "起始日未核实"
        assert shown.count(unsure) == sum(bool(entry.day_unsure) for entry in load(name).entries)

    def test_says_of_a_value_all_that_the_pack_says(self, clock: Any) -> None:
        clock.set(NOW)
        shown = reader().get(reverse("desk:rule_pack", args=["cn"])).content.decode()
        for part in (
            "CN-08", "at least 2 must go together", "Self-discipline of the trade", "art. 22",
            "plan a visit", "Bank or card issuer", "for others house policy", "Confidence",
        ):  # fmt: skip
            assert part in shown, part

    def test_marks_what_is_to_come_and_folds_away_what_is_over(self, clock: Any) -> None:
        clock.set(NOW)
        entry = next(e for e in load("story").entries if e.id == "ST-01")
        assert standing(entry, date(2024, 12, 31)) is Standing.COMING
        assert standing(entry, date(2026, 3, 2)) is Standing.NOW
        lpr = [e for e in load("cn").entries if e.topic == "lpr"]
        assert Standing.PAST in {standing(e, date(2026, 3, 2)) for e in lpr}
        page = reader().get(reverse("desk:rule_pack", args=["cn"])).content.decode()
        assert "earlier values" in page

    def test_fills_the_words_with_the_figures_of_the_pack(self) -> None:
        hours = next(e for e in load("story").entries if e.id == "ST-01")
        assert "08:00" in says(hours)[""]["en"]
        assert figures(hours)["days"] == {"en": "Mon to Sat", "zh": "周一至周六"}
        places = next(e for e in load("story").entries if e.id == "ST-19")
        assert "住所" in figures(places)["places"]["zh"]

    def test_knows_no_pack_that_is_not_there(self, clock: Any) -> None:
        clock.set(NOW)
        for address in ("desk:rule_pack",):
            assert reader().get(reverse(address, args=["atlantis"])).status_code == 404
        assert reader().get(reverse("desk:stopped", args=["story", "ST-99"])).status_code == 404
        assert (
            reader().get(reverse("desk:rule_pack_paper", args=["story", "fr"])).status_code == 404
        )


@pytest.fixture
def broken_pack(tmp_path: Path) -> Iterator[None]:
    home = tmp_path / "packs"
    shutil.copytree(packs.HOME, home)
    (home / "sg" / "pack.toml").write_text("name = ")
    packs.refresh(home)
    yield
    packs.refresh(packs.HOME)


class TestShelf:
    def test_lists_every_pack_those_in_use_first(self, case: Case) -> None:
        page = reader().get(reverse("desk:rules"))
        shelf = page.context["shelf"]
        assert shelf[0]["name"] == "story"
        assert {row["name"] for row in shelf} == set(names())

    def test_names_a_pack_that_cannot_be_used_and_why(self, case: Case, broken_pack: None) -> None:
        page = reader().get(reverse("desk:rules"))
        assert page.status_code == 200
        assert "Cannot be used" in page.content.decode()
        assert " cannot be read: " in page.content.decode()
        chinese = reader(language="zh").get(reverse("desk:rules"))
        assert " 无法读取：" in chinese.content.decode()


class TestStops:
    def test_are_written_with_the_refusal_once_a_rule(self, case: Case) -> None:
        refused(case, 2)
        assert Stop.objects.count() == Event.objects.filter(kind="policy.refused").count() == 2
        stop = Stop.objects.order_by("pk")[0]
        assert (stop.pack, stop.rule, stop.case_id, stop.at) == ("story", "ST-01", case.pk, NOW)

    def test_are_counted_on_the_page_and_the_number_opens_the_list(self, case: Case) -> None:
        refused(case, 3)
        client = reader()
        page = client.get(reverse("desk:rule_pack", args=["story"])).content.decode()
        assert "stopped 3 acts this month" in page
        assert page.count(reverse("desk:stopped", args=["story", "ST-01"])) == 2
        listed = client.get(reverse("desk:stopped", args=["story", "ST-01"]))
        assert (listed.context["number"], len(listed.context["rows"])) == (3, 3)
        assert case.reference in listed.content.decode()
        shelf = client.get(reverse("desk:rules")).context["shelf"]
        assert {row["name"]: row["stops"] for row in shelf}["story"] == 3

    def test_of_last_month_are_not_counted(self, case: Case, clock: Any) -> None:
        refused(case, 1, at=make.moment("2026-03-02 10:00"))
        clock.set(make.moment("2026-04-01 00:00"))
        page = reader().get(reverse("desk:stopped", args=["story", "ST-01"]))
        assert page.context["number"] == 0
        clock.set(make.moment("2026-03-31 23:59"))
        page = reader().get(reverse("desk:stopped", args=["story", "ST-01"]))
        assert page.context["number"] == 1

    def test_of_another_teams_cases_are_neither_counted_nor_listed(self, case: Case) -> None:
        refused(case)
        client = reader(make.outsider())
        listed = client.get(reverse("desk:stopped", args=["story", "ST-01"]))
        assert (listed.context["number"], listed.context["rows"]) == (0, [])
        shown = client.get(reverse("desk:rule_pack", args=["story"])).content.decode()
        assert "stopped 1 act" not in shown
        everyone = reader(make.compliance_officer())
        assert everyone.get(reverse("desk:stopped", args=["story", "ST-01"])).context["number"] == 1

    def test_cost_one_query_however_many_there_are(self, case: Case) -> None:
        def cost() -> int:
            client = reader(make.compliance_officer())
            client.get(reverse("desk:rule_pack", args=["story"]))
            with CaptureQueriesContext(connection) as seen:
                client.get(reverse("desk:rule_pack", args=["story"]))
            asked = [q["sql"] for q in seen.captured_queries if "timeline_" in q["sql"]]
            assert len(asked) == 1
            assert "timeline_event" not in asked[0]
            return len(seen)

        refused(case)
        few = cost()
        refused(case, 12, at=NOW + timedelta(hours=1))
        assert cost() == few

    def test_are_listed_by_key(self, case: Case) -> None:
        refused(case)
        event = Event.objects.get(kind="policy.refused")
        others = [e for e in Event.objects.filter(case=case) if e.pk != event.pk]
        assert len(others) < 60
        Stop.objects.bulk_create(
            Stop(event=one, case=case, pack="story", rule="ST-01", at=NOW) for one in others
        )
        page = reader().get(reverse("desk:stopped", args=["story", "ST-01"]) + "?after=²")
        assert page.status_code == 200
        assert page.context["number"] == len(others) + 1


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


class TestPaper:
    @pytest.mark.parametrize(("language", "said"), [
        ("zh", "尚未有人核对"), ("en", "nobodyhascheckedthisyet"), ("both", "nobodyhascheckedthisyet"),
    ])  # fmt: skip
    def test_holds_every_rule_with_its_source(self, case: Case, language: str, said: str) -> None:
        refused(case)
        answer = reader().get(reverse("desk:rule_pack_paper", args=["story", language]))
        assert answer["Content-Type"] == "application/pdf"
        text = text_of(answer.content)
        for entry in load("story").entries:
            assert entry.id in text
        assert said in text
        assert load("story").digest in text
