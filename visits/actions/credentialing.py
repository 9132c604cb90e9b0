"""The register of officers is kept: photographs, and credentials that are entered, replaced and revoked."""

import hashlib
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from people.models import OfficerCredential, OfficerPhoto, User
from people.photos import NotAPhoto, portrait
from people.rights import may
from timeline.chain import record
from visits.actions.crewing import flag_lapses, settle_lapses
from visits.registry import officers_seen
from workflow.steps import Outsider, RightRefused, WrongInput, once

KEEP = "manage_people"


def keep_photo(*, officer: User, content: bytes, by: User, at: datetime) -> None:
    """Keep what the officer looks like, in place of the photograph before."""
    _must_keep(officer, by)
    try:
        jpeg = portrait(content)
    except NotAPhoto:
        raise WrongInput(
            _("This is no picture that can be used. Choose a photograph as JPEG or PNG."), "file"
        ) from None
    with transaction.atomic():
        once(by, at)
        OfficerPhoto.objects.update_or_create(officer=officer, defaults={"jpeg": jpeg})
        _tell("officer.photographed", officer, by, at, sha256=hashlib.sha256(jpeg).hexdigest())


def enter_credential(
    *,
    officer: User,
    kind: str,
    number: str,
    issued_by: str,
    valid_from: date,
    valid_until: date,
    by: User,
    at: datetime,
    replaces: OfficerCredential | None = None,
) -> OfficerCredential:
    """Enter what the officer holds; ``replaces`` is one of the same kind that counts no more from now on."""
    _must_keep(officer, by)
    if valid_until < valid_from:
        raise WrongInput(_("It ends before it begins."), "valid_until")
    if replaces and (replaces.officer_id != officer.pk or replaces.kind != kind):
        raise WrongInput(_("Only one of the same kind can be replaced."), "replaces")
    new = OfficerCredential(
        officer=officer, kind=kind, number=number, issued_by=issued_by, valid_from=valid_from,
        valid_until=valid_until,
    )  # fmt: skip
    with transaction.atomic():
        once(by, at)
        User.objects.select_for_update(of=("self",)).get(pk=officer.pk)
        same = officer.credentials.filter(kind=kind, number__iexact=number, revoked_at=None)
        if same.exists():
            raise WrongInput(_("This number is entered already."), "number")
        new.save(force_insert=True)
        _tell(
            "officer.credential_entered", officer, by, at, credential=kind, number=number,
            valid_from=valid_from, valid_until=valid_until,
            replaces=replaces.number if replaces else "",
        )  # fmt: skip
        if replaces:
            why = _("Replaced by %(number)s.") % {"number": number}
            _revoke(replaces, officer, why, by, at)
    flag_lapses(at=at, by=User.objects.system(), of=officer)
    settle_lapses(at=at, by=User.objects.system(), of=officer)
    return new


def revoke_credential(*, credential: OfficerCredential, why: str, by: User, at: datetime) -> int:
    """It counts no more from this moment: the card says so, visits ahead are flagged; says how many.

    At a door the next thing that the rules are asked for is refused.
    """
    officer, why = credential.officer, why.strip()
    _must_keep(officer, by)
    if not why:
        raise WrongInput(_("Write why, in a line."), "why")
    with transaction.atomic():
        once(by, at)
        _revoke(credential, officer, why, by, at)
    return flag_lapses(at=at, by=User.objects.system(), of=officer)


def _revoke(credential: OfficerCredential, officer: User, why: str, by: User, at: datetime) -> None:
    fresh = OfficerCredential.objects.select_for_update(of=("self",)).get(pk=credential.pk)
    if fresh.revoked_at:
        raise WrongInput(_("This was revoked already."))
    fresh.revoked_at, fresh.revoked_by, fresh.revoked_why = at, by, why[:200]
    fresh.save(update_fields=["revoked_at", "revoked_by", "revoked_why"])
    credential.__dict__.update(fresh.__dict__)
    _tell(
        "officer.credential_revoked", officer, by, at, credential=fresh.kind, number=fresh.number,
        why=why,
    )  # fmt: skip


def _must_keep(officer: User, by: User) -> None:
    if not may(by, KEEP):
        raise RightRefused(by, KEEP)
    if by.role != User.Role.SYSTEM and not officers_seen(by).filter(pk=officer.pk).exists():
        raise Outsider


def _tell(kind: str, officer: User, by: User, at: datetime, **data: object) -> None:
    """On the house's timeline, for no case is meant."""
    told = {"officer": f"{officer} {officer.badge}".strip(), "officer_id": officer.pk, **data}
    record(case=None, kind=kind, by=by, at=at, data=told)
