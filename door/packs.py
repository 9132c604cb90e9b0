"""What an officer takes along for one visit: all that the phone needs where there is no signal, signed."""

import base64
import hashlib
import json
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from agreements.actions.cash import GIVEN
from cases.actions.correcting import stamp_of
from common.clock import day_begins, day_ends, local_day
from compliance.ask import value
from compliance.verdict import Verdict
from door import cash, screens, signing
from door.models import Device, Pack, PackKey
from people.masking import mask
from people.models import OfficerCredential, User
from timeline.models import Event
from visits import policy
from visits.actions.arriving import CONDUCT, EARLY, HERE_BEFORE, what_identifies
from visits.answering import question_of, ways
from visits.models import Visit, answers_of
from visits.policy import packs_at
from visits.safety import every_minutes, police_of
from visits.screens import stay_minutes
from workflow.steps import RightRefused, Step, carry_out

FORMAT = 1
GOOD_HOURS = 24  # where no pack of the case gives a figure: docs/decisions/015-the-offline-door.md
ROUNDS = 100_000
TAKEN = "visit.pack_taken"


@dataclass(frozen=True)
class Signed:
    """A pack as it goes out: its text, the signature over it, and the key's name."""

    body: str
    signature: bytes
    key_id: str

    def as_dict(self) -> dict[str, str]:
        """What the phone gets."""
        return {
            "body": self.body,
            "signature": base64.b64encode(self.signature).decode(),
            "key_id": self.key_id,
        }


def take_pack(*, visit: Visit, device: uuid.UUID, by: User, at: datetime) -> Signed:
    """Hand out the visit's pack to one of its crew; that it was taken is on the timeline.

    Raises ``RightRefused`` for whoever is not one of the crew.
    """
    if not visit.crew.filter(officer=by, active=True).exists():
        raise RightRefused(by, CONDUCT)
    cash.take_along(visit, device, by=by, at=at)
    phone, new = phone_of(device, by=by, at=at), uuid.uuid4()
    # Drawn before the case is locked, for it takes long; whatever changes meanwhile changes the stamp.
    body = body_of(visit, new, device=device, by=by, at=at)
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    signed = Signed(text, signing.sign(text.encode()), signing.public_key()["kid"])
    digest = hashlib.sha256(text.encode()).hexdigest()

    def keep(fresh: Visit, _by: User, _at: datetime) -> None:
        PackKey.objects.get_or_create(
            key_id=signed.key_id, defaults={"pem": signing.public_pem(), "since": at}
        )
        Pack(
            uuid=new, visit=fresh, device=phone, taken_by=by, issued_at=at,
            good_until=datetime.fromisoformat(body["good_until"]), stamp=body["stamp"],
            sha256=digest, key_id=signed.key_id, signature=signed.as_dict()["signature"],
        ).save(force_insert=True)  # fmt: skip

    carry_out(
        Step(
            subject=visit, event=TAKEN, right=CONDUCT,
            data={
                "reference": visit.reference, "pack": str(new), "device": str(phone), "sha256": digest,
            },
            then=keep,
        ),
        by=by,
        at=at,
    )  # fmt: skip
    return signed


def phone_of(device: uuid.UUID, *, by: User, at: datetime, drift_seconds: int = 0) -> Device:
    """The phone of that number, now seen in this person's hand."""
    phone, _new = Device.objects.update_or_create(
        uuid=device,
        defaults={"last_seen_at": at, "last_user": by, "drift_seconds": drift_seconds},
        create_defaults={
            "first_seen_at": at, "last_seen_at": at, "last_user": by, "drift_seconds": drift_seconds,
        },
    )  # fmt: skip
    return phone


