"""WeCom and official accounts at WeChat: tokens, codes, tasks that a member confirms, signed events."""

import base64
import os
import struct
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.test import Client

from notices import receipts, relay
from notices.channels import Undelivered, weixin
from notices.models import CarrierReceipt, ChannelAccount, Notice
from people.models import ContactPoint
from tests import make
from tests.notices.cast import MONDAY, composed, queued
from tests.notices.fakes.weixin import APP, TOKEN, FakeWeChat, FakeWeCom, finished, signed
from tests.notices.rigs import WECHAT, WECOM, Rig, send
from tests.notices.test_carriers import the

pytestmark = pytest.mark.django_db

both = pytest.mark.parametrize("rig", [WECOM, WECHAT], ids=["wecom", "wechat"])


@pytest.fixture(autouse=True)
def no_tokens() -> None:
    weixin._tokens.clear()


class TestToken:
    @both
    def test_is_asked_for_once_for_many_lines(self, rig: Rig) -> None:
        with rig.fake() as fake:
            account = rig.account(fake.base)
            for number in range(1, 4):
                send(rig, account, rig.text(number))
            assert fake.given == 1

    @both
    def test_that_was_withdrawn_is_renewed_and_the_message_goes_once(self, rig: Rig) -> None:
        with rig.fake() as fake:
            account = rig.account(fake.base)
            send(rig, account)
            fake.withdraw()
            send(rig, account, rig.text(2))
            assert fake.given == 2
            assert len(fake.taken) == 2
            assert set(fake.keys.values()) == {1}

    @both
    def test_is_shared_by_accounts_of_the_same_application_and_by_no_other(self, rig: Rig) -> None:
        with rig.fake() as fake:
            send(rig, rig.account(fake.base))
            other = rig.account(fake.base, of=make.creditor())
            send(rig, other, rig.text(2))
            assert fake.given == 1
            other.secrets = dict.fromkeys(rig.secrets, "another")
            with pytest.raises(Undelivered):
                send(rig, other, rig.text(3))


class TestCode:
    @pytest.mark.parametrize(
        ("rig", "code", "means"),
        [
            (WECOM, 84061, "dead"),  # no contact of that member
            (WECOM, 40096, "dead"),
            (WECOM, 81013, "never"),
            (WECOM, 45009, "all later"),
            (WECOM, -1, "all later"),
            (WECOM, 60020, "all later"),  # our address is not on their list
            (WECHAT, 43004, "dead"),  # not a follower
            (WECHAT, 40003, "dead"),
            (WECHAT, 43101, "unwanted"),
            (WECHAT, 40037, "never"),
            (WECHAT, 45009, "all later"),
            (WECHAT, 48001, "all later"),
        ],
    )
    def test_means(self, rig: Rig, code: int, means: str) -> None:
        with rig.fake() as fake:
            account = rig.account(fake.base)
            fake.script = [fake.refuse(code)]
            with pytest.raises(Undelivered) as refused:
                send(rig, account)
        found = refused.value
        told = {
            "dead": f"This account cannot be written to ({code} their words).",
            "unwanted": f"This account cannot be written to ({code} their words).",
            "never": f"The message was refused ({code} their words).",
        }  # fmt: skip
        assert found.why == told.get(means, f"{code} their words")
        assert means == (
            "dead" if found.dead else "unwanted" if found.unwanted else "never"
            if found.permanent else "all later" if found.everyone else "later"
        )  # fmt: skip


class TestWeCom:
    def test_makes_a_task_for_a_customer_that_a_member_confirms(self) -> None:
        with FakeWeCom() as fake:
            send(WECOM, WECOM.account(fake.base))
            asked = fake.taken[0]["asked"]
            assert asked["external_userid"] == ["wmOne"]
            assert asked["sender"] == "zhangsan"
            assert fake.calls[-1].path == "/cgi-bin/externalcontact/add_msg_template"

    def test_sends_to_a_member_at_once_and_the_same_words_once(self) -> None:
        with FakeWeCom() as fake:
            account = WECOM.account(fake.base)
            account.settings["to"] = "members"
            send(WECOM, account, WECOM.text(to="lisi"))
            asked = fake.taken[0]["asked"]
            assert (asked["touser"], asked["agentid"]) == ("lisi", 1000002)
            assert asked["enable_duplicate_check"] == 1

    def test_refuses_what_would_be_cut_off(self) -> None:
        with FakeWeCom() as fake:
            account = WECOM.account(fake.base)
            with pytest.raises(Undelivered, match="cut it off") as refused:
                send(WECOM, account, WECOM.text(text="字" * 1334))
            assert refused.value.permanent
            assert not fake.calls

    @pytest.mark.parametrize(
        ("status", "state", "dead"),
        [(0, "sent", False), (1, "delivered", False), (2, "bounced", True), (3, "bounced", False)],
    )
    def test_tells_when_asked_what_became_of_a_task(
        self, status: int, state: str, dead: bool
    ) -> None:
        with FakeWeCom() as fake:
            WECOM.account(fake.base)
            case = make.case()
            ContactPoint.objects.create(
                person=case.debtor, channel="wecom", value="wmOne", source="contract"
            )
            notice = queued(case, channel="wecom", address="wmOne", subject="", with_point=False)
            relay.send_due(MONDAY)
            fake.results["wmOne"] = status
            receipts.poll_due(MONDAY)
            receipts.apply_open(make.moment("2026-03-02 10:05"))
            assert the(notice).state == state
            if state == "bounced":
                assert CarrierReceipt.objects.get().dead == dead


