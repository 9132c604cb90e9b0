"""Who guesses at the debtor's doors gets nothing, and whoever sits behind the same address is not hindered."""

import random
import string
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from cases.models import Case
from notices import codes, links
from notices.models import OneTimeCode, PortalLink
from people.models import User
from portal import entering
from tests import make, walk
from tests.portal.own_cast import MONDAY, TAIL, inside, own_link, words_of
from timeline.models import Event
from visits import guessing, tokens
from visits.models import CodeTries

pytestmark = pytest.mark.django_db

GUESSES = 100_000
OFFICE, ELSEWHERE = "192.0.2.1", "192.0.2.2"
ALPHABET = string.ascii_letters + string.digits + "-_"


@pytest.fixture(autouse=True)
def at(clock: Any) -> Any:
    clock.set(MONDAY)
    User.objects.system()
    return clock


@pytest.fixture
def link() -> PortalLink:
    return own_link(make.case())


def another_case(number: int = 9, id_number: str = "330102199001011232") -> Case:
    return make.case(
        reference=f"HZ-2026-09{number:02d}", external_reference=f"N-{number}",
        who=make.debtor(name="李雷", id_number=id_number),
    )  # fmt: skip


def guesses(token: str, dice: random.Random) -> Iterator[str]:
    """A third made up, a third near misses of a good one, a third of what is good elsewhere."""
    number, _dash, mark = token.partition("-")
    for turn in range(GUESSES):
        if turn % 3 == 0:
            yield f"{number}-{''.join(dice.choices(ALPHABET, k=len(mark)))}"
        elif turn % 3 == 1:
            place = dice.randrange(len(mark))
            other = dice.choice(ALPHABET.replace(mark[place], ""))
            yield f"{number}-{mark[:place]}{other}{mark[place + 1 :]}"
        else:
            yield f"{int(number, 16) + 1 + turn:x}-{mark}"


class TestTokens:
    def test_are_not_hit_by_a_hundred_thousand_guesses(self, link: PortalLink) -> None:
        token, dice = links.token_of(link), random.Random(42)
        hit = [one for one in guesses(token, dice) if links.key_of(one)]
        assert hit == []
        assert links.key_of(token) == link.pk

    def test_typed_by_hand_are_not_hit_either(self, link: PortalLink) -> None:
        wanted, dice = links.token_of(link), random.Random(43)
        typed = links.short_address_of(link).rstrip("/").rsplit("/", 1)[-1]
        number, _dash, mark = typed.partition("-")
        assert links.token_of_short(typed) == wanted
        for _turn in range(GUESSES):
            made_up = "".join(dice.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=links.SHORT))
            if made_up != mark.replace("-", ""):
                assert links.token_of_short(f"{number}-{made_up}") != wanted

    def test_of_a_visit_are_not_hit(self) -> None:
        walk.noticed()
        dice = random.Random(44)
        for _turn in range(1_000):
            assert tokens.by_token("".join(dice.choices(ALPHABET, k=22)), MONDAY) is None

    @pytest.mark.parametrize(
        "token",
        ["", "-", "1-", "0-", "-1", "1", "\ud800-\ud800", "١-" + "A" * 22, "1e309-x", "f" * 40, "1-" + "A" * 400],
    )  # fmt: skip
    def test_that_are_no_tokens_open_nothing(self, link: PortalLink, token: str) -> None:
        assert links.link_of(token) is None
        assert not entering.enter(token, TAIL, MONDAY, OFFICE).link

    def test_are_over_with_the_second_in_which_they_end(self, link: PortalLink) -> None:
        token = links.token_of(link)
        for seconds, opens in ((-1, True), (0, False), (1, False)):
            moment = link.expires_at + timedelta(seconds=seconds)
            assert bool(entering.enter(token, TAIL, moment, OFFICE).link) == opens, seconds

    def test_that_were_never_given_out_touch_none_that_was(self, link: PortalLink) -> None:
        """The oldest stands in for them, so that they take as long; its own answer opens nothing by them."""
        until = MONDAY + timedelta(minutes=30)
        code = codes.make(link=link, channel=codes.AT_DOOR, shown_to="officer", at=MONDAY)
        for marks in ({"wrong_tries": 3}, {"wrong_tries": 5, "shut_until": until}):
            PortalLink.objects.filter(pk=link.pk).update(**marks)
            before = PortalLink.objects.filter(pk=link.pk).values().get()
            for answer in (TAIL, "0000", codes.code_of(code)):
                assert not entering.enter(f"{link.pk:x}-{'A' * 22}", answer, MONDAY, OFFICE).link
                assert not entering.enter("ffff-wrong", answer, MONDAY, OFFICE).link
            assert PortalLink.objects.filter(pk=link.pk).values().get() == before
        code.refresh_from_db()
        assert code.used_at is None
        assert not Event.objects.filter(kind="portal.shut").exists()

    def test_withdrawn_are_over_at_once(self, link: PortalLink) -> None:
        PortalLink.objects.filter(pk=link.pk).update(revoked_at=MONDAY)
        assert not entering.enter(links.token_of(link), TAIL, MONDAY, OFFICE).link

    def test_of_another_case_open_with_their_own_answer_alone(self, link: PortalLink) -> None:
        other = own_link(another_case())
        assert not entering.enter(links.token_of(other), TAIL, MONDAY, OFFICE).link
        assert not entering.enter(links.token_of(link), "1232", MONDAY, OFFICE).link
        assert entering.enter(links.token_of(other), "1232", MONDAY, OFFICE).link == other


