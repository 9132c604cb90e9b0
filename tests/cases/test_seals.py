"""What papers are sealed with: made, taken in, retired, and whether a seal holds."""

import io
import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from django.db import connection
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from cases.actions.seals import make_seal, retire_seal, take_seal
from documents import sealing
from documents.blocks import Paper, Para
from documents.looking import look
from documents.models import Seal
from documents.render import render_paper
from people.models import Organisation, User
from tests import make
from timeline.models import Event
from workflow.steps import RightRefused, WrongInput

AT = make.moment("2026-03-02 10:00")


@pytest.fixture
def bank(db: Any) -> Organisation:
    return make.creditor()


@pytest.fixture
def chief(db: Any) -> User:
    return make.administrator()


@pytest.fixture
def seal(bank: Organisation, chief: User) -> Seal:
    return make_seal(organisation=bank, by=chief, at=AT)


def sheet() -> bytes:
    paper = Paper(title="Paper", number="P-1", house="House", house_lines=[], made_at=AT,
                  dated="2 March 2026", blocks=[Para("Nothing but a line.")])  # fmt: skip
    return render_paper(paper, "en")


def packed(seal: Seal, password: bytes) -> bytes:
    certificate = x509.load_pem_x509_certificate(seal.certificate.encode())
    key: Any = serialization.load_pem_private_key((seal.key or "").encode(), None)
    return pkcs12.serialize_key_and_certificates(
        b"seal", key, certificate, None, serialization.BestAvailableEncryption(password)
    )


class TestMakeSeal:
    def test_makes_one_of_3072_bits_and_records_it_for_the_house(
        self, seal: Seal, bank: Organisation
    ) -> None:
        assert (seal.organisation, seal.algorithm, seal.self_made) == (bank, "rsa", True)
        assert seal.valid_until - seal.valid_from == sealing.GOOD_FOR
        told = Event.objects.get(kind="seal.made").data
        assert told["fingerprint"] == seal.fingerprint

    def test_keeps_the_key_sealed(self, seal: Seal) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT key FROM documents_seal WHERE id = %s", [seal.pk])
            assert "PRIVATE KEY" not in cursor.fetchone()[0]

    def test_is_refused_to_a_clerk(self, bank: Organisation) -> None:
        with pytest.raises(RightRefused):
            make_seal(organisation=bank, by=make.clerk(), at=AT)


class TestTakeSeal:
    def test_says_that_the_password_is_another(
        self, seal: Seal, chief: User, bank: Organisation
    ) -> None:
        content = packed(seal, b"right")
        with pytest.raises(WrongInput, match="无法打开"):
            take_seal(organisation=bank, content=content, password="wrong", by=chief, at=AT)

    def test_takes_a_certificate_from_its_file_once(
        self, seal: Seal, chief: User, bank: Organisation
    ) -> None:
        content, mark = packed(seal, b"right"), seal.fingerprint
        with pytest.raises(WrongInput, match="已经登记过"):
            take_seal(organisation=bank, content=content, password="right", by=chief, at=AT)
        Seal.objects.all().delete()
        taken = take_seal(organisation=bank, content=content, password="right", by=chief, at=AT)
        assert (taken.fingerprint, taken.self_made) == (mark, False)

    def test_refuses_one_that_has_ended(self, seal: Seal, chief: User, bank: Organisation) -> None:
        content, late = packed(seal, b"x"), seal.valid_until
        Seal.objects.all().delete()
        with pytest.raises(WrongInput, match="已过期"):
            take_seal(organisation=bank, content=content, password="x", by=chief, at=late)


class TestSealOf:
    def test_is_none_in_production_where_nobody_entered_one(
        self, bank: Organisation, settings: Any
    ) -> None:
        settings.SELF_MADE_SEALS = False
        assert sealing.seal_of(bank, AT) is None

    def test_passes_over_what_was_retired_or_has_ended(
        self, seal: Seal, chief: User, bank: Organisation, settings: Any
    ) -> None:
        settings.SELF_MADE_SEALS = False
        assert sealing.seal_of(bank, AT) == seal
        assert sealing.seal_of(bank, seal.valid_until) is None
        assert sealing.seal_of(bank, seal.valid_until - timedelta(seconds=1)) == seal
        retire_seal(seal=seal, by=chief, at=AT)
        assert sealing.seal_of(bank, AT) is None
        with pytest.raises(WrongInput):
            retire_seal(seal=seal, by=chief, at=AT)


class TestSealPdf:
    def test_holds_for_the_whole_file_and_breaks_with_one_byte(self, seal: Seal) -> None:
        sealed = sealing.seal_pdf(sheet(), seal, "Repayment agreement", AT)
        assert not sealed.stamped
        assert look(sealed.content).said == "intact"
        assert look(sealed.content).fingerprint == seal.fingerprint
        changed = bytearray(sealed.content)
        spot = changed.index(b"stream") + 20
        changed[spot] ^= 1
        assert look(bytes(changed)).said in {"broken", "unreadable"}
        assert look(sealed.content + b"\n%more\n").said == "broken"

    def test_gives_the_same_bytes_twice_and_keeps_the_paper_as_it_was(self, seal: Seal) -> None:
        first, again = (sealing.seal_pdf(sheet(), seal, "Paper", AT).content for _ in "12")
        assert first == again
        assert first.startswith(sheet())
        told = PdfReader(io.BytesIO(first)).trailer["/Root"]["/Metadata"].get_data().decode()
        assert re.search(r"pdfaid:part\D+3\D.*pdfaid:conformance\W+B", told, re.DOTALL)


class TestLook:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"no pdf at all /ByteRange", "none"),
            (make.PDF, "none"),
            (b"%PDF-1.7\n/ByteRange [0 1 2 3]\nxref\n" + b"\xff" * 500, "unreadable"),
        ],
    )
    def test_says_so_politely_of_what_is_none(self, content: bytes, said: str) -> None:
        assert look(content).said == said


class TestSignBytes:
    def test_is_what_openssl_verifies(self, seal: Seal, tmp_path: Path) -> None:
        for name, content in (
            ("said", b"a line"), ("mark", sealing.sign_bytes(b"a line", seal)),
            ("pub.pem", sealing.public_key(seal)),
        ):  # fmt: skip
            (tmp_path / name).write_bytes(content)
        command = ["openssl", "dgst", "-sha256", "-verify", "pub.pem", "-signature", "mark", "said"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        assert done.stdout.strip() == b"Verified OK"


class TestSealPages:
    def test_shows_each_with_its_fingerprint_and_retires_it(
        self, seal: Seal, chief: User, client: Client
    ) -> None:
        client.force_login(chief)
        page = client.get(reverse("cases:seals"))
        assert seal.fingerprint[:32] in page.content.decode()
        client.post(reverse("cases:retire_seal", args=[seal.pk]))
        seal.refresh_from_db()
        assert seal.retired_by == chief

    def test_makes_one_where_no_file_is_sent(
        self, bank: Organisation, chief: User, client: Client
    ) -> None:
        client.force_login(chief)
        answer = client.post(reverse("cases:seals"), {"organisation": bank.pk})
        assert answer.status_code == 302
        assert Seal.objects.get().organisation == bank

    @pytest.mark.django_db
    def test_is_for_nobody_else(self, client: Client) -> None:
        client.force_login(make.clerk())
        assert client.get(reverse("cases:seals")).status_code == 403
