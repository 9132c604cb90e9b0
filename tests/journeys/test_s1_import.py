"""S1: a creditor's file of 120 rows: looked at, taken over, sent in again, and its seven faults mended."""

import csv
import io
import os
import signal
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from cases.models import Case, ImportBatch, ImportRow
from tests import make
from tests.cases.imports.cast import S1, id_number, many
from timeline.chain import Verified, verify
from timeline.models import Event

NOW = "2026-02-27T10:00"
UNTIL = 60_000  # ms for the worker
WRONG = "问题/Problem"


@pytest.fixture
def clerk(clock: Any) -> Any:
    clock.set(NOW, zone="Asia/Shanghai")
    make.mandate()
    make.mandate(number="WT-2025-09", valid_from=date(2025, 1, 1), valid_until=date(2025, 12, 31))
    return make.clerk()


def send_in(page: Any, file: Path | dict[str, Any]) -> ImportBatch:
    """Choose the file as a person does, and wait until the worker has looked at it."""
    page.goto(reverse("cases:imports"))
    page.get_by_role("link", name="Upload a file").first.click()
    page.get_by_label("Creditor").select_option(label="West Lake Bank")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    page.locator("[data-count=rejected]").wait_for(timeout=UNTIL)
    return ImportBatch.objects.latest("pk")


def counts(page: Any) -> dict[str, int]:
    return {
        name: int(page.locator(f"[data-count={name}]").inner_text().replace(",", ""))
        for name in ("created", "updated", "unchanged", "rejected")
    }


def take_over(page: Any, rows: int) -> None:
    page.get_by_role("button", name=f"Take over {rows} rows").click()
    page.get_by_role("status").get_by_text(f"{rows} created").wait_for(timeout=UNTIL)


def downloaded(page: Any) -> list[dict[str, str]]:
    """The file of rejected rows, as a spreadsheet would read it."""
    with page.expect_download() as wanted:
        page.get_by_role("link", name="Download the rejected rows").click()
    return list(csv.DictReader(io.StringIO(Path(wanted.value.path()).read_text("utf-8-sig"))))


def mended(rows: list[dict[str, str]]) -> bytes:
    """What the creditor's data clerk makes of it, each by what its first column says."""
    for number, row in enumerate(rows):
        row["身份证号"] = row["身份证号"] or id_number(900 + number)
        row["本金(元)"] = row["本金(元)"].lstrip("'-")
        row["到期日"] = row["到期日"].replace("2026-02-30", "2026-02-20")
        row["委托合同号"] = "WT-2026-01"
        if "already stands in row" in row[WRONG]:
            row["外部编号"] = f"XH-58{number:02d}"
    kept = io.StringIO()
    writer = csv.DictWriter(kept, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return kept.getvalue().encode("utf-8-sig")


@pytest.mark.django_db(transaction=True)
@pytest.mark.browser
@pytest.mark.journey
@pytest.mark.timeout(300)
class TestTheFileOfThe27thOfFebruary:
    def test_becomes_113_cases_at_first_none_again_and_seven_when_mended(
        self, worker: Any, clerk: Any, open_page: Any, sign_in: Any
    ) -> None:
        page = open_page(language="en", accept_downloads=True)
        sign_in(page, clerk)

        # The preview: nothing is a case yet, each fault is told with row, column and what to do.
        batch = send_in(page, S1)
        assert counts(page) == {"created": 113, "updated": 0, "unchanged": 0, "rejected": 7}
        assert not Case.objects.exists()
        faults = page.locator("tr.is-red").all_inner_texts()
        assert len(faults) == 7
        for said in (
            "2026-02-30",
            "WT-2025-09",
            "ID number",
            "-1250",
            "XH-5652",
            "stands in row 53",
        ):
            assert any(said in fault for fault in faults), (said, faults)
        rejected = downloaded(page)
        assert [row["外部编号"] for row in rejected] == [fault.split("\t")[1] for fault in faults]
        assert all(row[WRONG].startswith("Row ") for row in rejected)
        assert not any(cell[:1] in "=+-@" for row in rejected for cell in row.values() if cell)

        take_over(page, 113)
        assert Case.objects.filter(state="preparation").count() == 113

        # The same file again changes nothing.
        send_in(page, S1)
        assert counts(page) == {"created": 0, "updated": 0, "unchanged": 113, "rejected": 7}
        assert page.get_by_text("There is nothing to take over.").is_visible()
        assert page.get_by_role("button", name="Take over").count() == 0
        events = Event.objects.filter(case__isnull=False).count()

        # The seven rows, mended in the file that was downloaded.
        send_in(
            page,
            {"name": "mended.csv", "mimeType": "text/csv", "buffer": mended(rejected)},
        )  # fmt: skip
        assert counts(page) == {"created": 7, "updated": 0, "unchanged": 0, "rejected": 0}
        take_over(page, 7)
        assert Case.objects.count() == 120
        assert Event.objects.filter(case__isnull=False).count() > events

        # Batch and source stand in each timeline, and each chain holds.
        for case in Case.objects.order_by("pk"):
            (taken,) = case.events.filter(kind="case.imported")
            assert taken.data["file"] in {"batch_2026-02-27.csv", "mended.csv"}
            assert taken.data["batch"].startswith("B-2026-")
            assert isinstance(verify(case), Verified)
        first = Case.objects.get(external_reference="XH-5601")
        page.goto(first.get_absolute_url())
        page.get_by_text("Details").last.click()
        assert page.get_by_text(batch.number).first.is_visible()


def stopped_midway(process: int) -> None:
    """Hold the worker as soon as it has begun, that the file is not done before the person is."""
    until = time.monotonic() + UNTIL / 1000
    while not ImportBatch.objects.filter(rows_done__gt=0).exists():
        assert time.monotonic() < until, "The worker did not begin."
        time.sleep(0.02)
    os.killpg(process, signal.SIGSTOP)


@pytest.mark.django_db(transaction=True)
@pytest.mark.browser
@pytest.mark.journey
class TestStoppingAFile:
    def test_works_however_long_the_question_stays_open(
        self, worker: Any, clerk: Any, open_page: Any, sign_in: Any
    ) -> None:
        page = open_page(language="en")
        sign_in(page, clerk)
        page.goto(reverse("cases:import_upload"))
        page.get_by_label("Creditor").select_option(label="West Lake Bank")
        page.get_by_label("File", exact=True).set_input_files(
            {"name": "many.csv", "mimeType": "text/csv", "buffer": many(30_000)}
        )
        page.get_by_role("button", name="Check the file").click()
        stopped_midway(worker.process.pid)
        try:
            page.get_by_text("30,001").wait_for(timeout=UNTIL)
            page.get_by_role("button", name="Stop").click()
            page.wait_for_timeout(2500)  # the bar is drawn anew each second
            page.get_by_role("dialog").get_by_role("button", name="Stop").click()
            page.get_by_text("Stopping…").wait_for()
        finally:
            os.killpg(worker.process.pid, signal.SIGCONT)
        page.get_by_text("This file was discarded. Nothing of it was taken over.").wait_for(
            timeout=UNTIL
        )
        assert not ImportRow.objects.exists()
