"""The texts that come with the program: one file a message, every channel and language in it; one file a page."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from notices.texts.wordings import EVERY_CHANNEL, LANGUAGES, ON_PAGES

FOLDER = Path(__file__).resolve().parent.parent / "messages"
PAGES = FOLDER.parent / "pages"
KEYS = {"subject", "body", "quiet"}


@dataclass(frozen=True, slots=True)
class Text:
    """What is said by one channel in one language. ``quiet`` is the frame's subject of last resort."""

    body: str
    subject: str = ""
    quiet: str = ""

    @property
    def digest(self) -> str:
        """The SHA-256 by which a notice remembers from which words it was made."""
        return hashlib.sha256(f"{self.subject}\n{self.body}".encode()).hexdigest()

    @property
    def whole(self) -> str:
        """All its words."""
        return "\n".join(part for part in (self.subject, self.quiet, self.body) if part)


class UnreadableTexts(ValueError):
    """A file of texts is not what it should be."""


Texts = Mapping[tuple[str, str], Text]


@cache
def filed(name: str) -> Texts:
    """The texts of a message, or of a place on a page, by channel and language.

    Raises ``UnreadableTexts``; of a page that has no file, or no such words, there are none.
    """
    page, dot, _slot = name.partition(".")
    if not dot:
        return read((FOLDER / f"{name}.toml").read_bytes(), name)
    path = PAGES / f"{page}.toml"
    return read_page(path.read_bytes(), page).get(name, {}) if path.exists() else {}


def names_on_file() -> list[str]:
    """The messages for which there is a file."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def pages_on_file() -> list[str]:
    """The pages for which there is a file."""
    return sorted(path.stem for path in PAGES.glob("*.toml"))


def words_on_file(page: str) -> list[str]:
    """The words that a page's file holds, whether the page has a place for them or not."""
    return list(read_page((PAGES / f"{page}.toml").read_bytes(), page))


def read_page(content: bytes, page: str) -> Mapping[str, Texts]:
    """The texts that a page's file holds, by the name of the words; raises ``UnreadableTexts``."""
    found: dict[str, Texts] = {}
    for slot, languages in _tables(content, page).items():
        name = f"{page}.{slot}"
        if not isinstance(languages, dict) or not languages.keys() <= set(LANGUAGES):
            raise UnreadableTexts(f"{name}: something else than the languages {LANGUAGES}")
        if not all(isinstance(one, str) for one in languages.values()):
            raise UnreadableTexts(f"{name}: something else than texts")
        channel = ON_PAGES[name].channels[0] if name in ON_PAGES else ""
        found[name] = {
            (channel, language): Text(body=text.strip()) for language, text in languages.items()
        }
    return found


def read(content: bytes, name: str) -> Texts:
    """The texts that a file holds; raises ``UnreadableTexts``."""
    found: dict[tuple[str, str], Text] = {}
    for channel, languages in _tables(content, name).items():
        if channel not in EVERY_CHANNEL or not isinstance(languages, dict):
            raise UnreadableTexts(f"{name}: there is no channel {channel!r}")
        for language, parts in languages.items():
            if language not in LANGUAGES or not isinstance(parts, dict):
                raise UnreadableTexts(f"{name}: {channel} has no language {language!r}")
            if not parts.keys() <= KEYS or not all(isinstance(one, str) for one in parts.values()):
                raise UnreadableTexts(f"{name}: {channel}.{language} has something else than texts")
            found[channel, language] = Text(
                **{"body": "", **{k: v.strip() for k, v in parts.items()}}
            )
    return found


def _tables(content: bytes, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableTexts(f"{name}: {error}") from error
