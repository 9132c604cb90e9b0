"""Every carrier from the page of its account to the receipt, against the stand-in that speaks its protocol.

An administrator opens the account and tries it; where the carrier wants approved texts, compliance enters
one; a clerk writes to the debtor; the worker sends; the carrier tells that it arrived; the notice's own
page, the account's page and the outbox say so, in the reader's language.
"""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from cases.models import Case
from notices import receipts, relay
from notices.channels import weixin, wire
from notices.models import ApprovedTemplate, ChannelAccount, Notice
from notices.texts.filed import filed
from notices.texts.placeholders import names_in
from people.models import ContactPoint, User
from tests import make
from tests.notices.fakes.server import Fake
from tests.notices.fakes.weixin import TOKEN, finished, signed
from tests.notices.rigs import ALIBABA, BY_MAIL, MAILGUN, RIGS, TENCENT, TWILIO, WECHAT, WECOM, Rig
from tests.notices.test_mailing_services import SIGNING, event

pytestmark = [pytest.mark.django_db, pytest.mark.journey]

AT, SOON = make.moment("2026-03-02 10:00"), make.moment("2026-03-02 10:01")
AFTER = make.moment("2026-03-02 10:10")
WORDS = "请在方便时致电我们。"
OWN = {"email": "me@agency.example", "sms": "13911112222", "wecom": "wmMine", "wechat": "oMine"}
SAYS = {"en": ("Delivered", "has taken the test message"), "zh": ("已送达", "服务商已接受")}


@pytest.fixture(autouse=True)
def no_tokens() -> None:
    weixin._tokens.clear()


class Walk:
    """One carrier, its stand-in, and the people who have to do with it; each step by the page's own form."""

    def __init__(self, rig: Rig, fake: Fake, language: str) -> None:
        self.rig, self.fake, self.language = rig, fake, language
        self.case = make.case()
        self.point, _new = ContactPoint.objects.get_or_create(
            person=self.case.debtor, channel=rig.carrier.channel, value=rig.to,
            defaults={"source": "contract"},
        )  # fmt: skip

    def by(self, who: User) -> Client:
        client = Client(headers={"accept-language": "zh-hans" if self.language == "zh" else "en"})
        client.force_login(who)
        return client

    def sees(self, who: User, address: str) -> str:
        answer = self.by(who).get(address)
        assert answer.status_code == 200
        return answer.content.decode()

    def fills_in(self, who: User, address: str, **values: Any) -> str:
        """The page's own form, with these values; it must know each of them, and take them."""
        client = self.by(who)
        form = client.get(address).context["form"]
        assert set(values) <= set(form.fields), set(values) - set(form.fields)
        answer = client.post(address, {"guard_key": address, **values}, follow=True)
        wrong = answer.context.get("form") if answer.context else None
        assert answer.redirect_chain, wrong.errors if wrong else answer.status_code
        return answer.content.decode()

    # ------------------------------------------------------------ the steps

    def opens_account(self) -> ChannelAccount:
        secrets = {**self.rig.secrets, **({"signing_key": SIGNING} if self.rig is MAILGUN else {})}
        self.fills_in(
            make.administrator(), reverse("notices:open_account", args=[self.rig.name]),
            organisation=make.agency().pk, per_minute="0", why="新合同", base=self.fake.base,
            **self.rig.settings, **secrets,
        )  # fmt: skip
        self.account = ChannelAccount.objects.get(provider=self.rig.name)
        return self.account

    def tries_it(self) -> str:
        given = {"to": OWN[self.rig.carrier.channel]}
        if self.rig.carrier.needs_template:
            given |= {"template": "SMS_TEST", "params": "name=测试"}
        return self.fills_in(
            make.administrator(), reverse("notices:try_account", args=[self.account.pk]), **given
        )

    def has_it_approved(self) -> None:
        text = filed("letter")[self.rig.carrier.channel, "zh"].body
        gaps = list(dict.fromkeys(names_in(text)))
        for name in gaps:
            text = text.replace(f"{{{name}}}", self.rig.gap % name)
        self.fills_in(
            make.compliance_officer(), reverse("wording:enter"), account=self.account.pk,
            wording="letter", language="zh", number="SMS_1", signature="", text=text,
            parameters="\n".join(f"{name} = {{{name}}}" for name in gaps),
        )  # fmt: skip

    def writes(self) -> Notice:
        self.fills_in(
            make.clerk(), reverse("cases:write", args=[self.case.reference]),
            channel=self.rig.carrier.channel, text=WORDS,
        )  # fmt: skip
        self.notice = Notice.objects.get(case=self.case)
        return self.notice

    def arrives(self) -> None:
        """The carrier tells that the last message it took has arrived, as it tells such things."""
        self.notice.refresh_from_db()
        TELLS[self.rig.name](self)
        receipts.apply_open(AFTER)
        self.notice.refresh_from_db()

    def calls(self, path: str, body: str, kind: str = "application/json", **more: Any) -> None:
        answer = Client().post(path, body, content_type=kind, **more)
        assert answer.status_code == 200, answer.content


