"""When the limitation period of a claim begins anew, and when it does not; every act is logged with its proof.

Civil Code art. 195: a demand that reaches the debtor, the debtor's agreement to perform, a suit or arbitration
interrupt the period, which is counted anew from then. Limitation interpretation art. 14: a plan of instalments, a
part payment, security and a request for more time are such an agreement. Once the period has ended nothing interrupts
it any more (Civil Code art. 192); only an express agreement to pay renews it (limitation interpretation art. 19),
never a payment, which settles just what was paid.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from agreements.actions.warning import tick_off_warnings
from cases.actions.days import must_not_lie_ahead
from cases.actions.still_open import while_open
from cases.models import Case, Debt, Interruption
from compliance import limitation as law
from compliance.ask import value
from compliance.spans import years_on
from documents.models import Document
from documents.storing import store
from people.models import User
from timeline.models import Event
from workflow.duties import raise_duty
from workflow.steps import WrongInput, note, tell

RESTARTED = "limitation.restarted"
RESTORED = "limitation.restored"
AGREEMENT = "agreement"
BY_ITSELF = (Interruption.Kind.AGREEMENT, Interruption.Kind.PAYMENT)
"""Written by the signature and by the payment; nobody records them by hand."""
UNSEALED = "limitation.unsealed"


@dataclass(frozen=True)
class Cause:
    """What the debtor did: ``kind`` is agreement or payment, ``number`` names it, ``on`` is its day."""

    kind: str
    number: str
    on: date


def restart(case: Case, cause: Cause, by: User, at: datetime) -> None:
    """Count the period of the case's claims anew; to be called under the case's lock.

    Nothing happens to a claim whose period is unknown or ended before (unless it is expressly agreed to),
    nor where the new end would not lie later, nor where no pack of the case says how long the period is.
    """
    for debt in _concerned(case, cause):
        row = Interruption(kind=cause.kind, on=cause.on, number=cause.number)
        _log(case, debt, row, by, at)


def record_interruption(
    *,
    case: Case,
    debt: Debt,
    kind: str,
    on: date,
    by: User,
    at: datetime,
    filename: str,
    content: bytes,
    way: str = "",
    signer: str = "",
    arrived: bool = False,
    sealed: bool = False,
    ended_on: date | None = None,
    remark: str = "",
) -> Interruption:
    """Log a demand, a promise, a suit or the like, with its proof; the period moves if it counts.

    Raises ``WrongInput``, or ``documents.storing.Unreadable`` when the proof is not what it should be.
    """
    if kind in BY_ITSELF or kind not in Interruption.Kind.values:
        raise WrongInput(
            _("Signatures and payments write themselves; choose another kind."), "kind"
        )
    if kind == Interruption.Kind.DEMAND and not way:
        raise WrongInput(_("Say how the demand came to the debtor."), "way")
    must_not_lie_ahead(case, on, "on", at)
    if ended_on and ended_on < on:
        raise WrongInput(_("The procedure cannot end before it begins."), "ended_on")
    if debt.limitation_ends_on is None:
        raise WrongInput(_("Enter first when the period of this contract ends."), "debt")
    row = Interruption(
        kind=kind, on=on, way=way, signer=signer, arrived=arrived, sealed=sealed,
        ended_on=ended_on, remark=remark[:200],
    )  # fmt: skip

    def write(locked: Case, _by: User, _at: datetime) -> None:
        row.proof = store(
            case=locked, kind=Document.Kind.OTHER, filename=filename, content=content,
            title=f"{_('Proof')}{_(': ')}{Interruption.Kind(kind).label}", by=by, at=at,
        )  # fmt: skip
        fresh = Debt.objects.select_for_update(of=("self",)).get(pk=debt.pk, case=locked)
        _log(locked, fresh, row, by, at)
        if signer == Interruption.Signer.RELATIVE and not sealed:
            raise_duty(
                case=locked, kind=UNSEALED, says=_UNSEALED, rule="CN-48", role="compliance",
                due_at=at, key=f"{UNSEALED}:{row.pk}", at=at,
            )  # fmt: skip

    note(
        case, event="limitation.recorded", right="edit_case", by=by, at=at,
        data={"contract": debt.contract_number, "cause": kind, "day": on, "way": way, "signer": signer},
        then=while_open("limitation.recorded", write),
    )  # fmt: skip
    return row


def take_back(case: Case, number: str, by: User, at: datetime) -> None:
    """A payment was reversed: reckon the period as if it had never come; under the case's lock.

    A claim whose end was corrected by the creditor since then keeps what the creditor says.
    """
    Interruption.objects.filter(debt__case=case, number=number).update(taken_back_at=at)
    events = list(
        Event.objects.filter(case=case, kind__in=[RESTARTED, RESTORED]).order_by("number")
    )
    gone = {number} | {e.data["number"] for e in events if e.kind == RESTORED}
    for debt in case.debts.order_by("pk"):
        told = [e.data for e in events if e.data["debt"] == debt.pk]
        restarts = [e.data for e in events if e.kind == RESTARTED and e.data["debt"] == debt.pk]
        if not any(data["number"] == number for data in restarts):
            continue
        was = debt.limitation_ends_on
        if was is None or was.isoformat() != told[-1]["ends_on"]:
            continue
        ends = _reckoned(
            restarts, gone, _stop_of(case, debt, date.fromisoformat(restarts[-1]["day"]))
        )
        if ends == was:
            continue
        debt.limitation_ends_on = ends
        debt.save(update_fields=["limitation_ends_on"])
        tick_off_warnings(case, debt, by, at)
        tell(
            case, RESTORED, by, at,
            {
                "contract": debt.contract_number, "debt": debt.pk, "was": was, "ends_on": ends,
                "number": number,
            },
        )  # fmt: skip


def stop_of(case: Case, debt: Debt, on: date) -> date | None:
    """The day after which nothing lengthens the period any more (Civil Code art. 188(2)), if it is known."""
    return _stop_of(case, debt, on)


def _stop_of(case: Case, debt: Debt, on: date) -> date | None:
    longest = value(tuple(case.packs), "limitation.longest_years", on)
    return years_on(debt.due_on, longest) if longest and debt.due_on else None


def _log(case: Case, debt: Debt, row: Interruption, by: User, at: datetime) -> None:
    """Write the row, and move the end of the period where it counts."""
    years = value(tuple(case.packs), "limitation.years", row.on)
    was = debt.limitation_ends_on
    if years is None or was is None:
        return
    one = law.Interruption(
        kind=row.kind, on=row.on, way=row.way, signer=row.signer, arrived=row.arrived,
        ended_on=row.ended_on,
    )  # fmt: skip
    signers = value(tuple(case.packs), "limitation.signers", row.on) or law.SIGN_FOR_IT
    stop = _stop_of(case, debt, row.on)
    ends = law.ends_after(was, one, years=years, stop=stop, signers=signers) or was
    row.debt, row.was, row.ends_on, row.recorded_by, row.recorded_at = debt, was, ends, by, at
    row.why_not = law.what_it_did(was, one, ends, signers)
    row.save(force_insert=True)
    if ends == was:
        return
    debt.limitation_ends_on = ends
    debt.save(update_fields=["limitation_ends_on"])
    tick_off_warnings(case, debt, by, at)
    tell(
        case, RESTARTED, by, at,
        {
            "contract": debt.contract_number, "debt": debt.pk, "was": was, "ends_on": ends,
            "cause": row.kind, "number": row.number or f"I-{row.pk}", "day": row.on, "years": years,
            **({"ended": row.ended_on} if row.ended_on else {}),
        },
    )  # fmt: skip


def _concerned(case: Case, cause: Cause) -> Iterable[Debt]:
    """An agreement names every claim of the case; a payment without one may mean any of several."""
    debts = list(case.debts.order_by("pk"))
    agreed = case.agreements.filter(state__in=["signed", "broken", "kept"]).exists()
    return debts if cause.kind == AGREEMENT or agreed or len(debts) == 1 else []


def _reckoned(restarts: list[dict[str, Any]], gone: set[str], stop: date | None) -> date:
    """The end after the restarts that still count, from the end that stood before the first."""
    ends = date.fromisoformat(restarts[0]["was"])
    for data in restarts:
        if data["number"] not in gone:
            ended = data.get("ended")
            one = law.Interruption(
                kind=data["cause"], on=date.fromisoformat(data["day"]), arrived=True,
                ended_on=date.fromisoformat(ended) if ended else None,
            )  # fmt: skip
            ends = law.ends_after(ends, one, years=data["years"], stop=stop) or ends
    return ends


_UNSEALED = {
    "en": "A demand was handed to a relative in an open envelope: look into whether the debt was disclosed.",
    "zh": "催告由家属签收但未密封，请核查是否向第三人披露了债务信息。",
}
