"""MT940 and CAMT.053: counted, tied to their balances, each line once; what is broken is refused with its line."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banking.formats import MOST_BYTES, understand
from banking.reading import Faulty, Problem, Sheet
from cases.imports.reading import Unfit
from tests import make
from tests.banking import cast
from tests.banking.cast import camt, entry, movement, mt940


def sheet(content: bytes) -> Sheet:
    return understand(content).sheet


def unfit(content: bytes) -> str:
    with pytest.raises(Unfit) as found:
        understand(content)
    return found.value.code


def faulty(content: bytes) -> list[Problem]:
    with pytest.raises(Faulty) as found:
        understand(content)
    return found.value.problems


class TestReadMt940:
    def test_takes_every_part_of_a_line(self) -> None:
        found = understand(mt940(movement("6500,00", number="B1")))
        (line,) = found.sheet.movements
        assert (found.mime, found.sheet.bank, found.sheet.account) == (
            "text/plain", "mt940", cast.ACCOUNT,
        )  # fmt: skip
        assert (line.row, line.at) == (5, make.moment("2026-04-15 00:00"))
        assert (line.amount, line.incoming, line.currency) == (Decimal("6500.00"), True, "CNY")
        assert "HZ-2026-0147" in line.remark
        assert (line.payer, line.serial) == ("王海燕", "B1")

    @pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
    def test_reads_it_in_every_encoding_that_banks_write(self, encoding: str) -> None:
        (line,) = sheet(mt940(movement("6500,00"), encoding=encoding)).movements
        assert line.payer == "王海燕"

    def test_tells_the_four_marks_apart(self) -> None:
        content = mt940(
            movement("5,00", mark="C"), movement("6,00", mark="D"), movement("7,00", mark="RC"),
            movement("8,00", mark="RD"), closing="1000,00",
        )  # fmt: skip
        assert [line.incoming for line in sheet(content).movements] == [True, False, False, True]

    @pytest.mark.parametrize(
        "broken",
        [
            ":61:2604150415C6500,00",  # the library would drop it without a word
            ":61:2604310431C6500,00NTRFNONREF//B9",  # no such day
            ":61:2604150415X6500,00NTRFNONREF//B9",
            ":61:2604150415C65,00,00NTRFNONREF//B9",
            ":61:",
        ],
    )
    def test_refuses_the_file_and_names_the_line_that_cannot_be_read(self, broken: str) -> None:
        content = mt940(
            movement("10,00"), f"{broken}\n:86:还款", movement("20,00"), closing="1030,00"
        )
        (problem,) = faulty(content)
        assert (problem.row, problem.code) == (7, "line")

    def test_refuses_a_file_whose_balances_do_not_tie(self) -> None:
        assert unfit(mt940(movement("10,00"), closing="1010,01")) == "sums"

    def test_refuses_one_that_was_cut_off(self) -> None:
        whole = mt940(movement("10,00"), movement("20,00"))
        assert unfit(whole[: whole.index(b":62F:")]) == "cut_off"

    def test_refuses_pages_of_which_the_next_is_missing(self) -> None:
        whole = mt940(movement("10,00")).replace(b":62F:", b":62M:")
        assert unfit(whole) == "cut_off"

    def test_refuses_two_accounts_in_one_file(self) -> None:
        other = mt940(movement("1,00"), account="6222000000009999")
        assert unfit(mt940(movement("10,00")) + other) == "accounts"

    def test_takes_several_days_of_one_account(self) -> None:
        second = mt940(movement("1,00", day="260416"), opening="1010,00", closing="1011,00")
        assert len(sheet(mt940(movement("10,00")) + second).movements) == 2

    def test_keeps_a_batchs_reference_from_being_a_number(self) -> None:
        content = mt940(movement("10,00", number="LOT"), movement("20,00", number="LOT"))
        assert [line.serial for line in sheet(content).movements] == ["", ""]

    def test_refuses_more_than_two_places(self) -> None:
        (problem,) = faulty(mt940(movement("10,005"), closing="1010,005"))
        assert (problem.row, problem.code) == (5, "places")


class TestReadCamt:
    def test_takes_every_part_of_an_entry(self) -> None:
        found = understand(camt(entry("6500.00", number="B1")))
        (line,) = found.sheet.movements
        assert (found.mime, found.sheet.bank, found.sheet.account) == (
            "application/xml", "camt053", cast.ACCOUNT,
        )  # fmt: skip
        assert (line.at, line.amount) == (make.moment("2026-04-15 00:00"), Decimal("6500.00"))
        assert (line.payer, line.serial, line.incoming) == ("王海燕", "B1", True)
        assert line.remark == "HZ-2026-0147 四月还款"

    def test_takes_a_file_that_writes_a_prefix_before_every_name(self) -> None:
        assert len(sheet(camt(entry("10.00"), prefix="d:")).movements) == 1

    def test_takes_what_was_booked_and_not_what_was_instructed_or_charged(self) -> None:
        details = (
            "<AmtDtls><InstdAmt><Amt Ccy='USD'>900.00</Amt></InstdAmt>"
            "<TxAmt><Amt Ccy='CNY'>6500.00</Amt></TxAmt></AmtDtls>"
            "<Chrgs><Amt Ccy='CNY'>5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Chrgs>"
        )
        (line,) = sheet(camt(entry("6500.00", details=details))).movements
        assert (line.amount, line.incoming) == (Decimal("6500.00"), True)

    def test_refuses_a_batch_whose_parts_do_not_make_its_sum(self) -> None:
        assert unfit(camt(entry("100.00", times=2), closing="1100.00")) == "sums"

    def test_passes_over_what_is_not_booked_yet(self) -> None:
        content = camt(entry("10.00"), entry("20.00", status="PDNG"), closing="1010.00")
        assert [line.amount for line in sheet(content).movements] == [Decimal("10.00")]

    @pytest.mark.parametrize(
        "evil",
        [
            '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
            '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
            "<!doctype html>",
        ],
    )
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_opens_nothing_that_has_a_document_type(self, evil: str, encoding: str) -> None:
        assert unfit((evil + camt(entry("10.00")).decode()).encode(encoding)) == "entities"

    def test_refuses_an_encoding_in_which_something_could_hide(self) -> None:
        assert unfit(b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE x>') == "encoding"

    def test_refuses_bytes_that_are_not_in_the_encoding_they_say(self) -> None:
        assert unfit(camt(entry("10.00")).decode().encode("gb18030")) == "encoding"

    def test_reads_the_encoding_that_is_declared(self) -> None:
        text = '<?xml version="1.0" encoding="GBK"?>' + camt(entry("10.00")).decode()
        assert sheet(text.encode("gbk")).movements[0].payer == "王海燕"

    @pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
    def test_refuses_one_that_was_cut_off(self, part: float) -> None:
        whole = camt(entry("10.00"), entry("20.00")).decode()
        assert unfit(whole[: int(len(whole) * part)].encode()) == "xml"

    def test_refuses_one_without_balances(self) -> None:
        assert unfit(camt(entry("10.00")).replace(b"CLBD", b"ITBD")) == "cut_off"

    def test_refuses_a_file_whose_balances_do_not_tie(self) -> None:
        assert unfit(camt(entry("10.00"), closing="1010.01")) == "sums"

    def test_refuses_other_xml(self) -> None:
        assert unfit(b"<html><body/></html>") == "no_camt"
        assert unfit(camt(entry("10.00")).replace(b"camt.053", b"camt.054")) == "no_camt"

    def test_names_the_entry_without_an_amount(self) -> None:
        content = camt(entry("10.00"), entry("abc"), closing="1010.00")
        assert [(p.row, p.code) for p in faulty(content)] == [(2, "amount")]

    def test_refuses_two_accounts_in_one_file(self) -> None:
        one = camt(entry("10.00")).decode()
        other = one.replace(cast.ACCOUNT, "6222000000009999")
        inner = other[other.index("<Stmt>") : other.index("</Stmt>") + 7]
        assert unfit(one.replace("</Stmt>", f"</Stmt>{inner}").encode()) == "accounts"


AMOUNTS = st.lists(
    st.tuples(st.sampled_from("CD"), st.integers(min_value=1, max_value=999_999)),
    min_size=1, max_size=12,
)  # fmt: skip


class TestUnderstand:
    def test_refuses_a_file_that_is_too_large(self) -> None:
        assert unfit(b":20:X\n" + b" " * MOST_BYTES) == "too_large"

    @settings(max_examples=40, deadline=None)
    @given(AMOUNTS)
    def test_finds_every_line_of_both_formats(self, moves: list[tuple[str, int]]) -> None:
        total = sum(cents if way == "C" else -cents for way, cents in moves) + 100_000
        signed = f"{abs(total) // 100},{abs(total) % 100:02}"
        mark = "C" if total >= 0 else "D"
        swift = mt940(
            *(movement(f"{c // 100},{c % 100:02}", mark=w) for w, c in moves), closing=signed,
            closing_mark=mark,
        )  # fmt: skip
        iso = camt(
            *(entry(f"{c // 100}.{c % 100:02}", out=w == "D") for w, c in moves),
            closing=signed.replace(",", "."), closing_out=mark == "D",
        )  # fmt: skip
        expected = [(way == "C", Decimal(cents) / 100) for way, cents in moves]
        for content in (swift, iso):
            found = sheet(content).movements
            assert [(line.incoming, line.amount) for line in found] == expected
            assert len({line.key for line in found}) == len(moves)

    @settings(max_examples=80, deadline=None)
    @given(st.binary(max_size=200), st.integers(0, 400), st.booleans())
    def test_breaks_on_nothing(self, noise: bytes, place: int, swift: bool) -> None:
        whole = mt940(movement("10,00")) if swift else camt(entry("10.00"))
        with suppress(Unfit, Faulty):
            understand(whole[:place] + noise + whole[place:])
