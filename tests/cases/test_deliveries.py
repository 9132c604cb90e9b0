"""The post's file: what became of many letters, row by row, and the same file again."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from cases.deliveries.applying import Line, take_in
from cases.deliveries.words import of_row
from cases.imports.reading import Unfit
from notices import actions
from notices.models import Notice
from tests import make
from tests.notices.cast import MONDAY, queued
from tests.notices.test_pages import desk, signed_in
from workflow.steps import RightRefused

pytestmark = pytest.mark.django_db

FRIDAY = MONDAY + timedelta(days=4)
HEAD = "挂号单号,投递结果,时间,退回原因"


def posted(*numbers: str) -> list[Notice]:
    case = make.case()
    made = []
    for number in numbers or ("RA123456785CN",):
        letter = queued(case, channel="letter", key=number)
        actions.mark_sent(notice=letter, by=make.clerk(), at=MONDAY, number=number)
        made.append(letter)
    return made


def taken(*rows: str, head: str = HEAD, encoding: str = "utf-8", by: Any = None) -> list[Line]:
    content = "\r\n".join([head, *rows]).encode(encoding)
    return take_in(file=io.BytesIO(content), by=by or make.clerk(), at=FRIDAY)


def said(line: Line) -> str:
    assert line.problem is not None
    with override("en"):
        return str(of_row(line.problem))


class TestTakeIn:
    def test_records_what_was_delivered_when_by_the_clocks_there(self) -> None:
        posted()
        (line,) = taken("RA123456785CN,妥投,2026-03-04 15:20,")
        assert (line.line, line.outcome) == (2, "delivered")
        assert Notice.objects.get().delivered_at == make.moment("2026-03-04 15:20")

    def test_counts_a_day_alone_to_its_end(self) -> None:
        posted()
        taken("RA123456785CN,签收,2026-03-04,")
        assert Notice.objects.get().delivered_at == make.moment("2026-03-04 23:59")

    def test_records_what_came_back_with_the_reason(self) -> None:
        posted()
        (line,) = taken("RA123456785CN,退回,2026-03-04,查无此人")
        assert line.outcome == "returned"
        letter = Notice.objects.get()
        assert (letter.state, letter.why) == ("bounced", "查无此人")

    def test_changes_nothing_the_second_time(self) -> None:
        posted("RA123456785CN", "1234567890123")
        rows = ("RA123456785CN,妥投,2026-03-04,", "1234567890123,退回,2026-03-04,拒收")
        taken(*rows)
        case = Notice.objects.first().case  # type: ignore[union-attr]
        events = case.events.count()
        assert [line.outcome for line in taken(*rows)] == ["unchanged", "unchanged"]
        assert case.events.count() == events

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_is_read_however_it_was_saved(self, encoding: str) -> None:
        posted()
        (line,) = taken("RA123456785CN,已签收,2026/3/4 9:05,", encoding=encoding)
        assert line.outcome == "delivered"

    @pytest.mark.parametrize("sign", [";", "\t"])
    def test_is_read_with_another_separator_and_english_headings(self, sign: str) -> None:
        posted()
        (line,) = taken(
            f"RA 1234 5678 5CN{sign}delivered{sign}2026-03-04{sign}",
            head=sign.join(["tracking number", "status", "date", "reason"]),
        )
        assert line.outcome == "delivered"

    def test_finds_a_letter_by_its_own_number(self) -> None:
        (letter,) = posted()
        (line,) = taken(f"{letter.reference},送达,2026-03-04,")
        assert line.notice == letter

    @pytest.mark.parametrize(
        ("row", "column", "words"),
        [
            ("RA000000001CN,妥投,2026-03-04,", "Number", "No letter of yours"),
            (",妥投,2026-03-04,", "Number", "There is no number"),
            ("RA123456785CN,丢了,2026-03-04,", "Outcome", "no outcome that is known"),
            ("RA123456785CN,退回,2026-03-04,", "Why it came back", "no reason is given"),
            ("RA123456785CN,妥投,2026-02-30,", "When", "no day and no time"),
            ("RA123456785CN,妥投,2026-03-04 25:00,", "When", "no day and no time"),
            ("RA123456785CN,妥投,2026-03-09,", "When", "has not come yet"),
            ("RA123456785CN,妥投,2026-03-01,", "When", "before the letter was posted"),
            ("RA123456785CN,妥投", "When", "no day and no time"),
        ],
    )
    def test_names_line_column_and_what_to_do(self, row: str, column: str, words: str) -> None:
        posted()
        (line,) = taken(row)
        assert (line.line, line.outcome) == (2, "rejected")
        assert said(line).startswith(column)
        assert words in said(line)
        assert Notice.objects.get().state == "sent"

    def test_takes_the_good_rows_beside_the_bad(self) -> None:
        posted()
        lines = taken("RA000000001CN,妥投,2026-03-04,", "RA123456785CN,妥投,2026-03-04,")
        assert [line.outcome for line in lines] == ["rejected", "delivered"]

    def test_does_not_guess_between_two_letters_of_one_number(self) -> None:
        case = make.case()
        for key in ("a", "b"):
            letter = queued(case, channel="letter", key=key)
            actions.mark_sent(notice=letter, by=make.clerk(), at=MONDAY, number="RA123456785CN")
        (line,) = taken("RA123456785CN,妥投,2026-03-04,")
        assert "More than one letter" in said(line)

    def test_asks_to_record_the_posting_first(self) -> None:
        letter = queued(make.case(), channel="letter")
        (line,) = taken(f"{letter.reference},妥投,2026-03-04,")
        assert "not recorded as posted" in said(line)

    def test_never_delivers_what_came_back(self) -> None:
        (letter,) = posted()
        actions.record_bounce(notice=letter, by=make.clerk(), at=FRIDAY, why="x")
        (line,) = taken("RA123456785CN,妥投,2026-03-04,")
        assert "already recorded as" in said(line)

    def test_knows_no_letter_of_another_team(self) -> None:
        posted()
        (line,) = taken("RA123456785CN,妥投,2026-03-04,", by=make.outsider())
        assert line.outcome == "rejected"

    def test_is_refused_to_officers(self) -> None:
        with pytest.raises(RightRefused):
            taken("x,妥投,2026-03-04,", by=make.crew()[0])

    @pytest.mark.parametrize("head", ["a,b,c", "挂号单号,投递结果"])
    def test_is_refused_as_a_whole_without_its_columns(self, head: str) -> None:
        with pytest.raises(Unfit):
            taken("x,妥投,2026-03-04", head=head)


class TestPage:
    def test_says_row_by_row_what_came_of_it(self, clock: Any) -> None:
        clock.set(FRIDAY)
        posted()
        file = f"{HEAD}\nRA123456785CN,妥投,2026-03-04,\nX,妥投,2026-03-04,\n".encode("gbk")
        answer = desk().post(
            reverse("cases:deliveries"),
            {"guard_key": "k", "file": SimpleUploadedFile("post.csv", file)},
        )
        text = answer.content.decode()
        assert answer.status_code == 200
        assert "Recorded: delivered" in text
        assert "No letter of yours has the number" in text

    def test_says_which_column_a_file_lacks(self) -> None:
        answer = desk().post(
            reverse("cases:deliveries"),
            {
                "guard_key": "k",
                "file": SimpleUploadedFile("a.csv", "挂号单号,投递结果\nx,妥投\n".encode()),
            },
        )
        assert answer.status_code == 422
        assert "There is no column for: When" in answer.content.decode()

    def test_offers_an_empty_form_whose_headings_it_knows(self, clock: Any) -> None:
        clock.set(FRIDAY)
        posted()
        head = desk().get(reverse("cases:delivery_form")).content.decode("utf-8-sig").strip()
        (line,) = taken("RA123456785CN,delivered,2026-03-04,", head=head)
        assert line.outcome == "delivered"

    def test_is_for_those_who_handle_letters(self) -> None:
        for name in ("cases:deliveries", "cases:delivery_form"):
            assert signed_in(make.crew()[0]).get(reverse(name)).status_code == 403
