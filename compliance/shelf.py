"""The packs side by side, each in its versions: which one holds is told by the day of the act."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from compliance.entry import Entry
from compliance.fault import Fault
from compliance.values import KEYS

T = TypeVar("T")
MOST_KEPT = 8192  # answers to the same question; the days of a year for many packs fit


class PackUnreadable(Exception):
    """A pack is missing or broken; whatever leans on it is refused until it is mended."""

    def __init__(self, name: str, why: Iterable[str]) -> None:
        self.name, self.why = name, list(why)
        super().__init__(f"{name}: {'; '.join(self.why)}")


class NoSuchPack(PackUnreadable):
    """Nobody has written a pack of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(name, [Fault("no_such_pack")])


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """A place's or a house's rules as one version.

    ``tightens`` are the packs that it may make stricter and never looser: they are asked with it.
    ``applies`` says where it holds by itself; a pack without it holds where it is chosen.
    ``sources`` are what its values may cite, with what is known of each itself.
    """

    name: str
    version: str
    jurisdiction: str
    title: Mapping[str, str]
    about: Mapping[str, str]
    entries: tuple[Entry, ...]
    digest: str
    tightens: tuple[str, ...] = ()
    applies: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of a pack and the day of the act from which it is the one that counts."""

    begins: date
    pack: Pack


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The packs that are asked on one day, each in the version of that day."""

    packs: tuple[Pack, ...]
    unreadable: tuple[PackUnreadable, ...]
    versions: Mapping[str, str]
    digests: Mapping[str, str]


class Shelf:
    """All packs at one moment of the house's life; it never changes, a new one takes its place.

    ``first`` reads the version that came with the program, in force since ever; ``published`` are
    the later ones of each pack. ``lost`` are packs whose versions cannot be trusted.
    """

    def __init__(
        self,
        first: Callable[[str], Pack],
        published: Mapping[str, Sequence[Edition]] | None = None,
        lost: Mapping[str, PackUnreadable] | None = None,
    ) -> None:
        self.first = first
        self.published = {
            name: tuple(sorted(editions, key=lambda edition: edition.begins))
            for name, editions in (published or {}).items()
        }
        self.lost = dict(lost or {})
        self._editions: dict[str, tuple[Edition, ...] | PackUnreadable] = {}
        self._chosen: dict[Any, Chosen] = {}
        self._entries: dict[Any, tuple[Entry, ...]] = {}
        self._changes: dict[Any, date | None] = {}

    def with_edition(self, begins: date, pack: Pack) -> "Shelf":
        """The same shelf with one more version on it, as if it had been published."""
        more = {
            **self.published,
            pack.name: (*self.published.get(pack.name, ()), Edition(begins, pack)),
        }
        return Shelf(self.first, more, self.lost)

    def holding(self, packs: Iterable[Pack]) -> "Shelf":
        """The same shelf with these versions alone, whatever the day; the other packs as they are."""
        alone = {pack.name: pack for pack in packs}
        return Shelf(
            lambda name: alone[name] if name in alone else self.first(name),
            {name: e for name, e in self.published.items() if name not in alone},
            {name: why for name, why in self.lost.items() if name not in alone},
        )

    def editions(self, name: str) -> tuple[Edition, ...]:
        """Every version of the pack in the order in which they take effect; raises ``PackUnreadable``."""
        found = self._editions.get(name)
        if found is None:
            try:
                if name in self.lost:
                    raise self.lost[name]
                found = self._from_the_first(name)
            except PackUnreadable as unreadable:
                found = unreadable
            self._editions[name] = found
        if isinstance(found, PackUnreadable):
            raise found
        return found

    def _from_the_first(self, name: str) -> tuple[Edition, ...]:
        """A pack that was begun in the house counts since ever: before its first value it says nothing."""
        published = self.published.get(name, ())
        try:
            return (Edition(date.min, self.first(name)), *published)
        except NoSuchPack:
            if not published:
                raise
            return (replace(published[0], begins=date.min), *published[1:])

    def on(self, name: str, day: date) -> Pack:
        """The version of the pack that counts for an act of that day; raises ``PackUnreadable``."""
        return next(e.pack for e in reversed(self.editions(name)) if e.begins <= day)

    def chosen(self, names: tuple[str, ...], day: date) -> Chosen:
        """The packs of these names, and those that they tighten, as they stand on that day."""
        return _kept(self._chosen, (names, day), lambda: self._choose(names, day))

    def _choose(self, names: tuple[str, ...], day: date) -> Chosen:
        packs: dict[str, Pack] = {}
        unreadable: dict[str, PackUnreadable] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop(0)
            if name in packs or name in unreadable:
                continue
            try:
                packs[name] = self.on(name, day)
            except PackUnreadable as broken:
                unreadable[name] = broken
            else:
                waiting += packs[name].tightens
        return Chosen(
            tuple(packs.values()),
            tuple(unreadable.values()),
            MappingProxyType({name: pack.version for name, pack in packs.items()}),
            MappingProxyType({name: pack.digest for name, pack in packs.items()}),
        )

    def entries_for(self, names: tuple[str, ...], action: str, day: date) -> tuple[Entry, ...]:
        """The values that are asked for this action on that day, of packs that can be read."""
        return _kept(
            self._entries,
            (names, action, day),
            lambda: tuple(
                entry
                for pack in self.chosen(names, day).packs
                for entry in pack.entries
                if action in entry.actions and entry.in_force_on(day)
            ),
        )

    def next_change(self, names: tuple[str, ...], action: str, day: date) -> date | None:
        """The first day after this one on which another set of values may be asked for the action."""
        return _kept(
            self._changes,
            (names, action, day),
            lambda: min(
                (changed for changed in self._days(names, action, day) if changed > day),
                default=None,
            ),
        )

    def _days(self, names: tuple[str, ...], action: str, day: date) -> Iterable[date]:
        for pack in self.chosen(names, day).packs:
            for edition in self.editions(pack.name):
                yield edition.begins
                for entry in edition.pack.entries:
                    if action in entry.actions:
                        yield entry.since
                        if entry.until:
                            yield entry.until + timedelta(days=1)

    def values_of(self, names: Iterable[str], key: str, day: date) -> list[Any]:
        """What each pack gives under this key on that day; one that cannot be read gives nothing."""
        return values_in(self.chosen(tuple(names), day).packs, key, day)


def values_in(packs: Iterable[Pack], key: str, day: date) -> list[Any]:
    """What these very versions give under the key for that day, whenever they hold themselves."""
    if key not in KEYS:
        raise KeyError(key)
    return [
        entry.keys[key]
        for pack in packs
        for entry in pack.entries
        if key in entry.keys and entry.in_force_on(day)
    ]


def strictest_of(found: Sequence[Any], key: str) -> Any:
    """The strictest of these values; None if there is none."""
    return KEYS[key].strictest(found) if found else None


def _kept(kept: dict[Any, T], question: Any, answer: Callable[[], T]) -> T:
    """The answer from the last time; many threads may ask, and the same answer twice does no harm."""
    try:
        return kept[question]
    except KeyError:
        found = answer()
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[question] = found
        return found
