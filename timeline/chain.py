"""Writing events and proving that none was changed, removed, inserted or moved."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from people.models import User
from timeline.models import Event, Stop

_COLUMNS = (
    "case_id", "number", "kind", "occurred_at", "recorded_at", "actor_id", "actor_name", "data",
    "findings", "salts", "commitments", "previous", "digest",
)  # fmt: skip
ERASED = "records.erased"
"""The kind of event that names, under ``fields``, what was taken out of which event before it."""
HOUSE_LOCK = 7_300_001  # advisory lock number of the chain that belongs to no case


class OutsideTransaction(RuntimeError):
    """An event was recorded where the fact that it tells of could still be lost."""


@dataclass(frozen=True)
class Verified:
    """The chain holds: so many events, and this is the last digest."""

    size: int
    head: str


@dataclass(frozen=True)
class Broken:
    """The chain does not hold: the first event at which it breaks, and why."""

    number: int
    why: str


def canonical(value: object) -> str:
    """The one spelling of a value that digests are taken of."""
    return json.dumps(
        value, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def fields_of(data: Mapping[str, Any], findings: Sequence[Any]) -> dict[str, Any]:
    """What an event says, each part by the name under which it is committed to."""
    told = {f"data.{name}": value for name, value in data.items()}
    return told | {f"findings.{n}": value for n, value in enumerate(findings)}


def commit_to(salts: Mapping[str, str], fields: Mapping[str, Any]) -> dict[str, str]:
    """A salted digest of each field, by its name."""
    return {name: _sha(f"{salts[name]}|{name}|{canonical(fields[name])}") for name in fields}


def digest_of(event: Event) -> str:
    """The event's own digest, over all that identifies it and the one before."""
    return _sha(
        canonical(
            [
                event.previous,
                event.number,
                event.kind,
                event.occurred_at.astimezone(UTC).isoformat(),
                event.recorded_at.astimezone(UTC).isoformat(),
                event.actor_id,
                event.actor_name,
                event.commitments,
            ]
        )
    )


def _plain(value: object) -> Any:
    """The value as JSON will give it back, so that digests agree after a round trip."""
    return json.loads(canonical(value))


def _last_of(case: Any) -> tuple[int, str]:
    """Number and digest of the chain's last event; asked in SQL, since every action asks it."""
    where, given = ("case_id = %s", [case.pk]) if case is not None else ("case_id is null", [])
    with connection.cursor() as cursor:
        cursor.execute(
            f"select number, digest from timeline_event where {where}"  # noqa: S608 - our own two
            " order by number desc limit 1",
            given,
        )
        return cursor.fetchone() or (0, "")


def record(
    *,
    case: Any,
    kind: str,
    by: User | None,
    at: datetime,
    recorded_at: datetime | None = None,
    data: Mapping[str, Any] | None = None,
    findings: Sequence[Mapping[str, Any]] = (),
    actor_name: str = "",
    after: tuple[int, str] | None = None,
) -> Event:
    """Append one event to the case's chain (``case=None``: to the house's).

    The caller holds the case's row lock, so that numbers cannot collide. ``after`` is number and
    digest of the event before, for those who have just read them under that lock.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(kind)
    if case is None:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [HOUSE_LOCK])
    event = compose(
        case=case, kind=kind, by=by, at=at, recorded_at=recorded_at, data=data, findings=findings,
        actor_name=actor_name, after=after or _last_of(case),
    )  # fmt: skip
    event.save(force_insert=True)
    _count_stops([event])
    return event


def compose(
    *,
    case: Any,
    kind: str,
    by: User | None,
    at: datetime,
    after: tuple[int, str],
    recorded_at: datetime | None = None,
    data: Mapping[str, Any] | None = None,
    findings: Sequence[Mapping[str, Any]] = (),
    actor_name: str = "",
) -> Event:
    """The event that follows the one of that number and digest, not written down yet."""
    number, head = after
    told, found = _plain(dict(data or {})), _plain(list(findings))
    fields = fields_of(told, found)
    salts = {name: secrets.token_hex(8) for name in fields}
    event = Event(
        case=case,
        number=number + 1,
        kind=kind,
        occurred_at=at,
        recorded_at=recorded_at or at,
        actor=by,
        actor_name=actor_name or str(by or "—"),
        data=told,
        findings=found,
        salts=salts,
        commitments=commit_to(salts, fields),
        previous=head,
    )
    event.digest = digest_of(event)
    return event


def write_down(events: Sequence[Event]) -> None:
    """Write composed events, of many cases and each case's in their order, in one statement.

    The caller holds the row locks of all these cases, and has since before they were composed.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(", ".join(sorted({event.kind for event in events})))
    if len(events) == 1 or any(event.findings for event in events):
        Event.objects.bulk_create(events)
        _count_stops(events)
    else:  # nothing will ask for their keys
        _copy(events)


