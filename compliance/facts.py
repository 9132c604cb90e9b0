"""What the rules may know. Whatever is not said is unknown, and unknown never allows anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from compliance.plain import from_plain, to_plain


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """A dated paper of a person or of the house: a certificate, a licence, a register, an approval."""

    kind: str
    valid_from: date
    valid_until: date | None = None  # the last day included; none: until it is withdrawn

    def valid_on(self, day: date) -> bool:
        """Whether it is in force on that day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class OfficerFacts:
    """One officer of the crew, with what entitles this person to stand at the door."""

    badge: str
    name: str = ""
    credential_from: date | None = None
    credential_until: date | None = None  # the last day included
    revoked: bool = False
    trained_on: date | None = None
    present: bool | None = None
    shown: bool | None = None
    certificates: tuple[PaperFacts, ...] | None = None  # beside permit and training


@dataclass(frozen=True, slots=True)
class CircumstanceFacts:
    """Something that happened to the debtor or the debt, with the days on which it holds.

    ``kind`` is one of ``compliance.circumstances.KINDS``.
    """

    kind: str
    since: date
    until: date | None = None  # the last day included; none: until somebody ends it
    evidence: bool = False  # whether a paper proves it


BEGUN = "begun"
"""The outcome of a call of which nobody has said yet what came of it."""


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """One attempt to reach somebody about the debt, by whoever made it and by whatever way."""

    at: datetime
    channel: str
    outcome: str = ""
    spoken: bool = False  # whether the debtor was really spoken to
    number: str = ""  # a mark of the number or account that was used, never the number itself
    role: str = "debtor"
    ours: bool | None = None  # whether whoever collects now made it, or somebody else did


