"""Rule packs: dated values with their sources, read from TOML once and checked to the letter."""

import hashlib
import itertools
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Any

from compliance import effects, wording
from compliance.entry import COLLECTORS, CREDITORS, Entry
from compliance.rule import RULES
from compliance.shelf import Edition, Pack, PackUnreadable, Shelf, strictest_of
from compliance.tightening import loosened
from compliance.values import KEYS
from compliance.verdict import Citation, Force, Severity
from compliance.words import LANGUAGES

HOME = Path(__file__).parent / "packs"
PACK_FILE = "pack.toml"
NO_SUCH = "there is no such pack"
CONFIDENCES = ("high", "medium", "low")
DEBTS = ("consumer_loan", "credit_card", "private_loan", "business_loan")

_PACK_FIELDS = {
    "name", "version", "jurisdiction", "title", "about", "source", "tightens", "applies",
}  # fmt: skip
_MAY_LACK = {"source", "tightens", "applies"}
_APPLIES_FIELDS = {
    "country": str, "countries": list, "region": str, "localities": list, "collectors": list,
    "creditors": list, "debts": list, "short": bool,
}  # fmt: skip
_SOURCE_FIELDS = {"title", "title_zh", "url"}
_COMMON_FIELDS = {
    "id", "rule", "since", "until", "severity", "force", "confidence", "source", "article",
    "article_zh", "url", "checked_by", "checked_on", "note", "actions", "binds", "only_for",
    "binds_collectors", "only_by",
    "keys", "says", "remedy",
}  # fmt: skip


_by_digest: dict[str, Pack] = {}
_home: list[Path] = [HOME]
_finders: list[Callable[[str], Pack | None]] = []


def shelf() -> Shelf:
    """The packs as they stand now."""
    return _shelf[0]


def shelve(
    published: Mapping[str, Sequence[Edition]], lost: Mapping[str, PackUnreadable] | None = None
) -> None:
    """Put the versions that were published beside the files, in place of those put there before."""
    _shelf[0] = Shelf(_from_files, published, lost)


def load(name: str, on: date | None = None) -> Pack:
    """The version of the pack that counts on that day; the newest, if none is given.

    Raises ``PackUnreadable``.
    """
    return shelf().on(name, on or date.max)


def refresh(home: Path | None = None) -> None:
    """Look at the files again (or at those of another folder); what did not change stays."""
    if home is not None:
        _home[0] = home
    _shelf[0] = Shelf(_from_files, shelf().published, shelf().lost)


def names() -> list[str]:
    """The packs that lie in the folder."""
    return sorted(path.parent.name for path in _home[0].glob(f"*/{PACK_FILE}"))


def read(folder: Path) -> Pack:
    """Read a pack from its folder; the same bytes are parsed only once."""
    return parse(folder.name, texts_in(folder))


def texts_in(folder: Path) -> dict[str, bytes]:
    """The files of a pack as they lie in the folder; raises ``PackUnreadable``."""
    files = sorted(folder.glob("*.toml"))
    if folder / PACK_FILE not in files:
        raise PackUnreadable(folder.name, [NO_SUCH])
    try:
        return {file.name: file.read_bytes() for file in files}
    except OSError as error:
        raise PackUnreadable(folder.name, [f"cannot be read: {error.strerror}"]) from error


def texts_of(name: str) -> dict[str, bytes]:
    """The files of the pack's first version, the one that came with the program."""
    if not _plain_name(name):
        raise PackUnreadable(name, [NO_SUCH])
    return texts_in(_home[0] / name)


