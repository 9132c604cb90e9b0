"""A statement as ISO 20022 message CAMT.053, read by pycamt; nothing that a document type could bring is let in. Pure."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lxml.etree import XMLSyntaxError
from pycamt.parser import Camt053ParseError, Camt053Parser

from banking.balanced import Page, Unclear, beginning, figure, sheet_of
from banking.reading import Faulty, Movement, Problem, Sheet, digits
from cases.imports.reading import Unfit
from common.clock import HOUSE_ZONE, from_local

BANK = "camt053"
ENCODINGS = {"utf-8", "utf-16", "gb18030", "gbk", "gb2312", "iso-8859-1", "us-ascii"}
BOOKED = {None, "BOOK"}
ASIDE = (
    "InstdAmt", "CntrValAmt", "AnncdPstngAmt", "PrtryAmt", "Avlbty", "Chrgs", "Intrst", "Tax", "RfrdDocAmt", "CardTx",
)  # fmt: skip
"""Amounts beside the movement, such as what was instructed in another currency; the reader would take the first."""

_DECLARED = re.compile(rb"^<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_MARKUP = re.compile(r"<!(?!--|\[CDATA\[)")
_MESSAGE = re.compile(r"^\{(urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d\d)\}Document$")


def is_xml(content: bytes) -> bool:
    """Whether the file begins as XML does."""
    return (
        content[:64].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")
    )


def read(content: bytes) -> Sheet:
    """The entries of a CAMT.053 file; raises ``Unfit`` or ``Faulty``."""
    parser, space = _opened(_text(content))
    pages, first, problems = [], 1, []
    for statement in _statements(parser):
        try:
            page, count = _page(parser, statement, space, first)
            pages.append(page)
            first += count
        except Faulty as faulty:
            problems += faulty.problems
            first += len(statement.findall(f"{space}Ntry"))
    if problems:
        raise Faulty(problems)
    return sheet_of(BANK, pages)


def _text(content: bytes) -> str:
    """The file's characters in an encoding that it may have, without a document type or entities."""
    plain = content[:300].lstrip(b"\xef\xbb\xbf \t\r\n")
    declared = _DECLARED.match(plain)
    wide = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    encoding = "utf-16" if wide else (declared[1].decode().lower() if declared else "utf-8")
    if encoding not in ENCODINGS:
        raise Unfit("encoding")
    try:
        text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeError:
        raise Unfit("encoding") from None
    if _MARKUP.search(text):
        raise Unfit("entities")
    return _DECLARATION.sub("", text, count=1)


def _opened(text: str) -> tuple[Any, str]:
    try:
        parser = Camt053Parser(text.strip().encode())
    except (XMLSyntaxError, ValueError):
        raise Unfit("xml") from None
    message = _MESSAGE.match(str(parser.tree.tag))
    if message is None:
        raise Unfit("no_camt")
    parser.namespaces = {None: message[1]}  # also where the file writes a prefix before every name
    space = f"{{{message[1]}}}"
    _only_what_moved(parser.tree, space)
    return parser, space


def _only_what_moved(tree: Any, space: str) -> None:
    """Take out of the tree what is beside the movement; a day's opening may be called the last closing."""
    _mark_returns(tree, space)
    for name in ASIDE:
        for found in list(tree.iter(f"{space}{name}")):
            found.getparent().remove(found)
    for statement in tree.iter(f"{space}Stmt"):
        kinds = statement.findall(f"{space}Bal/{space}Tp/{space}CdOrPrtry/{space}Cd")
        if not any(kind.text == "OPBD" for kind in kinds):
            for kind in kinds:
                kind.text = "OPBD" if kind.text == "PRCD" else kind.text


