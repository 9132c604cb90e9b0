"""The clock's work on plans: reminders, missed instalments, who is to be told."""

from celery import shared_task

from agreements.actions import accruing, depositing
from agreements.actions.by_link import expire_links
from agreements.actions.following import sweep
from agreements.actions.mandates import sweep_mandates
from agreements.actions.warning import warn_of_limitation
from common import clock
from people.models import User


@shared_task
def sweep_instalments() -> None:
    """See to what is due by now, and to links that ended; harmless when run twice, late, or at once."""
    sweep(clock.now())
    expire_links(clock.now())


@shared_task
def warn_of_limitation_ends() -> None:
    """Warn of the claims whose limitation runs out; harmless when run twice, late, or at once."""
    warn_of_limitation(clock.now(), by=User.objects.system())


@shared_task
def sweep_interest() -> None:
    """Book the interest of the days that have ended; each case once a day of its own place."""
    accruing.sweep(clock.now())


@shared_task
def sweep_cash() -> None:
    """Tell of cash that is not in the bank, and take back unused numbers; harmless when run twice, late, or at once."""
    depositing.sweep(clock.now())


@shared_task
def sweep_ended_mandates() -> None:
    """Have agencies part with data and originals once their mandate has ended; harmless when run twice, late, or at once."""
    sweep_mandates(clock.now())
