"""Putting a bundle together: file by file straight into the ZIP, so that memory stays flat.

The same case up to the same event and the same choices give the same bytes, whenever it is made: all that
the bundle says of time is when it was asked for.
"""

import hashlib
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

from django.utils import translation

from compliance import packs
from court import keys, readme, seal
from court.models import Bundle
from court.redacting import Blackout
from desk.papers import timeline_pdf
from documents.models import SEALED, Document
from documents.sealing import seals_in
from exports import marking
from rulebook.models import PackVersion
from timeline import anchoring
from timeline.models import AnchorLeaf, Event

FORMAT, VERSION = "doorstep-court-bundle", 1
CHUNK = 1 << 20


@dataclass
class Pack:
    """The ZIP as it grows, and what the manifest says of each file."""

    zip: zipfile.ZipFile
    step: Callable[[], None] = lambda: None
    files: list[dict[str, Any]] = field(default_factory=list)

    def put(self, path: str, parts: Iterable[bytes], *, listed: bool = True) -> str:
        """Write one file as it comes, and say its digest."""
        digest, size = hashlib.sha256(), 0
        entry = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
        entry.external_attr, entry.create_system = 0o100644 << 16, 3
        with self.zip.open(entry, "w", force_zip64=False) as file:
            for part in parts:
                file.write(part)
                digest.update(part)
                size += len(part)
        if listed:
            self.files.append({"path": path, "size": size, "sha256": digest.hexdigest()})
        self.step()
        return digest.hexdigest()


def files_of(bundle: Bundle) -> list[Document]:
    """Every file of the case that was there when the bundle was asked for, oldest first."""
    return list(
        bundle.case.documents.filter(created_at__lte=bundle.asked_at).order_by("created_at", "pk")
    )


def build(bundle: Bundle, target: Path, step: Callable[[], None] = lambda: None) -> None:
    """Write the bundle to that place; raises ``OSError`` where there is no room."""
    black = Blackout(bundle)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as zip_:
        pack = Pack(zip_, step)
        told: dict[str, list[int]] = {}
        decided: set[tuple[str, str, str]] = set()
        pack.put("timeline.jsonl", _lines(bundle, black, told, decided))
        pack.put("decisions.jsonl", _decisions(bundle, black))
        for language in ("zh", "en"):
            pack.put(f"timeline-{language}.pdf", [_paper(bundle, black, language)])
        known = keys.files_of(bundle)
        for row, content in known:
            pack.put(row["path"], [content])
        rows = [row for row, _content in known]
        documents = [
            _document(pack, bundle, black, number, document, told, rows)
            for number, document in enumerate(files_of(bundle), start=1)
        ]
        rules, unkept = _rules(pack, decided)
        anchors, taken = _anchors(pack, bundle), keys.packs_of(bundle, told)
        signed = Counter(
            [keys.HOUSE, *(row["key"] for row in anchors), *(row["key"] for row in taken)]
            + [row["seal"] for row in documents if "seal" in row]
        )
        pack.put("keys/README.txt", [keys.text(rows, signed).encode()])
        manifest = {
            "format": FORMAT, "version": VERSION, "number": bundle.number,
            "case": bundle.case.reference, "made_at": _utc(bundle.asked_at),
            "made_by": str(bundle.asked_by), "reason": bundle.reason,
            "redacted": black.active,
            "redaction": {"what": bundle.hidden, "people": len(bundle.people), "why": bundle.hidden_why},
            "timeline": {"events": bundle.events, "head": bundle.head},
            **({"export": marking.facts(bundle.export)} if bundle.export else {}),
            "documents": documents, "rules": rules, "rules_not_kept": unkept,
            "anchors": anchors, "keys": rows, "packs": taken,
            "seal": {"key": keys.HOUSE, "fingerprint": seal.fingerprint(), "kind": "RSA, SHA-256"},
        }  # fmt: skip
        pack.put("verify.py", [readme.VERIFIER.read_bytes()])
        pack.put("README.txt", [readme.text(bundle, manifest).encode()])
        manifest["files"] = sorted(pack.files, key=lambda row: row["path"])
        content = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
        pack.put("manifest.json", [content], listed=False)
        pack.put("manifest.sig", [seal.sign(content)], listed=False)


def _utc(moment: Any) -> str:
    return str(moment.astimezone(UTC).isoformat())


def _events(bundle: Bundle) -> Iterator[Event]:
    events = Event.objects.filter(case=bundle.case, number__lte=bundle.events).order_by("number")
    return events.iterator(chunk_size=500)


