"""A made-up set of facts in which all is in order but for what is said: to try the rules without a case."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from compliance.circumstances import CERTIFICATES, HOUSE_PAPERS, NOTICES
from compliance.facts import (
    CircumstanceFacts,
    DebtFacts,
    Facts,
    GuaranteeFacts,
    HoldFacts,
    MandateFacts,
    OfficerFacts,
    PaperFacts,
)

LONG_AGO = timedelta(days=200)
FAR = timedelta(days=700)
LENGTH = timedelta(minutes=60)


def supposed(action: str, *, packs: tuple[str, ...], at: datetime, **said: Any) -> Facts:
    """The facts of the question, everything in order but for what is ``said``.

    ``said`` are facts by their names and, for what a person says more simply: ``minutes``,
    ``crew`` (how many officers), ``permits`` (whether theirs are in force), ``hold`` (a reason) and
    ``last_visit`` (a moment).
    """
    day = at.date()
    minutes, crew = said.pop("minutes", 60), said.pop("crew", 2)
    permits, hold = said.pop("permits", True), said.pop("hold", "")
    last_visit = said.pop("last_visit", None)
    start = said.pop("start", None)
    if start is not None:
        said |= {"start": start, "end": start + timedelta(minutes=minutes)}
    if action == "visit.start" and start is not None:
        at = start
    found = {
        **_in_order(day),
        "packs": packs,
        "at": at,
        "served_at": at - timedelta(days=7),
        "offered_at": at - timedelta(days=1),
        **said,
    }
    found["officers"] = tuple(_officer(number, day, permits) for number in range(1, crew + 1))
    found["people_going"] = crew
    found["past_visits"] = (last_visit,) if last_visit else ()
    if hold:
        found["holds"] = (
            HoldFacts(hold, "all", day - timedelta(days=1), day + timedelta(days=30)),
        )
        found["no_contact_order"] = hold == "order"
    if found["collector"] != "agency":
        found["mandate"] = None
    if action == "visit.plan" or not found["served_at"]:
        found["served_at"] = None
    return Facts(**found)


def _in_order(day: date) -> Mapping[str, Any]:
    """What nobody has to say in order to be told of the rest."""
    return {
        "zone": "Asia/Shanghai",
        "country": "CN",
        "creditor_type": "bank",
        "collector": "agency",
        "place_kind": "home",
        "place_consent": None,
        "purpose": "—",
        "intended_outcome": "—",
        "target_role": "debtor",
        "notice_missing": (),
        "no_contact_order": False,
        "holds": (),
        "claim_papers": ("contract", "disbursement", "statement"),
        "natural_person_lender": False,
        "mandate": MandateFacts(
            principal="—", agent="—", valid_from=day - LONG_AGO, valid_until=day + FAR,
            methods=("phone", "sms", "email", "letter", "lawyers_letter", "wechat", "visit"),
            may_sign=True, waiver_limit=Decimal("0.00"), may_receive_money=True,
            cash_limit=Decimal("1000.00"),
        ),
        "contact_sources": ("contract",),
        "source_on": day - LONG_AGO,
        "source_proof": True,
        "legal_basis": "contract",
        "payment_to": "creditor",
        "identified": True,
        "cash_amount": Decimal("100.00"),
        "cash_currency": "CNY",
        "cash_counted_by": ("001", "002"),
        "others_present": False,
        "acceleration_clause": True,
        "plan_broken": True,
        "days_to_pay": 60,
        "gentler_tried": ("phone", "sms", "letter"),
        "overdue_since": day - LONG_AGO,
        "limitation_ends_on": day + FAR,
        "debts": (_debt(day),),
        "guarantors": (),
        "waits_for": (),
        "declined_by": (),
        "debtor_agreed": True,
        "common_debtors": (),
        "counsel": "none",
        "void_reason": "lost",
        "void_evidence": True,
        "guarantee": GuaranteeFacts(form="joint", due_on=day - timedelta(days=30)),
        "identity_stated": True,
        "line_registered": True,
        "disclosed": False,
        "words": "",
        "do_not_contact": False,
        "role_is_proven": True,
        "has_guarantor": False,
        "borrowed_funds": False,
        "props": False,
        "record_confirmed": True,
        "channel": "phone",
        "text": "",
        "circumstances": tuple(CircumstanceFacts(kind, day - LONG_AGO) for kind in NOTICES),
        "contacts": (),
        "house_papers": tuple(PaperFacts(kind, day - LONG_AGO) for kind in HOUSE_PAPERS),
    }  # fmt: skip


def _debt(day: date) -> DebtFacts:
    """A loan at ten per cent a year, agreed in its contract, of which nothing is out of the ordinary."""
    return DebtFacts(
        contract="—", kind="consumer_loan", contract_on=day - 2 * LONG_AGO, due_on=day - LONG_AGO,
        cost_rate=Decimal("10.0000"), annual_rate=Decimal("10.0000"), default_agreed=True,
        interest_basis="agreed", principal=Decimal("9000.00"), interest=Decimal("0.00"),
        fees=Decimal("0.00"), paid_out=Decimal("10000.00"), platform=False,
    )  # fmt: skip


def _officer(number: int, day: date, permits: bool) -> OfficerFacts:
    return OfficerFacts(
        badge=f"{number:03d}",
        name=f"{number:03d}",
        credential_from=day - LONG_AGO,
        credential_until=day + FAR if permits else day - timedelta(days=1),
        trained_on=day - timedelta(days=60),
        present=True,
        shown=True,
        certificates=tuple(PaperFacts(kind, day - LONG_AGO) for kind in CERTIFICATES),
    )
