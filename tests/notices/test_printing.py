"""A print run: what goes into it, in which order, what its sheet says, and what it leaves behind."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import override
from pypdf import PdfReader

from documents.models import Document
from documents.render import render_paper
from notices import papers, printing
from notices.models import LetterRun, Notice
from people.models import Address
from tests import make
from tests.notices.cast import MONDAY, chain_holds, kind_is, paper, queued, told
from tests.notices.test_pages import desk, signed_in
from workflow.steps import RightRefused, WrongInput

pytestmark = pytest.mark.django_db

TUESDAY = make.moment("2026-03-03 10:00")


def waiting(count: int = 1, **more: Any) -> list[Notice]:
    """So many plain letters of one case, each with a text of its own."""
    case = make.case()
    for number in range(count):
        queued(case, channel="letter", key=str(number), body=f"Letter {number}.", **more)
    return everything()


def everything() -> list[Notice]:
    return printing.loaded(Notice.objects.all())


def printed(notices: list[Notice] | None = None) -> printing.Printed:
    notices = everything() if notices is None else notices
    return printing.print_letters(notices=notices, by=make.clerk(), at=TUESDAY)


def pages(document: Document) -> list[str]:
    with document.file.open("rb") as file:
        return [page.extract_text() for page in PdfReader(io.BytesIO(file.read())).pages]


class TestPrintLetters:
    def test_puts_all_letters_into_one_file_each_behind_its_address_page(self) -> None:
        waiting(2)
        run = printed().run
        assert run is not None
        told_by = pages(run.letters)
        assert len(told_by) == 8  # address, its empty back, the letter, its empty back; twice
        assert "王海燕" in told_by[0]
        assert "Letter 0." in told_by[2]
        assert "Letter 1." in told_by[6]
        assert told_by[1] == told_by[3] == ""

    def test_tells_nothing_of_the_matter_on_the_address_page(self) -> None:
        waiting()
        run = printed().run
        assert run is not None
        cover = pages(run.letters)[0].replace("\n", "")
        assert "本人亲启" in cover
        for word in ("欠", "债", "逾期", "还款", "HZ-2026"):
            assert word not in cover

    def test_keeps_who_printed_what_and_when_with_its_digest(self) -> None:
        (notice,) = waiting()
        run = printed().run
        assert run is not None
        assert (run.printed_by, run.printed_at, run.team) == (make.clerk(), TUESDAY, make.team())
        assert [line.notice for line in run.lines.all()] == [notice]
        assert len(run.letters.sha256) == 64
        told_of = told(notice.case, "notice.printed")[0]
        assert (told_of["run"], told_of["again"]) == (run.number, False)
        assert chain_holds(notice.case)

    def test_puts_a_plain_text_on_paper_and_keeps_it_with_the_case(self) -> None:
        (notice,) = waiting()
        printed()
        notice = Notice.objects.get()
        assert notice.document is not None
        assert (notice.document.case, notice.document.kind) == (notice.case, "letter")
        told_of = told(notice.case, "notice.printed")[0]
        assert told_of["document_sha256"] == notice.document.sha256

    def test_leaves_a_paper_that_is_there_as_it_is(self) -> None:
        case = make.case()
        content = render_paper(papers.letter_paper(queued(case, key="x"), MONDAY), "en")
        document = paper(case, content=content)
        queued(case, channel="letter", document=document)
        printed()
        assert Notice.objects.get(channel="letter").document == document
        assert case.documents.count() == 1

    def test_says_that_a_letter_is_printed_again(self) -> None:
        (notice,) = waiting()
        printed()
        with override("zh-hans"):
            second = printed().run
        assert second is not None
        assert second.lines.get().again is True
        assert [one["again"] for one in told(notice.case, "notice.printed")] == [False, True]
        assert "重新打印" in "".join(pages(second.sheet)).replace("\n", "")

    def test_lists_number_town_and_who_posts_on_the_sheet_and_no_street(self) -> None:
        (notice,) = waiting()
        with override("zh-hans"):
            run = printed().run
        assert run is not None
        sheet = "".join(pages(run.sheet)).replace("\n", "")
        for said in (notice.reference, "杭州", "挂号单号", "交寄人（签名）", "陈晓", run.number):
            assert said in sheet
        assert "翠苑" not in sheet
        assert "王海燕" not in sheet

    def test_stops_and_leaves_out_what_must_not_go_any_more(self) -> None:
        (notice,) = waiting()
        with kind_is(recheck=lambda notice, at: "The debtor refused."):
            answer = printed()
        assert answer.run is None
        assert "take it out of the pile" in answer.problems[notice.pk]
        assert Notice.objects.get().state == "suppressed"

    def test_leaves_out_a_file_that_is_damaged_and_prints_the_rest(self) -> None:
        case = make.case()
        queued(case, channel="letter", key="good")
        bad = queued(
            case, channel="letter", key="bad", document=paper(case, content=b"%PDF-1.4 broken")
        )
        answer = printed()
        assert answer.run is not None
        assert answer.run.lines.count() == 1
        assert "damaged" in answer.problems[bad.pk]

    def test_leaves_out_a_file_that_is_not_what_it_was(self) -> None:
        case = make.case()
        document = paper(case)
        notice = queued(case, channel="letter", document=document)
        Path(document.file.path).write_bytes(b"%PDF-1.4 another one")
        assert "not what it was" in printed(everything()).problems[notice.pk]

    def test_leaves_out_what_somebody_else_has_settled(self) -> None:
        rows = waiting()
        with kind_is(recheck=lambda notice, at: "Paid."):
            printed(rows)
        answer = printed(rows)
        assert answer.run is None

    def test_is_refused_for_none_and_for_too_many(self) -> None:
        with pytest.raises(WrongInput):
            printed([])
        with pytest.raises(WrongInput) as wrong:
            printed(waiting() * (printing.MOST + 1))
        assert "At most 100" in str(wrong.value)

    def test_is_refused_to_whoever_has_nothing_to_do_with_letters(self) -> None:
        rows = waiting()
        with pytest.raises(RightRefused):
            printing.print_letters(notices=rows, by=make.crew()[0], at=TUESDAY)
        assert LetterRun.objects.count() == 0


class TestCover:
    def test_of_china_has_the_postcode_first_and_the_sender_below(self) -> None:
        (notice,) = waiting()
        cover = papers.cover_of(notice, mark="1/1", at=MONDAY)
        assert (cover.form, cover.postcode) == ("cn", "310012")
        assert list(cover.to)[-1] == "王海燕"
        assert "清水信用服务" in cover.sender

    def test_elsewhere_stands_in_the_window_line_by_line(self) -> None:
        case = make.case()
        Address.objects.filter(person=case.debtor).update(
            city="London", district="", text="1 High Street", postcode="E1 6AN", country="GB"
        )
        queued(case, channel="letter")
        (notice,) = everything()
        cover = papers.cover_of(notice, mark="1/1", at=MONDAY)
        assert cover.form == "window"
        assert list(cover.to) == ["Wang Haiyan", "1 High Street", "London", "E1 6AN", "GB"]


class TestPages:
    def test_print_the_ticked_letters_and_show_the_run(self, clock: Any) -> None:
        clock.set(TUESDAY)
        first, second = waiting(2)
        form = {"guard_key": "k1", "do": "print", "post": [first.pk]}
        answer = desk().post(reverse("notices:letters"), form, follow=True)
        run = LetterRun.objects.get()
        assert answer.redirect_chain[-1][0] == run.get_absolute_url()
        text = answer.content.decode()
        assert first.reference in text
        assert second.reference not in text

    def test_take_no_tick_for_a_number_that_is_not_one_of_ours(self, clock: Any) -> None:
        clock.set(TUESDAY)
        first, _second = waiting(2)
        elsewhere = "".join(chr(0x660 + int(figure)) for figure in str(first.pk))  # ٠ to ٩
        for do in ("print", "post"):
            form = {"guard_key": do, "do": do, "post": [elsewhere], f"number-{first.pk}": "XA1"}
            desk().post(reverse("notices:letters"), form)
        assert not LetterRun.objects.exists()
        first.refresh_from_db()
        assert first.state == "queued"

    def test_print_once_when_pressed_twice(self, clock: Any) -> None:
        clock.set(TUESDAY)
        (notice,) = waiting()
        client, form = desk(), {"guard_key": "k1", "do": "print", "post": [notice.pk]}
        client.post(reverse("notices:letters"), form)
        answer = client.post(reverse("notices:letters"), form, follow=True)
        assert "already done" in answer.content.decode()
        assert LetterRun.objects.count() == 1
        assert Document.objects.filter(case=None).count() == 2

    def test_take_the_numbers_of_many_by_one_press(self, clock: Any) -> None:
        clock.set(TUESDAY)
        first, second, third = waiting(3)
        run = printed().run
        assert run is not None
        form = {
            "guard_key": "k2", "post": [second.pk], f"number-{first.pk}": "ra 123456785 cn",
            f"number-{second.pk}": "", f"number-{third.pk}": "",
        }  # fmt: skip
        answer = desk().post(run.get_absolute_url(), form, follow=True)
        assert "2 letters are posted." in answer.content.decode()
        states = dict(Notice.objects.values_list("pk", "state"))
        assert states == {first.pk: "sent", second.pk: "sent", third.pk: "queued"}
        assert Notice.objects.get(pk=first.pk).provider_id == "RA123456785CN"

    def test_name_the_number_whose_check_digit_does_not_fit(self, clock: Any) -> None:
        clock.set(TUESDAY)
        good, bad = waiting(2)
        run = printed().run
        assert run is not None
        form = {
            "guard_key": "k2", f"number-{good.pk}": "RA123456785CN",
            f"number-{bad.pk}": "RA123456784CN",
        }  # fmt: skip
        answer = desk().post(run.get_absolute_url(), form)
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "The check digit of RA123456784CN does not fit" in text
        assert 'value="RA123456784CN"' in text
        assert Notice.objects.get(pk=bad.pk).state == "queued"

    def test_hand_out_both_files_to_the_team_alone(self, clock: Any) -> None:
        clock.set(TUESDAY)
        waiting()
        run = printed().run
        assert run is not None
        for which in ("letters", "sheet"):
            address = reverse("notices:run_file", args=[run.number, which])
            answer = desk().get(address)
            assert answer["Content-Type"] == "application/pdf"
            assert b"".join(answer.streaming_content).startswith(b"%PDF")
            assert signed_in(make.outsider()).get(address).status_code == 404
        assert desk().get(reverse("notices:run_file", args=[run.number, "x"])).status_code == 404

    def test_list_the_runs_of_the_team_by_key(
        self, clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from notices import lists

        monkeypatch.setattr(lists, "PAGE", 1)
        clock.set(TUESDAY)
        waiting()
        numbers = [run.number for run in (printed().run, printed().run) if run]
        page = desk().get(reverse("notices:runs")).content.decode()
        assert numbers[1] in page
        assert numbers[0] not in page
        older = LetterRun.objects.order_by("-pk")[0].pk
        assert (
            numbers[0] in desk().get(reverse("notices:runs") + f"?before={older}").content.decode()
        )
        assert (
            numbers[1]
            not in signed_in(make.outsider()).get(reverse("notices:runs")).content.decode()
        )

    def test_say_of_a_waiting_letter_that_it_is_printed(self, clock: Any) -> None:
        clock.set(TUESDAY + timedelta(hours=1))
        waiting()
        run = printed().run
        assert run is not None
        assert run.get_absolute_url() in desk().get(reverse("notices:letters")).content.decode()


class TestPostNumber:
    @pytest.mark.parametrize("number", ["RA123456785CN", "EE000000005CN", "RR473124829GB"])
    def test_holds_where_the_check_digit_fits(self, number: str) -> None:
        from notices.channels.letter import check_digit_holds

        assert check_digit_holds(number)

    @pytest.mark.parametrize("number", ["RA123456786CN", "RA213456785CN", "RR473124828GB"])
    def test_does_not_where_a_digit_is_wrong_or_two_have_changed_places(self, number: str) -> None:
        from notices.channels.letter import check_digit_holds

        assert not check_digit_holds(number)
