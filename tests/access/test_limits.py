"""Auditors read and see masked data alone; operators see the machine and no case."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from people.masking import mask
from people.models import User
from tests import make, walk
from workflow.approvals import request_approval
from workflow.steps import Outsider, RightRefused, note

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


class TestAuditor:
    def pages(self, case: Case) -> list[str]:
        asked = request_approval(
            case=case, kind="early_closure", subject="withdrawn", by=make.clerk(), at=AT,
            reason=f"{case.debtor.name} 已搬走，电话 13800000001",
        )  # fmt: skip
        return [
            "/?view=all", f"/cases/{case.reference}/timeline/", reverse("desk:approvals"),
            reverse("desk:approval", args=[asked.pk]),
            reverse("retention:case", args=[case.reference]),
        ]  # fmt: skip

    def test_sees_nobody_s_name_number_or_address(self, clock: Any) -> None:
        clock.set(AT)
        case = walk.noticed().case
        point = case.debtor.contact_points.get(channel="phone")
        hidden = [case.debtor.name, case.debtor.id_number, point.value,
                  case.debtor.addresses.get().text]  # fmt: skip
        client = client_of(make.auditor())
        for address in self.pages(case)[:-2]:
            page = client.get(address, follow=True).content.decode()
            said = address == reverse("desk:approvals")  # a reason in a list may name somebody
            assert [word for word in hidden if word in page and not said] == [], address
            assert case.reference in page or said

    def test_reads_of_a_case_its_timeline(self) -> None:
        case = make.case()
        answer = client_of(make.auditor()).get(case.get_absolute_url())
        assert answer.url == reverse("desk:timeline", args=[case.reference])
        page = client_of(make.auditor()).get(answer.url).content.decode()
        assert mask(case.debtor.name) in page

    def test_is_shown_no_page_that_does_not_mask(self) -> None:
        case = make.case()
        client = client_of(make.auditor())
        for name in ("cases:debtor", "cases:call", "agreements:account", "cases:strategy"):
            assert client.get(reverse(name, args=[case.reference])).status_code == 403

    def test_changes_nothing(self) -> None:
        case, who = make.case(), make.auditor()
        with pytest.raises(RightRefused):
            note(case, event="case.noted", right="edit_case", by=who, at=AT)
        with pytest.raises(RightRefused):  # even where an action asks for no right
            note(case, event="case.noted", by=who, at=AT)


class TestOperator:
    def test_begins_at_the_machine(self) -> None:
        answer = client_of(make.operator()).get("/")
        assert answer.url == reverse("notices:outbox")

    def test_sees_the_figures_of_the_whole_house_and_nobody_s_name(self, clock: Any) -> None:
        clock.set(AT)
        case = walk.noticed().case
        answer = client_of(make.operator()).get(reverse("notices:outbox"))
        page = answer.content.decode()
        assert answer.context["watch"].lanes
        assert case.reference not in page
        assert case.debtor.name not in page

    def test_decides_on_nothing_there(self) -> None:
        answer = client_of(make.operator()).post(reverse("notices:outbox"), {"do": "drop"})
        assert answer.status_code == 403

    def test_sees_how_channels_do_and_opens_none(self) -> None:
        account = make.account()
        client = client_of(make.operator())
        page = client.get(reverse("notices:account", args=[account.pk])).content.decode()
        assert reverse("notices:change_account", args=[account.pk]) not in page
        listed = client.get(reverse("notices:accounts")).content.decode()
        assert reverse("notices:open_account", args=["demo_sms"]) not in listed

    def test_sees_no_case_whatever_the_team(self) -> None:
        case, who = make.case(), make.operator()
        who.team = case.team
        who.save(update_fields=["team"])
        assert not Case.objects.visible_to(who).exists()
        with pytest.raises(Outsider):
            note(case, event="case.noted", by=who, at=AT)
