"""What the debtor wishes of a plan: another one before it breaks. A task with its clock; a clerk writes the terms."""

from datetime import datetime

from django.utils.translation import gettext as _

from agreements.actions.drawing import in_force
from agreements.models import Agreement
from cases.actions.statements import SAID, record_statement
from cases.models import Case
from common.clock import local_day
from documents.letterhead import both
from people.models import User
from workflow.models import Duty
from workflow.steps import StateRefused, WrongInput

CAUSES = (
    Agreement.Cause.INCOME, Agreement.Cause.ILLNESS, Agreement.Cause.FAMILY, Agreement.Cause.DATES,
    Agreement.Cause.OTHER,
)  # fmt: skip
"""Why a debtor may need another plan; the other causes are the house's own."""
NEW_PLAN = "new_plan"


def ask_new_plan(*, case: Case, cause: str, text: str, by: User, at: datetime) -> datetime:
    """Ask for another plan in place of the one in force; gives by when it is answered.

    The plan holds as it is until another one is signed. Raises ``WrongInput`` where it is asked already, and
    ``StateRefused`` where no plan is in force.
    """
    if cause not in {one.value for one in CAUSES}:
        raise WrongInput(_("Choose one of the reasons."), "cause")
    agreement = in_force(case)
    ahead = (
        agreement
        and agreement.instalments.filter(paid_at=None, due_on__gte=local_day(at, case.zone)).first()
    )
    more = {"renewal": cause}
    if ahead:
        more["due_on"] = ahead.due_on.isoformat()

    def must_stand(locked: Case) -> None:
        if in_force(locked) is None:
            raise StateRefused(locked, SAID)
        must_not_be_asked(locked, NEW_PLAN)

    return record_statement(
        case=case, what=NEW_PLAN, text=text, by=by, at=at, more=more, then=must_stand,
        says=both(lambda: _("Reason: %(reason)s.") % {"reason": Agreement.Cause(cause).label}),
    )  # fmt: skip


def must_not_be_asked(case: Case, what: str) -> None:
    """Raise ``WrongInput`` while an answer to the same is still to come."""
    if Duty.objects.filter(case=case, kind=f"{SAID}.{what}", done_at=None).exists():
        raise WrongInput(_("We have this from you already, and answer by the time that you see."))
