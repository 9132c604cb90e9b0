"""A statement as SWIFT message MT940, read by mt-940 and counted by ourselves: no ``:61:`` is passed over. Pure."""

import io
import logging
import re
from datetime import date
from decimal import Decimal
from typing import Any

import mt940

from banking.balanced import Page, Unclear, beginning, figure, sheet_of
from banking.reading import Faulty, Movement, Problem, Sheet, digits
from cases.imports.reading import Unfit, encoding_of

BANK = "mt940"
OPTIONS = mt940.Options.all()
NO_NUMBER = {"", "NONREF", "NOTPROVIDED"}

_ENVELOPE = re.compile(r"\{[1235]:(?:[^{}]|\{[^{}]*\})*\}|\{4:|^-\}", re.MULTILINE)
_BLOCK = re.compile(r"^(?=:20:)", re.MULTILINE)
_LINE = re.compile(r"^:61:", re.MULTILINE)
_TAG = re.compile(r"^:(?:\d\d[A-Z]?|NS):", re.MULTILINE)
_CURRENCY = re.compile(r"^:60[FM]:[CD]\d{6}([A-Z]{3})", re.MULTILINE)
_PAYER = re.compile(r"/(?:ORDP|NAME)/([^/\n]+)")

# It logs what it cannot read, whole lines with names and accounts; what is wrong is told to the person instead.
logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)


def is_mt940(content: bytes) -> bool:
    """Whether the file begins as such a message does."""
    head = content[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return head.startswith((b":20:", b"{1:F")) or b"\n:20:" in head


def read(content: bytes) -> Sheet:
    """The lines of an MT940 file; raises ``Unfit`` or ``Faulty``."""
    text = _text(content)
    starts = [found.start() for found in _BLOCK.finditer(text)]
    if not starts or _LINE.search(text, 0, starts[0]):
        raise Unfit("no_beginning")
    pages, problems = [], []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        try:
            pages.append(_page(text[start:end], first=text.count("\n", 0, start) + 1))
        except Faulty as faulty:
            problems += faulty.problems
    if problems:
        raise Faulty(problems)
    return sheet_of(BANK, pages)


def _text(content: bytes) -> str:
    encoding = encoding_of(io.BytesIO(content))
    try:
        text = content.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError:
        raise Unfit("encoding") from None
    return _ENVELOPE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _page(block: str, *, first: int) -> Page:
    """One statement of the file, its lines counted before and after the library has read them."""
    rows = [first + block.count("\n", 0, found.start()) for found in _LINE.finditer(block)]
    page = _parsed(block)
    if page is None or len(page) != len(rows) or any(not line.data.get("id") for line in page):
        raise Faulty(_guilty(block, rows) or [Problem(first, ":20:", "unread")])
    says = page.data
    account = digits(str(says.get("account_identification") or "").rpartition("/")[2])
    opening = says.get("final_opening_balance") or says.get("intermediate_opening_balance")
    closing = says.get("final_closing_balance") or says.get("intermediate_closing_balance")
    if opening is None or closing is None:
        raise Unfit("cut_off")
    if not account:
        raise Unfit("no_account")
    movements, problems = [], []
    for row, line in zip(rows, page, strict=True):
        try:
            movements.append(_movement(row, line.data, opening.amount.currency))
        except Unclear as unclear:
            problems.append(Problem(row, ":61:", unclear.code, unclear.cell))
    if problems:
        raise Faulty(problems)
    return Page(
        account, Decimal(opening.amount.amount), Decimal(closing.amount.amount), tuple(movements),
        follows="final_opening_balance" not in says, goes_on="final_closing_balance" not in says,
    )  # fmt: skip


def _parsed(block: str) -> Any:
    try:
        pages = mt940.parse_statements(block, options=OPTIONS)
    except (RuntimeError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError):
        return None
    return pages[0] if len(pages) == 1 else None


def _guilty(block: str, rows: list[int]) -> list[Problem]:
    """Which of its lines cannot be read, each tried by itself."""
    currency = _CURRENCY.search(block)
    head = f":20:X\n:60F:C260101{currency[1] if currency else 'CNY'}0,00\n"
    found = []
    for row, line in zip(rows, _LINE.finditer(block), strict=True):
        after = _TAG.search(block, line.end())
        alone = block[line.start() : after.start() if after else len(block)].strip()
        page = _parsed(f"{head}{alone}\n")
        if page is None or len(page) != 1 or not page[0].data.get("id"):
            found.append(Problem(row, ":61:", "line", alone.partition("\n")[0][:60]))
    return found


def _movement(row: int, says: dict[str, Any], currency: str) -> Movement:
    day: date = says.get("entry_date") or says["date"]
    signed = says["amount"].amount
    details = _details(says)
    payer = str(says.get("applicant_name") or "").strip()
    if not payer and (named := _PAYER.search(details)):
        payer = named[1].strip()
    serial = str(says.get("bank_reference") or "").strip()
    reference = str(says.get("customer_reference") or "").strip()
    remark = " ".join(filter(None, ["" if reference in NO_NUMBER else reference, details]))
    return Movement(
        row=row, at=beginning(day), amount=figure(abs(signed)), incoming=signed > 0,
        currency=currency, payer=payer[:120],
        payer_account=str(says.get("applicant_iban") or "").strip()[:60],
        remark=" ".join(remark.split())[:400], serial="" if serial in NO_NUMBER else serial, key="",
        back=str(says.get("status") or "").upper() in {"RC", "RD"},
    )  # fmt: skip


def _details(says: dict[str, Any]) -> str:
    """All that is written to the line; a line that the bank broke is put together again."""
    parts = (says.get(name) for name in ("transaction_details", "purpose", "extra_details"))
    return " ".join(str(part).replace("\n", "") for part in parts if part)
