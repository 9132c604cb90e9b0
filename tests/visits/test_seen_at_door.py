"""What sent the officers away is a circumstance on record: held, reviewed and lifted as the packs say."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.circumstances import end_circumstance, raise_circumstance_reviews
from cases.models import Case, Circumstance, Hold
from people.models import User
from tests import make, walk
from timeline.models import Event
from visits.actions import refusing
from visits.actions.befalling import name_what_was_seen
from visits.models import Visit
from workflow.models import Duty
from workflow.steps import RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db

MOMENT = make.moment("2026-03-05 14:40")


def again(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def spared(kind: str = "", remark: str = "老人卧床") -> Visit:
    visit = walk.talking()
    refusing.spare_vulnerable(visit=visit, remark=remark, kind=kind, by=make.crew()[0], at=MOMENT)
    return again(visit)


class TestSpecialCare:
    def test_records_what_was_seen_with_the_hold_and_review_of_the_packs(self) -> None:
        visit = spared("serious_illness")
        found = Circumstance.objects.get(case=visit.case)
        assert (found.kind, found.source, found.since) == (
            "serious_illness", "officer", date(2026, 3, 5),
        )  # fmt: skip
        assert found.review_on == date(2026, 3, 20)  # 15 days, as the pack says
        assert found.hold is not None
        assert (found.hold.scope, found.hold.until) == ("visits", date(2026, 6, 3))  # 90 days
        duty = Duty.objects.get(kind="circumstance.serious_illness")
        assert (duty.role, duty.due_at) == ("supervisor", make.moment("2026-03-08 14:40"))
        assert again(visit.case).marks == ["serious_illness"]
        assert visit.state == "finished"

    def test_keeps_what_was_written_of_health_to_those_who_answer_for_the_case(self) -> None:
        visit = spared("serious_illness", "老人卧床")
        assert Circumstance.objects.get().remark == "老人卧床"
        assert "卧床" not in visit.why
        assert not any("卧床" in str(event.data) for event in Event.objects.filter(case=visit.case))
        assert not any("卧床" in hold.remark for hold in Hold.objects.all())

    def test_holds_all_the_same_where_nobody_can_tell_what_it_was(self) -> None:
        visit = spared()
        assert not Circumstance.objects.exists()
        assert Hold.objects.get(case=visit.case).reason == "vulnerable"

    def test_does_not_record_twice_what_is_on_record(self) -> None:
        visit = spared("disability")
        assert name_what_was_seen(
            visit=visit, kind="disability", remark="", by=make.crew()[0], at=MOMENT
        ) is None  # fmt: skip
        assert Circumstance.objects.count() == 1

    def test_refuses_a_kind_that_nobody_sees_at_a_door(self) -> None:
        visit = walk.talking()
        with pytest.raises(WrongInput):
            refusing.spare_vulnerable(
                visit=visit, remark="", kind="insolvency", by=make.crew()[0], at=MOMENT
            )
        assert again(visit).state == "started"
        assert not Hold.objects.exists()

    def test_is_reviewed_when_the_pack_says_and_lifted_by_a_supervisor(self) -> None:
        visit = spared("serious_illness")
        system = User.objects.system()
        assert raise_circumstance_reviews(at=make.moment("2026-03-19 09:00"), by=system) == 0
        assert raise_circumstance_reviews(at=make.moment("2026-03-20 09:00"), by=system) == 1
        found = Circumstance.objects.get()
        with pytest.raises(RightRefused):
            end_circumstance(
                circumstance=found, why="x", by=make.crew()[0], at=make.moment("2026-03-20 10:00")
            )
        end_circumstance(
            circumstance=found, why="已康复", by=make.supervisor(),
            at=make.moment("2026-03-20 10:00"),
        )  # fmt: skip
        assert again(visit.case).marks is None
        assert again(found.hold).ended_at is not None
        assert (
            Hold.objects.get(ended_at=None).reason == "vulnerable"
        )  # the door's own, till its end


class TestNotSafe:
    def test_records_a_threat_and_opens_one_incident(self) -> None:
        visit = walk.at_the_door()
        refusing.unsafe(visit=visit, remark="持刀", kind="threat", by=make.crew()[0], at=MOMENT)
        assert Circumstance.objects.get().kind == "threat"
        assert Event.objects.filter(case=visit.case, kind="incident.opened").count() == 1
        assert again(visit.case).marks == ["threat"]
        assert again(visit).outcome == "unsafe"

    def test_calls_a_supervisor_within_a_day_after_words_of_self_harm(self) -> None:
        visit = walk.at_the_door()
        refusing.unsafe(
            visit=visit, remark="说不想活了", kind="self_harm", by=make.crew()[0], at=MOMENT
        )
        duty = Duty.objects.get(kind="circumstance.self_harm")
        assert (duty.role, duty.due_at) == ("supervisor", make.moment("2026-03-06 14:40"))
        assert "不想活" not in again(visit).why


class TestAfterwards:
    def test_can_be_named_from_the_street_and_follows_at_once(self, clock: Any) -> None:
        visit = spared()
        clock.set("2026-03-05T14:45", zone="Asia/Shanghai")
        client = Client()
        client.force_login(make.crew()[0])
        client.cookies["django_language"] = "en"
        address = reverse("visits:left", args=[visit.reference])
        page = client.get(address).content.decode()
        assert "What did you see?" in page
        assert 'value="" selected' in page  # nothing stands there that nobody said
        answer = client.post(address, {"kind": "bereaved", "remark": "父亲去世"})
        assert answer.status_code == 302
        assert Circumstance.objects.get().kind == "bereaved"
        assert "What did you see?" not in client.get(address).content.decode()

    def test_takes_a_plain_remark_where_nothing_was_seen(self, clock: Any) -> None:
        visit = spared()
        clock.set("2026-03-05T14:45", zone="Asia/Shanghai")
        client = Client()
        client.force_login(make.crew()[0])
        client.post(reverse("visits:left", args=[visit.reference]), {"kind": "", "remark": "无人"})
        assert "无人" in again(visit).why
        assert not Circumstance.objects.exists()

    def test_is_for_the_crew_and_for_a_visit_that_is_over(self) -> None:
        visit = walk.talking()
        officer = make.crew()[0]
        with pytest.raises(StateRefused):
            name_what_was_seen(visit=visit, kind="disability", remark="", by=officer, at=MOMENT)
        refusing.spare_vulnerable(visit=visit, remark="", by=officer, at=MOMENT)
        stranger = make.officer(badge="077", full_name="赵强")
        with pytest.raises(WrongInput):
            name_what_was_seen(
                visit=again(visit), kind="disability", remark="", by=stranger, at=MOMENT
            )

    def test_stands_as_an_overlay_on_the_case(self, clock: Any) -> None:
        visit = spared("bereaved")
        clock.set("2026-03-05T15:00", zone="Asia/Shanghai")
        client = Client()
        client.force_login(make.clerk())
        client.cookies["django_language"] = "en"
        assert "bereaved" in client.get(Case.objects.get(pk=visit.case_id).get_absolute_url()).content.decode()  # fmt: skip
