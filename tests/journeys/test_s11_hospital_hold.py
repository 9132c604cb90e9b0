"""S11: a hospital hold closes the gates, is reviewed in time, and ends by itself."""

from datetime import date

import pytest

from cases.actions import holding
from cases.actions.contacting import log_contact
from cases.models import Case, Hold
from cases.tasks import sweep_holds
from notices.models import Notice
from people.models import User
from tests import make
from timeline.chain import Verified, verify
from timeline.models import Event
from visits.actions.planning import plan_visit
from visits.models import Visit
from workflow.models import Duty
from workflow.steps import PolicyRefused

pytestmark = pytest.mark.django_db


@pytest.fixture
def held() -> Case:
    case = make.prepared_case()
    holding.hold_case(
        case=case, reason="hospital", scope="all", starts_on=date(2026, 3, 12),
        review_on=date(2026, 3, 27), until=date(2026, 4, 11), remark="住院，有诊断证明",
        filename="诊断证明.pdf", content=make.PDF, by=make.clerk(),
        at=make.moment("2026-03-12 09:00"),
    )  # fmt: skip
    return Case.objects.get(pk=case.pk)


def plan(case: Case, starts: str, at: str) -> Visit:
    return plan_visit(
        case=case, place=case.debtor.addresses.get(), starts_at=make.moment(starts),
        ends_at=make.moment(starts[:-5] + "11:00"), officers=make.crew(), purpose="商谈还款安排",
        intended_outcome="达成分期还款", by=make.clerk(), at=make.moment(at),
    )  # fmt: skip


class TestHospitalHold:
    def test_keeps_the_certificate_and_stops_interest_as_the_pack_says(self, held: Case) -> None:
        hold = Hold.objects.get(case=held)
        assert hold.evidence is not None
        assert hold.evidence.filename == "诊断证明.pdf"
        assert hold.interest_runs is False
        told = Event.objects.get(case=held, kind="case.held")
        assert told.data["interest_runs"] is False

    def test_closes_the_gate_for_visits_until_its_last_day(self, held: Case) -> None:
        with pytest.raises(PolicyRefused) as refused:
            plan(held, "2026-04-10 10:00", "2026-04-06 09:00")
        assert any(
            "hospital" in str(f.inputs) or "2026-04-11" in str(f.says)
            for f in refused.value.findings
        )
        assert not Visit.objects.exists()

    def test_closes_the_gate_for_gentler_contacts_too(self, held: Case) -> None:
        with pytest.raises(PolicyRefused):
            log_contact(
                case=held, channel="phone", result="reached", remark="", by=make.clerk(),
                at=make.moment("2026-03-20 10:00"),
            )  # fmt: skip

    def test_raises_the_review_on_its_day_and_only_once(
        self, held: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        system = User.objects.system()
        holding.raise_reviews(at=make.moment("2026-03-26 23:59"), by=system)
        assert not Duty.objects.exists()
        holding.raise_reviews(at=make.moment("2026-03-27 00:00"), by=system)
        holding.raise_reviews(at=make.moment("2026-03-28 09:00"), by=system)
        duty = Duty.objects.get()
        assert duty.role == "supervisor"
        assert Case.objects.get(pk=held.pk).next_due_at == make.moment("2026-03-28 00:00")
        assert duty.due_at < make.moment("2026-03-29 00:00")  # overdue reviews stand in red

    def test_ends_after_its_last_day_and_sends_nothing(self, held: Case) -> None:
        system = User.objects.system()
        assert holding.end_due_holds(at=make.moment("2026-04-11 23:59"), by=system) == 0
        assert holding.end_due_holds(at=make.moment("2026-04-12 00:00"), by=system) == 1
        assert holding.end_due_holds(at=make.moment("2026-04-12 00:01"), by=system) == 0
        case = Case.objects.get(pk=held.pk)
        assert case.held_until is None
        assert not Notice.objects.exists()
        assert not Visit.objects.exists()
        assert verify(case) == Verified(case.event_count, case.head)

    def test_opens_the_gate_again_when_it_has_ended(self, held: Case) -> None:
        holding.end_due_holds(at=make.moment("2026-04-12 00:00"), by=User.objects.system())
        visit = plan(Case.objects.get(pk=held.pk), "2026-04-17 10:00", "2026-04-13 09:00")
        assert visit.state == "planned"

    def test_is_swept_by_the_worker_s_task(self, held: Case, clock) -> None:
        clock.set("2026-04-12T00:05", zone="Asia/Shanghai")
        sweep_holds()
        assert Hold.objects.get(case=held).ended_at is not None