def _line(row: Any) -> bytes:
    return (json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _lines(
    bundle: Bundle,
    black: Blackout,
    told: dict[str, list[int]],
    decided: set[tuple[str, str, str]],
) -> Iterator[bytes]:
    """One event a line; on the way it is noted which digests of files they tell of, and which rules."""
    for event in _events(bundle):
        fields, gone = black.fields_of(event)
        for name in ("sha256", "document_sha256"):
            digest = fields.get(f"data.{name}")
            if isinstance(digest, str):
                told.setdefault(digest, []).append(event.number)
        decision = event.data.get("decision") or {}
        versions = decision.get("versions", {})
        decided |= {
            (name, digest, str(versions.get(name, "")))
            for name, digest in decision.get("digests", {}).items()
        }
        yield _line(
            {
                "number": event.number, "kind": event.kind,
                "occurred_at": _utc(event.occurred_at), "recorded_at": _utc(event.recorded_at),
                "actor_id": event.actor_id, "actor_name": event.actor_name, "fields": fields,
                "salts": {name: salt for name, salt in event.salts.items() if name not in gone},
                "commitments": event.commitments, "redacted": gone,
                "previous": event.previous, "digest": event.digest,
            }
        )  # fmt: skip


def _decisions(bundle: Bundle, black: Blackout) -> Iterator[bytes]:
    """Each decision with what was asked, what was known, and what the rules found."""
    for event in _events(bundle):
        if "decision" not in event.data:
            continue
        fields, gone = black.fields_of(event)
        found = [fields[name] for name in sorted(fields) if name.startswith("findings.")]
        yield _line(
            {
                "event": event.number, "kind": event.kind, "at": _utc(event.occurred_at),
                "by": event.actor_name, "decision": fields.get("data.decision"),
                "findings": found, "redacted": [n for n in gone if n == "data.decision" or n.startswith("findings.")],
            }
        )  # fmt: skip


def _paper(bundle: Bundle, black: Blackout, language: str) -> bytes:
    with translation.override("zh-hans" if language == "zh" else "en"):
        return timeline_pdf(
            bundle.case, [black.for_reading(event) for event in _events(bundle)], bundle.asked_by,
            bundle.asked_at, until=(bundle.events, bundle.head), redacted=black.active,
            mark=marking.mark(bundle.export, language=language) if bundle.export else "",
        )  # fmt: skip


# ---------------------------------------------------------------- files


def _document(
    pack: Pack,
    bundle: Bundle,
    black: Blackout,
    number: int,
    document: Document,
    told: dict[str, list[int]],
    known: list[dict[str, Any]],
) -> dict[str, Any]:
    """Put one file in, or say why it is withheld."""
    row: dict[str, Any] = {
        "number": document.number, "kind": document.kind, "title": black.scrubbed(document.title),
        "sha256": document.sha256, "size": document.size, "received_at": _utc(document.created_at),
        "told_at": told.get(document.sha256, []),
    }  # fmt: skip
    why = _withheld(bundle, document)
    if not why and _digest_on_disk(document) != document.sha256:
        why = "damaged"
    if why:
        pack.step()
        return {**row, "withheld": why}
    ending = document.filename.rpartition(".")[2].lower()
    ending = ending if ending.isascii() and ending.isalnum() and len(ending) < 6 else "bin"
    row["path"] = f"documents/{number:03d}-{document.kind}-{document.number}.{ending}"
    pack.put(row["path"], _read(document))
    if document.kind in SEALED:
        seal_on = keys.seal_on(document, seals_in(b"".join(_read(document))), known)
        row |= {"seal": seal_on} if seal_on else {}
    return row


def _withheld(bundle: Bundle, document: Document) -> str:
    """Why this file is not in the bundle; "" if it is."""
    if document.erased_at:
        return "erased"
    if document.quarantined:
        return "quarantined"
    if document.restricted and not bundle.with_restricted:
        return "restricted"
    if bundle.scope == Bundle.Scope.REDACTED and document.number not in bundle.shown_files:
        return "redacted"
    return ""


def _read(document: Document) -> Iterator[bytes]:
    with document.file.open("rb") as file:
        yield from file.chunks(CHUNK)


def _digest_on_disk(document: Document) -> str:
    digest = hashlib.sha256()
    try:
        for part in _read(document):
            digest.update(part)
    except FileNotFoundError:
        return ""
    return digest.hexdigest()


# ---------------------------------------------------------------- rules and anchors


def _rules(
    pack: Pack, decided: set[tuple[str, str, str]]
) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """The very versions by which it was decided; those that are kept nowhere are named."""
    rows: list[dict[str, Any]] = []
    unkept: list[dict[str, str]] = []
    for name, digest, version in sorted(decided):
        texts = _texts(name, digest)
        if texts is None:
            unkept.append({"name": name, "digest": digest, "version": version})
            continue
        path = f"rules/{name}-{digest[:12]}"
        if any(row["path"] == path for row in rows):
            continue
        for file, content in sorted(texts.items()):
            pack.put(f"{path}/{file}", [content])
        rows.append(
            {
                "name": name,
                "digest": digest,
                "version": version,
                "path": path,
                "files": sorted(texts),
            }
        )
    return rows, unkept


def _texts(name: str, digest: str) -> dict[str, bytes] | None:
    """The files of that version: as the rule book keeps them, else as they came with the program."""
    kept = PackVersion.objects.filter(name=name, digest=digest, state="published").first()
    if kept:
        found: dict[str, bytes] = kept.files
        return found
    try:
        shipped = packs.texts_of(name)
    except packs.PackUnreadable:
        return None
    return dict(shipped) if packs.digest_of(name, shipped) == digest else None


def _anchors(pack: Pack, bundle: Bundle) -> list[dict[str, Any]]:
    """The signed days that know a head of this case, each with the way from it to the day's root."""
    rows: list[dict[str, Any]] = []
    leaves = AnchorLeaf.objects.filter(case=bundle.case, number__lte=bundle.events)
    for leaf in leaves.select_related("anchor").order_by("anchor__day"):
        if leaf.anchor.made_at > bundle.asked_at:
            continue
        day = leaf.anchor.day.isoformat()
        folder = anchoring.home()
        if not (folder / f"{day}.json").exists():
            continue
        base = f"anchors/{day}"
        pack.put(f"{base}.json", [(folder / f"{day}.json").read_bytes()])
        pack.put(f"{base}.sig", [(folder / f"{day}.sig").read_bytes()])
        proof = json.dumps(anchoring.proof_of(day, leaf.place), indent=1, sort_keys=True)
        pack.put(f"{base}.proof.json", [proof.encode()])
        rows.append(
            {
                "day": day, "path": f"{base}.json", "signature": f"{base}.sig",
                "proof": f"{base}.proof.json", "key": keys.HOUSE,
            }
        )  # fmt: skip
    return rows
