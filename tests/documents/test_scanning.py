"""What comes in is looked through by clamd where one is set: refused and recorded, or not taken in at all."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from documents import scanning
from documents.models import Document
from documents.storing import store
from tests import make
from tests.documents.fake_clamd import EVIL, FakeClamd
from timeline.models import Event

pytestmark = pytest.mark.django_db
AT = make.moment("2026-03-02 10:00")
SICK = make.PDF + EVIL


@pytest.fixture
def clamd(tmp_path: Path, settings: Any) -> Iterator[FakeClamd]:
    scanning._clean.clear()
    with FakeClamd(tmp_path / "clamd") as fake:
        settings.CLAMD = fake.url
        yield fake
    scanning._clean.clear()


def send(content: bytes) -> Any:
    """A clerk takes a paper in."""
    case = make.case()
    client = Client()
    client.force_login(make.clerk())
    return client.post(
        reverse("cases:add_paper", args=[case.reference]),
        {"kind": "contract", "file": SimpleUploadedFile("contract.pdf", content), "guard_key": "k"},
    )


class TestScanning:
    def test_takes_in_what_is_clean_and_asks_once(self, clamd: FakeClamd) -> None:
        assert send(make.PDF).status_code == 302
        assert Document.objects.get(kind="contract").sha256
        assert clamd.asked == 1

    def test_refuses_what_is_infected_and_records_it_without_the_name(self, clamd: FakeClamd) -> None:  # fmt: skip
        answer = send(SICK)
        assert answer.status_code == 422
        assert "病毒扫描在此文件中发现“Test.Evil-7”" in answer.content.decode()
        assert not Document.objects.filter(kind="contract").exists()
        event = Event.objects.get(kind="file.refused")
        assert event.actor == make.clerk()
        assert event.data["found"] == "Test.Evil-7"
        assert event.data["size"] == len(SICK)
        assert "contract.pdf" not in str(event.data)

    def test_takes_nothing_in_while_the_scanner_is_away_and_says_so(self, settings: Any, tmp_path: Path) -> None:  # fmt: skip
        settings.CLAMD = f"unix:{tmp_path}/nobody"
        answer = send(make.PDF + b"other")
        assert answer.status_code == 422
        assert "扫描程序暂时无法连接" in answer.content.decode()
        assert not Document.objects.filter(kind="contract").exists()

    @pytest.mark.parametrize("said", ["INSTREAM size limit exceeded. ERROR", "", "stream: OK then"])
    def test_takes_nothing_in_on_an_answer_that_is_no_yes(self, clamd: FakeClamd, said: str) -> None:  # fmt: skip
        clamd.says = said or "\0"
        assert send(make.PDF + said.encode()).status_code == 422

    def test_stands_before_every_file_from_outside_and_no_other(self, clamd: FakeClamd) -> None:
        given: dict[str, Any] = {"case": make.case(), "kind": "other", "title": "x", "by": make.clerk(), "at": AT}  # fmt: skip
        with pytest.raises(scanning.Infected):
            store(filename="x.pdf", content=SICK, **given)
        store(filename="x.pdf", content=make.PDF, made_here=True, **given)
        assert clamd.asked == 1

    def test_compares_a_paper_that_somebody_holds_without_keeping_or_scanning_it(self, clamd: FakeClamd) -> None:  # fmt: skip
        address = reverse("portal:check", args=["D-2026-1"])
        Client().post(address, {"file": SimpleUploadedFile("x.pdf", SICK)})
        assert clamd.asked == 0

    def test_reads_the_scanners_word_as_a_word_alone(self, clamd: FakeClamd) -> None:
        clamd.says = "stream: <script>alert(1)</script>\r\n FOUND"
        with pytest.raises(scanning.Infected) as caught:
            scanning.scan(b"x" * 100_000)
        assert caught.value.name == "scriptalert1/script"
