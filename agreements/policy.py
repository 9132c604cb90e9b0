"""What the rules are asked about terms, signatures and closing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max, QuerySet

from agreements.models import Agreement, Signatory
from agreements.payments import DEFAULT_ORDER
from cases.guarantees import common_debtors_of, guarantors_of
from cases.models import Case, ClaimPaper, LedgerEntry, Party
from cases.policy import asks
from common.clock import local_day
from common.money import ZERO, money
from compliance.ask import value
from compliance.verdict import Verdict
from documents.models import Document
from people.models import User
from visits.models import TalkRecord
from workflow.kept import kept
from workflow.models import Approval
from workflow.steps import Policy, case_of

COMPONENTS = ("fees", "interest", "principal")
SIDES = ("debtor", "creditor")


def may_reach(
    *,
    total: Decimal,
    waived: Mapping[str, Decimal],
    months: int,
    channel: str = "",
    revised: bool = False,
    new_loan: bool | None = None,
    order: Sequence[str] = (),
    known: Mapping[str, Any] | None = None,
) -> Policy:
    """Whether these terms may be put in writing.

    ``channel`` is how they were agreed without a talk; ``revised`` terms stand on the record on which
    the first ones stood. ``order`` is the order of set-off that a clause of theirs says, if one does. ``known`` is what ``known_of`` read of the case at this moment, for whoever
    asks of many terms at once.
    """

    def policy(subject: Any, *, by: User, at: datetime) -> Verdict:
        case: Case = case_of(subject)
        told = known or known_of(case, at, of_talk=not channel and not revised)
        return asks(
            "agreement.reach",
            plan_total=total,
            plan_balance=case.balance,
            plan_months=months,
            waiver=money(sum(waived.values(), ZERO)),
            waiver_approved=covers(told["granted"], waived),
            set_off_order=tuple(order) or told["order"],
            set_off_agreed=bool(order),
            guarantors=told["guarantors"],
            common_debtors=told["common_debtors"],
            channel=channel or None,
            borrowed_funds=new_loan,
            talk_recorded=None if channel else revised or told["talk"],
        )(case, by=by, at=at)

    return policy


def known_of(case: Case, at: datetime, *, of_talk: bool) -> Mapping[str, Any]:
    """What the rules want to know of the case besides the terms; of the talk only where it counts."""
    return {
        "granted": granted_waiver(case, at),
        "order": pack_order(case, local_day(at, case.zone)),
        "guarantors": guarantors_of(case),
        "common_debtors": common_debtors_of(case),
        "talk": of_talk and talk_is_recorded(case),
    }


def may_ask_to_sign(party: Party, *, debtor_agreed: bool) -> Policy:
    """Whether this person may be told of the debt and asked to sign; what is not known counts as no."""
    return asks(
        "agreement.ask_signer",
        debtor_agreed=debtor_agreed,
        target_role=party.role,
        common_debt=party.common_debt or None,
        role_is_proven=party.proof_id is not None,
    )


def may_sign(
    sides: Iterable[str] | None = None,
    *,
    checked: bool = True,
    confirmed: bool = False,
    signer: Signatory | None = None,
) -> Policy:
    """Whether the agreement may be signed, with the signatures given (or those that it has).

    ``checked`` is whether the one who signs now was compared with an identity paper; ``confirmed`` asks
    ahead, as if every term were confirmed. ``signer`` is who else signs: of whom it is asked whether the
    own term was confirmed, the debtor's words come with the debtor's signature.
    """

    def policy(subject: Agreement, *, by: User, at: datetime) -> Verdict:
        signed = subject.signatures.values_list("side", flat=True) if sides is None else sides
        others = signatories_of(subject)
        waits = [] if sides is not None else [one for one in others if not has_signed(one)]
        return asks(
            "agreement.sign",
            plan_total=subject.total,
            plan_balance=subject.case.balance,
            waiver=subject.waived,
            waiver_approved=subject.waiver_approved,
            terms_confirmed=confirmed or not unconfirmed(subject, signer),
            signed_by=tuple(signed),
            waits_for=tuple(str(one.party.person) for one in waits if not one.declined_at),
            declined_by=tuple(
                str(one.party.person) for one in others if one.declined_at and one != signer
            ),
            offered_at=subject.offered_at,
            counsel=subject.counsel,
            signers_checked=checked
            and not subject.signatures.exclude(side="creditor").filter(id_checked=False).exists(),
        )(subject, by=by, at=at)

    return policy


may_receive = asks("payment.record", payment_to="agency")


def may_close(subject: Any, *, by: User, at: datetime) -> Verdict:
    """Whether nothing is missing for closing the case as settled."""
    case: Case = case_of(subject)
    return asks("case.close", guarantors=guarantors_of(case), **closing_facts(case))(
        case, by=by, at=at
    )


def may_close_early(closed_as: str) -> Policy:
    """What has to be done after a closing for this reason; two people answer for the closing itself."""

    def policy(subject: Any, *, by: User, at: datetime) -> Verdict:
        case: Case = case_of(subject)
        return asks(
            "case.close_early", guarantors=guarantors_of(case), closed_as=closed_as,
            **closing_facts(case),
        )(case, by=by, at=at)  # fmt: skip

    return policy


def may_void(void_reason: str, *, proven: bool) -> Policy:
    """Whether an original that cannot go back may be declared void for this reason."""
    return asks("original.void", void_reason=void_reason, void_evidence=proven)


def still_held(case: Case) -> QuerySet[ClaimPaper]:
    """The originals in our hands that have neither gone back nor been declared void."""
    return case.papers.filter(original_held=True, returned_at=None, voided_at=None)


def closing_facts(case: Case) -> dict[str, Any]:
    """What of the closing is done; what was done before the last payment counts no more."""
    out = still_held(case).exists()
    if case.balance > ZERO:  # whatever was issued or written before the last payment is void
        return {"certificate_issued": False, "papers_returned": not out, "report_written": False}
    settled_at = case.ledger.aggregate(last=Max("recorded_at"))["last"]
    made = dict(
        case.documents.filter(
            kind__in=[Document.Kind.SETTLEMENT, Document.Kind.CLOSURE_REPORT]
        )
        .values("kind")
        .annotate(last=Max("created_at"))
        .values_list("kind", "last")
    )  # fmt: skip
    issued = made.get(Document.Kind.SETTLEMENT)
    gone = case.papers.aggregate(last=Max("returned_at"), void=Max("voided_at"))
    written = made.get(Document.Kind.CLOSURE_REPORT)
    before = [moment for moment in (settled_at, issued, *gone.values()) if moment]
    return {
        "certificate_issued": bool(issued and settled_at and issued >= settled_at),
        "papers_returned": not out,
        "report_written": bool(written and before and written >= max(before)),
    }


def order_of(case: Case, at: datetime) -> tuple[str, ...]:
    """The order of set-off at this moment: that of the clause in force, of the case's packs, else of the law."""
    return orders_of(case)(local_day(at, case.zone))


