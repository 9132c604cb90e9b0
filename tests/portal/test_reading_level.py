"""The words of the debtor's pages are read at the age of nine, in short sentences, without words of the law.

English: the Automated Readability Index, 4.71 × letters/words + 0.5 × words/sentences − 21.43 (Smith and Senter,
AMRL-TR-66-220, 1967), of which 4 is read at nine or ten, which is what GOV.UK writes for; and no sentence over
25 words (GOV.UK content design, "Writing for GOV.UK"). Chinese, by figures of the house: no sentence over 45
characters, no part between two marks over 25, and none of the words below, which a reader who never signed a contract does not know, unless plain words stand before it: it follows them in brackets.
"""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import gettext, ngettext, override

HARDEST, MOST_WORDS, MOST_CHARACTERS, MOST_AT_ONCE = 4, 25, 45, 25
OF_THE_LAW = {
    "en": re.compile(
        r"\b(pursuant|hereby|herein|thereof|aforesaid|notwithstanding|jurisdiction|indemnif\w+|liquidated"
        r"|accelerat\w+|default(ed|s)?|joint and several|statute|limitation period|lien|arrears|remit\w*"
        r"|in lieu|forthwith|obligor|creditor's claim)\b", re.IGNORECASE),
    "zh": re.compile(
        r"(?<!（)(本息|罚息|加速到期|清偿|诉讼时效|连带责任|不可抗力|兹|鉴于|甲方|乙方|标的|抗辩|催告|届满|逾期|前述|上述|予以"
        "|之日起|特此|债权人|债务人|欠款人|履行义务|依法追究)"),
}  # fmt: skip
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


def sentences(texts: list[str], tongue: str) -> list[str]:
    end = r"(?<=[。！？；：])" if tongue == "zh" else r"(?<=[.?!:])\s+"
    return [one for text in texts for one in re.split(end, text) if one.strip()]


PAGES = [
    pytest.param(words, id=str(source.relative_to(settings.BASE_DIR)))
    for source in sources()
    if (words := words_in(source))
]


@pytest.mark.parametrize("words", PAGES)
class TestPage:
    def test_is_read_in_english_at_nine(self, words: list[str]) -> None:
        found = sentences([text for one in words for text in said(one, "en")], "en")
        for sentence in found:
            assert len(sentence.split()) <= MOST_WORDS, sentence
        whole = [re.findall(r"[A-Za-z0-9’'-]+", one) for one in found if len(one.split()) > 3]
        count, letters = sum(map(len, whole)), sum(len(word) for one in whole for word in one)
        if count < 40:
            return  # too few words for the measure to mean anything
        index = 4.71 * letters / count + 0.5 * count / len(whole) - 21.43
        assert index <= HARDEST

    def test_is_translated_and_short_in_chinese(self, words: list[str]) -> None:
        for message in words:
            [text] = said(message, "zh")
            assert re.search("[一-鿿]", text) or not re.search("[a-z]{4}", text), message
            for sentence in sentences([text], "zh"):
                plain = re.sub(r"[^一-鿿0-9A-Za-z，、（）]", "", sentence)
                assert len(plain) <= MOST_CHARACTERS, sentence
                for part in re.split(r"[，、（）]", plain):
                    assert len(part) <= MOST_AT_ONCE, sentence

    def test_holds_no_word_that_only_the_law_knows(
        self, words: list[str], request: pytest.FixtureRequest
    ) -> None:
        of_another = any(name in request.node.nodeid for name in ONCE)
        for tongue, unknown in OF_THE_LAW.items():
            for text in [text for one in words for text in said(one, tongue)]:
                found = {match[0] for match in unknown.finditer(text)}
                assert not found - ({"债务人"} if of_another else set()), text


class TestMeasure:
    """What it measures, so that nobody takes a broken measure for plain words."""

    def test_finds_a_long_sentence_and_a_word_of_the_law(self) -> None:
        assert len(PAGES) > 15
        assert sum(len(page.values[0]) for page in PAGES) > 200
        assert OF_THE_LAW["zh"].search("请于十日内清偿本息")
        assert OF_THE_LAW["en"].search("pursuant to the contract")
        assert sentences(["One. Two: three?"], "en") == ["One.", "Two:", "three?"]
        assert sentences(["甲。乙；丙"], "zh") == ["甲。", "乙；", "丙"]
