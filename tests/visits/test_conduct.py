"""How officers set out, what they owe afterwards, and what stops when something went wrong."""

import io
import wave
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case, Hold
from notices.models import Notice
from tests import make, walk
from timeline.models import Event
from visits.actions import arriving, departing, recording, refusing
from visits.models import Consent, Evidence, Visit
from workflow.models import Duty
from workflow.steps import PolicyRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db

MORNING = make.moment("2026-03-05 13:50")
MOMENT = make.moment("2026-03-05 14:31")
LEFT = make.moment("2026-03-05 15:05")


def again(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


def rules(refused: Any) -> set[str]:
    return {finding.rule for finding in refused.value.findings}


def chinese(visit: Visit) -> Visit:
    """The same visit under the rules of mainland China, with all that creditor and agency must hold."""
    make.house_papers(visit.case)
    make.china_asks(visit.case)
    Case.objects.filter(pk=visit.case_id).update(packs=["cn"])
    return Visit.objects.get(pk=visit.pk)


def duties(visit: Visit) -> list[str]:
    return sorted(
        Duty.objects.filter(case=visit.case, kind__startswith="CN-", done_at=None).values_list(
            "kind", flat=True
        )
    )


def sound() -> bytes:
    kept = io.BytesIO()
    with wave.open(kept, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes([128]) * 800)
    return kept.getvalue()


def leave(visit: Visit, outcome: str = "talked") -> Visit:
    recording.finish_visit(visit=visit, outcome=outcome, why="", by=make.crew()[0], at=LEFT)
    return again(visit)


def confirm(visit: Visit) -> None:
    for officer in make.crew():
        recording.attest(visit=again(visit), officer=officer, by=officer, at=LEFT)


class TestDepart:
    def test_keeps_how_many_set_out_and_when(self) -> None:
        visit = chinese(walk.noticed())
        departing.depart(visit=visit, people=3, props=False, by=make.crew()[0], at=MORNING)
        assert (again(visit).departed_at, again(visit).people_going) == (MORNING, 3)
        assert Event.objects.get(kind="visit.departed").data["people"] == 3

    @pytest.mark.parametrize(("people", "props"), [(2, True), (4, False)])
    def test_is_refused_with_props_and_to_a_crowd_with_the_citation(
        self, people: int, props: bool
    ) -> None:
        visit = chinese(walk.noticed())
        with pytest.raises(PolicyRefused) as refused:
            departing.depart(visit=visit, people=people, props=props, by=make.crew()[0], at=MORNING)
        assert rules(refused) == {"CN-36"}
        assert again(visit).departed_at is None
        assert Event.objects.filter(kind="policy.refused").exists()

    def test_is_for_the_day_of_the_visit_the_crew_and_a_noticed_visit(self) -> None:
        visit = walk.noticed()
        by = make.crew()[0]
        with pytest.raises(WrongInput):
            departing.depart(
                visit=visit, people=2, props=False, by=by, at=MORNING - timedelta(days=1)
            )
        with pytest.raises(WrongInput):
            departing.depart(
                visit=visit, people=2, props=False, by=make.officer(badge="055"), at=MORNING
            )
        started = walk.at_the_door(reference="HZ-2026-0300", external_reference="D-1",
                                   starts_at=make.moment("2026-03-06 10:00"),
                                   at=make.moment("2026-03-06 10:00"))  # fmt: skip
        with pytest.raises(StateRefused):
            departing.depart(
                visit=started, people=2, props=False, by=by, at=make.moment("2026-03-06 10:05")
            )

    def test_is_what_a_visit_in_china_does_not_begin_without(self) -> None:
        visit = chinese(walk.noticed())
        by = make.crew()[0]
        for officer in make.crew():
            arriving.check_in(visit=visit, officer=officer, by=by, at=MOMENT)
        with pytest.raises(PolicyRefused) as refused:
            arriving.begin_visit(visit=visit, by=by, at=MOMENT)
        assert rules(refused) == {"CN-36"}
        departing.depart(visit=again(visit), people=2, props=False, by=by, at=MOMENT)
        arriving.begin_visit(visit=again(visit), by=by, at=MOMENT)
        assert again(visit).state == "started"

    def test_is_the_first_question_on_the_phone(self, client: Client, clock: Any) -> None:
        visit = chinese(walk.noticed())
        clock.set(MORNING)
        client.force_login(make.crew()[0])
        door = reverse("visits:door", args=[visit.reference])
        assert client.get(door).context["question"] == "depart"
        refused = client.post(
            door, {"question": "depart", "people": "2", "props": "yes", "guard_key": "a"}
        )
        assert (refused.status_code, "CN-36" in refused.content.decode()) == (409, True)
        client.post(door, {"question": "depart", "people": "2", "props": "no", "guard_key": "b"})
        assert client.get(door).context["question"] == "arrive"


class TestConfirmation:
    def test_is_owed_by_each_officer_and_holds_the_next_visit_up(self) -> None:
        visit = leave(chinese(walk.talked()))
        assert duties(visit) == ["CN-10", "CN-33"]
        with pytest.raises(PolicyRefused) as refused:
            walk.planned(
                case=again(visit.case), starts_at=make.moment("2026-03-16 14:30"),
                at=make.moment("2026-03-09 10:00"),
            )  # fmt: skip
        assert "CN-33" in rules(refused)
        first, second = make.crew()
        recording.attest(visit=visit, officer=first, by=first, at=LEFT)
        assert "CN-33" in duties(visit)
        recording.attest(visit=visit, officer=second, by=second, at=LEFT)
        assert duties(visit) == ["CN-10"]
        walk.planned(
            case=again(visit.case), starts_at=make.moment("2026-03-16 14:30"),
            at=make.moment("2026-03-09 10:00"),
        )  # fmt: skip

    def test_is_owed_after_every_way_out_and_keeps_nobody_at_the_door(self) -> None:
        visit = chinese(walk.at_the_door())
        refusing.refuse_at_door(visit=visit, remark="", by=make.crew()[0], at=MOMENT)
        assert again(visit).state == "finished"
        assert duties(visit) == ["CN-33"]

    def test_lists_the_points_and_the_way_to_say_no(self, client: Client, clock: Any) -> None:
        visit = leave(chinese(walk.talked()))
        clock.set(LEFT)
        client.force_login(make.crew()[0])
        page = client.get(reverse("visits:door", args=[visit.reference])).content.decode()
        assert "没有威胁、辱骂、推搡" in page or "Nobody was threatened" in page
        assert reverse("visits:incident", args=[visit.reference]) in page


class TestReportIncident:
    def test_stops_everything_and_calls_the_supervisor(self, client: Client, clock: Any) -> None:
        visit = leave(chinese(walk.talked()))
        clock.set(LEFT)
        client.force_login(make.crew()[0])
        answer = client.post(
            reverse("visits:incident", args=[visit.reference]),
            {"remark": "同事推了对方一下", "guard_key": "a"},
        )
        assert answer.status_code == 302
        hold = Hold.objects.get(case=visit.case)
        assert (hold.reason, hold.scope) == ("incident", "all")
        assert Duty.objects.get(kind="incident.review").role == "supervisor"
        assert not Notice.objects.filter(case=visit.case, state="queued").exists()
        assert Event.objects.get(kind="incident.opened").data["remark"] == "同事推了对方一下"

    def test_needs_words_a_visit_that_is_over_and_one_of_the_crew(self) -> None:
        visit = walk.talked()
        given = {"by": make.crew()[0], "at": LEFT}
        with pytest.raises(StateRefused):
            refusing.report_incident(visit=visit, remark="推搡", **given)
        over = leave(visit)
        with pytest.raises(WrongInput):
            refusing.report_incident(visit=over, remark=" ", **given)
        with pytest.raises(WrongInput):
            refusing.report_incident(
                visit=over, remark="推搡", by=make.officer(badge="055"), at=LEFT
            )


class TestRecording:
    def test_of_the_whole_visit_ends_the_duty_and_one_with_a_gap_does_not(self) -> None:
        visit = leave(chinese(walk.talked()))
        given = {"visit": visit, "filename": "全程.wav", "content": sound(), "caption": "",
                 "inside": False, "by": make.crew()[0], "at": LEFT}  # fmt: skip
        recording.add_evidence(**given, begins_at=MOMENT, ends_at=make.moment("2026-03-05 14:50"))
        assert "CN-10" in duties(visit)
        recording.add_evidence(
            **{**given, "content": sound() + b"\0"}, begins_at=make.moment("2026-03-05 14:51"),
            ends_at=LEFT,
        )  # fmt: skip
        assert "CN-10" not in duties(visit)
        assert Evidence.objects.filter(visit=visit, begins_at=MOMENT).exists()

    def test_that_was_refused_is_kept_with_its_reason_and_owes_nothing(self) -> None:
        visit = chinese(walk.talked())
        arriving.ask_consent(
            visit=visit, kind="recording", given=False, by_whom="王海燕", by=make.crew()[0],
            at=MOMENT, remark="不希望被录音",
        )  # fmt: skip
        assert "不希望被录音" in {consent.remark for consent in Consent.objects.filter(visit=visit)}
        assert duties(leave(visit)) == ["CN-33"]

    def test_has_an_end_after_its_beginning(self) -> None:
        visit = walk.talked()
        for ends in (None, MOMENT):
            with pytest.raises(WrongInput):
                recording.add_evidence(
                    visit=visit, filename="x.wav", content=sound(), caption="", inside=False,
                    by=make.crew()[0], at=LEFT, begins_at=MOMENT, ends_at=ends,
                )  # fmt: skip

    def test_from_inside_is_refused_by_the_rule_that_is_cited(self) -> None:
        visit = chinese(walk.talked())
        with pytest.raises(PolicyRefused) as refused:
            recording.add_evidence(
                visit=visit, filename="a.png", content=make.PNG, caption="", inside=True,
                by=make.crew()[0], at=LEFT,
            )  # fmt: skip
        assert rules(refused) == {"CN-12"}
        assert not Evidence.objects.exists()


class TestAtTheDoor:
    def test_nothing_new_is_begun_after_an_hour(self) -> None:
        visit = chinese(walk.talking())
        paper = visit.case.papers.first()
        visit.shown.exclude(paper=None).delete()
        late = make.moment("2026-03-05 15:32")
        with pytest.raises(PolicyRefused) as refused:
            arriving.show_paper(visit=visit, paper=paper, by=make.crew()[0], at=late)
        assert rules(refused) == {"CN-13"}

    def test_one_of_two_who_has_to_go_ends_the_visit(self, client: Client, clock: Any) -> None:
        visit = chinese(walk.at_the_door())
        clock.set(MOMENT)
        client.force_login(make.crew()[0])
        answer = client.post(
            reverse("visits:way_out", args=[visit.reference, "crew-short"]), {"guard_key": "a"}
        )
        assert answer.status_code == 302
        assert (again(visit).state, again(visit).outcome) == ("finished", "crew_short")
        assert again(visit.case).state == "preparation"

    def test_the_police_are_one_tap_away(self, client: Client, clock: Any) -> None:
        visit = chinese(walk.at_the_door())
        clock.set(MOMENT)
        client.force_login(make.crew()[0])
        page = client.get(reverse("visits:door", args=[visit.reference])).content.decode()
        assert 'href="tel:110"' in page
