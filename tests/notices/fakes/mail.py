"""Mailing services: each with its own way to show who calls, its own shape of a message and of an answer."""

import base64
import json
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from tests.notices.fakes.server import Answer, Call, Fake

KEY, DOMAIN = "mail-key", "mail.example.com"


class FakeMail(Fake):
    """What they have in common: a key, one address to post to, a number in return."""

    header, value, path = "authorization", f"Bearer {KEY}", ""

    def answer(self, call: Call) -> Answer | None:
        if call.headers.get(self.header) != self.value:
            return Answer(401, {"message": "Unauthorized"})
        if (call.method, call.path) != ("POST", self.path):
            return Answer(404, {"message": "Not found"})
        reference, message = self.read(call)

        def take() -> Answer:
            self.taken.append({"reference": reference, "headers": call.headers, **message})
            return self.accept(len(self.taken))

        return self.sending(reference, take)

    def read(self, call: Call) -> tuple[str, dict[str, Any]]:
        raise NotImplementedError

    def accept(self, number: int) -> Answer:
        raise NotImplementedError


class FakePostmark(FakeMail):
    header, value, path = "x-postmark-server-token", KEY, "/email"

    def read(self, call: Call) -> tuple[str, dict[str, Any]]:
        return call.json["Metadata"]["notice"], call.json

    def accept(self, number: int) -> Answer:
        return Answer(200, {
            "ErrorCode": 0, "Message": "OK", "MessageID": f"pm-{number}",
            "To": self.taken[-1]["To"], "SubmittedAt": "2026-03-02T02:00:00Z",
        })  # fmt: skip


class FakeSendGrid(FakeMail):
    path = "/mail/send"

    def read(self, call: Call) -> tuple[str, dict[str, Any]]:
        return call.json["custom_args"]["notice"], call.json

    def accept(self, number: int) -> Answer:
        return Answer(202, b"")


class FakeMailgun(FakeMail):
    value = "Basic " + base64.b64encode(f"api:{KEY}".encode()).decode()
    path = f"/{DOMAIN}/messages"

    def read(self, call: Call) -> tuple[str, dict[str, Any]]:
        if call.headers["content-type"].startswith("multipart/"):
            parts = BytesParser(policy=HTTP).parsebytes(
                b"Content-Type: " + call.headers["content-type"].encode() + b"\r\n\r\n" + call.body
            )
            form = {
                str(part.get_param("name", header="content-disposition")): part.get_content()
                for part in parts.iter_parts()
                if part.get_content_maintype() == "text"
            }
            return form["v:notice"].strip(), form
        return call.form["v:notice"], call.form

    def accept(self, number: int) -> Answer:
        return Answer(200, {"id": f"<mg-{number}@{DOMAIN}>", "message": "Queued. Thank you."})


class FakeBrevo(FakeMail):
    header, value, path = "api-key", KEY, "/smtp/email"

    def read(self, call: Call) -> tuple[str, dict[str, Any]]:
        return json.loads(call.json["headers"]["X-Mailin-custom"])["notice"], call.json

    def accept(self, number: int) -> Answer:
        return Answer(201, {"messageId": f"<brevo-{number}@example.com>"})


class FakeResend(FakeMail):
    path = "/emails"

    def read(self, call: Call) -> tuple[str, dict[str, Any]]:
        return json.loads(call.json["headers"]["X-Metadata"])["notice"], call.json

    def accept(self, number: int) -> Answer:
        return Answer(200, {"id": f"re-{number}"})
