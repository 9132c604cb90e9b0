"""A bank's export is understood line by line, or not at all."""

from decimal import Decimal

import pytest

from banking.layouts import layouts
from banking.reading import Faulty, Problem, read, same_account
from cases.imports.reading import Unfit
from tests import make
from tests.banking import cast


def bad(*rows: str, head: str = cast.HEAD) -> list[Problem]:
    with pytest.raises(Faulty) as faulty:
        read(cast.csv_of(*rows, head=head))
    return faulty.value.problems


def unfit(content: bytes) -> str:
    with pytest.raises(Unfit) as found:
        read(content)
    return found.value.code


class TestRead:
    def test_takes_every_part_of_a_line(self) -> None:
        sheet = read(cast.csv_of(cast.row(1)))
        (line,) = sheet.movements
        assert (sheet.bank, sheet.account) == ("ccb", "6222000000000000")
        assert (line.row, line.at) == (2, make.moment("2026-04-15 09:30"))
        assert (line.amount, line.incoming, line.currency) == (Decimal("6500.00"), True, "CNY")
        assert (line.payer, line.payer_account) == ("王海燕", "6217000000000001")
        assert line.remark == "转账 HZ-2026-0147 四月还款"
        assert (line.serial, line.key) == ("1-3300000001", "in:1-3300000001")

    @pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-8", "utf-16"])
    def test_reads_it_in_every_encoding_that_banks_write(self, encoding: str) -> None:
        (line,) = read(cast.csv_of(cast.row(1), encoding=encoding)).movements
        assert line.payer == "王海燕"

    def test_tells_money_out_from_money_in(self) -> None:
        first, second = read(cast.csv_of(cast.row(1), cast.row(2, "88.00", out=True))).movements
        assert (first.incoming, second.incoming) == (True, False)
        assert second.amount == Decimal("88.00")

    def test_takes_a_negative_receipt_for_money_out(self) -> None:
        (line,) = read(cast.csv_of(cast.row(1, "-6500.00"))).movements
        assert (line.incoming, line.amount) == (False, Decimal("6500.00"))

    def test_reads_what_a_spreadsheet_is_kept_from_reckoning(self) -> None:
        text = cast.row(1, serial='="0012"', account="'6222000000000000\t")
        (line,) = read(cast.csv_of(text)).movements
        assert line.serial == "0012"

    def test_passes_over_sums_at_the_foot(self) -> None:
        assert len(read(cast.csv_of(cast.row(1), "合计,,,0.00,6500.00", ",,,")).movements) == 1

    @pytest.mark.parametrize(
        "written",
        ["2026-04-15 09:30:00", "2026/04/15 09:30", "20260415093000", "2026年4月15日 09:30:00"],
    )
    def test_reads_a_moment_as_banks_write_it(self, written: str) -> None:
        (line,) = read(cast.csv_of(cast.row(1, moment=written))).movements
        assert line.at == make.moment("2026-04-15 09:30")

    def test_counts_a_line_without_an_hour_from_the_beginning_of_its_day(self) -> None:
        (line,) = read(cast.csv_of(cast.row(1, moment="2026-04-15"))).movements
        assert line.at == make.moment("2026-04-15 00:00")