@dataclass(frozen=True, slots=True)
class SpanFacts:
    """From when until when a recording runs."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """A pause: why, what it stops ("all", "visits", "reminders"), from when, until which day."""

    reason: str
    scope: str
    starts_on: date
    until: date | None = None  # the last day included; none: until somebody decides


@dataclass(frozen=True, slots=True)
class MandateFacts:
    """The contract of delegation under which an agency acts (Civil Code art. 919)."""

    principal: str
    agent: str
    valid_from: date | None = None
    valid_until: date | None = None  # the last day included
    methods: tuple[str, ...] = ()
    may_receive_money: bool = False
    may_sign: bool = False
    waiver_limit: Decimal | None = None
    cash_limit: Decimal | None = (
        None  # the most that may be taken in cash at one visit; none: no power
    )
    subdelegated: bool = False


@dataclass(frozen=True, slots=True)
class DebtFacts:
    """One contract: what it costs in a year, what is asked, what was paid out. Rates are per cent a year."""

    contract: str = ""
    kind: str = ""
    contract_on: date | None = None
    due_on: date | None = None
    cost_rate: Decimal | None = None  # interest, default interest, penalties and fees together
    annual_rate: Decimal | None = None
    default_rate: Decimal | None = None  # asked for the time after the due day; none: not asked
    default_agreed: bool | None = None  # whether the contract has a rate for that time
    interest_basis: str | None = None  # "agreed", "none", "unclear"
    principal: Decimal | None = None
    interest: Decimal | None = None
    fees: Decimal | None = None
    paid_out: Decimal | None = None
    platform: bool | None = None  # arranged with the help of an internet platform
    first_on: date | None = None  # of a loan that was rolled over: day and principal of the first
    first_principal: Decimal | None = None

    @property
    def yearly_cost(self) -> Decimal:
        """What it costs in a year: never less than its own rates, whatever is said of all together."""
        rates = (self.cost_rate, self.annual_rate, self.default_rate)
        return max(rate for rate in rates if rate is not None)

    def unknown(self, *names: str) -> tuple[str, ...]:
        """Which of these nobody knows."""
        return tuple(name for name in names if getattr(self, name) is None)


@dataclass(frozen=True, slots=True)
class GuaranteeFacts:
    """What a guarantor promised, until when, and what the creditor did in that time."""

    name: str = ""
    form: str = "unclear"  # "general", "joint"; unclear counts as general (Civil Code art. 686)
    due_on: date | None = None  # when the debt fell due
    months: int | None = None  # the period that was agreed; none: the law's
    claimed_on: date | None = None  # joint: asked of the guarantor; general: the debtor sued
    enforced: bool = False  # the debtor was enforced against in vain
    consented: bool = False  # agreed in writing to the change of the debt

    @property
    def counted_as(self) -> str:
        """The form that the law takes it for."""
        return "joint" if self.form == "joint" else "general"


@dataclass(frozen=True, slots=True)
class ExceptionFacts:
    """An exception that a second person granted; it heals a ``block_unless`` of its rule."""

    rule: str
    approved_by: str
    requested_by: str
    until: date | None = None  # the last day included
    evidence: str = ""
    kind: str = ""  # of the evidence, such as "consent"
    document: str = ""  # the number under which the evidence is kept


_ONCE_OF_THE_CASE = (
    "annual_rate",
    "contract_on",
)  # one of each, before contracts were judged apart


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one question. ``None`` is unknown; an empty tuple is known to be empty.

    Moments are aware; days are days where the debtor lives (``zone``); money is Decimal.
    """

    packs: tuple[str, ...] = ()
    zone: str | None = None
    country: str | None = None  # of the place where the debtor lives, as ISO 3166-1 alpha-2
    region: str | None = None  # its part with rules of its own, as ISO 3166-2 without the country
    creditor_type: str | None = None
    collector: str | None = None  # "own" or "agency"
    at: datetime | None = None  # the moment of asking, or of the contact itself
    start: datetime | None = None
    end: datetime | None = None
    place_kind: str | None = None
    place_consent: bool | None = None
    purpose: str | None = None
    intended_outcome: str | None = None
    target_role: str | None = None
    officers: tuple[OfficerFacts, ...] = ()
    served_at: datetime | None = None  # when the notice of this visit took or takes effect
    notice_missing: tuple[str, ...] | None = None  # none: no notice was composed
    past_visits: tuple[datetime, ...] | None = None
    refused_at: datetime | None = None
    refusal_lifted: bool = False
    no_contact_order: bool | None = None
    holds: tuple[HoldFacts, ...] | None = None
    claim_papers: tuple[str, ...] | None = None
    natural_person_lender: bool | None = None
    mandate: MandateFacts | None = None
    contact_sources: tuple[str, ...] | None = None
    source_on: date | None = None  # when a new address or number came from its source
    source_proof: bool | None = None  # whether it is said what shows that
    legal_basis: str | None = None  # on which the data of whoever it is are kept (PIPL art. 13)
    gentler_tried: tuple[str, ...] | None = None
    overdue_since: date | None = None
    balance: Decimal | None = None
    limitation_ends_on: date | None = None
    identified: bool | None = None
    entry_consent: bool | None = None
    entered: bool | None = None
    papers_shown: bool | None = None
    recording_asked: bool | None = None
    talk_recorded: bool | None = None
    plan_total: Decimal | None = None
    plan_balance: Decimal | None = None
    plan_months: int | None = None
    waiver: Decimal | None = None
    waiver_approved: bool | None = None
    debts: tuple[DebtFacts, ...] | None = None
    guarantee: GuaranteeFacts | None = None  # of the guarantor who is to be approached
    guarantors: tuple[GuaranteeFacts, ...] | None = None  # all of the case
    common_debtors: tuple[str, ...] | None = None  # spouses who answer for it too
    set_off_order: tuple[str, ...] | None = None
    set_off_agreed: bool | None = None  # whether a clause of the terms says that order
    payment_to: str | None = None  # into whose hands a payment came: "creditor" or "agency"
    cash_amount: Decimal | None = None  # all that is handed over in cash at this visit
    cash_currency: str | None = None  # of the notes, as ISO 4217
    cash_counted_by: tuple[str, ...] | None = (
        None  # badges of those who counted, each by themselves
    )
    others_present: bool | None = None  # whether somebody else is there while money changes hands
    terms_confirmed: bool | None = None
    signed_by: tuple[str, ...] | None = None
    signers_checked: bool | None = None  # whether each was compared with an identity paper
    waits_for: tuple[str, ...] | None = None  # who else was asked to sign and has not
    declined_by: tuple[str, ...] | None = None  # who of them said no
    debtor_agreed: bool | None = None  # whether the debtor agreed that this person is told
    offered_at: datetime | None = None  # when the debtor was given the terms to read
    counsel: str | None = None  # what a lawyer said of the terms: none, asked, confirmed, objects
    acceleration_clause: bool | None = None  # whether the signed terms let the whole sum be asked
    plan_broken: bool | None = None  # whether the days of grace are over
    days_to_pay: int | None = None  # from today until the whole sum is due
    bureau_reported: bool | None = None
    certificate_issued: bool | None = None
    papers_returned: bool | None = None
    report_written: bool | None = None
    void_reason: str | None = None  # why an original cannot go back: lost, destroyed, unreachable
    void_evidence: bool | None = None  # whether a paper shows it
    closed_as: str | None = None  # the coded reason of a closing; none: paid in full
    channel: str | None = None
    aim: str | None = (
        None  # what a contact is for (``compliance.aims``); unknown counts as collecting
    )
    number: str | None = None  # the mark of the number that is to be used
    outcome: str | None = None  # what came of a contact; none: it has not been made yet
    identity_stated: bool | None = None  # whether the caller said who and on whose behalf
    line_registered: bool | None = None  # whether the line that was used is known to the house
    disclosed: bool | None = None  # whether anything of the debt was said to somebody else
    words: str | None = None  # what was written down of a contact
    do_not_contact: bool | None = None  # whether this person asked to be left alone
    common_debt: str | None = None  # why a spouse answers for the debt too
    role_is_proven: bool | None = None  # whether a paper shows the part of whoever is approached
    has_guarantor: bool | None = None
    props: bool | None = None  # whether anything is taken along that could frighten
    people_going: int | None = None
    started_at: datetime | None = None  # when the officers rang
    inside: bool | None = None  # whether a file was taken inside a private place
    film_consent: bool | None = None
    recording_consent: bool | None = None
    recordings: tuple[SpanFacts, ...] | None = None
    record_confirmed: bool | None = None  # whether each officer stands for every visit so far
    borrowed_funds: bool | None = None  # whether a new loan is to pay for the plan
    circumstances: tuple[CircumstanceFacts, ...] | None = None
    contacts: tuple[ContactFacts, ...] | None = (
        None  # of the last sixty days, all channels together
    )
    house_papers: tuple[PaperFacts, ...] | None = None  # of the creditor and of the agency
    text: str | None = None  # what is to go out, or what was written down of a talk
    exceptions: tuple[ExceptionFacts, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The facts as JSON can hold them; what is unknown is left out."""
        plain: dict[str, Any] = to_plain(self)
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Facts":
        """The facts again, equal to those that were written.

        What earlier versions kept beside the contracts is read as a contract of its own, so that a
        decision of then can still be made again.
        """
        once = {name: plain[name] for name in _ONCE_OF_THE_CASE if name in plain}
        if once:
            kept = {name: part for name, part in plain.items() if name not in once}
            plain = {"debts": [once], **kept}
        return from_plain(cls, plain)
