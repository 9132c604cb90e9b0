"""What people write into cells, and what is made of it."""

import io
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from cases.imports import cells, judging, reading, words
from cases.imports.cells import Wrong
from cases.imports.columns import COLUMNS
from tests.cases.imports import cast

DESCRIPTION = Path(__file__).resolve().parents[3] / "docs/import-format.md"


class TestAmount:
    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("38600", "38600.00"), ("38600.5", "38600.50"), ("38,600.00", "38600.00"),
            ("¥38,600.00", "38600.00"), ("38600元", "38600.00"), ("人民币 38600.10 元", "38600.10"),
            ("38600.05", "38600.05"), ("CNY 1,000", "1000.00"), ("0", "0.00"), (".5", "0.50"),
            ("00012.30", "12.30"), ("38600.500", "38600.50"), ("\uffe5\uff13\uff18\uff0c\uff16\uff10\uff10\uff0e\uff10\uff10", "38600.00"), ("999999999999.99", "999999999999.99"),
            ("+100", "100.00"), ("100.", "100.00"),
        ],
    )  # fmt: skip
    def test_is_read_however_people_write_it(self, written: str, read: str) -> None:
        assert cells.amount(written) == read

    @pytest.mark.parametrize(
        ("written", "code"),
        [
            ("-1250.00", "negative"), ("−5", "negative"), ("(100.00)", "negative"), ("¥-5", "negative"),
            ("3.86E+4", "scientific"), ("1.234,56", "amount_unclear"), ("1,5", "amount_unclear"),
            ("12,34,567", "amount_unclear"), ("38600.123", "places"), ("一万", "amount"), ("3.86万", "amount"),
            ("1000000000000", "amount_too_large"), ("#N/A", "formula_fault"), ("NaN", "amount"),
            ("Infinity", "amount"), ("1 000", "amount"), ("1_000", "amount"), ("٣٨٦٠٠", "amount"), ("$100", "amount"),
        ],
    )  # fmt: skip
    def test_is_refused_where_it_is_unclear(self, written: str, code: str) -> None:
        with pytest.raises(Wrong) as wrong:
            cells.amount(written)
        assert wrong.value.code == code

    @given(st.decimals(0, 999_999_999_999, places=2))
    def test_comes_back_to_the_cent(self, sum_: object) -> None:
        assert cells.amount(f"{sum_:,}") == f"{sum_:.2f}"
        assert cells.amount(f"{sum_}") == f"{sum_:.2f}"


class TestDay:
    @pytest.mark.parametrize(
        "written",
        [
            "2026-02-27", "2026/2/27", "2026.02.27", "2026年2月27日", "20260227", "2026-02-27 00:00:00",
            "\uff12\uff10\uff12\uff16-02-27", "2026-2-27",
        ],
    )  # fmt: skip
    def test_is_read_with_the_year_first(self, written: str) -> None:
        assert cells.day(written) == "2026-02-27"

    @pytest.mark.parametrize(
        ("written", "code"),
        [
            ("2026-02-30", "day_missing"), ("2026-13-01", "day_missing"), ("27/02/2026", "day_order"),
            ("02/27/2026", "day_order"), ("27.2.26", "day_order"), ("45000", "day"), ("gestern", "day"),
            ("0026-02-27", "day_far"), ("9999-12-31", "day_far"), ("2026-02", "day"), ("2026-02-27 14:30", "day"),
            ("2026-02/27", "day"), ("２０２６-02-30", "day_missing"),
        ],
    )  # fmt: skip
    def test_is_refused_where_it_is_none(self, written: str, code: str) -> None:
        with pytest.raises(Wrong) as wrong:
            cells.day(written)
        assert wrong.value.code == code


class TestIdCard:
    @pytest.mark.parametrize("place", ["330199", "810000", "820000", "830000"])
    def test_is_read_for_the_mainland_and_its_residents_from_outside(self, place: str) -> None:
        number = cast.id_number(7, place=place)
        assert cells.id_card(number) == number

    def test_is_read_with_a_small_or_wide_x(self) -> None:
        number = next(n for n in map(cast.id_number, range(100)) if n.endswith("X"))
        assert cells.id_card(number.lower()) == number
        assert cells.id_card(number[:17] + "\uff38") == number

    @pytest.mark.parametrize(
        ("written", "code"),
        [
            ("330106880715242", "id_old"), ("33010619880715", "id_length"), ("3.30106E+17", "digits_lost"),
            ("330106198807152420", "id_check"), ("000106198807152427", "id_place"),
            ("330106198802302427", "id_birth"), ("330106198807152000", "digits_lost"),
            ("A30106198807152427", "id_length"), ("x" * 100_000, "id_length"),
        ],
    )  # fmt: skip
    def test_is_refused_where_a_digit_is_wrong(self, written: str, code: str) -> None:
        with pytest.raises(Wrong) as wrong:
            cells.id_card(written)
        assert wrong.value.code == code

    def test_finds_every_single_mistyped_digit(self) -> None:
        number = cast.id_number(1)
        for place in range(17):
            for digit in "0123456789":
                if digit != number[place]:
                    with pytest.raises(Wrong):
                        cells.id_card(number[:place] + digit + number[place + 1 :])