class TestBanks:
    def test_are_each_in_a_file_of_their_own(self) -> None:
        assert list(layouts()) == ["abc", "boc", "ccb", "cmb", "icbc"]

    def test_cmb_names_its_account_above_the_heading(self) -> None:
        content = (
            "招商银行账户交易明细\n账号：,571900000010801\n"
            "交易日,交易时间,起息日,交易类型,借方金额,贷方金额,余额,摘要,流水号,收(付)方名称,收(付)方帐号\n"
            "20260415,093000,20260415,转账,,6500.00,9000.00,HZ-2026-0147,C0001,王海燕,6217\n"
        ).encode("gb18030")
        sheet = read(content)
        (line,) = sheet.movements
        assert (sheet.bank, sheet.account, line.row) == ("cmb", "571900000010801", 4)
        assert (line.at, line.serial) == (make.moment("2026-04-15 09:30"), "C0001")

    def test_boc_writes_both_ways_in_one_column_with_bars_between(self) -> None:
        content = (
            "查询账号[ Inquirer account number ]|400000000000\n"
            "交易类型[ Transaction Type ]|付款人账号[ Debit Account No. ]|付款人名称[ Payer's Name ]|"
            "交易日期[ Transaction Date ]|交易时间[ Transaction time ]|交易货币[ Trade Currency ]|"
            "交易金额[ Trade Amount ]|交易流水号[ Transaction reference number ]|用途[ Purpose ]\n"
            "来账|6217|王海燕|20260415|09:30:00|CNY|6500.00|B1|HZ-2026-0147\n"
            "往账|4000|西湖银行|20260415|10:30:00|CNY|-5.00|B2|手续费\n"
        ).encode()
        sheet = read(content)
        first, second = sheet.movements
        assert (sheet.bank, sheet.account) == ("boc", "400000000000")
        assert (first.incoming, second.incoming) == (True, False)
        assert (second.amount, first.remark) == (Decimal("5.00"), "HZ-2026-0147")

    def test_icbc_and_abc_may_number_no_line(self) -> None:
        icbc = (
            "凭证号,本方账号,对方账号,交易时间,借/贷,借方发生额,贷方发生额,摘要,用途,对方单位,余额\n"
            ",1202000000000,6217,2026-04-15 09:30:00,贷,,6500.00,还款,HZ-2026-0147,王海燕,1\n"
        )
        abc = (
            "账号：1903000000000\n交易时间,收入金额,支出金额,账户余额,对方账号,对方户名,交易用途,摘要\n"
            "2026-04-15 09:30:00,6500.00,,1,6217,王海燕,HZ-2026-0147,转账\n"
        )
        for content, bank in ((icbc, "icbc"), (abc, "abc")):
            sheet = read(content.encode("gb18030"))
            (line,) = sheet.movements
            assert (sheet.bank, line.serial) == (bank, "")
            assert line.key.startswith("in#")
            assert line.key.endswith(".1")


class TestFaults:
    def test_name_row_and_column(self) -> None:
        assert bad(cast.row(1), cast.row(2, "12,5o0")) == [
            Problem(3, "贷方发生额（收入）", "amount", "12,5o0")
        ]

    def test_are_told_all_at_once(self) -> None:
        found = bad(cast.row(1, "1.005"), cast.row(2, "0.00"), cast.row(3, moment="2026-02-30"))
        assert [(p.row, p.code) for p in found] == [(2, "places"), (3, "no_amount"), (4, "day")]

    @pytest.mark.parametrize("amount", ["NaN", "1e30", "Infinity", "1,2,3x"])
    def test_find_what_is_no_amount(self, amount: str) -> None:
        (found,) = bad(cast.row(1, amount))
        assert found.code == "amount"

    def test_find_an_hour_that_does_not_exist(self) -> None:
        (found,) = bad(cast.row(1, moment="20260415 25:00:00"))
        assert found.code == "time"

    def test_find_numbers_that_a_spreadsheet_has_spoilt(self) -> None:
        (found,) = bad(cast.row(1, serial="1.23E+15"))
        assert (found.column, found.code) == ("账户明细编号-交易流水号", "turned")

    def test_find_two_lines_of_one_number_that_say_different_things(self) -> None:
        (found,) = bad(cast.row(1, serial="X"), cast.row(2, "1.00", serial="X"))
        assert (found.row, found.column, found.code, found.cell) == (3, "2", "twice", "X")

    def test_pass_over_one_line_that_stands_there_twice(self) -> None:
        assert len(read(cast.csv_of(cast.row(1), cast.row(1))).movements) == 1

    def test_keep_two_that_no_number_tells_apart(self) -> None:
        same = cast.row(1, serial="")
        first, second = read(cast.csv_of(same, same)).movements
        assert first.key[:-1] == second.key[:-1]
        assert first.key != second.key

    def test_find_that_a_file_is_of_several_accounts(self) -> None:
        assert (
            unfit(cast.csv_of(cast.row(1), cast.row(2, account="6222000000000001"))) == "accounts"
        )

    def test_find_that_no_bank_writes_so(self) -> None:
        assert unfit("甲,乙,丙\n1,2,3\n".encode()) == "no_layout"

    def test_find_a_heading_with_nothing_under_it(self) -> None:
        assert unfit(cast.csv_of()) == "no_lines"

    def test_find_what_is_no_text(self) -> None:
        assert unfit(b"") == "empty"
        assert unfit(make.PDF) == "kind"
        assert unfit(b"PK\x03\x04" + bytes(60)) == "workbook"


class TestSameAccount:
    @pytest.mark.parametrize(
        ("stated", "same"),
        [
            ("6222000000001234", True), ("6222 0000 0000 1234", True), ("6222****1234", True),
            ("6222********9999", False), ("6222000000001235", False), ("", False), ("****", False),
            ("6222*34", False),
        ],
    )  # fmt: skip
    def test_looks_through_asterisks_and_spaces(self, stated: str, same: bool) -> None:
        assert same_account(stated, "6222 0000 0000 1234") is same
