"""The texts that come with the program: one file for each message, every channel and language in it."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from notices.texts.wordings import EVERY_CHANNEL, LANGUAGES

FOLDER = Path(__file__).resolve().parent.parent / "messages"
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
    """The texts of a message by channel and language; raises ``UnreadableTexts``."""
    return read((FOLDER / f"{name}.toml").read_bytes(), name)


def names_on_file() -> list[str]:
    """The messages for which there is a file."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read(content: bytes, name: str) -> Texts:
    """The texts that a file holds; raises ``UnreadableTexts``."""
    try:
        tables = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableTexts(f"{name}: {error}") from error
    found: dict[tuple[str, str], Text] = {}
    for channel, languages in tables.items():
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
