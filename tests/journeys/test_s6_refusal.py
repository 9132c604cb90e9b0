"""S6: the debtor says no at the door, and everything that lay ahead stops in the same moment."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from cases.models import Case, Refusal
from notices import outbox
from notices.models import Notice
from people.models import User
from tests import make, walk
from tests.door.on_phone import Phone
from timeline.chain import Verified, verify
from timeline.models import Event
from visits.actions import refusing
from visits.models import Visit
from workflow.approvals import SecondPersonNeeded, decide_approval
from workflow.steps import PolicyRefused, RightRefused, note

AT = make.moment("2026-03-05 14:33")


def full_queue() -> Visit:
    """At the door, with one visit planned, two reminders and one letter still to come."""
    visit = walk.asked()
    walk.planned(
        case=visit.case,
        starts_at=make.moment("2026-03-19 10:00"),
        at=make.moment("2026-03-05 14:32"),
    )

    def queue_three(case: Case, _by: User, _at: object) -> None:
        for kind, channel in (
            ("reminder_before", "email"), ("reminder_due", "email"), ("letter", "letter"),
        ):  # fmt: skip
            outbox.queue(
                case=case, kind=kind, channel=channel, recipient=case.debtor, address="x@y.example",
                language="zh", subject="通知", body="…", due_at=make.moment("2026-03-10 10:00"),
                dedupe_key=f"s6:{kind}", at=make.moment("2026-03-05 14:32"),
            )  # fmt: skip

    note(
        visit.case, event="test.queued", by=make.clerk(), at=make.moment("2026-03-05 14:32"),
        then=queue_three,
    )  # fmt: skip
    return Visit.objects.get(pk=visit.pk)


@pytest.fixture
def refused() -> Visit:
    visit = full_queue()
    refusing.refuse_at_door(
        visit=visit, remark="不同意上门\n请用电话联系", by=make.crew()[0], at=AT
    )
    return Visit.objects.get(pk=visit.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.browser
@pytest.mark.journey
class TestOnThePhone:
    def test_one_tap_ends_it_and_the_card_says_leave_now(
        self, open_page: Any, sign_in: Any, clock: Any
    ) -> None:
        visit = full_queue()
        clock.set("2026-03-05T14:33", zone="Asia/Shanghai")
        phone = open_page(width=390, height=844, language="en", has_touch=True, is_mobile=True)
        sign_in(phone, make.crew()[0])
        phone.goto(reverse("visits:door", args=[visit.reference]))
        assert "bank" not in phone.title().casefold()
        phone.locator(".door-foot").get_by_role("button", name="Refused").tap()

        phone.wait_for_url("**/left/")
        card = phone.locator("main").inner_text()
        assert "Leave now" in card
        assert "No visits until\nSat 4 Apr 2026" in card
        assert "Visits cancelled\n1" in card
        assert "Messages stopped\n3" in card
        assert phone.locator("[data-leave-left]").inner_text().startswith("1:")  # of two minutes
        visit = Visit.objects.get(pk=visit.pk)
        assert (visit.state, visit.outcome) == ("finished", "refused")

        phone.get_by_label("Two lines, if there is time").fill("不同意上门\n请用电话联系")
        phone.get_by_role("button", name="Keep the remark").tap()
        phone.get_by_text("Confirm the record").wait_for()
        for name in ("李伟", "王芳"):
            phone.get_by_role("button", name=name).tap()
            phone.locator(".tick.is-done", has_text=name).or_(
                phone.get_by_role("heading", name="Done")
            ).first.wait_for()
        phone.get_by_role("heading", name="Done").wait_for()
        visit = Visit.objects.get(pk=visit.pk)
        assert visit.why == "不同意上门\n请用电话联系"
        case = Case.objects.get()
        assert verify(case) == Verified(case.event_count, case.head)

    def test_one_tap_in_the_app_ends_it_without_a_signal_and_stops_the_rest_with_the_first_one(
        self, open_page: Any, sign_in: Any, clock: Any
    ) -> None:
        visit = full_queue()
        clock.set("2026-03-05T14:33", zone="Asia/Shanghai")
        phone = Phone(open_page, sign_in).open()
        phone.take_along()
        phone.press(f'[data-visit="{visit.reference}"]')
        phone.at("who")
        phone.no_signal()
        phone.press("#foot [data-way=refused]")
        phone.at("left:refused")
        card = phone.screen.inner_text()
        assert "Leave now" in card
        assert "Do not argue" in card
        assert "No visits until\nSat 4 Apr 2026" in card
        assert phone.page.locator("[data-leave-left]").inner_text()[:2] in {"1:", "2:"}
        phone.page.get_by_label("Two lines, if there is time").fill("不同意上门\n请用电话联系")
        phone.go_on()
        phone.attest()
        assert Visit.objects.get(pk=visit.pk).state == "started"
        phone.signal()
        phone.press("[data-do=send]")
        phone.sent()
        ended = Visit.objects.get(pk=visit.pk)
        assert (ended.state, ended.outcome) == ("finished", "refused")
        assert ended.why == "不同意上门\n请用电话联系"
        assert ended.finished_at is not None
        assert ended.finished_at - AT < timedelta(
            minutes=2
        )  # when it was said, not when it arrived
        stopped = Notice.objects.filter(dedupe_key__startswith="s6:")
        assert [notice.state for notice in stopped] == ["suppressed"] * 3
        assert Refusal.objects.get(case=visit.case).until == date(2026, 4, 4)
        assert Visit.objects.exclude(pk=visit.pk).get(case=visit.case).state == "cancelled"


@pytest.mark.django_db
class TestRefusalAtTheDoor:
    def test_ends_the_visit_at_once(self, refused: Visit) -> None:
        assert (refused.state, refused.outcome) == ("finished", "refused")
        assert refused.finished_at == AT
        assert Case.objects.get(pk=refused.case_id).state == "preparation"

    def test_cancels_all_four_that_were_queued_in_the_same_moment(self, refused: Visit) -> None:
        other = Visit.objects.exclude(pk=refused.pk).get(case=refused.case)
        assert other.state == "cancelled"
        stopped = Notice.objects.filter(dedupe_key__startswith="s6:")
        assert [notice.state for notice in stopped] == ["suppressed"] * 3
        told = Event.objects.filter(case=refused.case, occurred_at=AT)
        assert told.filter(kind="notice.suppressed").count() == 3
        assert told.filter(kind="visit.cancelled").count() == 1

    def test_bars_visits_to_the_fourth_of_april_and_cites_the_rule(self, refused: Visit) -> None:
        refusal = Refusal.objects.get(case=refused.case)
        assert refusal.until == date(2026, 4, 4)
        case = Case.objects.get(pk=refused.case_id)
        assert case.refused_until == date(2026, 4, 4)
        with pytest.raises(PolicyRefused) as caught:
            walk.planned(
                case=case,
                starts_at=make.moment("2026-03-24 10:00"),
                at=make.moment("2026-03-20 09:00"),
            )
        barred = next(f for f in caught.value.findings if f.rule == "ST-12")
        assert "until Sat 4 Apr 2026" in barred.says["en"]
        assert caught.value.earliest is not None
        assert caught.value.earliest >= make.moment("2026-04-05 00:00")

    def test_is_lifted_only_by_compliance_and_never_by_who_asked(self, refused: Visit) -> None:
        refusal = Refusal.objects.get(case=refused.case)
        at = make.moment("2026-03-20 10:00")
        asked = refusing.ask_to_lift(
            refusal=refusal, reason="债务人书面邀请 3 月 24 日上门", by=make.supervisor(), at=at
        )
        with pytest.raises(SecondPersonNeeded):
            decide_approval(approval=asked, granted=True, answer="x", by=make.supervisor(), at=at)
        with pytest.raises(RightRefused):
            decide_approval(
                approval=asked, granted=True, answer="x",
                by=make.supervisor(username="supervisor2"), at=at,
            )  # fmt: skip
        decide_approval(
            approval=asked,
            granted=True,
            answer="已核对书面邀请",
            by=make.compliance_officer(),
            at=at,
        )
        case = Case.objects.get(pk=refused.case_id)
        assert case.refused_until is None
        assert (
            walk.planned(
                case=case,
                starts_at=make.moment("2026-03-24 10:00"),
                at=make.moment("2026-03-20 11:00"),
            ).state
            == "planned"
        )

    def test_leaves_a_timeline_that_holds(self, refused: Visit) -> None:
        case = Case.objects.get(pk=refused.case_id)
        assert verify(case) == Verified(case.event_count, case.head)
