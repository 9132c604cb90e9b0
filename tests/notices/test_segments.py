"""How many parts a short message takes, at each boundary of both alphabets."""

import pytest

from notices.texts.segments import GSM, UCS2, measure, signed


class TestMeasure:
    @pytest.mark.parametrize(
        ("text", "parts", "left"),
        [
            ("", 0, 160),
            ("a" * 160, 1, 0),
            ("a" * 161, 2, 145),
            ("a" * 306, 2, 0),
            ("a" * 307, 3, 152),
            ("a" * 459, 3, 0),
            ("a" * 460, 4, 152),
        ],
    )
    def test_packs_the_gsm_alphabet_into_160_or_153(self, text: str, parts: int, left: int) -> None:
        found = measure(text)
        assert (found.alphabet, found.parts, found.left) == (GSM, parts, left)

    @pytest.mark.parametrize(
        ("text", "parts", "left"),
        [
            ("还" * 70, 1, 0),
            ("还" * 71, 2, 63),
            ("还" * 134, 2, 0),
            ("还" * 135, 3, 66),
            ("a" * 69 + "还", 1, 0),
            ("a" * 70 + "还", 2, 63),
        ],
    )
    def test_packs_anything_else_into_70_or_67(self, text: str, parts: int, left: int) -> None:
        found = measure(text)
        assert (found.alphabet, found.parts, found.left) == (UCS2, parts, left)

    def test_counts_two_for_a_letter_that_needs_an_escape(self) -> None:
        assert measure("€" * 80).parts == 1
        assert measure("€" * 80).units == 160
        assert measure("€" * 80 + "a").parts == 2

    def test_tears_no_escaped_letter_apart(self) -> None:
        # 152 letters fill a part of 153 but for one place, into which no letter of two units goes
        assert measure("a" * 152 + "€" + "a" * 151).parts == 2
        assert measure("a" * 152 + "€" + "a" * 152).parts == 3

    def test_tears_no_letter_of_two_units_apart(self) -> None:
        assert measure("还" * 66 + "𠮷" + "还" * 65).parts == 2
        assert measure("还" * 66 + "𠮷" + "还" * 66).parts == 3

    def test_counts_the_signature_with_its_brackets(self) -> None:
        assert measure("还" * 62, "清水信用服务").units == 70
        assert measure("还" * 62, "清水信用服务").parts == 1
        assert measure("还" * 63, "清水信用服务").parts == 2

    def test_takes_a_text_for_ucs2_because_of_its_signature(self) -> None:
        assert measure("a" * 100).alphabet == GSM
        assert measure("a" * 100, "Clear Water").alphabet == UCS2

    def test_says_from_which_part_on_it_is_too_long(self) -> None:
        assert not measure("还" * 201).too_long
        assert measure("还" * 202).too_long


def test_the_signature_stands_before_the_text() -> None:
    assert signed("您好", "清水") == "【清水】您好"
    assert signed("您好", "") == "您好"
