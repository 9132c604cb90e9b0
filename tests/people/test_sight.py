"""What a role's sight of cases hangs on: the team, the day, and how much is shown."""

from datetime import date
from typing import Any

import pytest

from people.models import User
from people.rights import ROLES
from tests import make

pytestmark = pytest.mark.django_db

EVERY_TEAM = {"compliance", "administrator", "auditor"}
TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def on_a_monday(clock: Any) -> None:
    clock.set(make.moment("2026-03-02 10:00"))


def one(role: str, *, with_team: bool = True) -> User:
    team = make.team() if with_team else None
    return make.user(username=f"a-{role}", role=role, in_team=team)


@pytest.mark.parametrize("role", [role.value for role in ROLES])
class TestSight:
    def test_of_a_role_is_of_the_own_team_or_of_every_one(self, role: str) -> None:
        who = one(role)
        assert who.sees_every_team is (role in EVERY_TEAM)
        assert who.own_team == ({} if role in EVERY_TEAM else {"team_id": who.team_id})

    def test_without_a_team_is_bound_to_none(self, role: str) -> None:
        assert one(role, with_team=False).own_team == {}

    def test_hangs_on_the_day_where_it_hangs_on_a_mandate(self, role: str) -> None:
        who = one(role)
        by_mandate = role not in {*EVERY_TEAM, "counsel", "operator"}
        assert who.sight == {**who.own_team, **({"today": TODAY} if by_mandate else {})}

    def test_is_masked_for_auditors_alone(self, role: str) -> None:
        assert one(role).sees_masked is (role == "auditor")

    def test_changes_nothing_for_those_who_do_no_casework(self, role: str) -> None:
        assert one(role).only_reads is (role in {"auditor", "operator"})
        assert one(role).sees_no_case is (role == "operator")


class TestSystem:
    def test_is_bound_to_no_team(self) -> None:
        system = User.objects.system()
        system.team_id = make.team().pk
        assert system.own_team == system.sight == {}
        assert not system.sees_every_team


class TestToday:
    def test_is_the_house_s_day_unless_one_is_given(self, clock: Any) -> None:
        who = one("clerk")
        assert who.today == TODAY
        clock.set(make.moment("2026-03-02 23:59"))
        assert who.today == TODAY
        clock.set(make.moment("2026-03-03 00:00"))
        assert who.today == date(2026, 3, 3)
        who.today = date(2026, 1, 1)
        assert who.sight["today"] == date(2026, 1, 1)