class TestReplay:
    def test_of_what_a_browser_held_is_over_after_a_quarter_of_an_hour(self, at: Any) -> None:
        came = inside(walk.noticed().case)
        held = came.client.cookies[settings.PORTAL_COOKIE_NAME].value
        thief = Client()
        thief.cookies[settings.PORTAL_COOKIE_NAME] = held
        at.set(MONDAY + entering.STAYS_FOR + timedelta(minutes=5))
        assert thief.get(came.address("home")).status_code == 302

    def test_of_it_with_another_link_or_another_end_opens_nothing(self) -> None:
        came = inside(walk.noticed().case)
        held = came.client.cookies[settings.PORTAL_COOKIE_NAME].value
        other = own_link(another_case())
        thief = Client()
        for value in (
            held,
            held[:-1] + ("A" if held[-1] != "A" else "B"),
            f"{other.pk}:9999999999:x",
        ):
            thief.cookies[settings.PORTAL_COOKIE_NAME] = value
            there = reverse("portal:home", args=[links.token_of(other)])
            assert thief.get(there).status_code == 302, value


class TestLimits:
    def test_over_the_net_say_the_same_of_every_guess(self, link: PortalLink) -> None:
        dice, seen = random.Random(45), set()
        token = links.token_of(link)
        client = Client(REMOTE_ADDR=OFFICE, headers={"Accept-Language": "en"})
        for guess in [*islice(guesses(token, dice), 30), token]:
            answer = client.post(reverse("portal:messages", args=[guess]), {"answer": "0000"})
            seen.add((answer.status_code, words_of(answer)))
        assert len(seen) == 1
        assert {status for status, _words in seen} == {422}

    def test_hinder_nobody_else_behind_the_same_address(self, link: PortalLink) -> None:
        """Somebody in the office guesses all the time; ten colleagues open their own pages."""
        for _turn in range(3 * guessing.MOST_ELSEWHERE):
            assert not entering.enter("7-" + "A" * 22, "0000", MONDAY, OFFICE).link
        for number in range(10):
            id_number = f"33010219900101{number:04d}"
            honest = own_link(another_case(number, id_number))
            assert entering.enter(links.token_of(honest), id_number[-4:], MONDAY, OFFICE).link

    def test_leave_who_guesses_one_try_at_a_link_and_others_the_rest(
        self, link: PortalLink
    ) -> None:
        token = links.token_of(link)
        for _turn in range(guessing.MOST_ELSEWHERE):
            entering.enter("7-" + "A" * 22, "0000", MONDAY, OFFICE)
        for guess in ("0000", TAIL):  # the second would have been right
            assert not entering.enter(token, guess, MONDAY, OFFICE).link
        link.refresh_from_db()
        assert link.wrong_tries == 1
        assert entering.enter(token, TAIL, MONDAY, ELSEWHERE).link

    def test_hold_whatever_is_guessed_at_one_link(self, link: PortalLink) -> None:
        """All ten thousand ends of an ID number from as many addresses: five are looked at, then none."""
        token = links.token_of(link)
        for number in range(60):
            answer = f"{number:04d}" if number != 30 else TAIL
            came = entering.enter(token, answer, MONDAY, f"198.51.100.{number}")
            assert not came.link, number

    def test_hold_for_the_code_of_a_visit_too(self) -> None:
        check = tokens.check_of(walk.noticed())
        assert check is not None
        for number in range(guessing.MOST_FROM_ONE):
            assert guessing.try_code(f"{number:06d}", "", OFFICE, MONDAY) is None
        assert guessing.try_code(check.code, "", OFFICE, MONDAY) is None
        assert guessing.try_code(check.code, "", ELSEWHERE, MONDAY) is not None


def at_once(many: int, do: Callable[[int], Any]) -> list[Any]:
    """Do it in so many threads, each with its own connection, that all begin in the same moment."""
    gate, found = threading.Barrier(many), []

    def run(number: int) -> None:
        try:
            gate.wait()
            found.append(do(number))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_one_code_lets_in_one(self, link: PortalLink) -> None:
        made = codes.make(link=link, channel=codes.AT_DOOR, shown_to="021", at=MONDAY)
        token, digits = links.token_of(link), codes.code_of(made)
        came = at_once(8, lambda n: entering.enter(token, digits, MONDAY, f"192.0.2.{n}").link)
        assert sum(one is not None for one in came) == 1
        assert OneTimeCode.objects.get().used_at == MONDAY

    def test_five_wrong_answers_are_looked_at_and_no_sixth(self, link: PortalLink) -> None:
        token = links.token_of(link)
        came = at_once(12, lambda n: entering.enter(token, "0000", MONDAY, f"192.0.2.{n}").link)
        assert not any(came)
        link.refresh_from_db()
        assert link.wrong_tries == entering.MOST_TRIES
        assert not entering.enter(token, TAIL, MONDAY, ELSEWHERE).link

    def test_every_wrong_try_of_an_address_is_counted(self) -> None:
        at_once(12, lambda _n: guessing.knock("answer", OFFICE, MONDAY))
        assert CodeTries.objects.get().wrong == 12

    def test_many_who_are_right_come_in_together(self, link: PortalLink) -> None:
        token = links.token_of(link)
        came = at_once(8, lambda _n: entering.enter(token, TAIL, MONDAY, OFFICE).link)
        assert all(came)
