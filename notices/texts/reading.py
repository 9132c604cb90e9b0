"""Whether words are read at the age of nine: in short sentences, without words that only the law knows.

English: the Automated Readability Index, 4.71 × letters/words + 0.5 × words/sentences − 21.43 (Smith and Senter,
AMRL-TR-66-220, 1967), of which 4 is read at nine or ten, which is what GOV.UK writes for; and no sentence over
25 words (GOV.UK content design, "Writing for GOV.UK"). Chinese, by figures of the house: no sentence over 45
characters, no part between two marks over 25, and none of the words below, which a reader who never signed a
contract does not know, unless plain words stand before it: it follows them in brackets.
"""

import re
from collections.abc import Iterable, Mapping

HARDEST, MOST_WORDS, MOST_CHARACTERS, MOST_AT_ONCE = 4, 25, 45, 25
FEWEST = 40
"""With fewer words than these the index means nothing."""
OF_THE_LAW: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(pursuant|hereby|herein|thereof|aforesaid|notwithstanding|jurisdiction|indemnif\w+|liquidated"
        r"|accelerat\w+|default(ed|s)?|joint and several|statute|limitation period|lien|arrears|remit\w*"
        r"|in lieu|forthwith|obligor|creditor's claim)\b", re.IGNORECASE),
    "zh": re.compile(
        r"(?<!（)(本息|罚息|加速到期|清偿|诉讼时效|连带责任|不可抗力|兹|鉴于|甲方|乙方|标的|抗辩|催告|届满|逾期|前述|上述|予以"
        "|之日起|特此|债权人|债务人|欠款人|履行义务|依法追究)"),
}  # fmt: skip
_END = {"zh": re.compile(r"(?<=[。！？；：])|\n"), "en": re.compile(r"(?<=[.?!:])\s+|\n")}
_KEPT = re.compile(r"[^一-鿿0-9A-Za-z，、（）]")
_MARK = re.compile(r"[，、（）]")
_WORD = re.compile(r"[A-Za-z0-9’'-]+")


def sentences(texts: Iterable[str], language: str) -> list[str]:
    """The sentences of these texts, each as it stands."""
    return [one for text in texts for one in _END[language].split(text) if one and one.strip()]


def too_long(sentence: str, language: str) -> bool:
    """Whether nobody reads this sentence at once."""
    if language == "en":
        return len(sentence.split()) > MOST_WORDS
    plain = _KEPT.sub("", sentence)
    longest = max(map(len, _MARK.split(plain)))
    return len(plain) > MOST_CHARACTERS or longest > MOST_AT_ONCE


def of_the_law(text: str, language: str) -> list[str]:
    """The words of the text that only the law knows, each once, in their order."""
    return list(dict.fromkeys(match[0] for match in OF_THE_LAW[language].finditer(text)))


def index(texts: Iterable[str]) -> float | None:
    """How hard English texts are to read (``HARDEST`` at most); None where they are too short to tell."""
    found = [_WORD.findall(one) for one in sentences(texts, "en") if len(one.split()) > 3]
    count, letters = sum(map(len, found)), sum(len(word) for one in found for word in one)
    if count < FEWEST:
        return None
    return 4.71 * letters / count + 0.5 * count / len(found) - 21.43
