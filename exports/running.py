"""A worker's part: make files, delete those whose time is over, let requests lapse."""

import hashlib
import logging
import os
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from documents.storing import FULL
from exports import actions, making
from exports.models import Export
from people.models import User
from workflow import alone
from workflow.steps import StateRefused

log = logging.getLogger(__name__)
LOCK = 7_300_042  # advisory lock class of "a worker is at this export"
S = Export.State
AT_ONCE = 20


def make_waiting(pk: int, *, at: datetime) -> None:
    """Make the file, or say why not. Harmless when run twice."""
    try:
        with alone.alone_at(LOCK, pk):
            waiting = own().filter(pk=pk, state=S.MAKING)
            export = waiting.select_related("case", "asked_by", "approval__decided_by").first()
            if export:
                _make(export, at)
    except alone.Busy:
        return


def own() -> QuerySet[Export]:
    """Those that are made here, and not by the app of their kind."""
    return Export.objects.filter(kind__in=making.MAKERS)


def _make(export: Export, at: datetime) -> None:
    target = actions.file_of(export)
    part = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        content = making.content_of(export, at)
        with part.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except Exception as fault:
        part.unlink(missing_ok=True)
        log.exception("The export %s could not be made.", export)
        full = isinstance(fault, OSError) and fault.errno in FULL
        _do(actions.fail, export, at, why="full" if full else "fault")
    else:
        digest = hashlib.sha256(content).hexdigest()
        _do(actions.finish, export, at, size=len(content), sha256=digest)


def sweep(*, at: datetime) -> None:
    """Go on with files on which nobody is at work, delete those whose time is over, end what nobody decided."""
    waiting = own().filter(state=S.MAKING).order_by("pk")
    for pk in waiting.values_list("pk", flat=True)[:AT_ONCE]:
        alone.wake("exports.tasks.make", pk)
    for export in own().filter(state=S.READY, expires_at__lte=at).order_by("pk")[:100]:
        _do(actions.expire, export, at)
    late = Export.objects.filter(state=S.ASKED, approval__expires_at__lte=at)
    for export in late.order_by("pk")[:100]:
        _do(actions.lapse, export, at)


def _do(action: Callable[..., Any], export: Export, at: datetime, **more: Any) -> None:
    """One of the system's own changes; somebody may have been there before."""
    try:
        with transaction.atomic(durable=True):
            action(export=export, by=User.objects.system(), at=at, **more)
    except StateRefused:
        log.info("The export %s has moved on.", export)
