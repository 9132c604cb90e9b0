"""The import as a clerk meets it in the browser: told what to do, in both languages, and nothing done twice."""

import csv
import io
import zipfile
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cases.imports import running, words
from cases.imports.columns import COLUMNS
from cases.models import Case, ImportBatch
from documents.models import Document
from people.models import User
from tests import make
from tests.cases.imports import cast
from tests.cases.imports.cast import csv_of, row
from timeline.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ten_o_clock")]
LANGUAGES = ["en", "zh-hans"]


@pytest.fixture
def ten_o_clock(clock: Any) -> None:
    clock.set("2026-02-27T10:00", zone="Asia/Shanghai")


def browser(user: User | None = None, language: str = "en") -> Client:
    client = Client()
    client.force_login(user or make.clerk())
    client.cookies["django_language"] = language
    return client


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def send(client: Client, content: bytes, name: str = "batch.csv", key: str = "") -> Any:
    return client.post(
        reverse("cases:import_upload"),
        {
            "creditor": make.creditor().pk, "team": make.team().pk, "guard_key": key,
            "guard_version": "", "file": SimpleUploadedFile(name, content),
        },
    )  # fmt: skip


def press(client: Client, batch: ImportBatch, what: str, key: str = "") -> str:
    """Press a button of the batch's page; the page that follows."""
    answer = client.post(
        reverse(f"cases:import_{what}", args=[batch.number]),
        {"guard_key": key, "guard_version": ""}, follow=True,
    )  # fmt: skip
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def work(batch: ImportBatch) -> ImportBatch:
    while running.run(batch.pk, at=cast.AT):
        pass
    batch.refresh_from_db()
    return batch


def archive() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        packed.writestr("debts.csv", csv_of(row()))
    return kept.getvalue()


class TestColumnsPage:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_names_every_heading_and_says_how_to_write_it(self, language: str) -> None:
        told = page(browser(language=language), reverse("cases:import_columns"))
        with translation.override(language):
            for column in COLUMNS:
                assert str(column.label) in told
                assert str(column.written) in told
            for said in (*words.every(words.ROWS), *words.every(words.FILES)):
                assert said.what in told
                assert said.mend in told
        for column in COLUMNS:
            assert all(heading in told for heading in (*column.chinese, *column.english))

    @pytest.mark.parametrize("name", ["cases:imports", "cases:import_upload"])
    def test_is_reached_from_where_a_file_is_sent_in(self, name: str) -> None:
        assert f'href="{reverse("cases:import_columns")}"' in page(browser(), reverse(name))

    def test_is_reached_from_a_file_that_could_not_be_read(self) -> None:
        batch = cast.check(b"\r\n".join(csv_of(row(1), row(2)).splitlines()[1:]))
        told = page(browser(), batch.get_absolute_url())
        assert f'href="{reverse("cases:import_columns")}"' in told


class TestEmptyForm:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_is_read_with_every_column(self, language: str) -> None:
        answer = browser(language=language).get(reverse("cases:import_form"))
        heading = next(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        cells = {column.name: "" for column in COLUMNS} | row(1)
        batch = cast.check(answer.content + ",".join(cells.values()).encode())
        assert len(heading) == len(COLUMNS)
        assert cast.counts(batch) == (1, 0, 0, 0)


REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "an empty file": ("batch.csv", lambda: b"", "empty"),
    "an archive with the ending of a workbook": ("batch.xlsx", archive, "kind"),
    "a picture with the ending of a table": ("batch.csv", lambda: make.PNG, "kind"),
    "a PDF with the ending of a table": ("batch.csv", lambda: make.PDF, "kind"),
    "an old workbook": ("a.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_excel"),
    "61 MB": ("batch.csv", lambda: csv_of(row()) + b"x" * 61 * 1024 * 1024, "too_large"),
}  # fmt: skip


class TestUpload:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("name", REFUSED)
    def test_says_beside_the_field_what_is_wrong_and_how_to_mend_it(
        self, name: str, language: str
    ) -> None:
        filename, content, code = REFUSED[name]
        answer = send(browser(language=language), content(), filename)
        told = unescape(answer.content.decode())
        if code == "kind" and filename.endswith(".xlsx"):  # seen only when it is opened
            batch = work(ImportBatch.objects.get())
            assert batch.problem["code"] == code
            told = page(browser(language=language), batch.get_absolute_url())
        else:
            assert answer.status_code == 422
            assert not ImportBatch.objects.exists()
            assert not Document.objects.exists()
        with translation.override(language):
            said = words.of_file({"code": code, "params": {"size": 61, "most": 60}})
            assert said is not None
            assert said.what in told
            assert said.mend in told

    def test_takes_a_doubled_press_once(self) -> None:
        clerk = browser()
        first = send(clerk, csv_of(row(1)), key="a" * 32)
        second = send(clerk, csv_of(row(1)), key="a" * 32)
        batch = ImportBatch.objects.get()
        assert first.url == batch.get_absolute_url()
        assert "nothing was done twice" in page(clerk, second.url)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_asks_for_what_is_missing(self, language: str) -> None:
        answer = browser(language=language).post(reverse("cases:import_upload"), {"guard_key": "b"})
        told = unescape(answer.content.decode())
        assert answer.status_code == 422
        assert {"en": "Choose the file.", "zh-hans": "请选择文件"}[language] in told

    def test_keeps_a_hostile_name_as_text(self) -> None:
        name = "<img src=x onerror=alert(1)>\u202evsc.csv"
        send(browser(), csv_of(row(1)), name)
        batch = work(ImportBatch.objects.get())
        raw = browser().get(batch.get_absolute_url()).content.decode()
        assert "img src=x onerror=alert(1)vsc.csv" in raw
        assert "<img src=x" not in raw
        assert "\u202e" not in raw

    @pytest.mark.parametrize("name", ["x" * 250, "名" * 250, "a." + "x" * 250, ".csv", "a b.CSV"])
    def test_takes_a_file_of_any_name(self, name: str) -> None:
        send(browser(), csv_of(row(1)), name)
        assert work(ImportBatch.objects.get()).state == "ready"


