"""What the pages of our words have in common: whose texts are meant, where they stand, and how they read."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from notices.texts.filed import Text
from notices.texts.looks import as_page
from notices.texts.placeholders import Unfilled, examples, fill
from notices.texts.segments import MOST_PARTS, Measure, measure
from notices.texts.wordings import Wording, channel_label
from people.models import Organisation

MOST_WRITERS = 300


@dataclass(frozen=True)
class Place:
    """One message by one channel, to which a form goes back."""

    wording: Wording
    channel: str
    version: str = ""
    whose: Organisation | None = None

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("wording:place", args=[self.wording.name, self.channel]) + self.query

    @property
    def query(self) -> str:
        """What stands behind an address where one organisation's own texts are meant."""
        return f"?show={self.whose.pk}" if self.whose else ""

    @property
    def label(self) -> str:
        """The channel in words."""
        return str(channel_label(self.channel))


@dataclass(frozen=True)
class Shown:
    """A text as it is shown: in our words, as an example, and how many parts it takes.

    ``page`` is the page on which it stands, whole, with the text in its place; "" for a message.
    """

    text: Text
    example: str
    signature: str = ""
    measure: Measure | None = None
    most_parts: int = MOST_PARTS
    page: str = ""


def whose_of(request: HttpRequest) -> Organisation | None:
    """The organisation whose own texts are meant; none: the house's."""
    wanted = request.GET.get("show", "")
    if not wanted:
        return None
    if not (wanted.isascii() and wanted.isdecimal()) or len(wanted) > 15:
        raise Http404
    return get_object_or_404(Organisation, pk=int(wanted))


def writers() -> QuerySet[Organisation]:
    """Those that may have texts of their own: whoever writes to debtors, and the law firms."""
    return Organisation.objects.order_by("kind", "name", "pk")[:MOST_WRITERS]


def signature_for(channel: str) -> str:
    """The name that a carrier would put before a short message, as an example of its length."""
    if channel != "sms":
        return ""
    writer = Organisation.objects.order_by("kind", "pk").first()
    return writer.name[:12] if writer else ""


def shown_at(text: Text, here: Place, language: str, at: datetime) -> Shown:
    """The text as it reads in that place."""
    try:
        example = fill(text.body, examples(language))
    except Unfilled:
        example = text.body
    if here.wording.page:
        whose = here.whose.pk if here.whose else None
        page = as_page(here.wording.name, language, text, at=at, organisation=whose)
        return Shown(text, example, page=page)
    if here.channel != "sms":
        return Shown(text, example)
    before = signature_for(here.channel) if language == "zh" else ""
    return Shown(text, example, before, measure(example, before))
