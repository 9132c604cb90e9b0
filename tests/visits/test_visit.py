"""From plan to leaving: each act works, is recorded, and is refused by rule, state, right and to strangers."""

from datetime import timedelta

import pytest

from cases.models import Case, Hold, Refusal
from documents.models import Document
from notices.models import Notice
from tests import make, walk
from timeline.chain import Verified, verify
from timeline.models import Event
from visits.actions import arriving, planning, recording, refusing
from visits.actions.announcing import announce_visit
from visits.models import Visit
from visits.notice import TITLES, compose
from workflow.models import Duty
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db


def kinds(case: Case) -> list[str]:
    return list(Event.objects.filter(case=case).order_by("number").values_list("kind", flat=True))


def refused_by(caught: pytest.ExceptionInfo[PolicyRefused]) -> set[str]:
    return {finding.rule for finding in caught.value.findings}


class TestPlanVisit:
    def test_keeps_slot_crew_and_purpose_and_tells(self) -> None:
        visit = walk.planned()
        assert visit.state == "planned"
        assert [part.officer.badge for part in visit.crew.all()] == ["021", "034"]
        assert kinds(visit.case)[-1] == "visit.planned"

    def test_is_refused_in_the_evening_with_figures_and_the_earliest_moment(self) -> None:
        with pytest.raises(PolicyRefused) as caught:
            walk.planned(starts_at=make.moment("2026-03-05 20:30"))
        assert refused_by(caught) == {"ST-01"}
        assert caught.value.earliest == make.moment("2026-03-06 08:00")
        told = Event.objects.get(kind="policy.refused")
        assert told.findings[0]["rule"] == "ST-01"
        assert told.data["decision"]["packs"]["story"]
        assert not Visit.objects.exists()

    def test_is_refused_when_it_would_run_past_the_window(self) -> None:
        with pytest.raises(PolicyRefused) as caught:
            walk.planned(starts_at=make.moment("2026-03-05 19:30"))
        assert refused_by(caught) == {"ST-01"}
        walk.planned(
            starts_at=make.moment("2026-03-05 19:00"), reference="HZ-2", external_reference="2"
        )

    def test_is_refused_on_a_sunday(self) -> None:
        with pytest.raises(PolicyRefused) as caught:
            walk.planned(starts_at=make.moment("2026-03-08 10:00"))
        assert caught.value.earliest == make.moment("2026-03-09 08:00")

    def test_is_refused_for_one_officer_alone(self) -> None:
        with pytest.raises(PolicyRefused) as caught:
            walk.planned(officers=[make.officer()])
        assert "ST-09" in refused_by(caught)
        assert caught.value.earliest is None

    def test_is_refused_when_a_permit_lapses_the_day_before(self) -> None:
        lapsing = make.officer(badge="034", full_name="王芳", valid_until=make.date(2026, 3, 4))
        with pytest.raises(PolicyRefused) as caught:
            walk.planned(officers=[make.officer(), lapsing])
        assert "ST-10" in refused_by(caught)

    def test_is_refused_without_proof_of_the_claim_or_gentler_channels(self) -> None:
        with pytest.raises(PolicyRefused) as caught:
            walk.planned(case=make.case())
        assert {"ST-15", "ST-16"} <= refused_by(caught)

    def test_is_refused_when_the_officer_is_at_another_door(self) -> None:
        walk.planned()
        with pytest.raises(WrongInput) as wrong:
            walk.planned(reference="HZ-2026-0148", external_reference="XH-2")
        assert wrong.value.field == "officers"
        assert Visit.objects.count() == 1

    def test_is_refused_while_another_visit_lies_ahead(self) -> None:
        visit = walk.planned()
        with pytest.raises(WrongInput):
            walk.planned(case=visit.case, starts_at=make.moment("2026-03-20 14:30"))

    def test_is_refused_by_right_and_to_an_outsider(self) -> None:
        with pytest.raises(RightRefused):
            walk.planned(by=make.compliance_officer())
        with pytest.raises(Outsider):
            walk.planned(by=make.outsider(), case=Case.objects.get())

    def test_is_refused_for_a_stranger_s_address_and_a_past_time(self) -> None:
        case = make.prepared_case()
        stranger = make.case(reference="X-1", external_reference="X-1")
        with pytest.raises(WrongInput):
            planning.plan_visit(
                case=case, place=stranger.debtor.addresses.get(), starts_at=walk.VISIT_AT,
                ends_at=walk.VISIT_AT + timedelta(hours=1), officers=make.crew(), purpose="x",
                intended_outcome="y", by=make.clerk(), at=walk.NOTICED_AT,
            )  # fmt: skip
        with pytest.raises(WrongInput):
            walk.planned(case=case, at=make.moment("2026-03-06 10:00"))


