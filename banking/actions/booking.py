"""A line of a statement booked on a case, set aside, or open again."""

import logging
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.actions.paying import record_payment
from agreements.models import Payment
from banking.actions.taking_in import must_be_allowed
from banking.finding import booked_elsewhere, went_back
from banking.models import StatementLine
from banking.providers import provider_named
from cases.models import Case
from people.models import User
from timeline.chain import record_for_house
from workflow.guard import Guard, guarded
from workflow.steps import Outsider, RightRefused, StaleForm, StateRefused, WrongInput, once

log = logging.getLogger(__name__)
State, Match, Why = StatementLine.State, StatementLine.Match, StatementLine.Why
BATCH = 50
WAITING = (State.OPEN, State.ASIDE)
DEALT_WITH = gettext_lazy("Somebody has dealt with this line already.")


def book_line(
    *, line: StatementLine, case: Case, by: User, at: datetime, keep_rest: bool = False
) -> Payment:
    """Book the line as a payment of that case; both stand, or neither does.

    ``keep_rest`` keeps what is more than is owed for paying back. Refuses a line that is dealt with, another creditor's case, another currency, and what ``record_payment``
    refuses. Raises ``WrongInput``, ``StateRefused``, ``Outsider``, ``RightRefused``.
    """
    must_be_allowed(by, line.team)
    if not StatementLine.objects.filter(pk=line.pk, state__in=WAITING).exists():
        raise WrongInput(DEALT_WITH)
    if line.is_return:
        raise WrongInput(_("This is money that went back."))
    if case.team_id != line.team_id or case.creditor_id != line.creditor.pk:
        raise WrongInput(
            _("Case %(reference)s is not one of %(creditor)s in this team.")
            % {"reference": case.reference, "creditor": line.creditor}, "reference",
        )  # fmt: skip
    if case.currency != line.currency:
        raise WrongInput(
            _("The line is in %(theirs)s, the case in %(ours)s.")
            % {"theirs": line.currency, "ours": case.currency}, "reference",
        )  # fmt: skip

    def tie(payment: Payment, by: User, at: datetime) -> None:
        fresh = waiting(line)
        fresh.state, fresh.payment, fresh.case = State.BOOKED, payment, payment.case
        fresh.aside_why, fresh.seen_by, fresh.seen_at = "", by, at
        fresh.save()

    try:
        payment = record_payment(
            case=case, amount=line.amount, method=_method_of(line), received_at=line.moved_at,
            payer=line.payer, bank_reference=line.serial[:60], keep_rest=keep_rest,
            by=by, at=at, also=tie,
        )  # fmt: skip
    except IntegrityError as twice:
        if "line_booked_once" not in str(twice):
            raise
        raise WrongInput(_("Another team has booked this very line.")) from twice
    line.refresh_from_db()
    return payment


def _method_of(line: StatementLine) -> str:
    """A transfer, or what its provider is for."""
    if line.provider is None:
        return Payment.Method.TRANSFER.value
    provider = provider_named(line.provider.provider)
    return provider.method if provider else Payment.Method.OTHER.value


def set_aside(*, line: StatementLine, why: str, by: User, at: datetime) -> None:
    """Say that the line is no payment of a case here, and why; it can still be booked later."""
    must_be_allowed(by, line.team)
    why = why.strip()[:200]
    if not why:
        raise WrongInput(_("Say why it is set aside."), "why")
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = waiting(line)
        fresh.state, fresh.aside_why, fresh.seen_by, fresh.seen_at = State.ASIDE, why, by, at
        fresh.save(update_fields=["state", "aside_why", "seen_by", "seen_at"])
        tell("statement.line_set_aside", fresh, by, at, why=why)
    line.refresh_from_db()


def open_again(payment: Payment, by: User, at: datetime) -> None:
    """The payment was taken back: its line waits for a person again. Inside that change."""
    line = StatementLine.objects.select_for_update(of=("self",)).filter(payment=payment).first()
    if line is None:
        return
    line.state, line.payment, line.case = State.OPEN, None, None
    line.match, line.why, line.seen_by, line.seen_at = Match.NONE, Why.TAKEN_BACK, by, at
    line.save()
    tell("statement.line_open_again", line, by, at, payment=payment.number)


def go_along(before: Payment, moved: Payment, by: User, at: datetime) -> None:
    """The payment was moved to another case, and its line with it. Inside that change."""
    line = StatementLine.objects.select_for_update(of=("self",)).filter(payment=before).first()
    if line is None:
        return
    line.payment, line.case, line.seen_by, line.seen_at = moved, moved.case, by, at
    line.save(update_fields=["payment", "case", "seen_by", "seen_at"])
    tell("statement.line_moved", line, by, at, payment=moved.number)


def book_certain(at: datetime, *, most: int = BATCH) -> int:
    """Book what is certain, in the name of whoever took the statement in; says how many were looked at.

    What a provider told is booked in the system's name. What cannot be booked goes to the review list, and stops no other.
    """
    due = StatementLine.objects.filter(state=State.OPEN, match=Match.CERTAIN, is_return=False)
    rows = list(
        due.select_related(
            "statement__creditor", "statement__taken_in_by", "provider__creditor", "team", "case"
        ).order_by("pk")[:most]
    )
    for line in rows:
        assert line.case is not None  # noqa: S101 - the database holds that
        if went_back(line):
            leave_to_people(line)
            continue
        if booked_elsewhere(line):
            leave_to_people(line, Why.MAYBE_KNOWN)
            continue
        try:
            with guarded(Guard(key="")):
                by = line.statement.taken_in_by if line.statement else User.objects.system()
                book_line(line=line, case=line.case, by=by, at=at)
        except StaleForm:  # another payment of the case came in between: the next turn finds it
            continue
        except (WrongInput, StateRefused, RightRefused, Outsider):
            leave_to_people(line)
        except Exception:
            log.exception("Line %s of a statement could not be booked.", line.pk)
            leave_to_people(line)
    return len(rows)


def waiting(line: StatementLine) -> StatementLine:
    """The line as it is now, locked, if nobody has dealt with it."""
    fresh = StatementLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
    if fresh.state not in WAITING:
        raise WrongInput(DEALT_WITH)
    return fresh


def leave_to_people(line: StatementLine, why: str = Why.NOT_BOOKED) -> None:
    """Put it on the review list, with its reason."""
    StatementLine.objects.filter(pk=line.pk, state=State.OPEN).update(match=Match.LIKELY, why=why)


def tell(event: str, line: StatementLine, by: User, at: datetime, **more: str) -> None:
    """Say on the house's own timeline what became of a line."""
    record_for_house(
        kind=event, by=by, at=at,
        data={"statement": line.said_by, "row": line.row or line.key, **more},
    )  # fmt: skip
