"""A new file about cases that are there: unchanged, corrected on the record, or refused with a reason."""

from datetime import date
from decimal import Decimal

import pytest

from cases.actions.holding import hold_case
from cases.models import Case, LedgerEntry
from tests import make
from tests.cases.imports import cast
from tests.cases.imports.cast import csv_of, row
from timeline.chain import Verified, verify
from timeline.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    make.mandate()
    cast.take_over(cast.check(csv_of(row(1, mandate="WT-2026-01", 合同日期="2024-05-10"))))
    return Case.objects.get()


class TestCorrectCase:
    def test_shows_what_changes_before_anything_does(self, case: Case) -> None:
        batch = cast.check(csv_of(row(1, principal="38,000.00", phone="13900000009")))
        assert cast.counts(batch) == (0, 1, 0, 0)
        assert batch.rows.get().changes == {
            "principal": ["38600.00", "38000.00"],
            "phone": [None, "13900000009"],
        }
        assert Case.objects.get().principal == Decimal("38600.00")

    def test_moves_the_sums_by_entries_of_the_ledger(self, case: Case) -> None:
        batch = cast.check(csv_of(row(1, principal="38000.00", fees="300.00")))
        cast.take_over(batch)
        case = Case.objects.get()
        assert (case.principal, case.interest, case.fees) == (
            Decimal("38000.00"), Decimal("1158.00"), Decimal("300.00"),
        )  # fmt: skip
        entries = LedgerEntry.objects.filter(kind="correction").order_by("component")
        assert list(entries.values_list("component", "amount")) == [
            ("fees", Decimal("58.00")), ("principal", Decimal("-600.00")),
        ]  # fmt: skip
        assert case.debts.get().principal == Decimal("38000.00")
        assert batch.rows.get().corrected_at == cast.AT

    def test_is_told_with_fields_and_sums_but_no_personal_data(self, case: Case) -> None:
        batch = cast.take_over(
            cast.check(csv_of(row(1, name="王小燕", principal="38000.00", phone="13900000009")))
        )
        told = Event.objects.get(kind="case.corrected")
        assert told.data == {
            "batch": batch.number,
            "file": "batch.csv",
            "sha256": batch.document.sha256,
            "row": 2,
            "fields": ["name", "phone", "principal"],
            "principal_was": "38600.00",
            "principal": "38000.00",
        }
        case = Case.objects.get()
        assert verify(case) == Verified(2, case.head)

    def test_keeps_name_search_and_debtor_in_step(self, case: Case) -> None:
        cast.take_over(cast.check(csv_of(row(1, name="欧阳小燕"))))
        case = Case.objects.get()
        assert (case.debtor_name, case.debtor.name) == ("欧阳小燕", "欧阳小燕")
        assert "欧阳" in case.grams
        assert "海燕" not in case.grams

    def test_adds_addresses_and_numbers_and_takes_none_away(self, case: Case) -> None:
        cast.take_over(
            cast.check(
                csv_of(row(1, phone="13900000009", address="体育场路 5 号", source="债务人"))
            )
        )
        debtor = Case.objects.get().debtor
        assert list(debtor.contact_points.values_list("value", "source")) == [
            ("13800000001", "contract"), ("13900000009", "debtor"),
        ]  # fmt: skip
        assert debtor.addresses.count() == 2

    def test_takes_an_empty_cell_for_saying_nothing(self, case: Case) -> None:
        batch = cast.check(
            csv_of(row(1, phone="", address="", city="", district="", fees="", contract_number=""))
        )
        assert cast.counts(batch) == (0, 0, 1, 0)

    def test_reckons_the_limitation_anew_with_the_due_date(self, case: Case) -> None:
        cast.take_over(cast.check(csv_of(row(1, due_on="2025-12-10"))))
        assert Case.objects.get().debts.get().limitation_ends_on == date(2028, 12, 10)

    def test_changes_the_mandate_with_its_agency(self, case: Case) -> None:
        make.mandate(number="WT-2026-02")
        cast.take_over(cast.check(csv_of(row(1, mandate="WT-2026-02"))))
        case = Case.objects.get()
        assert case.mandate.number == "WT-2026-02"
        assert case.agency == make.agency()

    def test_is_unchanged_once_it_was_taken_over(self, case: Case) -> None:
        content = csv_of(row(1, principal="38000.00", phone="13900000009", name="王小燕"))
        cast.take_over(cast.check(content))
        assert cast.counts(cast.check(content)) == (0, 0, 1, 0)

    def test_goes_on_where_a_run_broke_off(
        self, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from cases.imports import actions, running

        cast.take_over(cast.check(csv_of(row(2), row(3))))
        batch = cast.check(csv_of(*(row(n, principal="100.00") for n in (1, 2, 3)), row(4)))
        actions.take_over(batch=batch, by=make.clerk(), at=cast.AT)
        real, calls = running.correct_case, []

        def breaks(**given: object) -> None:
            calls.append(given)
            if len(calls) == 2:
                raise SystemExit  # as a kill would: nothing below catches it
            real(**given)  # type: ignore[arg-type]

        monkeypatch.setattr(running, "correct_case", breaks)
        with pytest.raises(SystemExit):
            running.run(batch.pk, at=cast.AT)
        batch.refresh_from_db()
        assert batch.state == "applying"
        monkeypatch.setattr(running, "correct_case", real)
        running.run(batch.pk, at=cast.AT)
        batch.refresh_from_db()
        assert batch.state == "applied"
        assert cast.counts(batch) == (1, 3, 0, 0)
        assert Event.objects.filter(kind="case.corrected").count() == 3
        assert LedgerEntry.objects.filter(kind="correction").count() == 3


class TestRefusals:
    def code(self, **other: str) -> tuple[str, str]:
        batch = cast.check(csv_of(row(1, **other)))
        assert cast.counts(batch) == (0, 0, 0, 1)
        assert batch.rows.get().raw
        return cast.problems(batch)[2][0]

    def test_names_another_id_number(self, case: Case) -> None:
        assert self.code(id_number=cast.id_number(77)) == ("id_number", "id_differs")

    def test_names_a_closed_case(self, case: Case) -> None:
        Case.objects.filter(pk=case.pk).update(
            state="closure", closed_at=cast.AT, closed_as="court"
        )
        assert self.code(principal="1.00") == ("external_reference", "closed")
        assert cast.counts(cast.check(csv_of(row(1)))) == (0, 0, 1, 0)

    def test_names_sums_on_which_payments_rest(self, case: Case) -> None:
        LedgerEntry.objects.create(
            case=case, component="interest", kind="payment", amount=Decimal("-10.00"),
            booked_on=date(2026, 3, 1), recorded_at=cast.AT,
        )  # fmt: skip
        assert self.code(principal="38000.00") == ("principal", "sums_bound")
        assert cast.counts(cast.check(csv_of(row(1, phone="13900000009")))) == (0, 1, 0, 0)

    def test_names_a_case_of_another_team(self, case: Case) -> None:
        batch = cast.check(
            csv_of(row(1, principal="1.00")),
            by=make.outsider(),
            team=make.team(name="成都一组", city="成都"),
        )
        assert cast.problems(batch) == {2: [("external_reference", "other_team")]}

    def test_names_another_currency(self, case: Case) -> None:
        assert self.code(币种="USD") == ("currency", "currency_differs")

    def test_names_a_mandate_that_was_given_to_others(self, case: Case) -> None:
        make.mandate(number="WT-X", agent=make.agency(slug="shu-trust", name="蜀信"))
        assert self.code(mandate="WT-X") == ("mandate", "mandate_other")

    def test_names_a_mandate_of_another_creditor(self, case: Case) -> None:
        make.mandate(number="WT-Y", principal=make.creditor(slug="other", name="别家"))
        assert self.code(mandate="WT-Y") == ("mandate", "mandate_unknown")

    def test_does_not_reach_beyond_a_held_case(self, case: Case) -> None:
        hold_case(
            case=case, reason="hospital", scope="all", starts_on=date(2026, 2, 27),
            review_on=date(2026, 3, 5), until=date(2026, 3, 10), remark="住院", by=make.clerk(),
            at=cast.AT,
        )  # fmt: skip
        batch = cast.take_over(cast.check(csv_of(row(1, principal="38000.00"))))
        assert cast.counts(batch) == (0, 1, 0, 0)