class TestAnnounceVisit:
    def test_says_everything_that_the_debtor_must_be_told(self) -> None:
        visit = walk.planned()
        notice = compose(visit, walk.NOTICED_AT)
        assert notice.missing == ()
        assert set(notice.parts) == set(TITLES)
        chinese = "\n".join(text for _title, text in notice.text["zh"])
        for told in ("李伟", "021", "王芳", "034", "40,000.00", "38,600.00", "12378", "14:30"):
            assert told in chinese

    def test_goes_as_letter_and_e_mail_with_the_paper(self) -> None:
        visit = walk.planned()
        announce_visit(
            visit=visit, language="both", channels=["email", "letter"], by=make.clerk(),
            at=walk.NOTICED_AT,
        )  # fmt: skip
        notices = list(Notice.objects.filter(visit=visit).order_by("channel"))
        assert [notice.channel for notice in notices] == ["email", "letter"]
        assert Document.objects.get(kind="notice").mime == "application/pdf"
        assert Visit.objects.get().state == "announced"
        assert Case.objects.get(pk=visit.case_id).state == "preparation"

    def test_is_refused_when_the_lead_time_cannot_be_kept(self) -> None:
        visit = walk.planned()
        with pytest.raises(PolicyRefused) as caught:
            announce_visit(
                visit=visit, language="zh", channels=["letter"], by=make.clerk(),
                at=make.moment("2026-03-02 14:31"),
            )  # fmt: skip
        assert "ST-04" in refused_by(caught)
        assert not Notice.objects.exists()
        assert not Document.objects.filter(kind="notice").exists()

    def test_moves_the_case_when_it_was_delivered_and_the_lead_time_runs_from_there(self) -> None:
        visit = walk.noticed()
        assert visit.state == "noticed"
        assert visit.served_at == walk.NOTICED_AT
        case = Case.objects.get(pk=visit.case_id)
        assert case.state == "notice"
        assert verify(case) == Verified(case.event_count, case.head)

    def test_is_taken_back_when_the_visit_is_moved(self) -> None:
        visit = walk.noticed()
        planning.move_visit(
            visit=visit, place=visit.place, starts_at=make.moment("2026-03-07 10:00"),
            ends_at=make.moment("2026-03-07 11:00"), officers=make.crew(), by=make.clerk(),
            at=make.moment("2026-03-03 09:00"),
        )  # fmt: skip
        visit.refresh_from_db(fields=["starts_at", "served_at"])
        assert Visit.objects.get(pk=visit.pk).state == "planned"
        assert visit.served_at is None
        assert Case.objects.get(pk=visit.case_id).state == "preparation"


