"""A bank's export, read strictly: every line understood, or none taken and each bad one named.

Pure: bytes in, lines out. What is wrong with the file as a whole raises ``Unfit`` with a code, what is wrong
with rows ``Faulty``; ``banking.words`` puts both into sentences.
"""

import hashlib
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal, InvalidOperation

from banking.layouts import MANY, Layout, fitting, known_to_any
from cases.imports.reading import XLSX, Row, Unfit, encoding_of, kind_of, text_rows
from common.clock import HOUSE_ZONE, from_local
from common.money import CENT, ZERO, money

MOST_ROWS = 5_000
HEADING_WITHIN = 20
MOST = Decimal("1e12")
CURRENCIES = {"": "CNY", "人民币": "CNY", "人民币元": "CNY", "RMB": "CNY", "CNY": "CNY"}
FOOT = ("合计", "总计", "小计", "本页", "总笔数", "总收入", "总支出", "以上", "打印", "说明")
ACCOUNT_LABELS = re.compile(
    r"^(?:账号|帐号|账户号码|查询账号|客户账号|银行账号)(?:\[[^\]]*\])?[::]?(.*)$"
)
ACCOUNT = re.compile(r"[0-9][0-9* -]{6,40}[0-9]")
UNDOES = ("退汇", "冲正", "冲账", "抹账", "退票", "冲销")
"""What banks write to a movement that undoes another."""
TURNED = re.compile(r"^\d(?:\.\d+)?[Ee]\+\d+$")
"""A long number after a spreadsheet has taken it for a quantity."""

_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d", "%Y年%m月%d日")
_TIMES = ("%H:%M:%S", "%H:%M", "%H%M%S")


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell: its row in the file, its heading, a code, and what stands there."""

    row: int
    column: str
    code: str
    cell: str = ""


class Faulty(Exception):
    """Rows that could not be understood; nothing of the file is taken."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(f"{len(self.problems)} rows")


@dataclass(frozen=True)
class Movement:
    """One line: when, how much, in or out, who, what was written, and what tells it from all others.

    ``back``: the bank says that it undoes another movement, one the other way round.
    """

    row: int
    at: datetime
    amount: Decimal
    incoming: bool
    currency: str
    payer: str
    payer_account: str
    remark: str
    serial: str
    key: str
    back: bool = False


@dataclass(frozen=True)
class Sheet:
    """A file that was understood: which bank's, of which account ("": it does not say), its lines."""

    bank: str
    account: str
    movements: tuple[Movement, ...]


def read(content: bytes) -> Sheet:
    """The lines of a bank's CSV export; raises ``Unfit`` or ``Faulty``."""
    file = io.BytesIO(content)
    if kind_of(file) == XLSX:
        raise Unfit("workbook")
    rows = text_rows(file, encoding_of(file), lambda cells: known_to_any(list(cells)))
    accounts: list[str] = []
    layout, heading, columns = None, [""], [""]
    problems: list[Problem] = []
    movements: list[Movement] = []
    for number, row in enumerate(rows):
        if row.problem:
            problems.append(Problem(row.line, "", "row"))
            continue
        if layout is None:
            layout = fitting(row.cells)
            if layout:
                heading, columns = row.cells, layout.columns_of(row.cells)
            elif number >= HEADING_WITHIN:
                break
            else:
                accounts += _account_in(row.cells)
            continue
        if _is_foot(row.cells):
            continue
        cells = _by_name(columns, heading, row)
        try:
            movements.append(_movement(row.line, cells, accounts))
        except _Wrong as wrong:
            problems.append(Problem(row.line, cells.heading(wrong.name), wrong.code, wrong.cell))
        if len(movements) > MOST_ROWS:
            raise Unfit("too_many_lines", most=MOST_ROWS)
    return _whole(layout, accounts, movements, problems)


