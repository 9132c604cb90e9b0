"""Nothing in the rule book is told by its code: topics, figures and plain values have names and words."""

from typing import Any

import pytest
from django.utils.translation import override

from compliance.packs import load, names
from desk.rulebook import TOPICS, book_of
from desk.showing import figure_name
from tests import make

DAY = make.moment("2026-03-05 10:00").date()
CHINESE = range(0x4E00, 0xA000)


def in_chinese(text: Any) -> bool:
    """Whether it is put in Chinese words at all."""
    return any(ord(letter) in CHINESE for letter in str(text))


@pytest.mark.parametrize("name", names())
class TestEachPack:
    def test_has_a_name_for_every_topic_and_figure(self, name: str) -> None:
        with override("zh-hans"):
            entries = load(name).entries
            topics = {one.topic for one in entries if not in_chinese(TOPICS.get(one.topic, ""))}
            figures = {field for one in entries for field in one.fields}
            assert topics == set()
            assert {field for field in figures if not in_chinese(figure_name(field))} == set()

    def test_tells_every_value_in_words_of_the_readers_language(self, name: str) -> None:
        for language in ("zh-hans", "en"):
            with override(language):
                book = book_of(load(name), {}, DAY)
                rows = [
                    row
                    for topic in book.topics
                    for rule in topic.rules
                    for row in (*rule.now, *rule.coming, *rule.past)
                ]
                assert [row.entry.id for row in rows if not row.says] == []
                if language == "zh-hans":
                    assert [r.entry.id for r in rows if not in_chinese("".join(r.says))] == []
