"""Reporting a debtor to the credit bureau: never before the debtor was told."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from cases.actions.days import must_not_lie_ahead
from cases.actions.still_open import while_open
from cases.models import Case
from people.models import User
from workflow.steps import WrongInput, note


def record_report(
    *, case: Case, told_on: date, reported_on: date | None, by: User, at: datetime
) -> None:
    """Record that the debtor was told, and that the bad mark was reported since (Regulation art. 15)."""
    must_not_lie_ahead(case, max(told_on, reported_on or told_on), "told_on", at)
    if reported_on and reported_on < told_on:
        raise WrongInput(_("The debtor has to be told before anything is reported."), "reported_on")

    def write(locked: Case, _by: User, _at: datetime) -> None:
        locked.bureau_told_on, locked.bureau_reported_on = told_on, reported_on

    note(
        case, event="bureau.reported" if reported_on else "bureau.announced", right="edit_case",
        by=by, at=at, data={"told_on": told_on, "reported_on": reported_on},
        then=while_open("bureau.reported", write),
    )  # fmt: skip
