"""The disk of the documents is full: a message, no row, no half a file, and on it goes once there is room."""

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from cases.actions.preparing import add_paper
from documents.models import Document
from documents.storing import Unreadable
from tests import make

pytestmark = pytest.mark.django_db

ROOM = 64 * 1024
LARGE = make.PDF + b"%" * (2 * ROOM)


@contextmanager
def little_room(folder: Path) -> Iterator[None]:
    """A disk of 64 kB in that place; whoever may not mount one gets files of at most that size."""
    if os.geteuid() == 0:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)], check=False
        )
        if not mounted.returncode:
            try:
                yield
            finally:
                subprocess.run(["umount", "-l", str(folder)], check=True)
            return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


class TestFullDisk:
    def test_refuses_a_paper_with_a_message_and_leaves_neither_row_nor_file(
        self, media: Path
    ) -> None:
        case = make.case()
        before = case.events.count(), Document.objects.count()
        with little_room(media), override("en"):
            with pytest.raises(Unreadable, match="no room"):
                add_paper(
                    case=case, kind="contract", filename="contract.pdf", content=LARGE,
                    original_held=True, kept_at="", by=make.clerk(),
                    at=make.moment("2026-03-02 10:00"),
                )  # fmt: skip
            assert files(media) == []
        assert (case.events.count(), Document.objects.count()) == before

    def test_takes_papers_again_once_there_is_room(self, media: Path) -> None:
        case = make.case()
        given: dict[str, Any] = {
            "case": case, "kind": "contract", "filename": "contract.pdf", "original_held": True,
            "kept_at": "", "by": make.clerk(), "at": make.moment("2026-03-02 10:00"),
        }  # fmt: skip
        with little_room(media), pytest.raises(Unreadable):
            add_paper(content=LARGE, **given)
        add_paper(content=LARGE, **given)
        document = Document.objects.get(case=case, kind="contract")
        assert [path.stat().st_size for path in files(media)] == [document.size]
