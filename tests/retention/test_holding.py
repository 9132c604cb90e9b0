"""A person holds the records of a case and lifts the hold again, each with a reason, each on the timeline."""

from datetime import date

import pytest

from retention.actions.holding import ask_to_lift, renew_legal_hold, set_legal_hold
from retention.models import LegalHold, Term
from retention.reckoning import newly_closed, reckoned, shelve
from tests import make
from tests.retention.closed import close, closed_case, held, lifted
from timeline.models import Event
from workflow.approvals import SecondPersonNeeded, decide_approval
from workflow.steps import RightRefused, WrongInput

pytestmark = pytest.mark.django_db
HELD = make.moment("2030-06-03 10:00")


class TestReckoned:
    def test_dates_each_class_and_cites_its_rule(self) -> None:
        found = {one.record: one for one in reckoned(closed_case())}
        assert found["visit_log"].due_on == date(2031, 3, 6)
        assert found["contact_person"].due_on == date(2026, 3, 5)
        assert found["vulnerability_note"].due_on == date(2026, 3, 5)
        assert {reason.rule for reason in found["visit_log"].why} == {"CN-63", "CN-KEEP"}

    def test_lets_the_rest_of_the_case_go_with_the_last_of_them(self) -> None:
        found = {one.record: one for one in reckoned(closed_case())}
        assert found["case_file"].due_on == date(2031, 3, 6)

    def test_keeps_all_where_no_pack_can_be_read(self) -> None:
        case = closed_case()
        case.packs = ["no-such-pack"]
        assert {one.due_on for one in reckoned(case)} == {None}
        assert "case_file" in {one.record for one in reckoned(case)}


class TestNewlyClosed:
    def test_are_found_however_long_ago_they_were_closed(self) -> None:
        early = closed_case()
        late = make.case(reference="HZ-2026-0999", external_reference="X-999")
        late = close(late, at=make.moment("2026-05-05 16:00"))
        shelve(late, day=date(2026, 5, 5))
        assert newly_closed(0) == [early.pk]

    def test_are_those_whose_terms_nobody_wrote_down(self) -> None:
        case = closed_case()
        make.case(reference="HZ-2026-0999", external_reference="X-999")
        assert newly_closed(0) == [case.pk]
        shelve(case, day=date(2026, 3, 5))
        assert newly_closed(0) == []


class TestSetLegalHold:
    def test_holds_every_class_and_is_told_with_its_reason(self) -> None:
        case = closed_case()
        held(case, HELD)
        terms = Term.objects.filter(case=case)
        assert {tuple(term.held_by) for term in terms} == {("suit",)}
        assert terms.get(record="visit_log").due_on == date(2031, 3, 6)
        told = Event.objects.get(case=case, kind="records.held")
        assert told.data == {"kind": "suit", "why": "法院已受理", "review_on": "2030-11-30"}

    def test_is_refused_twice_for_the_same(self) -> None:
        case = closed_case()
        held(case, HELD)
        with pytest.raises(WrongInput, match="已因该事由保留"):
            held(case, HELD)

    def test_is_refused_without_a_reason(self) -> None:
        with pytest.raises(WrongInput, match="保留记录的理由"):
            held(closed_case(), HELD, reason=" ")

    @pytest.mark.parametrize("day", [date(2030, 6, 3), date(2031, 6, 5)])
    def test_is_refused_for_a_day_that_is_past_or_more_than_a_year_ahead(self, day: date) -> None:
        with pytest.raises(WrongInput):
            set_legal_hold(
                case=closed_case(), kind="suit", reason="诉讼", review_on=day,
                by=make.compliance_officer(), at=HELD,
            )  # fmt: skip

    def test_is_refused_to_those_without_the_right(self) -> None:
        with pytest.raises(RightRefused):
            set_legal_hold(
                case=closed_case(), kind="suit", reason="诉讼", review_on=date(2030, 12, 1),
                by=make.administrator(), at=HELD,
            )  # fmt: skip


class TestRenewLegalHold:
    def test_lets_it_stand_until_another_day_with_its_reason(self) -> None:
        hold, by = held(closed_case(), HELD), make.compliance_officer()
        renew_legal_hold(
            hold=hold, why="二审中", review_on=date(2031, 5, 30), by=by,
            at=make.moment("2030-11-29 10:00"),
        )  # fmt: skip
        found = LegalHold.objects.get(pk=hold.pk)
        assert (found.review_on, found.reason) == (date(2031, 5, 30), "二审中")
        told = Event.objects.get(case=hold.case, kind="records.hold_renewed")
        assert told.data["review_on"] == "2031-05-30"

    def test_is_refused_once_it_was_lifted(self) -> None:
        hold = held(closed_case(), HELD)
        lifted(hold, HELD)
        with pytest.raises(WrongInput, match="已解除"):
            renew_legal_hold(
                hold=hold, why="仍需", review_on=date(2030, 12, 30), by=make.compliance_officer(),
                at=HELD,
            )  # fmt: skip


class TestLiftLegalHold:
    def test_takes_two_people_and_lets_the_terms_run_again(self) -> None:
        case = closed_case()
        hold = held(case, HELD)
        asked = ask_to_lift(hold=hold, why="已结案", by=make.compliance_officer(), at=HELD)
        assert {tuple(term.held_by) for term in Term.objects.filter(case=case)} == {("suit",)}
        decide_approval(
            approval=asked,
            granted=True,
            answer="同意",
            by=make.compliance_officer(username="second"),
            at=HELD,
        )
        assert {tuple(term.held_by) for term in Term.objects.filter(case=case)} == {()}
        assert Event.objects.filter(case=case, kind="records.released").count() == 1
        assert LegalHold.objects.get(pk=hold.pk).lifted_why == "已结案"

    def test_is_never_decided_by_the_one_who_asked(self) -> None:
        by = make.compliance_officer()
        asked = ask_to_lift(hold=held(closed_case(), HELD), why="已结案", by=by, at=HELD)
        with pytest.raises(SecondPersonNeeded):
            decide_approval(approval=asked, granted=True, answer="同意", by=by, at=HELD)

    def test_is_asked_for_once_and_by_those_with_the_right(self) -> None:
        hold = held(closed_case(), HELD)
        with pytest.raises(RightRefused):
            ask_to_lift(hold=hold, why="已结案", by=make.administrator(), at=HELD)
        ask_to_lift(hold=hold, why="已结案", by=make.compliance_officer(), at=HELD)
        with pytest.raises(WrongInput):
            ask_to_lift(hold=hold, why="已结案", by=make.compliance_officer(), at=HELD)

    def test_is_refused_twice(self) -> None:
        hold = held(closed_case(), HELD)
        lifted(hold, HELD)
        with pytest.raises(WrongInput, match="已解除"):
            ask_to_lift(
                hold=LegalHold.objects.get(pk=hold.pk), why="已结案", by=make.compliance_officer(),
                at=HELD,
            )  # fmt: skip