def digest_of(name: str, texts: Mapping[str, bytes]) -> str:
    """The SHA-256 by which a version is known for ever, over its files and their names."""
    digest = hashlib.sha256()
    for file, content in sorted(texts.items()):
        digest.update(f"{name}/{file}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def parse(name: str, texts: Mapping[str, bytes]) -> Pack:
    """The pack that these files are; raises ``PackUnreadable`` with every fault in a sentence."""
    texts = dict(sorted(texts.items()))
    digest = digest_of(name, texts)
    known = _by_digest.get(digest)
    if known is None:
        known = _by_digest[digest] = _parse(name, texts, digest)
    return known


def find_by(finder: Callable[[str], Pack | None]) -> None:
    """Have versions that this process has not read itself looked up there, by their digest."""
    if finder not in _finders:
        _finders.append(finder)


def by_digest(digest: str) -> Pack | None:
    """The very version of that digest, however old; None if nobody has kept it."""
    for name in names():
        with suppress(PackUnreadable):
            shelf().editions(name)
    known = _by_digest.get(digest)
    found = (finder(digest) for finder in _finders)
    return known or next((pack for pack in found if pack and pack.digest == digest), None)


def values_of(pack_names: Iterable[str], key: str, day: date) -> list[Any]:
    """What each pack gives under this key on that day; a pack that cannot be read gives nothing."""
    return shelf().values_of(pack_names, key, day)


def strictest(pack_names: Iterable[str], key: str, day: date) -> Any:
    """The strictest of these values; None if no pack gives one."""
    return strictest_of(values_of(pack_names, key, day), key)


def entries_under(pack_names: Iterable[str], key: str, day: date) -> list[Entry]:
    """The values themselves that give something under this key on that day; raises ``PackUnreadable``."""
    if key not in KEYS:
        raise KeyError(key)
    return [
        entry
        for name in dict.fromkeys(pack_names)
        for entry in load(name, day).entries
        if key in entry.keys and entry.in_force_on(day)
    ]


def describe(name: str, on: date | None = None) -> tuple[Entry, ...]:
    """Every value of a pack, by topic and in time, for a person to read."""
    return load(name, on).entries


def _from_files(name: str) -> Pack:
    return parse(name, texts_of(name))


_shelf: list[Shelf] = [Shelf(_from_files)]


def problems(home: Path | None = None) -> list[str]:
    """What is wrong with the packs in the folder, one sentence each; nothing when all is well."""
    folder = home or _home[0]
    found: list[str] = []
    asked: set[str] = set()
    read_packs: dict[str, Pack] = {}
    for place in sorted(folder.iterdir()) if folder.is_dir() else []:
        if place.name.startswith((".", "_")):
            continue
        if not place.is_dir():
            found.append(f"{place.name} lies beside the packs; nobody reads it")
            continue
        found += [
            f"{place.name}/{file.name} is not read: packs hold .toml files only"
            for file in sorted(place.iterdir())
            if file.suffix != ".toml"
        ]
        try:
            pack = read(place)
        except PackUnreadable as unreadable:
            found += [f"{place.name}: {why}" for why in unreadable.why]
            continue
        asked |= {entry.rule for entry in pack.entries}
        read_packs[pack.name] = pack
    found += [fault for pack in read_packs.values() for fault in loosened(pack, read_packs)]
    if home is None and not found:
        found += [f"the rule {name} is asked by no pack" for name in sorted(RULES.keys() - asked)]
    return found


class _Trouble(Exception):
    """One thing that is wrong with an entry."""


def _parse(name: str, texts: Mapping[str, bytes], digest: str) -> Pack:
    tables: dict[str, dict[str, Any]] = {}
    why: list[str] = []
    for file, content in texts.items():
        try:
            tables[file] = tomllib.loads(content.decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            why.append(f"{file} cannot be read: {error}")
    if why:
        raise PackUnreadable(name, why)
    head = tables.pop(PACK_FILE)
    why += _of_head(name, head)
    if why:
        raise PackUnreadable(name, why)
    entries: list[Entry] = []
    for file, table in tables.items():
        topic = file.removesuffix(".toml")
        why += [f"{file} has an unknown table [{extra}]" for extra in table.keys() - {"value"}]
        for number, raw in enumerate(_values(table), 1):
            label = f"{file}: {raw.get('id', f'value {number}')}"
            try:
                entries.append(_entry(head, topic, raw))
            except _Trouble as trouble:
                why.append(f"{label} {trouble}")
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                why.append(f"{label} is not written as a value ({error})")
    why += _overlaps(entries)
    if not entries and not why:
        why.append("holds no values")
    if why:
        raise PackUnreadable(name, why)
    entries.sort(key=lambda entry: (entry.topic, entry.id, entry.rule, entry.since))
    return Pack(
        name=name,
        version=head["version"],
        jurisdiction=head["jurisdiction"],
        title=MappingProxyType(head["title"]),
        about=MappingProxyType(head["about"]),
        entries=tuple(entries),
        digest=digest,
        tightens=tuple(_tightens(head)),
        applies=MappingProxyType(head.get("applies", {})),
    )


def _tightens(head: Mapping[str, Any]) -> list[Any]:
    """The packs that this one may make stricter, written as one name or as a list of them."""
    given = head.get("tightens", [])
    return given if isinstance(given, list) else [given]


def _values(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The [[value]] tables of a file; what is written otherwise comes back to be complained of."""
    values = table.get("value", [])
    return [one if isinstance(one, dict) else {} for one in values]


def _of_head(name: str, head: Mapping[str, Any]) -> Iterator[str]:
    for missing in sorted(_PACK_FIELDS - _MAY_LACK - head.keys()):
        yield f"{PACK_FILE} says no {missing}"
    for extra in sorted(head.keys() - _PACK_FIELDS):
        yield f"{PACK_FILE} has an unknown field {extra}"
    if head.get("name", name) != name:
        yield f"{PACK_FILE} calls it {head['name']}"
    if not all(isinstance(one, str) and one != name for one in _tightens(head)):
        yield f"{PACK_FILE} needs the names of other packs for tightens"
    if not str(head.get("version", "1")).strip() or not isinstance(head.get("version", ""), str):
        yield f"{PACK_FILE} needs a version, as a string"
    for texts in ("title", "about"):
        if texts in head and not _bilingual(head[texts]):
            yield f"{PACK_FILE} needs its {texts} in English and Chinese"
    yield from _of_applies(head.get("applies", {}))
    for source, given in head.get("source", {}).items():
        if not {"title", "title_zh"} <= given.keys() <= _SOURCE_FIELDS:
            yield f"{PACK_FILE}: the source {source} needs title and title_zh, may have url"


def _of_applies(given: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the table that says where a pack holds."""
    for name, value in given.items():
        if type(value) is not _APPLIES_FIELDS.get(name):
            yield f"{PACK_FILE}: [applies] has {name} = {value!r}, which nobody understands"
    if given and not (given.get("country") or given.get("countries")):
        yield f"{PACK_FILE}: [applies] names no country"
    known = (("collectors", COLLECTORS), ("creditors", CREDITORS), ("debts", DEBTS))
    for name, choices in known:
        if not set(given.get(name, ())) <= set(choices):
            yield f"{PACK_FILE}: [applies] has {name} that nobody knows"


def _entry(head: Mapping[str, Any], topic: str, raw: Mapping[str, Any]) -> Entry:
    for needed in ("id", "since", "force", "confidence"):
        if not raw.get(needed):
            raise _Trouble(f"says no {needed}")
    rule = RULES.get(raw.get("rule", ""))
    if raw.get("rule") and rule is None:
        raise _Trouble(f"names the rule {raw['rule']}, which does not exist")
    if rule is None and not raw.get("keys"):
        raise _Trouble("is asked by no rule and has no key under which it could be asked for")
    since, until = _day(raw, "since"), _day(raw, "until")
    if since is None or (until and until < since):
        raise _Trouble("ends before it begins")
    if rule is None and (raw.get("says") or raw.get("remedy")):
        raise _Trouble("has words, but no rule that would speak them")
    takes = rule.takes if rule else {}
    fields = {name: part for name, part in raw.items() if name not in _COMMON_FIELDS}
    for name, faults_of in (("phrases", wording.faults), ("effects", effects.faults)):
        for fault in faults_of(fields[name]) if name in fields else ():
            raise _Trouble(fault)
    if rule:
        _check_fields(fields, takes)
        _check_words(raw, rule.says)
    severity = raw.get("severity", "block" if rule is None else "")
    actions = raw.get("actions")
    if actions is not None and not (rule and actions and set(actions) <= rule.answers):
        raise _Trouble(f"is put to actions that its rule does not answer: {actions}")
    for name in ("binds", "only_for"):
        if not set(raw.get(name, ())) <= set(CREDITORS):
            raise _Trouble(f"has an unknown kind of creditor under {name}")
    for name in ("binds_collectors", "only_by"):
        if not set(raw.get(name, ())) <= set(COLLECTORS):
            raise _Trouble(f"has somebody who does not collect under {name}")
    checked_on = _day(raw, "checked_on")
    if bool(raw.get("checked_by")) != bool(checked_on):
        raise _Trouble("says by whom it was checked, or when, but not both")
    if raw["confidence"] not in CONFIDENCES:
        raise _Trouble(f"has a confidence other than {', '.join(CONFIDENCES)}")
    return Entry(
        pack=head["name"],
        version=head["version"],
        topic=topic,
        id=raw["id"],
        rule=raw.get("rule", ""),
        since=since,
        until=until,
        severity=_choice(Severity, severity, "severity"),
        force=_choice(Force, raw["force"], "force"),
        citation=_citation(head, raw),
        confidence=raw["confidence"],
        checked_by=raw.get("checked_by", ""),
        checked_on=checked_on,
        note=raw.get("note", ""),
        actions=frozenset(actions or (rule.answers if rule else ())),
        binds=frozenset(raw.get("binds", ())),
        only_for=frozenset(raw.get("only_for", ())),
        binds_collectors=frozenset(raw.get("binds_collectors", ())),
        only_by=frozenset(raw.get("only_by", ())),
        keys=MappingProxyType(_keys(raw, fields)),
        fields=MappingProxyType(fields),
        says=_variants(raw.get("says", {})),
        remedies=_variants(raw.get("remedy", {})),
    )


def _citation(head: Mapping[str, Any], raw: Mapping[str, Any]) -> Citation:
    source = head.get("source", {}).get(raw.get("source", ""))
    if source is None:
        given = raw.get("source")
        raise _Trouble(
            f"cites {given}, which pack.toml does not list" if given else "has no citation"
        )
    return Citation(
        title=source["title"],
        title_zh=source["title_zh"],
        article=raw.get("article", ""),
        url=raw.get("url", source.get("url", "")),
        article_zh=raw.get("article_zh", ""),
    )


def _keys(raw: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for key, name in raw.get("keys", {}).items():
        if key not in KEYS:
            raise _Trouble(f"has the key {key}, for which nobody asks")
        if name not in fields:
            raise _Trouble(f"has no field {name} for its key {key}")
        if not isinstance(fields[name], KEYS[key].kind):
            raise _Trouble(f"needs {KEYS[key].kind.__name__} for its key {key}")
        for fault in KEYS[key].faults(fields[name]):
            raise _Trouble(fault)
        found[key] = fields[name]
    return found


def _check_fields(fields: Mapping[str, Any], takes: Mapping[str, type]) -> None:
    for name, kind in takes.items():
        if name not in fields:
            raise _Trouble(f"has no {name}")
        right = type(fields[name]) is kind or (kind is object)
        if not right:
            raise _Trouble(f"needs {kind.__name__} for {name}, not {fields[name]!r}")
    for extra in fields.keys() - takes.keys():
        raise _Trouble(f"has a field {extra}, which its rule does not know")


def _check_words(raw: Mapping[str, Any], says: Mapping[str, tuple[str, ...]]) -> None:
    given = _variants(raw.get("says", {}))
    for variant in says.keys() ^ given.keys():
        raise _Trouble(f"{'lacks' if variant in says else 'has unknown'} words: says.{variant}")
    remedies = _variants(raw.get("remedy", {}))
    if "" not in remedies or not remedies.keys() <= says.keys():
        raise _Trouble("needs a remedy for what it says")
    for kind, table in (("says", given), ("remedy", remedies)):
        for variant, texts in table.items():
            if not _bilingual(texts):
                raise _Trouble(f"needs {kind} in English and Chinese")
            allowed = set(says[variant]) if kind == "says" or variant else _shared(says)
            for text in texts.values():
                extra = _placeholders(text) - allowed
                if extra:
                    raise _Trouble(f"shows a figure that its rule does not give: {sorted(extra)}")


def _shared(says: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The figures that every message has: the common remedy may stand beside any of them."""
    return set.intersection(*(set(figures) for figures in says.values()))


def _placeholders(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise _Trouble(f"has broken braces: {text}") from error


def _variants(texts: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    plain = {name: text for name, text in texts.items() if isinstance(text, str)}
    found = {name: part for name, part in texts.items() if isinstance(part, dict)}
    return {**({"": plain} if plain else {}), **found}


def _overlaps(entries: Iterable[Entry]) -> Iterator[str]:
    """Two values of the same row at the same time: nobody could say which one holds."""
    rows: dict[tuple[Any, ...], list[Entry]] = {}
    for entry in entries:
        row = (
            entry.id,
            entry.rule,
            entry.only_for,
            entry.only_by,
            entry.actions,
            tuple(sorted(entry.keys)),
        )
        rows.setdefault(row, []).append(entry)
    for (row, *_), dated in rows.items():
        dated.sort(key=lambda entry: entry.since)
        for earlier, later in itertools.pairwise(dated):
            if earlier.until is None or earlier.until >= later.since:
                yield f"{row} has two values on {later.since}: end the older one first"


def _day(raw: Mapping[str, Any], name: str) -> date | None:
    given = raw.get(name)
    if given in (None, ""):
        return None
    if type(given) is not date:
        raise _Trouble(f"needs a date for {name}, such as 2026-01-30")
    return given


def _choice(kind: Any, given: str, name: str) -> Any:
    try:
        return kind(given)
    except ValueError:
        options = ", ".join(kind)
        raise _Trouble(f"has the {name} {given!r}; it is one of {options}") from None


def _bilingual(texts: Any) -> bool:
    return isinstance(texts, dict) and all(str(texts.get(code, "")).strip() for code in LANGUAGES)


def _plain_name(name: str) -> bool:
    return bool(name) and name.replace("-", "").isalnum() and name.isascii()
