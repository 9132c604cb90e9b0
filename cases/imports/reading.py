"""A creditor's file, read strictly and row by row: never more than a few rows in memory.

Pure: a binary file in, rows out. What cannot be read as a whole raises ``Unfit`` with a code;
what is wrong with one row travels with that row, so that every bad row is named by its line.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from cases.imports.columns import BY_NAME, PROBLEM, REQUIRED, columns_of
from common.cells import unescaped

MOST_BYTES = 60 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
MOST_CELL = 32_767
"""Characters in a cell, as in a spreadsheet."""
HEADING_WITHIN = 10
"""Rows at the top among which the heading is looked for: many files begin with a title."""

UNRECKONED = "#FORMULA!"
"""Stands in a cell whose formula was saved without its result."""
MERGED = "#MERGED!"
"""Stands in a cell that lies under a merged one."""


class Unfit(Exception):
    """The file as a whole cannot be taken; ``code`` and ``params`` go through ``words.of_file``."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code, self.params = code, params
        super().__init__(code)

    def as_dict(self) -> dict[str, Any]:
        """As it is stored."""
        return {"code": self.code, "params": self.params}


@dataclass(slots=True)
class Row:
    """One row as it stands in the file; ``problem`` when it cannot even be taken apart."""

    line: int
    cells: list[str]
    problem: dict[str, Any] | None = None


@dataclass
class Table:
    """A file that could be opened: its headings, what they mean, and the rows under them."""

    encoding: str
    headings: list[str]
    columns: list[str]
    rows: Iterator[Row]
    lines: int = 0
    """How many rows there are at most; 0 where only reading tells."""
    note: dict[str, Any] = field(default_factory=dict)
    """What the person should know though the file can be taken: a code and its figures."""


def kind_of(file: IO[bytes]) -> str:
    """What the file is by its first bytes, whatever it is called: "text/csv" or the XLSX type."""
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    if not head.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise Unfit("empty")
    if size > MOST_BYTES:
        raise Unfit("too_large", size=size // 1024 // 1024, most=MOST_BYTES // 1024 // 1024)
    if head.startswith(b"PK\x03\x04"):
        return XLSX
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unfit("old_excel")
    seldom = len(head) - len(head.translate(None, _SELDOM))
    if (
        head.startswith(_BINARY)
        or _is_markup(head)
        or (seldom * 20 > len(head) and not _wide(head))
    ):
        raise Unfit("kind")
    return CSV


CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SELDOM = bytes(n for n in range(32) if n not in b"\t\r\n")
_BINARY = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\x7fELF", b"MZ\x90",
    b"PK\x05\x06", b"SQLite",
)  # fmt: skip


