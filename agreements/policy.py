"""What the rules are asked about terms, signatures and closing."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max, QuerySet

from agreements.models import Agreement
from agreements.payments import DEFAULT_ORDER
from cases.guarantees import guarantors_of
from cases.models import Case, LedgerEntry
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
) -> Policy:
    """Whether these terms may be put in writing.

    ``channel`` is how they were agreed without a talk; ``revised`` terms stand on the record on which
    the first ones stood.
    """

    def policy(subject: Any, *, by: User, at: datetime) -> Verdict:
        case: Case = case_of(subject)
        return asks(
            "agreement.reach",
            plan_total=total,
            plan_balance=case.balance,
            plan_months=months,
            waiver=money(sum(waived.values(), ZERO)),
            waiver_approved=is_approved(case, waived, at),
            set_off_order=order_of(case, at),
            guarantors=guarantors_of(case),
            channel=channel or None,
            borrowed_funds=new_loan,
            talk_recorded=None if channel else revised or talk_is_recorded(case),
        )(case, by=by, at=at)

    return policy


def may_sign(sides: Iterable[str] | None = None, *, checked: bool = True) -> Policy:
    """Whether the agreement may be signed, with the signatures given (or those that it has).

    ``checked`` is whether the one who signs now was compared with an identity paper.
    """

    def policy(subject: Agreement, *, by: User, at: datetime) -> Verdict:
        signed = subject.signatures.values_list("side", flat=True) if sides is None else sides
        return asks(
            "agreement.sign",
            plan_total=subject.total,
            plan_balance=subject.case.balance,
            waiver=subject.waived,
            waiver_approved=subject.waiver_approved,
            terms_confirmed=not unconfirmed(subject),
            signed_by=tuple(signed),
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


def closing_facts(case: Case) -> dict[str, Any]:
    """What of the closing is done; what was done before the last payment counts no more."""
    out = case.papers.filter(original_held=True, returned_at=None).exists()
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
    returned_at = case.papers.aggregate(last=Max("returned_at"))["last"]
    written = made.get(Document.Kind.CLOSURE_REPORT)
    before = [moment for moment in (settled_at, issued, returned_at) if moment]
    return {
        "certificate_issued": bool(issued and settled_at and issued >= settled_at),
        "papers_returned": not out,
        "report_written": bool(written and before and written >= max(before)),
    }


def order_of(case: Case, at: datetime) -> tuple[str, ...]:
    """The order of set-off that the case's packs name, else the law's (Civil Code art. 561)."""
    return order_on(case, local_day(at, case.zone))


def order_on(case: Case, day: date) -> tuple[str, ...]:
    """As above, for a day at the debtor's place."""
    return tuple(value(tuple(case.packs), "set_off.order", day) or DEFAULT_ORDER)


def talk_is_recorded(case: Case) -> bool:
    """Whether what was said at the door is on record, for the visit that the case stands at."""
    began = case.step_dates.get("credential_display")
    talks = TalkRecord.objects.filter(visit__case=case)
    if began:  # an hour's grace: the phone may have sent the arrival after the talk
        talks = talks.filter(recorded_at__gte=datetime.fromisoformat(began) - timedelta(hours=1))
    return talks.exists()


def unconfirmed(agreement: Agreement) -> list[dict[str, Any]]:
    """The terms that the debtor has not confirmed yet, in their order."""
    done = set(agreement.confirmations.values_list("term", flat=True))
    return [term for term in agreement.clauses if term["key"] not in done]


def is_approved(case: Case, waived: Mapping[str, Decimal], at: datetime) -> bool:
    """Whether a second person has granted at least this waiver, component by component."""
    granted = granted_waiver(case, at)
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