def orders_of(case: Case) -> Callable[[date], tuple[str, ...]]:
    """As above, for any day at the debtor's place; read once for many days.

    A clause of a signed agreement stands before the law's order (Civil Code art. 561) from the day of the signatures to the
    last day on which the agreement holds.
    """
    said: list[tuple[date, date, tuple[str, ...]]] = []
    for agreement in case.agreements.order_by("-version"):
        signed, ended = agreement.signed_at, agreement.ended_at
        if signed and (order := tuple(agreement.set_off)):
            until = local_day(ended, case.zone) if ended else date.max
            said.append((local_day(signed, case.zone), until, order))

    def on(day: date) -> tuple[str, ...]:
        agreed = next((order for since, until, order in said if since <= day <= until), None)
        return agreed or pack_order(case, day)

    return on


def pack_order(case: Case, day: date) -> tuple[str, ...]:
    """The order that the case's packs name, else the law's (Civil Code art. 561)."""
    return tuple(value(tuple(case.packs), "set_off.order", day) or DEFAULT_ORDER)


def may_designate(case: Case, day: date) -> bool:
    """Whether the debtor may say for which of several debts a payment is (Civil Code art. 560), by the case's packs."""
    return bool(value(tuple(case.packs), "set_off.designated", day))


def talk_is_recorded(case: Case) -> bool:
    """Whether what was said at the door is on record, for the visit that the case stands at."""
    began = case.step_dates.get("credential_display")
    talks = TalkRecord.objects.filter(visit__case=case)
    if began:  # an hour's grace: the phone may have sent the arrival after the talk
        talks = talks.filter(recorded_at__gte=datetime.fromisoformat(began) - timedelta(hours=1))
    return talks.exists()


