"""Putting terms in writing: a draft, a waiver asked for, other terms, the offer, a new version."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from agreements import waivers
from agreements.actions.accruing import accrue
from agreements.actions.stopping import stop_reminders
from agreements.blanks import must_agree, must_be_known
from agreements.counsel import LAWYER, await_counsel
from agreements.dealing import deal_of
from agreements.models import Agreement, Instalment, Signatory
from agreements.plans import Due, months, must_lie_ahead, must_tie
from agreements.policy import (
    COMPONENTS,
    is_approved,
    may_reach,
    owed_by_component,
    pack_order,
    signatories_of,
)
from agreements.terms import terms_of
from cases.actions.statements import answered_by_terms
from cases.models import Case
from cases.models.case import Step as CaseStep
from common.clock import local_day
from common.money import ZERO, money, show, total
from people.models import User
from visits.actions.planning import cancelling_all
from workflow.approvals import request_approval
from workflow.duties import fulfil
from workflow.models import Approval
from workflow.reasons import because
from workflow.steps import StateRefused, Step, WrongInput, carry_out

DRAW_UP = "draw_up_agreement"
REMOTELY = (CaseStep.PREPARATION, CaseStep.NOTICE)
RETURNED_FROM = (CaseStep.ON_SITE_TALK, CaseStep.AGREEMENT, CaseStep.FOLLOW_UP)
CHANNELS = ("phone", "email", "letter", "wechat", "sms", "lawyers_letter")


def draw_up_agreement(
    *,
    case: Case,
    plan: str,
    rows: Sequence[Due],
    by: User,
    at: datetime,
    waived: Mapping[str, Decimal] | None = None,
    language: str = "zh",
    channel: str = "",
    new_loan: bool | None = None,
    set_off: Sequence[str] = (),
) -> Agreement:
    """Put the terms in writing; the case moves to its agreement.

    From the talk it needs the record of it; from preparation or notice it needs ``channel``, the
    gentler way by which the terms were agreed on, and the visit that was planned is cancelled with
    all that was to be sent for it. ``new_loan`` says whether a new loan is to pay for it, if that was asked;
    ``set_off`` is the order of a clause, where both sides agree on another than the law's. Raises ``PolicyRefused``, ``WrongInput``, ``StateRefused``.
    """
    remote = case.state in REMOTELY
    _must_know_channel(channel, needed=remote)
    accrue(case=case, at=at)
    agreement = _draft(
        case, plan, rows, waived, language, channel, by, at, new_loan=new_loan, set_off=set_off
    )
    policy = policy_of(agreement, rows, channel)

    if remote:
        first = Step(
            subject=case,
            event="case.agreed_remotely",
            right=DRAW_UP,
            policy=policy,
            transition="agree_remotely",
            args={"at": at},
            data={"channel": channel},
        )
        calls_off = cancelling_all(case, _("Terms were agreed without a visit."), at)
    else:
        first = Step(
            subject=case,
            event="case.agreement_reached",
            right=DRAW_UP,
            policy=policy,
            transition="reach_agreement",
            args={"at": at},
        )
        calls_off = []
    carry_out(first, *calls_off, _drawing_up(agreement, rows), by=by, at=at)
    return agreement


def redraft(
    *,
    agreement: Agreement,
    plan: str,
    rows: Sequence[Due],
    by: User,
    at: datetime,
    waived: Mapping[str, Decimal] | None = None,
    language: str = "",
    new_loan: bool | None = None,
    set_off: Sequence[str] | None = None,
) -> None:
    """Write other terms before anybody has signed; what was confirmed is to be confirmed anew."""
    channel = agreement.terms.get("channel", "")
    accrue(case=agreement.case, at=at)
    other = _draft(
        agreement.case, plan, rows, waived, language or agreement.language, channel, by, at,
        grown_from=agreement,
        new_loan=agreement.terms.get("new_loan") if new_loan is None else new_loan,
        set_off=agreement.set_off if set_off is None else set_off,
    )  # fmt: skip
    names = (
        "plan", "language", "balance_on", "principal", "interest", "fees", "waived_principal",
        "waived_interest", "waived_fees", "waiver_approved", "total", "terms",
    )  # fmt: skip

    def rewrite(fresh: Agreement, _by: User, _at: datetime) -> None:
        fresh.instalments.all().delete()
        _take_up(fresh, rows, by, at)
        begin_anew(fresh, by, at)

    carry_out(
        Step(
            subject=agreement,
            event="agreement.redrafted",
            right=DRAW_UP,
            policy=policy_of(other, rows, channel, revised=True),
            transition="redraft",
            args={"changes": {name: getattr(other, name) for name in names}},
            data=lambda fresh: _told(fresh, rows),
            then=rewrite,
        ),
        by=by,
        at=at,
    )


def begin_anew(fresh: Agreement, by: User, at: datetime) -> None:
    """Forget, under the lock, what was confirmed, signed, declined and answered of other terms."""
    fresh.confirmations.all().delete()
    fresh.signatures.all().delete()
    fresh.signatories.update(declined_at=None, declined_why="")
    if fresh.counsel == "asked":  # of the new terms, even where the old ones were answered
        fulfil(case=fresh.case, kind=LAWYER, by=by, at=at)
        await_counsel(fresh, at)


def request_waiver(
    *, case: Case, waived: Mapping[str, Decimal], reason: str, by: User, at: datetime
) -> Approval:
    """Ask the supervisor for a waiver that goes beyond what the mandate leaves to the agency.

    Those who may decide it are written to at once; of each case one request waits at a time.
    """
    parts = _checked_waiver(case, waived)
    whole = total(parts.values())
    if whole <= ZERO:
        raise WrongInput(_("Say how much is to be waived, of which part."), "fees")
    return request_approval(
        case=case,
        kind=Approval.Kind.WAIVER,
        subject=show(whole),
        details={**{name: str(amount) for name, amount in parts.items()}, "amount": str(whole)},
        reason=reason,
        by=by,
        at=at,
        then=waivers.tell_deciders,
    )


def waiver_steps(approval: Approval, _by: User, _at: datetime) -> Sequence[Step]:
    """What follows when the waiver is granted: it can be written into the terms."""
    return [
        Step(
            subject=approval.case,
            event="waiver.granted",
            data={
                "amount": approval.details.get("amount", ""),
                **{name: approval.details.get(name, "0.00") for name in COMPONENTS},
            },
        )
    ]


def offer_agreement(*, agreement: Agreement, by: User, at: datetime) -> None:
    """Give the debtor the terms to read; from here on each is confirmed by itself.

    Nothing is given to anybody that has a blank, or of which the two languages part: ``WrongInput``.
    """
    must_be_known(agreement.case, signatories_of(agreement))
    must_agree(agreement.clauses, agreement.terms.get("names", ()))
    carry_out(
        Step(
            subject=agreement,
            event="agreement.offered",
            right=DRAW_UP,
            transition="offer",
            args={"at": at},
            data=lambda fresh: {"number": fresh.number, "total": fresh.total},
        ),
        by=by,
        at=at,
    )


def renegotiate(
    *,
    case: Case,
    cause: str,
    reason: str,
    plan: str,
    rows: Sequence[Due],
    channel: str,
    by: User,
    at: datetime,
    waived: Mapping[str, Decimal] | None = None,
    language: str = "zh",
    new_loan: bool | None = None,
    set_off: Sequence[str] = (),
) -> Agreement:
    """Draw up a new version; the old one holds until the new one is signed, its reminders stop."""
    _must_know_channel(channel, needed=True)
    if cause not in Agreement.Cause.values:
        raise WrongInput(_("Choose one of the reasons."), "cause")
    if not reason.strip():
        raise WrongInput(_("Say why a new version is needed."), "reason")
    accrue(case=case, at=at)
    old = in_force(case)
    agreement = _draft(
        case, plan, rows, waived, language, channel, by, at, new_loan=new_loan, set_off=set_off
    )
    agreement.cause, agreement.reason = cause, reason.strip()[:300]
    agreement.supersedes = old

    def stop(locked: Case, _by: User, _at: datetime) -> None:
        stop_reminders(
            locked, why=because(lambda: _("A new version is being negotiated.")), by=by, at=at
        )
        fulfil(case=locked, kind="supervisor.missed", by=by, at=at)

    carry_out(
        Step(
            subject=case,
            event="case.renegotiated",
            right=DRAW_UP,
            policy=policy_of(agreement, rows, channel),
            transition="renegotiate",
            args={"at": at},
            data={"renewal": cause, "reason": agreement.reason, "channel": channel},
            then=stop,
        ),
        _drawing_up(agreement, rows),
        by=by,
        at=at,
    )
    return agreement


def drop_renegotiation(*, case: Case, why: str, by: User, at: datetime) -> None:
    """No new version came about: the draft is void, and the agreement in force goes on."""
    if in_force(case) is None:
        raise StateRefused(case, "drop_renegotiation")

    def attend(locked: Case, _by: User, _at: datetime) -> None:
        Instalment.objects.filter(agreement__case=locked, live=True, paid_at=None).update(
            attend_at=at
        )

    carry_out(
        *voiding(case, in_the_making(case), why, at),
        Step(
            subject=case,
            event="case.renegotiation_dropped",
            right=DRAW_UP,
            transition="begin_follow_up",
            args={"at": at},
            data={"why": why},
            then=attend,
        ),
        by=by,
        at=at,
    )


def return_case(*, case: Case, why: str, by: User, at: datetime) -> None:
    """Back to preparation, since there is no agreement or since the plan was broken.

    Whatever agreement there was is void; no visit follows by itself.
    """
    why = why.strip()
    if not why:
        raise WrongInput(_("Say why the case goes back."), "why")
    if case.state not in RETURNED_FROM:
        raise StateRefused(case, "return_to_preparation")
    if case.visits.filter(state="started").exists():
        raise WrongInput(_("The officers are still at the door. Finish the visit first."))
    held = in_force(case)
    if held is not None and held.state == Agreement.State.SIGNED:
        raise WrongInput(_("The agreement is in force and not broken. Renegotiate it instead."))

    def stop(locked: Case, _by: User, _at: datetime) -> None:
        stop_reminders(locked, why=because(lambda: _("The agreement is void.")), by=by, at=at)
        fulfil(case=locked, kind="supervisor.missed", by=by, at=at)

    carry_out(
        *voiding(case, in_the_making(case), why, at),
        *voiding(case, held, why, at),
        Step(
            subject=case,
            event="case.returned",
            right=DRAW_UP,
            transition="return_to_preparation",
            args={"at": at},
            data={"why": why},
            then=stop,
        ),
        by=by,
        at=at,
    )


def in_the_making(case: Case) -> Agreement | None:
    """The draft or offer of the case, of which there is one at most."""
    return case.agreements.filter(state__in=["draft", "offered"]).first()


def in_force(case: Case) -> Agreement | None:
    """The signed agreement that holds, kept or broken so far."""
    return case.agreements.filter(state__in=["signed", "broken"]).first()


def voiding(case: Case, agreement: Agreement | None, why: str, at: datetime) -> list[Step]:
    """The step that makes an agreement void, if there is one."""
    if agreement is None:
        return []
    agreement.case = case

    def let_go(fresh: Agreement, _by: User, _at: datetime) -> None:
        fresh.instalments.update(live=False, attend_at=None)

    return [
        Step(
            subject=agreement,
            event="agreement.voided",
            transition="make_void",
            args={"at": at},
            data={"number": agreement.number, "why": why},
            then=let_go,
        )
    ]


def _draft(
    case: Case,
    plan: str,
    rows: Sequence[Due],
    waived: Mapping[str, Decimal] | None,
    language: str,
    channel: str,
    by: User,
    at: datetime,
    grown_from: Agreement | None = None,
    new_loan: bool | None = None,
    set_off: Sequence[str] = (),
) -> Agreement:
    """A new agreement, not yet saved, with its sums and terms; raises ``WrongInput``."""
    if plan not in Agreement.Plan.values:
        raise WrongInput(_("There is no such kind of plan."), "plan")
    if language not in {"zh", "en", "both"}:
        raise WrongInput(_("Choose Chinese, English or both."), "language")
    if set_off and sorted(set_off) != sorted(COMPONENTS):
        raise WrongInput(_("Name costs, interest and principal, each once."), "set_off")
    today = local_day(at, case.zone)
    owed, parts = owed_by_component(case), _checked_waiver(case, waived or {})
    whole = total(owed.values()) - total(parts.values())
    if not rows:
        raise WrongInput(_("A plan needs at least one instalment."), "rows")
    must_tie(whole, rows)
    must_lie_ahead(rows, today)
    version = grown_from.version if grown_from else case.agreements.count() + 1
    agreement = Agreement(
        case=case,
        number=grown_from.number if grown_from else f"{case.reference}-A{version}",
        version=version,
        plan=plan,
        language=language,
        balance_on=today,
        **owed,
        **{f"waived_{name}": amount for name, amount in parts.items()},
        waiver_approved=whole < total(owed.values()) and is_approved(case, parts, at),
        total=whole,
        drawn_up_by=by,
        drawn_up_at=at,
    )
    if tuple(set_off) != pack_order(case, today):  # the law's own order needs no clause
        agreement.terms = {"set_off": list(set_off)}
    asked = signatories_of(grown_from) if grown_from else []
    must_be_known(case, asked)
    agreement.terms = {
        **agreement.terms,
        "channel": channel,
        "new_loan": new_loan,
        **terms_in_words(agreement, rows, asked),
    }
    return agreement


def terms_in_words(
    agreement: Agreement, rows: Sequence[Due], asked: Sequence[Signatory]
) -> dict[str, Any]:
    """The clauses in both languages and the names in them; raises ``WrongInput`` where the languages part."""
    deal = deal_of(agreement.case, agreement, rows, asked)
    clauses = [term.as_dict() for term in terms_of(deal)]
    must_agree(clauses, deal.names)
    return {"clauses": clauses, "names": [list(pair) for pair in deal.names]}


def _checked_waiver(case: Case, waived: Mapping[str, Decimal]) -> dict[str, Decimal]:
    parts = {name: money(waived.get(name) or ZERO) for name in COMPONENTS}
    for name, owed in owed_by_component(case).items():
        if parts[name] < ZERO:
            raise WrongInput(_("A waiver cannot be less than nothing."), f"waived_{name}")
        if parts[name] > owed:
            raise WrongInput(
                _("Only %(owed)s of it is owed, so no more can be waived.") % {"owed": show(owed)},
                f"waived_{name}",
            )
    return parts


def policy_of(
    agreement: Agreement, rows: Sequence[Due], channel: str, *, revised: bool = False
) -> Any:
    """What the rules are asked of these terms before they are written down."""
    return may_reach(
        total=agreement.total,
        waived={name: getattr(agreement, f"waived_{name}") for name in COMPONENTS},
        months=months(rows, agreement.balance_on),
        channel=channel,
        revised=revised,
        new_loan=agreement.terms.get("new_loan"),
        order=agreement.set_off,
    )


def _drawing_up(agreement: Agreement, rows: Sequence[Due]) -> Step:
    return Step(
        subject=agreement,
        event="agreement.drawn_up",
        data=_told(agreement, rows),
        then=lambda fresh, by, at: _take_up(fresh, rows, by, at),
    )


def _take_up(fresh: Agreement, rows: Sequence[Due], by: User, at: datetime) -> None:
    write_down(fresh, rows)
    answered_by_terms(fresh.case, by, at)


def write_down(agreement: Agreement, rows: Sequence[Due]) -> None:
    """Write the plan's instalments, numbered from one."""
    Instalment.objects.bulk_create(
        [
            Instalment(agreement=agreement, number=number, due_on=due.due_on, amount=due.amount)
            for number, due in enumerate(rows, start=1)
        ]
    )


def _told(agreement: Agreement, rows: Sequence[Due]) -> dict[str, Any]:
    """What the timeline keeps of the terms."""
    return {
        "number": agreement.number,
        "version": agreement.version,
        "plan": agreement.plan,
        "total": agreement.total,
        "waived": {name: str(getattr(agreement, f"waived_{name}")) for name in COMPONENTS},
        "instalments": [[due.due_on.isoformat(), str(due.amount)] for due in rows],
        "reason": agreement.reason,
        **({"set_off": agreement.set_off} if agreement.set_off else {}),
    }


def _must_know_channel(channel: str, *, needed: bool) -> None:
    if needed and channel not in CHANNELS:
        raise WrongInput(
            _("Say by which way the terms were agreed on, such as by telephone."), "channel"
        )
    if channel and channel not in CHANNELS:
        raise WrongInput(_("There is no such channel."), "channel")
