"""Workbooks: the visible sheets, row by row, after a look at what is unpacked.

A workbook is an archive of XML. Before openpyxl sees it every part is unpacked once into nothing,
to know its real size and that it holds no entities, no declarations and no endless text.
"""

import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from openpyxl import load_workbook
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from cases.imports.reading import MERGED, MOST_COLUMNS, MOST_ROWS, UNRECKONED, Row, Unfit

MOST_UNPACKED = 400 * 1024 * 1024
MOST_PARTS = 500
MOST_RUN = 2 * 1024 * 1024
"""Bytes between two tags; a cell's text has at most 32,767 characters."""
_BLOCK = 256 * 1024
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY", b"<![CDATA[", b"<!doctype", b"<!entity")


def sheets_of(file: IO[bytes]) -> list[tuple[str, int, Iterator[Row]]]:
    """The visible sheets: name, how many rows at most, and the rows with their numbers in the sheet."""
    counts = _look_through(file)
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles and validations it leaves out
        try:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except Exception as fault:
            # Whatever a crafted archive makes of a parser, it is a damaged file to the person.
            raise Unfit("damaged") from fault
    return [
        (sheet.title, counts.get(sheet._worksheet_path, 0), _rows_of(book, sheet))
        for sheet in book.worksheets
        if sheet.sheet_state == "visible"
    ]


class _Parser(WorkSheetParser):
    """Tells an empty cell apart from a formula whose result was never saved."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """One cell; openpyxl's own reader asks for each."""
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and cell["data_type"] == "n":
            cell["value"] = UNRECKONED if element.find(FORMULA_TAG) is not None else None
        return cell


def _rows_of(book: Any, sheet: Any) -> Iterator[Row]:
    # Not sheet.iter_rows(): it cannot tell such formulas, and walks every void that a file claims.
    try:
        merged = _Merged(book, sheet)
        with sheet._get_source() as source:
            parser = _Parser(
                source,
                sheet._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            for number, cells in parser.parse():
                said = _texts(sheet, cells)
                if said:
                    yield Row(number, merged.filled(number, said))
                if number > 20 * MOST_ROWS:
                    raise Unfit("too_many_rows", most=MOST_ROWS)
    except Unfit:
        raise
    except Exception as fault:
        raise Unfit("damaged") from fault


def _texts(sheet: Any, cells: list[dict[str, Any]]) -> list[str]:
    """What a row shows, up to its last filled cell."""
    said: list[str] = []
    for cell in cells:
        place = cell["column"] - 1
        text = _text(sheet, cell) if 0 <= place <= MOST_COLUMNS else ""
        if text:
            said += [""] * (place + 1 - len(said))
            said[place] = text
    return said


class _Merged:
    """Which cells are hidden under a merged one: empty for a program, though a person sees a value."""

    def __init__(self, book: Any, sheet: Any) -> None:
        found: set[tuple[int, int, int, int]] = set()
        with book._archive.open(sheet._worksheet_path) as part:
            tail = b""
            while (block := part.read(_BLOCK)) and len(found) < _MOST_MERGED:
                looked = tail + block
                if b"mergeCell" in looked:
                    for left, top, right, bottom in _MERGED_REF.findall(looked):
                        found.add((int(top), int(bottom), _place(left), _place(right)))
                tail = block[-200:]
        self.ahead = sorted(found, reverse=True)
        self.here: list[tuple[int, int, int, int]] = []

    def filled(self, number: int, said: list[str]) -> list[str]:
        """The row with a mark in every cell that is merged away; rows come in their order."""
        while self.ahead and self.ahead[-1][0] <= number:
            self.here.append(self.ahead.pop())
        if self.here:
            self.here = [one for one in self.here if one[1] >= number]
        for top, _bottom, left, right in self.here:
            first = left if number > top else left + 1
            said += [""] * (min(right, MOST_COLUMNS) + 1 - len(said))
            for place in range(first, min(right, MOST_COLUMNS) + 1):
                said[place] = said[place] or MERGED
        return said


_MERGED_REF = re.compile(
    rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"'
)
_MOST_MERGED = 100_000


def _place(letters: bytes) -> int:
    return int(column_index_from_string(letters.decode())) - 1


def _text(sheet: Any, cell: dict[str, Any]) -> str:
    """What the cell shows, in the spelling that a CSV file would have."""
    value = cell["value"]
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if cell["style_id"] and "%" in (ReadOnlyCell(sheet, **cell).number_format or ""):
        return f"{value * 100:.10g}%"
    if isinstance(value, float):
        # Fifteen places are all that a spreadsheet keeps; more of them were lost when it was typed.
        return f"{value:.15g}" if abs(value) < 1e15 else repr(value).upper()
    return str(value) if abs(value) < 10**15 else f"{float(value):.14E}"


def _look_through(file: IO[bytes]) -> dict[str, int]:
    """Unpack every part into nothing; how many rows each of them has."""
    counts: dict[str, int] = {}
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if "[Content_Types].xml" not in names or len(names) != len(parts):
                raise Unfit("kind")
            if "xl/workbook.xml" not in names and not any("workbook" in name for name in names):
                raise Unfit("kind")
            if len(parts) > MOST_PARTS or any(part.flag_bits & 1 for part in parts):
                raise Unfit("hostile")
            if sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise Unfit("swollen", most=MOST_UNPACKED // 1024 // 1024)
            left = MOST_UNPACKED
            for part in parts:
                if part.filename.endswith((".xml", ".rels", ".vml")):
                    size, counts[part.filename] = _look_at(archive, part, left)
                    left -= size
    except Unfit:
        raise
    except Exception as fault:
        raise Unfit("damaged") from fault
    return counts


def _look_at(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> tuple[int, int]:
    """Unpack one part into nothing; its real size, and how many rows of a sheet it has."""
    size = run = rows = 0
    tail = b""
    with archive.open(part) as packed:
        head = packed.peek(4)[:4]
        if head.startswith((b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")):
            raise Unfit("hostile")  # in another encoding the marks below would not be seen
        while block := packed.read(_BLOCK):
            size += len(block)
            if size > left:
                raise Unfit("swollen", most=MOST_UNPACKED // 1024 // 1024)
            looked = tail + block
            rows += looked.count(b"<row ") - tail.count(b"<row ")
            if b"<!" in looked and any(mark in looked for mark in _FORBIDDEN):
                raise Unfit("hostile")
            first = block.find(b"<")
            run = run + len(block) if first < 0 else len(block) - block.rfind(b"<")
            if run > MOST_RUN:
                raise Unfit("swollen", most=MOST_UNPACKED // 1024 // 1024)
            tail = block[-16:]
    return size, rows
