"""The words of the debtor's pages are read at the age of nine, in short sentences, without words of the law.

What is measured and by what figures: ``notices.texts.reading``.
"""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import gettext, ngettext, override

from notices.texts.filed import filed
from notices.texts.pages import PAGES as OUR_PAGES
from notices.texts.placeholders import without
from notices.texts.reading import HARDEST, index, of_the_law, sentences, too_long
from notices.texts.wordings import of_page

ONCE = {"templates/portal/sign.html"}
"""Who reads it may be somebody else than the debtor, who has to be named there."""
TRANSLATE = re.compile(r'{% translate "([^"]+)"')
BLOCK = re.compile(r"{% blocktranslate([^%]*)%}(.*?){% endblocktranslate %}", re.DOTALL)


def sources() -> list[Path]:
    root = Path(settings.BASE_DIR)
    pages = sorted((root / "templates/portal").rglob("*.html"))
    about = [root / f"templates/quality/{name}.html" for name in ("complain", "followed")]
    return [*pages, *about, *sorted((root / "portal").glob("*.py"))]


def words_in(source: Path) -> list[str]:
    """Every message of a template or module, as the catalogue names it; both forms of what is counted."""
    text = source.read_text()
    if source.suffix == ".py":
        return [
            str(call.args[0].value)
            for call in ast.walk(ast.parse(text))
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"_", "gettext_lazy"}
            and isinstance(call.args[0], ast.Constant)
        ]  # fmt: skip
    found = TRANSLATE.findall(text)
    for head, body in BLOCK.findall(text):
        body = " ".join(body.split()) if "trimmed" in head else body
        named = re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", body)
        found.append(named)
    return found


def said(message: str, tongue: str) -> list[str]:
    """The message in that language, one or several forms of it, with what fills it left out."""
    one, *many = re.split(r"{% plural %}", message)
    with override("zh-hans" if tongue == "zh" else "en"):
        told = [ngettext(one, many[0], 2)] if many else [gettext(one)]
    return [re.sub(r"%\(\w+\)[sd]", "…" if tongue == "zh" else "name", text) for text in told]


PAGES = [
    pytest.param(words, id=str(source.relative_to(settings.BASE_DIR)))
    for source in sources()
    if (words := words_in(source))
]


@pytest.mark.parametrize("words", PAGES)
class TestPage:
    def test_is_read_in_english_at_nine(self, words: list[str]) -> None:
        texts = [text for one in words for text in said(one, "en")]
        for sentence in sentences(texts, "en"):
            assert not too_long(sentence, "en"), sentence
        assert (index(texts) or 0) <= HARDEST

    def test_is_translated_and_short_in_chinese(self, words: list[str]) -> None:
        for message in words:
            [text] = said(message, "zh")
            assert re.search("[一-鿿]", text) or not re.search("[a-z]{4}", text), message
            for sentence in sentences([text], "zh"):
                assert not too_long(sentence, "zh"), sentence

    def test_holds_no_word_that_only_the_law_knows(
        self, words: list[str], request: pytest.FixtureRequest
    ) -> None:
        of_another = any(name in request.node.nodeid for name in ONCE)
        for tongue in ("en", "zh"):
            for text in [text for one in words for text in said(one, tongue)]:
                found = set(of_the_law(text, tongue))
                assert not found - ({"债务人"} if of_another else set()), text


@pytest.mark.parametrize("page", list(OUR_PAGES))
class TestWordsOfAPage:
    """Each text by itself is put to the measure at start and when it is changed; here all of a page together."""

    def test_is_read_in_english_at_nine(self, page: str) -> None:
        texts = [
            without(text.body, "name")
            for name in of_page(page)
            for (_channel, language), text in filed(name).items()
            if language == "en"
        ]
        assert texts
        assert (index(texts) or 0) <= HARDEST


class TestMeasure:
    """What it measures, so that nobody takes a broken measure for plain words."""

    def test_finds_a_long_sentence_and_a_word_of_the_law(self) -> None:
        assert len(PAGES) > 15
        assert sum(len(page.values[0]) for page in PAGES) > 120
        assert of_the_law("请于十日内清偿本息", "zh") == ["清偿", "本息"]
        assert of_the_law("pursuant to the contract", "en") == ["pursuant"]
        assert sentences(["One. Two: three?"], "en") == ["One.", "Two:", "three?"]
        assert sentences(["甲。乙；丙"], "zh") == ["甲。", "乙；", "丙"]