def _chinese_sms(walk: Walk) -> None:
    number, when = walk.notice.provider_id, "2026-03-02 10:01:00"
    row: dict[str, Any] = {
        "phone_number": walk.rig.to, "send_time": when, "report_time": when, "success": True,
        "err_code": "DELIVERED", "err_msg": "用户接收成功", "sms_size": "1", "biz_id": number,
        "out_id": walk.notice.reference,
    }  # fmt: skip
    if walk.rig is TENCENT:
        row = {
            "user_receive_time": when, "nationcode": "86", "mobile": walk.rig.to, "sid": number,
            "report_status": "SUCCESS", "errmsg": "DELIVRD", "description": "用户短信送达成功",
        }  # fmt: skip
    walk.calls(_path(wire.secret_call_back(walk.account)), json.dumps([row]))


def _twilio(walk: Walk) -> None:
    path, fields, signature = walk.fake.call_back(-1, "delivered")  # type: ignore[attr-defined]
    answer = Client().post(path, fields, headers={"X-Twilio-Signature": signature})
    assert answer.status_code in {200, 204}


def _mail(walk: Walk) -> None:
    body, headers = event(walk.rig, walk.notice.provider_id, "delivered")
    shown = base64.b64encode(f"{wire.USER}:{wire.call_back_key(walk.account)}".encode()).decode()
    walk.calls(
        f"/carriers/{walk.account.slug}/", json.dumps(body),
        headers={"Authorization": f"Basic {shown}", **headers},
    )  # fmt: skip


def _wecom(walk: Walk) -> None:
    walk.fake.results[walk.rig.to] = 1  # type: ignore[attr-defined]
    assert receipts.poll_due(AFTER) == 1


def _wechat(walk: Walk) -> None:
    asked = {"timestamp": "1772416860", "nonce": "7", "signature": signed(TOKEN, "1772416860", "7")}
    walk.calls(
        f"/carriers/{walk.account.slug}/", finished(str(walk.fake.taken[-1]["msgid"])),
        "text/xml", query_params=asked,
    )  # fmt: skip


def _path(address: str) -> str:
    return address.removeprefix("http://127.0.0.1:8000")


TELLS: dict[str, Callable[[Walk], None]] = {
    ALIBABA.name: _chinese_sms, TENCENT.name: _chinese_sms, TWILIO.name: _twilio,
    WECOM.name: _wecom, WECHAT.name: _wechat, **{rig.name: _mail for rig in BY_MAIL},
}  # fmt: skip


class TestEveryCarrier:
    @pytest.mark.parametrize("rig", RIGS, ids=lambda rig: rig.name)
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_is_walked_from_its_settings_to_the_receipt(
        self, rig: Rig, language: str, clock: Any
    ) -> None:
        clock.set(AT)
        delivered, took = SAYS[language]
        with rig.fake() as fake:
            walk = Walk(rig, fake, language)
            account = walk.opens_account()
            for secret in rig.secrets.values():
                assert secret not in walk.sees(make.administrator(), _of(account))
            assert took in walk.tries_it()
            assert len(fake.taken) == 1
            if rig.carrier.needs_template:
                walk.has_it_approved()
            notice = walk.writes()
            assert relay.send_due(SOON).sent == 1
            assert len(fake.taken) == 2  # the test and the notice, once each
            walk.arrives()
            assert (notice.state, notice.account) == ("delivered", account)
            page = walk.sees(make.clerk(), notice.get_absolute_url())
            assert delivered in page
            assert escape(notice.provider_id) in page
            assert ("SMS_1" in page) is bool(rig.carrier.needs_template)
            assert str(rig.carrier.label) in walk.sees(make.administrator(), _of(account))
            assert walk.sees(make.administrator(), reverse("notices:outbox"))
            told = list(
                walk.case.events.filter(kind__startswith="notice.").values_list("kind", flat=True)
            )
            assert sorted(told) == ["notice.delivered", "notice.queued", "notice.sent"]
            if rig.carrier.needs_template:
                assert notice.approved == ApprovedTemplate.objects.get()

    def test_is_walked_whichever_there_is(self) -> None:
        assert set(TELLS) == {rig.name for rig in RIGS}
        assert Case.objects.count() == 0


def _of(account: ChannelAccount) -> str:
    return reverse("notices:account", args=[account.pk])
