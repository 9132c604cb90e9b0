"""Which packs apply to a case: where the debtor is, who the creditor is, who collects, for what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import compliance.rules  # noqa: F401 - without the functions no pack can be read
from compliance.packs import load, names
from compliance.places import names_of
from compliance.shelf import Pack, PackUnreadable

STRICT = "intl-strict"
"""What holds where no pack of the place exists, or where the one that exists is known to be short."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides on the packs; empty where it is not known.

    ``country`` and ``home`` (the creditor's own) are ISO 3166-1 codes, ``region`` is ISO 3166-2 without
    the country. ``chosen`` are the packs that compliance has set for the creditor.
    """

    country: str = ""
    region: str = ""
    locality: str = ""
    creditor_type: str = ""
    collector: str = ""
    debts: frozenset[str] = frozenset()
    chosen: tuple[str, ...] = ()
    home: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """Where it is, in words."""
        return names_of(self.country, self.region, self.locality)


@dataclass(frozen=True, slots=True)
class Applied:
    """One pack that applies, and why: in words of both languages."""

    pack: str
    why: Mapping[str, str]
    code: str  # place, chosen, no_country, no_pack, short


def packs_for(case: Situation) -> tuple[Applied, ...]:
    """The packs in their order, those of the place first, the creditor's own on top; never none.

    In the creditor's own country a list that compliance has set stands as it was set. Elsewhere, and
    where nothing was set, the place decides: packs of other places fall away, packs of the house stay.
    """
    if case.chosen and case.country and case.country == case.home:
        return tuple(Applied(name, _CHOSEN, "chosen") for name in dict.fromkeys(case.chosen))
    found = [pack for pack in _readable() if pack.applies and holds(pack.applies, case)]
    found.sort(key=_depth)
    applied = [Applied(pack.name, _words(_PLACE, case), "place") for pack in found]
    if not found:
        code, why = ("no_pack", _NO_PACK) if case.country else ("no_country", _NO_COUNTRY)
        applied.append(Applied(STRICT, _words(why, case), code))
    elif all(pack.applies.get("short") for pack in found):
        applied.append(Applied(STRICT, _words(_SHORT, case), "short"))
    listed = {one.pack for one in applied}
    applied += [
        Applied(name, _CHOSEN, "chosen")
        for name in dict.fromkeys(case.chosen)
        if name not in listed and _of_the_house(name, listed)
    ]
    return tuple(applied)


def holds(applies: Mapping[str, Any], case: Situation) -> bool:
    """Whether a pack with this table covers the case; what the table does not name does not matter."""
    countries = [*applies.get("countries", ()), *filter(None, [applies.get("country")])]
    if case.country not in countries:
        return False
    if applies.get("region") and applies["region"] != case.region:
        return False
    localities = applies.get("localities")
    if localities and case.locality.casefold() not in {one.casefold() for one in localities}:
        return False
    return (
        _among(applies.get("collectors"), [case.collector])
        and _among(applies.get("creditors"), [case.creditor_type])
        and _among(applies.get("debts"), case.debts)
    )


def left_out(case: Situation) -> tuple[str, ...]:
    """Packs of the place that a list set by compliance does not name, nor tightens."""
    if not (case.chosen and case.country and case.country == case.home):
        return ()
    packs = _readable()
    asked = {*case.chosen, *(one for p in packs if p.name in case.chosen for one in p.tightens)}
    return tuple(
        pack.name
        for pack in packs
        if pack.applies and pack.name not in asked and holds(pack.applies, case)
    )


def all_readable() -> bool:
    """Whether every pack can be read; while one cannot, nobody can say what applies where."""
    return len(_readable()) == len(names())


def _among(wanted: Any, given: Iterable[str]) -> bool:
    """Whether it fits; what is not known of the case counts as if it did, for that is the stricter."""
    known = [one for one in given if one]
    return not wanted or not known or any(one in wanted for one in known)


def _depth(pack: Pack) -> tuple[int, str]:
    """A country before its parts, those before their towns."""
    return (bool(pack.applies.get("region")) + bool(pack.applies.get("localities")), pack.name)


def _readable() -> list[Pack]:
    found = []
    for name in names():
        try:
            found.append(load(name))
        except PackUnreadable:
            continue
    return found


def _of_the_house(name: str, listed: set[str]) -> bool:
    """Whether it is no other place's pack, nor leans on one; what cannot be read stays, and refuses."""
    try:
        pack = load(name)
    except PackUnreadable:
        return True
    return not pack.applies and (not pack.tightens or bool(listed & set(pack.tightens)))


def _words(texts: Mapping[str, str], case: Situation) -> dict[str, str]:
    en, zh = case.place
    return {"en": texts["en"].format(place=en), "zh": texts["zh"].format(place=zh)}


_PLACE = {"en": "It holds where the debtor is: {place}.", "zh": "债务人所在地适用：{place}。"}
_CHOSEN = {"en": "Compliance has set it for this creditor.", "zh": "由合规人员为该债权人指定。"}
_NO_PACK = {
    "en": "There are no rules of this place yet ({place}), so the strict default holds.",
    "zh": "尚无该地（{place}）的规则，适用从严默认规则。",
}
_NO_COUNTRY = {
    "en": "It is not known in which country the debtor is, so the strict default holds.",
    "zh": "债务人所在国家或地区不明，适用从严默认规则。",
}
_SHORT = {
    "en": "The rules of this place are known in part only ({place}), so the strict default comes on top.",
    "zh": "该地（{place}）的规则仅掌握部分内容，同时适用从严默认规则。",
}