class TestBeginVisit:
    def test_waits_for_both_officers(self) -> None:
        visit = walk.noticed()
        by = make.crew()[0]
        at = make.moment("2026-03-05 14:31")
        arriving.check_in(visit=visit, officer=by, by=by, at=at)
        with pytest.raises(PolicyRefused) as caught:
            arriving.begin_visit(visit=visit, by=by, at=at)
        assert "ST-09" in refused_by(caught)

    def test_is_refused_before_the_lead_time_has_run(self) -> None:
        visit = walk.noticed(at=make.moment("2026-03-02 14:20"))
        letter = Notice.objects.get(visit=visit)
        Visit.objects.filter(pk=visit.pk).update(served_at=make.moment("2026-03-03 09:00"))
        by = make.crew()[0]
        at = make.moment("2026-03-05 14:31")
        for officer in make.crew():
            arriving.check_in(visit=Visit.objects.get(), officer=officer, by=by, at=at)
        with pytest.raises(PolicyRefused) as caught:
            arriving.begin_visit(visit=Visit.objects.get(), by=by, at=at)
        assert "ST-04" in refused_by(caught)
        assert letter.state == "delivered"

    def test_keeps_to_the_time_that_the_debtor_was_told(self) -> None:
        visit = walk.noticed()
        with pytest.raises(WrongInput):
            arriving.begin_visit(visit=visit, by=make.crew()[0], at=make.moment("2026-03-05 14:10"))
        with pytest.raises(WrongInput):
            arriving.begin_visit(visit=visit, by=make.crew()[0], at=make.moment("2026-03-05 15:30"))

    def test_is_refused_to_a_clerk(self) -> None:
        visit = walk.noticed()
        with pytest.raises(RightRefused):
            arriving.begin_visit(visit=visit, by=make.clerk(), at=walk.VISIT_AT)


class TestAtTheDoor:
    def test_shows_no_paper_before_the_debtor_is_identified_and_credentials_shown(self) -> None:
        visit = walk.at_the_door()
        paper = visit.case.papers.first()
        with pytest.raises(PolicyRefused) as caught:
            arriving.show_paper(
                visit=visit, paper=paper, by=make.crew()[0], at=make.moment("2026-03-05 14:32")
            )
        assert {"ST-20", "ST-21"} <= refused_by(caught)

    def test_identifies_by_two_facts_without_naming_the_debt(self) -> None:
        visit = walk.at_the_door()
        at = make.moment("2026-03-05 14:32")
        with pytest.raises(WrongInput):
            arriving.identify_debtor(
                visit=visit, name_said="王海燕", second_fact="0000", by=make.crew()[0], at=at
            )
        arriving.identify_debtor(
            visit=visit, name_said=" 王海燕 ", second_fact="1988-07-15", by=make.crew()[0], at=at
        )
        assert Visit.objects.get(pk=visit.pk).identified_at == at

    def test_opens_the_talk_only_when_all_was_shown_and_asked(self) -> None:
        visit = walk.at_the_door()
        by, at = make.crew()[0], make.moment("2026-03-05 14:33")
        arriving.ask_consent(visit=visit, kind="talk", given=True, by_whom="王海燕", by=by, at=at)
        with pytest.raises(PolicyRefused) as caught:
            arriving.open_talk(visit=visit, by=by, at=at)
        assert {"ST-20", "ST-21", "ST-22", "ST-23"} <= refused_by(caught)

    def test_walks_to_the_talk_in_order(self) -> None:
        visit = walk.talking()
        assert Case.objects.get(pk=visit.case_id).state == "on_site_talk"
        told = kinds(visit.case)
        assert told.index("debtor.identified") < told.index("credentials.shown")
        assert (
            told.index("credentials.shown") < told.index("paper.shown") < told.index("talk.opened")
        )

    def test_keeps_the_record_once(self) -> None:
        visit = walk.talked()
        with pytest.raises(WrongInput):
            recording.record_talk(
                visit=visit, record={"met": "x", "reason": "other", "willingness": "ready"},
                by=make.crew()[0], at=make.moment("2026-03-05 14:55"),
            )  # fmt: skip

    def test_keeps_nothing_taken_inside_without_consent(self) -> None:
        visit = walk.talking()
        with pytest.raises(WrongInput):
            recording.add_evidence(
                visit=visit, filename="客厅.png", content=make.PNG, caption="", inside=True,
                by=make.crew()[0], at=make.moment("2026-03-05 14:40"),
            )  # fmt: skip
        kept = recording.add_evidence(
            visit=visit, filename="门口.png", content=make.PNG, caption="门口", inside=False,
            by=make.crew()[0], at=make.moment("2026-03-05 14:41"),
        )  # fmt: skip
        assert len(kept.document.sha256) == 64
        assert Document.objects.filter(kind="evidence").count() == 1

    def test_ends_without_agreement_back_in_preparation(self) -> None:
        visit = walk.talked()
        recording.finish_visit(
            visit=visit, outcome="talked", why="需要与家人商量", by=make.crew()[0],
            at=make.moment("2026-03-05 15:05"),
        )  # fmt: skip
        assert Case.objects.get(pk=visit.case_id).state == "preparation"
        by = make.crew()[0]
        for officer in make.crew():
            recording.attest(
                visit=visit, officer=officer, by=by, at=make.moment("2026-03-05 15:06")
            )
        assert not visit.crew.filter(active=True, attested_at=None).exists()

    def test_cannot_be_used_again_once_it_ended(self) -> None:
        visit = walk.talked()
        by, at = make.crew()[0], make.moment("2026-03-05 15:05")
        recording.finish_visit(visit=visit, outcome="talked", why="", by=by, at=at)
        with pytest.raises(StateRefused):
            arriving.ask_consent(
                visit=visit, kind="entry", given=True, by_whom="王海燕", by=by, at=at
            )


