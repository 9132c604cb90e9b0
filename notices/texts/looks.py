"""How words read on their page: the page's words one after the other, with examples for what is filled in."""

from datetime import datetime

from django.template.loader import render_to_string
from django.utils.translation import override

from notices.texts.filed import Text
from notices.texts.pages import PAGES
from notices.texts.placeholders import examples
from notices.texts.showing import Words
from notices.texts.standing import Standing
from notices.texts.wordings import ON_PAGES

TONGUES = {"zh": "zh-hans", "en": "en"}


def as_page(
    name: str, language: str, text: Text, *, at: datetime, organisation: int | None = None
) -> str:
    """The page on which these words stand, as HTML by itself, with this text in their place.

    The others are those that hold then for the house, or for ``organisation``. In English or Chinese, as the
    debtor reads it, whatever the language of whoever looks.
    """
    wording = ON_PAGES[name]
    page = PAGES[wording.page]
    words = Words(
        language, at, organisation, known=lambda: examples(language),
        instead=Standing(name, page.channel, language, 0, text),
    )  # fmt: skip
    slots = [(f"{page.name}.{slot.name}", slot.label) for slot in page.slots]
    with override(TONGUES[language]):
        context = {"page": page, "slots": slots, "words": words, "tried": name}
        return render_to_string("wording/look.html", context)
