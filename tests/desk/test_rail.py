"""The rail counts what waits for its reader, and nothing that only others may decide."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from people.models import User
from tests import make
from visits.actions.refusing import ask_to_lift, record_refusal

pytestmark = pytest.mark.django_db


def counted(who: User) -> str:
    client = Client()
    client.force_login(who)
    rail = client.get(reverse("desk:approvals")).context["rail"]
    return next(item.count for item in rail if item.url == reverse("desk:approvals"))


class TestApprovals:
    def test_are_counted_only_for_those_who_may_decide_them(self, clock: Any) -> None:
        clock.set("2026-03-02T12:00", zone="Asia/Shanghai")
        case = make.prepared_case()
        at = make.moment("2026-03-02 11:00")
        refusal = record_refusal(case=case, how="in_writing", remark="", by=make.clerk(), at=at)
        ask_to_lift(refusal=refusal, reason="债务人来信邀请", by=make.clerk(), at=at)
        assert counted(make.compliance_officer()) == "1"
        assert counted(make.supervisor()) == ""
        assert counted(make.clerk()) == ""


class TestPlace:
    """One place may lie below another: the nearest alone is marked."""

    @pytest.mark.parametrize("name", ["notices:accounts", "notices:letters"])
    def test_is_marked_alone(self, name: str) -> None:
        client = Client()
        client.force_login(make.administrator())
        rail = client.get(reverse(name)).context["rail"]
        assert [item.url for item in rail if item.active] == [reverse(name)]
