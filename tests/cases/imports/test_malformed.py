"""Files as they really come: each is read, or refused in words; no row is lost and none half taken."""

import contextlib
import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from cases.imports import reading, words
from cases.imports.reading import Unfit
from cases.models import Case, ImportBatch, ImportRow
from common.cells import escaped, unescaped
from people.models import Person
from tests import make
from tests.cases.imports import cast
from tests.cases.imports.cast import HEADINGS, csv_of, id_number, row

GOOD = csv_of(row(1), row(2))
LINES = GOOD.decode().splitlines()
HEAD = ",".join(HEADINGS.values())


def text(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join([HEAD, *lines, ""]).encode(encoding)


def line(n: int = 1, **other: str) -> str:
    return csv_of(row(n, **other)).decode().partition("\r\n")[2].removesuffix("\r\n")


def sheet(*rows: list[Any], title: str = "Sheet", before: bool = False) -> bytes:
    book = Workbook()
    if before:
        book.active.title = "Cover"
        active = book.create_sheet(title)
    else:
        active = book.active
    for cells in rows:
        active.append(cells)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def cells(n: int = 1, **other: Any) -> list[Any]:
    return [(row(n) | other).get(name) for name in HEADINGS]


def xlsx(*rows: list[Any], **given: Any) -> bytes:
    return sheet(list(HEADINGS.values()), *rows, **given)


def book(
    *sheets: tuple[str, list[list[Any]]], hidden: tuple[str, ...] = (), merged: tuple[str, ...] = ()
) -> bytes:
    """A workbook of several sheets; ``merged`` are ranges of the last."""
    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets:
        one = made.create_sheet(title)
        for cells in rows:
            one.append(cells)
        one.sheet_state = "hidden" if title in hidden else "visible"
    for each in merged:
        one.merge_cells(each)
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


TITLES = list(HEADINGS.values())
COVER = [["西湖银行"], [], ["姓名", "陈晓"], ["日期", "2026-02-27"]]


def repacked(
    content: bytes, change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None
) -> bytes:
    """The same workbook with some of its parts changed."""
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, part in (extra or {}).items():
            new.writestr(name, part)
    return kept.getvalue()


def in_sheet(change: Callable[[bytes], bytes]) -> Callable[[str, bytes], bytes]:
    return lambda name, part: change(part) if name.endswith("sheet1.xml") else part


BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)

BOOK = xlsx(cells(1))
IN_GBK = csv_of(row(1), encoding="gbk")