def _copy(events: Sequence[Event]) -> None:
    """Hand them to the database as it takes rows fastest; it fills in the keys."""
    columns = ", ".join(connection.ops.quote_name(name) for name in _COLUMNS)
    details: Any = Event._meta.get_field("data")
    with connection.cursor() as cursor, cursor.copy(f"copy timeline_event ({columns}) from stdin") as rows:  # fmt: skip
        for e in events:
            rows.write_row(
                (
                    e.case_id, e.number, e.kind, e.occurred_at, e.recorded_at, e.actor_id,
                    e.actor_name, json.dumps(details.shut(e, e.data)), json.dumps(e.findings), json.dumps(e.salts),
                    json.dumps(e.commitments), e.previous, e.digest,
                )
            )  # fmt: skip


def _count_stops(events: Sequence[Event]) -> None:
    """Keep, for the rule book, which rules stood against what the events tell of."""
    stops = [
        Stop(event=event, case_id=event.case_id, pack=pack, rule=rule, at=event.occurred_at)
        for event in events
        for pack, rule in sorted(
            {
                (str(found.get("pack", "")), str(found.get("rule", "")))
                for found in event.findings
                if str(found.get("severity", "")).startswith("block") and not found.get("excepted")
            }
        )
    ]
    if stops:
        Stop.objects.bulk_create(stops)


def check(events: Iterable[Event], *, redacted: bool = False) -> Verified | Broken:
    """Whether these events, in order, make an unbroken chain from the first.

    ``redacted`` allows fields that were blacked out (their commitments stand alone). Fields whose term has
    run out are gone for good; that is no break where a later event of the chain says so.
    """
    size, head = 0, ""
    gone: dict[int, set[str]] = {}
    for event in events:
        if event.number != size + 1:
            return Broken(size + 1, "an event is missing")
        if event.previous != head:
            return Broken(event.number, "it does not follow the event before it")
        if event.digest != digest_of(event):
            return Broken(event.number, "its digest does not match")
        fields = fields_of(event.data, event.findings)
        # A redacted field keeps its commitment and loses value and salt; an added one has none.
        if not fields.keys() <= event.commitments.keys() or not fields.keys() <= event.salts.keys():
            return Broken(event.number, "it holds a field that was never recorded")
        if not redacted and fields.keys() != event.commitments.keys():
            gone[event.number] = event.commitments.keys() - fields.keys()
        if event.kind == ERASED:
            for number, names in event.data.get("fields", {}).items():
                gone[int(number)] = gone.get(int(number), set()) - set(names)
        for name, committed in commit_to(event.salts, fields).items():
            if committed != event.commitments[name]:
                return Broken(event.number, f"{name} was changed")
        size, head = event.number, event.digest
    removed = [number for number, left in gone.items() if left]
    if removed:
        return Broken(min(removed), "a field was removed")
    return Verified(size, head)


def verify(case: Any) -> Verified | Broken:
    """Whether the case's chain (``None``: the house's) is unbroken, and as long as the case says."""
    found = check(Event.objects.filter(case=case).order_by("number").iterator(chunk_size=2000))
    if isinstance(found, Broken) or case is None:
        return found
    if (case.event_count, case.head) != (found.size, found.head):
        return Broken(found.size + 1, "the end of the timeline is missing or was replaced")
    return found


@transaction.atomic
def record_for_house(
    *, kind: str, by: User | None, at: datetime, data: Mapping[str, Any] | None = None
) -> Event:
    """Record a fact that belongs to no case, such as an import or a sign-in."""
    return record(case=None, kind=kind, by=by, at=at, data=data)