def _mark_returns(tree: Any, space: str) -> None:
    """Say of an entry that brings a returned payment (``RtrInf``) what is said of a reversed one, which the reader knows."""
    for found in tree.iter(f"{space}RtrInf"):
        entry = next(found.iterancestors(f"{space}Ntry"), None)
        if entry is None:
            continue
        mark = entry.find(f"{space}RvslInd")
        if mark is None:
            mark = entry.makeelement(f"{space}RvslInd")
            entry.append(mark)
        mark.text = "true"


def _statements(parser: Any) -> list[Any]:
    found = parser.tree.findall(".//Stmt", parser.namespaces)
    if not found:
        raise Unfit("no_camt")
    return list(found)


def _page(parser: Any, statement: Any, space: str, first: int) -> tuple[Page, int]:
    """One statement of the file, read by itself so that what is wrong is told of the right one."""
    alone = Camt053Parser.__new__(Camt053Parser)
    alone.tree, alone.namespaces, alone.version = _wrapped(statement), parser.namespaces, ""
    try:
        (info,) = alone.get_statement_info()
        entries = alone.get_transactions()
    except (Camt053ParseError, AttributeError, ValueError):
        raise Unfit("xml") from None
    if info["OpeningBalance"] is None or info["ClosingBalance"] is None:
        raise Unfit("cut_off")
    movements, problems = [], []
    for row, says in enumerate(entries, start=first):
        if says.get("Status") not in BOOKED:
            continue  # not booked yet: it comes again when it is, and no balance holds it
        try:
            movements.append(_movement(row, says))
        except Unclear as unclear:
            problems.append(Problem(row, "Ntry", unclear.code, unclear.cell))
    if problems:
        raise Faulty(problems)
    try:
        opening, closing = Decimal(info["OpeningBalance"]), Decimal(info["ClosingBalance"])
    except ArithmeticError:
        raise Unfit("xml") from None
    return Page(_account(statement, space), opening, closing, tuple(movements)), len(entries)


def _wrapped(statement: Any) -> Any:
    """The statement under a root of its own; it leaves its file for that."""
    root = statement.makeelement("alone", nsmap=statement.nsmap)
    root.append(statement)
    return root


def _account(statement: Any, space: str) -> str:
    """The account's number: an IBAN, or whatever number the bank uses."""
    for name in ("IBAN", f"Othr/{space}Id"):
        found = statement.find(f"{space}Acct/{space}Id/{space}{name}")
        if found is not None and (account := digits(found.text or "")):
            return account
    raise Unfit("no_account")


def _movement(row: int, says: dict[str, str | None]) -> Movement:
    way = says.get("CreditDebitIndicator")
    if way not in {"CRDT", "DBIT"}:
        raise Unclear("line", str(way))
    currency = says.get("Currency") or ""
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise Unclear("currency", currency)
    incoming = way == "CRDT"
    other = "Debtor" if incoming else "Creditor"
    told = ("EndToEndId", "RemittanceInformation", "RemittanceInformationFull",
            "AdditionalRemittanceInformation", "AdditionalEntryInformation")  # fmt: skip
    parts = dict.fromkeys((says.get(name) or "").strip() for name in told)
    remark = " ".join(part for part in parts if part and part != "NOTPROVIDED")
    return Movement(
        row=row, at=_moment(says.get("BookingDate") or says.get("ValueDate") or ""),
        amount=figure(says.get("Amount")), incoming=incoming, currency=currency,
        payer=(says.get(f"{other}Name") or "").strip()[:120],
        payer_account=(says.get(f"{other}IBAN") or "").strip()[:60],
        remark=" ".join(remark.split())[:400],
        serial=(says.get("TransactionID") or "").strip()[:100], key="",
        back=(says.get("ReversalIndicator") or "").strip() in {"true", "1"},
    )  # fmt: skip


def _moment(written: str) -> datetime:
    text = written.strip()
    try:
        if "T" not in text:
            return beginning(date.fromisoformat(text[:10]))
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Unclear("day", text) from None
    return moment if moment.tzinfo else from_local(moment, HOUSE_ZONE)
