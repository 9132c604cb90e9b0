"""The account of a case as a paper: what is owed on a day, how it came about, every entry."""

from datetime import datetime
from typing import Any

from agreements.accounts import entries_with_balance, standing
from agreements.papers.common import SUM, print_paper
from agreements.policy import COMPONENTS
from agreements.reckoning import Span
from cases.models import Case, LedgerEntry
from common.clock import local_day
from common.money import show, total
from documents.blocks import Facts, Para, Section, Table, Text, words
from documents.letterhead import both, english, percent, sum_of

FEES, INTEREST, PRINCIPAL = (
    words("费用", "Fees"),
    words("利息", "Interest"),
    words("本金", "Principal"),
)


def account_pdf(case: Case, *, at: datetime, language: str = "") -> bytes:
    """What is owed on this day with its sum made visible, and the entries with the balance after each."""
    today = local_day(at, case.zone)
    found = standing(case, today)
    blocks: list[Any] = [
        Facts(
            [
                (words("债权人", "Creditor"), words(case.creditor.name, english(case.creditor))),
                (words("债务人", "Debtor"), words(case.debtor.name, case.debtor.name_en or case.debtor.name)),
                (words("尚欠金额", "Owed"), sum_of(found.balance)),
            ]
        ),
        Section(words("金额构成", "How the sum is made up")),
        Table(
            [words("内容", "What"), FEES, INTEREST, PRINCIPAL, SUM],
            [
                [both(_label(kind)), *(show(parts[name]) for name in COMPONENTS), show(total(parts.values()))]
                for kind, parts in found.moved.items()
            ],
            frozenset({1, 2, 3, 4}),
            [words("余额", "Balance"), *(show(found.owed[name]) for name in COMPONENTS), show(found.balance)],
        ),
    ]  # fmt: skip
    if found.spans:
        blocks += [Section(words("利息计算", "How the interest came about")), _spans(found.spans)]
    blocks += [
        Section(words("全部账目", "Every entry")),
        Table(
            [words("入账日", "Booked on"), words("内容", "What"), words("组成", "Part"), SUM, words("余额", "Balance")],
            [
                [f"{entry.booked_on}", both(entry.get_kind_display), both(entry.get_component_display), show(entry.amount), show(balance)]
                for entry, balance in entries_with_balance(case)
            ],
            frozenset({3, 4}),
        ),
        Para(words("账目按登记先后列示，不作修改，只以后续账目更正。", "Entries stand in the order in which they were made; none is ever edited, only followed by another.")),
    ]  # fmt: skip
    return print_paper(
        case, words("账户明细", "Statement of account"), f"{case.reference}-{today:%Y%m%d}", at,
        blocks, language=language, checked=False,
    )  # fmt: skip


def _label(kind: str) -> Any:
    return lambda: LedgerEntry.Kind(kind).label


def _spans(spans: list[Span]) -> Table:
    """Days × principal × rate, line by line."""
    rows: list[list[Text]] = [
        [f"{span.since} – {span.until}", str(span.days), show(span.principal), percent(span.rate.percent), show(span.amount)]
        for span in spans
    ]  # fmt: skip
    return Table(
        [words("期间", "From and until"), words("天数", "Days"), PRINCIPAL, words("年利率", "A year"), INTEREST],
        rows, frozenset({1, 2, 3, 4}),
        [words("合计", "In all"), "", "", "", show(total(span.amount for span in spans))],
    )  # fmt: skip
