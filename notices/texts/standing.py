"""Which words hold at a moment: the newest released version, else the text that came with the program.

An organisation may have a version of its own; where it has none, the house's holds for it too.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from notices.texts.filed import Text, filed

Place = tuple[str, str, str]
"""Message, channel, language."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A text with its place and the number of its version (0: it came with the program).

    ``organisation`` is whose own it is; None: the house's.
    """

    wording: str
    channel: str
    language: str
    number: int
    text: Text
    organisation: int | None = None

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
    wordings: Iterable[str],
    channels: Iterable[str],
    languages: Iterable[str],
    *,
    at: datetime,
    organisation: int | None = None,
) -> dict[Place, Standing]:
    """The texts that hold at that moment for that organisation; asks the database once."""
    return standing_for([organisation], wordings, channels, languages, at=at)[organisation]


def standing_for(
    organisations: Collection[int | None],
    wordings: Iterable[str],
    channels: Iterable[str],
    languages: Iterable[str],
    *,
    at: datetime,
) -> dict[int | None, dict[Place, Standing]]:
    """The texts that hold for each of these organisations (None: the house); asks the database once."""
    from notices.models import MessageVersion

    names, ways, tongues = list(wordings), list(channels), list(languages)
    house: dict[Place, Standing] = {
        (name, channel, language): Standing(name, channel, language, 0, text)
        for name in names
        for (channel, language), text in filed(name).items()
        if channel in ways and language in tongues
    }
    own: dict[int, dict[Place, Standing | None]] = {}
    released = MessageVersion.objects.filter(
        Q(organisation=None) | Q(organisation__in=[one for one in organisations if one]),
        state=MessageVersion.State.RELEASED, wording__in=names, channel__in=ways,
        language__in=tongues, valid_from__lte=at,
    ).order_by("valid_from", "number")  # fmt: skip
    for row in released:  # a later one takes the place of an earlier
        place = (row.wording, row.channel, row.language)
        quiet = house[place].text.quiet if place in house else ""
        text = Text(body=row.body, subject=row.subject, quiet=quiet)
        if row.organisation_id is None:
            house[place] = Standing(*place, row.number, text)
        else:
            made = Standing(*place, row.number, text, row.organisation_id)
            own.setdefault(row.organisation_id, {})[place] = None if row.falls_back else made
    return {
        one: house | {place: text for place, text in own.get(one or 0, {}).items() if text}
        for one in organisations
    }
