"""A second factor that is lost: an administrator asks, somebody else agrees, and both stand on the record."""

import logging
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from access import sessions
from access.linking import unlink
from people.accounts import note_change
from people.models import User
from people.rights import may
from timeline.chain import record_for_house
from workflow.approvals import request_for_many
from workflow.models import Approval
from workflow.steps import RightRefused, WrongInput, once

ASK, DECIDE, SEE = "ask_factor_reset", "approve_factor_reset", "see_factors"
KIND = Approval.Kind.SECOND_FACTOR
log = logging.getLogger("access")


def ask_reset(*, user: User, reason: str, by: User, at: datetime) -> Approval:
    """Ask that this person may set up a second factor anew; nobody asks for themselves."""
    if not may(by, ASK):
        raise RightRefused(by, ASK)
    if user.pk == by.pk:
        raise WrongInput(_("Nobody asks for their own. Another administrator can."))
    with transaction.atomic(durable=True):
        once(by, at)
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        if waiting_of(user, at):
            raise WrongInput(_("Somebody has asked for this already; it waits for a decision."))
        return request_for_many(
            kind=KIND, subject=user.username[:80], reason=reason, details={"user": user.pk},
            team=None, by=by, at=at,
        )  # fmt: skip


def waiting_of(user: User, at: datetime) -> Approval | None:
    """What was asked for this person and is not decided."""
    asked = Approval.objects.filter(
        kind=KIND, details__user=user.pk, state=Approval.State.WAITING, expires_at__gt=at
    )
    return asked.select_related("requested_by").order_by("pk").first()


def decided(approval: Approval, by: User, at: datetime) -> None:
    """Where it was granted, the factors go, and whoever is signed in with them is signed out."""
    user = User.objects.select_for_update(of=("self",)).get(pk=approval.details["user"])
    if user.pk == by.pk:
        raise WrongInput(_("Nobody decides on their own."))
    if approval.state != Approval.State.GRANTED:
        return
    for hand in {approval.requested_by, by}:
        note_change(account=user, by=hand, at=at, what="reset")
    gone = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    Authenticator.objects.filter(user=user).delete()
    unlinked = unlink(user)
    ended = sessions.end_all(user)
    record_for_house(
        kind="second_factor.reset", by=by, at=at,
        data={
            "user": user.username, "asked_by": str(approval.requested_by), "why": approval.reason,
            "kinds": sorted(gone), "sessions_ended": ended, "unlinked": unlinked,
        },
    )  # fmt: skip
    log.warning("The second factor of user %s was reset.", user.pk)
