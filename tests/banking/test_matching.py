"""Whose payment a line is: certain, likely, or nobody's."""

from dataclasses import replace
from decimal import Decimal

import pytest

from banking.matching import Claim, Found, Paid, judge, references_in

OURS = Claim(
    key=1, references=frozenset({"HZ-2026-0147", "W-147", "XH-2024-5521"}), debtor="王海燕",
    balance=Decimal("39000.00"), due=frozenset({Decimal("6500.00"), Decimal("39000.00")}),
)  # fmt: skip
NEXT = replace(OURS, key=2, references=frozenset({"HZ-2026-0148", "XH-2024-5522"}))
PAID = Paid(Decimal("6500.00"), "CNY", "王海燕", "还款HZ-2026-0147", account_stated=True)


class TestJudge:
    def test_is_certain_of_reference_amount_and_account(self) -> None:
        assert judge(PAID, [OURS, NEXT]) == Found("certain", "all_fits", 1)

    @pytest.mark.parametrize("remark", ["xh-2024-5521", "合同ＸＨ－２０２４－５５２１还款"])
    def test_reads_the_contract_number_however_it_is_typed(self, remark: str) -> None:
        assert judge(replace(PAID, remark=remark), [OURS]).match == "certain"

    def test_is_certain_whoever_pays(self) -> None:
        assert judge(replace(PAID, payer="王建国"), [OURS]).match == "certain"

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"amount": Decimal("6499.99")}, "amount_differs"),
            ({"amount": Decimal("39000.01")}, "too_much"),
            ({"account_stated": False}, "account_unsaid"),
            ({"currency": "USD"}, "currency"),
        ],
    )
    def test_only_proposes_the_case_where_one_of_them_fails(
        self, change: dict[str, object], why: str
    ) -> None:
        assert judge(replace(PAID, **change), [OURS]) == Found("likely", why, 1)  # type: ignore[arg-type]

    def test_proposes_the_case_of_which_payer_and_amount_fit(self) -> None:
        found = judge(replace(PAID, remark="还款", payer="王 海燕"), [OURS])
        assert found == Found("likely", "payer_and_amount", 1)

    def test_proposes_nothing_where_two_fit(self) -> None:
        assert judge(replace(PAID, remark=""), [OURS, NEXT]) == Found("none", "several")
        both = replace(PAID, remark="HZ-2026-0147 HZ-2026-0148")
        assert judge(both, [OURS, NEXT]) == Found("none", "several")

    def test_knows_nobody_by_the_name_alone(self) -> None:
        found = judge(replace(PAID, remark="", amount=Decimal("6.50")), [OURS])
        assert found == Found("none", "nobody")

    def test_takes_no_empty_payer_for_a_debtor(self) -> None:
        nameless = replace(OURS, debtor="")
        assert judge(replace(PAID, remark="", payer=""), [nameless]).match == "none"


class TestReferencesIn:
    def test_leaves_out_words_and_short_numbers(self) -> None:
        assert references_in("REPAYMENT 12345 还款HZ-2026-0147,谢谢") == {"HZ-2026-0147"}