def _whole(
    layout: Layout | None, accounts: list[str], movements: list[Movement], problems: list[Problem]
) -> Sheet:
    if layout is None:
        raise Unfit("no_layout")
    if len(set(accounts)) > 1:
        raise Unfit("accounts", accounts=sorted(set(accounts)))
    problems += _twice(movements)
    if problems:
        raise Faulty(sorted(problems, key=lambda problem: problem.row))
    if not movements:
        raise Unfit("no_lines")
    return Sheet(layout.key, accounts[0] if accounts else "", tuple(_told_apart(movements)))


# ---------------------------------------------------------------- one row


class _Wrong(Exception):
    def __init__(self, name: str, code: str, cell: str = "") -> None:
        self.name, self.code, self.cell = name, code, cell[:60]
        super().__init__(code)


@dataclass(frozen=True)
class _Cells:
    """The cells of a row by what they hold, with the headings for whoever has to mend one."""

    values: Mapping[str, str]
    headings: Mapping[str, str]

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    def heading(self, name: str) -> str:
        return self.headings.get(name, "")


def _by_name(columns: Sequence[str], heading: Sequence[str], row: Row) -> _Cells:
    values: dict[str, str] = {}
    headings: dict[str, str] = {}
    for name, told, cell in zip(columns, heading, row.cells, strict=False):
        text = clean(cell)
        if not name:
            continue
        headings.setdefault(name, told.strip())
        if name in MANY:
            values[name] = " ".join(filter(None, (values.get(name, ""), text)))
        elif not values.get(name):
            values[name] = text
    return _Cells(values, headings)


def clean(cell: str) -> str:
    """The cell without the marks that keep a spreadsheet from reckoning with it."""
    text = cell.strip().strip("\t")
    if len(text) > 3 and text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    kept = "".join(c for c in text.lstrip("'`") if c.isprintable())
    return kept.strip()


def _movement(line: int, cells: _Cells, accounts: list[str]) -> Movement:
    if account := cells.get("account"):
        if TURNED.match(account):
            raise _Wrong("account", "turned", account)
        accounts.append(digits(account))
    amount, incoming, undoes = _amount(cells)
    serial = cells.get("serial")
    if TURNED.match(serial):
        raise _Wrong("serial", "turned", serial)
    currency = CURRENCIES.get(cells.get("currency").upper(), cells.get("currency").upper())
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise _Wrong("currency", "currency", currency)
    return Movement(
        row=line, at=_moment(cells), amount=amount, incoming=incoming, currency=currency,
        payer=cells.get("payer")[:120], payer_account=cells.get("payer_account")[:60],
        remark=cells.get("remark")[:400], serial=serial[:100], key="",
        back=undoes or any(word in cells.get("remark") for word in UNDOES),
    )  # fmt: skip


def _amount(cells: _Cells) -> tuple[Decimal, bool, bool]:
    """How much, whether it came in, and whether it undoes another.

    A negative amount is the other way round; in a column of its own for what came or went it undoes what came or went.
    """
    if "signed" in cells.headings:
        amount = _figure(cells, "signed")
        if not amount:
            raise _Wrong("signed", "no_amount", cells.get("signed"))
        return abs(amount), amount > ZERO, False
    came, went = _figure(cells, "in"), _figure(cells, "out")
    if came and went:
        raise _Wrong("in", "both", cells.get("in"))
    if not came and not went:
        raise _Wrong("in", "no_amount", cells.get("in"))
    amount = came or -went
    return abs(amount), amount > ZERO, came < ZERO or went < ZERO


def _figure(cells: _Cells, name: str) -> Decimal:
    written = cells.get(name)
    text = unicodedata.normalize("NFKC", written).replace(",", "").replace("¥", "").strip()
    if text in {"", "-", "--"}:
        return ZERO
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise _Wrong(name, "amount", written) from None
    if not amount.is_finite() or abs(amount) >= MOST:
        raise _Wrong(name, "amount", written)
    if amount != amount.quantize(CENT):
        raise _Wrong(name, "places", written)
    return money(amount)


