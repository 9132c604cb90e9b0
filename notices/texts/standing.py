"""Which words hold at a moment: the newest released version, else the text that came with the program."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notices.texts.filed import Text, filed


@dataclass(frozen=True, slots=True)
class Standing:
    """A text with its place and the number of its version (0: it came with the program)."""

    wording: str
    channel: str
    language: str
    number: int
    text: Text

    @property
    def origin(self) -> dict[str, Any]:
        """What a notice keeps of it: from which words it was made."""
        return {
            "wording": self.wording,
            "channel": self.channel,
            "language": self.language,
            "version": self.number,
            "sha256": self.text.digest,
        }


def standing(
    wordings: Iterable[str], channels: Iterable[str], languages: Iterable[str], *, at: datetime
) -> dict[tuple[str, str, str], Standing]:
    """The texts that hold at that moment, by message, channel and language; asks the database once."""
    from notices.models import MessageVersion

    names, ways, tongues = list(wordings), list(channels), list(languages)
    found: dict[tuple[str, str, str], Standing] = {}
    released = MessageVersion.objects.filter(
        state=MessageVersion.State.RELEASED, wording__in=names, channel__in=ways,
        language__in=tongues, valid_from__lte=at,
    ).order_by("valid_from", "number")  # fmt: skip
    for name in names:
        for (channel, language), text in filed(name).items():
            if channel in ways and language in tongues:
                found[name, channel, language] = Standing(name, channel, language, 0, text)
    for row in released:  # a later one takes the place of an earlier
        place = (row.wording, row.channel, row.language)
        quiet = found[place].text.quiet if place in found else ""
        text = Text(body=row.body, subject=row.subject, quiet=quiet)
        found[place] = Standing(*place, row.number, text)
    return found
