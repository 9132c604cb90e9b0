"""Somebody who has come in by a link of their own, for the tests of the debtor's pages."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from cases.models import Case
from notices import links
from notices.models import PortalLink
from people.models import User
from tests import make
from timeline.models import Event

TAIL = "2427"
MONDAY = make.moment("2026-03-02 10:05")
TUESDAY = make.moment("2026-03-03 19:10")
DEBT = re.compile(
    r"债|欠|逾期|催|贷款|借款|还款|\b(debt|loan|overdue|owe|owed|repay|arrears|balance|collect\w*)\b",
    re.IGNORECASE,
)


@dataclass
class Inside:
    """A browser that has answered for a link; ``get`` and ``post`` go to a page by its name."""

    case: Case
    link: PortalLink
    language: str = "en"
    client: Client = field(default_factory=Client)

    @property
    def token(self) -> str:
        return links.token_of(self.link)

    def address(self, name: str, *more: Any) -> str:
        return reverse(f"portal:{name}", args=[self.token, *more])

    def get(self, name: str, *more: Any, query: str = "") -> Any:
        return self.client.get(
            self.address(name, *more) + query, headers={"Accept-Language": self.language}
        )

    def post(self, name: str, *more: Any, follow: bool = False, **data: Any) -> Any:
        return self.client.post(
            self.address(name, *more), data, headers={"Accept-Language": self.language},
            follow=follow,
        )  # fmt: skip

    def read(self, name: str, *more: Any, query: str = "") -> str:
        """The page's words."""
        answer = self.get(name, *more, query=query)
        assert answer.status_code == 200, (answer.status_code, answer.headers)
        return words_of(answer)

    def told(self, kind: str) -> list[dict[str, Any]]:
        """What the timeline has of that kind, oldest first."""
        found = Event.objects.filter(case=self.case, kind=kind).order_by("number")
        return list(found.values_list("data", flat=True))

    def now(self) -> Case:
        return Case.objects.get(pk=self.case.pk)


def words_of(answer: Any) -> str:
    """The words of a page, without its head and tags."""
    html = re.sub(r"<(script|style|head)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def own_link(case: Case, at: datetime = MONDAY) -> PortalLink:
    return links.link_for(
        case=case, person=case.debtor, at=at, purpose=PortalLink.Purpose.OWN.value
    )


def inside(case: Case, at: datetime = MONDAY, *, language: str = "en") -> Inside:
    """The debtor has opened the link and answered; the clock must stand at that time."""
    User.objects.system()
    came = Inside(case, own_link(case, at), language)
    assert came.post("messages", answer=TAIL).status_code == 302
    return came
