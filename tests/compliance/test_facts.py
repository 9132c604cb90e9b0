"""What was kept of a decision can be read again, however long ago it was made."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from compliance.facts import DebtFacts, Facts
from tests.compliance.given import LAWFUL


class TestStoredFacts:
    def test_come_back_as_they_were(self) -> None:
        assert Facts.from_dict(LAWFUL.as_dict()) == LAWFUL

    def test_of_the_time_before_contracts_were_judged_apart_are_read_as_one_contract(self) -> None:
        old = replace(LAWFUL, debts=None).as_dict() | {
            "annual_rate": "12.0000", "contract_on": "2024-05-10",
        }  # fmt: skip
        assert Facts.from_dict(old).debts == (
            DebtFacts(annual_rate=Decimal("12.0000"), contract_on=date(2024, 5, 10)),
        )
