"""A phone for the tests: it speaks as the one in an officer's hand does."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from people.models import User
from tests import make
from visits.models import Visit

KEPT = timedelta(0)


class Phone:
    """An officer's phone: it numbers what it says, and its clock may be off by ``drift``."""

    def __init__(
        self, clock: Any, who: User | None = None, *, drift: timedelta = KEPT, language: str = "en"
    ) -> None:
        self.clock, self.who, self.drift = clock, who or make.crew()[0], drift
        self.device, self.seq, self.language = uuid.uuid4(), 0, language
        self.packs: dict[str, str] = {}
        self.client = Client()
        self.sign_in()

    def sign_in(self) -> None:
        self.client.force_login(self.who)
        self.client.cookies["django_language"] = {"zh": "zh-hans"}.get(self.language, self.language)

    def get(self, name: str, *args: Any, **query: Any) -> Any:
        return self.client.get(reverse(f"door:{name}", args=args), query)

    def post(self, name: str, *args: Any, body: Mapping[str, Any]) -> Any:
        from common.clock import now

        return self.client.post(
            reverse(f"door:{name}", args=args), json.dumps(body), content_type="application/json",
            headers={"X-Device-Clock": (now() + self.drift).isoformat()},
        )  # fmt: skip

    def take(self, visit: Visit) -> dict[str, Any]:
        """Fetch the visit's pack and keep it."""
        answer = self.post("pack", visit.reference, body={"device": str(self.device)})
        assert answer.status_code == 200, answer.content
        body: dict[str, Any] = json.loads(answer.json()["body"])
        self.packs[visit.reference] = body["pack"]
        return body

    def say(
        self, visit: Visit, question: str, at: str | datetime, position: Any = None, **data: Any
    ) -> str:
        """An item, as the phone keeps it; ``at`` is the true time, which the phone's clock tells with its drift."""
        moment = make.moment(at) if isinstance(at, str) else at
        self.seq += 1
        return json.dumps(
            {
                "id": str(uuid.uuid4()), "seq": self.seq, "visit": visit.reference,
                "pack": self.packs.get(visit.reference), "question": question,
                "data": {name: [value] if isinstance(value, str) else value for name, value in data.items()},
                "at": (moment + self.drift).isoformat(), "position": position,
            }
        )  # fmt: skip

    def send(self, *items: str, at: str = "") -> list[dict[str, Any]]:
        """Send the items, at that moment; what became of each."""
        if at:
            self.clock.set(at.replace(" ", "T"), zone="Asia/Shanghai")
        answer = self.post("items", body={"device": str(self.device), "items": list(items)})
        assert answer.status_code == 200, answer.content
        self.facts = answer.json()["facts"]
        results: list[dict[str, Any]] = answer.json()["results"]
        return results


def states(results: list[dict[str, Any]]) -> list[str]:
    return [one["state"] for one in results]
