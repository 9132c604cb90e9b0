"""Everybody knocks at every door that is not theirs: refused, every time, and written down, every time.

The addresses and who may open them are those of the table in ``tests/test_rights.py``.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from access.models import RefusedLook
from people.models import User
from people.rights import may, opens
from tests import make
from tests.test_rights import OF_A_KEY, OF_NO_CASE, TABLE, Route
from tests.world import APART, HOUSE, NOW, TEAM, World, build, rolled_back, signed_in

OUTSIDERS = [
    "clerk of next team", "officer of next team", "supervisor of other agency",
    "clerk of no team", "lawyer of another firm",
]  # fmt: skip


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), rolled_back():
        world = build()
        firm = make.law_firm(slug="far-law", name="彼岸律师事务所")
        world.outsiders["lawyer of another firm"] = make.counsel(username="far-counsel", of=firm)
        yield world


@pytest.fixture
def world(built: World, clock: Any) -> Iterator[World]:
    clock.set(NOW)
    with rolled_back():
        yield built


def of_a_case(name: str, route: Route) -> bool:
    """Whether the address leads to a thing that some people do not see at all."""
    of_the_house = name in OF_NO_CASE or name.startswith(("rulebook:", "wording:"))
    return route.args is not None and not of_the_house


def refusal(name: str, route: Route, who: User, method: str, *, outside: bool) -> int | None:
    """What that person is to be told at that address: 403, 404, or nothing of the kind."""
    right = route.reads if method == "GET" else route.writes
    lacks = bool(right) and not may(who, right)
    if not opens(who, name, sends=method == "POST"):
        return 403
    if outside and of_a_case(name, route):
        return 403 if route.role_first and lacks else 404
    return 403 if lacks else None


def knock(world: World, who: User, *, outside: bool) -> tuple[list[str], int]:
    """Every address at which that person is to be refused; what was answered otherwise, and how many."""
    wrong, knocked, client = [], 0, signed_in(who)
    for name, route in TABLE.items():
        method = route.only or "GET"
        wanted = refusal(name, route, who, method, outside=outside)
        if wanted is None:
            continue
        address = reverse(name, args=route.args(world) if route.args else [])
        answer = client.get(address) if method == "GET" else client.post(address)
        knocked += 1
        if answer.status_code != wanted:
            wrong.append(f"{method} {address}: {answer.status_code} and not {wanted}")
    return wrong, knocked


def written(who: User) -> int:
    """How many refusals of that person stand on the record."""
    found: int | None = RefusedLook.objects.filter(who=who).aggregate(all=Sum("count"))["all"]
    return found or 0


@pytest.mark.timeout(600)
class TestEveryDoor:
    @pytest.mark.parametrize("name", OUTSIDERS)
    def test_is_shut_to_those_who_have_nothing_to_do_with_the_team(
        self, world: World, name: str
    ) -> None:
        who = world.outsiders[name]
        wrong, knocked = knock(world, who, outside=True)
        assert wrong == []
        assert knocked > 150
        assert written(who) == knocked

    @pytest.mark.parametrize("role", TEAM + HOUSE + APART)
    def test_of_a_right_that_somebody_lacks_is_shut_to_them(self, world: World, role: str) -> None:
        who = world.people[role]
        wrong, knocked = knock(world, who, outside=False)
        assert wrong == []
        assert written(who) == knocked > 0

    @pytest.mark.parametrize("name", OUTSIDERS[:4])
    def test_is_shut_to_their_keys(self, world: World, name: str) -> None:
        who = world.outsiders[name]
        for route_name, route in OF_A_KEY.items():
            address = reverse(route_name, args=route.args(world) if route.args else [])
            headers = {"Authorization": f"Bearer {world.key_of(who)}"}
            ask = Client().get if route.only == "GET" else Client().post
            assert ask(address, headers=headers).status_code == 404
        assert written(who) == len(OF_A_KEY)
