"""Twilio's Messages resource: basic authorisation, form in, JSON out, signed call-backs."""

import base64
from typing import Any
from urllib.parse import parse_qs, urlsplit

from twilio.request_validator import RequestValidator

from tests.notices.fakes.server import Answer, Call, Fake

SID, TOKEN = "AC" + "0" * 32, "the-token"
WHEN = "Mon, 02 Mar 2026 02:00:00 +0000"


class FakeTwilio(Fake):
    """Keeps messages by their SID."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses: dict[str, tuple[str, int | None]] = {}

    def answer(self, call: Call) -> Answer | None:
        wanted = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        if call.headers.get("authorization") != wanted:
            return self.refuse(401, 20003, "Authenticate")
        root = f"/2010-04-01/Accounts/{SID}/Messages"
        if call.method == "POST" and call.path == f"{root}.json":
            form = call.form
            reference = parse_qs(urlsplit(form["StatusCallback"]).query)["n"][0]
            return self.sending(reference, lambda: self._take(form))
        if call.path == f"{root}.json":
            rows = [one for one in self.taken if one["to"] == call.query.get("To")]
            shown = [self._shown(one) for one in reversed(rows)]
            return Answer(200, {"messages": shown, "next_page_uri": None, "page": 0})
        sid = call.path.removeprefix(f"{root}/").removesuffix(".json")
        found = next((one for one in self.taken if one["sid"] == sid), None)
        return Answer(200, self._shown(found)) if found else self.refuse(404, 20404, "Not found")

    def _take(self, form: dict[str, str]) -> Answer:
        row = {
            "sid": f"SM{len(self.taken):032d}", "to": form["To"], "body": form["Body"],
            "from": form.get("From"), "status_callback": form["StatusCallback"],
        }  # fmt: skip
        self.taken.append(row)
        return Answer(201, self._shown(row))

    def _shown(self, row: dict[str, Any]) -> dict[str, Any]:
        status, code = self.statuses.get(row["sid"], ("queued", None))
        return {
            **row, "account_sid": SID, "status": status, "error_code": code, "error_message": None,
            "date_created": WHEN, "date_sent": WHEN, "date_updated": WHEN,
        }  # fmt: skip

    @staticmethod
    def refuse(status: int, code: int, words: str) -> Answer:
        """A refusal as Twilio words it."""
        return Answer(status, {"code": code, "message": words, "status": status})

    def call_back(
        self, number: int, status: str, code: int = 0, token: str = TOKEN
    ) -> tuple[str, dict[str, str], str]:
        """Path, fields and signature of a status call-back for the n-th message taken."""
        row = self.taken[number]
        fields = {"MessageSid": row["sid"], "MessageStatus": status, "AccountSid": SID}
        if code:
            fields["ErrorCode"] = str(code)
        address = row["status_callback"]
        parts = urlsplit(address)
        signature = RequestValidator(token).compute_signature(address, fields)
        return f"{parts.path}?{parts.query}", fields, signature
