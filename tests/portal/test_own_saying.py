"""What the debtor tells: each makes the hold or the task that the packs know, and can be followed."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.actions.statements import KINDS, record_statement
from cases.models import Circumstance, Hold
from documents.models import Document
from people.models import User
from portal.saying import SAYS
from tests import make, walk
from tests.agreements import cast
from tests.notices.cast import chain_holds, queued
from tests.portal.own_cast import TUESDAY, Inside, inside
from visits.models import Visit
from workflow.models import Duty
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db

PAID, NOT_MINE, WRONG_SUM, HOSPITAL, AFRAID, LAWYER, CALL = 1, 2, 3, 4, 8, 9, 11


@pytest.fixture(autouse=True)
def at(clock: Any) -> Any:
    clock.set(TUESDAY)
    return clock


@pytest.fixture
def came() -> Inside:
    return inside(walk.noticed().case, TUESDAY)


def visit_of(came: Inside) -> Visit:
    return Visit.objects.get(case=came.case)


def near(moment: Any, wanted: Any) -> bool:
    """Within the seconds that a test takes."""
    return bool(abs((moment - wanted).total_seconds()) < 300)


class TestEverything:
    def test_can_be_told_from_a_page_of_numbers(self, came: Inside) -> None:
        text = came.read("tell")
        for number in SAYS:
            assert came.get("tell_one", number).status_code == 200
        assert came.get("tell_one", 99).status_code == 404
        assert "I have paid already" in text

    def test_is_kept_with_the_link_and_told_as_the_debtors(self, came: Inside) -> None:
        for number, say in SAYS.items():
            item = {"item": "fees"} if say.items else {}
            answer = came.post("tell_one", number, text="请核对", **item)
            assert answer.status_code == 302, (number, answer.content.decode()[-600:])
        links = {
            row["link"] for row in came.told("debtor.said") + came.told("circumstance.recorded")
        }
        assert links == {came.link.pk}
        assert chain_holds(came.case)

    def test_is_followed_with_its_clock(self, came: Inside) -> None:
        came.post("tell_one", PAID, text="3 月 1 日转账 500 元")
        came.post("tell_one", NOT_MINE, text="不是我借的")
        text = came.read("answers")
        assert "I have paid already" in text
        assert "This is not mine" in text
        assert "We answer by" in text
        assert "Stopped: Visits only" in text
        duty = Duty.objects.get(case=came.case, kind="debtor.said.paid")
        Duty.objects.filter(pk=duty.pk).update(done_at=TUESDAY, done_by=make.clerk())
        assert "✓ Settled" in came.read("answers")


class TestPaid:
    def test_raises_a_task_and_keeps_the_receipt(self, came: Inside) -> None:
        file = SimpleUploadedFile("收据.png", make.PNG, "image/png")
        assert came.post("tell_one", PAID, text="已转账", file=file).status_code == 302
        duty = Duty.objects.get(case=came.case, kind="debtor.said.paid")
        assert duty.role == "clerk"
        assert near(duty.due_at, TUESDAY + timedelta(days=2))
        assert "已转账" in duty.says["zh"]
        (told,) = came.told("debtor.said")
        assert Document.objects.get(number=told["document"]).kind == "certificate"
        assert not Hold.objects.filter(case=came.case).exists()

    def test_wants_a_few_words(self, came: Inside) -> None:
        assert came.post("tell_one", PAID, text=" ").status_code == 422
        assert came.told("debtor.said") == []

    def test_takes_no_file_that_is_no_picture(self, came: Inside) -> None:
        file = SimpleUploadedFile("x.png", b"MZ not a picture", "image/png")
        assert came.post("tell_one", PAID, text="已转账", file=file).status_code == 422
        assert came.told("debtor.said") == []


class TestDispute:
    def test_holds_visits_at_once_and_cancels_the_one_ahead(self, came: Inside) -> None:
        came.post("tell_one", NOT_MINE, text="不是我借的")
        found = Circumstance.objects.get(case=came.case, kind="dispute")
        assert (found.source, found.about, found.remark) == ("debtor", "not mine", "不是我借的")
        assert found.hold is not None
        assert found.hold.scope == "visits"
        assert visit_of(came).state == "cancelled"
        duty = Duty.objects.get(case=came.case, kind="circumstance.dispute")
        assert near(duty.due_at, TUESDAY + timedelta(hours=360))

    def test_is_of_each_item_of_the_sum(self, came: Inside) -> None:
        for item in ("interest", "fees"):
            assert came.post("tell_one", WRONG_SUM, text="算错了", item=item).status_code == 302
        about = Circumstance.objects.filter(case=came.case).values_list("about", flat=True)
        assert set(about) == {"interest", "fees"}
        assert "The sum is wrong: Fees" in came.read("answers")

    def test_wants_the_item(self, came: Inside) -> None:
        for item in ("", "x", "principal' or 1"):
            assert came.post("tell_one", WRONG_SUM, text="算错了", item=item).status_code == 422

    def test_said_twice_is_told_so(self, came: Inside) -> None:
        came.post("tell_one", NOT_MINE, text="不是我借的")
        assert came.post("tell_one", NOT_MINE, text="不是我借的").status_code == 422
        assert Circumstance.objects.filter(case=came.case).count() == 1


class TestNeed:
    def test_in_hospital_stops_all_contact(self, came: Inside) -> None:
        waiting = queued(came.case, due_at=TUESDAY + timedelta(days=1), at=TUESDAY)
        came.post("tell_one", HOSPITAL)
        waiting.refresh_from_db()
        hold = Hold.objects.get(case=came.case)
        assert (hold.reason, hold.scope, waiting.state) == ("hospital", "all", "suppressed")

    def test_afraid_at_home_is_written_on_no_page_and_in_no_address(self, came: Inside) -> None:
        came.post("tell_one", AFRAID, text="家里有人动手")
        text = came.read("answers")
        assert "Something personal" in text
        assert "afraid" not in text
        assert "动手" not in text
        (told,) = came.told("circumstance.recorded")
        assert "remark" not in told

    def test_a_lawyer_is_named(self, came: Inside) -> None:
        assert came.post("tell_one", LAWYER).status_code == 422
        came.post("tell_one", LAWYER, text="沈律师 0571-8600 0000")
        assert Circumstance.objects.get(case=came.case).kind == "attorney"

    def test_a_call_is_asked_for_with_a_day_to_make_it(self, came: Inside) -> None:
        came.post("tell_one", CALL)
        duty = Duty.objects.get(case=came.case, kind="debtor.said.call")
        assert near(duty.due_at, TUESDAY + timedelta(days=1))


class TestRecordStatement:
    def test_gives_by_when_it_is_answered(self, came: Inside) -> None:
        due = record_statement(case=came.case, what="caring", text="", by=make.clerk(), at=TUESDAY)
        assert due == TUESDAY + KINDS["caring"].within

    def test_is_refused_of_what_nobody_knows(self, came: Inside) -> None:
        with pytest.raises(WrongInput):
            record_statement(case=came.case, what="x", text="", by=make.clerk(), at=TUESDAY)

    def test_is_refused_to_who_may_not_and_to_outsiders(self, came: Inside) -> None:
        with pytest.raises(RightRefused):
            record_statement(
                case=came.case, what="call", text="", by=make.compliance_officer(), at=TUESDAY
            )
        with pytest.raises(Outsider):
            record_statement(case=came.case, what="call", text="", by=make.outsider(), at=TUESDAY)

    def test_is_refused_once_the_case_is_closed(self) -> None:
        case = cast.again(cast.paid_up(cast.signed().case))
        type(case).objects.filter(pk=case.pk).update(state="closure", closed_at=cast.PAID)
        with pytest.raises(StateRefused):
            record_statement(
                case=cast.again(case), what="call", text="", by=User.objects.system(), at=cast.PAID
            )
