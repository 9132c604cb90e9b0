"""What an administrator may say of an organisation's rule packs."""

from typing import Any

import pytest
from django.test import Client

from people.models import Organisation
from tests import make

PAGE = "/administration/people/organisation/{}/change/"


def saved(creditor: Organisation, **changes: Any) -> Any:
    """The answer of the administration's page to these changes."""
    client = Client()
    client.force_login(make.administrator())
    kept = {
        field.name: getattr(creditor, field.name) or ""
        for field in Organisation._meta.fields
        if field.name != "id"
    }
    packs = changes.pop("packs", creditor.packs)
    return client.post(
        PAGE.format(creditor.pk), {**kept, "packs": ",".join(packs), **changes}, follow=False
    )


@pytest.mark.django_db
class TestPacksOfACreditor:
    def test_may_come_on_top_of_the_law_of_home(self) -> None:
        creditor = make.creditor()
        assert saved(creditor, packs=["cn", "story"]).status_code == 302
        creditor.refresh_from_db()
        assert creditor.packs == ["cn", "story"]

    def test_may_be_left_to_the_place(self) -> None:
        creditor = make.creditor()
        assert saved(creditor, packs=[]).status_code == 302
        creditor.refresh_from_db()
        assert creditor.packs == []

    def test_may_tighten_the_law_of_home_without_naming_it_twice(self) -> None:
        assert saved(make.creditor(), packs=["house-hz"]).status_code == 302

    def test_may_not_leave_out_the_law_of_home(self) -> None:
        creditor = make.creditor(packs=["cn"])
        answer = saved(creditor, packs=["story"])
        assert answer.status_code == 200
        assert "该清单遗漏了债权人所在地依法适用的规则包：cn" in answer.content.decode()
        creditor.refresh_from_db()
        assert creditor.packs == ["cn"]

    def test_must_exist(self) -> None:
        answer = saved(make.creditor(), packs=["cn", "atlantis"])
        assert answer.status_code == 200
        assert "没有名为 atlantis 的规则包" in answer.content.decode()

    def test_of_an_agency_are_its_own_matter(self) -> None:
        agency = make.agency()
        assert saved(agency, packs=[]).status_code == 302
