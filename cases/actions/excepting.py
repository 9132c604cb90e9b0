"""Exceptions: from a rule that allows one, with evidence, by two people, for a while."""

from datetime import datetime

from django.utils.translation import gettext as _

from cases.models import Case
from cases.policy import rules_with_exceptions
from common.clock import local_day
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
    evidence_kind: str,
    filename: str,
    content: bytes,
    until: datetime,
    by: User,
    at: datetime,
) -> Approval:
    """Ask compliance for an exception from one rule of the case's packs, on evidence, until a moment."""
    if rule not in rules_with_exceptions(case.packs, local_day(at, case.zone)):
        raise WrongInput(
            _("The rule %(rule)s knows no exception, or is not a rule of this case.")
            % {"rule": rule},
            "rule",
        )
    if evidence_kind not in Approval.Evidence.values:
        raise WrongInput(_("Say what kind of evidence it is."), "evidence_kind")
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
        evidence_kind=evidence_kind,
        by=by,
        at=at,
        lapses_at=until,
    )
