"""S4: the message comes back, the letter takes effect too late, and the visit leaves the plan by itself."""

from typing import Any

import pytest
from django.test import Client

from cases.models import Case
from notices import receipts, relay
from notices.actions import (
    mark_sent,
    queue_again,
    record_bounce,
    record_delivery,
    record_sent,
)
from notices.channels import Taken
from notices.models import Notice
from people.models import ContactPoint, User
from tests import make, walk
from timeline.chain import Verified, verify
from timeline.models import Event
from visits.actions.announcing import announce_visit, unbook_hopeless
from visits.models import Visit, VisitOfficer
from workflow.models import Duty
from workflow.steps import PolicyRefused, WrongInput

pytestmark = [pytest.mark.django_db, pytest.mark.journey]

SENT_AT = make.moment("2026-03-02 10:00")
BOUNCED_AT = make.moment("2026-03-02 10:04")


def again(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


def sms_and_letter(visit: Visit) -> None:
    """Announced on Monday at ten; the SMS goes by the agency's account, and nobody has that number."""
    account = make.account()
    ContactPoint.objects.create(
        person=visit.case.debtor, channel="sms", value="13800000404", source="contract"
    )
    announce_visit(
        visit=visit, language="zh", channels=["sms", "letter"], by=make.clerk(), at=SENT_AT
    )
    mark_sent(notice=visit.notices.get(channel="letter"), by=make.clerk(), at=SENT_AT)
    assert relay.send_due(SENT_AT).sent == 1
    sms = visit.notices.get(channel="sms")
    assert (sms.state, sms.account) == ("sent", account)
    receipts.poll_due(BOUNCED_AT)
    receipts.apply_open(BOUNCED_AT)


@pytest.fixture
def bounced() -> Visit:
    """Visit Thursday 14:30, told by SMS and letter on Monday at ten; the SMS is known to have failed at 10:04."""
    visit = walk.planned()
    sms_and_letter(visit)
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

    @pytest.mark.parametrize("page", ["/cases/{case}/", "/visits/{visit}/"])
    def test_each_page_says_it_once_to_whoever_reads_it(
        self, bounced: Visit, page: str, clock: Any
    ) -> None:
        clock.set(BOUNCED_AT)
        address = page.format(case=bounced.case.reference, visit=bounced.reference)
        for user in (make.clerk(), make.supervisor()):
            client = Client()
            client.force_login(user)
            shown = client.get(address).context["duties"]
            (told,) = [one for one in shown if one.kind.startswith("visit.unbooked.")]
            assert "请勿前往" in told.says["zh"]
            assert (told.role == "supervisor") == (user.role == "supervisor")

    def test_the_sentences_stand_together_as_chinese_does(self, bounced: Visit) -> None:
        assert "。 " not in Duty.objects.get(kind="visit.unbooked.supervisor").says["zh"]

    def test_the_page_names_the_crew_that_was_to_go_and_no_earlier_one(self) -> None:
        visit = walk.planned()
        before, *others = visit.crew.order_by("pk")
        VisitOfficer.objects.filter(pk=before.pk).update(
            slot=type(before.slot)(SENT_AT, BOUNCED_AT)
        )  # as of a plan before it was moved
        visit.crew.update(active=False)
        client = Client()
        client.force_login(make.clerk())
        crew = client.get(f"/visits/{visit.reference}/").context["crew"]
        assert [part.pk for part in crew] == [part.pk for part in others]

    def test_officer_and_supervisor_are_told_once(self, bounced: Visit) -> None:
        roles = Duty.objects.filter(case=bounced.case, kind__startswith="visit.unbooked.")
        assert sorted(roles.values_list("role", flat=True)) == ["officer", "supervisor"]
        from visits.actions.announcing import service_failed

        service_failed(bounced.notices.get(channel="sms"), BOUNCED_AT)  # the sweep tries again
        assert roles.count() == 2
        assert Event.objects.filter(kind="visit.unbooked").count() == 1

    def test_a_debtor_who_may_still_get_the_letter_is_called(self, bounced: Visit) -> None:
        assert Duty.objects.get(case=bounced.case, kind="visit.call_off").role == "clerk"

    def test_no_second_sms_goes_to_the_dead_number(self, bounced: Visit) -> None:
        assert ContactPoint.objects.get(channel="sms").dead_at == BOUNCED_AT
        sms = bounced.notices.get(channel="sms")
        assert sms.state == "bounced"
        assert sms.why in {"Nobody has this number.", "空号。"}  # as the worker speaks
        with pytest.raises(WrongInput):
            queue_again(notice=sms, why="x", by=make.clerk(), at=BOUNCED_AT)
        visit = walk.planned(
            case=again(bounced.case), starts_at=make.moment("2026-03-09 08:00"),
            at=make.moment("2026-03-02 11:00"),
        )  # fmt: skip
        with pytest.raises(WrongInput):
            announce_visit(
                visit=visit, language="zh", channels=["sms", "letter"], by=make.clerk(),
                at=make.moment("2026-03-02 11:00"),
            )  # fmt: skip
        assert Notice.objects.filter(channel="sms").count() == 1

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
        sms_and_letter(visit)
        assert again(visit).state == "announced"
        assert not Event.objects.filter(kind="visit.unbooked").exists()


def both_ways(starts_at: str = "2026-03-05 14:30") -> Visit:
    """Told by message and letter on Monday at ten; neither has left yet."""
    visit = walk.planned(starts_at=make.moment(starts_at))
    announce_visit(
        visit=visit, language="zh", channels=["email", "letter"], by=make.clerk(), at=SENT_AT
    )
    return visit


def comes_back(visit: Visit) -> None:
    mail = visit.notices.get(channel="email")
    record_sent(notice=mail, taken=Taken(provider_id="m1", answer="250 OK"), at=SENT_AT)
    record_bounce(notice=again(mail), by=make.clerk(), at=BOUNCED_AT, why="号码已停用")


def sweep(text: str) -> int:
    return unbook_hopeless(at=make.moment(text), by=User.objects.system())


class TestBeforeTheLetterIsPosted:
    """The same in the other order: the letter lies ready when the message comes back."""

    def test_the_visit_leaves_the_plan_where_even_a_letter_posted_now_comes_too_late(self) -> None:
        visit = both_ways()
        comes_back(visit)
        assert again(visit).state == "cancelled"
        told = Event.objects.get(case=visit.case, kind="visit.unbooked")
        assert told.data["decision"]["earliest"].startswith("2026-03-09T00:00")
        lead = next(found for found in told.findings if found["rule"] == "ST-04")
        assert (
            "Thu 5 Mar 2026, 24:00; 72 hours later is Sun 8 Mar 2026, 24:00" in lead["says"]["en"]
        )
        roles = Duty.objects.filter(case=visit.case, kind__startswith="visit.unbooked.")
        assert sorted(roles.values_list("role", flat=True)) == ["officer", "supervisor"]

    def test_the_letter_stays_here_and_nobody_calls_a_debtor_who_never_heard(self) -> None:
        visit = both_ways()
        comes_back(visit)
        assert visit.notices.get(channel="letter").state == "suppressed"
        assert not Duty.objects.filter(kind="visit.call_off").exists()
        assert Notice.objects.filter(channel="email").count() == 1  # none to the dead address

    def test_the_visit_stays_where_a_letter_posted_now_comes_early_enough(self) -> None:
        visit = both_ways("2026-03-09 08:00")
        comes_back(visit)
        assert again(visit).state == "announced"
        assert sweep("2026-03-02 12:00") == 0

    def test_a_letter_that_is_posted_too_late_loses_the_slot(self) -> None:
        visit = both_ways("2026-03-09 08:00")
        comes_back(visit)
        late = make.moment("2026-03-03 16:00")
        mark_sent(notice=visit.notices.get(channel="letter"), by=make.clerk(), at=late)
        assert sweep("2026-03-03 16:05") == 1
        assert again(visit).state == "cancelled"
        assert Duty.objects.get(kind="visit.unbooked.supervisor").says["en"].count("10 March") == 1
        assert Duty.objects.get(case=visit.case, kind="visit.call_off").role == "clerk"
        assert sweep("2026-03-03 16:10") == 0

    def test_a_letter_that_lies_about_loses_the_slot_on_the_day_it_comes_too_late(self) -> None:
        visit = both_ways("2026-03-09 08:00")
        comes_back(visit)
        assert sweep("2026-03-02 23:59") == 0
        assert sweep("2026-03-03 00:01") == 1
        assert Event.objects.filter(case=visit.case, kind="visit.unbooked").count() == 1
        assert verify(again(visit.case)).size == again(visit.case).event_count

    def test_a_letter_handed_over_with_a_slip_keeps_it(self) -> None:
        visit = both_ways("2026-03-09 08:00")
        comes_back(visit)
        letter, at = visit.notices.get(channel="letter"), make.moment("2026-03-03 10:00")
        mark_sent(notice=letter, by=make.clerk(), at=at)
        record_delivery(notice=again(letter), by=make.clerk(), at=at, delivered_at=at)
        assert sweep("2026-03-03 10:05") == 0
        assert again(visit).state == "noticed"

    def test_a_letter_alone_waits_for_its_slip(self) -> None:
        visit = walk.announced()
        mark_sent(notice=visit.notices.get(), by=make.clerk(), at=SENT_AT)
        assert sweep("2026-03-02 12:00") == 0
        assert again(visit).state == "announced"