class TestWaysOut:
    def test_someone_else_is_told_nothing_and_the_case_goes_back(self) -> None:
        visit = walk.at_the_door()
        refusing.someone_else(
            visit=visit, remark="父亲开门", by=make.crew()[0], at=make.moment("2026-03-05 14:33")
        )
        visit = Visit.objects.get(pk=visit.pk)
        assert (visit.state, visit.outcome) == ("finished", "someone_else")
        assert Case.objects.get(pk=visit.case_id).state == "preparation"
        assert "third_party.present" in kinds(visit.case)

    def test_nobody_in_goes_back_and_counts_towards_the_cap(self) -> None:
        visit = walk.at_the_door()
        refusing.nobody_in(
            visit=visit, remark="", by=make.crew()[0], at=make.moment("2026-03-05 14:40")
        )
        case = Case.objects.get(pk=visit.case_id)
        with pytest.raises(PolicyRefused) as caught:
            walk.planned(
                case=case,
                starts_at=make.moment("2026-03-10 10:00"),
                at=make.moment("2026-03-06 09:00"),
            )
        assert "ST-11" in refused_by(caught)

    def test_unsafe_breaks_off_holds_the_case_and_asks_a_supervisor(self) -> None:
        visit = walk.talking()
        refusing.unsafe(
            visit=visit, remark="对方情绪激动", by=make.crew()[0],
            at=make.moment("2026-03-05 14:45"),
        )  # fmt: skip
        assert Visit.objects.get(pk=visit.pk).state == "aborted"
        assert Hold.objects.get(case=visit.case).reason == "incident"
        assert Duty.objects.get(case=visit.case, done_at=None).role == "supervisor"
        assert Case.objects.get(pk=visit.case_id).state == "preparation"


class TestRefusalFromTheDesk:
    def test_cancels_what_lies_ahead_and_bars_visits(self) -> None:
        visit = walk.noticed()
        refusing.record_refusal(
            case=visit.case, how="by_telephone", remark="请不要上门", by=make.clerk(),
            at=make.moment("2026-03-03 09:00"),
        )  # fmt: skip
        assert Visit.objects.get(pk=visit.pk).state == "cancelled"
        case = Case.objects.get(pk=visit.case_id)
        assert (case.state, case.refused_until) == ("preparation", make.date(2026, 4, 2))
        assert Refusal.objects.get(case=case).until == make.date(2026, 4, 2)