class TestTakeOver:
    def test_takes_a_doubled_press_once(self) -> None:
        batch, clerk = cast.check(csv_of(row(1))), browser()
        press(clerk, batch, "take_over", key="c" * 32)
        told = press(clerk, batch, "take_over", key="c" * 32)
        assert "nothing was done twice" in told
        work(batch)
        assert Case.objects.count() == 1
        assert Event.objects.filter(kind="import.taking_over").count() == 1

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_is_refused_in_words_once_it_is_no_longer_waiting(self, language: str) -> None:
        batch = cast.take_over(cast.check(csv_of(row(1))))
        told = press(browser(language=language), batch, "take_over")
        with translation.override(language):
            assert str(batch.get_state_display()) in told
        assert Case.objects.count() == 1
        assert {"en": "no longer where that can be done", "zh-hans": "不能这样做"}[language] in told

    def test_is_any_clerks_of_the_team_and_names_the_one_who_did_it(self) -> None:
        batch = cast.check(csv_of(row(1)))
        other = make.clerk(username="second")
        press(browser(other), batch, "take_over")
        work(batch)
        assert Case.objects.get().events.get().actor == other
        assert batch.taken_over_by == other

    def test_is_nothing_to_another_team(self) -> None:
        batch = cast.check(csv_of(row(1)))
        url = reverse("cases:import_take_over", args=[batch.number])
        assert browser(make.outsider()).post(url).status_code == 404
        batch.refresh_from_db()
        assert batch.state == "ready"

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_of_what_another_file_brought_meanwhile_says_so(self, language: str) -> None:
        first, second = cast.check(csv_of(row(1))), cast.check(csv_of(row(1)))
        cast.take_over(first)
        press(browser(), second, "take_over")
        work(second)
        told = page(browser(language=language), second.get_absolute_url())
        wanted = {"en": "0 created, 0 updated, 1 unchanged, 0 rejected.",
                  "zh-hans": "新增 0 行，更新 0 行，未变 1 行，退回 0 行。"}  # fmt: skip
        assert wanted[language] in told
        assert Case.objects.count() == 1


class TestDiscard:
    def test_takes_nothing_over_and_cannot_be_undone(self) -> None:
        batch, clerk = cast.check(csv_of(row(1))), browser()
        assert "This file was discarded. Nothing of it was taken over." in press(
            clerk, batch, "discard"
        )
        assert "no longer where that can be done" in press(clerk, batch, "take_over")
        assert work(batch).state == "discarded"
        assert not Case.objects.exists()


@pytest.mark.django_db(transaction=True)  # the worker hears "stop" on a connection of its own
class TestStop:
    def test_while_it_is_checked_throws_the_file_away(self) -> None:
        batch = cast.upload(csv_of(row(1)))
        press(browser(), batch, "stop")
        assert work(batch).state == "discarded"
        assert not batch.rows.exists()

    def test_while_it_is_taken_over_leaves_it_as_it_was_looked_at(self) -> None:
        batch, clerk = cast.check(csv_of(row(1))), browser()
        press(clerk, batch, "take_over")
        press(clerk, batch, "stop")
        told = page(clerk, work(batch).get_absolute_url())
        assert "Taking over was stopped; no new case was made." in told
        assert not Case.objects.exists()
        press(clerk, batch, "take_over")
        assert cast.counts(work(batch)) == (1, 0, 0, 0)
        assert Case.objects.count() == 1


class TestPreview:
    def test_shows_no_mark_that_would_turn_a_line_around(self) -> None:
        batch = cast.check(csv_of(row(1, name="\u202e燕海王", language="\u202ex", phone="\u202e1")))
        told = page(browser(), batch.get_absolute_url())
        assert "燕海王" in told
        assert "\u202e" not in told

    def test_sets_two_chinese_sentences_without_a_space_between(self) -> None:
        batch = cast.check(csv_of(row(1, principal="-1")))
        told = page(browser(language="zh-hans"), batch.get_absolute_url())
        assert "为负数。<span" in told
        answer = send(browser(language="zh-hans"), b"")
        assert "文件是空的。请重新导出" in answer.content.decode()


class TestRejectedRows:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_say_why_in_the_readers_language(self, language: str) -> None:
        batch = cast.check(csv_of(row(1, principal="-1")))
        answer = browser(language=language).get(
            reverse("cases:import_rejected", args=[batch.number])
        )
        told = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
        assert {"en": "is negative", "zh-hans": "为负数"}[language] in told

    def test_are_written_so_that_no_cell_is_a_formula(self) -> None:
        names = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\uff1d1"]
        batch = cast.check(
            csv_of(*(row(n, name=name, principal="-1") for n, name in enumerate(names, 1)))
        )
        answer = browser().get(reverse("cases:import_rejected", args=[batch.number]))
        content = b"".join(answer.streaming_content)  # type: ignore[arg-type]
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert not [cell for cells in rows for cell in cells if cell[:1] in "=+-@\uff1d" and cell]
        again = cast.check(content)
        assert [rejected.raw[2] for rejected in again.rows.order_by("line")] == names
