"""What the messages of this app would tell of a case now, for whoever looks at them before they go."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from agreements import messages
from agreements.kinds import ask_reminder
from agreements.models import Agreement, Instalment, Payment
from cases.outgoing import ask_sending
from common.money import ZERO
from compliance.aims import Aim
from notices.kinds import REMINDERS
from notices.texts.previewing import NothingToTell, Sample, tells


def of_reminder(case: Any, at: datetime) -> Sample:
    """The next instalment of which something is missing."""
    found = (
        Instalment.objects.filter(agreement__case=case, live=True, paid_at=None)
        .order_by("due_on", "number")
        .first()
    )
    if found is None:
        raise NothingToTell(_("This case has no instalment that is still open."))
    return Sample(
        messages.of_reminder(found, case),
        lambda channel, source: ask_reminder(case, channel, source, at),
    )


def of_copy(case: Any, at: datetime) -> Sample:
    """The newest agreement that was signed."""
    found = Agreement.objects.filter(case=case, signed_at__isnull=False).order_by("-pk").first()
    if found is None:
        raise NothingToTell(_("This case has no signed agreement."))
    return Sample(messages.of_copy(found), _asks(case, at))


def of_word(case: Any, at: datetime) -> Sample:
    """The newest agreement that others are asked to sign, too."""
    found = Agreement.objects.filter(case=case, signatories__isnull=False).order_by("-pk").first()
    if found is None:
        raise NothingToTell(_("Nobody else is asked to sign in this case."))
    return Sample(messages.of_copy(found), _asks(case, at))


def of_receipt(case: Any, at: datetime) -> Sample:
    """The newest payment, while something is open."""
    payment = Payment.objects.filter(case=case).order_by("-pk").first()
    if payment is None:
        raise NothingToTell(_("Nothing has been paid in this case."))
    if case.balance <= ZERO:
        raise NothingToTell(_("Nothing is open in this case any more."))
    return Sample(messages.of_receipt(payment, case.balance)[1], _asks(case, at))


def of_last_receipt(case: Any, at: datetime) -> Sample:
    """The newest payment, as if nothing were open after it."""
    payment = Payment.objects.filter(case=case).order_by("-pk").first()
    if payment is None:
        raise NothingToTell(_("Nothing has been paid in this case."))
    return Sample(messages.of_receipt(payment, ZERO)[1], _asks(case, at))


def of_settlement(case: Any, at: datetime) -> Sample:
    """The certificate, which tells nothing but that all is paid."""
    if case.balance > ZERO:
        raise NothingToTell(_("Something is still owed in this case."))
    return Sample({}, _asks(case, at))


def _asks(case: Any, at: datetime) -> Any:
    return lambda channel, source: ask_sending(
        case, channel, source, at, aim=Aim.SERVING
    )  # fmt: skip


def register_all() -> None:
    """Say how each message is filled in; called once when the app is ready."""
    for kind in REMINDERS:
        tells(kind, of_reminder)
    tells("agreement_copy", of_copy)
    tells("payment_receipt", of_receipt)
    tells("last_receipt", of_last_receipt)
    tells("settlement", of_settlement)
    for wording in ("other_signed", "other_declined"):
        tells(wording, of_word)
