"""Rates and charges: stated by a person, allowed by the packs, and reckoned whatever comes when."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from agreements import papers
from agreements.accounts import standing
from agreements.actions import accounting, accruing, closing, paying
from agreements.policy import ledger_sums
from cases.models import Case, DebtRate, LedgerEntry
from common.money import show
from tests import make
from tests.agreements import cast
from workflow.approvals import decide_approval
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db
LATER = make.moment("2026-06-01 10:00")


@pytest.fixture(autouse=True)
def _plain_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("agreement_pdf", "receipt_pdf", "reversal_pdf", "certificate_pdf"):
        monkeypatch.setattr(f"agreements.papers.{name}", lambda *_given, **_more: make.PDF)


def a_case(principal: str = "40000.00", **terms: Any) -> Case:
    """A case of one debt whose figures speak of the first of March."""
    case = make.prepared_case()
    case.debts.update(stated_on=date(2026, 3, 1), **terms)
    return cast.again(case)


def state(case: Case, percent: str, since: str, at: datetime = LATER, **given: Any) -> DebtRate:
    said = {"kind": "contract", "source": "合同第三条", "by": make.clerk(), **given}
    return accounting.state_rate(
        case=cast.again(case), debt=case.debts.get(), percent=Decimal(percent),
        since=date.fromisoformat(since), at=at, **said,
    )  # fmt: skip


def charge(case: Case, amount: str, on: str, at: datetime = LATER, **given: Any) -> LedgerEntry:
    said = {"charge": "court", "remark": "（2026）浙01民初1号判决", "by": make.clerk(), **given}
    return accounting.book_charge(
        case=cast.again(case), debt=case.debts.get(), amount=Decimal(amount),
        booked_on=date.fromisoformat(on), filename="judgment.pdf", content=make.PDF, at=at, **said,
    )  # fmt: skip


def pay(case: Case, amount: str, on: str, at: datetime = LATER) -> Any:
    return paying.record_payment(
        case=cast.again(case), amount=Decimal(amount), method="transfer",
        received_at=make.moment(f"{on} 09:00"), by=make.clerk(), at=at,
    )  # fmt: skip


def ties(case: Case) -> bool:
    fresh = cast.again(case)
    return ledger_sums(fresh) == {
        "fees": fresh.fees, "interest": fresh.interest, "principal": fresh.principal,
    }  # fmt: skip


class TestStateRate:
    def test_books_the_interest_of_the_days_since(self) -> None:
        case = a_case()
        before, principal = case.interest, case.principal
        state(case, "7.3", "2026-03-01", at=make.moment("2026-04-01 09:00"))
        bears = (principal * Decimal("0.073") * 31 / 365).quantize(Decimal("0.01"))
        assert cast.again(case).interest == before + bears
        [entry] = case.ledger.filter(kind="accrual")
        assert (entry.since, entry.booked_on) == (date(2026, 3, 1), date(2026, 3, 31))
        assert (entry.base, entry.rate) == (principal, DebtRate.objects.get())
        assert ties(case)
        told = case.events.get(kind="rate.stated").data
        assert (told["percent"], told["source"]) == ("7.3", "合同第三条")
        assert cast.chain_holds(case)

    def test_bears_no_day_before_the_creditor_s_own_figures(self) -> None:
        case = a_case()
        state(case, "7.3", "2020-01-01", at=make.moment("2026-03-01 09:00"))
        assert cast.again(case).interest == case.interest

    def test_over_the_ceiling_is_refused_with_figures_and_citation(self) -> None:
        case = a_case(contract_on=date(2025, 11, 1), cost_rate=Decimal(10), platform=True)
        Case.objects.filter(pk=case.pk).update(packs=["cn", "story"])
        with pytest.raises(PolicyRefused) as refused:
            state(case, "39", "2026-03-01")
        [found] = [finding for finding in refused.value.findings if "39" in finding.says["en"]]
        assert "24" in found.says["en"]
        assert found.citation.article
        assert not DebtRate.objects.exists()
        assert cast.again(case).events.get(kind="policy.refused").data["asked"] == "rate.state"

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"percent": "-1"}, "percent"),
            ({"percent": "NaN"}, "percent"),
            ({"percent": "1000"}, "percent"),
            ({"source": " "}, "source"),
            ({"kind": "bonus"}, "kind"),
            ({"basis": "moon"}, "kind"),
            ({"until": date(2026, 2, 28)}, "until"),
        ],
    )
    def test_refuses_what_makes_no_sense(self, given: dict[str, Any], field: str) -> None:
        case = a_case()
        with pytest.raises(WrongInput) as wrong:
            state(case, given.pop("percent", "5"), "2026-03-01", **given)
        assert wrong.value.field == field

    def test_is_not_for_officers_nor_outsiders_nor_closed_cases(self) -> None:
        case = a_case()
        with pytest.raises(RightRefused):
            state(case, "5", "2026-03-01", by=make.officer())
        with pytest.raises(Outsider):
            state(case, "5", "2026-03-01", by=make.outsider())
        asked = closing.request_early_closure(
            case=cast.again(case), closed_as="withdrawn", reason="撤回", by=make.clerk(), at=LATER
        )
        decide_approval(approval=asked, granted=True, answer="同意", by=make.supervisor(), at=LATER)
        with pytest.raises(StateRefused):
            state(case, "5", "2026-03-01")

    def test_is_withdrawn_with_all_that_it_bore(self) -> None:
        case = a_case()
        rate = state(case, "7.3", "2026-03-01")
        assert cast.again(case).interest > case.interest
        accounting.withdraw_rate(rate=rate, why="录错合同", by=make.clerk(), at=LATER)
        assert cast.again(case).interest == case.interest
        assert ties(case)
        with pytest.raises(WrongInput):
            accounting.withdraw_rate(rate=rate, why="再次", by=make.clerk(), at=LATER)
        with pytest.raises(RightRefused):
            accounting.withdraw_rate(rate=rate, why="x", by=make.officer(), at=LATER)


class TestBookCharge:
    def test_adds_a_cost_with_its_paper(self) -> None:
        case = a_case()
        entry = charge(case, "350.00", "2026-05-02")
        assert cast.again(case).fees == case.fees + 350
        assert entry.document is not None
        assert case.events.get(kind="charge.booked").data["amount"] == "350.00"
        assert ties(case)

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"amount": "0"}, "amount"), ({"amount": "1.005"}, "amount"),
            ({"charge": "tip"}, "charge"), ({"remark": " "}, "remark"),
            ({"on": "2026-06-02"}, "booked_on"),
        ],
    )  # fmt: skip
    def test_refuses_what_makes_no_sense(self, given: dict[str, str], field: str) -> None:
        case = a_case()
        with pytest.raises(WrongInput) as wrong:
            charge(case, given.pop("amount", "1.00"), given.pop("on", "2026-05-01"), **given)
        assert wrong.value.field == field
        assert ties(case)

    def test_waits_while_an_agreement_is_kept(self) -> None:
        with translation.override("en"), pytest.raises(WrongInput, match="agreement"):
            charge(cast.signed().case, "1.00", "2026-05-01")

    def test_waits_as_a_rate_does(self) -> None:
        case = cast.signed().case
        with translation.override("en"), pytest.raises(WrongInput, match="agreement"):
            state(case, "5", "2026-03-01")
        assert ties(case)

    def test_is_not_for_officers_nor_outsiders(self) -> None:
        case = a_case()
        with pytest.raises(RightRefused):
            charge(case, "1.00", "2026-05-01", by=make.officer())
        with pytest.raises(Outsider):
            charge(case, "1.00", "2026-05-01", by=make.outsider())


class TestWhateverTheOrder:
    def test_a_payment_that_is_learnt_late_takes_back_what_it_would_not_have_borne(self) -> None:
        late, early = a_case(), a_case_of("HZ-2026-0301")
        for case in (late, early):
            state(case, "7.3", "2026-03-01", at=make.moment("2026-03-02 09:00"))
        pay(early, "10000.00", "2026-03-11", at=make.moment("2026-03-11 12:00"))
        for case in (early, late):
            accruing.accrue(case=cast.again(case), at=make.moment("2026-05-01 09:00"))
        pay(late, "10000.00", "2026-03-11", at=make.moment("2026-05-01 10:00"))
        assert sums(late) == sums(early)
        assert ties(late)

    def test_a_reversed_payment_leaves_no_trace_in_the_sums(self) -> None:
        case, other = a_case(), a_case_of("HZ-2026-0302")
        for one in (case, other):
            state(one, "7.3", "2026-03-01", at=make.moment("2026-03-02 09:00"))
        payment = pay(case, "10000.00", "2026-03-11", at=make.moment("2026-04-01 09:00"))
        paying.reverse_payment(payment=payment, why="银行退票", by=make.clerk(), at=LATER)
        accruing.accrue(case=cast.again(other), at=LATER)
        assert sums(case) == sums(other)
        assert ties(case)

    @given(st.randoms(use_true_random=False))
    @settings(
        max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def test_the_ledger_ends_the_same(self, examples: list[int], random: Random) -> None:
        examples[0] += 1
        case = a_case_of(f"HZ-2026-1{examples[0]:03}")
        doings = [
            lambda: state(case, "8", "2026-03-01"),
            lambda: state(case, "5", "2026-04-15"),
            lambda: charge(case, "350.00", "2026-04-01"),
            lambda: pay(case, "3000.00", "2026-03-20"),
            lambda: pay(case, "1234.56", "2026-05-03"),
        ]
        random.shuffle(doings)
        for do in doings:
            do()
            assert ties(case)
            assert standing(cast.again(case), date(2026, 6, 1)).balance == cast.again(case).balance
        examples.append(hash(tuple(sorted(sums(case).items()))))
        assert len(set(examples[1:])) == 1

    @pytest.fixture
    def examples(self) -> list[int]:
        return [0]


def a_case_of(reference: str) -> Case:
    case = make.prepared_case(reference=reference, external_reference=f"L-{reference[-4:]}")
    case.debts.update(stated_on=date(2026, 3, 1))
    return cast.again(case)


def sums(case: Case) -> dict[str, Decimal]:
    fresh = cast.again(case)
    return {"fees": fresh.fees, "interest": fresh.interest, "principal": fresh.principal}


class TestNoStaleBalance:
    def test_the_clock_books_each_day_once(self) -> None:
        case = a_case()
        state(case, "7.3", "2026-03-01", at=make.moment("2026-03-02 09:00"))
        for _twice in range(2):
            accruing.sweep(make.moment("2026-03-05 00:01"))
        assert case.ledger.filter(kind="accrual").count() == 2
        assert case.events.get(kind="interest.accrued").data["until"] == "2026-03-04"
        assert cast.chain_holds(case)

    def test_a_certificate_is_refused_for_the_interest_of_yesterday(self) -> None:
        case = a_case()
        state(case, "7.3", "2026-03-01", at=make.moment("2026-03-02 09:00"))
        pay(case, str(cast.again(case).principal / 2), "2026-03-02", at=make.moment("2026-03-02 12:00"))  # fmt: skip
        with translation.override("en"), pytest.raises(WrongInput, match="still owed"):
            closing.issue_certificate(case=cast.again(case), by=make.clerk(), at=LATER)
        assert case.ledger.filter(kind="accrual", booked_on=date(2026, 5, 31)).exists()

    def test_a_draft_speaks_of_the_balance_of_its_day(self) -> None:
        case = a_case()
        state(case, "7.3", "2026-03-01", at=make.moment("2026-03-02 09:00"))
        fresh = cast.again(case)
        accruing.accrue(case=fresh, at=cast.TALK)
        assert fresh.interest == cast.again(case).interest > case.interest


class TestPages:
    def client(self, person: Any = None) -> Client:
        client = Client()
        client.force_login(person or make.clerk())
        return client

    def test_show_a_past_day_with_its_sum(self) -> None:
        case = a_case()
        state(case, "7.3", "2026-03-01")
        found = self.client().get(
            reverse("agreements:account", args=[case.reference]), {"on": "2026-03-31"}
        )
        spans = found.context["spans"]
        assert [(span.days, span.rate.percent) for span, _rate in spans] == [
            (30, Decimal("7.3000"))
        ]
        assert found.context["standing"].owed["interest"] == case.interest + spans[0][0].amount
        assert "合同第三条" in found.content.decode()

    def test_take_a_rate_and_a_charge(self) -> None:
        case, client = a_case(), self.client()
        debt = case.debts.get()
        page = client.get(reverse("agreements:state_rate", args=[case.reference]))
        sent = client.post(
            reverse("agreements:state_rate", args=[case.reference]),
            {"debt": debt.pk, "kind": "contract", "percent": "7.3", "basis": "act_365",
             "since": "2026-03-01", "source": "第三条", "guard_key": page.context["guard_key"]},
        )  # fmt: skip
        assert sent.status_code == 302, sent.content.decode()[:2000]
        sent = client.post(
            reverse("agreements:book_charge", args=[case.reference]),
            {"debt": debt.pk, "charge": "court", "amount": "350", "booked_on": "2026-03-02",
             "remark": "判决", "file": SimpleUploadedFile("a.pdf", make.PDF)},
        )  # fmt: skip
        assert sent.status_code == 302
        assert case.ledger.filter(kind="charge").exists()

    def test_give_a_file_whose_last_balance_is_the_case_s(self) -> None:
        case = a_case()
        state(case, "7.3", "2026-03-01")
        answer = self.client().get(reverse("agreements:account_csv", args=[case.reference]))
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert rows[-1][7] == str(cast.again(case).balance)

    def test_ask_as_much_of_the_database_for_many_entries_as_for_few(
        self, django_assert_max_num_queries: Any
    ) -> None:
        case = a_case()
        state(case, "7.3", "2026-03-01", at=make.moment("2026-03-02 09:00"))
        for day in range(3, 28):
            accruing.accrue(case=cast.again(case), at=make.moment(f"2026-03-{day:02} 09:00"))
        client, address = self.client(), reverse("agreements:account", args=[case.reference])
        client.get(address)
        with django_assert_max_num_queries(24):
            client.get(address)

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_print_the_account_with_its_sums(self, language: str) -> None:
        case = a_case()
        state(case, "7.3", "2026-03-01")
        content = papers.account_pdf(cast.again(case), at=LATER, language=language)
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        assert show(cast.again(case).balance) in text
        assert "7.3%" in text
