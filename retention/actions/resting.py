"""Deleting rests: one person stops it for the whole house at once, another lets it go on."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from people.models import User
from people.rights import may
from retention.models import Rest
from timeline.chain import record_for_house
from workflow.approvals import must_be_second
from workflow.steps import RightRefused, WrongInput, once

RIGHT = "stop_deleting"


def rest_now() -> Rest | None:
    """The rest that is open: nothing is deleted while there is one."""
    return Rest.objects.filter(resumed_at=None).select_related("stopped_by").first()


def stop_deleting(*, why: str, by: User, at: datetime) -> Rest:
    """Let nothing be deleted in the whole house, from now on."""
    why = _said(why, by)
    try:
        with transaction.atomic(durable=True):
            once(by, at)
            rest = Rest.objects.create(why=why, stopped_by=by, stopped_at=at)
            record_for_house(kind="retention.stopped", by=by, at=at, data={"why": why})
    except IntegrityError:
        raise WrongInput(_("Deleting is stopped already.")) from None
    return rest


def resume_deleting(*, why: str, by: User, at: datetime) -> None:
    """Let what is due be deleted again; never by the one who stopped it, for it cannot be taken back."""
    why = _said(why, by)
    with transaction.atomic(durable=True):
        once(by, at)
        rest = Rest.objects.select_for_update(of=("self",)).filter(resumed_at=None).first()
        if rest is None:
            raise WrongInput(_("Deleting goes on already."))
        must_be_second(rest.stopped_by, by, at)
        rest.resumed_by, rest.resumed_at, rest.resumed_why = by, at, why
        rest.save(update_fields=["resumed_by", "resumed_at", "resumed_why"])
        data: dict[str, Any] = {"why": why, "stopped_at": rest.stopped_at.isoformat()}
        record_for_house(kind="retention.resumed", by=by, at=at, data=data)


def _said(why: str, by: User) -> str:
    if not may(by, RIGHT):
        raise RightRefused(by, RIGHT)
    if not why.strip():
        raise WrongInput(_("Write why."), "why")
    return why.strip()[:300]
