"""What the tests of complaints and of samples begin with."""

from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from cases.models import Case
from notices import outbox
from people.models import User
from quality.actions import complaining
from quality.models import Complaint
from quality.questions import QUESTIONS
from tests import make, walk
from visits.actions import recording
from visits.models import Visit
from workflow.steps import note

LEFT = make.moment("2026-03-05 15:10")
AT = make.moment("2026-04-02 09:10")


def again(thing: Any) -> Any:
    """The same as it is in the database now."""
    return type(thing).objects.get(pk=thing.pk)


def visited() -> Visit:
    """Two officers have talked with the debtor and left."""
    visit = walk.talked()
    recording.finish_visit(
        visit=visit, outcome="talked", why="要与家人商量", by=make.crew()[0], at=LEFT
    )
    return Visit.objects.get(pk=visit.pk)


def complained(**given: Any) -> Complaint:
    """She complains of the first officer, by the link, on the second of April."""
    visit = given.pop("visit", None) or visited()
    complaint = complaining.receive_complaint(
        **{
            "case": again(visit.case), "visit": visit, "how": "link", "what": "manner",
            "words": "外访员大声说话", "against": [make.crew()[0]], "by": User.objects.system(),
            "at": AT, **given,
        }
    )  # fmt: skip
    return Complaint.objects.get(pk=complaint.pk)


def queue_three(case: Case, at: datetime = AT - timedelta(hours=1)) -> None:
    """Two reminders and a letter wait to go."""

    def put(locked: Case, _by: User, _at: object) -> None:
        for kind, channel in (
            ("reminder_before", "email"),
            ("payment_receipt", "email"),
            ("letter", "letter"),
        ):
            outbox.queue(
                case=locked, kind=kind, channel=channel, recipient=locked.debtor,
                address="x@y.example", language="zh", subject="通知", body="…",
                due_at=make.moment("2026-04-10 10:00"), dedupe_key=f"three:{kind}:{locked.pk}", at=at,
            )  # fmt: skip

    note(case, event="test.queued", by=make.clerk(), at=at, then=put)


def answers(**other: str) -> dict[str, dict[str, str]]:
    """Yes to every question but those that are named."""
    return {one.code: {"score": other.get(one.code, "2"), "comment": ""} for one in QUESTIONS}


def gone() -> User:
    """A clerk of the team who has left the house."""
    clerk = make.clerk(username="clerk-of-old")
    clerk.is_active = False
    return clerk


def browser(user: User) -> Client:
    """The browser of that person, in English."""
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client
