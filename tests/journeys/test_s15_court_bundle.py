"""S15: the case as one ZIP, checked by a stranger with Python and OpenSSL, no network and no account."""

import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from agreements import papers
from agreements.actions import closing
from cases.models import Case, ClaimPaper
from common import clock as house_clock
from court import running
from court.models import Bundle
from documents.models import Document
from tests import make, walk
from tests.agreements import cast
from timeline import anchoring
from visits.actions import recording

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.journey,
    pytest.mark.usefixtures("no_anchors"),
]

AT = make.moment("2026-04-16 10:00")


def photo(number: int) -> bytes:
    """A photo as a phone takes one."""
    kept = io.BytesIO()
    Image.new("RGB", (640, 480), (40 * number, 90, 120)).save(kept, "JPEG")
    return kept.getvalue()


@pytest.fixture
def case() -> Case:
    """HZ-2026-0147 from its first event to the closure report, with three photos of the door."""
    visit = walk.talked()
    for number in (1, 2, 3):
        recording.add_evidence(
            visit=visit, filename=f"门外{number}.jpg", content=photo(number), inside=False,
            caption=f"门外照片 {number}", by=make.crew()[0], at=make.moment("2026-03-05 14:51"),
        )  # fmt: skip
    recording.finish_visit(
        visit=visit, outcome="agreement", why="", by=make.crew()[0],
        at=make.moment("2026-03-05 14:52"),
    )  # fmt: skip
    paid = cast.paid_up(cast.signed(cast.again(visit.case), channel="").case)
    closing.issue_certificate(case=paid, by=make.clerk(), at=AT)
    held = ClaimPaper.objects.get(case=paid, original_held=True)
    closing.return_paper(paper=held, returned_to="王海燕", by=make.clerk(), at=AT)
    closing.write_report(case=cast.again(paid), by=make.clerk(), at=AT)
    return cast.again(paid)


@pytest.fixture
def asked(case: Case, clock: object, tmp_path: Path) -> Callable[..., Path]:
    """Counsel asks for a bundle on its page, a worker makes it, and counsel takes it away unpacked."""

    def ask(**given: object) -> Path:
        client = Client()
        client.force_login(make.compliance_officer())
        page = reverse("court:ask", args=[case.reference])
        filled = {"scope": "whole", "reason": "杭州市西湖区人民法院", **given}
        hidden = client.get(page).context
        guard = {"guard_key": hidden["guard_key"], "guard_version": hidden["guard_version"]}
        answer = client.post(page, {**filled, **guard})
        assert answer.status_code == 302, answer.context["form"].errors
        bundle = Bundle.objects.latest("pk")
        if bundle.export.approval:  # the whole is data in full: her team's supervisor has to agree
            second = Client()
            second.force_login(make.supervisor())
            asked_of = reverse("exports:decide", args=[bundle.export.number])
            guard = {"guard_key": second.get(asked_of).context["guard_key"]}
            said = second.post(asked_of, {"granted": "yes", "answer": "庭审需要", **guard})
            assert said.status_code == 302
        running.build_waiting(bundle.pk, at=house_clock.now())
        taken = client.post(
            reverse("court:download", args=[bundle.number]), {"guard_key": f"k{bundle.pk}"}
        )
        with zipfile.ZipFile(io.BytesIO(b"".join(taken.streaming_content))) as zip_:
            zip_.extractall(tmp_path / bundle.number)
        return tmp_path / bundle.number

    clock.set(AT)  # type: ignore[attr-defined]
    return ask


def verifier(folder: Path) -> tuple[int, str]:
    """What the bundle's own program says on a laptop that has Python and OpenSSL and nothing of ours."""
    openssl = shutil.which("openssl")
    assert openssl
    said = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py"], cwd=folder, capture_output=True, text=True,
        check=False, env={"PATH": str(Path(openssl).parent)},
    )  # fmt: skip
    return said.returncode, said.stdout


def lines_of(folder: Path) -> list[str]:
    return (folder / "timeline.jsonl").read_text().splitlines()


class TestBundle:
    def test_holds_the_whole_case_and_says_ok(self, case: Case, asked: Callable[..., Path]) -> None:
        anchoring.anchor_heads(AT)
        folder = asked()
        code, said = verifier(folder)
        assert code == 0, said
        assert "一致：自签名之后没有任何改动" in said
        assert "OK: nothing was changed" in said
        manifest = json.loads((folder / "manifest.json").read_text())
        inside = {row["number"] for row in manifest["documents"] if "path" in row}
        assert inside == set(case.documents.values_list("number", flat=True))
        assert manifest["timeline"]["events"] >= 41
        assert manifest["rules"]
        assert manifest["anchors"]
        assert {row["kind"] for row in manifest["keys"]} >= {"house", "paper"}
        assert any(row.get("seal") for row in manifest["documents"] if row["kind"] == "agreement")
        for name in ("README.txt", "timeline-zh.pdf", "timeline-en.pdf", "keys/house.pem"):
            assert (folder / name).stat().st_size > 400, name

    def test_names_the_photo_in_which_one_byte_was_changed(
        self, asked: Callable[..., Path]
    ) -> None:
        folder = asked()
        [*_others, third] = sorted((folder / "documents").glob("*-evidence-*.jpg"))
        content = bytearray(third.read_bytes())
        content[len(content) // 2] ^= 1
        third.write_bytes(content)
        code, said = verifier(folder)
        assert code == 1
        assert f"documents/{third.name} was changed" in said
        assert f"documents/{third.name} 被改动过" in said

    def test_says_at_which_event_the_chain_breaks(self, asked: Callable[..., Path]) -> None:
        folder = asked()
        lines = lines_of(folder)
        event = json.loads(lines[16])
        event["occurred_at"] = "2026-03-05T06:00:00+00:00"
        lines[16] = json.dumps(event, ensure_ascii=False, sort_keys=True)
        (folder / "timeline.jsonl").write_text("\n".join(lines) + "\n")
        code, said = verifier(folder)
        assert code == 1
        assert "chain breaks at 17" in said
        assert "链条在第 17 个事件处断开" in said

    def test_misses_the_tail_that_was_cut_off(self, asked: Callable[..., Path]) -> None:
        folder = asked()
        lines = lines_of(folder)
        (folder / "timeline.jsonl").write_text("\n".join(lines[:-2]) + "\n")
        code, said = verifier(folder)
        assert code == 1
        assert f"head mismatch: the manifest says {len(lines)} events" in said

    def test_verifies_when_it_is_redacted(self, asked: Callable[..., Path]) -> None:
        folder = asked(
            scope="redacted", hidden=["id_numbers", "phones", "addresses"], hidden_why="公开开庭"
        )
        code, said = verifier(folder)
        assert code == 0, said
        assert not (folder / "documents").exists()


def test_the_closure_report_made_again_has_the_same_digest(case: Case) -> None:
    kept = case.documents.get(kind=Document.Kind.CLOSURE_REPORT)
    with kept.file.open("rb") as file:
        before = file.read()
    told = case.events.get(kind="case.reported")
    case.event_count, case.head = told.data["events"], told.data["head"]
    assert papers.closure_report_pdf(case, by=make.clerk(), at=AT) == before
