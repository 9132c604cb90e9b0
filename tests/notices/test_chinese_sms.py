"""SMS by Alibaba Cloud and Tencent Cloud: what their codes mean, templates, and reports that nobody signs."""

import json
from itertools import permutations
from typing import Any

import pytest
from django.test import Client

from notices import receipts, relay
from notices.channels import Unclear, Undelivered, wire
from notices.models import CarrierReceipt, ChannelAccount, Notice
from people.models import ContactPoint
from tests import make
from tests.notices.cast import MONDAY, chain_holds, composed
from tests.notices.fakes.alibaba import FakeAlibaba
from tests.notices.fakes.server import Answer
from tests.notices.fakes.tencent import FakeTencent
from tests.notices.rigs import ALIBABA, TEMPLATED, TENCENT, Rig, send
from tests.notices.test_carriers import the

pytestmark = pytest.mark.django_db


def outcome(rig: Rig, step: Answer) -> Undelivered | Unclear:
    with rig.fake() as fake:
        account = rig.account(fake.base)
        fake.script = [step]
        with pytest.raises((Undelivered, Unclear)) as refused:
            send(rig, account)
    found: Undelivered | Unclear = refused.value
    return found


def kind(found: Undelivered | Unclear) -> str:
    """The outcome in a word."""
    if isinstance(found, Unclear):
        return "unclear"
    if found.dead:
        return "dead"
    if found.unwanted:
        return "unwanted"
    if found.permanent:
        return "never"
    return "all later" if found.everyone else "later"


SAID = {
    "dead": "Nobody is reached at this number (%s).",
    "unwanted": "Whoever has this number wants nothing more from us (%s).",
    "never": "The carrier refuses this message (%s).",
    "later": "The carrier takes no more for this number at present (%s).",
    "all later": "The carrier takes nothing from this account at present (%s).",
    "unclear": "%s",
}


class TestCodeOfAlibaba:
    @pytest.mark.parametrize(
        ("code", "means"),
        [
            ("isv.MOBILE_NUMBER_ILLEGAL", "dead"),
            ("isv.BUSINESS_LIMIT_CONTROL", "later"),  # so many a day to one number
            ("isv.DAY_LIMIT_CONTROL", "all later"),
            ("isv.AMOUNT_NOT_ENOUGH", "all later"),
            ("isv.OUT_OF_SERVICE", "all later"),
            ("isv.SMS_SIGNATURE_ILLEGAL", "all later"),
            ("isp.RAM_PERMISSION_DENY", "all later"),
            ("isv.SMS_TEMPLATE_ILLEGAL", "never"),
            ("isv.TEMPLATE_MISSING_PARAMETERS", "never"),
            ("isv.BLACK_KEY_CONTROL_LIMIT", "never"),
            ("isp.SYSTEM_ERROR", "unclear"),
        ],
    )
    def test_means(self, code: str, means: str) -> None:
        found = outcome(ALIBABA, FakeAlibaba.refuse(code))
        assert kind(found) == means
        assert found.why == SAID[means] % f"{code} 他们的话"

    def test_of_throttling_lets_all_wait(self) -> None:
        step = Answer(400, {"Code": "Throttling.User", "Message": "slow", "RequestId": "R"})
        assert kind(outcome(ALIBABA, step)) == "all later"


class TestCodeOfTencent:
    @pytest.mark.parametrize(
        ("code", "means"),
        [
            ("InvalidParameterValue.IncorrectPhoneNumber", "dead"),
            ("FailedOperation.PhoneNumberInBlacklist", "unwanted"),
            ("LimitExceeded.PhoneNumberDailyLimit", "later"),
            ("LimitExceeded.PhoneNumberThirtySecondLimit", "later"),
            ("LimitExceeded.AppDailyLimit", "all later"),
            ("FailedOperation.InsufficientBalanceInSmsPackage", "all later"),
            ("FailedOperation.SignatureIncorrectOrUnapproved", "all later"),
            ("FailedOperation.TemplateIncorrectOrUnapproved", "never"),
            ("FailedOperation.ContainSensitiveWord", "never"),
            ("InternalError.Timeout", "unclear"),
        ],
    )
    @pytest.mark.parametrize("whole", [False, True])
    def test_means_the_same_for_one_message_and_for_the_whole_call(
        self, code: str, means: str, whole: bool
    ) -> None:
        fake = FakeTencent()
        found = outcome(TENCENT, fake.error(code) if whole else fake.refuse(code))
        assert kind(found) == means
        assert found.why == SAID[means] % f"{code} 他们的话"

    def test_of_too_many_calls_lets_all_wait(self) -> None:
        found = outcome(TENCENT, FakeTencent().error("RequestLimitExceeded"))
        assert kind(found) == "all later"


