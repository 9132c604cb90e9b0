"""What the closure report says of complaints: when, about what, and what came of it."""

from datetime import datetime
from typing import Any

from cases.models import Case
from documents.blocks import Section, Table, Text, words
from documents.letterhead import both, plain_moment


def complaint_blocks(case: Case, at: datetime) -> list[Any]:
    """A table of the complaints up to that moment; nothing where there was none. Nobody's name is in it."""
    found = list(case.complaints.filter(received_at__lte=at).order_by("received_at", "pk"))
    if not found:
        return []
    rows: list[list[Text]] = []
    for one in found:
        over = one.decided_at is not None and one.decided_at <= at
        rows.append(
            [
                one.number,
                plain_moment(one.received_at, case.zone),
                both(one.get_what_display),
                both(one.get_outcome_display) if over else words("尚未答复", "not answered yet"),
                "\n".join(p for p in (one.reason, one.remedy) if p) if over else "",
                plain_moment(one.decided_at, case.zone) if over else "",
            ]
        )
    return [
        Section(words("投诉", "Complaints"), numbered=True),
        Table(
            [words("编号", "Number"), words("收到时间", "Received"), words("事由", "About"),
             words("结论", "Came to"), words("理由与处理", "Why, and what was done"),
             words("答复时间", "Answered")],
            rows, tight=frozenset({0, 1, 5}),
        ),
    ]  # fmt: skip
