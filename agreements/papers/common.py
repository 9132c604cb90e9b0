"""What this app's papers have in common: tables, the agency, the sheet they are printed on."""

from datetime import datetime
from typing import Any

from agreements.models import Agreement
from cases.models import Case
from common.clock import local_day
from common.money import show
from documents.blocks import Paper, Table, Text, Words, words
from documents.letterhead import both, day, english, house_of
from documents.models import Document
from documents.render import check_path, render_paper

NUMBER, DUE, SUM = (
    words("期次", "No."),
    words("到期日", "Due on"),
    words("金额（元）", "Amount (CNY)"),
)


def told(document: Document) -> dict[str, Any]:
    """What the timeline keeps of a paper that was made."""
    known = {"kind": document.kind, "document": document.number, "sha256": document.sha256}
    if document.stamped is None:
        return known
    return {**known, "time_stamp": "given" if document.stamped else "missing"}


def agency(case: Case) -> Text:
    """Who acts for the creditor, and by which contract."""
    if not case.agency:
        return words("无", "none")
    return words(
        f"{case.agency.name}（委托合同 {case.mandate}）",
        f"{english(case.agency)} (mandate {case.mandate})",
    )


def plan_table(agreement: Agreement) -> Table:
    """What is to be paid when."""
    rows: list[list[Text]] = [
        [str(part.number), day(part.due_on), show(part.amount)]
        for part in agreement.instalments.order_by("number")
    ]
    return Table([NUMBER, DUE, SUM], rows, frozenset({2}),
                 [words("合计", "In all"), "", show(agreement.total)])  # fmt: skip


def ledger_table(case: Case) -> Table:
    """How the sum moved, and what is left of it."""
    return Table(
        [words("入账日", "Booked on"), words("内容", "What"), words("组成", "Part"), SUM],
        [
            [f"{entry.booked_on}", both(entry.get_kind_display), both(entry.get_component_display), show(entry.amount)]
            for entry in case.ledger.order_by("pk")
        ],
        frozenset({3}),
        [words("余额", "Balance"), "", "", show(case.balance)],
    )  # fmt: skip


def print_paper(
    case: Case,
    title: Words,
    number: str,
    at: datetime,
    blocks: list[Any],
    *,
    language: str = "",
    checked: bool = True,
) -> bytes:
    """A paper of the case on the letterhead of who runs it, in the debtor's language if none is given."""
    house, lines = house_of(case)
    return render_paper(
        Paper(
            title=title,
            number=number,
            house=house,
            house_lines=lines,
            made_at=at,
            dated=day(local_day(at, case.zone)),
            blocks=blocks,
            check=check_path(number) if checked else "",
        ),
        language or case.debtor.language,
    )
