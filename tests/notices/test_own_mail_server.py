"""E-mail by an organisation's own server: from its own address, and never into this house's own network."""

from typing import Any

import pytest

from notices.channels import Undelivered, carriers
from notices.models import ChannelAccount
from tests import make
from tests.notices.fakes.server import nobody_there
from tests.notices.test_email import HELLO, server

pytestmark = pytest.mark.django_db


def account(port: int, **more: Any) -> ChannelAccount:
    made = ChannelAccount(
        organisation=make.agency(), channel="email", provider="smtp_email",
        settings={
            "from_address": "notices@agency.example", "host": "127.0.0.1", "port": port,
            "security": "none", **more,
        },
        changed_by=make.administrator(), changed_at=make.moment("2026-03-01 09:00"),
    )  # fmt: skip
    made.save()
    return made


class TestOwnServer:
    def test_sends_from_the_organisation_s_own_address(self, settings: Any) -> None:
        with server(settings, {}) as heard:
            mine = account(settings.EMAIL_PORT)
            with carriers()["smtp_email"].batch(mine) as line:
                assert line.send(HELLO).answer == "250 2.0.0 queued as 4711"
        assert any(line.startswith("MAIL FROM:<notices@agency.example>".lower()) or
                   line.lower().startswith("mail from:<notices@agency.example>") for line in heard)  # fmt: skip

    def test_that_is_not_there_stops_the_batch(self) -> None:
        port = int(nobody_there().rpartition(":")[2])
        with pytest.raises(Undelivered) as refused, carriers()["smtp_email"].batch(account(port)):
            pass
        assert refused.value.everyone
        assert refused.value.why.says == {  # type: ignore[attr-defined]
            "en": "The mail server could not be reached: nobody listens at that address and port",
            "zh": "无法连接邮件服务器：该地址和端口上没有服务",
        }

    def test_that_does_not_take_the_password_says_so(self, settings: Any) -> None:
        script = {"EHLO": "250-hello\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 Not this one"}
        with server(settings, script):
            mine = account(settings.EMAIL_PORT, user="me")
            mine.secrets = {"password": "wrong"}
            with pytest.raises(Undelivered) as refused, carriers()["smtp_email"].batch(mine):
                pass
        assert refused.value.everyone
        assert not refused.value.permanent
        assert refused.value.why.says == {  # type: ignore[attr-defined]
            "en": "The mail server does not take the user name and password: 535 5.7.8 Not this one",
            "zh": "邮件服务器不接受该用户名和密码：535 5.7.8 Not this one",
        }

    def test_without_the_encryption_that_is_asked_for_says_so(self, settings: Any) -> None:
        with server(settings, {}):
            mine = account(settings.EMAIL_PORT, security="starttls")
            with (
                pytest.raises(Undelivered, match="STARTTLS") as refused,
                carriers()["smtp_email"].batch(mine),
            ):
                pass
        assert refused.value.why.says["en"].startswith(  # type: ignore[attr-defined]
            "The mail server does not offer what the account asks of it"
        )

    def test_that_speaks_no_tls_says_where_to_look(self, settings: Any) -> None:
        with server(settings, {}):
            mine = account(settings.EMAIL_PORT, security="tls")
            with pytest.raises(Undelivered) as refused, carriers()["smtp_email"].batch(mine):
                pass
        assert refused.value.why.says["en"] == (  # type: ignore[attr-defined]
            "The mail server could not be reached: "
            "no encryption could be agreed; look at port and encryption"
        )

    def test_inside_the_house_s_own_network_is_not_spoken_to_in_production(
        self, settings: Any
    ) -> None:
        with server(settings, {}) as heard:
            mine = account(settings.EMAIL_PORT)
            settings.PRODUCTION = True
            with pytest.raises(Undelivered), carriers()["smtp_email"].batch(mine):
                pass
            from notices.channels import smtp_email

            smtp_email.PORTS.add(settings.EMAIL_PORT)
            try:
                with (
                    pytest.raises(Undelivered, match="own network") as barred,
                    carriers()["smtp_email"].batch(mine),
                ):
                    pass
                says = barred.value.why.says  # type: ignore[attr-defined]
                assert says["zh"] == "无法连接邮件服务器：127.0.0.1 位于本机构内部网络。"
                assert not heard
                settings.MAIL_SERVERS_INSIDE = ["127.0.0.1"]
                with carriers()["smtp_email"].batch(mine) as line:
                    line.send(HELLO)
                assert heard
            finally:
                smtp_email.PORTS.discard(settings.EMAIL_PORT)
