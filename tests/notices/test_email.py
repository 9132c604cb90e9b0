"""The e-mail adapter against servers that say no, say nothing, or hang up at the worst moment."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from notices.channels import Attachment, Message, Unclear, Undelivered, email
from tests.conftest import Mailbox

HELLO = Message(
    key="case:letter:1", to="haiyan@debtor.example", subject="A message for you",
    text="Hello\n.\n..dots\n", language="en", sender="West Lake Bank",
)  # fmt: skip

SILENCE = "…"


@contextmanager
def server(settings: Any, script: dict[str, str | None]) -> Iterator[list[str]]:
    """A mail server that answers each command as told; None means: hang up. Gives what it heard."""
    heard: list[str] = []
    usual = {
        "EHLO": "250 hello", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on",
        ".": "250 2.0.0 queued as 4711", "RSET": "250 ok", "QUIT": "221 bye",
        "AUTH": "235 2.7.0 ok",
    }  # fmt: skip

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            inside = False
            while line := self.rfile.readline():
                text = line.decode(errors="replace").rstrip("\r\n")
                heard.append(text)
                word = "." if inside and text == "." else "" if inside else text[:4].upper()
                if not word:
                    continue
                answer = script.get(word, usual.get(word, "500 5.5.1 unknown"))
                if answer is None:
                    return
                if answer == SILENCE:
                    continue
                inside = word == "DATA" and answer.startswith("354")
                self.wfile.write(answer.encode() + b"\r\n")
                if word == "QUIT" or answer.startswith("421"):
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as listening:
        listening.daemon_threads = True
        threading.Thread(
            target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = listening.server_address[:2]
        settings.EMAIL_TIMEOUT = 1
        yield heard
        listening.shutdown()


def send(*messages: Message) -> list[Any]:
    with email.house_line() as line:
        return [line.send(message) for message in messages]


class TestSend:
    def test_gives_the_message_id_and_the_servers_words(self, settings: Any) -> None:
        with server(settings, {}) as heard:
            (taken,) = send(HELLO)
        assert taken.provider_id == email.message_id("case:letter:1")
        assert taken.answer == "250 2.0.0 queued as 4711"
        assert f"Message-ID: {taken.provider_id}" in heard

    def test_keeps_lines_that_are_a_dot(self, mailbox: Mailbox) -> None:
        send(HELLO)
        assert mailbox.messages[0].get_content().splitlines() == ["Hello", ".", "..dots"]

    @pytest.mark.parametrize("stage", ["EHLO", "MAIL", "RCPT", "DATA"])
    def test_is_surely_not_sent_when_the_line_drops_before_the_message(
        self, settings: Any, stage: str
    ) -> None:
        with server(settings, {stage: None}), pytest.raises(Undelivered) as refused:
            send(HELLO)
        assert (refused.value.permanent, refused.value.everyone) == (False, True)

    def test_is_in_doubt_when_the_line_drops_after_the_message(self, settings: Any) -> None:
        with server(settings, {".": None}), pytest.raises(Unclear):
            send(HELLO)

    @pytest.mark.parametrize("answer", [SILENCE, "", "hm", "150 hm", "nonsense 250"])
    def test_is_in_doubt_when_the_server_says_nothing_that_can_be_understood(
        self, settings: Any, answer: str
    ) -> None:
        with server(settings, {".": answer}), pytest.raises(Unclear):
            send(HELLO)

    @pytest.mark.parametrize(
        ("stage", "answer", "permanent", "dead", "everyone"),
        [
            ("MAIL", "550 sender not allowed", False, False, True),
            ("MAIL", "530 authenticate first", False, False, True),
            ("MAIL", "552 5.3.4 too large", True, False, False),
            ("RCPT", "550 no such user", True, True, False),
            ("RCPT", "550 5.1.1 no such user", True, True, False),
            ("RCPT", "553 5.1.3 bad syntax", True, True, False),
            ("RCPT", "550 5.2.1 mailbox disabled", True, True, False),
            ("RCPT", "552 5.2.2 mailbox full", True, False, False),
            ("RCPT", "550 5.7.1 blocked by policy", True, False, False),
            ("RCPT", "554 no", True, False, False),
            ("RCPT", "450 4.2.0 greylisted", False, False, False),
            ("RCPT", "421 too busy", False, False, True),
            ("DATA", "451 try later", False, False, False),
            ("DATA", "554 no valid recipients", True, False, False),
            (".", "452 4.3.1 no space", False, False, False),
            (".", "554 5.7.1 spam", True, False, False),
            (".", "421 closing", False, False, True),
        ],
    )
    def test_tells_refusals_apart(
        self, settings: Any, stage: str, answer: str, permanent: bool, dead: bool, everyone: bool
    ) -> None:
        with server(settings, {stage: answer}), pytest.raises(Undelivered) as refused:
            send(HELLO)
        told = refused.value
        assert (told.permanent, told.dead, told.everyone) == (permanent, dead, everyone)
        assert told.why == answer

    def test_goes_on_over_a_new_line_after_one_that_was_closed(self, settings: Any) -> None:
        with server(settings, {"RCPT": "450 later"}) as heard, email.house_line() as line:
            for _message in range(2):
                with pytest.raises(Undelivered):
                    line.send(HELLO)
        assert heard.count("RSET") == 2
        assert sum(word.lower().startswith("ehlo") for word in heard) == 1

    def test_that_cannot_connect_stops_the_batch(self, settings: Any) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        with pytest.raises(Undelivered) as refused:
            send(HELLO)
        assert (refused.value.permanent, refused.value.everyone) == (False, True)

    def test_works_with_a_backend_that_is_no_server(self, settings: Any) -> None:
        from django.core import mail

        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        mail.outbox = []
        (taken,) = send(HELLO)
        assert mail.outbox[0].message()["Message-ID"] == taken.provider_id


class TestCompose:
    def test_gives_the_same_message_id_at_every_attempt(self) -> None:
        first, second = email.compose(HELLO).message(), email.compose(HELLO).message()
        assert first["Message-ID"] == second["Message-ID"]
        assert "letter" not in first["Message-ID"]

    @pytest.mark.parametrize(
        "field", ["subject", "sender", "reply_to"],
    )  # fmt: skip
    @pytest.mark.parametrize("breaks", ["\r\n", "\n", "\r", "\x0b", "\u2028", "\x00"])
    def test_lets_no_header_be_slipped_in(self, field: str, breaks: str) -> None:
        hostile = Message(
            **{
                "key": "x", "to": "a@b.example", "subject": "Hi", "text": "", "language": "en",
                field: f"Hi{breaks}Bcc: all@victims.example",
            }
        )  # fmt: skip
        made = email.compose(hostile).message()
        assert made["Bcc"] is None
        assert b"\nBcc:" not in made.as_bytes().replace(b"\r", b"\n")

    @pytest.mark.parametrize(
        "to", ["", "nobody", "a@b.example\nBcc: c@d.example", "a@b.example, c@d.example", "@x"]
    )
    def test_refuses_what_is_no_single_address(self, to: str) -> None:
        with pytest.raises(Undelivered) as refused:
            email.compose(Message(key="x", to=to, subject="x", text="", language="en"))
        assert refused.value.permanent

    def test_names_a_chinese_file_so_that_it_arrives(self) -> None:
        message = Message(
            key="x", to="a@b.example", subject="信函", text="您好", language="zh", sender="西湖银行",
            attachments=(Attachment("上门通知书.pdf", "application/pdf", b"%PDF-"),),
        )  # fmt: skip
        made: Any = email.compose(message).message()
        assert made.get_payload()[1].get_filename() == "上门通知书.pdf"
        assert made["Content-Language"] == "zh-CN"
        assert made["Auto-Submitted"] == "auto-generated"
