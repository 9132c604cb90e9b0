"""With an account of its own the site reads and writes rows, and can neither rewrite nor drop what is final."""

from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import ProgrammingError, connection, transaction

from agreements.actions import closing, paying
from notices import relay
from tests import make, walk
from tests.agreements import cast
from timeline.chain import Verified, verify

pytestmark = pytest.mark.django_db
AT = make.moment("2026-03-02 10:00")
ROLE = "doorstep_site"
"""An account that the tests' own cluster has (embedded.servers), and that theirs may act as."""


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def as_site() -> Iterator[None]:
    """What follows is done by an account that was granted what the command grants."""
    call_command("grant_site", ROLE, stdout=StringIO())
    run(f"set role {ROLE}")
    yield
    run("reset role")


class TestSiteAccount:
    def test_goes_from_a_visit_to_a_closed_case(self, as_site: None, clock: Any) -> None:
        clock.set(AT)
        visit = walk.announced(case=make.prepared_case(), starts_at=make.moment("2026-03-11 10:00"))
        assert relay.claim("email", AT)[0] or visit.pk
        case = cast.signed(
            make.prepared_case(reference="HZ-2026-0220", external_reference="W-9")
        ).case
        paying.record_payment(
            case=cast.again(case), amount=Decimal("39000.00"), method="transfer", received_at=AT,
            by=make.clerk(), at=AT,
        )  # fmt: skip
        closing.issue_certificate(case=cast.again(case), by=make.clerk(), at=AT)
        assert isinstance(verify(cast.again(case)), Verified)

    @pytest.mark.parametrize(
        "statement",
        [
            "delete from timeline_event",
            "update timeline_event set actor_name = 'somebody'",
            "truncate timeline_event cascade",
            "alter table timeline_event disable trigger all",
            "drop trigger timeline_event_is_final on timeline_event",
            "create or replace function timeline_event_is_final() returns trigger language plpgsql as 'begin return new; end'",
            "update cases_ledgerentry set amount = 0",
            "delete from cases_ledgerentry",
            "update access_refusedlook set path = ''",
            "delete from django_migrations",
            "drop table documents_document",
            "create table mine (id int)",
            "create role another",
        ],
    )
    def test_cannot(self, as_site: None, statement: str) -> None:
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():  # fmt: skip
            run(statement)

    def test_is_neither_unknown_nor_the_owner(self) -> None:
        with pytest.raises(CommandError, match="has no account nobody_of_that_name"):
            call_command("grant_site", "nobody_of_that_name")
        with connection.cursor() as cursor:
            cursor.execute("select current_user")
            owner = cursor.fetchone()[0]
        with pytest.raises(CommandError, match="owns the tables"):
            call_command("grant_site", owner)

    def test_loses_what_it_was_given_by_hand(self) -> None:
        run(f"grant all on timeline_event to {ROLE}")
        call_command("grant_site", ROLE, stdout=StringIO())
        with connection.cursor() as cursor:
            cursor.execute("select has_table_privilege(%s, 'timeline_event', 'delete')", [ROLE])
            assert cursor.fetchone()[0] is False
