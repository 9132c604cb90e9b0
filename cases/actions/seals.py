"""What organisations seal their papers with: made here or taken in, and retired."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from documents import sealing
from documents.models import Seal
from people.models import Organisation, User
from people.rights import may
from timeline.chain import record_for_house
from workflow.steps import RightRefused, WrongInput

KEEP = "keep_seals"


def make_seal(*, organisation: Organisation | None, by: User, at: datetime) -> Seal:
    """Make a self-made certificate for the organisation (None: for the house itself)."""
    _must_keep(by)
    with transaction.atomic():
        seal = sealing.make_seal(organisation, by=by, at=at)
        _tell("seal.made", seal, by, at)
    return seal


def take_seal(
    *, organisation: Organisation | None, content: bytes, password: str, by: User, at: datetime
) -> Seal:
    """Take in a certificate from its PKCS#12 file; the password is not kept."""
    _must_keep(by)
    try:
        with transaction.atomic():
            seal = sealing.take_seal(organisation, content, password, by=by, at=at)
            _tell("seal.taken_in", seal, by, at)
    except sealing.Unusable as unusable:
        raise WrongInput(str(unusable), "file") from unusable
    return seal


def retire_seal(*, seal: Seal, by: User, at: datetime) -> None:
    """Seal nothing more with it; what it has sealed can still be checked."""
    _must_keep(by)
    with transaction.atomic():
        fresh = Seal.objects.select_for_update(of=("self",)).get(pk=seal.pk)
        if fresh.retired_at:
            raise WrongInput(_("This seal was retired already."))
        fresh.retired_by, fresh.retired_at = by, at
        fresh.save(update_fields=["retired_by", "retired_at"])
        _tell("seal.retired", fresh, by, at)


def _tell(event: str, seal: Seal, by: User, at: datetime) -> None:
    record_for_house(
        kind=event, by=by, at=at,
        data={"organisation": str(seal.organisation or ""), "fingerprint": seal.fingerprint},
    )  # fmt: skip


def _must_keep(by: User) -> None:
    if not may(by, KEEP):
        raise RightRefused(by, KEEP)
