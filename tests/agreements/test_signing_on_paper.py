"""The printed agreement with both signatures on it: scanned, entered, in force, and its original kept somewhere."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agreements.actions import signing
from agreements.models import Agreement
from documents.looking import look
from documents.storing import Unreadable
from tests import make
from tests.agreements import cast
from tests.agreements.test_sealed_paper import bytes_of, embedded, text_of
from timeline.models import Event
from workflow.steps import Outsider, PolicyRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db


def put(agreement: Agreement, **given: Any) -> None:
    signing.sign_on_paper(
        **{
            "agreement": agreement, "name": "王海燕", "signed_for": "李伟", "content": make.PDF,
            "filename": "scan.pdf", "place": "杭州办公室 3 号柜", "id_checked": True,
            "by": make.clerk(), "at": cast.SIGNED, **given,
        }
    )  # fmt: skip


class TestSignOnPaper:
    def test_puts_it_into_force_and_keeps_scan_and_place(self) -> None:
        agreement = cast.offered()
        put(agreement)
        agreement = cast.again(agreement)
        assert (agreement.state, cast.again(agreement.case).state) == ("signed", "follow_up")
        rows = list(agreement.signatures.order_by("pk"))
        assert [(r.side, r.name, r.way, r.id_checked) for r in rows] == [
            ("debtor", "王海燕", "paper", True), ("creditor", "李伟", "paper", False),
        ]  # fmt: skip
        assert {(r.place, r.document.filename) for r in rows} == {("杭州办公室 3 号柜", "scan.pdf")}
        told = Event.objects.get(case=agreement.case, kind="agreement.signed_on_paper").data
        assert (told["place"], told["sha256"]) == ("杭州办公室 3 号柜", rows[0].document.sha256)
        assert cast.chain_holds(agreement.case)

    def test_says_in_the_sealed_paper_that_the_original_is_on_paper(self) -> None:
        agreement = cast.offered(language="both")
        put(agreement)
        agreement = cast.again(agreement)
        content = bytes_of(agreement.document)
        text = re.sub(r"\s+", "", text_of(content))
        assert "signedonpaper;thescanwasentered" in text
        assert "原件存放于：杭州办公室3号柜" in text
        assert "SHA-256ofthescan" in text
        assert look(content).said == "intact"
        assert {row["way"] for row in embedded(content)["signatures"]} == {"paper"}

    def test_is_refused_while_a_term_is_open(self) -> None:
        agreement = cast.offered(confirmed=False)
        with pytest.raises(PolicyRefused) as refused:
            put(agreement)
        assert {f.rule for f in refused.value.findings} == {"ST-30"}
        assert not agreement.signatures.exists()

    def test_is_refused_before_the_terms_were_offered(self) -> None:
        agreement = cast.draft()
        with pytest.raises((StateRefused, PolicyRefused)):
            put(agreement)
        assert not agreement.signatures.exists()

    def test_is_refused_once_it_is_signed(self) -> None:
        with pytest.raises((StateRefused, PolicyRefused)):
            put(cast.signed())

    def test_is_refused_to_an_outsider(self) -> None:
        with pytest.raises(Outsider):
            put(cast.offered(), by=make.outsider())

    def test_does_not_mix_with_a_signature_on_the_screen(self) -> None:
        agreement = cast.offered()
        signing.sign(
            agreement=agreement, side="debtor", name="王海燕", content=cast.drawn(),
            id_checked=True, by=make.clerk(), at=cast.SIGNED,
        )  # fmt: skip
        with pytest.raises(WrongInput):
            put(agreement)

    @pytest.mark.parametrize(
        ("given", "field"),
        [({"name": " "}, "name"), ({"signed_for": " "}, "signed_for"), ({"place": " "}, "place")],
    )
    def test_says_what_is_missing(self, given: dict[str, str], field: str) -> None:
        with pytest.raises(WrongInput) as wrong:
            put(cast.offered(), **given)
        assert wrong.value.field == field

    def test_takes_no_file_that_is_another_than_it_says(self) -> None:
        with pytest.raises(Unreadable):
            put(cast.offered(), content=b"MZ no pdf")


class TestPage:
    def test_is_led_to_from_the_terms_and_signs(self, clock: Any) -> None:
        clock.set("2026-03-05T15:20", zone="Asia/Shanghai")
        agreement, client = cast.offered(), Client()
        client.force_login(make.clerk())
        address = reverse("agreements:sign_on_paper", args=[agreement.number])
        page = client.get(reverse("agreements:terms", args=[agreement.number]))
        assert address in page.content.decode()
        answer = client.post(
            address,
            {
                "name": "王海燕", "signed_for": "李伟", "id_checked": "on", "place": "3 号柜",
                "file": SimpleUploadedFile("scan.pdf", make.PDF, "application/pdf"),
            },
        )  # fmt: skip
        assert answer.status_code == 302
        assert cast.again(agreement).state == "signed"
