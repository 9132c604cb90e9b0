"""What is due and how it is paid, as the debtor follows it; another plan is asked for before it breaks."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from agreements import due
from agreements.actions.closing import issue_certificate
from agreements.actions.drawing import renegotiate
from agreements.actions.paying import record_payment, reverse_payment
from agreements.actions.wishing import ask_new_plan
from agreements.models import Agreement, Payment
from cases.models import Debt
from people.models import Organisation
from tests import make, walk
from tests.agreements import cast
from tests.agreements.test_accounting import a_case, state
from tests.notices.cast import chain_holds
from tests.portal.own_cast import TUESDAY, Inside, inside, words_of
from workflow.models import Duty
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db

APRIL = make.moment("2026-04-10 10:00")
MAY = make.moment("2026-05-20 10:00")


@pytest.fixture
def plan() -> Agreement:
    """The agreement of the stories: six instalments from 15 April."""
    return cast.signed()


@pytest.fixture
def came(plan: Agreement, clock: Any) -> Inside:
    clock.set(APRIL)
    return inside(plan.case, APRIL)


def other_case() -> Any:
    return make.case(
        reference="HZ-2026-0999", external_reference="N-9",
        who=make.debtor(name="李雷", id_number="330102199001012427"),
    )  # fmt: skip


def paid(plan: Agreement, amount: str, at: Any = APRIL) -> Payment:
    return record_payment(
        case=cast.again(plan.case), amount=Decimal(amount), method="transfer", received_at=at,
        by=make.clerk(), at=at,
    )  # fmt: skip


class TestDue:
    def test_of_a_plan_is_the_next_instalment_with_what_is_missing_of_it(
        self, plan: Agreement, came: Inside
    ) -> None:
        text = came.read("sums")
        assert "Next instalment CNY 6,500.00" in text
        paid(plan, "500.00")
        assert "Next instalment CNY 6,000.00" in came.read("sums")

    def test_names_what_is_late_by_its_day(self, plan: Agreement, clock: Any) -> None:
        clock.set(MAY)
        text = inside(plan.case, MAY).read("sums")
        assert "Still missing CNY 13,000.00" in text
        assert "Instalment 2, due on Fri 15 May 2026" in text

    def test_without_a_plan_is_the_whole_sum_with_its_parts(self, clock: Any) -> None:
        clock.set(TUESDAY)
        text = inside(walk.noticed().case, TUESDAY).read("sums")
        for figure in ("CNY 40,000.00", "38,600.00", "1,158.00", "242.00"):
            assert figure in text

    def test_says_so_where_a_court_could_not_be_asked_any_more(self, clock: Any) -> None:
        clock.set(TUESDAY)
        case = walk.noticed().case
        Debt.objects.filter(case=case).update(limitation_ends_on=TUESDAY.date() - timedelta(days=9))
        assert "You may refuse to pay." in inside(case, TUESDAY).read("sums")


class TestHowToPay:
    def test_names_the_creditors_account_and_the_reference(self, came: Inside) -> None:
        text = came.read("sums")
        for word in ("西湖银行文三路支行", "6222 0000 0000 0000", came.case.reference):
            assert word in text

    def test_invents_no_account_where_none_is_on_record(self, came: Inside) -> None:
        Organisation.objects.filter(pk=came.case.creditor_id).update(bank_account="")
        assert "Ask the creditor for its account." in came.read("sums")

    def test_speaks_chinese(self, came: Inside) -> None:
        came.language = "zh"
        text = came.read("sums")
        assert "下一期" in text
        assert "收款账号" in text


class TestFollowing:
    def test_shows_how_far_the_plan_has_come_and_opens_the_receipt(
        self, plan: Agreement, came: Inside
    ) -> None:
        payment = paid(plan, "6500.00")
        text = came.read("sums")
        assert "1 of 6 instalments are paid: 6,500.00 of 39,000.00." in text
        assert payment.receipt is not None
        answer = came.get("paper", payment.receipt.number)
        assert b"".join(answer.streaming_content).startswith(b"%PDF")

    def test_shows_the_note_of_a_payment_that_was_taken_back(
        self, plan: Agreement, came: Inside
    ) -> None:
        payment = paid(plan, "6500.00")
        reverse_payment(payment=payment, why="退票", by=make.clerk(), at=APRIL)
        payment.refresh_from_db()
        assert payment.reversal_note is not None
        assert "Note that it was taken back" in came.read("sums")
        assert came.get("paper", payment.reversal_note.number).status_code == 200

    def test_says_what_pays_all_off_on_any_day(self, came: Inside) -> None:
        text = came.read("sums", query="?on=2026-06-01")
        assert "Whoever pays CNY 39,000.00 on Mon 1 Jun 2026 owes nothing afterwards" in text
        for wrong in ("?on=x", "?on=1999-01-01", "?on=9999-12-31", "?on=2026-13-45"):
            assert "owes nothing afterwards" in came.read("sums", query=wrong)

    def test_keeps_the_day_within_a_year(self, plan: Agreement) -> None:
        today = APRIL.date()
        assert due.owed_on(plan.case, today - timedelta(days=9), today)[0] == today
        assert due.owed_on(plan.case, today + timedelta(days=999), today)[0] == today + due.FARTHEST

    def test_reckons_the_interest_of_the_days_to_come(self) -> None:
        case = a_case()
        state(case, "12", "2026-03-01", MAY)
        case = cast.again(case)
        today = MAY.date()
        now, later = (due.owed_on(case, today + timedelta(days=n), today)[1] for n in (0, 30))
        assert now < later < now + 500

    def test_is_told_with_the_figures_that_were_shown(self, came: Inside) -> None:
        came.read("sums")
        came.read("sums")
        came.read("sums", query="?on=2026-06-01")
        shown = [row for row in came.told("portal.shown") if row["page"] == "account"]
        assert [row.get("day") for row in shown] == [None, "2026-06-01"]
        assert {row["balance"] for row in shown} == {"39000.00"}
        assert chain_holds(came.case)


class TestPaidOff:
    def test_waits_for_the_certificate_and_then_opens_it(self, plan: Agreement, clock: Any) -> None:
        clock.set(cast.PAID)
        case = cast.paid_up(plan.case)
        came = inside(case, cast.PAID)
        text = came.read("sums")
        assert "Nothing is owed any more." in text
        assert "You get a settlement certificate that says so" in text
        document = issue_certificate(case=cast.again(case), by=make.clerk(), at=cast.PAID)
        assert document.number in came.read("sums")
        assert came.get("paper", document.number).status_code == 200
        other = inside(other_case(), cast.PAID)
        assert other.get("paper", document.number).status_code == 404


class TestAnotherPlan:
    def test_comes_to_the_work_list_with_its_clock(self, came: Inside) -> None:
        answer = came.post("other_plan", cause="income", text="下月停工")
        assert answer.status_code == 302, answer.content.decode()[-800:]
        duty = Duty.objects.get(case=came.case, kind="debtor.said.new_plan")
        assert abs((duty.due_at - APRIL - timedelta(days=2)).total_seconds()) < 300
        assert duty.says["zh"].endswith("原因：失业或收入减少。“下月停工”")
        (told,) = came.told("debtor.said")
        assert (told["what"], told["renewal"], told["due_on"]) == (
            "new_plan",
            "income",
            "2026-04-15",
        )
        assert told["link"] == came.link.pk
        assert "I need another plan" in came.read("answers")
        assert "You asked for another plan. We answer by" in came.read("sums")

    def test_is_asked_once_until_it_is_answered(self, came: Inside) -> None:
        assert came.post("other_plan", cause="dates").status_code == 302
        assert came.post("other_plan", cause="dates").status_code == 422
        assert len(came.told("debtor.said")) == 1

    def test_wants_one_of_the_reasons(self, came: Inside) -> None:
        for cause in ("", "x", "mistake"):
            assert came.post("other_plan", cause=cause).status_code == 422

    def test_is_taken_up_by_a_clerk_without_writing_it_again(
        self, came: Inside, client: Client
    ) -> None:
        came.post("other_plan", cause="family", text="需要照顾父亲")
        duty = Duty.objects.get(case=came.case, kind="debtor.said.new_plan")
        client.force_login(make.clerk())
        page = client.get(reverse("desk:duty", args=[duty.pk]), headers={"Accept-Language": "en"})
        assert "Take it up as a proposal" in words_of(page)
        where = page.context["take_up"]
        assert "父亲" not in unquote(where)
        form = client.get(where).context["form"]
        assert form.initial["cause"] == "family"
        assert form.initial["reason"] == "需要照顾父亲"

    def test_is_answered_by_the_terms_that_a_clerk_draws_up(self, came: Inside) -> None:
        came.post("other_plan", cause="dates")
        renegotiate(
            case=cast.again(came.case), cause="dates", reason="换日期", plan="equal",
            rows=cast.six_instalments(), channel="phone", by=make.clerk(), at=APRIL, new_loan=False,
        )  # fmt: skip
        assert Duty.objects.get(case=came.case, kind="debtor.said.new_plan").done_at

    def test_is_refused_where_no_plan_is_in_force(self, clock: Any) -> None:
        clock.set(TUESDAY)
        case = walk.noticed().case
        came = inside(case, TUESDAY)
        assert came.post("other_plan", cause="income").status_code == 422
        assert "There is no plan in force" in came.read("other_plan")
        with pytest.raises(StateRefused):
            ask_new_plan(case=case, cause="income", text="", by=make.clerk(), at=TUESDAY)

    def test_is_refused_to_who_may_not_and_to_outsiders(self, plan: Agreement) -> None:
        case = cast.again(plan.case)
        for by, refusal in (
            (make.compliance_officer(), RightRefused),
            (make.outsider(), Outsider),
        ):
            with pytest.raises(refusal):
                ask_new_plan(case=case, cause="income", text="", by=by, at=APRIL)
        with pytest.raises(WrongInput):
            ask_new_plan(case=case, cause="", text="", by=make.clerk(), at=APRIL)

    def test_opens_to_no_foreign_link(self, came: Inside) -> None:
        stranger = Client()
        for name in ("sums", "other_plan"):
            assert stranger.get(came.address(name)).status_code == 302
            assert stranger.post(came.address(name), {"cause": "income"}).status_code == 302
        assert came.told("debtor.said") == []
