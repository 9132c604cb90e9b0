"""Published versions from the database into every process: one file in the shared storage tells of them.

The rows in the database are the truth. The file is written anew when one is published and mended by a
tick; every request and every task looks at its time stamp and reads it again only when that has changed.
What does not carry our signature, or does not have the digest that it claims, refuses.
"""

import json
import logging
import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import connection, transaction

from compliance import packs
from compliance.fault import Fault
from compliance.shelf import Edition, Pack, PackUnreadable
from rulebook.models import PackVersion

log = logging.getLogger(__name__)

FOLDER, INDEX = "rulebook", "published.json"
LOCK = 7_300_009  # advisory lock number: one writer of the file at a time
_SALT = "rulebook.published"
_seen: dict[str, Any] = {}


def home() -> Path:
    """The folder in the shared storage in which published versions lie."""
    return Path(settings.MEDIA_ROOT) / FOLDER


# ---------------------------------------------------------------- reading


def look() -> None:
    """Read the published versions again if the file has changed; else this costs one look at its stamp."""
    place = f"{settings.MEDIA_ROOT}/{FOLDER}/{INDEX}"
    try:
        status = os.stat(place)  # noqa: PTH116 - at every request, and a Path costs ten times as much
    except FileNotFoundError:
        stamp = None
    else:
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
    if _seen.get("index") == place and _seen.get("stamp") == stamp:
        return
    if stamp is None:
        _lost(place)
    else:
        _read(Path(place))
    _seen.update(index=place, stamp=stamp)


def _lost(place: str) -> None:
    """No file: nothing was ever published here, or what was published is gone and nobody may guess."""
    names = _seen.get("names", ()) if _seen.get("index") == place else ()
    why = Fault("lost_versions")
    packs.shelve({}, {name: PackUnreadable(name, [why]) for name in names})


def _read(index: Path) -> None:
    published: dict[str, list[Edition]] = {}
    lost: dict[str, PackUnreadable] = {}
    try:
        told = signing.Signer(salt=_SALT).unsign_object(index.read_text())
    except (OSError, ValueError, signing.BadSignature):
        log.error("the list of published rule versions cannot be trusted: %s", index)
        why = Fault("list_not_trusted")
        packs.shelve({}, {name: PackUnreadable(name, [why]) for name in packs.names()})
        return
    for row in told:
        name = row["name"]
        try:
            pack = _version(name, row["digest"])
        except PackUnreadable as unreadable:
            log.error("a published rule version cannot be trusted: %s", unreadable)
            lost[name] = unreadable
        else:
            published.setdefault(name, []).append(Edition(date.fromisoformat(row["from"]), pack))
    _seen["names"] = tuple({row["name"] for row in told})
    packs.shelve(published, lost)


def _version(name: str, digest: str) -> Pack:
    try:
        texts = json.loads((home() / f"{digest}.json").read_text())
        files = {file: text.encode() for file, text in texts.items()}
    except (OSError, ValueError, AttributeError):
        raise PackUnreadable(name, [Fault("version_unread", digest=digest[:12])]) from None
    if packs.digest_of(name, files) != digest:
        raise PackUnreadable(name, [Fault("version_not_trusted", digest=digest[:12])])
    return packs.parse(name, files)


def kept(digest: str) -> Pack | None:
    """The version of that digest as the database keeps it, however old it is."""
    row = PackVersion.objects.filter(digest=digest, state=PackVersion.State.PUBLISHED).first()
    if row is None or packs.digest_of(row.name, row.files) != digest:
        return None
    try:
        return packs.parse(row.name, row.files)
    except PackUnreadable:  # written for rules that no longer exist
        return None


# ---------------------------------------------------------------- writing


def write() -> bool:
    """Write what is published into the shared storage, each file whole or not at all; says whether it had to."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        rows = list(
            PackVersion.objects.filter(
                state=PackVersion.State.PUBLISHED, in_force_from__isnull=False
            ).order_by("pk")
        )
        told = [
            {"name": row.name, "digest": row.digest, "from": row.first_day.isoformat()}
            for row in rows
        ]
        home().mkdir(parents=True, exist_ok=True, mode=0o700)
        changed = [
            _put(f"{row.digest}.json", json.dumps(row.texts, ensure_ascii=False, sort_keys=True))
            for row in rows
        ]
        index = _put(INDEX, signing.Signer(salt=_SALT).sign_object(told), anew=any(changed))
    return index or any(changed)


def _put(name: str, text: str, *, anew: bool = False) -> bool:
    path = home() / name
    try:
        if not anew and path.read_text() == text:
            return False
    except (OSError, ValueError):
        pass
    part = path.with_name(f"{name}.{os.getpid()}.part")
    part.write_text(text)
    part.replace(path)
    return True


def publish_on_commit() -> None:
    """Tell every process as soon as the publication is sure."""

    def tell() -> None:
        write()
        look()

    transaction.on_commit(tell)


def keep_files(*, at: datetime) -> int:
    """Keep the versions that came with the program, so that they are found when it has moved on."""
    made = 0
    for name in packs.names():
        try:
            texts = packs.texts_of(name)
            pack = packs.parse(name, texts)
        except PackUnreadable:
            continue  # manage.py check says so, and nothing is decided by it
        _row, new = PackVersion.objects.get_or_create(
            name=name,
            digest=pack.digest,
            state=PackVersion.State.PUBLISHED,
            defaults={
                "reference": f"R-{pack.digest[:10].upper()}",
                "version": pack.version,
                "texts": {file: content.decode() for file, content in texts.items()},
                "drafted_at": at,
            },
        )
        made += new
    return made
