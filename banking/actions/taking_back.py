"""Money that went back: its payment is reversed by itself where it is named beyond doubt, else by a person."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from agreements.actions.disputing import end_dispute, open_dispute
from agreements.actions.giving_back import give_back_part
from agreements.actions.paying import reverse_payment
from agreements.models import Dispute, Payment
from banking.actions.booking import WAITING, leave_to_people, tell, waiting
from banking.actions.taking_in import must_be_allowed
from banking.models import StatementLine
from common.money import show
from people.models import User
from workflow.guard import Guard, guarded
from workflow.reasons import LANGUAGES
from workflow.steps import Outsider, RightRefused, StaleForm, StateRefused, WrongInput

log = logging.getLogger(__name__)
State, Match, Why = StatementLine.State, StatementLine.Match, StatementLine.Why
BATCH = 50


def take_back(*, line: StatementLine, payment: Payment, by: User, at: datetime) -> None:
    """Reverse the payment that went back, and tie the line to it; both stand, or neither does.

    Where a part went back, what is left of the payment is booked again from its own day. A payment that somebody has
    reversed already is only tied. Refuses a line that is dealt with, another creditor's or team's payment, more than
    the payment, and what ``reverse_payment`` and ``give_back_part`` refuse.
    """
    case = payment.case
    _must_be_of(line, payment, by)
    money_in = StatementLine.objects.filter(payment=payment).first()

    def tie_to(payment: Payment, by: User, at: datetime) -> StatementLine:
        fresh = waiting(line)
        fresh.state, fresh.returned, fresh.case = State.RETURNED, payment, payment.case
        fresh.aside_why, fresh.seen_by, fresh.seen_at = "", by, at
        fresh.save()
        tell("statement.line_returned", fresh, by, at, payment=payment.number)
        return fresh

    def tie_part(_rest: Payment, by: User, at: datetime) -> None:
        tie_to(payment, by, at)

    def tie(payment: Payment, by: User, at: datetime) -> None:
        fresh = tie_to(payment, by, at)
        if money_in:  # opened again by the reversal; but this money is gone
            _set_aside(money_in, fresh, by, at)

    with override(LANGUAGES.get(case.debtor.language, "zh-hans")):
        why = _why(line)
    if payment.reversed_at:
        with transaction.atomic(durable=True):
            tie(payment, by, at)
    elif line.amount < payment.amount:
        give_back_part(payment=payment, back=line.amount, why=why, by=by, at=at, also=tie_part)
    else:
        reverse_payment(payment=payment, why=why, by=by, at=at, also=tie)
    line.refresh_from_db()


def put_in_doubt(*, line: StatementLine, payment: Payment, by: User, at: datetime) -> None:
    """Put the payment under doubt that the line says is disputed, and tie the line to it; both stand, or neither does.

    Refuses what ``take_back`` refuses of a line, and what ``open_dispute`` refuses.
    """
    _must_be_of(line, payment, by)

    def tie(_dispute: Dispute, by: User, at: datetime) -> None:
        fresh = waiting(line)
        fresh.state, fresh.returned, fresh.case = State.DISPUTED, payment, payment.case
        fresh.match, fresh.why = Match.CERTAIN, Why.DISPUTED
        fresh.aside_why, fresh.seen_by, fresh.seen_at = "", by, at
        fresh.save()
        tell("statement.line_disputed", fresh, by, at, payment=payment.number)

    open_dispute(
        payment=payment, number=line.serial or line.key, amount=line.amount, by=by, at=at, also=tie
    )  # fmt: skip
    line.refresh_from_db()


def dispute_ended(dispute: Dispute, rest: Payment | None, by: User, at: datetime) -> None:
    """The dispute of a payment is decided, and its line with it; ``rest`` is what is left of it. Inside that change."""
    rows = StatementLine.objects.select_for_update(of=("self",))
    line = rows.filter(returned=dispute.payment, state=State.DISPUTED).first()
    if line is None:
        return
    line.seen_by, line.seen_at, line.outcome = by, at, dispute.outcome
    if dispute.outcome == Dispute.Outcome.WON:
        line.state, line.aside_why = State.ASIDE, _("The dispute was won; the payment stands.")
        line.save()
        tell("statement.line_set_aside", line, by, at, why=line.aside_why)
        return
    line.state = State.RETURNED
    line.save()
    tell("statement.line_returned", line, by, at, payment=dispute.payment.number)
    money_in = StatementLine.objects.filter(
        team=line.team_id, account=line.account, key=line.names, state=State.OPEN
    ).first()  # fmt: skip
    if money_in and rest is None:  # opened again by the reversal; but this money is gone
        _set_aside(money_in, line, by, at)


def _must_be_of(line: StatementLine, payment: Payment, by: User) -> None:
    """Raise ``WrongInput`` where the line is dealt with, or cannot be about this payment."""
    must_be_allowed(by, line.team)
    if not line.is_return or line.state not in WAITING:
        raise WrongInput(_("Somebody has dealt with this line already."))
    case = payment.case
    if case.team_id != line.team_id or case.creditor_id != line.creditor.pk:
        raise WrongInput(
            _("Payment %(number)s is not one of %(creditor)s in this team.")
            % {"number": payment.number, "creditor": line.creditor}, "number",
        )  # fmt: skip
    if case.currency != line.currency or payment.amount < line.amount:
        raise WrongInput(
            _("More went back than the %(amount)s of payment %(number)s, or another currency.")
            % {"amount": show(payment.amount), "number": payment.number}, "number",
        )  # fmt: skip


def take_back_certain(at: datetime, *, most: int = BATCH) -> int:
    """Reverse what went back for certain, put under doubt what is disputed, in the system's name; says how many were looked at.

    What went back before it was booked is set aside with it. What cannot be reversed goes to the review list.
    """
    named = StatementLine.objects.filter(
        team=OuterRef("team"), account=OuterRef("account"), key=OuterRef("names")
    )
    there = Exists(named.filter(state=State.BOOKED))  # a part waits for what it is a part of
    whole = Exists(named.filter(amount=OuterRef("amount"))) & ~Q(why=Why.DISPUTED)
    due = StatementLine.objects.filter(
        Q(returned__isnull=False) | there | whole, state=State.OPEN, match=Match.CERTAIN, is_return=True
    )  # fmt: skip
    return _each(due, most, at, lambda line, by: _take_back(line, by, at))


def settle_disputes(at: datetime, *, most: int = BATCH) -> int:
    """Do what follows where a provider has said how a dispute ended, in the system's name; says of how many.

    What cannot be reversed, such as on a closed case, stays under doubt, and the task of the desk with it.
    """
    due = StatementLine.objects.filter(state=State.DISPUTED, match=Match.CERTAIN).exclude(
        outcome=""
    )
    return _each(due, most, at, lambda line, by: _settle(line, by, at))


def _settle(line: StatementLine, by: User, at: datetime) -> None:
    dispute = Dispute.objects.select_related("payment__case__debtor").get(
        payment=line.returned, outcome=""
    )
    end_dispute(
        dispute=dispute, outcome=line.outcome, by=by, at=at,
        remark=_("As %(source)s says.") % {"source": line.said_by},
    )  # fmt: skip


def _each(
    due: QuerySet[StatementLine], most: int, at: datetime, do: Callable[[StatementLine, User], None]
) -> int:
    rows = list(
        due.select_related(
            "statement__creditor", "provider__creditor", "team", "returned__case__debtor"
        ).order_by("pk")[:most]
    )
    by = User.objects.system() if rows else None
    for line in rows:
        assert by is not None  # noqa: S101 - there are rows
        try:
            with guarded(Guard(key="")):
                do(line, by)
        except StaleForm:  # something else moved the case in between: the next turn finds it
            continue
        except (WrongInput, StateRefused, RightRefused, Outsider):
            _leave(line)
        except Exception:
            log.exception("Line %s, a return, could not be worked off.", line.pk)
            _leave(line)
    return len(rows)


def _leave(line: StatementLine) -> None:
    """To people: as it is called what could not be reversed, but a dispute stays one."""
    leave_to_people(line, Why.DISPUTED if line.why == Why.DISPUTED else Why.NOT_REVERSED)
    # One that is under doubt keeps its task: the next turn does not try again.
    StatementLine.objects.filter(pk=line.pk, state=State.DISPUTED).update(match=Match.LIKELY)


def _take_back(line: StatementLine, by: User, at: datetime) -> None:
    payment = line.returned
    if payment is None:
        money_in = StatementLine.objects.select_related("payment__case__debtor").get(
            team=line.team_id, account=line.account, key=line.names
        )
        if money_in.payment is None:
            _both_aside(line, money_in, by, at)
            return
        payment = money_in.payment
    if line.why == Why.DISPUTED:
        put_in_doubt(line=line, payment=payment, by=by, at=at)
        return
    take_back(line=line, payment=payment, by=by, at=at)


def _both_aside(line: StatementLine, money_in: StatementLine, by: User, at: datetime) -> None:
    """It came and went back before anybody booked it."""
    with transaction.atomic(durable=True):
        came, fresh = waiting(money_in), waiting(line)
        if (came.amount, came.currency) != (fresh.amount, fresh.currency):
            leave_to_people(fresh, Why.PART_BACK)
            return
        _set_aside(came, fresh, by, at)
        fresh.state, fresh.seen_by, fresh.seen_at = State.ASIDE, by, at
        fresh.aside_why = _("It went back before it was booked.")
        fresh.save()
        tell("statement.line_set_aside", fresh, by, at, why=fresh.aside_why)


def _set_aside(money_in: StatementLine, back: StatementLine, by: User, at: datetime) -> None:
    why = _("It went back: %(source)s %(number)s.") % {
        "source": back.said_by, "number": back.serial or back.row,
    }  # fmt: skip
    came = waiting(money_in)
    came.state, came.aside_why, came.seen_by, came.seen_at = State.ASIDE, why[:200], by, at
    came.save(update_fields=["state", "aside_why", "seen_by", "seen_at"])
    tell("statement.line_set_aside", came, by, at, why=why)


def _why(line: StatementLine) -> str:
    """What the debtor reads on the note that voids the receipt."""
    if line.provider:
        return _("It was paid back by %(source)s (%(number)s).") % {
            "source": line.said_by, "number": line.serial,
        }  # fmt: skip
    return _("The bank returned it (statement %(source)s, row %(row)s).") % {
        "source": line.said_by, "row": line.row,
    }  # fmt: skip
