"""Every decision can be made again from what was stored, and what does not come out the same is told."""

import io
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from cases.models import Case
from compliance import packs
from tests import make, walk
from timeline.models import Event
from timeline.replaying import Outcome, decisions, replayed
from visits.models import Visit
from workflow.steps import PolicyRefused

pytestmark = pytest.mark.django_db

EVENING = make.moment("2026-03-05 20:30")


@pytest.fixture
def case() -> Case:
    """A case with a refused plan and a whole visit up to the talk."""
    found = make.prepared_case()
    with pytest.raises(PolicyRefused):
        walk.planned(case=found, starts_at=EVENING)
    walk.talked(case=Case.objects.get(pk=found.pk))
    return Case.objects.get(pk=found.pk)


@pytest.fixture
def other_packs(tmp_path: Path) -> Iterator[Path]:
    """The packs in a folder of their own, in which they may be changed."""
    home = tmp_path / "packs"
    shutil.copytree(packs.HOME, home)
    yield home
    packs.refresh(packs.HOME)


def said(since: str = "2026-01-01", **options: Any) -> str:
    out = io.StringIO()
    call_command("rules", "replay", "--since", since, stdout=out, **options)
    return out.getvalue()


class TestReplay:
    def test_gives_the_same_answer_for_every_decision_of_a_case(self, case: Case) -> None:
        found = [replayed(event) for event in decisions()]
        assert len(found) > 8
        assert {one.event.data["decision"]["action"] for one in found} >= {
            "visit.plan", "visit.announce", "visit.start", "contact.log", "papers.show", "talk.open",
        }  # fmt: skip
        assert [one for one in found if one.outcome is not Outcome.SAME] == []
        assert any(not one.verdict.allowed for one in found if one.verdict)

    def test_command_counts_them_and_is_content(self, case: Case) -> None:
        count = sum(1 for _event in decisions())
        told = said()
        assert f"{count} decisions made again." in told
        assert f"{count:>9}  the same answer, by the very versions of then" in told

    def test_command_looks_at_the_days_that_are_asked_for(self, case: Case) -> None:
        assert "0 decisions made again." in said("2026-03-06")
        one_day = io.StringIO()
        call_command(
            "rules", "replay", "--since", "2026-02-27", "--until", "2026-02-27", stdout=one_day
        )
        assert "3 decisions made again." in one_day.getvalue()  # the three gentler contacts

    def test_tells_a_decision_that_comes_out_otherwise(self, case: Case) -> None:
        event = Event.objects.get(kind="policy.refused")
        event.data["decision"]["facts"]["start"] = make.moment("2026-03-05 14:30").isoformat()
        event.data["decision"]["facts"]["end"] = make.moment("2026-03-05 15:30").isoformat()
        found = replayed(event)
        assert found.outcome is Outcome.DIFFERENT
        assert [d.part for d in found.differences] == ["allowed", "earliest", "findings"]
        assert (found.differences[0].stored, found.differences[0].now) == (False, True)

    def test_tells_what_can_no_longer_be_read(self, case: Case) -> None:
        event = Event.objects.get(kind="policy.refused")
        event.data["decision"]["facts"]["shoe_size"] = 44
        found = replayed(event)
        assert (found.outcome, found.holds) == (Outcome.UNREADABLE, False)
        assert "shoe_size" in found.why

    def test_asks_the_version_of_then_when_the_pack_has_changed_since(
        self, case: Case, other_packs: Path
    ) -> None:
        hours = other_packs / "story" / "hours.toml"
        hours.write_text(hours.read_text().replace("20:00:00", "21:45:00"))
        packs.refresh(other_packs)
        assert replayed(Event.objects.get(kind="policy.refused")).outcome is Outcome.SAME

    def test_says_so_when_the_version_of_then_is_kept_nowhere(
        self, case: Case, other_packs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hours = other_packs / "story" / "hours.toml"
        hours.write_text(hours.read_text().replace("20:00:00", "21:45:00"))
        packs.refresh(other_packs)
        monkeypatch.setattr(packs, "_by_digest", {})
        refused = replayed(Event.objects.get(kind="policy.refused"))
        assert (refused.outcome, refused.missing) == (Outcome.CHANGED, ("story",))
        planned = replayed(Event.objects.get(kind="visit.planned"))
        assert planned.outcome is Outcome.SAME_ANSWER
        with pytest.raises(CommandError, match="1 decisions do not give the same answer"):
            said()

    def test_compares_the_answer_and_not_the_words_where_the_version_of_then_is_gone(
        self, case: Case, other_packs: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A pack that says the same in other words gives the same answer; where it is there, its words count."""
        event = Event.objects.get(kind="policy.refused")
        event.findings[0]["says"] = {"zh": "另一种说法", "en": "Other words"}
        assert replayed(event).outcome is Outcome.DIFFERENT
        hours = other_packs / "story" / "hours.toml"
        hours.write_text(hours.read_text() + "\n# read again\n")
        packs.refresh(other_packs)
        monkeypatch.setattr(packs, "_by_digest", {})
        found = replayed(event)
        assert (found.outcome, found.missing) == (Outcome.SAME_ANSWER, ("story",))
        event.findings[0]["excepted"] = {"approval": "1"}
        assert replayed(event).outcome is Outcome.CHANGED, (
            "what an exception healed is another answer"
        )

    def test_streams_from_a_cursor_of_the_server(self, case: Case) -> None:
        stream = decisions()
        next(stream)
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_cursors where statement like '%timeline_event%'"
            )
            assert cursor.fetchone() == (1,)
        stream.close()


class TestPage:
    def test_shows_stored_and_new_answer_to_a_reviewer(self, case: Case) -> None:
        client = Client()
        client.force_login(make.supervisor())
        client.cookies["django_language"] = "en"
        event = Event.objects.get(kind="policy.refused")
        page = client.get(reverse("desk:replay", args=[case.reference, event.number]))
        assert "The same answer, by the very versions" in page.content.decode()
        timeline = client.get(reverse("desk:timeline", args=[case.reference])).content.decode()
        assert reverse("desk:replay", args=[case.reference, event.number]) in timeline

    def test_is_not_for_a_clerk_nor_an_outsider_nor_an_event_without_decision(
        self, case: Case
    ) -> None:
        event = Event.objects.get(kind="policy.refused")
        address = reverse("desk:replay", args=[case.reference, event.number])
        for user, number, status in (
            (make.clerk(), event.number, 403), (make.outsider(), event.number, 404),
            (make.supervisor(), 1, 404), (make.supervisor(), 10**12, 404),
        ):  # fmt: skip
            client = Client()
            client.force_login(user)
            address = reverse("desk:replay", args=[case.reference, number])
            assert client.get(address).status_code == status
        client.force_login(make.clerk())
        shown = client.get(reverse("desk:timeline", args=[case.reference])).content.decode()
        assert "/replay/" not in shown


def test_a_visit_made_under_an_exception_replays_as_well() -> None:
    from tests.cases.test_excepting import granted, untried

    case = untried()
    granted(case)
    visit = walk.planned(case=Case.objects.get(pk=case.pk))
    assert Visit.objects.get(pk=visit.pk).planned_at < visit.starts_at - timedelta(days=2)
    event = Event.objects.get(kind="visit.planned")
    assert replayed(event).outcome is Outcome.SAME