class TestPhone:
    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("13800000001", "13800000001"), ("138 0000 0001", "13800000001"), ("\uff0b86 138-0000-0001", "13800000001"),
            ("0086 13800000001", "13800000001"), ("138 00000001", "13800000001"),
            ("0571-87000000", "0571-87000000"), ("(021)5800 0000", "021-58000000"), ("+44 20 7946 0000", "+442079460000"),
            ("0571-87000000转12", "0571-87000000-12"),
        ],
    )  # fmt: skip
    def test_is_read_however_people_write_it(self, written: str, read: str) -> None:
        assert cells.phone(written) == read

    @pytest.mark.parametrize(
        ("written", "code"),
        [
            ("1.38E+10", "digits_lost"), ("1380000000", "phone"), ("13800000001;13900000002", "phone_several"),
            ("13800000001、13900000002", "phone_several"), ("95588", "phone_hotline"), ("4008001234", "phone_hotline"),
            ("none", "phone"), ("12345678901", "phone"), ("=1+1", "phone"),
        ],
    )  # fmt: skip
    def test_is_refused_where_it_is_none(self, written: str, code: str) -> None:
        with pytest.raises(Wrong) as wrong:
            cells.phone(written)
        assert wrong.value.code == code


class TestRate:
    def test_is_read_in_per_cent(self) -> None:
        assert [cells.rate(t) for t in ("12", "12%", "14.6", "0", "0.05%")] == [
            "12.0000", "12.0000", "14.6000", "0.0000", "0.0500",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("written", "code"),
        [("0.12", "rate_unclear"), ("1200", "rate"), ("-3", "rate"), ("12.34567", "rate_places")],
    )
    def test_is_asked_about_where_it_may_be_a_fraction(self, written: str, code: str) -> None:
        with pytest.raises(Wrong) as wrong:
            cells.rate(written)
        assert wrong.value.code == code


class TestEveryReader:
    @given(st.text(max_size=60))
    def test_reads_or_says_why_and_never_fails(self, text: str) -> None:
        for name, read in judging.READERS.items():
            try:
                value = read(text.strip())
            except Wrong as wrong:
                said = words.of_row({"code": wrong.code, "column": name, "params": wrong.params})
                assert said.what
                assert said.mend
            else:
                assert "\n" not in value or name == "id_number"

    def test_has_words_for_every_code_that_the_sources_name(self) -> None:
        import re
        from pathlib import Path

        sources = "".join(path.read_text() for path in Path(cells.__file__).parent.glob("*.py"))
        raised = set(re.findall(r'(?:Wrong\(|"code": |code = )"(\w+)"', sources))
        files = set(re.findall(r'Unfit\(\s*"(\w+)"', sources)) | {"no_heading", "empty"}
        assert raised - set(words.ROWS) == set()
        assert files - set(words.FILES) == set()
        assert set(words.FILES) - files == set()


class TestLimitation:
    def test_is_three_years_after_the_due_date(self) -> None:
        values = [None] * len(judging.FIELDS)
        values[judging.DUE_ON] = "2025-11-10"
        assert judging.limitation_end(values) == "2028-11-10"

    def test_ends_on_the_last_of_february_after_a_leap_day(self) -> None:
        values = [None] * len(judging.FIELDS)
        values[judging.OVERDUE_SINCE] = "2024-02-29"
        assert judging.limitation_end(values) == "2027-02-28"

    def test_is_as_stated_where_it_is_stated(self) -> None:
        values = [None] * len(judging.FIELDS)
        values[judging.DUE_ON], values[judging.LIMITATION] = "2025-11-10", "2029-01-01"
        assert judging.limitation_end(values) == "2029-01-01"


class TestTheDescription:
    def test_names_every_column_of_the_empty_form(self) -> None:
        told = DESCRIPTION.read_text()
        for column in COLUMNS:
            marks = "**" if column.required else ""
            assert f"| {marks}{column.chinese[0]}{marks} | {column.english[0]} |" in told, (
                column.name
            )

    @pytest.mark.parametrize("known", [words.ROWS, words.FILES])
    def test_names_all_that_may_be_said(self, known: dict[str, tuple[object, object]]) -> None:
        told = DESCRIPTION.read_text()
        with translation.override("en"):
            for said in words.every(known):
                assert f"| {said.what} | {said.mend} |" in told

    def test_shows_an_example_without_a_fault(self) -> None:
        example = DESCRIPTION.read_text().split("```")[1].strip().encode()
        table = reading.open_table(io.BytesIO(example))
        reader = judging.Reader(table.columns, on=date(2026, 2, 27))
        assert [reader.understand(row).problems for row in table.rows] == [[], []]