# name -> file, and what becomes of it: a code for the whole, or what is wrong by row ({}: nothing)
FILES: dict[str, tuple[bytes, str | dict[int, str]]] = {
    # read as they are
    "plain": (GOOD, {}),
    "with a byte order mark": (b"\xef\xbb\xbf" + GOOD, {}),
    "in GBK": (csv_of(row(1), row(2), encoding="gbk"), {}),
    "in GB18030 with rare characters": (csv_of(row(1, name="䶮㛃喆"), encoding="gb18030"), {}),
    "in UTF-16 with its mark": (GOOD.decode().encode("utf-16"), {}),
    "in UTF-16 BE with its mark": (b"\xfe\xff" + GOOD.decode().encode("utf-16-be"), {}),
    "in UTF-16 without a mark": (GOOD.decode().encode("utf-16-le"), {}),
    "with line feeds alone": (GOOD.replace(b"\r\n", b"\n"), {}),
    "with carriage returns alone": (GOOD.replace(b"\r\n", b"\r"), {}),
    "with mixed line ends": (GOOD.replace(b"\r\n", b"\n", 1), {}),
    "without a last line end": (GOOD.rstrip(), {}),
    "separated by semicolons": (GOOD.replace(b",", b";"), {}),
    "separated by tabs": (GOOD.replace(b",", b"\t"), {}),
    "with Excel's own word on the separator": (b"sep=;\r\n" + GOOD.replace(b",", b";"), {}),
    "with empty lines between": (text(line(1), "", ",,,,,,,,,,,,,", line(2)), {}),
    "with a title above the heading": (b"2026\xe5\xb9\xb4 2\xe6\x9c\x88 batch\r\n\r\n" + GOOD, {}),
    "with columns of its own": (csv_of(row(1, 风险等级="A", remark="x")), {}),
    "with English headings": (
        csv_of(row(1), headings={name: name.replace("_", " ").title() for name in HEADINGS}), {},
    ),
    "with headings in brackets and blanks": (
        csv_of(row(1), headings=HEADINGS | {"principal": " 本金 (元) ", "id_number": "身份证 号码"}), {},
    ),
    "with a line break inside a quoted address": (text(line(1, address="文三路\n1 号"), line(2)), {}),
    "with quotes, emoji, marks of direction and HTML in names": (
        text(*(line(n, name=name) for n, name in enumerate(
            ['"Lily" 王', "李🙂", "\u202e燕海王", "<b>王</b>", "O'Neil", "=1+1"], 1))), {},
    ),
    "with surplus empty cells at the end": (text(line(1) + ",,,", line(2) + ","), {}),
    "a workbook": (xlsx(cells(1), cells(2)), {}),
    "a workbook with an empty cover sheet": (xlsx(cells(1), before=True), {}),
    "a workbook with numbers as numbers": (
        xlsx(cells(1, principal=38600.1, interest=1158, phone=13800000001)), {},
    ),
    "a workbook with real dates": (
        xlsx(cells(1, due_on=date(2025, 11, 10))), {},
    ),
    "a workbook that calls itself CSV": (xlsx(cells(1)), {}),
    "a workbook with a huge dimension": (
        repacked(xlsx(cells(1)), in_sheet(lambda p: p.replace(b'ref="A1:N2"', b'ref="A1:XFD1048576"'))), {},
    ),
    "a workbook with a cell far below": (
        repacked(xlsx(cells(1)), in_sheet(lambda p: p.replace(
            b"</sheetData>", b'<row r="1048576"><c r="A1048576"/></row></sheetData>'))), {},
    ),
    "a workbook with a written cover sheet": (book(("Cover", COVER), ("二月", [TITLES, cells(1)])), {}),
    "a workbook with a hidden sheet in front": (
        book(("old", [TITLES, cells(9, name="")]), ("new", [TITLES, cells(1)]), hidden=("old",)), {},
    ),
    "a workbook with a merged title": (
        book(("二月", [["2026 年 2 月"], TITLES, cells(1)]), merged=("A1:N1",)), {},
    ),
    "a workbook with a formula and its result": (
        repacked(xlsx(cells(1, interest="=1+1")), in_sheet(lambda p: re.sub(rb"(</f>)<v(?: ?/>|></v>)", rb"\1<v>2</v>", p))), {},
    ),
    "a workbook with an empty result of a formula": (
        repacked(xlsx(cells(1, interest='=""')), in_sheet(
            lambda p: re.sub(rb'<c r="L2"[^>]*>', b'<c r="L2" t="str">', p))), {},
    ),
    "a workbook with a formula in a column of its own": (
        book(("二月", [[*TITLES, "备注"], [*cells(1), "=1+1"]])), {},
    ),
    # single rows that are not taken
    "a workbook with a formula without its result": (xlsx(cells(1, interest="=1+1")), {2: "formula_unread"}),
    "a workbook with cells merged down": (
        book(("二月", [TITLES, cells(1), cells(2), cells(3)]), merged=("L2:L3",)), {3: "merged"},
    ),
    "a workbook with cells merged across": (
        book(("二月", [TITLES, cells(1), cells(2)]), merged=("L3:M3",)), {3: "merged"},
    ),
    "a ragged row": (text(line(1), "XH-9,王", line(2)), {3: "ragged"}),
    "a row that is too long": (text(line(1) + ",surplus", line(2)), {2: "ragged"}),
    "an unquoted separator in an address": (text(line(1).replace("文三路", "文三路,近西湖"), line(2)), {2: "source"}),
    "a quote in the wrong place": (text('"XH"-1' + line(1)[4:], line(2)), {2: "quote"}),
    "a NUL in a name": (text(line(1).replace("王海燕", "王\x00燕"), line(2)), {2: "nul"}),
    "NULs all over": (text(line(1), *(["\x00" * 500] * 2)), "kind"),
    "a byte that is no character": (
        text(line(1), line(2)).replace("王".encode(), b"\xe7\x8e", 1), {2: "mojibake"},
    ),
    "a cell of 10 MB": (text(line(1), line(2, address="x" * 10_000_000), line(3)), {3: "cell_too_long"}),
    "a cell of 100,000 characters": (text(line(1, employer_="x" * 100_000)[:-14] + "x" * 100_000), {2: "cell_too_long"}),
    "a cell of 40,000 characters": (text(line(1, address="x" * 40_000), line(2)), {2: "cell_too_long"}),
    "text that is too long": (text(line(1, address="号" * 201)), {2: "too_long"}),
    "no ID number": (text(line(1, id_number="")), {2: "missing"}),
    "blanks for a name": (text(line(1, name=" \u3000 ")), {2: "missing"}),
    "marks that cannot be seen for a name": (text(line(1, name="\u200b\u202e")), {2: "missing"}),
    "a negative amount": (text(line(1, principal="-1.00")), {2: "negative"}),
    "nothing owed": (text(line(1, principal="0", interest="0.00", fees="")), {2: "nothing_owed"}),
    "31 February": (text(line(1, due_on="2026-02-31")), {2: "day_missing"}),
    "day before month": (text(line(1, due_on="10/11/2025")), {2: "day_order"}),
    "not yet due": (text(line(1, due_on="2026-02-28")), {2: "day_ahead"}),
    "no due date at all": (text(line(1, due_on="")), {2: "due_missing"}),
    "a telephone shortened by a spreadsheet": (text(line(1, phone="1.38E+10")), {2: "digits_lost"}),
    "an ID number shortened by a spreadsheet": (text(line(1, id_number="3.30199E+17")), {2: "digits_lost"}),
    "a workbook with an ID number as a number": (
        xlsx(cells(1, id_number=int(id_number(2)[:17] + "0"))), {2: "digits_lost"},
    ),
    "a workbook with a formula fault": (xlsx(cells(1, name="#REF!")), {2: "formula_fault"}),
    "the same reference twice": (text(line(1), line(2, external_reference="XH-1")), {3: "repeated"}),
    "one ID number with two names": (
        text(line(1), line(2, id_number=id_number(1), name="王芳")), {3: "other_name"},
    ),
    "a city without a street": (text(line(1, address="")), {2: "address_missing"}),
    "an unknown source": (text(line(1, source="邻居")), {2: "source"}),
    "an unknown mandate": (text(line(1, mandate="WT-0000-00")), {2: "mandate_unknown"}),
    "every row rejected": (text(line(1, name=""), line(2, name="")), {2: "missing", 3: "missing"}),
    "a first reference that is rejected and a twin": (
        text(line(1, name=""), line(2, external_reference="XH-1")), {2: "missing", 3: "repeated"},
    ),
    # files that are not taken at all
    "nothing": (b"", "empty"),
    "a byte order mark alone": (b"\xef\xbb\xbf", "empty"),
    "blanks alone": (b" \r\n \r\n", "empty"),
    "a heading alone": (text(), "no_rows"),
    "no heading": (b"\r\n".join(GOOD.splitlines()[1:]), "no_heading"),
    "prose": (b"Sehr geehrte Damen und Herren,\nanbei die Liste.\n", "no_heading"),
    "two columns for the telephone": (
        csv_of(row(1, 手机="13800000009")), "double_column",
    ),
    "no column for the ID number": (
        GOOD.replace("身份证号".encode(), "号".encode()), "missing_column",
    ),
    "a quote never closed, early": (text('"XH-1,王', *(line(n) for n in range(2, 3000))), "open_quote"),
    "a quote never closed, at the end": (text(line(1), line(2) + '"x'), "open_quote"),
    "too many columns": (text(line(1)).replace(HEAD.encode(), (HEAD + ",x" * 300).encode()), "too_many_columns"),
    "bytes of no encoding": (HEAD.encode() + b"\r\n" + b"\xff\xfe\xff" * 700, "encoding"),
    "a PDF": (b"%PDF-1.4\n%\xe2\xe3\n" + GOOD, "kind"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "kind"),
    "a web page": (b"<html><table><tr><td>XH-1</td></tr></table></html>", "kind"),
    "random bytes": (bytes((n * 7919 + n // 3) % 256 for n in range(5000)), "kind"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old_excel"),
    "an archive that is no workbook": (
        repacked(xlsx(cells(1)), lambda n, p: p)[:0] or (lambda b: (
            zipfile.ZipFile(b, "w").writestr("a.txt", "x"), b.getvalue())[1])(io.BytesIO()), "kind",
    ),
    "half a workbook": (xlsx(cells(1))[:2000], "damaged"),
    "a workbook with a broken sheet": (
        repacked(xlsx(cells(1)), in_sheet(lambda p: p[:-40])), "damaged",
    ),
    "a workbook that is empty": (sheet(), "empty"),
    "a workbook with hidden sheets alone": (
        book(("shown", []), ("old", [TITLES, cells(1)]), hidden=("old",)), "empty",
    ),
    "a workbook with a cover sheet alone": (book(("Cover", COVER[:2])), "no_heading"),
    "a workbook whose second sheet lacks a column": (
        book(("Cover", COVER[:2]), ("二月", [TITLES[:4], cells(1)[:4]])), "missing_column",
    ),
    "an entity bomb": (
        repacked(xlsx(cells(1)), in_sheet(lambda p: b'<?xml version="1.0"?>' + BOMB + p)), "hostile",
    ),
    "an entity in another part": (
        repacked(xlsx(cells(1)), lambda n, p: BOMB + p if "theme1" in n else p), "hostile",
    ),
    "a sheet in UTF-16": (
        repacked(xlsx(cells(1)), in_sheet(lambda p: p.decode().encode("utf-16"))), "hostile",
    ),
    "a bomb of one endless cell": (
        repacked(xlsx(cells(1)), in_sheet(lambda p: p.replace(
            b"</sheetData>", b'<row r="3"><c r="A3" t="inlineStr"><is><t>' + b"a" * 30_000_000
            + b"</t></is></c></row></sheetData>"))), "swollen",
    ),
    "a bomb by its declared size": (
        repacked(xlsx(cells(1)), lambda n, p: p, {"xl/media/a.bin": b"\x00" * 420 * 1024 * 1024}), "swollen",
    ),
    "a workbook with a thousand parts": (
        repacked(xlsx(cells(1)), lambda n, p: p, {f"xl/x{n}.xml": b"<x/>" for n in range(1000)}), "hostile",
    ),
}  # fmt: skip


def checked(content: bytes) -> ImportBatch | Unfit:
    try:
        return cast.check(content)
    except Unfit as unfit:
        return unfit


class TestFilesAsTheyCome:
    def test_are_more_than_sixty(self) -> None:
        assert len(FILES) >= 95

    @pytest.mark.django_db
    @pytest.mark.parametrize("name", FILES)
    def test_are_read_or_refused_row_by_row(self, name: str) -> None:
        content, wanted = FILES[name]
        batch = checked(content)
        if isinstance(batch, Unfit):  # told at once, where the file was chosen
            assert batch.code == wanted
            assert str(words.of_file(batch.as_dict()))
            assert not ImportBatch.objects.exists()
            return
        if isinstance(wanted, str):
            assert (batch.state, batch.problem["code"]) == ("failed", wanted)
            assert str(words.of_file(batch.problem))
            assert not ImportRow.objects.exists()
        else:
            assert batch.state == "ready", batch.problem
            found = {line: named[0][1] for line, named in cast.problems(batch).items()}
            assert found == wanted
            assert cast.counts(batch)[0] or wanted
            for rejected in batch.rows.filter(outcome="rejected"):
                for problem in rejected.problems:
                    assert str(words.of_row(problem))
        assert not Case.objects.exists()
        assert not Person.objects.exists()

    def test_tell_how_many_rows_they_have_before_they_are_read(self) -> None:
        rows = [cells(n) for n in range(1, 3001)]
        table = reading.open_table(io.BytesIO(book(("Cover", COVER), ("二月", [TITLES, *rows]))))
        assert table.lines == 3001
        assert reading.open_table(io.BytesIO(GOOD)).lines == 3

    @pytest.mark.django_db
    def test_tell_of_the_sheets_that_were_not_read(self) -> None:
        months = [(f"{n}月", [TITLES, cells(n)]) for n in range(1, 4)]
        batch = cast.check(book(("Cover", COVER), *months))
        assert cast.counts(batch) == (1, 0, 0, 0)
        assert batch.problem == {
            "code": "sheets_left", "params": {"sheet": "1月", "others": ["2月", "3月"]},
        }  # fmt: skip
        assert "1月" in str(words.of_file(batch.problem))

    @pytest.mark.django_db
    def test_are_read_alike_in_every_spelling(self) -> None:
        """The file of story S1 as a workbook and in GBK: the very same fates, row by row."""
        make.mandate()
        make.mandate(
            number="WT-2025-09", valid_from=date(2025, 1, 1), valid_until=date(2025, 12, 31)
        )
        plain = cast.S1.read_bytes()
        lines = list(csv.reader(io.StringIO(plain.decode("utf-8-sig"))))
        fates = []
        for content in (
            plain,
            plain.decode("utf-8-sig").encode("gbk"),
            plain.decode("utf-8-sig").encode("utf-16"),
            book(("二月", lines)),
        ):
            batch = cast.check(content)
            assert cast.counts(batch) == (113, 0, 0, 7)
            fates.append(
                list(batch.rows.order_by("line").values_list("line", "values", "problems"))
            )
        assert fates[1:] == fates[:1] * 3

    def test_are_refused_beyond_a_hundred_thousand_rows(self) -> None:
        some = io.BytesIO(
            (HEAD + "\n" + ("x" + "," * (len(HEADINGS) - 1) + "\n") * 100_001).encode()
        )
        table = reading.open_table(some)
        with pytest.raises(Unfit) as unfit:
            for _row in table.rows:
                pass
        assert unfit.value.code == "too_many_rows"

    def test_are_refused_beyond_sixty_megabytes(self) -> None:
        class Large(io.BytesIO):
            def tell(self) -> int:
                return 60 * 1024 * 1024 + 1

        with pytest.raises(Unfit) as unfit:
            reading.kind_of(Large(GOOD))
        assert unfit.value.code == "too_large"

    @pytest.mark.django_db
    def test_name_the_line_on_which_a_row_begins(self) -> None:
        batch = cast.check(text(line(1, address="文三路\r\n1 号"), line(2), line(3, name="")))
        assert cast.problems(batch) == {5: [("name", "missing")]}

    @settings(max_examples=450, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def test_never_bring_the_reader_down(self, data: st.DataObject) -> None:
        """Any bytes at all, or a good file with some bytes put in, taken out or changed."""
        if data.draw(st.booleans()):
            content = data.draw(st.binary(max_size=3000))
        else:
            base = bytearray(data.draw(st.sampled_from([GOOD, IN_GBK, BOOK])))
            for _turn in range(data.draw(st.integers(1, 6))):
                place = data.draw(st.integers(0, len(base) - 1))
                base[place : place + data.draw(st.integers(0, 3))] = data.draw(
                    st.binary(max_size=4)
                )
            content = bytes(base)
        with contextlib.suppress(Unfit):
            table = reading.open_table(io.BytesIO(content))
            for found in table.rows:
                assert len(found.cells) == len(table.headings) or found.problem
                assert "\x00" not in "".join(found.cells)


class TestEscapedCells:
    @given(st.text())
    def test_come_back_as_they_were(self, cell: str) -> None:
        assert unescaped(escaped(cell)) == cell

    @pytest.mark.parametrize(
        "cell",
        [
            "=1+1", "+86", "-5", "@x", "\tx", "\rx", "\nx", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x",
            "'=1", "''=1", "=cmd|' /C calc'!A0",
        ],
    )  # fmt: skip
    def test_begin_with_an_apostrophe_where_a_formula_might(self, cell: str) -> None:
        assert escaped(cell) == f"'{cell}"
        assert unescaped(escaped(cell)) == cell

    @pytest.mark.parametrize("cell", ["王", "", "'tis", "O'Neil", "1=1", " =1", "'"])
    def test_are_left_alone_otherwise(self, cell: str) -> None:
        assert escaped(cell) == cell
        assert unescaped(cell) == cell
