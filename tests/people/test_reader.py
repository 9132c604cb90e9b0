"""Who reads a page: found again on each, with the team that every page names."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from people.backends import WithTeam
from people.models import User
from tests import make

pytestmark = pytest.mark.django_db


class TestReader:
    def test_comes_with_the_team_in_one_query(self) -> None:
        key = make.clerk().pk
        with CaptureQueriesContext(connection) as seen:
            user = WithTeam().get_user(key)
            assert user
            assert str(user.team) == "杭州一组"
        assert len(seen) == 1

    def test_may_be_without_a_team(self) -> None:
        assert WithTeam().get_user(make.compliance_officer().pk) == make.compliance_officer()

    def test_is_nobody_once_barred_or_unknown(self) -> None:
        client = Client()
        client.force_login(make.clerk())
        assert client.get("/").status_code == 200
        User.objects.filter(pk=make.clerk().pk).update(is_active=False)
        assert client.get("/").status_code == 302
        assert WithTeam().get_user(0) is None
