"""Money that went back: its payment is reversed by itself where it is named beyond doubt, else by a person."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from agreements.actions.paying import reverse_payment
from agreements.models import Payment
from banking.actions.booking import WAITING, leave_to_people, tell, waiting
from banking.actions.taking_in import must_be_allowed
from banking.models import StatementLine
from people.models import User
from workflow.guard import Guard, guarded
from workflow.reasons import LANGUAGES
from workflow.steps import Outsider, RightRefused, StaleForm, StateRefused, WrongInput

log = logging.getLogger(__name__)
State, Match, Why = StatementLine.State, StatementLine.Match, StatementLine.Why
BATCH = 50


def take_back(*, line: StatementLine, payment: Payment, by: User, at: datetime) -> None:
    """Reverse the payment that went back, and tie the line to it; both stand, or neither does.

    A payment that somebody has reversed already is only tied. Refuses a line that is dealt with, another creditor's
    or team's payment, another amount, and what ``reverse_payment`` refuses.
    """
    must_be_allowed(by, line.team)
    if not line.is_return or line.state not in WAITING:
        raise WrongInput(_("Somebody has dealt with this line already."))
    case = payment.case
    if case.team_id != line.team_id or case.creditor_id != line.creditor.pk:
        raise WrongInput(
            _("Payment %(number)s is not one of %(creditor)s in this team.")
            % {"number": payment.number, "creditor": line.creditor}, "number",
        )  # fmt: skip
    if (case.currency, payment.amount) != (line.currency, line.amount):
        raise WrongInput(
            _("Not all of payment %(number)s went back, or more. Reverse it by hand and book what is left.")
            % {"number": payment.number}, "number",
        )  # fmt: skip
    money_in = StatementLine.objects.filter(payment=payment).first()

    def tie(payment: Payment, by: User, at: datetime) -> None:
        fresh = waiting(line)
        fresh.state, fresh.returned, fresh.case = State.RETURNED, payment, payment.case
        fresh.aside_why, fresh.seen_by, fresh.seen_at = "", by, at
        fresh.save()
        if money_in:  # opened again by the reversal; but this money is gone
            _set_aside(money_in, fresh, by, at)
        tell("statement.line_returned", fresh, by, at, payment=payment.number)

    if payment.reversed_at:
        with transaction.atomic(durable=True):
            tie(payment, by, at)
    else:
        with override(LANGUAGES.get(case.debtor.language, "zh-hans")):
            why = _why(line)
        reverse_payment(payment=payment, why=why, by=by, at=at, also=tie)
    line.refresh_from_db()


def take_back_certain(at: datetime, *, most: int = BATCH) -> int:
    """Reverse what went back for certain, in the system's name; says how many were looked at.

    What went back before it was booked is set aside with it. What cannot be reversed goes to the review list.
    """
    named = StatementLine.objects.filter(
        team=OuterRef("team"), account=OuterRef("account"), key=OuterRef("names")
    )
    due = StatementLine.objects.filter(
        Q(returned__isnull=False) | Exists(named), state=State.OPEN, match=Match.CERTAIN, is_return=True
    )  # fmt: skip
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
                _take_back(line, by, at)
        except StaleForm:  # something else moved the case in between: the next turn finds it
            continue
        except (WrongInput, StateRefused, RightRefused, Outsider):
            leave_to_people(line, Why.NOT_REVERSED)
        except Exception:
            log.exception("Line %s, a return, could not be worked off.", line.pk)
            leave_to_people(line, Why.NOT_REVERSED)
    return len(rows)


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
    if line.why == Why.DISPUTED:
        return _("The payer disputed it (%(number)s).") % {"number": line.serial}
    if line.provider:
        return _("It was paid back by %(source)s (%(number)s).") % {
            "source": line.said_by, "number": line.serial,
        }  # fmt: skip
    return _("The bank returned it (statement %(source)s, row %(row)s).") % {
        "source": line.said_by, "row": line.row,
    }  # fmt: skip
