"""S4: the message comes back, the letter takes effect too late, and the visit leaves the plan by itself."""

from typing import Any

import pytest

from cases.models import Case
from notices.actions import mark_sent, queue_again, record_bounce, record_sent
from notices.channels import Taken
from notices.models import Notice
from people.models import ContactPoint
from tests import make, walk
from timeline.chain import Verified, verify
from timeline.models import Event
from visits.actions.announcing import announce_visit
from visits.models import Visit, VisitOfficer
from workflow.models import Duty
from workflow.steps import PolicyRefused, WrongInput

pytestmark = [pytest.mark.django_db, pytest.mark.journey]

SENT_AT = make.moment("2026-03-02 10:00")
BOUNCED_AT = make.moment("2026-03-02 10:04")


def again(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


@pytest.fixture
def bounced() -> Visit:
    """Visit Thursday 14:30, told by message and letter on Monday at ten; the message fails at 10:04."""
    visit = walk.planned()
    announce_visit(
        visit=visit, language="zh", channels=["email", "letter"], by=make.clerk(), at=SENT_AT
    )
    mark_sent(notice=visit.notices.get(channel="letter"), by=make.clerk(), at=SENT_AT)
    mail = visit.notices.get(channel="email")
    record_sent(notice=mail, taken=Taken(provider_id="m1", answer="250 OK"), at=SENT_AT)
    record_bounce(notice=again(mail), by=make.clerk(), at=BOUNCED_AT, why="号码已停用")
    return visit


class TestNoticeBounces:
    def test_the_letter_counts_as_served_with_the_end_of_thursday(self, bounced: Visit) -> None:
        letter = bounced.notices.get(channel="letter")
        assert letter.deemed_at == make.moment("2026-03-06 00:00")  # 5 March, 24:00

    def test_the_visit_leaves_the_plan_by_itself_and_the_crew_is_free(self, bounced: Visit) -> None:
        assert again(bounced).state == "cancelled"
        assert again(bounced.case).state == "preparation"
        assert not VisitOfficer.objects.filter(visit=bounced, active=True).exists()

    def test_the_sum_is_spelled_out_to_monday_eight_o_clock(self, bounced: Visit) -> None:
        told = Event.objects.get(case=bounced.case, kind="visit.unbooked")
        assert told.data["decision"]["earliest"].startswith("2026-03-09T00:00")  # 08:00 in China
        lead = next(found for found in told.findings if found["rule"] == "ST-04")
        assert lead["says"]["en"].startswith(
            "The notice takes effect on Thu 5 Mar 2026, 24:00; 72 hours later is"
            " Sun 8 Mar 2026, 24:00."
        )
        assert "2026年3月8日（周日）24:00" in lead["says"]["zh"]
        duty = Duty.objects.get(kind="visit.unbooked.supervisor")
        assert "The earliest lawful time is" in duty.says["en"]
        assert "9 March 2026, 08:00" in duty.says["en"]
        assert "72 小时" in duty.says["zh"]

    def test_officer_and_supervisor_are_told_once(self, bounced: Visit) -> None:
        roles = Duty.objects.filter(case=bounced.case, kind__startswith="visit.unbooked.")
        assert sorted(roles.values_list("role", flat=True)) == ["officer", "supervisor"]
        from visits.actions.announcing import service_failed

        service_failed(bounced.notices.get(channel="email"), BOUNCED_AT)  # the sweep tries again
        assert roles.count() == 2
        assert Event.objects.filter(kind="visit.unbooked").count() == 1

    def test_a_debtor_who_may_still_get_the_letter_is_called(self, bounced: Visit) -> None:
        assert Duty.objects.get(case=bounced.case, kind="visit.call_off").role == "clerk"

    def test_nothing_more_goes_to_the_dead_address(self, bounced: Visit) -> None:
        assert ContactPoint.objects.get(channel="email").dead_at == BOUNCED_AT
        mail = bounced.notices.get(channel="email")
        with pytest.raises(WrongInput):
            queue_again(notice=mail, why="x", by=make.clerk(), at=BOUNCED_AT)
        visit = walk.planned(
            case=again(bounced.case), starts_at=make.moment("2026-03-09 08:00"),
            at=make.moment("2026-03-02 11:00"),
        )  # fmt: skip
        with pytest.raises(WrongInput):
            announce_visit(
                visit=visit, language="zh", channels=["email"], by=make.clerk(),
                at=make.moment("2026-03-02 11:00"),
            )  # fmt: skip
        assert Notice.objects.filter(channel="email").count() == 1

    def test_sunday_and_an_hour_too_early_are_refused_and_monday_at_eight_is_not(
        self, bounced: Visit
    ) -> None:
        case = again(bounced.case)
        with pytest.raises(PolicyRefused):
            walk.planned(case=case, starts_at=make.moment("2026-03-08 10:00"), at=BOUNCED_AT)
        assert walk.planned(
            case=again(case), starts_at=make.moment("2026-03-09 08:00"), at=BOUNCED_AT
        )

    def test_the_timeline_holds(self, bounced: Visit) -> None:
        case = Case.objects.get(pk=bounced.case_id)
        assert verify(case) == Verified(case.event_count, case.head)


class TestLetterStillInTime:
    def test_keeps_a_visit_for_which_the_letter_comes_early_enough(self) -> None:
        visit = walk.planned(starts_at=make.moment("2026-03-10 14:30"))
        announce_visit(
            visit=visit, language="zh", channels=["email", "letter"], by=make.clerk(), at=SENT_AT
        )
        mark_sent(notice=visit.notices.get(channel="letter"), by=make.clerk(), at=SENT_AT)
        mail = visit.notices.get(channel="email")
        record_sent(notice=mail, taken=Taken(provider_id="m1", answer="250 OK"), at=SENT_AT)
        record_bounce(notice=again(mail), by=make.clerk(), at=BOUNCED_AT, why="号码已停用")
        assert again(visit).state == "announced"
        assert not Event.objects.filter(kind="visit.unbooked").exists()
