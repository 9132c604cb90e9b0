"""A statement is taken in whole, once, and what is certain is booked by itself."""

import re

import pytest

from banking.actions.booking import book_certain
from banking.models import Statement, StatementLine
from cases.models import Case
from documents.models import Document
from people.models import Organisation
from tests import make
from tests.agreements import cast as agreements
from tests.banking import cast
from workflow.steps import Outsider, RightRefused, WrongInput

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_papers")]


class TestTakeIn:
    def test_keeps_the_file_and_every_line(self) -> None:
        agreements.signed()
        content = cast.csv_of(
            cast.row(1),
            cast.row(2, "70.00", payer="何人", remark="谢谢"),
            cast.row(3, "5.00", out=True),
        )
        taken = cast.take(content)
        statement = taken.statement
        assert (taken.is_new, statement.number) == (True, "S-2026-0001")
        assert (statement.layout, statement.account) == ("ccb", cast.ACCOUNT)
        assert (statement.line_count, statement.known_count) == (3, 0)
        assert statement.document.file.read() == content
        assert [(line.state, line.match, line.why) for line in cast.lines()] == [
            ("open", "certain", "all_fits"), ("open", "none", "nobody"), ("out", "none", ""),
        ]  # fmt: skip

    def test_records_what_came_and_whence(self) -> None:
        agreements.signed()
        statement = cast.take(cast.csv_of(cast.row(1))).statement
        assert cast.told("statement.taken_in") == [
            {
                "statement": "S-2026-0001", "creditor": "西湖银行", "team": "杭州一组",
                "sha256": statement.sha256, "lines": 1, "known": 0, "certain": 1,
            }
        ]  # fmt: skip

    def test_brings_nothing_new_when_the_file_comes_again(self) -> None:
        content = cast.csv_of(cast.row(1), cast.row(2))
        first = cast.take(content)
        second = cast.take(content, by=make.supervisor())
        assert (second.is_new, second.statement) == (False, first.statement)
        assert (Statement.objects.count(), StatementLine.objects.count()) == (1, 2)
        assert Document.objects.filter(kind="statement", case=None).count() == 1

    def test_brings_each_line_once_where_two_files_overlap(self) -> None:
        cast.take(cast.csv_of(cast.row(1), cast.row(2)))
        later = cast.take(cast.csv_of(cast.row(2), cast.row(3))).statement
        assert (later.line_count, later.known_count) == (1, 1)
        assert [line.serial for line in cast.lines()] == [
            "1-3300000001", "2-3300000002", "3-3300000003",
        ]  # fmt: skip

    def test_refuses_a_number_that_says_something_else_than_before(self) -> None:
        cast.take(cast.csv_of(cast.row(1)))
        with pytest.raises(WrongInput) as wrong:
            cast.take(cast.csv_of(cast.row(1, "6500.01"), cast.row(2)))
        assert "Row 2: the bank's number 1-3300000001 was taken in before" in str(wrong.value)
        assert StatementLine.objects.count() == 1

    def test_takes_nothing_where_one_row_is_wrong_and_names_row_and_column(self) -> None:
        with pytest.raises(WrongInput) as wrong:
            cast.take(cast.csv_of(cast.row(1), cast.row(2, "6,5oo")))
        assert wrong.value.field == "file"
        assert "Row 3, column “贷方发生额（收入）”: “6,5oo” is no amount." in str(wrong.value)
        assert not Statement.objects.exists()
        assert not StatementLine.objects.exists()
        assert not Document.objects.filter(case=None).exists()
        assert cast.told("statement.taken_in") == []

    def test_refuses_a_line_of_tomorrow(self) -> None:
        with pytest.raises(WrongInput, match=r"Row 2: it lies in the future\."):
            cast.take(cast.csv_of(cast.row(1, moment="2026-04-16 09:00:01")))

    def test_refuses_the_file_of_another_account(self) -> None:
        with pytest.raises(WrongInput, match="This file is of account 6222000000000009"):
            cast.take(cast.csv_of(cast.row(1, account="6222000000000009")))

    def test_is_refused_where_no_account_of_the_creditor_is_known(self) -> None:
        creditor = make.creditor()
        Organisation.objects.filter(pk=creditor.pk).update(bank_account="")
        creditor.refresh_from_db()
        with pytest.raises(WrongInput) as wrong:
            cast.take(cast.csv_of(cast.row(1)), creditor=creditor)
        assert wrong.value.field == "creditor"

    def test_is_refused_to_an_officer_and_to_another_team(self) -> None:
        with pytest.raises(RightRefused):
            cast.take(cast.csv_of(cast.row(1)), by=make.officer())
        with pytest.raises(Outsider):
            cast.take(cast.csv_of(cast.row(1)), by=make.outsider())
        assert not Statement.objects.exists()

    def test_finds_no_case_of_another_team_or_creditor(self) -> None:
        agreements.signed()
        far = make.team(name="成都一组", city="成都")
        cast.take(cast.csv_of(cast.row(1)), team=far, by=make.outsider())
        assert [(line.match, line.why) for line in cast.lines()] == [("none", "nobody")]

    def test_finds_no_case_that_is_closed(self) -> None:
        case = agreements.signed().case
        Case.objects.filter(pk=case.pk).update(state="closure", closed_at=cast.AT)
        cast.take(cast.csv_of(cast.row(1)))
        assert [line.why for line in cast.lines()] == ["nobody"]


