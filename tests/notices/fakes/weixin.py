"""WeCom and WeChat's official accounts: tokens that end, numbered errors inside a 200."""

import hashlib
from typing import Any

from tests.notices.fakes.server import Answer, Call, Fake

CORP, APP, SECRET, TOKEN = "ww0001", "wx0001", "weixin-secret", "call-back-token"


class FakeWeixin(Fake):
    """Gives tokens, and takes one until it is withdrawn."""

    def __init__(self) -> None:
        super().__init__()
        self.given = 0
        self.withdrawn: set[str] = set()

    def token(self, well: bool) -> Answer:
        if not well:
            return self.refuse(40001, "invalid credential")
        self.given += 1
        return Answer(200, {
            "errcode": 0, "errmsg": "ok", "access_token": f"token-{self.given}",
            "expires_in": 7200,
        })  # fmt: skip

    def withdraw(self) -> None:
        """End the token that was given last, before its time."""
        self.withdrawn.add(f"token-{self.given}")

    def stale(self, call: Call) -> bool:
        token = call.query.get("access_token", "")
        return not token.startswith("token-") or token in self.withdrawn

    @staticmethod
    def refuse(code: int, words: str = "their words") -> Answer:
        return Answer(200, {"errcode": code, "errmsg": words})


class FakeWeCom(FakeWeixin):
    def __init__(self) -> None:
        super().__init__()
        self.results: dict[str, int] = {}
        """external_userid to what became of its task."""

    def answer(self, call: Call) -> Answer | None:
        if call.path == "/cgi-bin/gettoken":
            return self.token(call.query == {"corpid": CORP, "corpsecret": SECRET})
        if self.stale(call):
            return self.refuse(42001, "access_token expired")
        asked = call.json
        if call.path.endswith("/get_groupmsg_send_result"):
            rows = [
                {
                    "external_userid": row["to"], "userid": asked["userid"],
                    "status": self.results.get(row["to"], 0), "send_time": 1772416860,
                }
                for row in self.taken if row["msgid"] == asked["msgid"]
            ]  # fmt: skip
            return Answer(200, {"errcode": 0, "errmsg": "ok", "send_list": rows})
        to = asked.get("touser") or asked["external_userid"][0]
        # It knows nothing of our numbers; the words tell the messages apart.
        return self.sending("n1" if len(self.keys) == 0 else f"n{len(self.keys) + 1}",
                            lambda: self._take(to, asked))  # fmt: skip

    def _take(self, to: str, asked: dict[str, Any]) -> Answer:
        row = {"to": to, "msgid": f"wc-{len(self.taken)}", "asked": asked}
        self.taken.append(row)
        return Answer(200, {"errcode": 0, "errmsg": "ok", "msgid": row["msgid"], "fail_list": []})


class FakeWeChat(FakeWeixin):
    def answer(self, call: Call) -> Answer | None:
        asked = call.json
        if call.path == "/cgi-bin/stable_token":
            return self.token((asked["appid"], asked["secret"]) == (APP, SECRET))
        if self.stale(call):
            return self.refuse(42001, "access_token expired")
        return self.sending(asked["client_msg_id"], lambda: self._take(asked))

    def _take(self, asked: dict[str, Any]) -> Answer:
        number = 200163836 + len(self.taken)
        self.taken.append({**asked, "msgid": number})
        return Answer(200, {"errcode": 0, "errmsg": "ok", "msgid": number})


def signed(*parts: str) -> str:
    """A signature as Tencent makes it."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def finished(number: str, status: str = "success") -> str:
    """The event that tells what became of a template message."""
    return (
        "<xml><ToUserName><![CDATA[gh_7f083739789a]]></ToUserName>"
        "<FromUserName><![CDATA[oia2TjuEGTNoeX76QEjQNrcURxG8]]></FromUserName>"
        "<CreateTime>1772416860</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>{number}</MsgID>"
        f"<Status><![CDATA[{status}]]></Status></xml>"
    )
