"""Notices for the tests, each queued by a change of its case as the product does it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from cases.models import Case
from documents.models import Document
from documents.storing import store
from notices import handing, kinds, relay
from notices.channels import Taken
from notices.models import Handover, Notice
from notices.outbox import queue, write
from tests import make
from timeline.chain import Verified, verify
from workflow.steps import note

MONDAY = make.moment("2026-03-02 10:00")


def queued(
    case: Case,
    *,
    kind: str = "letter",
    channel: str = "email",
    key: str = "",
    at: datetime = MONDAY,
    due_at: datetime | None = None,
    subject: str = "A message for you",
    body: str = "Please call us.",
    language: str = "en",
    address: str = "",
    document: Document | None = None,
    with_point: bool = True,
    **more: Any,
) -> Notice:
    """One notice to the case's debtor, in the outbox."""
    point = case.debtor.contact_points.filter(channel="email").first()
    kept: list[Notice] = []

    def put(locked: Case, *_: Any) -> None:
        kept.append(
            queue(
                case=locked,
                kind=kind,
                channel=channel,
                recipient=locked.debtor,
                address=address
                or (point.value if channel == "email" else str(case.debtor.addresses.first())),
                language=language,
                subject=subject,
                body=body,
                due_at=due_at or at,
                dedupe_key=key or f"{case.reference}:{kind}:{channel}",
                at=at,
                document=document,
                contact_point=point if channel == "email" and with_point else None,
                **more,
            )
        )

    note(case, event="case.written_to", by=make.clerk(), at=at, then=put)
    return kept[0]


def composed(case: Case, *, channel: str, address: str) -> Notice:
    """A message to the debtor in a person's words, put together as the desk does it, in the outbox."""
    kept: list[Notice] = []

    def put(locked: Case, *_: Any) -> None:
        kept.append(
            write(
                wording="letter", case=locked, channel=channel, recipient=locked.debtor,
                address=address, language="zh", values={"text": "请致电我们。"}, due_at=MONDAY,
                dedupe_key=f"{case.reference}:letter:{channel}", at=MONDAY,
                contact_point=locked.debtor.contact_points.get(channel=channel, value=address),
            )
        )  # fmt: skip

    note(case, event="case.written_to", by=make.clerk(), at=MONDAY, then=put)
    return kept[0]


def paper(case: Case, *, content: bytes = make.PDF) -> Document:
    """A PDF that may go with a notice."""
    return store(
        case=case, kind="letter", filename="信函.pdf", content=content, title="Letter",
        by=make.clerk(), at=MONDAY, made_here=True,
    )  # fmt: skip


@contextmanager
def kind_is(name: str = "letter", **given: Callable[..., Any]) -> Iterator[None]:
    """Let the kind be what the test needs, for as long as the test runs."""
    before = kinds.of(name)
    kinds.register(kinds.Kind(name, **given))  # type: ignore[arg-type]
    try:
        yield
    finally:
        kinds.register(before)


def the(notice: Notice) -> Notice:
    """The notice as it is in the database now."""
    return Notice.objects.get(pk=notice.pk)


def claim_ends() -> None:
    """The lease of whatever is claimed has run out."""
    long_ago = MONDAY - timedelta(days=1)
    Notice.objects.filter(claimed_at__isnull=False).update(claimed_at=long_ago)
    Handover.objects.update(stamp=long_ago)


def worker_dies_with_two() -> None:
    """It had begun both that were due, heard that the first was taken and not yet of the second; its claim has run out."""
    rows, stamp = relay.claim("email", MONDAY)
    for row in rows:
        relay.begin([row], stamp, MONDAY)
    first, second = rows
    assert handing.mark(first, stamp)
    assert handing.mark(second, stamp, (first, Taken("<id@house>", "250 OK")))
    claim_ends()


def told(case: Case, kind: str) -> list[dict[str, Any]]:
    """What the timeline tells of that kind, oldest first."""
    return list(case.events.filter(kind=kind).order_by("number").values_list("data", flat=True))


def chain_holds(case: Case) -> bool:
    """Whether the case's timeline, read anew, verifies to its end."""
    return isinstance(verify(Case.objects.get(pk=case.pk)), Verified)
