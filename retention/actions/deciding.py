"""Cases that were closed before the packs' first term: kept until two people decide by which terms their records go.

No source that was read names a term for those days (the first is PIPL art. 47, in force since 2021-11-01), so none is
made up. What is decided is that the terms of the day of the decision count, from the closing on.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Case
from common.clock import local_day
from compliance.packs import PackUnreadable
from compliance.retention import has_terms
from people.models import User
from people.rights import may
from retention.actions.holding import RIGHT
from retention.models import TermDecision
from retention.reckoning import NO_TERM, has_no_term, shelve
from workflow.approvals import must_not_wait, request_approval
from workflow.duties import fulfil
from workflow.models import Approval
from workflow.steps import RightRefused, Step, WrongInput, case_of


def ask_for_terms(*, case: Case, why: str, by: User, at: datetime) -> Approval:
    """Ask a second person to let the terms of today count, for what goes then cannot be brought back.

    Raises ``WrongInput`` where the case has terms, or today's packs have none either; ``RightRefused``, ``Outsider``.
    """
    why = why.strip()[:300]
    if not may(by, RIGHT):
        raise RightRefused(by, RIGHT)
    if not why:
        raise WrongInput(_("Write why these records need not be kept any more."), "why")
    if not has_no_term(case):
        raise WrongInput(_("The packs have terms for the day on which this case was closed."))
    today = local_day(at, case.zone)
    if not _there_are_terms(case, today):
        raise WrongInput(_("The packs of this case have no terms today either."))
    must_not_wait(case, Approval.Kind.RELEASE_RECORDS, at)
    return request_approval(
        case=case, kind=Approval.Kind.RELEASE_RECORDS, subject=_("No term is known"),
        details={"terms_on": today.isoformat()}, reason=why, by=by, at=at,
    )  # fmt: skip


def deciding(approval: Approval, by: User, at: datetime) -> Sequence[Step]:
    """What follows when it is granted: the terms run from the closing on, as they stand on the day of the decision."""
    case: Case = case_of(approval)

    def decide(locked: Case) -> Mapping[str, Any]:
        if not has_no_term(locked):
            raise WrongInput(_("The packs have terms for the day on which this case was closed."))
        made = TermDecision.objects.create(
            case=locked, terms_on=local_day(at, locked.zone), why=approval.reason[:300],
            asked_by=approval.requested_by, decided_by=by, decided_at=at,
        )  # fmt: skip
        fulfil(case=locked, kind=NO_TERM, by=by, at=at)
        shelve(locked, day=local_day(at, locked.zone))
        return {
            "terms_on": made.terms_on, "why": approval.reason, "asked_by": str(approval.requested_by),
        }  # fmt: skip

    return [Step(subject=case, event="records.terms_decided", data=decide)]


def _there_are_terms(case: Case, day: Any) -> bool:
    try:
        return has_terms(case.packs, day)
    except PackUnreadable:
        return False
