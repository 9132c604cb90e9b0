"""When a notice takes effect, when it does not, and what the debtor is told when a visit is off."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from cases.models import Case
from notices.actions import mark_sent, record_bounce, record_delivery, record_sent
from notices.channels import Taken
from notices.models import Notice
from people.models import ContactPoint
from tests import make, walk
from timeline.chain import Verified, verify
from timeline.models import Event
from visits.actions.announcing import announce_visit
from visits.actions.planning import cancel_visit, move_visit
from visits.models import Visit
from workflow.models import Duty
from workflow.steps import RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db

BOUNCED_AT = make.moment("2026-03-02 10:04")


def by_both(*, starts_at: datetime = walk.VISIT_AT) -> Visit:
    """Announced by e-mail and letter; neither has left yet."""
    visit = walk.planned(starts_at=starts_at)
    announce_visit(
        visit=visit, language="zh", channels=["email", "letter"], by=make.clerk(),
        at=walk.NOTICED_AT,
    )  # fmt: skip
    return again(visit)


def again(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


def mail_goes(visit: Visit) -> Notice:
    """The mail server takes the e-mail; by the story's pack that is service."""
    mail = visit.notices.get(channel="email")
    taken = Taken(provider_id="m1", answer="250 OK")
    record_sent(notice=mail, taken=taken, at=walk.NOTICED_AT)
    return again(mail)


class TestTakesEffect:
    def test_by_the_mail_server_s_yes_as_the_pack_says(self) -> None:
        visit = by_both()
        mail_goes(visit)
        visit = again(visit)
        assert (visit.state, visit.served_at) == ("noticed", walk.NOTICED_AT)
        assert again(visit.case).state == "notice"

    def test_once_only(self) -> None:
        visit = by_both()
        mail_goes(visit)
        letter = visit.notices.get(channel="letter")
        mark_sent(notice=letter, by=make.clerk(), at=walk.NOTICED_AT)
        later = make.moment("2026-03-03 15:00")
        record_delivery(notice=again(letter), by=make.clerk(), at=later, delivered_at=later)
        assert again(visit).served_at == walk.NOTICED_AT
        assert Event.objects.filter(kind="visit.noticed").count() == 1

    def test_so_late_that_the_visit_has_to_move(self) -> None:
        visit = walk.announced()
        letter = visit.notices.get()
        mark_sent(notice=letter, by=make.clerk(), at=walk.NOTICED_AT)
        late = make.moment("2026-03-04 09:00")
        record_delivery(notice=again(letter), by=make.clerk(), at=late, delivered_at=late)
        duty = Duty.objects.get(case=visit.case, kind="visit.too_soon", done_at=None)
        assert duty.role == "clerk"
        # 72 hours end on Saturday the 7th at 09:00, which is within the lawful hours.
        assert "7 March 2026, 09:00" in duty.says["en"]
        assert "2026年3月7日" in duty.says["zh"]


class TestDoesNotArrive:
    def test_the_last_way_lost_means_the_visit_is_announced_anew(self) -> None:
        visit = walk.noticed()
        letter = visit.notices.get()
        record_bounce(notice=letter, by=make.clerk(), at=BOUNCED_AT, why="查无此人")
        visit = again(visit)
        assert (visit.state, visit.served_at) == ("planned", None)
        case = again(visit.case)
        assert case.state == "preparation"
        assert Duty.objects.get(case=case, kind="visit.notice_lost", done_at=None).role == "clerk"
        assert verify(case) == Verified(case.event_count, case.head)

        announce_visit(
            visit=visit, language="zh", channels=["email"], by=make.clerk(),
            at=make.moment("2026-03-02 11:00"),
        )  # fmt: skip
        assert again(visit).state == "announced"
        assert not Duty.objects.filter(kind="visit.notice_lost", done_at=None).exists()

    def test_the_letter_still_on_its_way_keeps_the_visit_announced(self) -> None:
        visit = by_both(starts_at=make.moment("2026-03-10 14:30"))  # early enough for a letter
        mail = mail_goes(visit)
        record_bounce(notice=mail, by=make.clerk(), at=BOUNCED_AT, why="550 no such user")
        visit = again(visit)
        assert (visit.state, visit.served_at) == ("announced", None)
        assert again(visit.case).state == "preparation"
        assert ContactPoint.objects.get(channel="email").dead_at == BOUNCED_AT

        letter = visit.notices.get(channel="letter")
        mark_sent(notice=letter, by=make.clerk(), at=BOUNCED_AT)
        at = make.moment("2026-03-02 14:00")
        record_delivery(notice=again(letter), by=make.clerk(), at=at, delivered_at=at)
        assert (again(visit).state, again(visit).served_at) == ("noticed", at)

    def test_another_that_was_delivered_keeps_the_visit_noticed(self) -> None:
        visit = by_both()
        mail = mail_goes(visit)
        letter = visit.notices.get(channel="letter")
        mark_sent(notice=letter, by=make.clerk(), at=walk.NOTICED_AT)
        record_delivery(
            notice=again(letter), by=make.clerk(), at=BOUNCED_AT, delivered_at=BOUNCED_AT
        )
        record_bounce(notice=mail, by=make.clerk(), at=BOUNCED_AT, why="550")
        assert again(visit).state == "noticed"
        assert Event.objects.filter(kind="visit.notice_failed").count() == 1

    def test_a_notice_of_the_old_slot_changes_nothing(self) -> None:
        visit = walk.noticed()
        letter = visit.notices.get()
        move_visit(
            visit=visit, place=visit.place, starts_at=make.moment("2026-03-07 10:00"),
            ends_at=make.moment("2026-03-07 11:00"), officers=make.crew(), by=make.clerk(),
            at=make.moment("2026-03-03 09:00"),
        )  # fmt: skip
        record_bounce(
            notice=letter, by=make.clerk(), at=make.moment("2026-03-03 10:00"), why="退回"
        )
        assert not Event.objects.filter(kind="visit.notice_failed").exists()


