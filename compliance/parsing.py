"""A pack's files read to the letter: every value with its source, its words and its dates, or what is wrong."""

import itertools
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from string import Formatter
from types import MappingProxyType
from typing import Any

from compliance import effects, wording
from compliance.entry import COLLECTORS, CREDITORS, Entry
from compliance.fault import Fault, both, kind_name, named_field
from compliance.rule import RULES
from compliance.shelf import Pack, PackUnreadable
from compliance.values import KEYS
from compliance.verdict import Citation, Force, Severity
from compliance.words import LANGUAGES

PACK_FILE = "pack.toml"
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
_SOURCE_FIELDS = {
    "title", "title_zh", "url", "force", "confidence", "checked_by", "checked_on",
    "first_day",
}  # fmt: skip
_COMMON_FIELDS = {
    "id", "rule", "since", "until", "severity", "force", "confidence", "source", "article",
    "article_zh", "url", "checked_by", "checked_on", "note", "actions", "binds", "only_for",
    "binds_collectors", "only_by",
    "keys", "says", "remedy",
}  # fmt: skip


class _Trouble(Exception):
    """One thing that is wrong with an entry."""

    def __init__(self, code: str | Fault, /, **parts: Any) -> None:
        self.fault = code if isinstance(code, Fault) else Fault(code, **parts)
        super().__init__(self.fault)


def parsed(name: str, texts: Mapping[str, bytes], digest: str, *, begun: bool = False) -> Pack:
    """The pack that these files are; raises ``PackUnreadable`` with every fault in a sentence.

    One that has only been begun may lack its first value; it can judge nothing yet.
    """
    tables: dict[str, dict[str, Any]] = {}
    why: list[Fault] = []
    for file, content in texts.items():
        try:
            tables[file] = tomllib.loads(content.decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            why.append(Fault("file_unread", file=file, why=error))
    if why:
        raise PackUnreadable(name, why)
    head = tables.pop(PACK_FILE)
    why += _of_head(name, head)
    if why:
        raise PackUnreadable(name, why)
    entries: list[Entry] = []
    for file, table in tables.items():
        topic = file.removesuffix(".toml")
        why += [
            Fault("unknown_table", file=file, extra=extra) for extra in table.keys() - {"value"}
        ]
        for number, raw in enumerate(_values(table), 1):
            place = _place(file, raw, number)
            try:
                entries.append(_entry(head, topic, raw))
            except _Trouble as trouble:
                why.append(Fault("of_value", place=place, fault=trouble.fault))
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                why.append(Fault("not_a_value", place=place, why=error))
    why += _overlaps(entries)
    if not entries and not why and not begun:
        why.append(Fault("no_values"))
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
        sources=MappingProxyType(head.get("source", {})),
    )


def _tightens(head: Mapping[str, Any]) -> list[Any]:
    """The packs that this one may make stricter, written as one name or as a list of them."""
    given = head.get("tightens", [])
    return given if isinstance(given, list) else [given]


def _place(file: str, raw: Mapping[str, Any], number: int) -> dict[str, str]:
    """Where a value is written, to be told beside what is wrong with it."""
    row = raw.get("id")
    return both(f"{file}: {row or f'value {number}'}", f"{file}：{row or f'第 {number} 项'}")


