"""The heads of all chains, signed each day and kept outside the database.

A chain alone shows neither a tail that was cut off, nor a database whose owner has hashed it all anew, nor
an older copy that was put back. What was signed and has left the house shows all three.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from common.clock import HOUSE_ZONE, local_day
from timeline import merkle
from timeline.chain import canonical
from timeline.models import Anchor, AnchorLeaf

FORMAT = "doorstep-anchor"
LOCK = 7_300_011  # advisory lock number: one maker of anchors at a time
CHUNK = 5000
CHANGED = """
    select c.id, c.reference, c.event_count, c.head from cases_case c
    where c.event_count > 0 and not exists (
        select from timeline_anchorleaf l
        where l.case_id = c.id and l.number = c.event_count and l.head = c.head)
    order by c.id
"""


@dataclass(frozen=True)
class Signer:
    """How a statement is signed, whether a signature is good, and the key's fingerprint."""

    sign: Callable[[bytes], bytes]
    good: Callable[[bytes, bytes], bool]
    key: Callable[[], str]


_signer: list[Signer] = []


def sign_with(signer: Signer) -> None:
    """The seals stand above the timeline: the app that has them says so once."""
    _signer[:] = [signer]


def home() -> Path:
    """The folder of the anchors, which a backup of the database does not hold."""
    return Path(settings.VAR) / "anchors"


def days() -> list[str]:
    """Every day that has a signed statement in the folder, oldest first."""
    return sorted(path.stem for path in home().glob("????-??-??.json"))


def anchor_heads(at: datetime) -> Anchor | None:
    """Anchor all days that are over and have no anchor yet, in one; nothing where none is due.

    Late days are not made up one by one: their heads are gone. The statement says since when.
    """
    last = local_day(at, HOUSE_ZONE) - timedelta(days=1)
    made = days()
    if made and made[-1] >= last.isoformat():
        return None
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return None
        if (home() / f"{last}.json").exists():
            return None
        return _make(last, date.fromisoformat(made[-1]) if made else None, at)


def _make(day: date, before: date | None, at: datetime) -> Anchor:
    folder = home()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    previous = _before(before)
    anchor = Anchor.objects.create(
        day=day, since=before + timedelta(days=1) if before else day, made_at=at, size=0, root="-",
        signed_by=_signer[0].key(),
    )  # fmt: skip
    part = folder / f"{day}.leaves.{os.getpid()}.part"
    try:
        with part.open("w", encoding="utf-8") as file:
            size = _write_leaves(file, anchor, previous)
            file.flush()
            os.fsync(file.fileno())
        with part.open(encoding="utf-8") as file:
            root = merkle.root_of(line.rstrip("\n").encode() for line in file)
        statement = {
            "format": FORMAT, "version": 1, "day": day.isoformat(),
            "since": anchor.since.isoformat(), "made_at": at.isoformat(), "size": size,
            "root": root, "previous": previous, "key": anchor.signed_by,
        }  # fmt: skip
        content = json.dumps(statement, indent=1, sort_keys=True).encode()
        part.replace(folder / f"{day}.leaves")
        _put(folder / f"{day}.sig", _signer[0].sign(content))
        _put(folder / f"{day}.json", content)  # last: what has no statement was never made
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    anchor.size, anchor.root = size, root
    anchor.save(update_fields=["size", "root"])
    return anchor


def _before(day: date | None) -> dict[str, str] | None:
    if day is None:
        return None
    said = json.loads((home() / f"{day}.json").read_bytes())
    return {"day": said["day"], "root": said["root"]}


