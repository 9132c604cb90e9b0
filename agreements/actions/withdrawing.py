"""A waiver that was asked for and is not needed any more: taken back by who has asked, with the reason."""

from datetime import datetime

from django.utils.translation import gettext as _

from people.models import User
from workflow.models import Approval
from workflow.steps import Step, WrongInput, carry_out


def withdraw_waiver(*, approval: Approval, reason: str, by: User, at: datetime) -> None:
    """Take a waiver back that was asked for and is not decided yet: only who asked for it can, and says why.

    Raises ``WrongInput``, ``StateRefused``, ``RightRefused``, ``Outsider``.
    """
    reason = reason.strip()[:500]
    if approval.requested_by_id != by.pk:
        raise WrongInput(_("Only who has asked for it can take it back."))
    if not reason:
        raise WrongInput(_("Say why it is not needed any more."), "reason")

    def keep(fresh: Approval, _by: User, at: datetime) -> None:
        fresh.answer, fresh.decided_at = reason, at
        fresh.save(update_fields=["answer", "decided_at"])

    carry_out(
        Step(
            subject=approval, event="approval.withdrawn", right="request_approval",
            transition="withdraw", then=keep,
            data={"kind": approval.kind, "subject": approval.subject, "why": reason},
        ),
        by=by, at=at,
    )  # fmt: skip