def _moment(cells: _Cells) -> datetime:
    """When it came by the bank's clock; a line that names no hour counts from the beginning of its day."""
    name = "moment" if cells.get("moment") else "day"
    written = cells.get(name)
    text = " ".join(unicodedata.normalize("NFKC", written).replace("T", " ").split())
    if re.fullmatch(r"\d{14}", text):
        text = f"{text[:8]} {text[8:]}"
    day, _space, hour = text.partition(" ")
    hour = hour.strip() or (cells.get("time") if name == "day" else "")
    for pattern in _DAYS:
        try:
            on = datetime.strptime(day, pattern).date()  # noqa: DTZ007 - the bank's own clock
        except ValueError:
            continue
        if 2000 <= on.year < 2200:
            return from_local(datetime.combine(on, _time(name, hour)), HOUSE_ZONE)
    raise _Wrong(name, "day", written)


def _time(name: str, written: str) -> time:
    text = written.strip().partition(".")[0]
    if not text:
        return time()
    for pattern in _TIMES:
        try:
            return datetime.strptime(text, pattern).time()  # noqa: DTZ007 - the bank's own clock
        except ValueError:
            continue
    raise _Wrong("time" if name == "day" else name, "time", written)


# ---------------------------------------------------------------- the rows together


def _is_foot(cells: Sequence[str]) -> bool:
    """Whether it is no line but a sum or a remark under them."""
    told = [clean(cell) for cell in cells if clean(cell)]
    return not told or told[0].startswith(FOOT)


def _account_in(cells: Sequence[str]) -> list[str]:
    """The account that a row above the heading names, if it does."""
    told = [clean(cell) for cell in cells]
    for place, cell in enumerate(told):
        labelled = ACCOUNT_LABELS.match(unicodedata.normalize("NFKC", cell).replace(" ", ""))
        if labelled:
            after = labelled[1] or next(filter(None, told[place + 1 :]), "")
            found = ACCOUNT.search(after)
            return [digits(found[0])] if found else []
    return []


def digits(account: str) -> str:
    """The account's number without letters and spaces; asterisks stay."""
    return re.sub(r"[^0-9*]", "", account)


def same_account(stated: str, ours: str) -> bool:
    """Whether both name one account; a stated one may hide its middle behind asterisks."""
    stated, ours = digits(stated), digits(ours)
    if "*" not in stated:
        return bool(stated) and stated == ours
    head, tail = stated[: stated.index("*")], stated[stated.rindex("*") + 1 :]
    return (
        len(tail) >= 4
        and len(head + tail) <= len(ours)
        and ours.startswith(head)
        and ours.endswith(tail)
    )


def _twice(movements: Sequence[Movement]) -> list[Problem]:
    """Lines that claim to be one and the same by their number, and say different things."""
    seen: dict[tuple[str, bool], Movement] = {}
    found = []
    for movement in movements:
        if movement.serial:
            first = seen.setdefault((movement.serial, movement.incoming), movement)
            if _says(first) != _says(movement):
                found.append(Problem(movement.row, str(first.row), "twice", movement.serial))
    return found


def _says(movement: Movement) -> tuple[object, ...]:
    return movement.at, movement.amount, movement.payer, movement.payer_account, movement.remark


def _told_apart(movements: Sequence[Movement]) -> list[Movement]:
    """Each line once, with what tells it from all others: the bank's number, else all that it says."""
    kept: dict[str, Movement] = {}
    alike: Counter[str] = Counter()
    for movement in movements:
        way = "in" if movement.incoming else "out"
        if movement.serial:
            key = f"{way}:{movement.serial}"
        else:
            said = "|".join(str(part) for part in (way, *_says(movement)))
            key = f"{way}#{hashlib.sha256(said.encode()).hexdigest()[:40]}"
            alike[key] += 1  # two that say the same are two, in this file and in the next
            key = f"{key}.{alike[key]}"
        kept.setdefault(key, Movement(**{**movement.__dict__, "key": key}))
    return list(kept.values())
