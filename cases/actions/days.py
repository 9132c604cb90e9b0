"""Days that people enter: what happened lies behind."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from cases.models import Case
from common.clock import local_day
from workflow.steps import WrongInput


def must_not_lie_ahead(case: Case, day: date, field: str, at: datetime) -> None:
    """Refuse a day on which nothing can have happened yet, by the clocks where the debtor lives."""
    if day > local_day(at, case.zone):
        raise WrongInput(_("This day lies ahead. Give the day on which it happened."), field)
