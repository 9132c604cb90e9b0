"""Rule packs: dated values with their sources, read from TOML once and checked to the letter."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from compliance.entry import Entry
from compliance.fault import Fault
from compliance.parsing import PACK_FILE, parsed
from compliance.rule import RULES
from compliance.shelf import Edition, NoSuchPack, Pack, PackUnreadable, Shelf, strictest_of
from compliance.tightening import loosened
from compliance.values import KEYS

HOME = Path(__file__).parent / "packs"

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
    """Every pack there is: those that came with the program and those that were begun in the house."""
    return sorted({*shipped(), *shelf().published, *shelf().lost})


def shipped() -> list[str]:
    """The packs that lie in the folder."""
    return sorted(path.parent.name for path in _home[0].glob(f"*/{PACK_FILE}"))


def read(folder: Path) -> Pack:
    """Read a pack from its folder; the same bytes are parsed only once."""
    return parse(folder.name, texts_in(folder))


def texts_in(folder: Path) -> dict[str, bytes]:
    """The files of a pack as they lie in the folder; raises ``PackUnreadable``."""
    files = sorted(folder.glob("*.toml"))
    if folder / PACK_FILE not in files:
        raise NoSuchPack(folder.name)
    try:
        return {file.name: file.read_bytes() for file in files}
    except OSError as error:
        raise PackUnreadable(folder.name, [Fault("no_access", why=error.strerror)]) from error


def texts_of(name: str) -> dict[str, bytes]:
    """The files of the pack's first version, the one that came with the program."""
    if not _plain_name(name):
        raise NoSuchPack(name)
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
        known = _by_digest[digest] = parsed(name, texts, digest)
    return known


def find_by(finder: Callable[[str], Pack | None]) -> None:
    """Have versions that this process has not read itself looked up there, by their digest."""
    if finder not in _finders:
        _finders.append(finder)


def parse_begun(name: str, texts: Mapping[str, bytes]) -> Pack:
    """The same of a pack that was begun and may have no value yet; raises ``PackUnreadable``."""
    return parsed(name, texts, digest_of(name, texts), begun=True)


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


def problems(home: Path | None = None) -> list[Fault]:
    """What is wrong with the packs in the folder, one sentence each; nothing when all is well."""
    folder = home or _home[0]
    found: list[Fault] = []
    asked: set[str] = set()
    read_packs: dict[str, Pack] = {}
    for place in sorted(folder.iterdir()) if folder.is_dir() else []:
        if place.name.startswith((".", "_")):
            continue
        if not place.is_dir():
            found.append(Fault("beside_packs", name=place.name))
            continue
        found += [
            Fault("not_toml", file=f"{place.name}/{file.name}")
            for file in sorted(place.iterdir())
            if file.suffix != ".toml"
        ]
        try:
            pack = read(place)
        except PackUnreadable as unreadable:
            found += [Fault("of_pack", pack=place.name, fault=why) for why in unreadable.why]
            continue
        asked |= {entry.rule for entry in pack.entries}
        read_packs[pack.name] = pack
    found += [fault for pack in read_packs.values() for fault in loosened(pack, read_packs)]
    if home is None and not found:
        found += [Fault("unasked_rule", name=name) for name in sorted(RULES.keys() - asked)]
    return found


def _plain_name(name: str) -> bool:
    return bool(name) and name.replace("-", "").isalnum() and name.isascii()
