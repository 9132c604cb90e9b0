"""Changing a pack's text: the old value ends, the new one begins; every other line stays as it is."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from compliance.fault import Fault, named_field
from compliance.parsing import PACK_FILE

Texts = Mapping[str, bytes]
_HEADING = re.compile(r"^\[\[value\]\]\s*(#.*)?$")
_TABLE = re.compile(r"^\[value\.")
_VERSION = re.compile(r'(?m)^version\s*=\s*"[^"]*"')
_BARE = re.compile(r"^[A-Za-z0-9_-]+$")


class CannotChange(Exception):
    """The text cannot be changed so; the fault says why."""

    def __init__(self, code: str, /, **parts: Any) -> None:
        self.fault = Fault(code, **parts)
        super().__init__(self.fault)


@dataclass(frozen=True, slots=True)
class Written:
    """One value as it stands in a file: which one of the file's, its table, and its lines."""

    file: str
    number: int
    table: Mapping[str, Any]
    first: int
    end: int  # the line after its last


def written_in(texts: Texts) -> list[Written]:
    """Every value of the pack with the place at which it is written."""
    return [
        one for file in sorted(texts) if file != PACK_FILE for one in _of_file(file, texts[file])
    ]


def written_at(texts: Texts, file: str, number: int) -> Written:
    """The value of that number in that file; raises ``CannotChange``."""
    found = (
        next((one for one in _of_file(file, texts[file]) if one.number == number), None)
        if (file in texts and file != PACK_FILE)
        else None
    )
    if found is None:
        raise CannotChange("no_value_there", file=file, number=number)
    return found


def _of_file(file: str, content: bytes) -> list[Written]:
    tables = tomllib.loads(content.decode()).get("value", [])
    lines = content.decode().splitlines()
    starts = [number for number, line in enumerate(lines) if _HEADING.match(line)]
    if len(starts) != len(tables):
        raise CannotChange("not_by_lines", file=file)
    found = []
    for number, (first, table) in enumerate(zip(starts, tables, strict=True), 1):
        end = starts[number] if number < len(starts) else len(lines)
        while end > first + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
            end -= 1  # blank lines and comments above the next value belong to that one
        found.append(Written(file, number, table, first, end))
    return found


def with_version(texts: Texts, version: str) -> dict[str, bytes]:
    """The pack under that version."""
    head = texts[PACK_FILE].decode()
    if not _VERSION.search(head):
        raise CannotChange("head_lacks", file=PACK_FILE, name=named_field("version"))
    head = _VERSION.sub(lambda _: f"version = {json.dumps(version, ensure_ascii=False)}", head, 1)
    return {**texts, PACK_FILE: head.encode()}


def with_change(
    texts: Texts, *, file: str, number: int, since: date, changes: Mapping[str, Any]
) -> dict[str, bytes]:
    """The pack with this value ended on the day before ``since`` and a changed one from then on.

    A value that begins on that very day is changed where it stands. Whoever checked the old one has
    not checked the new, unless ``changes`` says so. ``changes`` are figures, words and source by their names in the file.
    """
    old = written_at(texts, file, number)
    begins = _begins(old)
    if since < begins:
        raise CannotChange("begins_later", row=old.table.get("id"), day=begins)
    kept = {n: part for n, part in old.table.items() if n not in ("checked_by", "checked_on")}
    table = {**kept, **changes, "since": since}
    lines = texts[file].decode().splitlines()
    if since == begins:
        lines[old.first : old.end] = value_lines(table)
    else:
        _must_hold_on(old, since)
        lines[old.end : old.end] = ["", *value_lines(table)]
        _end(lines, old, since - timedelta(days=1))
    return {**texts, file: _joined(lines)}


def with_end(texts: Texts, *, file: str, number: int, until: date) -> dict[str, bytes]:
    """The pack with this value ended on that day, and nothing in its place."""
    old = written_at(texts, file, number)
    if until < _begins(old):
        raise CannotChange("begins_later", row=old.table.get("id"), day=_begins(old))
    _must_hold_on(old, until)
    lines = texts[file].decode().splitlines()
    _end(lines, old, until)
    return {**texts, file: _joined(lines)}


def with_check(
    texts: Texts, *, file: str, number: int, checked_by: str, checked_on: date
) -> dict[str, bytes]:
    """The pack with a word of who compared this value with its source, and when; the value stays."""
    one = written_at(texts, file, number)
    lines = texts[file].decode().splitlines()
    for name, told in (("checked_on", checked_on), ("checked_by", checked_by)):
        _set(lines, one, name, told, after="source")
    return {**texts, file: _joined(lines)}


