"""The words of a page as its reader sees them: asked of the database once, filled in, with what was shown.

Each line of a text is a paragraph of the page; it is plain text, whatever stands in it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any

from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from notices.texts.filed import filed
from notices.texts.pages import OF_PAGES, SHARED
from notices.texts.placeholders import Unfilled, fill, names_in
from notices.texts.standing import Place, Standing, standing
from notices.texts.wordings import ON_PAGES, of_page
from notices.wording import of_case, writer_of
from workflow.reasons import tongue_now


def _plain(value: Any) -> str:
    """What is filled in, as text: a day or a time comes from its tag as HTML."""
    return unescape(strip_tags(value)) if isinstance(value, SafeString) else str(value)


def _nothing() -> Mapping[str, str]:
    return {}


@dataclass
class Words:
    """The words that hold for one reader of one page.

    ``organisation`` is whose own words go before the house's; ``known`` gives what may be filled in on every
    page, and is asked only when the page says something. ``shown`` holds what the page has said so far.
    """

    language: str
    at: datetime
    organisation: int | None = None
    known: Callable[[], Mapping[str, str]] = _nothing
    instead: Standing | None = None
    shown: dict[str, Standing] = field(default_factory=dict)
    _found: dict[Place, Standing] = field(default_factory=dict)
    _values: Mapping[str, str] | None = None

    def say(self, name: str, given: Mapping[str, Any]) -> list[str]:
        """The paragraphs of these words; none where all of them hold something that is empty here.

        Raises ``KeyError`` for words that no page has.
        """
        if self._values is None:
            self._values = self.known()
        values = {**self._values, **{key: _plain(value) for key, value in given.items()}}
        one = self._standing(name)
        if any(key not in values for key in names_in(one.text.body)):
            one = self._filed(name)  # an older version asks for what the page knows no more
        try:
            said = fill(one.text.body, values)
        except Unfilled:
            return []
        self.shown[name] = one
        return [line for line in said.splitlines() if line.strip()]

    @property
    def origins(self) -> list[dict[str, Any]]:
        """From which words what was shown was made, as a notice keeps it."""
        return [self.shown[name].origin for name in sorted(self.shown)]

    def _standing(self, name: str) -> Standing:
        place = (name, ON_PAGES[name].channels[0], self.language)
        if place not in self._found:
            names = of_page(ON_PAGES[name].page, SHARED)
            self._found |= standing(
                names, OF_PAGES, [self.language], at=self.at, organisation=self.organisation
            )
        one = self.instead
        if one and (one.wording, one.channel, one.language) == place:
            return one
        return self._found[place]

    def _filed(self, name: str) -> Standing:
        channel = ON_PAGES[name].channels[0]
        text = filed(name)[channel, self.language]
        return Standing(name, channel, self.language, 0, text)


def words_for(case: Any, recipient: Any, at: datetime) -> Words:
    """The words for somebody who has shown who they are: those of whoever writes in the case."""
    language = tongue_now()
    return Words(language, at, writer_of(case).pk, known=lambda: of_case(case, recipient, language))


def words_for_anybody(at: datetime, organisation: int | None = None) -> Words:
    """The words of a page that anybody may read; the house's, where nothing is known of a case."""
    return Words(tongue_now(), at, organisation)