@pytest.mark.parametrize("rig", [ALIBABA, TENCENT], ids=["alibaba", "tencent"])
class TestMessage:
    def test_without_an_approved_template_is_not_handed_over(self, rig: Rig) -> None:
        with rig.fake() as fake:
            account = rig.account(fake.base)
            with pytest.raises(Undelivered, match="approved no template"):
                send(rig, account, rig.text(template="", params={}))
            assert not fake.calls

    def test_takes_signature_template_and_what_stands_in_its_gaps(self, rig: Rig) -> None:
        with rig.fake() as fake:
            send(rig, rig.account(fake.base))
            taken = fake.taken[0]
        assert taken["SignName"] == "清水信用"
        if rig is ALIBABA:
            assert taken["TemplateCode"] == "SMS_1"
            assert json.loads(taken["TemplateParam"]) == TEMPLATED["params"]
            assert taken["PhoneNumbers"] == "13800000000"
        else:
            assert taken["TemplateId"] == "SMS_1"
            assert taken["TemplateParamSet"] == ["王先生", "021-60000000"]
            assert taken["PhoneNumberSet"] == ["+8613800000000"]


class Sent:
    """A notice in a text that the carrier has approved, which went through the outbox to a stand-in."""

    def __init__(self, rig: Rig, fake: Any) -> None:
        self.rig, self.fake, self.account = rig, fake, rig.account(fake.base)
        rig.approve(self.account)
        case = make.case()
        ContactPoint.objects.get_or_create(
            person=case.debtor, channel="sms", value="13800000000", defaults={"source": "contract"}
        )
        self.notice: Notice = composed(case, channel="sms", address="13800000000")
        relay.send_due(MONDAY)

    def report(
        self, *, well: bool = True, words: str = "用户接收成功", code: str = "",
        minute: int = 1,
    ) -> Any:  # fmt: skip
        number, when = the(self.notice).provider_id, f"2026-03-02 10:{minute:02}:00"
        if self.rig is ALIBABA:
            return {
                "phone_number": "13800000000", "send_time": when, "report_time": when,
                "success": well, "err_code": code or "DELIVERED", "err_msg": words,
                "sms_size": "1", "biz_id": number, "out_id": self.notice.reference,
            }  # fmt: skip
        return {
            "user_receive_time": when, "nationcode": "86", "mobile": "13800000000",
            "report_status": "SUCCESS" if well else "FAIL", "errmsg": code or "DELIVRD",
            "description": words, "sid": number,
        }  # fmt: skip

    def call(self, *rows: Any, key: str | None = None) -> Any:
        address = (
            wire.secret_call_back(self.account)
            if key is None
            else (f"{wire.call_back(self.account)}?key={key}")
        )
        path = address.removeprefix("http://127.0.0.1:8000")
        return Client().post(path, json.dumps(rows), content_type="application/json")

    def now(self) -> Notice:
        receipts.apply_open(MONDAY + 5 * (MONDAY - make.moment("2026-03-02 09:59")))
        return the(self.notice)