def _put(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _write_leaves(file: Any, anchor: Anchor, previous: dict[str, str] | None) -> int:
    """The root of the day before, the house's chain, then every case whose head has moved."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select number, digest from timeline_event where case_id is null"
            " order by number desc limit 1"
        )
        number, head = cursor.fetchone() or (0, "")
    said = previous or {"day": "", "root": ""}
    file.write(canonical(["root", said["day"], 0, said["root"]]) + "\n")
    file.write(canonical(["house", "", number, head]) + "\n")
    size, rows = 2, _changed()
    while some := list(islice(rows, CHUNK)):
        leaves = []
        for pk, reference, count, digest in some:
            file.write(canonical(["case", reference, count, digest]) + "\n")
            leaves.append(
                AnchorLeaf(anchor=anchor, case_id=pk, place=size, number=count, head=digest)
            )
            size += 1
        AnchorLeaf.objects.bulk_create(leaves)
    return size


def _changed() -> Iterator[tuple[int, str, int, str]]:
    """Every case whose head no anchor knows, by a cursor of the server's own: memory stays flat."""
    connection.ensure_connection()
    with connection.connection.cursor("anchored_heads") as cursor:
        cursor.itersize = CHUNK
        cursor.execute(CHANGED)
        yield from cursor


def leaves_of(day: str) -> Iterator[list[Any]]:
    """The leaves of that day as they stand in their file."""
    with (home() / f"{day}.leaves").open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def proof_of(day: str, place: int) -> dict[str, Any]:
    """How the root of that day is reached from one of its leaves."""
    with (home() / f"{day}.leaves").open("rb") as file:
        lines = (line.rstrip(b"\n") for line in file)
        hashes, mine = [], b""
        for number, line in enumerate(lines):
            hashes.append(merkle.leaf_hash(line))
            mine = line if number == place else mine
    return {"leaf": json.loads(mine), "index": place, "path": merkle.path_to(place, hashes)}


# ---------------------------------------------------------------- proving


def verify_anchors() -> list[str]:
    """What the chains of today are not, that the signed anchors say they were; nothing if they hold."""
    wrong: list[str] = []
    before: dict[str, str] | None = None
    for day in days():
        try:
            content = (home() / f"{day}.json").read_bytes()
            said = json.loads(content)
            signature = (home() / f"{day}.sig").read_bytes()
            if not _signer[0].good(content, signature):
                wrong.append(f"the anchor of {day} does not carry the house's signature")
            with (home() / f"{day}.leaves").open("rb") as file:
                root = merkle.root_of(line.rstrip(b"\n") for line in file)
            if root != said["root"]:
                wrong.append(f"the anchor of {day}: its leaves do not lead to its root")
            if said["previous"] != before:
                wrong.append(f"the anchor of {day} does not follow the one before it")
            before = {"day": said["day"], "root": said["root"]}
            wrong += _held_against(day)
        except (OSError, ValueError, KeyError, TypeError) as fault:
            wrong.append(f"the anchor of {day} cannot be read: {fault}")
    known = {day.isoformat() for day in Anchor.objects.values_list("day", flat=True)}
    wrong += [
        f"the anchor of {day} is later than this database: an older copy was put back"
        for day in sorted(set(days()) - known)
    ]
    wrong += [f"the anchor of {day} is missing from its folder" for day in sorted(known - set(days()))]  # fmt: skip
    return wrong


def _held_against(day: str) -> list[str]:
    """Each head of that day against the chain as it is now."""
    wrong: list[str] = []
    leaves = (leaf for leaf in leaves_of(day) if leaf[0] != "root" and leaf[2])
    while some := list(islice(leaves, CHUNK)):
        now = _events_at([leaf[1] for leaf in some], [leaf[2] for leaf in some])
        for _kind, reference, number, head in some:
            size, digest = now[reference, number]
            name = reference or "the house"
            if size < number:
                gone = f"{size + 1} to {number}" if number > size + 1 else str(number)
                wrong.append(f"{name}: missing events {gone} (the anchor of {day} says {number} events, here are {size})")  # fmt: skip
            elif digest != head:
                wrong.append(f"{name}: event {number} is not the one that was anchored on {day}: the chain was hashed anew")  # fmt: skip
    return wrong


def _events_at(references: list[str], numbers: list[int]) -> dict[tuple[str, int], tuple[int, str]]:
    """How long each chain is, and the digest of its event of that number."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select w.reference, w.number,
                   coalesce((select max(e.number) from timeline_event e
                             where e.case_id is not distinct from c.id), 0),
                   coalesce((select e.digest from timeline_event e
                             where e.case_id is not distinct from c.id and e.number = w.number), '')
            from unnest(%s::text[], %s::int[]) w(reference, number)
            left join cases_case c on c.reference = w.reference
            where w.reference = '' or c.id is not null
            """,
            [references, numbers],
        )
        found = {(ref, number): (size, digest) for ref, number, size, digest in cursor.fetchall()}
    for key in zip(references, numbers, strict=True):
        found.setdefault(key, (0, ""))
    return found
