"""Seeing in full what is masked, and putting the looks of a day onto the timeline."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext as _

from common.clock import HOUSE_ZONE, local_day
from looking.models import Look, Unmasking, look
from people.masking import Group
from people.models import User
from people.rights import may
from timeline.models import Event
from workflow.steps import RightRefused, WrongInput, note

RIGHT, HEALTH = "unmask", "see_restricted"
AS_DEBTOR = "see_as_debtor"
AN_HOUR, AGAIN = timedelta(hours=1), timedelta(minutes=15)
BATCH, BUDGET = 200, 30.0
MOST_TOLD = 200
"""So many lines of a day's looks one event holds; the rows themselves hold all."""


def unmask(
    *, case: Any, group: str, why: str, words: str, seen: Sequence[str], by: User, at: datetime
) -> datetime:
    """Let somebody see one group of a case's data in full; until when is answered.

    ``seen`` names what will be seen, itself masked: so the timeline tells what was looked at and holds none of it.
    Health is only for those who may see what is restricted. Raises ``WrongInput`` where the reason is missing, and where
    somebody has seen so much within an hour that it looks like copying; that refusal is recorded as well.
    """
    words = words.strip()[:300]
    if group not in Group.values:
        raise WrongInput(_("Choose one of those that are offered."), "group")
    if why not in Unmasking.Why.values:
        raise WrongInput(_("Choose one of those that are offered."), "why")
    if not words:
        raise WrongInput(_("Write in a few words what you need it for."), "words")
    if group == Group.HEALTH and not may(by, HEALTH):
        raise RightRefused(by, HEALTH)
    if may(by, RIGHT) and case.may_be_seen_by(by):
        _not_too_many(case, group, by, at)
    until = at + settings.UNMASKED_FOR

    def write(locked: Any) -> dict[str, Any]:
        Unmasking.objects.create(case=locked, user=by, group=group, why=why, at=at, until=until)
        return {
            "group": group, "why": why, "words": words, "seen": list(seen)[:50], "until": until,
        }  # fmt: skip

    note(case, event="data.unmasked", right=RIGHT, by=by, at=at, data=write)
    return until


def _not_too_many(case: Any, group: str, by: User, at: datetime) -> None:
    lately = Unmasking.objects.filter(user=by, at__gt=at - AN_HOUR).count()
    if lately < settings.UNMASKED_PER_HOUR:
        return
    note(
        case, event="data.unmasking_refused", by=by, at=at,
        data={"group": group, "times": lately},
    )  # fmt: skip
    raise WrongInput(
        _(
            "You have seen data in full %(times)d times within an hour. Wait, or ask your supervisor."
        )
        % {"times": lately}
    )


def see_as_debtor(*, case: Any, page: str, by: User, at: datetime) -> None:
    """Record that somebody of the house looks at one of the debtor's own pages, as the debtor sees it.

    Each look counts as a row, like every look; the chain tells it at once, and the same page to the same person again
    after a quarter of an hour at the earliest. It is no look of the debtor, and nothing of it stands as one.
    """
    look(case.pk, by, Look.What.AS_DEBTOR, at, page)
    told = Event.objects.filter(
        case=case, kind="data.seen_as_debtor", actor=by, data__page=page, occurred_at__gt=at - AGAIN
    )
    if not told.exists():
        note(
            case, event="data.seen_as_debtor", right=AS_DEBTOR, data={"page": page}, by=by, at=at
        )  # fmt: skip


def tell_looks(at: datetime, *, by: User, seconds: float = BUDGET) -> None:
    """Put the looks of the days that are over onto the timelines: one event a case and day.

    Harmless when run twice or at once: the rows are locked with their case, and told once.
    """
    until, today = time.monotonic() + seconds, local_day(at, HOUSE_ZONE)
    waiting = Look.objects.filter(told=False, day__lt=today)
    keys = waiting.order_by("case").values_list("case", flat=True).distinct()
    cases = apps.get_model("cases.Case").objects.in_bulk(list(keys[:BATCH]))
    for case in cases.values():
        for day in list(
            waiting.filter(case=case).order_by("day").values_list("day", flat=True).distinct()
        ):
            if time.monotonic() > until:
                return
            _tell_day(case, day, by, at)


def _tell_day(case: Any, day: Any, by: User, at: datetime) -> None:
    def write(locked: Any) -> dict[str, Any]:
        rows = list(
            Look.objects.select_for_update(of=("self",)).select_related("user")
            .filter(case=locked, day=day, told=False).order_by("user", "first_at", "pk")
        )  # fmt: skip
        if not rows:
            raise _Told
        Look.objects.filter(pk__in=[row.pk for row in rows]).update(told=True)
        people = [str(user) for user, _rows in groupby(rows, key=lambda row: row.user)]
        lines = [
            {
                "who": str(row.user), "what": row.what, "which": row.subject, "times": row.times,
                "first": row.first_at, "last": row.last_at,
            }
            for row in rows[:MOST_TOLD]
        ]  # fmt: skip
        return {"day": day, "people": people, "looks": lines, "lines": len(rows)}

    try:
        note(case, event="data.looked_at", by=by, at=at, data=write)
    except _Told:
        return


class _Told(Exception):
    """Another worker was quicker."""
