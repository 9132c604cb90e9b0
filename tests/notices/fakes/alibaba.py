"""Alibaba Cloud's SMS service: RPC calls with an ACS3 signature, refusals inside a 200."""

import hashlib
import hmac
import re
from urllib.parse import quote

from tests.notices.fakes.server import Answer, Call, Fake

KEY, SECRET = "LTAI-test", "alibaba-secret"


class FakeAlibaba(Fake):
    """Keeps messages by number and day."""

    def __init__(self) -> None:
        super().__init__()
        self.reports: dict[str, tuple[int, str]] = {}
        """BizId to status (1 waiting, 2 failed, 3 received) and the operator's code."""

    def answer(self, call: Call) -> Answer | None:
        if not _signed(call):
            return Answer(403, {
                "Code": "SignatureDoesNotMatch", "Message": "The signature does not match.",
                "RequestId": "R-0",
            })  # fmt: skip
        asked = call.query
        if call.headers["x-acs-action"] == "SendSms":
            return self.sending(asked["OutId"], lambda: self._take(asked))
        rows = [
            row for row in self.taken
            if row["PhoneNumbers"] == asked["PhoneNumber"]
            and asked.get("BizId") in {None, row["BizId"]}
        ]  # fmt: skip
        details = []
        for row in rows:
            status, code = self.reports.get(row["BizId"], (1, ""))
            details.append({
                "PhoneNum": row["PhoneNumbers"], "OutId": row["OutId"], "SendStatus": status,
                "ErrCode": code, "SendDate": "2026-03-02 10:00:00",
                "ReceiveDate": "2026-03-02 10:01:00", "TemplateCode": row["TemplateCode"],
            })  # fmt: skip
        return Answer(200, {
            "Code": "OK", "Message": "OK", "RequestId": "R-2", "TotalCount": len(details),
            "SmsSendDetailDTOs": {"SmsSendDetailDTO": details},
        })  # fmt: skip

    def _take(self, asked: dict[str, str]) -> Answer:
        row = {**asked, "BizId": f"9000{len(self.taken)}^0"}
        self.taken.append(row)
        return Answer(
            200, {"Code": "OK", "Message": "OK", "RequestId": "R-1", "BizId": row["BizId"]}
        )

    @staticmethod
    def refuse(code: str, words: str = "他们的话") -> Answer:
        """A refusal as they give it: with status 200."""
        return Answer(200, {"Code": code, "Message": words, "RequestId": "R-3"})


def _signed(call: Call) -> bool:
    """Verify as they do: ACS3-HMAC-SHA256 over method, path, query, headers and body."""
    given = call.headers.get("authorization", "")
    found = re.fullmatch(
        r"ACS3-HMAC-SHA256 Credential=(.+),SignedHeaders=(.+),Signature=([0-9a-f]{64})", given
    )
    if not found or found[1] != KEY:
        return False
    names = found[2].split(";")
    query = "&".join(
        f"{quote(name, safe='~')}={quote(value, safe='~')}"
        for name, value in sorted(call.query.items())
    )
    headers = "".join(f"{name}:{call.headers[name].strip()}\n" for name in names)
    body = hashlib.sha256(call.body).hexdigest()
    canonical = "\n".join([call.method, call.path, query, headers, found[2], body])
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    made = hmac.new(SECRET.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(made, found[3])
