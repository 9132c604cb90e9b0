"""How often one address may ask for pages that need no sign-in: enough for an office, too little for a flood.

What is guessed (passwords, codes, answers, visits) is counted apart and in the database (decisions 013, 028). This keeps the
rest from being asked for without end. It is counted in each process by itself, so that it costs no round trip and holds
when everything else is away; several processes together let pass as many times more.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from common.addresses import client_address

WINDOW = 60  # seconds
MOST_KEPT = 20_000  # addresses; the one that was longest away goes first
WEIGHTS = {"portal:check": 10}
"""Pages that cost more than others, in requests: a file is read and its seal looked at."""
MACHINES = {"carrier", "provider_call", "api:case", "api:visits", "api:contacts", "api:payments"}
"""Callers that are machines, and may ask ten times as often."""
FREE = {"healthz", "readyz"}


class OpenPages:
    """429 and when to come again, for an address that asks too often for what is open to everybody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.seen: OrderedDict[tuple[str, bool], tuple[float, int]] = OrderedDict()
        self.lock = threading.Lock()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before the page is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _given: Any
    ) -> HttpResponseBase | None:
        """Count one request for an open page of somebody who is not signed in."""
        most = settings.OPEN_PER_MINUTE
        if not most or getattr(view, "login_required", True) or request.user.is_authenticated:
            return None
        match = request.resolver_match
        name = match.view_name if match else ""
        if name in FREE:
            return None
        machine = name in MACHINES
        weight = WEIGHTS.get(name, 1) if request.method == "POST" else 1
        wait = self.count(client_address(request), machine, weight, most * (10 if machine else 1))
        if not wait:
            return None
        answer = HttpResponse(
            _("Too many requests from your network. Wait a minute and try again."),
            status=429, content_type="text/plain; charset=utf-8",
        )  # fmt: skip
        answer["Retry-After"] = str(wait)
        return answer

    def count(self, address: str, machine: bool, weight: int, most: int) -> int:
        """Seconds to wait; 0: it may pass."""
        now = time.monotonic()
        with self.lock:
            began, count = self.seen.pop((address, machine), (now, 0))
            if now - began >= WINDOW:
                began, count = now, 0
            passes = count + weight <= most
            self.seen[address, machine] = (began, count + weight if passes else count)
            while len(self.seen) > MOST_KEPT:
                self.seen.popitem(last=False)
        return 0 if passes else int(began + WINDOW - now) + 1
