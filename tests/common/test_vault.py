"""Sealing texts: what opens, what does not, and what two spellings have in common."""

import re
import secrets

import pytest
from django.core.exceptions import ImproperlyConfigured

from common import vault

HOME, WORK = "people_person.id_number", "people_person.employer"
NUMBER = "310101198001010010"


class TestSeal:
    def test_gives_what_says_nothing_of_the_text(self) -> None:
        sealed = vault.seal(NUMBER, HOME, "exact")
        assert NUMBER not in sealed
        assert re.fullmatch(r"[0-9a-f]{8}\.[\w-]{22}\.[\w-]{40,}", sealed)
        assert vault.unseal(sealed, HOME) == NUMBER

    def test_gives_something_else_each_time_but_the_same_front(self) -> None:
        first, second = (vault.seal(NUMBER, HOME, "exact") for _ in "12")
        assert first != second
        assert first[: vault.FOUND_BY] == second[: vault.FOUND_BY]
        assert [first[: vault.FOUND_BY]] == vault.fronts(NUMBER, HOME, "exact")

    def test_has_no_mark_where_nothing_is_to_be_found(self) -> None:
        assert vault.seal(NUMBER, HOME).split(".")[1] == ""

    @pytest.mark.parametrize("nothing", ["", "—"])
    def test_leaves_nothing_as_it_is(self, nothing: str) -> None:
        assert vault.seal(nothing, HOME, "exact") == nothing == vault.unseal(nothing, HOME)

    @pytest.mark.parametrize("text", ["王小明", "a\tb\\n'\"", "%s", "x" * 5000, "\U0001f6aa"])
    def test_takes_any_text(self, text: str) -> None:
        assert vault.unseal(vault.seal(text, HOME), HOME) == text

    def test_marks_the_same_number_otherwise_in_another_column(self) -> None:
        assert vault.fronts(NUMBER, HOME, "exact") != vault.fronts(NUMBER, WORK, "exact")


class TestUnseal:
    def test_refuses_what_was_sealed_for_another_column(self) -> None:
        with pytest.raises(vault.Unreadable, match=r"people_person\.employer"):
            vault.unseal(vault.seal(NUMBER, HOME), WORK)

    def test_refuses_a_text_that_was_never_sealed_and_does_not_repeat_it(self) -> None:
        with pytest.raises(vault.Unreadable) as refused:
            vault.unseal(NUMBER, HOME)
        assert NUMBER not in str(refused.value)

    def test_refuses_whatever_was_changed_in_it(self) -> None:
        sealed = vault.seal(NUMBER, HOME, "exact")
        for place in range(vault.FOUND_BY + 1, len(sealed) - 1):
            other = "A" if sealed[place] != "A" else "B"
            with pytest.raises(vault.Unreadable):
                vault.unseal(sealed[:place] + other + sealed[place + 1 :], HOME)

    def test_refuses_a_value_of_a_key_that_is_gone(self, settings) -> None:
        sealed = vault.seal(NUMBER, HOME)
        settings.DATA_KEYS = [secrets.token_urlsafe(64)]
        with pytest.raises(vault.Unreadable):
            vault.unseal(sealed, HOME)

    def test_opens_what_an_older_key_has_sealed_and_finds_it(self, settings) -> None:
        sealed = vault.seal(NUMBER, HOME, "exact")
        settings.DATA_KEYS = [secrets.token_urlsafe(64), *settings.DATA_KEYS]
        assert vault.unseal(sealed, HOME) == NUMBER
        assert sealed[: vault.FOUND_BY] in vault.fronts(NUMBER, HOME, "exact")
        assert not sealed.startswith(vault.newest())

    def test_says_so_where_there_is_no_key(self, settings) -> None:
        settings.DATA_KEYS = []
        with pytest.raises(ImproperlyConfigured, match="DOORSTEP_DATA_KEYS"):
            vault.seal(NUMBER, HOME)


class TestSpellings:
    @pytest.mark.parametrize(
        ("kind", "one", "other"),
        [
            ("exact", "31010119800101001x", "31010119800101001X"),
            ("exact", "6222 0000 1234 5678", "6222000012345678"),
            ("reach", "138 0000-0001", "13800000001"),
            ("reach", "+86 138 0000 0001", "13800000001"),
            ("reach", "Wang@Example.com", "wang@example.com"),
        ],
    )
    def test_are_found_by_each_other(self, kind: str, one: str, other: str) -> None:
        assert vault.fronts(one, HOME, kind) == vault.fronts(other, HOME, kind)

    @pytest.mark.parametrize(
        ("kind", "one", "other"),
        [
            ("exact", "310101198001010010", "10101198001010010"),
            ("reach", "13800000001", "13800000002"),
            ("reach", "wx_13800000001", "13800000001"),
            ("reach", "1@example.com", "1@example.org"),
        ],
    )
    def test_are_told_apart(self, kind: str, one: str, other: str) -> None:
        assert vault.fronts(one, HOME, kind) != vault.fronts(other, HOME, kind)
