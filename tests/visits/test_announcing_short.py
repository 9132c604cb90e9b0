"""A visit is announced by a short message beside the notice itself, where there is an account for it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from notices import receipts, relay
from people.models import ContactPoint
from tests import make, walk
from visits.actions.announcing import announce_visit
from visits.models import Visit
from workflow.steps import WrongInput

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")


def reached_by_sms(visit: Visit, **more: Any) -> None:
    ContactPoint.objects.create(
        **{
            "person": visit.case.debtor,
            "channel": "sms",
            "value": "13800000000",
            "source": "contract",
        }
        | more
    )


class TestShortMessage:
    def test_goes_beside_the_letter_and_says_when(self) -> None:
        make.account()
        visit = walk.planned()
        reached_by_sms(visit)
        made = announce_visit(
            visit=visit, language="zh", channels=["letter", "sms"], by=make.clerk(), at=AT
        )
        sms = next(one for one in made if one.channel == "sms")
        assert "书面通知另发" in sms.body
        assert sms.address == "13800000000"

    def test_that_arrives_serves_the_notice_as_the_packs_say(self) -> None:
        make.account()
        visit = walk.planned(starts_at=make.moment("2026-03-10 14:30"))
        reached_by_sms(visit)
        announce_visit(
            visit=visit, language="zh", channels=["letter", "sms"], by=make.clerk(), at=AT
        )
        relay.send_due(AT)
        later = make.moment("2026-03-02 10:05")
        receipts.poll_due(later)
        receipts.apply_open(later)
        fresh = Visit.objects.get(pk=visit.pk)
        assert (fresh.state, fresh.served_at) == ("noticed", make.moment("2026-03-02 10:01"))

    def test_is_refused_alone(self) -> None:
        make.account()
        visit = walk.planned()
        reached_by_sms(visit)
        with pytest.raises(WrongInput):
            announce_visit(visit=visit, language="zh", channels=["sms"], by=make.clerk(), at=AT)
        assert not visit.notices.exists()

    @pytest.mark.parametrize(
        "more", [{"source": "unknown"}, {"do_not_contact": True}, {"dead_at": AT}]
    )
    def test_is_refused_to_a_number_that_may_not_be_used(self, more: dict[str, Any]) -> None:
        make.account()
        visit = walk.planned()
        reached_by_sms(visit, **more)
        with pytest.raises(WrongInput) as wrong:
            announce_visit(
                visit=visit, language="zh", channels=["letter", "sms"], by=make.clerk(), at=AT
            )
        assert wrong.value.field == "sms"

    @pytest.mark.parametrize("account", [True, False])
    def test_is_offered_only_where_somebody_carries_it(self, account: bool, clock: Any) -> None:
        clock.set(AT)
        if account:
            make.account()
        visit = walk.planned()
        reached_by_sms(visit)
        client = Client(headers={"accept-language": "en"})
        client.force_login(make.clerk())
        page = client.get(reverse("visits:announce", args=[visit.reference])).content.decode()
        assert ("By SMS" in page) == account
