"""Exceptions: from a rule that allows one, with evidence, by two people, for a while."""

from datetime import datetime

from django.utils.translation import gettext as _

from cases.models import Case
from cases.policy import rule_allows_exception
from documents.models import Document
from documents.storing import store
from people.models import User
from workflow.approvals import request_approval
from workflow.models import Approval
from workflow.steps import WrongInput


def ask_exception(
    *,
    case: Case,
    rule: str,
    reason: str,
    filename: str,
    content: bytes,
    until: datetime,
    by: User,
    at: datetime,
) -> Approval:
    """Ask compliance for an exception from one rule of the case's packs, until a moment."""
    if not rule_allows_exception(tuple(case.packs), rule):
        raise WrongInput(
            _("The rule %(rule)s knows no exception, or is not a rule of this case.")
            % {"rule": rule},
            "rule",
        )
    if until <= at:
        raise WrongInput(_("The last day is already past."), "until")

    def keep() -> Document:
        return store(
            case=case,
            kind=Document.Kind.CERTIFICATE,
            filename=filename,
            content=content,
            title=_("Evidence for an exception from %(rule)s") % {"rule": rule},
            by=by,
            at=at,
        )

    return request_approval(
        case=case,
        kind=Approval.Kind.EXCEPTION,
        subject=rule,
        reason=reason,
        details={"rule": rule},
        evidence=keep,
        by=by,
        at=at,
        lapses_at=until,
    )
