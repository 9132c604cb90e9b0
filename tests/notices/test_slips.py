"""Scanned return slips, many at once by the number in the file's name."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from notices import actions
from notices.models import Notice
from notices.slips import Slip, number_in, take_slips
from tests import make
from tests.notices.cast import MONDAY, queued, told
from tests.notices.test_pages import desk, signed_in
from workflow.steps import RightRefused, WrongInput

pytestmark = pytest.mark.django_db

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
NUMBER = "RA123456785CN"


def posted(number: str = NUMBER, key: str = "", **more: Any) -> Notice:
    letter = queued(Notice.objects.first().case if key else make.case(), channel="letter", key=key)  # type: ignore[union-attr]
    actions.mark_sent(notice=letter, by=make.clerk(), at=MONDAY, number=number)
    return letter


def taken(*names: str, delivered: bool = True, content: bytes = make.PDF) -> list[Slip]:
    return take_slips(
        files=[(name, content) for name in names],
        delivered_at=TUESDAY if delivered else None, by=make.clerk(), at=WEDNESDAY,
    )  # fmt: skip


class TestNumberIn:
    @pytest.mark.parametrize(
        "name", ["RA123456785CN.jpg", "ra 123456785 cn.pdf", "RA123456785CN_2.png",
                 "C:\\scans\\RA123456785CN (1).jpeg"],
    )  # fmt: skip
    def test_reads_the_number_with_which_the_name_begins(self, name: str) -> None:
        assert number_in(name) == NUMBER

    def test_reads_nothing_where_there_is_none(self) -> None:
        assert number_in("回执.pdf") == ""


class TestTakeSlips:
    def test_records_delivery_and_keeps_the_proof(self) -> None:
        letter = posted()
        (slip,) = taken("RA123456785CN.pdf")
        assert (slip.notice, slip.said, slip.delivered) == (letter, "", True)
        letter = Notice.objects.get()
        assert (letter.state, letter.delivered_at) == ("delivered", TUESDAY)
        assert letter.proof is not None

    def test_adds_the_proof_to_what_is_delivered_and_leaves_the_moment(self) -> None:
        letter = posted()
        actions.record_delivery(notice=letter, by=make.clerk(), at=TUESDAY, delivered_at=TUESDAY)
        (slip,) = taken(f"{letter.reference}.pdf", delivered=False)
        assert (slip.said, slip.delivered) == ("", False)
        letter = Notice.objects.get()
        assert (letter.delivered_at, letter.proof is None) == (TUESDAY, False)
        assert told(letter.case, "notice.proven")[0]["document"]

    def test_changes_nothing_the_second_time(self) -> None:
        posted()
        taken("RA123456785CN.pdf")
        (slip,) = taken("RA123456785CN.pdf")
        assert "has a slip already" in slip.said

    def test_names_what_cannot_be_taken_and_takes_the_rest(self) -> None:
        posted()
        good, unknown = taken("RA123456785CN.pdf", "XX1234567890.pdf")
        assert good.delivered
        assert "No letter of yours has this number" in unknown.said

    def test_refuses_what_is_no_scan(self) -> None:
        posted()
        (slip,) = taken("RA123456785CN.pdf", content=b"MZ\x90\x00")
        assert "something else" in slip.said
        assert Notice.objects.get().state == "sent"

    def test_asks_when_it_was_delivered_where_nothing_is_recorded(self) -> None:
        posted()
        (slip,) = taken("RA123456785CN.pdf", delivered=False)
        assert "Say when it was delivered" in slip.said

    def test_knows_no_letter_of_another_team(self) -> None:
        posted()
        (slip,) = take_slips(
            files=[("RA123456785CN.pdf", make.PDF)], delivered_at=TUESDAY, by=make.outsider(),
            at=WEDNESDAY,
        )  # fmt: skip
        assert slip.notice is None

    def test_is_refused_for_too_many_and_to_officers(self) -> None:
        with pytest.raises(WrongInput):
            taken(*["RA123456785CN.pdf"] * 51)
        with pytest.raises(RightRefused):
            take_slips(files=[], delivered_at=None, by=make.crew()[0], at=TUESDAY)


class TestPage:
    def test_takes_many_files(self, clock: Any) -> None:
        clock.set(WEDNESDAY)
        posted()
        answer = desk().post(
            reverse("notices:slips"),
            {
                "guard_key": "k", "delivered_at": "2026-03-03T10:00",
                "scans": [SimpleUploadedFile("RA123456785CN.pdf", make.PDF),
                          SimpleUploadedFile("nobody.pdf", make.PDF)],
            },
        )  # fmt: skip
        text = answer.content.decode()
        assert "Recorded: delivered" in text
        assert "No letter of yours has this number" in text

    def test_says_at_the_field_where_no_file_can_be_taken(self, clock: Any) -> None:
        clock.set(WEDNESDAY)
        posted()
        answer = desk().post(
            reverse("notices:slips"),
            {"guard_key": "k", "scans": [SimpleUploadedFile("RA123456785CN.pdf", b"MZ\x90")]},
        )
        assert answer.status_code == 422
        assert "is something else" in answer.content.decode()

    def test_asks_for_files(self) -> None:
        answer = desk().post(reverse("notices:slips"), {"guard_key": "k"})
        assert answer.status_code == 422

    def test_is_for_those_who_handle_letters(self) -> None:
        assert signed_in(make.crew()[0]).get(reverse("notices:slips")).status_code == 403
