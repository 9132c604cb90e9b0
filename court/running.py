"""A worker's part: put bundles together, throw out those whose time is over, anchor and mail the heads."""

import hashlib
import logging
import os
import shutil
from base64 import b64encode
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from court import building
from court.actions import (
    expire_bundle,
    fail_bundle,
    file_of,
    finish_bundle,
    start_bundle,
    stop_bundle,
)
from court.models import Bundle
from documents.storing import FULL
from exports.models import Export
from notices import to_staff
from people.models import User
from timeline import anchoring
from timeline.models import Anchor
from workflow import alone

log = logging.getLogger(__name__)
LOCK = 7_300_013  # advisory lock class of "a worker is at this bundle"


def wake(bundle_pk: int) -> None:
    """Wake a worker for this bundle."""
    alone.wake("court.tasks.build", bundle_pk)


def decided(export: Export) -> None:
    """Whether a bundle may be taken out was decided: let a worker begin with it, or end it."""
    made = Bundle.objects.filter(export=export).values_list("pk", flat=True).first()
    if made:
        wake(made)


def _settle(pk: int, at: datetime) -> None:
    """Begin with what was agreed to, and end what was not."""
    asked = Bundle.objects.filter(pk=pk, state=Bundle.State.ASKED).select_related("case", "export")
    bundle, by = asked.first(), User.objects.system()
    if bundle is None or bundle.export is None:
        return
    if bundle.export.state == Export.State.MAKING:
        start_bundle(bundle=bundle, by=by, at=at)
    elif bundle.export.state in Export.OVER:
        stop_bundle(bundle=bundle, by=by, at=at)


def build_waiting(pk: int, *, at: datetime) -> None:
    """Put the bundle together, or say why not. Harmless when run twice."""
    try:
        with alone.alone_at(LOCK, pk):
            _settle(pk, at)
            bundle = (
                Bundle.objects.filter(pk=pk, state=Bundle.State.BUILDING)
                .select_related(
                    "case__debtor",
                    "case__creditor",
                    "case__agency",
                    "asked_by",
                    "export__asked_by",
                    "export__approval__decided_by",
                )
                .first()
            )
            if bundle:
                _build(bundle, at)
    except alone.Busy:
        return


def _build(bundle: Bundle, at: datetime) -> None:
    target, by = file_of(bundle), User.objects.system()
    part = target.with_suffix(".part")
    done = [0]

    def step() -> None:
        done[0] += 1
        if done[0] % 10 == 0:
            Bundle.objects.filter(pk=bundle.pk).update(done=min(done[0], bundle.total))

    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        needed = sum(document.size for document in building.files_of(bundle))
        if shutil.disk_usage(target.parent).free < needed + (64 << 20):
            raise OSError(next(iter(FULL)), "no room")
        building.build(bundle, part, step)
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        size = part.stat().st_size
        part.replace(target)
    except OSError as fault:
        part.unlink(missing_ok=True)
        log.exception("The bundle %s could not be made.", bundle)
        why = "full" if fault.errno in FULL else "fault"
        fail_bundle(bundle=bundle, why=why, by=by, at=at)
    except Exception:
        part.unlink(missing_ok=True)
        log.exception("The bundle %s could not be made.", bundle)
        fail_bundle(bundle=bundle, why="fault", by=by, at=at)
    else:
        finish_bundle(bundle=bundle, size=size, sha256=digest, by=by, at=at)


def sweep(*, at: datetime) -> None:
    """Go on with bundles on which nobody is at work, and let those go whose time is over."""
    decided_on = Q(state=Bundle.State.ASKED) & ~Q(export__state=Export.State.ASKED)
    waiting = Bundle.objects.filter(Q(state=Bundle.State.BUILDING) | decided_on).order_by("pk")
    for pk in waiting.values_list("pk", flat=True)[:20]:
        wake(pk)
    over = Bundle.objects.filter(state=Bundle.State.READY, expires_at__lte=at).order_by("pk")
    for bundle in over.select_related("case")[:100]:
        expire_bundle(bundle=bundle, by=User.objects.system(), at=at)


# ---------------------------------------------------------------- the daily heads


def anchor(*, at: datetime) -> None:
    """Sign the heads of the days that are over, once, and write to those who are to keep a copy."""
    anchoring.anchor_heads(at)
    if settings.ANCHOR_TO:
        for made in Anchor.objects.filter(mailed_to=[]).order_by("day"):
            _mail(made, at)


def _mail(made: Anchor, at: datetime) -> None:
    folder = anchoring.home()
    statement = (folder / f"{made.day}.json").read_bytes()
    signature = (folder / f"{made.day}.sig").read_bytes()
    text = "\n\n".join(
        [
            _("These are the signed heads of all timelines. Keep this message: it proves later that no"
              " timeline was cut off or written anew."),
            statement.decode(), _("Signature (base64):"), b64encode(signature).decode(),
        ]
    )  # fmt: skip
    with transaction.atomic():
        for address in settings.ANCHOR_TO:
            to_staff.write(
                person=User.objects.system(), kind="anchor", address=address, text=text, at=at,
                subject=_("Signed heads of %(day)s") % {"day": made.day},
                dedupe_key=f"anchor:{made.day}:{address}"[:160],
            )  # fmt: skip
        made.mailed_to = list(settings.ANCHOR_TO)
        made.save(update_fields=["mailed_to"])