class Sent:
    """A message in an approved text that went through the outbox to the stand-in."""

    def __init__(self, fake: FakeWeChat, aes_key: str = "") -> None:
        self.account = WECHAT.account(fake.base)
        if aes_key:
            self.account.secrets = {**WECHAT.secrets, "aes_key": aes_key}
            self.account.save()
        WECHAT.approve(self.account)
        case = make.case()
        ContactPoint.objects.create(
            person=case.debtor, channel="wechat", value="oOne", source="contract"
        )
        self.notice = composed(case, channel="wechat", address="oOne")
        relay.send_due(MONDAY)

    def call(self, body: str, token: str = TOKEN, **more: str) -> Any:
        asked = {"timestamp": "1772416860", "nonce": "7", **more}
        asked.setdefault("signature", signed(token, "1772416860", "7"))
        return Client().post(
            f"/carriers/{self.account.slug}/", body, content_type="text/xml", query_params=asked
        )

    def now(self) -> Notice:
        receipts.apply_open(make.moment("2026-03-02 10:05"))
        return the(self.notice)


class TestWeChat:
    def test_hands_over_the_template_and_what_stands_in_its_gaps(self) -> None:
        with FakeWeChat() as fake:
            send(WECHAT, WECHAT.account(fake.base))
            taken = fake.taken[0]
        assert taken["template_id"] == "SMS_1"
        assert taken["data"]["name"] == {"value": "王先生"}
        assert taken["client_msg_id"] == "n1"

    def test_without_an_approved_template_is_not_handed_over(self) -> None:
        with FakeWeChat() as fake:
            account = WECHAT.account(fake.base)
            with pytest.raises(Undelivered, match="approved no template"):
                send(WECHAT, account, WECHAT.text(template=""))

    def test_proves_that_the_address_is_ours(self) -> None:
        with FakeWeChat() as fake:
            slug = WECHAT.account(fake.base).slug
            asked = {"timestamp": "1", "nonce": "2", "echostr": "4711"}
            good = {**asked, "signature": signed(TOKEN, "1", "2")}
            assert Client().get(f"/carriers/{slug}/", good).content == b"4711"
            assert (
                Client().get(f"/carriers/{slug}/", {**asked, "signature": "0"}).status_code == 403
            )

    def test_tells_of_delivery_once(self) -> None:
        with FakeWeChat() as fake:
            sent = Sent(fake)
            event = finished(str(fake.taken[0]["msgid"]))
            assert {sent.call(event).content for _ in range(2)} == {b"success"}
            assert CarrierReceipt.objects.count() == 1
            assert sent.now().state == "delivered"

    def test_tells_that_the_person_has_barred_the_account(self) -> None:
        with FakeWeChat() as fake:
            sent = Sent(fake)
            sent.call(finished(str(fake.taken[0]["msgid"]), "failed:user block"))
            assert sent.now().state == "bounced"
            point = sent.now().contact_point
            assert point
            assert point.do_not_contact

    def test_is_not_believed_without_its_signature(self) -> None:
        with FakeWeChat() as fake:
            sent = Sent(fake)
            assert sent.call(finished("1"), token="guessed").status_code == 403
            assert ChannelAccount.objects.get(pk=sent.account.pk).forged_count == 1

    @pytest.mark.parametrize("body", ["", "<xml>", "<xml><Event>x</Event></xml>"])
    def test_answers_what_it_does_not_know_and_keeps_nothing(self, body: str) -> None:
        with FakeWeChat() as fake:
            sent = Sent(fake)
            assert sent.call(body).content == b"success"
            assert not CarrierReceipt.objects.exists()

    @pytest.mark.parametrize(("app", "status"), [(APP, 200), ("wx-another", 403)])
    def test_reads_an_encrypted_event_that_is_for_this_account(self, app: str, status: int) -> None:
        raw = bytes(range(32))
        with FakeWeChat() as fake:
            sent = Sent(fake, base64.b64encode(raw).decode().rstrip("="))
            inside = finished(str(fake.taken[0]["msgid"])).encode()
            plain = os.urandom(16) + struct.pack("!I", len(inside)) + inside + app.encode()
            pad = 32 - len(plain) % 32
            maker = Cipher(algorithms.AES(raw), modes.CBC(raw[:16])).encryptor()
            sealed = maker.update(plain + bytes([pad]) * pad) + maker.finalize()
            text = base64.b64encode(sealed).decode()
            answer = sent.call(
                f"<xml><ToUserName><![CDATA[gh]]></ToUserName><Encrypt><![CDATA[{text}]]></Encrypt></xml>",
                msg_signature=signed(TOKEN, "1772416860", "7", text), signature="",
            )  # fmt: skip
            assert answer.status_code == status
            assert (sent.now().state == "delivered") == (status == 200)
