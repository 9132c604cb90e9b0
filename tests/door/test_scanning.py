"""What phones send is looked through as well: refused on the record, or kept on the phone until somebody can look."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common.clock import now
from documents import scanning
from door.models import Upload
from door.uploading import finish_upload
from tests import make
from tests.documents.fake_clamd import EVIL, FakeClamd
from tests.door.cast import Phone
from tests.door.test_uploading import begin, described, patch
from timeline.models import Event
from visits.models import Evidence, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def clamd(tmp_path: Path, settings: Any) -> Iterator[FakeClamd]:
    scanning._clean.clear()
    with FakeClamd(tmp_path / "clamd") as fake:
        settings.CLAMD = fake.url
        yield fake
    scanning._clean.clear()


def whole(phone: Phone, visit: Visit, content: bytes) -> tuple[str, Any]:
    address = begin(phone, described(phone, visit, content), len(content))["Location"]
    return address, patch(phone, address, content, 0)


class TestUpload:
    def test_that_is_clean_is_kept(self, phone: Phone, visit: Visit, clamd: FakeClamd) -> None:
        _address, answer = whole(phone, visit, make.PNG)
        assert answer["Upload-State"] == "kept"
        assert clamd.asked == 1

    def test_that_is_infected_is_refused_in_words_and_recorded(
        self, phone: Phone, visit: Visit, clamd: FakeClamd
    ) -> None:
        _address, answer = whole(phone, visit, make.PNG + EVIL)
        assert answer["Upload-State"] == "refused"
        assert "Test.Evil-7" in answer["Upload-Why"]
        assert Event.objects.get(kind="file.refused").data["found"] == "Test.Evil-7"
        assert not Evidence.objects.exists()

    def test_stays_on_the_phone_while_the_scanner_is_away(
        self, phone: Phone, visit: Visit, clamd: FakeClamd, settings: Any, tmp_path: Path
    ) -> None:
        settings.CLAMD = f"unix:{tmp_path}/nobody"
        _address, answer = whole(phone, visit, make.PNG)
        assert answer.status_code == 507
        assert "scanner" in answer.json()["error"]
        settings.CLAMD = clamd.url
        assert finish_upload(Upload.objects.get(), now()).state == "kept"
