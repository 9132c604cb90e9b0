"""The signed agreement as a file: sealed, the same twice, read by machines, and its figures in both languages."""

import io
import json
import re
import subprocess
from typing import Any

import pytest
from pypdf import PdfReader

from agreements import papers
from agreements.models import Agreement
from common.money import show
from documents.letterhead import behind
from documents.looking import look
from documents.models import Document, Seal
from tests import make
from tests.agreements import cast

pytestmark = pytest.mark.django_db


def bytes_of(document: Document | None) -> bytes:
    assert document is not None
    with document.file.open("rb") as file:
        return file.read()


def text_of(content: bytes) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    )
    return done.stdout.decode()


def embedded(content: bytes) -> dict[str, Any]:
    found = PdfReader(io.BytesIO(content)).attachments
    (name,) = found
    assert name == "HZ-2026-0147-A1.json"
    told: dict[str, Any] = json.loads(found[name][0])
    return told


@pytest.fixture
def signed() -> Agreement:
    return cast.signed(language="both")


class TestSignedPaper:
    def test_bears_the_seal_of_who_runs_the_case(self, signed: Agreement) -> None:
        seal = Seal.objects.get()
        assert seal.organisation == behind(signed.case)
        looked = look(bytes_of(signed.document))
        assert (looked.said, looked.fingerprint) == ("intact", seal.fingerprint)

    def test_is_made_again_to_the_byte_even_when_the_seal_was_retired(
        self, signed: Agreement
    ) -> None:
        kept = bytes_of(signed.document)
        later = make.moment("2026-09-01 10:00")
        Seal.objects.update(retired_at=later, retired_by=make.administrator())
        assert papers.agreement_pdf(cast.again(signed)) == kept

    def test_is_an_archive_file_with_its_data_embedded(self, signed: Agreement) -> None:
        content = bytes_of(signed.document)
        root: Any = PdfReader(io.BytesIO(content)).trailer["/Root"]
        marks = root["/Metadata"].get_data().decode()
        assert re.search(r"pdfaid:part\D+3\D.*pdfaid:conformance\W+B", marks, re.DOTALL)
        assert [str(one.get_object()["/S"]) for one in root["/OutputIntents"]] == ["/GTS_PDFA1"]
        assert {one.get_object()["/AFRelationship"] for one in root["/AF"]} == {"/Data"}
        assert "/Encrypt" not in PdfReader(io.BytesIO(content)).trailer

    def test_embeds_every_font(self, signed: Agreement) -> None:
        done = subprocess.run(
            ["pdffonts", "-"], input=bytes_of(signed.document), capture_output=True, check=True
        )
        rows = done.stdout.decode().splitlines()[2:]
        assert rows
        assert all(row.split()[-5:-3] == ["yes", "yes"] for row in rows)

    def test_says_to_machines_what_it_says_to_people(self, signed: Agreement) -> None:
        told = embedded(bytes_of(signed.document))
        assert (told["number"], told["total"]) == ("HZ-2026-0147-A1", "39000.00")
        assert [row["amount"] for row in told["instalments"]] == ["6500.00"] * 6
        assert told["instalments"][0]["due_on"] == "2026-04-15"
        assert told["waived"] == {"principal": "0.00", "interest": "758.00", "fees": "242.00"}
        assert told["signed_at"] == "2026-03-05T07:20:00Z"
        assert len(told["confirmed"]) == len(told["clauses"]) == len(signed.clauses)
        assert told["signatures"][0]["sha256"] == signed.signatures.first().document.sha256  # type: ignore[union-attr]

    def test_prints_every_sum_and_its_number_on_each_page(self, signed: Agreement) -> None:
        content = bytes_of(signed.document)
        text = text_of(content)
        rows = list(signed.instalments.all())
        for amount in [signed.total, signed.waived, *(row.amount for row in rows)]:
            assert show(amount) in text
        for row in rows:
            due = row.due_on
            assert f"{due.year}年{due.month}月{due.day}日" in text
            assert f"{due.day} {due:%B %Y}" in text
        assert "人民币叁万玖仟元整" in text.replace(" ", "")
        for page in text.rstrip("\f").split("\f"):
            assert page.count(signed.number) >= 2  # beside the code above, and below


class TestCertificateOfSigning:
    def test_lists_what_was_checked(self, signed: Agreement) -> None:
        text = re.sub(r"\s+", "", text_of(bytes_of(signed.document)))
        assert "identitypaperchecked" in text
        assert "已核对身份证件" in text
        assert Seal.objects.get().fingerprint in text
        assert "vouchesfornobody" in text

    def test_is_silent_on_what_was_not(self, signed: Agreement) -> None:
        signed.signatures.update(id_checked=False)
        text = re.sub(r"\s+", "", text_of(papers.agreement_pdf(cast.again(signed))))
        assert "identitypaperchecked" not in text

    def test_says_plainly_that_there_is_no_seal(self, settings: Any) -> None:
        settings.SELF_MADE_SEALS = False
        content = bytes_of(cast.signed(language="en").document)
        assert look(content).said == "none"
        assert "had no certificate when it was signed" in " ".join(text_of(content).split())

    def test_is_not_in_a_draft(self) -> None:
        content = papers.agreement_pdf(cast.offered(language="en"))
        assert "Certificate of signing" not in text_of(content)
        assert look(content).said == "none"
        assert embedded(content)["signed_at"] is None