def unconfirmed(agreement: Agreement, signer: Signatory | None = None) -> list[dict[str, Any]]:
    """The terms not confirmed yet, in their order: the debtor confirms all, others what they promise."""
    done = set(agreement.confirmations.filter(signatory=signer).values_list("term", flat=True))
    mine = [one for one in agreement.clauses if signer is None or one["key"] == signer.term]
    return [term for term in mine if term["key"] not in done]


OTHERS_SEE_NOT = ("parties", "guarantee", "others")
"""Terms with the debtor's address, or of others who answer for the debt."""


def clauses_for(agreement: Agreement, reader: Signatory | None) -> list[dict[str, Any]]:
    """The terms that this person may see: the debtor all, others no address and no promise but their own."""
    if reader is None:
        return agreement.clauses
    return [
        clause
        for clause in agreement.clauses
        if clause["key"] == reader.term
        or not (clause["key"] in OTHERS_SEE_NOT or clause["key"].startswith("signs_"))
    ]


def signatories_of(agreement: Agreement) -> list[Signatory]:
    """Who else must sign, with their persons and signatures, in the order in which they were asked."""
    return list(agreement.signatories.select_related("party__person", "signature").order_by("pk"))


def has_signed(one: Signatory) -> bool:
    """Whether this person has signed."""
    return hasattr(one, "signature")


def is_approved(case: Case, waived: Mapping[str, Decimal], at: datetime) -> bool:
    """Whether a second person has granted at least this waiver, component by component."""
    return covers(granted_waiver(case, at), waived)


def own_limit(case: Case) -> Decimal:
    """How much may be waived without asking anybody: what the mandate leaves to the agency."""
    limit = case.mandate.waiver_limit if case.agency_id and case.mandate else None
    return limit or ZERO


def covers(granted: Mapping[str, Decimal], waived: Mapping[str, Decimal]) -> bool:
    """Whether what was granted is at least this waiver, component by component."""
    return bool(granted) and all(
        waived.get(name, ZERO) <= granted.get(name, ZERO) for name in COMPONENTS
    )


def granted_waiver(case: Case, at: datetime) -> dict[str, Decimal]:
    """The waiver that was granted last and not used up by an agreement signed since."""
    last = next(iter(_last_grant(case=case.pk, at=at)), None)
    if last is None:
        return {}
    used = case.agreements.filter(signed_at__gte=last.decided_at, waiver_approved=True)
    if used.exists():
        return {}
    return {name: money(str(last.details.get(name, "0.00"))) for name in COMPONENTS}


@kept
def _last_grant(*, case: int, at: datetime) -> QuerySet[Approval]:
    kind, state = Approval.Kind.WAIVER, Approval.State.GRANTED
    grants = Approval.objects.filter(case=case, kind=kind, state=state, expires_at__gt=at)
    return grants.order_by("-decided_at")[:1]


def owed_by_component(case: Case) -> dict[str, Decimal]:
    """What is owed of each component."""
    return {name: getattr(case, name) for name in COMPONENTS}


def ledger_sums(case: Case) -> dict[str, Decimal]:
    """What the ledger says is owed; it must be what the case says."""
    sums = dict.fromkeys(COMPONENTS, ZERO)
    for component, amount in LedgerEntry.objects.filter(case=case).values_list(
        "component", "amount"
    ):
        sums[component] += amount
    return sums
