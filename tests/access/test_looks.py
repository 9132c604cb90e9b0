"""A look that was refused stands on the record: who, when, which address; and nothing gives it away."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.looks import MOST, keep
from access.models import RefusedLook
from people.models import User
from tests import make

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def now(clock: Any) -> None:
    clock.set(AT)


class TestLook:
    def test_at_a_case_of_another_team_is_written_down(self) -> None:
        case, who = make.case(), make.outsider()
        assert client_of(who).get(f"/cases/{case.reference}/?tab=people").status_code == 404
        look = RefusedLook.objects.get()
        assert (look.who, look.status, look.route) == (who, 404, "desk:case")
        assert look.path == f"/cases/{case.reference}/"  # what follows the "?" is not kept
        assert look.minute == AT

    def test_is_of_its_minute_whatever_the_second(self, clock: Any) -> None:
        client = client_of(make.outsider())
        for late in (timedelta(seconds=1), timedelta(seconds=59, microseconds=7)):
            clock.set(AT + late)
            client.get("/cases/HZ-0000-0000/")
        look = RefusedLook.objects.get()
        assert (look.minute, look.count) == (AT, 2)

    def test_at_a_page_of_another_role_is_written_down(self) -> None:
        assert client_of(make.clerk()).get(reverse("desk:dashboard")).status_code == 403
        assert RefusedLook.objects.get().status == RefusedLook.Status.NOT_THEIR_ROLE

    def test_at_an_address_that_no_database_can_hold_is_written_down_without_that(self) -> None:
        boss = User.objects.create_user("boss", role="administrator", is_staff=True)
        assert client_of(boss).get("/security/people/a%00b/").status_code == 404
        assert RefusedLook.objects.get().path == "/security/people/ab/"

    def test_that_is_allowed_is_not(self) -> None:
        case = make.case()
        assert client_of(make.clerk()).get(case.get_absolute_url()).status_code == 200
        assert not RefusedLook.objects.exists()

    def test_of_nobody_in_particular_is_not(self) -> None:
        Client().get("/cases/HZ-0000-0000/")
        Client().get("/no-such-page/")
        assert not RefusedLook.objects.exists()

    def test_at_the_secret_address_of_a_debtor_is_not(self) -> None:
        client = client_of(make.clerk())
        assert client.get(reverse("portal:visit", args=["not-a-token"])).status_code == 404
        assert client.get(reverse("portal:messages", args=["not-a-token"])).status_code == 200
        assert not RefusedLook.objects.exists()

    def test_with_a_form_that_has_no_token_is_not(self) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(make.clerk())
        assert client.post(reverse("people:password")).status_code == 403
        assert not RefusedLook.objects.exists()

    def test_costs_and_tells_the_same_whether_the_case_is_there_or_not(self) -> None:
        case, client = make.case(), client_of(make.outsider())
        told = []
        for reference in (case.reference, "HZ-2026-9999"):
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(f"/cases/{reference}/timeline/")
            told.append((answer.status_code, answer.content, len(asked), dict(answer.headers)))
        assert told[0][0] == 404
        assert told[0][2:] == told[1][2:]
        assert RefusedLook.objects.count() == 2


class TestRecord:
    def test_counts_what_is_asked_again_within_the_minute(self) -> None:
        who = make.outsider()
        for seconds in (0, 20, 59, 60):
            keep(who=who, status=404, route="desk:case", path="/cases/A/",
                 at=AT + timedelta(seconds=seconds))  # fmt: skip
        assert list(RefusedLook.objects.order_by("pk").values_list("count", flat=True)) == [3, 1]
        assert RefusedLook.objects.order_by("pk")[0].last_at == AT + timedelta(seconds=59)

    def test_keeps_apart_so_many_addresses_a_minute_and_counts_the_others_together(self) -> None:
        who = make.outsider()
        for number in range(MOST + 40):
            keep(who=who, status=404, route="desk:case", path=f"/cases/{number}/", at=AT)
        assert RefusedLook.objects.count() == MOST + 1
        assert RefusedLook.objects.get(path="").count == 40

    def test_cannot_be_removed_or_rewritten(self) -> None:
        keep(who=make.outsider(), status=404, route="desk:case", path="/cases/A/", at=AT)
        for change in (
            lambda: RefusedLook.objects.all().delete(),
            lambda: RefusedLook.objects.update(path="/"),
            lambda: RefusedLook.objects.update(count=0),
        ):
            with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
                change()


class TestPage:
    def looks(self) -> tuple[User, User]:
        mine = make.clerk()
        other = make.outsider()
        keep(who=mine, status=403, route="desk:dashboard", path="/dashboard/", at=AT)
        keep(who=other, status=404, route="desk:case", path="/cases/HZ-2026-0001/", at=AT)
        return mine, other

    def paths(self, reader: User, **asked: str) -> set[str]:
        rows = client_of(reader).get(reverse("people:looks"), asked).context["rows"]
        return {row.path for row in rows}

    def test_shows_a_supervisor_the_looks_of_the_own_team(self) -> None:
        self.looks()
        assert self.paths(make.supervisor()) == {"/dashboard/"}

    @pytest.mark.parametrize("role", ["compliance_officer", "auditor"])
    def test_shows_all_to_those_who_see_every_team(self, role: str) -> None:
        _mine, other = self.looks()
        reader = getattr(make, role)()
        assert self.paths(reader) == {"/dashboard/", "/cases/HZ-2026-0001/"}
        assert self.paths(reader, who=other.username) == {"/cases/HZ-2026-0001/"}

    def test_is_paged_by_key_at_the_cost_of_one_query(self) -> None:
        who, client = make.outsider(), client_of(make.compliance_officer())
        for number in range(60):
            keep(who=who, status=404, route="x", path=f"/{number}/",
                 at=AT + timedelta(minutes=number))  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            first = client.get(reverse("people:looks"))
        assert len(first.context["rows"]) == 50
        assert len(asked) <= 6
        second = client.get(reverse("people:looks") + first.context["older"])
        assert [row.path for row in second.context["rows"]] == [f"/{n}/" for n in range(9, -1, -1)]
