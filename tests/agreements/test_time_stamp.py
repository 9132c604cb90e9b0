"""The stamp of a time-stamp authority on a signed agreement: named where it holds, and never missed in silence."""

import io
import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from agreements.models import Agreement
from desk.told import sentence
from documents.looking import look
from documents.models import Document
from tests import make, tsa
from tests.agreements import cast
from tests.portal.test_checking import ENGLISH, ask, bytes_of
from timeline.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority(tmp_path: Path, settings: Any) -> Iterator[str]:
    with tsa.authority(tmp_path) as address:
        settings.TSA_URL = address
        yield address


@pytest.fixture
def nobody(settings: Any, caplog: Any) -> None:
    """An address at which nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.TSA_URL = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    caplog.set_level(logging.CRITICAL, logger="documents.sealing")


def made(agreement: Agreement) -> Event:
    return Event.objects.get(
        case=agreement.case, kind="document.made", data__document=agreement.document.number
    )


class TestStamp:
    def test_is_in_the_signed_agreement_and_holds_by_pyhankos_validation(
        self, authority: str, tmp_path: Path
    ) -> None:
        content = bytes_of(cast.signed().document)
        trusted = load_cert_from_pemder(str(tmp_path / "tsa.pem"))
        [signature] = PdfFileReader(io.BytesIO(content)).embedded_signatures
        status = validate_pdf_signature(
            signature,
            signer_validation_context=ValidationContext(trust_roots=[signature.signer_cert]),
            ts_validation_context=ValidationContext(trust_roots=[trusted]),
        )
        assert status.intact
        assert status.valid
        stamp = status.timestamp_validity
        assert (stamp.intact, stamp.valid, stamp.trusted) == (True, True, True)
        assert stamp.signing_cert.subject.native["common_name"] == tsa.NAME
        assert abs(datetime.now(UTC) - stamp.timestamp) < timedelta(minutes=10)

    def test_is_on_the_timeline_and_is_told_to_whoever_checks_the_file(
        self, authority: str, clock: Any
    ) -> None:
        agreement = cast.signed()
        assert agreement.document.stamped is True
        assert made(agreement).data["time_stamp"] == "given"
        looked = look(bytes_of(agreement.document))
        assert looked.said == "intact"
        assert tsa.NAME in looked.stamped_by
        page = ask(bytes_of(agreement.document), headers=ENGLISH).content.decode()
        assert tsa.NAME in page

    def test_is_asked_for_by_no_paper_that_bears_no_seal(self, authority: str) -> None:
        agreement = cast.signed()
        others = Document.objects.exclude(kind__in=["agreement", "notice"])
        assert set(others.values_list("stamped", flat=True)) <= {None}
        assert agreement.document.stamped

    def test_is_not_spoken_of_where_no_authority_is_set(self) -> None:
        agreement = cast.signed()
        assert agreement.document.stamped is None
        assert "time_stamp" not in made(agreement).data
        assert look(bytes_of(agreement.document)).stamped_at is None


class TestUnreachable:
    def test_lets_the_debtor_sign_and_says_on_the_timeline_that_no_stamp_was_given(
        self, nobody: None
    ) -> None:
        agreement = cast.signed()
        assert agreement.state == "signed"
        assert agreement.document.stamped is False
        assert look(bytes_of(agreement.document)).said == "intact"
        with override("en"):
            assert "The time-stamp authority gave no stamp" in sentence(made(agreement))
        with override("zh-hans"):
            assert "时间戳服务机构未予加盖" in sentence(made(agreement))

    def test_is_listed_on_the_page_of_seals(self, nobody: None, settings: Any) -> None:
        agreement = cast.signed()
        client = Client(headers=ENGLISH)
        client.force_login(make.administrator())
        page = client.get(reverse("cases:seals")).content.decode()
        assert settings.TSA_URL in page
        assert agreement.document.number in page

    def test_is_no_matter_where_none_is_set_and_the_page_says_how_to_set_one(self) -> None:
        client = Client(headers=ENGLISH)
        client.force_login(make.administrator())
        page = client.get(reverse("cases:seals")).content.decode()
        assert "DOORSTEP_TSA_URL" in page
