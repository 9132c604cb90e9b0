"""Facts of a lawful question, to be spoilt one at a time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from common.clock import from_local
from compliance.circumstances import CERTIFICATES, HOUSE_PAPERS, NOTICES
from compliance.facts import (
    CircumstanceFacts,
    ContactFacts,
    DebtFacts,
    ExceptionFacts,
    Facts,
    GuaranteeFacts,
    HoldFacts,
    MandateFacts,
    OfficerFacts,
    PaperFacts,
    SpanFacts,
)

ZONE = "Asia/Shanghai"
MONEY = {
    "balance", "plan_total", "plan_balance", "waiver", "annual_rate", "cost_rate", "default_rate",
    "principal", "interest", "fees", "paid_out", "first_principal", "cash_amount",
}  # fmt: skip
PARTS = {
    "officers": OfficerFacts, "holds": HoldFacts, "exceptions": ExceptionFacts,
    "circumstances": CircumstanceFacts, "contacts": ContactFacts, "house_papers": PaperFacts,
    "certificates": PaperFacts, "recordings": SpanFacts, "guarantors": GuaranteeFacts,
}  # fmt: skip
OFFICER = {
    "name": "李伟",
    "credential_from": date(2025, 6, 1),
    "credential_until": date(2027, 12, 31),
    "trained_on": date(2025, 9, 1),
    "present": True,
    "shown": True,
    "certificates": tuple(PaperFacts(kind, date(2025, 6, 1)) for kind in CERTIFICATES),
}
MANDATE = MandateFacts(
    principal="西湖银行",
    agent="清水信用服务",
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
    methods=("phone", "sms", "email", "letter", "wechat", "visit"),
    may_sign=True,
    waiver_limit=Decimal("500.00"),
    may_receive_money=True,
    cash_limit=Decimal("5000.00"),
)

DEBT = DebtFacts(
    contract="XH-2024-5521", kind="consumer_loan", contract_on=date(2024, 5, 10),
    due_on=date(2025, 11, 10), cost_rate=Decimal("12.0000"), annual_rate=Decimal("12.0000"),
    interest_basis="agreed", principal=Decimal("38600.00"), interest=Decimal("1158.00"),
    fees=Decimal("242.00"), paid_out=Decimal("50000.00"), platform=False,
)  # fmt: skip


def at(text: str, zone: str = ZONE) -> datetime:
    """A moment from what the clocks of the zone show."""
    return from_local(datetime.fromisoformat(text), zone)


LAWFUL = Facts(
    packs=("story",),
    zone=ZONE,
    country="CN",
    creditor_type="bank",
    collector="agency",
    at=at("2026-03-02 10:00"),
    start=at("2026-03-05 14:30"),
    end=at("2026-03-05 15:30"),
    place_kind="home",
    purpose="协商还款方案",
    intended_outcome="达成分期还款协议",
    target_role="debtor",
    officers=(
        OfficerFacts(badge="021", **OFFICER),
        OfficerFacts(badge="034", **OFFICER | {"name": "王芳"}),
    ),
    served_at=at("2026-03-02 10:00"),
    notice_missing=(),
    past_visits=(),
    no_contact_order=False,
    holds=(),
    claim_papers=("contract", "disbursement", "statement"),
    natural_person_lender=False,
    mandate=MANDATE,
    contact_sources=("contract",),
    source_on=date(2026, 2, 20),
    source_proof=True,
    legal_basis="contract",
    gentler_tried=("phone", "sms"),
    overdue_since=date(2025, 11, 10),
    balance=Decimal("0.00"),
    limitation_ends_on=date(2028, 11, 10),
    identified=True,
    entry_consent=True,
    entered=False,
    papers_shown=True,
    recording_asked=True,
    talk_recorded=True,
    plan_total=Decimal("39000.00"),
    plan_balance=Decimal("40000.00"),
    plan_months=6,
    waiver=Decimal("1000.00"),
    waiver_approved=True,
    debts=(DEBT,),
    guarantors=(),
    common_debtors=(),
    set_off_order=("fees", "interest", "principal"),
    payment_to="agency",
    cash_amount=Decimal("600.00"),
    cash_currency="CNY",
    cash_counted_by=("021", "034"),
    others_present=False,
    acceleration_clause=True,
    plan_broken=True,
    days_to_pay=15,
    terms_confirmed=True,
    signed_by=("debtor", "creditor"),
    signers_checked=True,
    waits_for=(),
    declined_by=(),
    offered_at=at("2026-03-01 10:00"),
    counsel="none",
    bureau_reported=False,
    certificate_issued=True,
    papers_returned=True,
    report_written=True,
    void_reason="lost",
    void_evidence=True,
    channel="phone",
    text="请您方便时回电。",
    circumstances=tuple(CircumstanceFacts(kind, date(2025, 6, 1)) for kind in NOTICES),
    identity_stated=True,
    line_registered=True,
    disclosed=False,
    words="",
    do_not_contact=False,
    role_is_proven=True,
    has_guarantor=False,
    props=False,
    people_going=2,
    started_at=at("2026-03-02 10:00"),
    inside=False,
    film_consent=True,
    recording_consent=True,
    recordings=(SpanFacts(at("2026-03-02 10:00"), at("2026-03-02 10:00")),),
    record_confirmed=True,
    borrowed_funds=False,
    contacts=(),
    house_papers=tuple(PaperFacts(kind, date(2025, 6, 1)) for kind in HOUSE_PAPERS),
)


def facts(action: str = "visit.plan", **changes: Any) -> Facts:
    """A question to which every pack says yes, but for the changes."""
    base = replace(LAWFUL, at=LAWFUL.start) if action == "visit.start" else LAWFUL
    if action == "contact.trace":  # the debtor could not be reached for three days
        calls = (f"2026-02-{day} 10:00" for day in (25, 26, 27))
        lost = tuple(ContactFacts(at(call), "phone", "no_answer") for call in calls)
        base = replace(base, target_role="contact", contacts=lost)
    return replace(base, **changes)


def read(action: str, raw: Mapping[str, Any]) -> Facts:
    """The same from a scenario file: local times, plain lists, sums as text; "?" is unknown."""
    zone = raw.get("zone", ZONE)
    zone = ZONE if zone in ("?", "Nowhere/At_All") else zone
    changes = {name: _value(name, value, zone) for name, value in raw.items()}
    return facts(action, **changes)


def _value(name: str, value: Any, zone: str) -> Any:
    if value == "?":
        return None
    if name == "mandate":
        return replace(
            MANDATE, **{part: _value(part, given, zone) for part, given in value.items()}
        )
    if name == "officers":
        return tuple(
            OfficerFacts(**OFFICER | {part: _value(part, g, zone) for part, g in one.items()})
            for one in value
        )
    if name == "guarantee":
        return GuaranteeFacts(**{part: _value(part, given, zone) for part, given in value.items()})
    if name == "debts":
        return tuple(
            replace(DEBT, **{part: _value(part, given, zone) for part, given in one.items()})
            for one in value
        )
    if name in PARTS:
        return tuple(
            PARTS[name](**{part: _value(part, given, zone) for part, given in one.items()})
            for one in value
        )
    if name in MONEY or name in ("waiver_limit", "cash_limit"):
        return Decimal(value)
    if isinstance(value, datetime):
        return at(value.isoformat(), zone)
    if isinstance(value, list):
        return tuple(_value("", part, zone) for part in value)
    return value
