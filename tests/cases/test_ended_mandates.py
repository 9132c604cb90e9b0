"""An agency sees the cases of mandates in force; its access ends the day after the mandate's last."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from api.models import ApiKey, new_key
from cases.actions.preparing import set_mandate
from cases.models import Case, Mandate
from desk.worklist import Wanted, page_of
from people.models import User
from tests import make
from workflow.steps import Outsider, note

pytestmark = pytest.mark.django_db

LAST = date(2026, 3, 10)
ON_LAST_DAY = "2026-03-10T23:59"
DAY_AFTER = "2026-03-11T00:00"


@pytest.fixture
def ending() -> Case:
    """A case whose mandate ends on 10 March."""
    case = make.prepared_case()
    Mandate.objects.filter(pk=case.mandate_id).update(valid_until=LAST)
    return case


def page(case: Case, who: User) -> int:
    client = Client()
    client.force_login(who)
    return client.get(case.get_absolute_url()).status_code


class TestAccess:
    @pytest.mark.parametrize("role", ["clerk", "supervisor"])
    def test_ends_the_day_after_the_last(self, ending: Case, clock: Any, role: str) -> None:
        who = getattr(make, role)()
        clock.set(ON_LAST_DAY, zone="Asia/Shanghai")
        assert page(ending, who) == 200
        clock.set(DAY_AFTER, zone="Asia/Shanghai")
        assert page(ending, who) == 404

    def test_is_not_there_before_the_first_day(self, ending: Case, clock: Any) -> None:
        Mandate.objects.update(valid_from=LAST)
        clock.set("2026-03-09T12:00", zone="Asia/Shanghai")
        assert page(ending, make.clerk()) == 404

    def test_stays_with_those_who_answer_for_the_house(self, ending: Case, clock: Any) -> None:
        clock.set(DAY_AFTER, zone="Asia/Shanghai")
        assert page(ending, make.compliance_officer()) == 200
        assert page(ending, make.administrator()) == 200

    def test_comes_back_with_another_mandate(self, ending: Case, clock: Any) -> None:
        now = clock.set(DAY_AFTER, zone="Asia/Shanghai")
        renewed = make.mandate(number="WT-2026-02")
        set_mandate(case=ending, mandate=renewed, by=make.administrator(), at=now)
        assert page(ending, make.clerk()) == 200

    def test_is_not_had_by_the_mandate_of_another_agency(self, ending: Case, clock: Any) -> None:
        clock.set(ON_LAST_DAY, zone="Asia/Shanghai")
        far = make.agency(slug="far-shore", name="彼岸信用服务")
        Mandate.objects.update(agent=far)
        assert page(ending, make.clerk()) == 404

    def test_is_had_where_another_agency_may_pass_its_mandate_on(
        self, ending: Case, clock: Any
    ) -> None:
        clock.set(ON_LAST_DAY, zone="Asia/Shanghai")
        far = make.agency(slug="far-shore", name="彼岸信用服务")
        Mandate.objects.update(agent=far, subdelegation=True)
        assert page(ending, make.clerk()) == 200
        clock.set(DAY_AFTER, zone="Asia/Shanghai")
        assert page(ending, make.clerk()) == 404

    def test_of_a_creditor_s_own_team_hangs_on_no_mandate(self, ending: Case, clock: Any) -> None:
        clock.set(DAY_AFTER, zone="Asia/Shanghai")
        own = make.team(name="自有一组", of=make.creditor())
        Case.objects.filter(pk=ending.pk).update(team=own)
        assert page(ending, make.clerk(in_team=own, username="own-clerk")) == 200

    def test_ends_for_actions_and_for_keys(self, ending: Case, clock: Any) -> None:
        now, who = clock.set(DAY_AFTER, zone="Asia/Shanghai"), make.clerk()
        with pytest.raises(Outsider):
            note(ending, event="case.noted", by=who, at=now)
        key, digest = new_key()
        ApiKey.objects.create(user=who, name="t", digest=digest, created_at=now)
        answer = Client().get(
            f"/api/cases/{ending.reference}/", headers={"Authorization": f"Bearer {key}"}
        )
        assert answer.status_code == 404


class TestWorkList:
    def listed(self, who: User, at: Any) -> list[str]:
        return [row.reference for row in page_of(Wanted(view="all"), who, at, at).cases]

    def test_holds_the_case_no_longer(self, ending: Case, clock: Any) -> None:
        other = make.case(
            reference="HZ-2026-0300", external_reference="E-300",
            under=make.mandate(number="WT-2026-02"),
        )  # fmt: skip
        who = make.clerk()
        now = clock.set(ON_LAST_DAY, zone="Asia/Shanghai")
        assert self.listed(who, now) == [other.reference, ending.reference]
        now = clock.set(DAY_AFTER, zone="Asia/Shanghai")
        assert self.listed(who, now) == [other.reference]

    def test_costs_no_query_more(self, ending: Case, clock: Any) -> None:
        now, who = clock.set(ON_LAST_DAY, zone="Asia/Shanghai"), make.clerk()
        with CaptureQueriesContext(connection) as asked:
            self.listed(who, now)
        assert len(asked) == 1

    def test_is_read_by_the_team_s_index(self, ending: Case) -> None:
        rows = Case.objects.visible_to(make.clerk()).order_by("-pk")[:51]
        with connection.cursor() as cursor:
            cursor.execute("set local enable_seqscan = off; set local enable_sort = off")
        assert "case_of_team" in rows.explain()


class TestWindingUp:
    """The narrow way that is left: to certify what became of the data, with no look at the case."""

    GIVEN = {"how": "deleted", "done_on": "2026-03-11", "what": "全部资料", "signed_by": "方宁"}

    def test_lists_the_case_until_the_agency_has_certified(self, ending: Case, clock: Any) -> None:
        clock.set(DAY_AFTER, zone="Asia/Shanghai")
        client = Client()
        client.force_login(make.clerk())
        shown = client.get("/winding-up/").content.decode()
        assert ending.reference in shown
        assert ending.debtor.name not in shown
        asked = client.get(f"/winding-up/{ending.reference}/").content.decode()
        assert ending.debtor.name not in asked
        answer = client.post(f"/winding-up/{ending.reference}/", {**self.GIVEN, "guard_key": "k"})
        assert answer.status_code == 302
        assert ending.events.filter(kind="agency_data.certified").exists()
        assert ending.reference not in client.get("/winding-up/").content.decode()
        assert client.get(f"/winding-up/{ending.reference}/").status_code == 404

    def test_is_not_there_while_the_mandate_is_in_force(self, ending: Case, clock: Any) -> None:
        clock.set(ON_LAST_DAY, zone="Asia/Shanghai")
        client = Client()
        client.force_login(make.clerk())
        assert client.get(f"/winding-up/{ending.reference}/").status_code == 404

    def test_is_nobody_else_s(self, ending: Case, clock: Any) -> None:
        clock.set(DAY_AFTER, zone="Asia/Shanghai")
        client = Client()
        client.force_login(make.outsider())
        assert client.get(f"/winding-up/{ending.reference}/").status_code == 404
        assert ending.reference not in client.get("/winding-up/").content.decode()
