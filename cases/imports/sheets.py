"""Workbooks: the first sheet with anything in it, row by row, after a look at what is unpacked.

A workbook is an archive of XML. Before openpyxl sees it every part is unpacked once into nothing,
to know its real size and that it holds no entities, no declarations and no endless text.
"""

import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from openpyxl import load_workbook

from cases.imports.reading import MOST_COLUMNS, MOST_ROWS, Row, Unfit

MOST_UNPACKED = 400 * 1024 * 1024
MOST_PARTS = 500
MOST_RUN = 2 * 1024 * 1024
"""Bytes between two tags; a cell's text has at most 32,767 characters."""
_BLOCK = 256 * 1024
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY", b"<![CDATA[", b"<!doctype", b"<!entity")


def sheet_rows(file: IO[bytes]) -> Iterator[Row]:
    """The rows of the first sheet that has any, with their numbers in the sheet."""
    _look_through(file)
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles and validations it leaves out
        try:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except Unfit:
            raise
        except Exception as fault:
            # Whatever a crafted archive makes of a parser, it is a damaged file to the person.
            raise Unfit("damaged") from fault
    try:
        yield from _rows(book)
    finally:
        book.close()


def _rows(book: Any) -> Iterator[Row]:
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        found = False
        for row in _rows_of(sheet):
            found = True
            yield row
        if found:
            return
    raise Unfit("empty")


def _rows_of(sheet: Any) -> Iterator[Row]:
    try:
        sheet.reset_dimensions()  # they are claims of the file; a wrong one would make us walk a void
        for number, cells in enumerate(sheet.iter_rows(values_only=False), start=1):
            said = [_text(cell) for cell in cells[: MOST_COLUMNS + 1]]
            while said and not said[-1]:
                said.pop()
            if said:
                yield Row(number, said)
            if number > 20 * MOST_ROWS:
                raise Unfit("too_many_rows", most=MOST_ROWS)
    except Unfit:
        raise
    except Exception as fault:
        raise Unfit("damaged") from fault


def _text(cell: Any) -> str:
    """What the cell shows, in the spelling that a CSV file would have."""
    value = cell.value
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
    if "%" in (cell.number_format or ""):
        return f"{value * 100:.10g}%"
    if isinstance(value, float):
        # Fifteen places are all that a spreadsheet keeps; more of them were lost when it was typed.
        return f"{value:.15g}" if abs(value) < 1e15 else repr(value).upper()
    return str(value) if abs(value) < 10**15 else f"{float(value):.14E}"


def _look_through(file: IO[bytes]) -> None:
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
                    left -= _look_at(archive, part, left)
    except Unfit:
        raise
    except Exception as fault:
        raise Unfit("damaged") from fault


def _look_at(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """Unpack one part into nothing; its real size."""
    size = run = 0
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
            if b"<!" in looked and any(mark in looked for mark in _FORBIDDEN):
                raise Unfit("hostile")
            first = block.find(b"<")
            run = run + len(block) if first < 0 else len(block) - block.rfind(b"<")
            if run > MOST_RUN:
                raise Unfit("swollen", most=MOST_UNPACKED // 1024 // 1024)
            tail = block[-16:]
    return size
