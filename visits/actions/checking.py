"""What somebody outside does with a visit's token: asks, says that it was not expected, wants to be left alone.

Who it is nobody knows and nothing of them is kept. At the door the one who opens has the say, so what is
said there while the officers stand there is done at once; what is said before may come from anybody who
saw the paper, so a person asks the debtor first, and nobody rings before that was done.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from documents.letterhead import moment
from people.models import User
from visits import tokens
from visits.actions.arriving import UNWANTED
from visits.actions.refusing import asked_from_outside
from visits.models import Visit, VisitToken
from workflow.duties import raise_duty
from workflow.steps import AlreadyDone, StateRefused, note

TOLD_EVERY = timedelta(minutes=1)
UNEXPECTED = "visit.unexpected"
SOON = timedelta(hours=4)
AT_ONCE = timedelta(minutes=5)
BEFORE = timedelta(hours=1)
NEEDS_TOKEN = [Visit.State.PLANNED, Visit.State.ANNOUNCED, Visit.State.NOTICED, Visit.State.STARTED]


def count_check(*, row: VisitToken, at: datetime) -> None:
    """Put on the timeline that somebody asked; of many who ask within a minute, how many they were."""
    quiet = Q(checked_at=None) | Q(checked_at__lte=at - TOLD_EVERY) | Q(checked_at__gt=at)
    asked = VisitToken.objects.filter(pk=row.pk)
    if asked.filter(quiet).update(checked_at=at, untold=F("untold") + 1):
        _tell(row, at)
    else:
        asked.update(untold=F("untold") + 1)


def tell_untold(*, at: datetime) -> int:
    """Tell of what was asked since the timeline was last told; says of how many visits."""
    waiting = VisitToken.objects.filter(untold__gt=0, checked_at__lte=at - TOLD_EVERY)
    rows = list(waiting.select_related("visit__case").order_by("pk")[:500])
    for row in rows:
        _tell(row, at)
    return len(rows)


def _tell(row: VisitToken, at: datetime) -> None:
    def taken(_case: Any) -> dict[str, Any]:
        fresh = VisitToken.objects.select_for_update(of=("self",)).get(pk=row.pk)
        times, fresh.untold = fresh.untold, 0
        fresh.save(update_fields=["untold"])
        return {"reference": row.visit.reference, "times": max(times, 1)}

    note(row.visit.case, event="visit.checked", by=User.objects.system(), at=at, data=taken)


def give_missing(*, at: datetime) -> int:
    """Give a token to each visit that lacks one, such as those planned before there were any."""
    lacking = Visit.objects.filter(state__in=NEEDS_TOKEN, ends_at__gt=at).exclude(
        tokens__revoked_at=None, tokens__isnull=False
    )
    given = 0
    for visit in lacking.select_related("case").order_by("pk")[:500]:
        note(
            visit.case, event="visit.token_given", by=User.objects.system(), at=at,
            data={"reference": visit.reference}, then=lambda *_args, visit=visit: _give(visit, at),
        )  # fmt: skip
        given += 1
    return given


def _give(visit: Visit, at: datetime) -> None:
    if VisitToken.objects.filter(visit=visit, revoked_at=None).exists():
        return
    tokens.reserve(visit, at)
    if visit.state != Visit.State.PLANNED:
        tokens.open_token(visit, at)


# ---------------------------------------------------------------- what the reader wants


def say_unexpected(*, row: VisitToken, at: datetime) -> bool:
    """Somebody did not expect this visit: a supervisor looks into it, before the visit or at once.

    Says whether it was news; said again it changes nothing.
    """
    visit = row.visit
    due = at + AT_ONCE if _is_near(visit, at) else min(at + SOON, visit.starts_at - BEFORE)
    when = moment(visit.starts_at, visit.zone, visit.case.zone)
    says = {
        "en": f"Somebody who looked up the visit of {when['en']} did not expect it. Ask the debtor"
        " whether the notice came, and whether those at the door are ours.",
        "zh": f"有人查询了 {when['zh']} 的上门，表示事先并不知情。请向债务人核实是否收到通知，"
        "并确认到场的是否为本机构人员。",
    }
    return _say_once(row, "unexpected_at", UNEXPECTED, says, due, at)


def want_to_be_left(*, row: VisitToken, at: datetime) -> str:
    """Somebody wants the officers to leave, or not to come; says what came of it.

    ``left``: the visit has ended, as if it had been said to the officers. ``asked``: it lies ahead,
    so a supervisor asks the debtor, and nobody rings before that. ``over``: nobody is there.
    """
    visit = Visit.objects.select_related("case", "place").get(pk=row.visit_id)
    if visit.state == Visit.State.STARTED:
        try:
            asked_from_outside(
                visit=visit, remark=_("Asked for on the page of the visit's code."), at=at
            )
        except StateRefused:  # the officers were quicker
            return "over"
        return "left"
    if visit.state not in {Visit.State.ANNOUNCED, Visit.State.NOTICED} or at >= visit.ends_at:
        return "over"
    when = moment(visit.starts_at, visit.zone, visit.case.zone)
    says = {
        "en": f"Somebody who looked up the visit of {when['en']} does not want it. Ask the debtor:"
        " if it is so, record the refusal; if not, tick this off. Until then nobody rings.",
        "zh": f"有人查询了 {when['zh']} 的上门，表示不希望上门。请向债务人核实：如属实，请登记拒绝上门；"
        "如不属实，请将本项办结。在此之前不得敲门。",
    }
    due = max(at + AT_ONCE, min(at + SOON, visit.starts_at - BEFORE))
    _say_once(row, "unwanted_at", UNWANTED, says, due, at)
    return "asked"


def _is_near(visit: Visit, at: datetime) -> bool:
    return visit.state == Visit.State.STARTED or at >= visit.starts_at - BEFORE - SOON


def _say_once(
    row: VisitToken, field: str, kind: str, says: dict[str, str], due: datetime, at: datetime
) -> bool:
    if getattr(row, field):
        return False

    def keep(case: Any, _by: User, _at: datetime) -> None:
        first = VisitToken.objects.filter(pk=row.pk, **{field: None})
        if not first.update(**{field: at}):
            raise AlreadyDone  # said twice at once
        raise_duty(
            case=case, kind=kind, says=says, due_at=due, key=f"{kind}:{row.pk}",
            role=User.Role.SUPERVISOR, at=at,
        )  # fmt: skip

    try:
        note(
            row.visit.case, event=kind, by=User.objects.system(), at=at,
            data={"reference": row.visit.reference, "due_at": due}, then=keep,
        )  # fmt: skip
    except AlreadyDone:
        return False
    return True