def _values(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The [[value]] tables of a file; what is written otherwise comes back to be complained of."""
    values = table.get("value", [])
    return [one if isinstance(one, dict) else {} for one in values]


def _of_head(name: str, head: Mapping[str, Any]) -> Iterator[Fault]:
    for missing in sorted(_PACK_FIELDS - _MAY_LACK - head.keys()):
        yield Fault("head_lacks", file=PACK_FILE, name=named_field(missing))
    for extra in sorted(head.keys() - _PACK_FIELDS):
        yield Fault("head_extra", file=PACK_FILE, name=extra)
    if head.get("name", name) != name:
        yield Fault("head_other_name", file=PACK_FILE, name=head["name"])
    if not all(isinstance(one, str) and one != name for one in _tightens(head)):
        yield Fault("head_tightens", file=PACK_FILE)
    if not str(head.get("version", "1")).strip() or not isinstance(head.get("version", ""), str):
        yield Fault("head_version", file=PACK_FILE)
    for texts in ("title", "about"):
        if texts in head and not _bilingual(head[texts]):
            yield Fault("head_texts", file=PACK_FILE, name=named_field(texts))
    yield from _of_applies(head.get("applies", {}))
    for source, given in head.get("source", {}).items():
        if not {"title", "title_zh"} <= given.keys() <= _SOURCE_FIELDS:
            yield Fault("head_source", file=PACK_FILE, source=source)
        else:
            yield from _of_source(source, given)


def _of_source(source: str, given: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with what is known of a source itself."""
    for name, options in (("force", tuple(Force)), ("confidence", CONFIDENCES)):
        if given.get(name, options[0]) not in options:
            yield Fault(
                "source_force", file=PACK_FILE, source=source, name=named_field(name),
                given=given[name], options=", ".join(options),
            )  # fmt: skip
    checked_on = given.get("checked_on")
    if bool(given.get("checked_by")) != (type(checked_on) is date):
        yield Fault("source_half_checked", file=PACK_FILE, source=source)
    if "first_day" in given and not _bilingual(given["first_day"]):
        yield Fault("head_first_day", file=PACK_FILE, source=source)


def _of_applies(given: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with the table that says where a pack holds."""
    for name, value in given.items():
        if type(value) is not _APPLIES_FIELDS.get(name):
            yield Fault("applies_unknown", file=PACK_FILE, name=name, value=value)
    if given and not (given.get("country") or given.get("countries")):
        yield Fault("applies_nowhere", file=PACK_FILE)
    known = (("collectors", COLLECTORS), ("creditors", CREDITORS), ("debts", DEBTS))
    for name, choices in known:
        if not set(given.get(name, ())) <= set(choices):
            yield Fault("applies_nobody", file=PACK_FILE, name=name)


def _entry(head: Mapping[str, Any], topic: str, raw: Mapping[str, Any]) -> Entry:
    for needed in ("id", "since", "force", "confidence"):
        if not raw.get(needed):
            raise _Trouble("says_no", name=named_field(needed), field=needed)
    rule = RULES.get(raw.get("rule", ""))
    if raw.get("rule") and rule is None:
        raise _Trouble("no_such_rule", rule=raw["rule"])
    if rule is None and not raw.get("keys"):
        raise _Trouble("asked_by_nobody")
    since, until = _day(raw, "since"), _day(raw, "until")
    if since is None or (until and until < since):
        raise _Trouble("ends_early", field="until")
    if rule is None and (raw.get("says") or raw.get("remedy")):
        raise _Trouble("words_without_rule")
    takes = rule.takes if rule else {}
    fields = {name: part for name, part in raw.items() if name not in _COMMON_FIELDS}
    for name, faults_of in (("phrases", wording.faults), ("effects", effects.faults)):
        for fault in faults_of(fields[name]) if name in fields else ():
            raise _Trouble("plain", fault=fault, field=name)
    if rule:
        _check_fields(fields, takes)
        _check_words(raw, rule.says)
    severity = raw.get("severity", "block" if rule is None else "")
    actions = raw.get("actions")
    if actions is not None and not (rule and actions and set(actions) <= rule.answers):
        raise _Trouble("wrong_actions", actions=actions, field="actions")
    for name in ("binds", "only_for"):
        if not set(raw.get(name, ())) <= set(CREDITORS):
            raise _Trouble("unknown_creditor", name=named_field(name), field=name)
    for name in ("binds_collectors", "only_by"):
        if not set(raw.get(name, ())) <= set(COLLECTORS):
            raise _Trouble("unknown_collector", name=named_field(name), field=name)
    checked_on = _day(raw, "checked_on")
    if bool(raw.get("checked_by")) != bool(checked_on):
        raise _Trouble("half_checked", field="checked_by")
    if raw["confidence"] not in CONFIDENCES:
        raise _Trouble("unknown_confidence", options=", ".join(CONFIDENCES), field="confidence")
    force = _choice(Force, raw["force"], "force")
    return Entry(
        pack=head["name"],
        version=head["version"],
        topic=topic,
        id=raw["id"],
        rule=raw.get("rule", ""),
        since=since,
        until=until,
        severity=_choice(Severity, severity, "severity"),
        force=force,
        citation=_citation(head, raw),
        confidence=raw["confidence"],
        checked_by=raw.get("checked_by", ""),
        checked_on=checked_on,
        day_unsure=MappingProxyType(_day_unsure(head, raw, force)),
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
        if given:
            raise _Trouble("source_not_listed", source=given, field="source")
        raise _Trouble("no_citation", field="source")
    return Citation(
        title=source["title"],
        title_zh=source["title_zh"],
        article=raw.get("article", ""),
        url=raw.get("url", source.get("url", "")),
        article_zh=raw.get("article_zh", ""),
    )


def _day_unsure(head: Mapping[str, Any], raw: Mapping[str, Any], force: Force) -> dict[str, str]:
    """Why the first day of the value is not confirmed; of house policy the house knows the day."""
    if force is Force.POLICY:
        return {}
    return dict(head["source"][raw["source"]].get("first_day", {}))


def _keys(raw: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for key, name in raw.get("keys", {}).items():
        if key not in KEYS:
            raise _Trouble("unknown_key", key=key)
        if name not in fields:
            raise _Trouble("key_without_field", name=named_field(name), key=key, field=name)
        if not isinstance(fields[name], KEYS[key].kind):
            raise _Trouble("key_wrong_kind", kind=kind_name(KEYS[key].kind), key=key, field=name)
        for fault in KEYS[key].faults(fields[name]):
            raise _Trouble("plain", fault=fault, field=name)
        found[key] = fields[name]
    return found


def _check_fields(fields: Mapping[str, Any], takes: Mapping[str, type]) -> None:
    for name, kind in takes.items():
        if name not in fields:
            raise _Trouble("lacks_field", name=named_field(name), field=name)
        right = type(fields[name]) is kind or (kind is object)
        if not right:
            raise _Trouble(
                "wrong_kind", kind=kind_name(kind), name=named_field(name), given=fields[name],
                field=name,
            )  # fmt: skip
    for extra in fields.keys() - takes.keys():
        raise _Trouble("extra_field", name=named_field(extra), field=extra)


def _check_words(raw: Mapping[str, Any], says: Mapping[str, tuple[str, ...]]) -> None:
    given = _variants(raw.get("says", {}))
    for variant in says.keys() ^ given.keys():
        raise _Trouble("lacks_words" if variant in says else "extra_words", variant=variant)
    remedies = _variants(raw.get("remedy", {}))
    if "" not in remedies or not remedies.keys() <= says.keys():
        raise _Trouble("needs_remedy")
    for kind, table in (("says", given), ("remedy", remedies)):
        for variant, texts in table.items():
            if not _bilingual(texts):
                raise _Trouble("needs_both_tongues", name=named_field(kind))
            allowed = set(says[variant]) if kind == "says" or variant else _shared(says)
            for text in texts.values():
                extra = _placeholders(text) - allowed
                if extra:
                    names = both(
                        str(sorted(extra)), "、".join(f"{{{one}}}" for one in sorted(extra))
                    )
                    raise _Trouble("shows_unknown", names=names)


def _shared(says: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The figures that every message has: the common remedy may stand beside any of them."""
    return set.intersection(*(set(figures) for figures in says.values()))


def _placeholders(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise _Trouble("broken_braces", text=text) from error


def _variants(texts: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    plain = {name: text for name, text in texts.items() if isinstance(text, str)}
    found = {name: part for name, part in texts.items() if isinstance(part, dict)}
    return {**({"": plain} if plain else {}), **found}


def _overlaps(entries: Iterable[Entry]) -> Iterator[Fault]:
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
                yield Fault("overlap", row=row, day=later.since, field="since")


def _day(raw: Mapping[str, Any], name: str) -> date | None:
    given = raw.get(name)
    if given in (None, ""):
        return None
    if type(given) is not date:
        raise _Trouble("needs_day", name=named_field(name), field=name)
    return given


def _choice(kind: Any, given: str, name: str) -> Any:
    try:
        return kind(given)
    except ValueError:
        raise _Trouble(
            "not_a_choice", name=named_field(name), given=given, options=", ".join(kind), field=name
        ) from None


def _bilingual(texts: Any) -> bool:
    return isinstance(texts, dict) and all(str(texts.get(code, "")).strip() for code in LANGUAGES)
