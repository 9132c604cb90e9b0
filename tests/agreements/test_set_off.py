"""Against what a payment counts: by the law's order, by a clause of the agreement, or as the debtor says."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.actions.paying import record_payment, reverse_payment
from agreements.models import Payment
from agreements.policy import ledger_sums, order_of, owed_by_component
from agreements.reckoning import Effect, Fact, Loan, Rated, reckon
from cases.models import Case, Debt, LedgerEntry
from tests import make
from tests.agreements import cast
from workflow.steps import WrongInput

pytestmark = pytest.mark.usefixtures("plain_papers")
PRINCIPAL_FIRST = ("principal", "interest", "fees")


def paid(case: Case, amount: str, **given: Any) -> Payment:
    """A payment by hand."""
    said: dict[str, Any] = {
        "method": "transfer", "received_at": cast.PAID, "by": make.clerk(), "at": cast.PAID, **given,
    }  # fmt: skip
    return record_payment(case=cast.again(case), amount=Decimal(amount), **said)


def parts_of(payment: Payment) -> dict[str, str]:
    """What went to each part, as its own timeline says."""
    told = cast.again(payment.case).events.filter(kind="payment.received").last()
    assert told is not None
    return dict(told.data["parts"])


@pytest.mark.django_db
class TestClause:
    def test_changes_which_part_is_paid_first(self) -> None:
        agreement = cast.signed(set_off=PRINCIPAL_FIRST)
        assert order_of(agreement.case, cast.PAID) == PRINCIPAL_FIRST
        payment = paid(agreement.case, "6500.00")
        assert parts_of(payment) == {"principal": "6500.00"}

    def test_is_not_needed_for_the_law_s_own_order(self) -> None:
        agreement = cast.signed(set_off=("fees", "interest", "principal"))
        assert agreement.set_off == []
        payment = paid(agreement.case, "6500.00")
        assert next(iter(parts_of(payment))) in {"fees", "interest"}

    def test_stands_in_the_terms_and_says_that_it_replaces_the_law_s(self) -> None:
        agreement = cast.signed(set_off=PRINCIPAL_FIRST)
        (term,) = [term for term in agreement.clauses if term["key"] == "set_off"]
        assert "counts towards principal, then interest, then costs" in term["text"]["en"]
        assert "in the place of the law's" in term["text"]["en"]
        assert "依次抵充本金、利息、费用" in term["text"]["zh"]
        assert "该顺序由双方约定" in term["text"]["zh"]

    def test_binds_only_from_the_signatures_on(self) -> None:
        agreement = cast.signed(set_off=PRINCIPAL_FIRST)
        before = cast.SIGNED - timedelta(days=1)
        assert order_of(agreement.case, before) == ("fees", "interest", "principal")

    def test_has_to_name_each_part_once(self) -> None:
        with pytest.raises(WrongInput, match="each once"):
            cast.signed(set_off=("principal", "principal", "fees"))


@pytest.mark.django_db
class TestDesignation:
    def two(self) -> tuple[Case, Debt, Debt]:
        """A case with a second contract, of which costs of 500.00 stand by themselves."""
        case = make.prepared_case()
        first = case.debts.get()
        second = Debt.objects.create(
            case=case, kind="consumer_loan", contract_number="W-147-2", principal=Decimal(0),
            interest=Decimal(0), fees=Decimal("500.00"), stated_on=date(2026, 3, 2),
        )  # fmt: skip
        LedgerEntry.objects.create(
            case=case, debt=second, component="fees", kind="opening", amount=Decimal("500.00"),
            booked_on=date(2026, 3, 2), recorded_at=cast.TALK,
        )  # fmt: skip
        Case.objects.filter(pk=case.pk).update(fees=case.fees + Decimal("500.00"))
        return cast.again(case), first, second

    def by_debt(self, payment: Payment) -> dict[int, Decimal]:
        """What it took off each contract."""
        found: dict[int, Decimal] = {}
        for entry in payment.entries.all():
            assert entry.debt_id is not None
            found[entry.debt_id] = found.get(entry.debt_id, Decimal(0)) - entry.amount
        return found

    def test_pays_the_contract_that_the_debtor_named(self) -> None:
        case, first, second = self.two()
        one = paid(case, "400.00", debt=second)
        assert self.by_debt(one) == {second.pk: Decimal("400.00")}
        two = paid(case, "300.00", debt=first)
        assert self.by_debt(two) == {first.pk: Decimal("300.00")}
        fresh = cast.again(case)
        assert ledger_sums(fresh) == owed_by_component(fresh)
        assert cast.again(case).events.filter(kind="payment.received").last().data["contract"] == (
            first.contract_number
        )

    def test_goes_on_to_the_other_with_what_is_left(self) -> None:
        case, first, second = self.two()
        payment = paid(case, "600.00", debt=second)
        assert self.by_debt(payment) == {second.pk: Decimal("500.00"), first.pk: Decimal("100.00")}

    def test_is_undone_with_its_payment(self) -> None:
        case, _first, second = self.two()
        owed = case.balance
        payment = paid(case, "400.00", debt=second)
        reverse_payment(payment=payment, why="误记", by=make.clerk(), at=cast.PAID)
        fresh = cast.again(case)
        assert fresh.balance == owed
        assert ledger_sums(fresh) == owed_by_component(fresh)

    def test_is_refused_for_a_contract_of_another_case(self) -> None:
        case, _first, _second = self.two()
        other = make.prepared_case(reference="HZ-2026-0300", external_reference="W-300")
        with pytest.raises(WrongInput, match="none of this case"):
            paid(case, "400.00", debt=other.debts.get())

    def test_is_refused_where_the_packs_leave_no_choice(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        case, _first, second = self.two()
        monkeypatch.setattr("agreements.actions.received.may_designate", lambda *_: False)
        with pytest.raises(WrongInput, match="no choice among debts"):
            paid(case, "400.00", debt=second)

    def test_is_asked_for_on_the_page_only_where_there_are_several(self, clock: Any) -> None:
        clock.set(cast.PAID)
        case, _first, second = self.two()
        single = make.prepared_case(reference="HZ-2026-0300", external_reference="W-300")
        client = Client()
        client.force_login(make.clerk())
        client.cookies["django_language"] = "en"
        pages = [
            client.get(reverse("agreements:pay", args=[one.reference])).content.decode()
            for one in (case, single)
        ]
        asked = "For which contract the debtor said that it is"
        assert [asked in page for page in pages] == [True, False]
        client.post(
            reverse("agreements:pay", args=[case.reference]),
            {
                "amount": "400.00", "received_at": "2026-04-15T09:00", "method": "transfer",
                "received_by": "creditor", "debt": str(second.pk), "guard_key": "k",
            },
        )  # fmt: skip
        assert Payment.objects.get().debt == second


# ---------------------------------------------------------------- on every day, whatever was agreed or said

FIRST = date(2024, 1, 1)
days = st.integers(0, 800).map(lambda number: FIRST + timedelta(days=number))
cents = st.integers(1, 3_000_000).map(lambda number: Decimal(number) / 100)
orders = st.sampled_from(list(permutations(("fees", "interest", "principal"))))


@st.composite
def happenings(draw: st.DrawFn) -> list[Fact]:
    """Two contracts with claims, charges, waivers, and payments in any order for either."""
    facts = [
        Fact(FIRST, "moved", f"o{loan}", loan, {"principal": draw(cents), "interest": draw(cents)})
        for loan in (1, 2)
    ]
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(["moved", "waiver", "payment", "payment"]))
        key, day, amount = f"f{number}", draw(days), draw(cents)
        if kind == "payment":
            chosen = draw(st.sampled_from([None, 1, 2]))
            facts.append(Fact(day, kind, key, chosen, amount=amount, order=draw(orders)))
        else:
            name = draw(st.sampled_from(["fees", "interest", "principal"]))
            facts.append(Fact(day, kind, key, draw(st.sampled_from([1, 2])), {name: amount}))
    return facts


class TestEveryChoice:
    @given(happenings(), st.integers(0, 3600), days, st.randoms())
    @settings(max_examples=150, deadline=None)
    def test_leaves_charges_less_payments_less_waivers_as_the_balance(
        self, facts: list[Fact], percent: int, until: date, random: Random
    ) -> None:
        loans = [
            Loan(1, FIRST, (Rated(since=FIRST, percent=Decimal(percent) / 100),)),
            Loan(2, FIRST, ()),
        ]
        found = reckon(loans, facts, until=until)
        sums = dict.fromkeys(("moved", "payment", "waiver"), Decimal(0))
        for line in found.lines:
            if isinstance(line, Effect):
                sums[line.fact.kind] += sum(line.parts.values(), Decimal(0))
        interest = sum((span.amount for span in found.spans), Decimal(0))
        assert sums["moved"] + interest + sums["payment"] + sums["waiver"] == found.balance
        assert all(amount >= 0 for amount in found.owed.values())
        arrived = list(facts)
        random.shuffle(arrived)
        assert reckon(loans, arrived, until=until).owed == found.owed

    @given(happenings(), st.sampled_from([1, 2]), cents)
    @settings(max_examples=100, deadline=None)
    def test_pays_nothing_of_another_contract_while_the_chosen_one_is_owed(
        self, facts: list[Fact], chosen: int, amount: Decimal
    ) -> None:
        loans, last = [Loan(1, FIRST, ()), Loan(2, FIRST, ())], date(2027, 1, 1)
        payment = Fact(last, "payment", "last", chosen, amount=amount)
        found = reckon(loans, [*facts, payment], until=last)
        other = {
            place for place, part in found.effects["last"].items() if place[0] != chosen and part
        }
        if other:
            assert all(owed == 0 for place, owed in found.owed.items() if place[0] == chosen)
