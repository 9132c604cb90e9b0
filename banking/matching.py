"""Whose payment a line of a statement is: by reference, amount and account; else by payer and amount. Pure.

Only what names one case and brings exactly what is due there, into the very account, is certain. Everything else
waits for a person, who is shown what speaks for it.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

CERTAIN, LIKELY, NONE = "certain", "likely", "none"
_TOKEN = re.compile(r"[A-Z0-9][A-Z0-9/_-]{4,}[A-Z0-9]")


@dataclass(frozen=True)
class Claim:
    """A case that a line may be about: what it is called, who owes, what is due."""

    key: int
    references: frozenset[str]
    debtor: str
    balance: Decimal
    due: frozenset[Decimal]
    currency: str = "CNY"


@dataclass(frozen=True)
class Paid:
    """What a line says of whose payment it is."""

    amount: Decimal
    currency: str
    payer: str
    remark: str
    account_stated: bool


@dataclass(frozen=True)
class Found:
    """How sure it is, why, and of which case (None: of none or of several)."""

    match: str
    why: str
    key: int | None = None


def references_in(remark: str) -> frozenset[str]:
    """What may be a reference in a remark: at least six letters and digits, with a digit among them."""
    text = unicodedata.normalize("NFKC", remark).upper()
    return frozenset(token for token in _TOKEN.findall(text) if any(c.isdigit() for c in token))


def name_of(person: str) -> str:
    """A name as it is compared: without spaces and whatever keyboards and banks make of them."""
    return "".join(unicodedata.normalize("NFKC", person).split()).casefold()


def judge(paid: Paid, claims: Sequence[Claim]) -> Found:
    """Whose payment it is."""
    named = references_in(paid.remark)
    by_reference = [claim for claim in claims if claim.references & named]
    if len(by_reference) > 1:
        return Found(NONE, "several")
    if by_reference:
        (claim,) = by_reference
        match, why = _of_named(paid, claim)
        return Found(match, why, claim.key)
    payer = name_of(paid.payer)
    by_payer = [
        claim
        for claim in claims
        if payer
        and name_of(claim.debtor) == payer
        and paid.amount in claim.due
        and paid.currency == claim.currency
    ]
    if len(by_payer) == 1:
        return Found(LIKELY, "payer_and_amount", by_payer[0].key)
    return Found(NONE, "several" if by_payer else "nobody")


def _of_named(paid: Paid, claim: Claim) -> tuple[str, str]:
    if paid.currency != claim.currency:
        return LIKELY, "currency"
    if paid.amount > claim.balance:
        return LIKELY, "too_much"
    if paid.amount not in claim.due:
        return LIKELY, "amount_differs"
    return (CERTAIN, "all_fits") if paid.account_stated else (LIKELY, "account_unsaid")