def _is_markup(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    return start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table", b"{\\rtf"))


def open_table(file: IO[bytes]) -> Table:
    """Find out how the file is written and read its heading; the rows come when asked for."""
    if kind_of(file) == XLSX:
        from cases.imports.sheets import sheets_of

        return _first_fit(sheets_of(file))
    encoding = encoding_of(file)
    table = _under_heading(_NAMES.get(encoding, encoding.upper()), text_rows(file, encoding))
    table.lines = _count_lines(file)
    return table


# ---------------------------------------------------------------- characters

_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "gb18030": "GB18030",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
}
_BLOCK = 1024 * 1024


def encoding_of(file: IO[bytes]) -> str:
    """The encoding in which the file makes sense, looked at from end to end.

    UTF-8 with a few broken bytes stays UTF-8 (its rows are named later); read as GB18030 it
    would turn into other characters without a word.
    """
    file.seek(0)
    head = file.read(4096)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    if wide := _wide(head):
        return wide
    broken, whole = _tally(file, "utf-8")
    if not broken or whole > 20 * broken:
        return "utf-8"
    broken_gb, whole_gb = _tally(file, "gb18030")
    if not broken_gb or whole_gb > 20 * broken_gb:
        return "gb18030"
    raise Unfit("encoding")


def _wide(head: bytes) -> str:
    """UTF-16, with its mark or told by the noughts beside plain letters."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16-le" if head.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    if b"\x00" not in head:
        return ""
    even, odd = head[0::2], head[1::2]
    if odd.count(0) * 3 > len(odd) and even.count(0) * 20 < len(even) + 20:
        return "utf-16-le"
    if even.count(0) * 3 > len(even) and odd.count(0) * 20 < len(odd) + 20:
        return "utf-16-be"
    return ""


def _tally(file: IO[bytes], encoding: str) -> tuple[int, int]:
    """How many places cannot be read, and how many characters beyond ASCII can."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    broken = whole = 0
    while block := file.read(_BLOCK):
        text = decoder.decode(block)
        if text.isascii():
            continue
        faults = text.count("�")
        broken += faults
        whole += len(text) - len(text.encode("ascii", "ignore")) - faults
    broken += decoder.decode(b"", final=True).count("�")
    return broken, whole


# ---------------------------------------------------------------- text

csv.field_size_limit(4 * MOST_CELL)


def text_rows(
    file: IO[bytes], encoding: str, known: Callable[[Iterable[str]], list[str]] = columns_of
) -> Iterator[Row]:
    """The rows of a text file, with the line on which each begins (1 is the first).

    ``known`` names the columns of a heading; by it the separator is told.
    """
    lines = _Lines(_text_of(file, encoding), known)
    reader = csv.reader(lines, delimiter=lines.separator(), strict=True)
    while True:
        start = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            yield _faulty(str(fault), start, lines.number)
            continue
        if lines.cut:
            lines.cut = False
            yield Row(start, [], _TOO_LONG)
        elif cells and any(cells):
            yield Row(start, cells)


_TOO_LONG = {"code": "cell_too_long", "params": {"most": MOST_CELL}}


def _text_of(file: IO[bytes], encoding: str) -> IO[str]:
    def opened() -> IO[str]:
        file.seek(0)
        kept = io.BufferedReader(_Kept(file), _BLOCK)
        return io.TextIOWrapper(kept, encoding=encoding, errors="replace", newline="")

    text = opened()
    if encoding.startswith("utf-16") and text.read(1) != "\ufeff":
        text = opened()
    return text


class _Kept(io.RawIOBase):
    """The file, which stays open when the text reader over it is thrown away."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self.file.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)


class _Lines:
    """Physical lines, counted; one without end is cut off, so that no memory can be filled."""

    def __init__(self, text: IO[str], columns_of: Callable[[Iterable[str]], list[str]]) -> None:
        self.text, self.columns_of = text, columns_of
        self.number = 0
        self.cut = False
        self.waiting: list[tuple[str, bool]] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line, cut = self.waiting.pop(0) if self.waiting else self._take()
        self.cut = self.cut or cut
        if not line:
            raise StopIteration
        self.number += 1
        return line

    def _take(self) -> tuple[str, bool]:
        """The next line, and whether it was too long and is now an empty one."""
        line = self.text.readline(_MOST_LINE)
        if len(line) < _MOST_LINE or line.endswith(("\n", "\r")):
            return line, False
        while (rest := self.text.readline(_MOST_LINE)) and not rest.endswith(("\n", "\r")):
            pass
        return "\n", True

    def separator(self) -> str:
        """What stands between the cells: the sign that splits off most of the headings we know."""
        for _turn in range(HEADING_WITHIN):
            taken = self._take()
            if not taken[0]:
                break
            self.waiting.append(taken)
        first = [line for line, _cut in self.waiting]
        told = re.fullmatch(r"sep=(.)\s*", first[0]) if first else None
        if told:
            self.waiting[0] = ("\n", False)  # it keeps its place in the count
            return told[1]

        def known(sign: str) -> int:
            return max(
                (
                    len(set(filter(None, self.columns_of(_split(line[:_TOP], sign)))))
                    for line in first
                ),
                default=0,
            )

        return max(",;\t|\uff0c", key=known)


_MOST_LINE = 1024 * 1024
_TOP = 50_000


def _split(line: str, sign: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=sign), [])
    except csv.Error:
        return line.split(sign)


def _faulty(fault: str, start: int, end: int) -> Row:
    """The row that could not be taken apart; an open quote swallows the rest and stops it all."""
    if "unexpected end" in fault or ("larger than field limit" in fault and end > start):
        raise Unfit("open_quote", line=start)
    if "larger than field limit" in fault:
        return Row(start, [], _TOO_LONG)
    return Row(start, [], {"code": "quote"})


def _count_lines(file: IO[bytes]) -> int:
    """How many lines the file has, for the progress bar."""
    place = file.tell()
    file.seek(0)
    count = 0
    while block := file.read(_BLOCK):
        count += block.count(b"\n")
    file.seek(place)
    return count


# ---------------------------------------------------------------- heading

_NOT_THIS_SHEET = ("empty", "no_heading", "too_many_columns", "double_column", "missing_column")
"""Why a sheet is passed over, the nearest miss last: it is told when no other sheet fits."""
_MOST_SHEETS = 50


def _first_fit(sheets: list[tuple[str, int, Iterator[Row]]]) -> Table:
    """The first sheet whose heading is complete; says so when others might have been meant too."""
    found: Table | None = None
    missed = Unfit("empty")
    name, others = "", []
    for title, lines, rows in sheets[:_MOST_SHEETS]:
        try:
            table = _under_heading("XLSX", rows)
            table.lines = lines
        except Unfit as unfit:
            if unfit.code not in _NOT_THIS_SHEET:
                raise
            if _NOT_THIS_SHEET.index(unfit.code) > _NOT_THIS_SHEET.index(missed.code):
                missed = unfit
            continue
        if found is None:
            found, name = table, title
        else:
            others.append(title)
    if found is None:
        raise missed
    if others:
        found.note = Unfit("sheets_left", sheet=name, others=others[:5]).as_dict()
    return found


def _under_heading(encoding: str, rows: Iterator[Row]) -> Table:
    """Take the heading off: the first of the top rows that names at least three known columns."""
    best: tuple[int, list[str], list[str]] | None = None
    seen = 0
    for row in rows:
        seen += 1
        headings = [unescaped(cell).strip() if cell != MERGED else "" for cell in row.cells]
        while headings and not headings[-1]:
            headings.pop()
        if len(headings) > MOST_COLUMNS:
            raise Unfit("too_many_columns", most=MOST_COLUMNS)
        columns = columns_of(headings)
        known = len(set(filter(None, columns)) - {PROBLEM})
        if known >= 3:
            best = (known, headings, columns)
            break
        if best is None or known > best[0]:
            best = (known, headings, columns)
        if seen == HEADING_WITHIN:
            break
    if best is None or not best[0]:
        raise Unfit("no_heading" if seen else "empty")
    _known, headings, columns = best
    _must_be_complete(columns)
    below = _checked(rows, len(headings), pad=encoding == "XLSX")
    return Table(encoding, [h[:200] for h in headings], columns, below)


def _must_be_complete(columns: list[str]) -> None:
    for place, name in enumerate(columns):
        if name and name != PROBLEM and name in columns[:place]:
            raise Unfit(
                "double_column", first=columns.index(name) + 1, second=place + 1, column=name
            )
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise Unfit("missing_column", columns=missing)


def _checked(rows: Iterator[Row], width: int, *, pad: bool) -> Iterator[Row]:
    """The rows under the heading: as wide as it is, none too many, every cell as it was meant.

    ``pad``: a workbook leaves out the empty cells at a row's end; in text they would be missing.
    """
    count = 0
    for row in rows:
        count += 1
        if count > MOST_ROWS:
            raise Unfit("too_many_rows", most=MOST_ROWS)
        cells = row.cells
        if len(cells) != width and row.problem is None:
            if len(cells) > width and not any(cells[width:]):
                del cells[width:]
            elif pad and len(cells) < width:
                cells += [""] * (width - len(cells))
            else:
                row.problem = {
                    "code": "ragged", "params": {"cells": len(cells), "headings": width},
                }  # fmt: skip
                del cells[MOST_COLUMNS:]
        joined = "".join(cells)
        if not joined.strip() and row.problem is None:
            count -= 1
            continue
        if "'" in joined:
            row.cells = cells = [unescaped(cell) for cell in cells]
        if len(joined) > MOST_CELL and row.problem is None and max(map(len, cells)) > MOST_CELL:
            row.problem = _TOO_LONG
            row.cells = [cell[:MOST_CELL] for cell in cells]
        if "�" in joined or not joined.isprintable():
            _note_damage(row)
        yield row
    if not count:
        raise Unfit("no_rows")


def _note_damage(row: Row) -> None:
    """Say which cell holds what no file should: NULs, or characters that could not be read."""
    for place, cell in enumerate(row.cells):
        for sign, code in (("\x00", "nul"), ("�", "mojibake")):
            if sign in cell and row.problem is None:
                row.problem = {"code": code, "place": place}
    # Neither JSON in the database nor a reader can bear them.
    row.cells = [_storable(cell) for cell in row.cells]


def _storable(cell: str) -> str:
    return "".join(c if c != "\x00" and not "\ud800" <= c <= "\udfff" else "␀" for c in cell)


def column_at(columns: list[str], place: int) -> str:
    """The known column at that place, or ""."""
    return columns[place] if place < len(columns) and columns[place] in BY_NAME else ""