class TestCancelVisit:
    def test_stops_what_is_queued_and_says_nothing_where_nothing_had_gone(self) -> None:
        visit = walk.announced()
        cancel_visit(visit=visit, why="改为电话沟通", by=make.clerk(), at=BOUNCED_AT)
        assert again(visit).state == "cancelled"
        assert [n.state for n in Notice.objects.all()] == ["suppressed"]
        assert not Duty.objects.filter(kind="visit.call_off").exists()
        assert not visit.crew.filter(active=True).exists()

    def test_tells_by_e_mail_whoever_was_told_by_e_mail(self) -> None:
        visit = by_both()
        mail_goes(visit)
        cancel_visit(
            visit=again(visit), why="改为电话沟通", by=make.clerk(),
            at=make.moment("2026-03-03 09:00"),
        )  # fmt: skip
        off = Notice.objects.get(kind="visit_cancelled")
        assert (off.channel, off.state) == ("email", "queued")
        assert "14:30" in off.body
        assert "欠" not in off.subject
        assert again(visit.case).state == "preparation"

    def test_asks_for_a_call_where_only_a_letter_had_gone(self) -> None:
        visit = walk.noticed()
        cancel_visit(
            visit=visit, why="改为电话沟通", by=make.clerk(), at=make.moment("2026-03-05 13:00")
        )
        duty = Duty.objects.get(kind="visit.call_off")
        assert duty.due_at == walk.VISIT_AT  # before the debtor waits in vain
        assert not Notice.objects.filter(kind="visit_cancelled").exists()

    def test_is_refused_once_the_visit_has_begun_and_to_compliance(self) -> None:
        visit = walk.at_the_door()
        at = make.moment("2026-03-05 14:40")
        with pytest.raises(StateRefused):
            cancel_visit(visit=visit, why="x", by=make.clerk(), at=at)
        with pytest.raises(RightRefused):
            cancel_visit(visit=visit, why="x", by=make.compliance_officer(), at=at)


class TestAnnounceVisit:
    def test_is_refused_without_a_lawful_address_for_the_way(self) -> None:
        case = make.prepared_case(contact_points=[])
        visit = walk.planned(case=case)
        with pytest.raises(WrongInput) as wrong:
            announce_visit(
                visit=visit, language="zh", channels=["email"], by=make.clerk(), at=walk.NOTICED_AT
            )
        assert wrong.value.field == "email"
        with pytest.raises(WrongInput):
            announce_visit(
                visit=visit, language="fr", channels=["letter"], by=make.clerk(), at=walk.NOTICED_AT
            )
        assert again(visit).state == "planned"

    def test_is_refused_to_an_officer(self) -> None:
        visit = walk.planned()
        with pytest.raises(RightRefused):
            announce_visit(
                visit=visit, language="zh", channels=["letter"], by=make.crew()[0],
                at=walk.NOTICED_AT,
            )  # fmt: skip

    def test_frames_the_mail_with_who_writes_and_where_to_complain(self) -> None:
        visit = by_both()
        body = visit.notices.get(channel="email").body
        assert body.startswith("王海燕 您好")
        for told in ("清水信用服务", "12378", "0571-8800 0000", "您可以拒绝上门"):
            assert told in body

    def test_says_the_usual_purpose_in_both_languages(self) -> None:
        from visits.notice import OUTCOME, PURPOSE, compose

        visit = walk.planned()
        Visit.objects.filter(pk=visit.pk).update(
            purpose=PURPOSE["en"], intended_outcome=OUTCOME["zh"]
        )
        notice = compose(again(visit), walk.NOTICED_AT + timedelta())
        assert notice.parts["purpose"] == [PURPOSE]
        assert notice.parts["intended_outcome"] == [OUTCOME]
        assert Case.objects.get().visits.count() == 1
