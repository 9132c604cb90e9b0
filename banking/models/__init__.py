"""What came into a creditor's accounts: by a bank's file, or told by a payment provider."""

from banking.models.providers import ProviderAccount, ProviderRecord
from banking.models.statements import Statement, StatementLine

__all__ = ["ProviderAccount", "ProviderRecord", "Statement", "StatementLine"]
