"""What arrived of files that were never finished: away after seven days, and never what is being written."""

import os
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from config.beat import TICKS
from door import sweeping, uploading
from door.models import Upload
from door.sweeping import UNFINISHED, sweep_unfinished
from tests import make
from tests.door.cast import Phone
from tests.door.test_uploading import begin, described, patch
from visits.models import Evidence, Visit

pytestmark = pytest.mark.django_db

BEGUN = make.moment("2026-03-05 14:50")


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Any) -> None:
    """Nothing lies there but what the test has sent."""
    settings.MEDIA_ROOT = tmp_path


def begun(phone: Phone, visit: Visit, pieces: int = 1) -> tuple[str, Upload]:
    """A file of which some pieces of twenty bytes have arrived."""
    address = begin(phone, described(phone, visit, make.PNG), len(make.PNG))["Location"]
    for number in range(pieces):
        patch(phone, address, make.PNG[number * 20 :][:20], number * 20)
    upload = Upload.objects.get()
    if pieces:
        written(upload, BEGUN)
    return address, upload


def written(upload: Upload, at: datetime) -> None:
    """As if its file had been written last at that moment."""
    os.utime(uploading.path_of(upload), (at.timestamp(), at.timestamp()))


class TestSweepUnfinished:
    def test_ticks_every_hour(self) -> None:
        assert TICKS["door.tasks.sweep_arriving"] == timedelta(hours=1)

    def test_leaves_what_came_within_seven_days(self, phone: Phone, visit: Visit) -> None:
        _address, upload = begun(phone, visit)
        assert sweep_unfinished(at=BEGUN + UNFINISHED) == 0
        assert uploading.path_of(upload).exists()
        assert Upload.objects.get().offset == 20

    def test_removes_what_has_lain_for_longer(self, phone: Phone, visit: Visit) -> None:
        _address, upload = begun(phone, visit)
        assert sweep_unfinished(at=BEGUN + UNFINISHED + timedelta(minutes=5)) == 1
        assert not uploading.path_of(upload).exists()
        assert (Upload.objects.get().offset, Upload.objects.get().state) == (0, "receiving")
        assert sweep_unfinished(at=BEGUN + timedelta(days=30)) == 0

    def test_asks_a_phone_that_comes_back_for_all_of_it_again(
        self, phone: Phone, visit: Visit
    ) -> None:
        address, _upload = begun(phone, visit)
        sweep_unfinished(at=BEGUN + timedelta(days=8))
        assert phone.client.head(address)["Upload-Offset"] == "0"
        assert patch(phone, address, make.PNG, 0)["Upload-State"] == "kept"
        assert Evidence.objects.get().document.file.read() == make.PNG

    def test_counts_from_the_last_piece(self, phone: Phone, visit: Visit, clock: Any) -> None:
        address, upload = begun(phone, visit)
        clock.set("2026-03-11T09:00", zone="Asia/Shanghai")
        phone.sign_in()
        patch(phone, address, make.PNG[20:40], 20)
        sweep_unfinished(at=BEGUN + timedelta(days=8))
        assert uploading.path_of(upload).exists()
        assert Upload.objects.get().offset == 40

    def test_leaves_a_whole_file_to_be_finished(self, phone: Phone, visit: Visit) -> None:
        _address, upload = begun(phone, visit)
        Upload.objects.update(offset=upload.length)
        assert sweep_unfinished(at=BEGUN + timedelta(days=30)) == 0
        assert uploading.path_of(upload).exists()

    def test_finds_what_a_crash_between_row_and_file_left(
        self, phone: Phone, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _address, upload = begun(phone, visit)
        with monkeypatch.context() as dying:
            dying.setattr(sweeping, "_left_behind", lambda before: iter(()))
            sweep_unfinished(at=BEGUN + timedelta(days=8))
        assert Upload.objects.get().offset == 0
        assert uploading.path_of(upload).exists()
        assert sweep_unfinished(at=BEGUN + timedelta(days=8)) == 1
        assert not uploading.path_of(upload).exists()

    def test_removes_what_is_left_of_a_file_that_is_done(self, phone: Phone, visit: Visit) -> None:
        _address, upload = begun(phone, visit)
        Upload.objects.update(state="refused", done_at=BEGUN)
        assert sweep_unfinished(at=BEGUN + timedelta(days=8)) == 1
        assert not uploading.path_of(upload).exists()


@pytest.mark.django_db(transaction=True)
class TestSweepBesideAPiece:
    def test_passes_over_a_file_into_which_a_piece_is_being_written(
        self, phone: Phone, visit: Visit
    ) -> None:
        _address, upload = begun(phone, visit)
        other = connections.create_connection("default")
        try:
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute("select 1 from door_upload where id = %s for update", [upload.pk])
            sweep_unfinished(at=BEGUN + timedelta(days=8))
            assert uploading.path_of(upload).exists()
            assert Upload.objects.get().offset == 20
            other.rollback()
        finally:
            other.close()
        assert sweep_unfinished(at=BEGUN + timedelta(days=8)) == 1
