"""Words are found however they are written, named as they stand, and looked for in linear time."""

import time

import pytest

from compliance.packs import describe, names
from compliance.wording import MOST_PARTS, faults, offending, ways

THREATS = {"zh": ["再不还款 … 上门", "法院 … 抓人"], "en": ["pay or else", "court … arrest*"]}


class TestOffending:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("再不还款我们就上门", ["再不还款我们就上门"]),
            ("再 不 还款，我们就\n上门", ["再 不 还款，我们就 上门"]),
            ("再\u200b不\u200b还款就上门", ["再\u200b不\u200b还款就上门"]),
            ("ＰＡＹ　ｏｒ　Ｅｌｓｅ", ["ＰＡＹ ｏｒ Ｅｌｓｅ"]),
            ("Pay, or - else!", ["Pay, or - else"]),
            ("the court, tomorrow, arrests you", ["court, tomorrow, arrests"]),
        ],
    )
    def test_finds_it_spaced_widened_and_broken_up(self, text: str, words: list[str]) -> None:
        assert offending(text, THREATS) == words

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("再不還款我們就上門", ["再不還款我們就上門"]),
            ("法院，明天，來抓人！", ["法院，明天，來抓人"]),
            ("你這個老賴，還有臉？", ["老賴", "還有臉"]),
        ],
    )
    def test_finds_simplified_phrases_in_traditional_characters(
        self, text: str, words: list[str]
    ) -> None:
        assert offending(text, {"zh": [*THREATS["zh"], "老赖", "还有脸"]}) == words

    def test_finds_traditional_phrases_in_simplified_characters(self) -> None:
        assert offending("我们是法院，叫你还钱", {"zh": ["我們是法院", "還錢"]}) == [
            "我们是法院",
            "还钱",
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "再不还款，以后的利息会增加很多很多很多很多很多，我们也不上门",  # too far apart
            "repay or elsewhere",
            "courtesy arrest",
            "",
        ],
    )
    def test_lets_other_words_be(self, text: str) -> None:
        assert offending(text, THREATS) == []

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("We will call your boss.", ["will call your boss"]),
            ("we will tell your neighbours", ["will tell your neighbours"]),
            ("We will not tell your boss.", []),
            ("We will call. Your bossy tone …", []),
        ],
    )
    def test_finds_each_of_the_alternatives(self, text: str, words: list[str]) -> None:
        assert offending(text, {"en": ["will tell|call your boss|neighbo*"]}) == words

    def test_names_two_that_share_a_word_as_one(self) -> None:
        assert offending("法院就来抓人", {"zh": ["法院 … 抓", "来抓人"]}) == ["法院就来抓人"]

    def test_names_each_once_in_the_order_of_the_text(self) -> None:
        text = "骗子！老赖！骗子！"
        assert offending(text, {"zh": ["老赖", "骗子"]}) == ["骗子", "老赖"]

    def test_takes_no_longer_than_the_text_is_long(self) -> None:
        worst = {"zh": ["法院 … 法院 … 法院 … 抓"], "en": ["a … a … a … b*"]}

        def took(size: int) -> float:
            texts = [f"{n}{'法院' * size}{' a' * size}" for n in range(3)]
            begun = time.process_time()
            for text in texts:
                assert offending(text, worst) == []
            return time.process_time() - begun

        took(100)
        short, long = took(500), took(4000)
        assert long < short * 8 * 3  # eight times the text; three for the noise of the machine


class TestFaults:
    @pytest.mark.parametrize(
        "phrases",
        [{}, {"fr": ["x"]}, {"zh": "老赖"}, {"zh": [1]}, {"zh": ["…"]}, {"zh": ["！！"]},
         {"zh": ["一…二…三…四…五"]}, ["老赖"], {"en": ["tell|"]}, {"en": ["|"]}, {"en": [""]},
         {"en": ["a|b|c|d|e|f|g|h|i|j|k a|b|c|d|e|f|g|h|i|j"]}],
    )  # fmt: skip
    def test_names_what_is_wrong(self, phrases: object) -> None:
        assert list(faults(phrases))

    def test_has_nothing_to_say_of_a_sound_table(self) -> None:
        assert list(faults(THREATS)) == []
        assert MOST_PARTS == 4


def test_every_phrase_of_every_pack_finds_itself() -> None:
    for name in names():
        for entry in describe(name):
            for language, listed in entry.fields.get("phrases", {}).items():
                for phrase in listed:
                    for way in ways(phrase):
                        plain = way.replace("…", " ").replace("*", "")
                        assert offending(plain, {language: [phrase]}), (entry.id, phrase)
