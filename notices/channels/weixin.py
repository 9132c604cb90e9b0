"""What WeCom and official accounts have in common: a token that lives two hours, and numbered errors.

A token is asked for once and used by all until it ends. What Tencent answers stands inside a 200, as
``errcode``; a token that was withdrawn meanwhile is renewed once, since nothing was sent with it.
"""

import hashlib
import threading
import time
from collections.abc import Callable
from typing import Any

import requests
from django.utils.translation import gettext as _

from notices.channels import Unclear, Undelivered, wire
from notices.models import ChannelAccount
from workflow.reasons import because

EARLY = 300.0  # seconds before its end at which a token is given up
STALE = {40001, 40014, 42001}  # the token, not the message
BUSY = {-1, 6000, 45009, 45011, 45033, 50001, 50002}
_tokens: dict[str, tuple[str, float]] = {}
_lock = threading.Lock()

Fetch = Callable[[], dict[str, Any]]


def told(code: Any, answer: Any, *, reached: bool) -> str:
    """Why it never goes, in each reader's language, with their answer as it came; ``reached``: not for the account's sake."""
    words = wire.refusal(code, answer)

    def says() -> str:
        if reached:
            return _("The message was refused (%(words)s).") % {"words": words}
        return _("This account cannot be written to (%(words)s).") % {"words": words}

    return because(says)


class Line:
    """One session with Tencent for an account, with its token."""

    def __init__(self, account: ChannelAccount, label: Any, home: str) -> None:
        self.account, self.label = account, label
        self.base = wire.base(account, home)
        self.session = requests.Session()

    def close(self) -> None:
        """Let the connections go."""
        self.session.close()

    def fetch_token(self) -> dict[str, Any]:
        """Ask for a new token; each of the two does so in its own way."""
        raise NotImplementedError

    def mean(self, code: int, words: str) -> Undelivered | Unclear:
        """What an errcode means for the message."""
        raise NotImplementedError

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Call with the token; raises what the answer means unless it is well."""
        answer = self._ask("POST", path, body=body, token=self._token())
        if answer.get("errcode") in STALE:
            self._forget()
            answer = self._ask("POST", path, body=body, token=self._token())
        if answer.get("errcode"):
            raise self.mean(int(answer["errcode"]), str(answer.get("errmsg", "")))
        return answer

    def ask_token(self, method: str, path: str, **given: Any) -> dict[str, Any]:
        """A call for a token: whatever goes wrong, no message has left."""
        try:
            answer = self._ask(method, path, **given)
        except Unclear as unclear:
            raise Undelivered(unclear.why, permanent=False, everyone=True) from unclear
        if not answer.get("access_token"):
            words = wire.refusal(answer.get("errcode", ""), answer.get("errmsg", ""))
            raise Undelivered(words, permanent=False, everyone=True)
        return answer

    def _token(self) -> str:
        name = self._name()
        with _lock:
            kept, until = _tokens.get(name, ("", 0.0))
        if kept and time.monotonic() < until:
            return kept
        answer = self.fetch_token()
        token, lives = str(answer["access_token"]), float(answer.get("expires_in") or 0)
        with _lock:
            _tokens[name] = (token, time.monotonic() + max(lives - EARLY, 0.0))
        return token

    def _forget(self) -> None:
        with _lock:
            _tokens.pop(self._name(), None)

    def _name(self) -> str:
        """A token belongs to these settings and this secret: with new ones it is another."""
        parts = [self.base, str(sorted(self.account.settings.items())), str(self.account.sealed)]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()

    def _ask(
        self,
        method: str,
        path: str,
        *,
        body: dict[str, Any] | None = None,
        params: dict[str, str] | None = None,
        token: str = "",
    ) -> dict[str, Any]:
        query = {**(params or {}), **({"access_token": token} if token else {})}
        try:
            response = self.session.request(
                method,
                f"{self.base}{path}",
                params=query,
                json=body,
                timeout=wire.TIMEOUT,
                allow_redirects=False,
            )
            if response.status_code in {401, 403, 404, 429}:
                raise Undelivered(
                    wire.refusal(response.status_code, response.reason),
                    permanent=False,
                    everyone=True,
                )
            if response.status_code != 200:
                raise Unclear(wire.refusal(response.status_code, response.reason))
            answer = response.json()
        except requests.RequestException as error:  # an answer that is no JSON is one of them
            raise wire.broke(error, self.label) from _without_token(error)
        if not isinstance(answer, dict):
            raise Unclear(wire.refusal("", str(answer)[:80]))
        return answer


def _without_token(error: BaseException) -> BaseException | None:
    """The cause, for the log, unless the token stands in its words."""
    return None if "access_token" in str(error) else error
