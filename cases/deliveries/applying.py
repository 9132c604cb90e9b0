"""What the post says of letters, recorded one by one; a row that changes nothing is left as it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO

from django.db.models import Q

from cases.deliveries.reading import Problem, Told, Unread, rows_of
from common.clock import from_local, local
from notices import actions
from notices.channels import CARRIED
from notices.models import Notice
from people.models import User
from people.rights import may
from workflow.steps import RightRefused, StateRefused, WrongInput

MINUTE = timedelta(minutes=1)
S = Notice.State


@dataclass(frozen=True)
class Line:
    """What became of one row: ``outcome`` is delivered, returned, unchanged or rejected."""

    line: int
    number: str
    outcome: str
    notice: Notice | None = None
    problem: Problem | None = None


def take_in(*, file: IO[bytes], by: User, at: datetime) -> list[Line]:
    """Record what the file says of the letters that this user may see; bad rows stop no good ones.

    The same file again changes nothing. Raises ``Unfit`` for a file that cannot be read.
    """
    if not may(by, actions.HANDLE):
        raise RightRefused(by, actions.HANDLE)
    rows = list(rows_of(file))
    known = _letters(rows, by)
    return [
        Line(row.line, row.number, "rejected", problem=row.problem)
        if isinstance(row, Unread)
        else _taken(row, known.get(row.number, []), by, at)
        for row in rows
    ]


def _letters(rows: Iterable[Told | Unread], by: User) -> dict[str, list[Notice]]:
    """The letters by every number under which the file may name them, in two queries at most."""
    numbers = {row.number for row in rows if isinstance(row, Told)}
    keys = [int(n[1:]) for n in numbers if n[:1] == "N" and n[1:].isdecimal() and len(n) < 18]
    found = (
        Notice.objects.visible_to(by)
        .filter(Q(provider_id__in=numbers - {""}) | Q(pk__in=keys), channel__in=CARRIED)
        .select_related("case__debtor", "recipient")
    )
    known: dict[str, list[Notice]] = {}
    for notice in found:
        for name in {notice.provider_id, notice.reference.upper()} & numbers:
            known.setdefault(name, []).append(notice)
    return known


def _taken(row: Told, letters: list[Notice], by: User, at: datetime) -> Line:
    if len(letters) != 1:
        code = "several" if letters else "unknown"
        return _rejected(row, None, "number", code, row.number)
    notice = letters[0]
    when = from_local(row.at, notice.case.zone)
    if row.outcome == "returned":
        return _returned(row, notice, by, at)
    if notice.state == S.DELIVERED:  # by an earlier file, by hand, or deemed
        return Line(row.line, row.number, "unchanged", notice)
    if notice.state != S.SENT:
        return _not_sent(row, notice)
    shown = f"{local(when, notice.case.zone):%Y-%m-%d %H:%M}"
    if when > at:
        return _rejected(row, notice, "at", "ahead", shown)
    if notice.sent_at and when + MINUTE <= notice.sent_at:
        return _rejected(row, notice, "at", "too_early", shown)
    try:
        actions.record_delivery(
            notice=notice, by=by, at=at, delivered_at=max(when, notice.sent_at or when)
        )
    except (WrongInput, StateRefused) as refused:
        return _rejected(row, notice, "", "refused", str(refused))
    return Line(row.line, row.number, "delivered", notice)


def _returned(row: Told, notice: Notice, by: User, at: datetime) -> Line:
    if notice.state == S.BOUNCED:
        return Line(row.line, row.number, "unchanged", notice)
    if notice.state not in {S.SENT, S.DELIVERED}:
        return _not_sent(row, notice)
    if from_local(row.at, notice.case.zone) > at and not row.whole_day:
        return _rejected(row, notice, "at", "ahead", f"{row.at:%Y-%m-%d %H:%M}")
    try:
        actions.record_bounce(notice=notice, by=by, at=at, why=row.why)
    except (WrongInput, StateRefused) as refused:
        return _rejected(row, notice, "", "refused", str(refused))
    return Line(row.line, row.number, "returned", notice)


def _not_sent(row: Told, notice: Notice) -> Line:
    if notice.state == S.QUEUED:
        return _rejected(row, notice, "number", "not_posted", "")
    return _rejected(row, notice, "outcome", "other_outcome", str(notice.get_state_display()))


def _rejected(row: Told, notice: Notice | None, column: str, code: str, text: str) -> Line:
    return Line(row.line, row.number, "rejected", notice, Problem(column, code, {"text": text}))