@pytest.mark.parametrize("rig", [ALIBABA, TENCENT], ids=["alibaba", "tencent"])
class TestReport:
    def test_of_delivery_delivers_at_the_time_of_shanghai_that_it_names(self, rig: Rig) -> None:
        with rig.fake() as fake:
            sent = Sent(rig, fake)
            answer = sent.call(sent.report())
            assert answer.status_code == 200
            wanted = {"code": 0, "msg": "接收成功"} if rig is ALIBABA else {
                "result": 0, "errmsg": "OK",
            }  # fmt: skip
            assert json.loads(answer.content) == wanted
            assert sent.now().state == "delivered"
            assert sent.now().delivered_at == make.moment("2026-03-02 10:01")

    def test_that_comes_twice_is_one_and_is_answered_alike(self, rig: Rig) -> None:
        with rig.fake() as fake:
            sent = Sent(rig, fake)
            row = sent.report()
            assert {sent.call(row, row).content, sent.call(row).content} == {sent.call(row).content}
            assert CarrierReceipt.objects.count() == 1

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_means_the_same_in_whatever_order_and_however_often_it_comes(
        self, rig: Rig, order: tuple[int, ...]
    ) -> None:
        with rig.fake() as fake:
            sent = Sent(rig, fake)
            true = [
                sent.report(minute=1),
                sent.report(minute=3, well=False, words="空号", code="MK:0001"),
                sent.report(minute=2),
            ]
            lie = sent.report(minute=4, well=False, words="停机")
            for number in order:
                assert sent.call(true[number], true[number]).status_code == 200
                assert sent.call(lie, key="guessed").status_code == 403
                sent.now()
            for row in true:  # all of them once more, after each has had its effect
                sent.call(row)
            assert sent.now().state == "bounced"
            assert sent.now().why == "该号码无法联系到任何人（MK:0001 空号）。"
            assert CarrierReceipt.objects.count() == 3
            kinds = sent.notice.case.events.values_list("kind", flat=True)
            assert list(kinds).count("notice.bounced") == 1
            assert chain_holds(sent.notice.case)

    def test_of_a_failure_that_a_delivery_has_overtaken_changes_nothing(self, rig: Rig) -> None:
        with rig.fake() as fake:
            sent = Sent(rig, fake)
            sent.call(sent.report(minute=3))
            assert sent.now().state == "delivered"
            sent.call(sent.report(minute=1, well=False, words="关机"))
            assert sent.now().state == "delivered"

    @pytest.mark.parametrize(
        ("words", "dead", "unwanted", "meaning"),
        [
            ("空号", True, False, "该号码无法联系到任何人（%s）。"),
            ("空号、停机或关机", False, False, "服务商未能投递（%s）。"),
            (
                "手机号在黑名单，用户已退订",
                False,
                True,
                "该号码的使用人不愿再收到我们的消息（%s）。",
            ),
            ("关机", False, False, "服务商未能投递（%s）。"),
        ],
    )
    def test_of_failure_tells_why_with_the_operator_s_words(
        self, rig: Rig, words: str, dead: bool, unwanted: bool, meaning: str
    ) -> None:
        with rig.fake() as fake:
            sent = Sent(rig, fake)
            sent.call(sent.report(well=False, words=words, code="MK:0001"))
            kept = CarrierReceipt.objects.get()
            assert (kept.dead, kept.unwanted) == (dead, unwanted)
            says = sent.now().about["says"]
            assert says["zh"] == meaning % f"MK:0001 {words}"
            assert f"(MK:0001 {words})" in says["en"]
            assert sent.now().state == "bounced"

    @pytest.mark.parametrize("key", ["", "guessed"])
    def test_without_the_key_that_we_gave_is_refused_and_counted(self, rig: Rig, key: str) -> None:
        with rig.fake() as fake:
            sent = Sent(rig, fake)
            assert sent.call(sent.report(), key=key).status_code == 403
            assert ChannelAccount.objects.get(pk=sent.account.pk).forged_count == 1
            assert sent.now().state == "sent"

    @pytest.mark.parametrize("rows", [{"a": 1}, ["x"], [{}], 7])
    def test_that_is_nonsense_is_told_so(self, rig: Rig, rows: Any) -> None:
        with rig.fake() as fake:
            sent = Sent(rig, fake)
            path = wire.secret_call_back(sent.account).removeprefix("http://127.0.0.1:8000")
            answer = Client().post(path, json.dumps(rows), content_type="application/json")
            assert answer.status_code == 400

    def test_is_asked_for_where_none_is_pushed(self, rig: Rig) -> None:
        with rig.fake() as fake:
            number = "90000^0" if rig is ALIBABA else "2640:0"
            fake.reports[number] = (3, "DELIVERED") if rig is ALIBABA else ("SUCCESS", "送达")
            sent = Sent(rig, fake)
            assert receipts.poll_due(MONDAY) == 1
            assert sent.now().state == "delivered"

    def test_clears_a_doubt_where_it_gives_our_number_back(self, rig: Rig) -> None:
        with rig.fake() as fake:
            fake.script = ["silent after"]
            sent = Sent(rig, fake)
            assert the(sent.notice).state == "doubtful"
            assert receipts.look_up_doubtful(
                MONDAY + 3 * (MONDAY - make.moment("2026-03-02 09:59"))
            )
            assert the(sent.notice).state == "sent"


class TestLookingUp:
    def test_at_tencent_finds_nothing_where_our_number_is_not_given_back(self) -> None:
        with FakeTencent() as fake:
            fake.gives_back_session = False
            account = TENCENT.account(fake.base)
            send(TENCENT, account)
            assert TENCENT.carrier.look_up(account, TENCENT.text(), MONDAY) is None