def stamped(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """The visits with ``stamp``: it changes with every event of the case but a pack that was taken and its numbers."""
    newest = (
        Event.objects.filter(case=OuterRef("case"))
        .exclude(kind__in=[TAKEN, GIVEN])
        .order_by("-number")
    )
    return visits.annotate(stamp=Subquery(newest.values("digest")[:1]))


def body_of(
    visit: Visit, number: uuid.UUID, *, device: uuid.UUID, by: User, at: datetime
) -> dict[str, Any]:
    """All that the pack holds; see docs/decisions/015-the-offline-door.md for why."""
    crew = list(visit.crew.filter(active=True).select_related("officer").order_by("pk"))
    days = {part.pk: _good_days(part.officer, visit) for part in crew}
    verdict = policy.may_be_here(visit, by=by, at=max(visit.starts_at, at))
    known = visit.state == Visit.State.STARTED or (
        visit.state == Visit.State.NOTICED and verdict.allowed
    )
    stamp = stamped(Visit.objects.filter(pk=visit.pk)).values_list("stamp", flat=True).get()
    return {
        "format": FORMAT,
        "pack": str(number),
        "visit": visit.reference,
        "issued_at": at.isoformat(),
        "good_until": _good_until(visit, days.values(), at).isoformat(),
        "zone": visit.zone,
        "stamp": stamp or "",
        "window": {
            "check_in_from": (visit.starts_at - HERE_BEFORE).isoformat(),
            "ring_from": (visit.starts_at - EARLY).isoformat(),
            "ends_at": visit.ends_at.isoformat(),
            "stay_minutes": stay_minutes(visit, visit.starts_at),
        },
        "may_begin": known,
        "may_begin_from": verdict.earliest.isoformat() if verdict.earliest else None,
        "refusal": None if known else _refusal(visit, verdict),
        "crew": [
            {
                "badge": part.officer.badge, "name": str(part.officer),
                "ok_from": _iso(days[part.pk][0]), "ok_until": _iso(days[part.pk][1]),
            }
            for part in crew
        ],
        "needs": len(crew),
        "identify": _identify(visit),
        "facts": facts_of(visit),
        "papers": _papers(visit),
        "screens": screens.every_screen(visit, at),
        "ways": [
            {
                "name": name, "label": way.label, "title": way.title, "icon": way.icon,
                "tone": way.tone, "met": way.met, "sure": way.sure,
            }
            for name, way in ways().items()
        ],
        "contacts": [
            {
                "id": point.pk, "channel": point.channel, "label": point.get_channel_display(),
                "masked": mask(point.value, "email" if point.channel == "email" else "phone"),
                "stamp": stamp_of(point),
            }
            for point in visit.case.debtor.contact_points.order_by("pk")
        ],
        "pack_pages": screens.pages_to_read(visit, at),
        "cash": cash.of_pack(visit, device, at),
        "emergency": police_of(visit),
        "safety": {
            "check_in_every": int(every_minutes(visit).total_seconds() // 60),
            "police": police_of(visit),
        },
    }  # fmt: skip


def facts_of(visit: Visit) -> dict[str, Any]:
    """What is on record of the visit, as the phone keeps it."""
    crew = list(visit.crew.filter(active=True).select_related("officer"))
    return {
        "state": visit.state,
        "case_state": visit.case.state,
        "question": question_of(visit),
        "departed_at": _iso(visit.departed_at),
        "started_at": _iso(visit.started_at),
        "identified_at": _iso(visit.identified_at),
        "finished_at": _iso(visit.finished_at),
        "outcome": visit.outcome,
        "talk": hasattr(visit, "talk"),
        **cash.facts_of(visit),
        "checked_in": _by_badge(crew, "checked_in_at"),
        "shown": _by_badge(crew, "shown_at"),
        "attested": _by_badge(crew, "attested_at"),
        "consents": answers_of(visit),
        "papers": {str(row.paper_id): row.reaction for row in visit.shown.exclude(paper=None)},
    }


def _by_badge(crew: Iterable[Any], name: str) -> dict[str, str]:
    return {
        part.officer.badge: getattr(part, name).isoformat() for part in crew if getattr(part, name)
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _good_days(officer: User, visit: Visit) -> tuple[datetime | None, datetime | None]:
    """From when until when the officer's permit lets them stand at this door; None without one."""
    day = local_day(visit.starts_at, visit.zone)
    permits = officer.credentials.filter(kind=OfficerCredential.Kind.PERMIT, revoked_at=None)
    permit = next((one for one in permits if one.valid_on(day)), None)
    if permit is None:
        return None, None
    return day_begins(permit.valid_from, visit.zone), day_ends(permit.valid_until, visit.zone)


def _good_until(
    visit: Visit, days: Iterable[tuple[datetime | None, datetime | None]], at: datetime
) -> datetime:
    """The end of the visit, the hours for which a pack is good, or the first permit's end: what comes first."""
    hours = value(packs_at(visit), "pack.good_hours", local_day(at, visit.zone))
    ends = [visit.ends_at, at + timedelta(hours=int(hours or GOOD_HOURS))]
    return min([*ends, *(until for _from, until in days if until)])


def _refusal(visit: Visit, verdict: Verdict) -> str:
    """Why the visit could not begin, as it stands now."""
    if not verdict.allowed:
        return render_to_string(
            "components/refusal.html",
            {
                "findings": verdict.blocks, "earliest": verdict.earliest, "zone": visit.zone,
                "case": visit.case,
            },
        )  # fmt: skip
    return format_html('<div class="note tone-amber" role="alert">{}</div>', not_ready(visit))


def not_ready(visit: Visit) -> str:
    """Why a visit that no rule forbids cannot begin."""
    if visit.state == Visit.State.ANNOUNCED:
        return _("The notice is on its way; nobody has confirmed yet that it arrived.")
    if visit.state == Visit.State.PLANNED:
        return _("The visit has to be announced first.")
    return _("This visit is over.")


def _identify(visit: Visit) -> dict[str, Any]:
    """What the phone compares a name and a second fact with, without being able to read them.

    Four characters can be found by trying; against whoever opens the phone's store they are no
    secret. They are kept from whoever only looks at the screen.
    """
    salt = secrets.token_bytes(16)
    names, facts = what_identifies(visit.case.debtor)
    return {
        "salt": salt.hex(), "rounds": ROUNDS,
        "names": [_stretched(name, salt) for name in sorted(names)],
        "facts": [_stretched(fact, salt) for fact in facts],
    }  # fmt: skip


def _stretched(said: str, salt: bytes) -> str:
    return hashlib.pbkdf2_hmac("sha256", said.encode(), salt, ROUNDS, 32).hex()


def _papers(visit: Visit) -> list[dict[str, Any]]:
    """The papers of the claim, for the phone to fetch before it sets out."""
    return [
        {
            "id": paper.pk, "label": str(paper.get_kind_display()), "sha256": document.sha256,
            "url": reverse("documents:document", args=[document.number]) + "?show=1",
            "size": document.size, "mime": document.mime, "filename": document.filename,
        }
        for paper in visit.case.papers.select_related("document").order_by("pk")
        for document in [paper.document]
    ]  # fmt: skip
