"""Duties: raised once each, ticked off by a person or by the fact that fulfils them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from people.models import User
from workflow.models import Duty


def raise_duty(
    *,
    case: Any,
    kind: str,
    says: Mapping[str, str],
    due_at: datetime,
    key: str,
    at: datetime,
    rule: str = "",
    role: str = "",
) -> bool:
    """Raise a duty unless the same one (by ``key``) stands already; says whether it was new."""
    _duty, new = Duty.objects.get_or_create(
        key=key,
        defaults={
            "case": case, "kind": kind, "says": dict(says), "rule": rule, "role": role,
            "raised_at": at, "due_at": due_at,
        },
    )  # fmt: skip
    if new and (case.next_due_at is None or due_at < case.next_due_at):
        case.next_due_at = due_at
        case.save(update_fields=["next_due_at"])
    return new


def fulfil(*, case: Any, kind: str, by: User, at: datetime, key: str = "") -> int:
    """Tick off the case's open duties of that kind, or the one of that key alone; says how many there were."""
    still = Duty.objects.filter(case=case, kind=kind, done_at=None)
    done = (still.filter(key=key) if key else still).update(done_at=at, done_by=by)
    if done:
        set_next_due(case)
    return done


def fulfil_all(*, case: Any, by: User, at: datetime) -> None:
    """What was still to be done on the case has lost its sense; what was raised at this very moment stays."""
    left = Duty.objects.filter(case=case, done_at=None).exclude(raised_at=at)
    left.update(done_at=at, done_by=by)
    set_next_due(case)


def told_once(duties: Iterable[Duty], role: str) -> list[Duty]:
    """The duties, and of those that tell several people the same only one: the reader's own, or the first."""
    told: dict[tuple[str, ...], Duty] = {}
    for duty in duties:
        words = (
            tuple(duty.says.get(tongue, "") for tongue in ("zh", "en"))
            if duty.says
            else (duty.key,)
        )
        if words not in told or (duty.role == role and told[words].role != role):
            told[words] = duty
    return list(told.values())


def set_next_due(case: Any) -> None:
    """Keep the work list's due time in step with the open duties."""
    first = Duty.objects.filter(case=case, done_at=None).order_by("due_at").first()
    case.next_due_at = first.due_at if first else None
    case.save(update_fields=["next_due_at"])
