"""Tencent Cloud's SMS service: calls with a TC3 signature, refusals inside a 200."""

import hashlib
import hmac
import re
from datetime import UTC, datetime
from typing import Any

from tests.notices.fakes.server import Answer, Call, Fake

ID, SECRET, APP = "AKID-test", "tencent-secret", "1400006666"


class FakeTencent(Fake):
    """Keeps messages by their serial number."""

    def __init__(self) -> None:
        super().__init__()
        self.reports: dict[str, tuple[str, str]] = {}
        """Serial number to SUCCESS or FAIL and the operator's words."""
        self.gives_back_session = True

    def answer(self, call: Call) -> Answer | None:
        if not _signed(call):
            return self.error("AuthFailure.SignatureFailure")
        asked = call.json
        if call.headers["x-tc-action"] == "SendSms":
            return self.sending(asked["SessionContext"], lambda: self._take(asked))
        rows = [
            {
                "UserReceiveTime": 1772416860, "PhoneNumber": row["PhoneNumberSet"][0],
                "SerialNo": row["SerialNo"], "ReportStatus": self.reports[row["SerialNo"]][0],
                "Description": self.reports[row["SerialNo"]][1],
                "SessionContext": row["SessionContext"] if self.gives_back_session else "",
            }
            for row in self.taken
            if row["PhoneNumberSet"] == [asked["PhoneNumber"]] and row["SerialNo"] in self.reports
        ]  # fmt: skip
        return self._response({"PullSmsSendStatusSet": rows})

    def _take(self, asked: dict[str, Any]) -> Answer:
        row = {**asked, "SerialNo": f"2640:{len(self.taken)}"}
        self.taken.append(row)
        self.reports.setdefault(row["SerialNo"], ("SUCCESS", "用户短信送达成功"))
        return self._response({"SendStatusSet": [self._status(row, "Ok", "send success")]})

    def refuse(self, code: str, words: str = "他们的话") -> Answer:
        """One message is refused, inside an answer that is well."""
        row = {"SerialNo": "", "PhoneNumberSet": ["+8613800000000"], "SessionContext": ""}
        return self._response({"SendStatusSet": [self._status(row, code, words)]})

    def error(self, code: str, words: str = "他们的话") -> Answer:
        """The whole call is refused."""
        return self._response({"Error": {"Code": code, "Message": words}})

    @staticmethod
    def _status(row: dict[str, Any], code: str, words: str) -> dict[str, Any]:
        return {
            "SerialNo": row["SerialNo"], "PhoneNumber": row["PhoneNumberSet"][0], "Fee": 1,
            "SessionContext": row["SessionContext"], "Code": code, "Message": words,
            "IsoCode": "CN",
        }  # fmt: skip

    @staticmethod
    def _response(holds: dict[str, Any]) -> Answer:
        return Answer(200, {"Response": {**holds, "RequestId": "a0aabda6"}})


def _signed(call: Call) -> bool:
    """Verify as they do: TC3-HMAC-SHA256 over the content type, the host and the body."""
    found = re.fullmatch(
        r"TC3-HMAC-SHA256 Credential=(.+?)/(.+?)/sms/tc3_request, "
        r"SignedHeaders=content-type;host, Signature=([0-9a-f]{64})",
        call.headers.get("authorization", ""),
    )
    stamp = call.headers.get("x-tc-timestamp", "0")
    day = datetime.fromtimestamp(int(stamp), UTC).strftime("%Y-%m-%d")
    if not found or found[1] != ID or found[2] != day:
        return False
    kind, host = call.headers["content-type"], call.headers["host"]
    canonical = "\n".join([
        call.method, call.path, "", f"content-type:{kind}\nhost:{host}\n", "content-type;host",
        hashlib.sha256(call.body).hexdigest(),
    ])  # fmt: skip
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"TC3-HMAC-SHA256\n{stamp}\n{day}/sms/tc3_request\n{digest}"
    key = f"TC3{SECRET}".encode()
    for part in (day, "sms", "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    made = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(made, found[3])
