"""SMS by Twilio: what its codes mean, and its signed call-backs."""

from typing import Any

import pytest
from django.test import Client

from notices import receipts, relay
from notices.channels import Undelivered
from notices.models import CarrierReceipt, ChannelAccount, Notice
from tests import make
from tests.notices.cast import MONDAY
from tests.notices.fakes.twilio import FakeTwilio
from tests.notices.rigs import TWILIO, send
from tests.notices.test_carriers import sms, the

pytestmark = pytest.mark.django_db


class TestRefusal:
    @pytest.mark.parametrize(
        ("status", "code", "permanent", "dead", "unwanted", "everyone"),
        [
            (400, 21211, True, True, False, False),  # no such number
            (400, 21614, True, True, False, False),  # a landline
            (400, 21610, True, False, True, False),  # has answered STOP
            (400, 21408, True, False, False, False),  # a country that the account may not serve
            (400, 21617, True, False, False, False),  # too long
            (400, 21606, False, False, False, True),  # the sender is not ours
            (401, 20003, False, False, False, True),
            (429, 20429, False, False, False, True),
        ],
    )
    def test_means(
        self, status: int, code: int, permanent: bool, dead: bool, unwanted: bool, everyone: bool
    ) -> None:
        with FakeTwilio() as fake:
            account = TWILIO.account(fake.base)
            fake.script = [fake.refuse(status, code, "Words of Twilio")]
            with pytest.raises(Undelivered) as refused:
                send(TWILIO, account)
        found = refused.value
        assert (found.permanent, found.dead, found.unwanted, found.everyone) == (
            permanent, dead, unwanted, everyone,
        )  # fmt: skip
        assert f"({code} " in found.why
        assert "Words of Twilio" in found.why

    def test_of_a_number_that_is_none_needs_no_call(self) -> None:
        with FakeTwilio() as fake:
            with pytest.raises(Undelivered) as refused:
                send(TWILIO, TWILIO.account(fake.base), TWILIO.text(to="nobody"))
            assert refused.value.permanent
            assert not fake.calls


class TestMessage:
    def test_goes_by_a_messaging_service_where_one_is_named(self) -> None:
        with FakeTwilio() as fake:
            account = TWILIO.account(fake.base)
            account.settings["sender"] = "MG" + "1" * 32
            send(TWILIO, account)
            assert fake.calls[-1].form["MessagingServiceSid"] == "MG" + "1" * 32

    def test_goes_to_the_number_with_its_country(self) -> None:
        with FakeTwilio() as fake:
            send(TWILIO, TWILIO.account(fake.base), TWILIO.text(to="138 0000-0000"))
            assert fake.taken[0]["to"] == "+8613800000000"


class Sent:
    """A notice that went through the outbox to the stand-in."""

    def __init__(self, fake: FakeTwilio) -> None:
        self.fake, self.account = fake, TWILIO.account(fake.base)
        self.notice: Notice = sms(make.case())
        relay.send_due(MONDAY)

    def call(self, status: str, code: int = 0, **more: Any) -> Any:
        path, fields, signature = self.fake.call_back(0, status, code, **more)
        return Client().post(path, fields, headers={"X-Twilio-Signature": signature})

    def now(self) -> Notice:
        receipts.apply_open(MONDAY)
        return the(self.notice)


class TestCallBack:
    def test_of_delivery_delivers_once_however_often_it_comes(self) -> None:
        with FakeTwilio() as fake:
            sent = Sent(fake)
            for status in ("sent", "delivered", "delivered", "sending"):
                assert sent.call(status).status_code == 200
            assert CarrierReceipt.objects.count() == 1
            assert sent.now().state == "delivered"

    @pytest.mark.parametrize(("code", "dead"), [(30003, False), (30005, True), (30006, True)])
    def test_of_failure_tells_whether_the_number_is_dead(self, code: int, dead: bool) -> None:
        with FakeTwilio() as fake:
            sent = Sent(fake)
            sent.call("undelivered", code)
            assert CarrierReceipt.objects.get().dead == dead
            assert sent.now().state == "bounced"
            assert str(code) in sent.now().why
            assert sent.now().about["says"]["zh"] == (
                f"该号码无法联系到任何人（Twilio {code}）。"
                if dead
                else f"服务商未能投递（Twilio {code}）。"
            )

    def test_that_the_person_has_unsubscribed_bars_the_number(self) -> None:
        with FakeTwilio() as fake:
            sent = Sent(fake)
            point = sent.notice.case.debtor.contact_points.get(channel="sms")
            Notice.objects.filter(pk=sent.notice.pk).update(contact_point=point)
            sent.call("failed", 21610)
            sent.now()
            point.refresh_from_db()
            assert (point.do_not_contact, point.dead_at) == (True, None)

    def test_signed_with_another_token_is_refused_and_counted(self) -> None:
        with FakeTwilio() as fake:
            sent = Sent(fake)
            assert sent.call("delivered", token="guessed").status_code == 403
            assert ChannelAccount.objects.get(pk=sent.account.pk).forged_count == 1
            assert sent.now().state == "sent"

    def test_whose_fields_were_changed_is_refused(self) -> None:
        with FakeTwilio() as fake:
            Sent(fake)
            path, fields, signature = fake.call_back(0, "undelivered", 30005)
            fields["MessageStatus"] = "delivered"
            answer = Client().post(path, fields, headers={"X-Twilio-Signature": signature})
            assert answer.status_code == 403

    def test_clears_a_doubt_by_the_reference_in_its_address(self) -> None:
        with FakeTwilio() as fake:
            fake.script = ["silent after"]
            sent = Sent(fake)
            assert sent.now().state == "doubtful"
            sent.call("delivered")
            assert sent.now().state == "delivered"


class TestPolling:
    def test_tells_what_became_of_each(self) -> None:
        with FakeTwilio() as fake:
            sent = Sent(fake)
            assert list(TWILIO.carrier.poll(sent.account, [sent.now()])) == []
            fake.statuses[fake.taken[0]["sid"]] = ("delivered", None)
            assert receipts.poll_due(MONDAY) == 1
            assert sent.now().state == "delivered"