def with_value(texts: Texts, *, file: str, table: Mapping[str, Any]) -> dict[str, bytes]:
    """The pack with one more value at the end of that file, which is begun if there is none."""
    before = texts[file].decode().rstrip().splitlines() if file in texts else []
    return {**texts, file: _joined([*before, *([""] if before else []), *value_lines(table)])}


def without_value(texts: Texts, *, file: str, number: int) -> dict[str, bytes]:
    """The pack without a value that a draft has begun; what stood before it is written as it stands."""
    one = written_at(texts, file, number)
    lines = texts[file].decode().splitlines()
    del lines[one.first : one.end]
    text = _joined("\n".join(lines).strip().splitlines())
    left = {name: content for name, content in texts.items() if name != file}
    return {**left, file: text} if b"[[value]]" in text else left


def with_source(texts: Texts, *, code: str, source: Mapping[str, Any]) -> dict[str, bytes]:
    """The pack with one more source that its values may cite."""
    head = texts[PACK_FILE].decode().rstrip().splitlines()
    given = {name: part for name, part in source.items() if part not in ("", None)}
    head += ["", f"[source.{_key(code)}]", *(f"{_key(k)} = {toml(v)}" for k, v in given.items())]
    return {**texts, PACK_FILE: _joined(head)}


def new_pack(name: str, *, version: str, **head: Any) -> dict[str, bytes]:
    """The first file of a pack that nobody has written yet: its head, without a source or a value."""
    plain = {"name": name, "version": version}
    plain |= {key: part for key, part in head.items() if not isinstance(part, Mapping)}
    lines = [f"{_key(key)} = {toml(part)}" for key, part in plain.items()]
    for key, part in head.items():
        if isinstance(part, Mapping):
            lines += ["", f"[{_key(key)}]", *(f"{_key(k)} = {toml(v)}" for k, v in part.items())]
    return {PACK_FILE: _joined(lines)}


def _begins(old: Written) -> date:
    begins = old.table.get("since")
    if not isinstance(begins, date):
        raise CannotChange("no_line", row=old.table.get("id"), name=named_field("since"))
    return begins


def _must_hold_on(old: Written, day: date) -> None:
    until = old.table.get("until")
    if isinstance(until, date) and until < day:
        raise CannotChange("ended_already", row=old.table.get("id"), day=until)


def _end(lines: list[str], old: Written, until: date) -> None:
    """Write the last day beneath the first; a day that stands there is replaced."""
    _set(lines, old, "until", until, after="since")


def _set(lines: list[str], one: Written, name: str, figure: Any, *, after: str) -> None:
    """Write this figure of the value, in place of the one that stands there or below another line."""
    own = range(one.first + 1, one.end)
    head = [n for n in own if not any(_TABLE.match(lines[m]) for m in range(one.first, n + 1))]
    written = f"{name} = {toml(figure)}"
    for line in head:
        if re.match(rf"^{name}\s*=", lines[line]):
            lines[line] = written
            return
    place = next((n for n in head if re.match(rf"^{after}\s*=", lines[n])), None)
    if place is None:
        raise CannotChange("no_line", row=one.table.get("id"), name=named_field(after))
    lines.insert(place + 1, written)


def _joined(lines: Sequence[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def value_lines(table: Mapping[str, Any]) -> list[str]:
    """A value as lines of TOML, in the order in which people write one."""
    lines = ["[[value]]"]
    plain = {name: part for name, part in table.items() if name not in ("says", "remedy")}
    order = [name for name in ("id", "rule", "since", "until") if name in plain]
    lines += [
        f"{_key(name)} = {toml(plain[name])}"
        for name in [*order, *(name for name in plain if name not in order)]
        if plain[name] not in ("", None)
    ]
    for name in ("says", "remedy"):
        texts = table.get(name) or {}
        own = {key: part for key, part in texts.items() if isinstance(part, str)}
        if own:
            lines += [f"[value.{name}]", *(f"{_key(k)} = {toml(v)}" for k, v in own.items())]
        for variant, part in texts.items():
            if isinstance(part, Mapping):
                lines.append(f"[value.{name}.{_key(variant)}]")
                lines += [f"{_key(k)} = {toml(v)}" for k, v in part.items()]
    return lines


def toml(figure: Any) -> str:
    """One figure or text as TOML writes it."""
    if isinstance(figure, bool):
        return "true" if figure else "false"
    if isinstance(figure, str):
        return json.dumps(figure, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(figure, date | time):
        return figure.isoformat()
    if isinstance(figure, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {toml(v)}" for k, v in figure.items()) + " }"
    if isinstance(figure, list | tuple):
        return "[" + ", ".join(toml(part) for part in figure) + "]"
    return str(figure)


def _key(name: str) -> str:
    return name if _BARE.match(name) else toml(name)