class TestTakeInOtherFormats:
    """MT940 and CAMT.053 go the same way as a CSV export."""

    FILES = (
        (cast.mt940(cast.movement("6500,00", number="B1")), "mt940", "text/plain"),
        (cast.camt(cast.entry("6500.00", number="B1")), "camt053", "application/xml"),
    )

    @pytest.mark.parametrize(("content", "layout", "mime"), FILES)
    def test_keeps_file_and_line_and_books_what_is_certain(
        self, content: bytes, layout: str, mime: str
    ) -> None:
        case = agreements.signed().case
        statement = cast.take(content).statement
        assert (statement.layout, statement.document.mime) == (layout, mime)
        assert book_certain(cast.AT) == 1
        assert case.payments.get().bank_reference == "B1"

    @pytest.mark.parametrize(("content", "layout", "mime"), FILES)
    def test_brings_the_same_file_once(self, content: bytes, layout: str, mime: str) -> None:
        first, again = cast.take(content), cast.take(content)
        assert (first.is_new, again.is_new) == (True, False)
        assert [line.statement.layout for line in cast.lines()] == [layout]
        assert first.statement.document.mime == mime

    def test_brings_the_lines_of_files_that_overlap_once(self) -> None:
        one, two, three = (cast.movement(f"{n}0,00", number=f"B{n}") for n in (1, 2, 3))
        cast.take(cast.mt940(one, two))
        second = cast.take(cast.mt940(two, three, opening="1010,00")).statement
        assert (second.line_count, second.known_count) == (1, 1)
        assert [line.serial for line in cast.lines()] == ["B1", "B2", "B3"]

    def test_keeps_two_that_say_the_same_and_brings_neither_again(self) -> None:
        alike = cast.entry("10.00")
        cast.take(cast.camt(alike, alike))
        cast.take(cast.camt(alike, alike, cast.entry("20.00")))
        assert [str(line.amount) for line in cast.lines()] == ["10.00", "10.00", "20.00"]

    def test_books_money_once_that_two_kinds_of_files_bring(self) -> None:
        case = agreements.signed().case
        cast.take(cast.csv_of(cast.row(1)))
        book_certain(cast.AT)
        cast.take(cast.mt940(cast.movement("6500,00", number="B1")))
        book_certain(cast.AT)
        assert case.payments.count() == 1
        line = cast.lines()[-1]
        assert (line.state, line.match, line.why) == ("open", "likely", "maybe_known")

    def test_leaves_another_currency_to_a_person(self) -> None:
        agreements.signed()
        cast.take(cast.mt940(cast.movement("6500,00"), currency="USD"))
        (line,) = cast.lines()
        assert (line.currency, line.match, line.why) == ("USD", "likely", "currency")

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (cast.mt940(cast.movement("1,00"), account="6222000000009999"), "6222000000009999"),
            (cast.mt940(cast.movement("1,00"), closing="1002,00"), "It does not tie"),
            (
                cast.mt940(":61:2604150415C1,00", closing="1001,00"),
                "Row 5, column “:61:”: “:61:2604150415C1,00” is no movement that can be read.",
            ),
            (b"<!DOCTYPE x><x/>", "document type or entities"),
            (cast.mt940(cast.movement("1,00", day="260420")), "future"),
        ],
    )
    def test_refuses_with_the_reason_and_keeps_nothing(self, content: bytes, says: str) -> None:
        with pytest.raises(WrongInput, match=re.escape(says)):
            cast.take(content)
        assert not Statement.objects.exists()
