"""One table says who may do what: it is told whole, shown whole, and holds."""

import re
from contextlib import suppress
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from people.models import User
from people.rights import PAGES_OF, RIGHTS, ROLES, may, opens
from people.rights_told import GROUPS, table
from tests import make
from tests.test_rights import OF_A_KEY, TABLE
from workflow import approvals
from workflow.models import Approval
from workflow.steps import RightRefused, note

AT = make.moment("2026-03-02 10:00")
ELSEWHERE = {
    "correct_number": "tests/door",  # by a phone at the door
    "see_restricted": "tests/cases/test_circumstances.py",  # parts of pages, not pages
    "decide_hold": "tests/cases/test_holding.py",  # by the reason of the hold
    "watch_machine": "tests/notices/test_watching.py",  # the place in the rail
    "administer": "tests/test_rights.py",  # Django's administration
}
"""Rights that no address of the table asks for, and where they are tried instead."""


def somebody(role: str) -> User:
    makers: dict[str, Any] = {
        "clerk": make.clerk, "officer": make.officer, "supervisor": make.supervisor,
        "compliance": make.compliance_officer, "counsel": make.counsel, "auditor": make.auditor,
        "operator": make.operator, "administrator": make.administrator,
    }  # fmt: skip
    user: User = makers[role]()
    return user


class TestTable:
    def test_names_every_role_of_people(self) -> None:
        assert set(ROLES) == set(User.Role) - {User.Role.SYSTEM}
        assert {role for roles in RIGHTS.values() for role in roles} <= {r.value for r in ROLES}

    def test_tells_every_right_once_in_words(self) -> None:
        told = [right for _title, rights in GROUPS for right in rights]
        assert sorted(told) == sorted(RIGHTS)

    def test_has_no_right_that_nothing_asks_for(self) -> None:
        asked = {right for route in [*TABLE.values(), *OF_A_KEY.values()]
                 for right in (route.reads, route.writes)}  # fmt: skip
        asked |= {kind.right for kind in approvals._kinds.values()} | set(ELSEWHERE)
        assert set(RIGHTS) - asked == set()

    def test_lets_those_who_do_no_casework_read_and_nothing_else(self) -> None:
        for role, pages in PAGES_OF.items():
            user = User(role=role)
            for name, route in {**TABLE}.items():
                if opens(user, name) and name in pages and route.reads:
                    assert may(user, route.reads), (role, name)
                if name in pages:
                    assert not opens(user, name, sends=True), (role, name)


@pytest.mark.django_db
class TestPage:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_shows_each_cell_as_the_table_has_it(self, language: str) -> None:
        client = Client()
        client.force_login(make.clerk())
        client.cookies["django_language"] = language
        page = client.get(reverse("desk:rights")).content.decode()
        words = {"zh-hans": ("是", "否"), "en": ("yes", "no")}[language]
        rows = re.findall(r'<tr data-right="(\w+)">(.*?)</tr>', page, re.DOTALL)
        assert [right for right, _row in rows] == [
            row.right for _t, rows in table() for row in rows
        ]
        for right, row in rows:
            cells = re.findall(
                r'<td data-role="(\w+)" class="(is-yes|is-no).*?<span class="visually-hidden">(.*?)</span></td>',
                row, re.DOTALL,
            )  # fmt: skip
            assert [role for role, _class, _said in cells] == [role.value for role in ROLES]
            for role, shown, said in cells:
                carries = role in RIGHTS[right]
                assert shown == ("is-yes" if carries else "is-no"), (right, role)
                assert said.endswith(words[0] if carries else words[1]), (right, role)

    @pytest.mark.parametrize("role", ROLES)
    def test_is_everybody_s_and_in_their_menu(self, role: str) -> None:
        client = Client()
        client.force_login(somebody(role))
        answer = client.get(reverse("desk:rights"))
        assert answer.status_code == 200
        assert reverse("desk:rights") in {item.url for item in answer.context["rail"]}


@pytest.mark.django_db
class TestRight:
    @pytest.mark.parametrize("role", sorted(set(ROLES) - {"counsel", "operator"}))
    def test_is_asked_by_every_action(self, role: str) -> None:
        """Lawyers and operators see no case at all, whatever their team: tests/test_crawler.py."""
        case, who = make.case(), somebody(role)
        who.team = case.team  # so that the case is theirs to see
        who.save(update_fields=["team"])
        allowed = set()
        for right in RIGHTS:
            with suppress(RightRefused):
                note(case, event="case.noted", right=right, by=who, at=AT)
                allowed.add(right)
        reads_only = role == "auditor"
        assert allowed == {right for right in RIGHTS if role in RIGHTS[right] and not reads_only}


class TestKindsOfApproval:
    def test_are_decided_by_a_right_of_their_own(self) -> None:
        assert set(approvals._kinds) == set(Approval.Kind.values)
        for kind in approvals._kinds.values():
            assert kind.right in RIGHTS
            assert not {"auditor", "operator"} & RIGHTS[kind.right]
