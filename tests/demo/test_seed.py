"""Synthetic cases in bulk: whole enough for every page, every chain and every rule."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from cases.models import Case
from cases.policy import asks
from people.models import User
from tests import make
from timeline.chain import Verified, verify

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")


class TestSeed:
    def test_makes_cases_that_can_be_listed_opened_asked_and_proven(self) -> None:
        call_command("seed", cases=40)
        cases = list(Case.objects.filter(reference__startswith="SD-2026-"))
        assert len(cases) == 40
        assert all(isinstance(verify(case), Verified) for case in cases)
        reader = User.objects.create_user("seed-reader", role="supervisor", team=cases[0].team)
        client = Client()
        client.force_login(reader)
        assert cases[0].reference in client.get("/?view=all").content.decode()
        assert client.get(cases[0].get_absolute_url()).status_code == 200
        verdict = asks("contact.log", channel="letter", contact_sources=("contract",))(
            cases[0], by=reader, at=AT
        )
        assert verdict.packs

    def test_is_refused_where_there_are_seeded_cases_already(self) -> None:
        call_command("seed", cases=1)
        with pytest.raises(CommandError, match="empty"):
            call_command("seed", cases=1)
