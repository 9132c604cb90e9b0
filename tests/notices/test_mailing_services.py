"""E-mail by mailing services: the message as they take it, and their events in our words."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from notices import receipts, relay
from notices.channels import Attachment, Undelivered, wire
from notices.models import CarrierReceipt, ChannelAccount, Notice
from tests import make
from tests.notices.cast import MONDAY, queued
from tests.notices.fakes.server import Answer
from tests.notices.rigs import BREVO, BY_MAIL, MAILGUN, POSTMARK, RESEND, SENDGRID, Rig, send
from tests.notices.test_carriers import the

pytestmark = pytest.mark.django_db

every = pytest.mark.parametrize("rig", BY_MAIL, ids=lambda rig: rig.name)
FILE = Attachment("通知书.pdf", "application/pdf", make.PDF)
SIGNING = "mailgun-signing-key"


class TestMessage:
    @every
    def test_goes_with_its_file_from_the_account_s_own_address(self, rig: Rig) -> None:
        with rig.fake() as fake:
            send(rig, rig.account(fake.base), rig.text(attachments=(FILE,)))
            whole = fake.calls[-1].body.decode("utf-8", "replace")
        assert "notices@mail.example.com" in whole
        assert "pdf" in whole
        assert "doorstep@localhost" not in whole

    @pytest.mark.parametrize("rig", [POSTMARK, SENDGRID, BREVO, RESEND], ids=lambda rig: rig.name)
    def test_names_the_sender_in_plain_words_and_not_as_a_header_is_coded(self, rig: Rig) -> None:
        with rig.fake() as fake:
            send(rig, rig.account(fake.base), rig.text(sender="清水信用服务"))
            [call] = fake.calls
        assert "清水信用服务" in json.dumps(call.json, ensure_ascii=False)
        assert "=?utf-8?" not in call.body.decode().casefold()

    def test_carries_a_key_to_the_one_service_that_takes_one(self) -> None:
        with RESEND.fake() as fake:
            account = RESEND.account(fake.base)
            for _ in range(2):
                send(RESEND, account)
            keys = {call.headers["idempotency-key"] for call in fake.calls}
        assert len(keys) == 1

    @every
    def test_that_is_refused_for_its_own_sake_is_never_sent(self, rig: Rig) -> None:
        with rig.fake() as fake:
            account = rig.account(fake.base)
            fake.script = [Answer(400, {"message": "The subject is too long"})]
            with pytest.raises(Undelivered) as refused:
                send(rig, account)
        assert refused.value.permanent
        assert refused.value.why == "400 The subject is too long"

    def test_to_an_address_that_postmark_bars_is_never_sent(self) -> None:
        with POSTMARK.fake() as fake:
            account = POSTMARK.account(fake.base)
            words = (
                "You tried to send to recipient(s) that have been marked as inactive. Found"
                " inactive addresses: zhang@example.com. Inactive recipients are ones that have"
                " generated a hard bounce, a spam complaint, or a manual suppression."
            )
            fake.script = [Answer(422, {"ErrorCode": 406, "Message": words})]
            with pytest.raises(Undelivered) as refused:
                send(POSTMARK, account)
        assert refused.value.permanent

    @every
    def test_to_no_address_is_never_sent(self, rig: Rig) -> None:
        with rig.fake() as fake:
            with pytest.raises(Undelivered) as refused:
                send(rig, rig.account(fake.base), rig.text(to="nobody"))
            assert refused.value.permanent
            assert not fake.calls


STAMP = 1772416860  # 2026-03-02 10:01 in Shanghai


def event(rig: Rig, number: str, what: str) -> tuple[Any, dict[str, str]]:
    """An event as the service words it, and its headers."""
    if rig is POSTMARK:
        return {
            "delivered": {"RecordType": "Delivery", "DeliveredAt": "2026-03-02T02:01:00Z"},
            "dead": {
                "RecordType": "Bounce", "Type": "HardBounce", "BouncedAt": "2026-03-02T02:01:00Z",
                "Details": "smtp;550 5.1.1 no such user", "ID": 7,
            },
            "full": {
                "RecordType": "Bounce", "Type": "SoftBounce", "BouncedAt": "2026-03-02T02:01:00Z",
                "Details": "smtp;552 5.2.2 mailbox full", "ID": 8,
            },
            "complained": {
                "RecordType": "SpamComplaint", "Type": "SpamComplaint",
                "BouncedAt": "2026-03-02T02:01:00Z", "ID": 9,
            },
        }[what] | {"MessageID": number, "Email": "zhang@example.com"}, {}  # fmt: skip
    if rig is SENDGRID:
        row = {
            "delivered": {"event": "delivered", "response": "250 OK"},
            "dead": {"event": "bounce", "type": "bounce", "reason": "550 5.1.1 no such user",
                     "bounce_classification": "Invalid Address"},
            "full": {"event": "bounce", "type": "blocked", "reason": "552 5.2.2 mailbox full"},
            "complained": {"event": "spamreport"},
        }[what]  # fmt: skip
        return [row | {"anymail_id": number, "timestamp": STAMP, "email": "zhang@example.com"}], {}
    if rig is MAILGUN:
        held = {
            "delivered": {"event": "delivered", "delivery-status": {"code": 250}},
            "dead": {"event": "failed", "severity": "permanent", "reason": "bounce",
                     "delivery-status": {"code": 550, "message": "5.1.1 no such user"}},
            "full": {"event": "failed", "severity": "permanent", "reason": "bounce",
                     "delivery-status": {"code": 552, "message": "5.2.2 mailbox full"}},
            "complained": {"event": "complained"},
        }[what]  # fmt: skip
        token = "t" * 50
        made = hmac.new(SIGNING.encode(), f"{STAMP}{token}".encode(), hashlib.sha256).hexdigest()
        return {
            "signature": {"timestamp": str(STAMP), "token": token, "signature": made},
            "event-data": held | {
                "id": what, "timestamp": STAMP, "recipient": "zhang@example.com",
                "message": {"headers": {"message-id": number.strip("<>")}}, "tags": [],
                "user-variables": {},
            },
        }, {}  # fmt: skip
    if rig is BREVO:
        row = {
            "delivered": {"event": "delivered"},
            "dead": {"event": "hard_bounce", "reason": "550 5.1.1 no such user"},
            "full": {"event": "soft_bounce", "reason": "552 5.2.2 mailbox full"},
            "complained": {"event": "spam"},
        }[what]
        return row | {
            "message-id": number, "ts_epoch": STAMP * 1000, "email": "zhang@example.com",
        }, {}  # fmt: skip
    data = {"email_id": number, "to": ["zhang@example.com"], "headers": []}
    bounced = {
        "bounce": {
            "message": "The recipient's email provider sent a hard bounce message, but…",
            "type": "Permanent",
        }
    }
    full = {
        "bounce": {
            "message": "The recipient's email provider sent a bounce message because the recipient's"
            " inbox was full.",
            "type": "Transient",
        }
    }
    kind = {"dead": "bounced", "full": "bounced"}.get(what, what)
    return {
        "type": f"email.{kind}", "created_at": "2026-03-02T02:01:00.000Z",
        "data": data | {"dead": bounced, "full": full}.get(what, {}),
    }, {}  # fmt: skip


class Sent:
    """A notice that went through the outbox to a stand-in."""

    def __init__(self, rig: Rig, fake: Any) -> None:
        self.rig, self.account = rig, rig.account(fake.base)
        if rig is MAILGUN:
            self.account.secrets = {**rig.secrets, "signing_key": SIGNING}
            self.account.save()
        self.notice: Notice = queued(make.case())
        relay.send_due(MONDAY)

    def call(self, what: str, key: str = "", body: str | None = None) -> Any:
        said, headers = event(self.rig, the(self.notice).provider_id, what)
        shown = f"{wire.USER}:{key or wire.call_back_key(self.account)}"
        return Client().post(
            f"/carriers/{self.account.slug}/", json.dumps(said) if body is None else body,
            content_type="application/json",
            headers={"Authorization": "Basic " + base64.b64encode(shown.encode()).decode(), **headers},
        )  # fmt: skip

    def now(self) -> Notice:
        receipts.apply_open(make.moment("2026-03-02 10:05"))
        return the(self.notice)


class TestEvent:
    @every
    def test_of_delivery_delivers_once_at_its_moment(self, rig: Rig) -> None:
        with rig.fake() as fake:
            sent = Sent(rig, fake)
            assert {sent.call("delivered").status_code for _ in range(2)} == {200}
            kept = CarrierReceipt.objects.get()
            assert (kept.state, kept.said_at) == ("delivered", make.moment("2026-03-02 10:01"))
            assert sent.now().state == "delivered"

    @every
    @pytest.mark.parametrize(("what", "dead"), [("dead", True), ("full", False)])
    def test_of_a_bounce_tells_a_dead_address_from_a_full_mailbox(
        self, rig: Rig, what: str, dead: bool
    ) -> None:
        with rig.fake() as fake:
            sent = Sent(rig, fake)
            assert sent.call(what).status_code == 200
            kept = CarrierReceipt.objects.all()
            if what == "full" and not kept:
                return  # the service itself says that it will try again
            assert kept.get().dead == dead
            assert sent.now().state == "bounced"
            point = sent.now().contact_point
            assert point
            assert bool(point.dead_at) == dead

    @every
    def test_of_a_bounce_says_why_in_each_reader_s_language(self, rig: Rig) -> None:
        with rig.fake() as fake:
            sent = Sent(rig, fake)
            sent.call("dead")
            told = {}
            for tongue, code in (("en", "en"), ("zh", "zh-hans")):
                with override(code):
                    told[tongue] = str(sent.now().because)
            assert told["en"].partition(": ")[0] in {
                "The receiving server turned it away", "There is no such address",
            }  # fmt: skip
            assert told["zh"].partition("：")[0] in {"收件方邮件服务器拒收", "该邮箱地址不存在"}

    @every
    def test_of_a_complaint_bars_the_address_and_does_not_take_the_delivery_back(
        self, rig: Rig
    ) -> None:
        with rig.fake() as fake:
            sent = Sent(rig, fake)
            sent.call("delivered")
            assert sent.now().state == "delivered"
            sent.call("complained")
            assert sent.now().state == "delivered"
            point = sent.now().contact_point
            assert point
            assert (point.do_not_contact, point.dead_at) == (True, None)

    @every
    def test_without_our_key_is_refused_and_counted(self, rig: Rig) -> None:
        with rig.fake() as fake:
            sent = Sent(rig, fake)
            assert sent.call("dead", key="guessed").status_code == 403
            assert ChannelAccount.objects.get(pk=sent.account.pk).forged_count == 1
            assert not CarrierReceipt.objects.exists()

    @every
    @pytest.mark.parametrize(
        "body", ["[]", "{}", "[1]", "null", '"words"', "7", "{", '{"items": 1}']
    )
    def test_that_is_no_report_of_theirs_changes_nothing(self, rig: Rig, body: str) -> None:
        with rig.fake() as fake:
            sent = Sent(rig, fake)
            assert sent.call("delivered", body=body).status_code in {200, 400, 403}
            assert not CarrierReceipt.objects.exists()

    def test_of_mailgun_is_refused_while_the_account_names_no_signing_key(self) -> None:
        with MAILGUN.fake() as fake:
            sent = Sent(MAILGUN, fake)
            sent.account.secrets = {**MAILGUN.secrets, "signing_key": ""}
            sent.account.save()
            assert sent.call("delivered").status_code == 403

    def test_of_mailgun_must_be_signed_too(self) -> None:
        with MAILGUN.fake() as fake:
            sent = Sent(MAILGUN, fake)
            sent.account.secrets = {**MAILGUN.secrets, "signing_key": "another"}
            sent.account.save()
            assert sent.call("delivered").status_code == 403
