"""Whoever holds a paper finds out whether it is genuine, and nobody learns anything else."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agreements.actions import paying
from agreements.models import Agreement
from documents.models import Document, Seal
from documents.render import check_path
from documents.storing import MOST_BYTES
from tests import make
from tests.agreements import cast

ENGLISH, CHINESE = {"Accept-Language": "en"}, {"Accept-Language": "zh-hans"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(clock: Any) -> Agreement:
    clock.set("2026-03-05T16:00", zone="Asia/Shanghai")
    return cast.signed()


def bytes_of(document: Document | None) -> bytes:
    assert document is not None
    with document.file.open("rb") as file:
        return file.read()


def ask(content: bytes, number: str = "HZ-2026-0147-A1", **more: Any) -> Any:
    sent = SimpleUploadedFile("agreement.pdf", content, "application/pdf")
    return Client().post(reverse("portal:check", args=[number]), {"file": sent}, **more)


def standing(content: bytes) -> str:
    answer = ask(content)
    assert answer.status_code == 200
    return answer.context["found"].standing


class TestAgreement:
    def test_is_genuine_as_it_was_issued_and_false_with_one_byte_changed(self, signed: Any) -> None:
        paper = bytes_of(signed.document)
        assert standing(paper) == "holds"
        assert "文件真实，未被改动。" in ask(paper, headers=CHINESE).content.decode()
        assert "Genuine and unchanged." in ask(paper, headers=ENGLISH).content.decode()
        assert standing(paper[:-2] + bytes([paper[-2] ^ 1]) + paper[-1:]) == "unknown"
        assert standing(paper + b"\n") == "unknown"

    @pytest.mark.parametrize(
        ("number", "other"), [("HZ-2026-0147-A1", False), ("HZ-2026-0147-P1", True)]
    )
    def test_proves_nothing_of_a_paper_with_another_number(
        self, signed: Any, number: str, other: bool
    ) -> None:
        page = ask(bytes_of(signed.document), number, headers=ENGLISH).content.decode()
        assert ("Genuine and unchanged." in page) is not other
        assert ("its own number is another" in page) is other

    @pytest.mark.parametrize("state", ["superseded", "void"])
    def test_is_told_when_it_is_replaced_or_void(self, signed: Any, state: str) -> None:
        Agreement.objects.filter(pk=signed.pk).update(state=state)
        assert standing(bytes_of(signed.document)) == state

    def test_leads_here_by_its_qr_code(self, signed: Any, settings: Any) -> None:
        assert reverse("portal:check", args=[signed.number]) == check_path(signed.number)
        assert settings.PUBLIC_URL.startswith("http")


class TestSeal:
    def test_is_read_from_the_file_and_named_after_who_sealed(self, signed: Any) -> None:
        found = ask(bytes_of(signed.document)).context["found"]
        assert (found.standing, found.seal) == ("holds", "intact")
        assert found.sealed_by == Seal.objects.get()
        page = ask(bytes_of(signed.document), headers=ENGLISH).content.decode()
        assert "the seal holds for the whole file" in page
        assert "vouches for nobody" in page

    def test_no_longer_holds_where_something_was_added(self, signed: Any) -> None:
        found = ask(bytes_of(signed.document) + b"\n%more\n").context["found"]
        assert (found.standing, found.seal, found.sealed_by) == ("unknown", "broken", None)

    def test_is_told_apart_where_it_is_none_of_ours(self, signed: Any) -> None:
        Seal.objects.update(fingerprint="0" * 64)
        found = ask(bytes_of(signed.document)).context["found"]
        assert (found.seal, found.sealed_by) == ("foreign", None)

    @pytest.mark.parametrize(
        "content", [b"no pdf /ByteRange", b"%PDF-1.7\n/ByteRange [0 1 2 3]\n" + b"\xff" * 5000]
    )
    def test_is_not_found_in_what_is_none(self, content: bytes) -> None:
        found = ask(content).context["found"]
        assert found.standing == "unknown"
        assert found.seal in {"none", "unreadable"}

    def test_is_not_looked_for_in_a_huge_file(self) -> None:
        answer = ask(b"%PDF-1.7 /ByteRange" + b"0" * MOST_BYTES, headers=ENGLISH)
        assert answer.status_code == 422
        assert "larger than any paper" in answer.content.decode()


class TestOtherPapers:
    def test_a_receipt_is_void_once_its_payment_was_reversed(self, signed: Any) -> None:
        payment = paying.record_payment(
            case=cast.again(signed.case), amount=Decimal("6500.00"), method="transfer",
            received_at=make.moment("2026-04-15 10:00"), payer="王海燕", bank_reference="BK-1",
            by=make.clerk(), at=make.moment("2026-04-15 10:05"),
        )  # fmt: skip
        receipt = bytes_of(payment.receipt)
        assert standing(receipt) == "holds"
        paying.reverse_payment(
            payment=payment, why="银行退票", by=make.clerk(), at=make.moment("2026-04-16 10:00")
        )
        assert standing(receipt) == "void"

    def test_what_was_only_taken_in_is_nothing_we_vouch_for(self, signed: Any) -> None:
        uploaded = signed.case.documents.filter(kind="contract").first()
        assert standing(bytes_of(uploaded)) == "unknown"


class TestPage:
    def test_is_the_same_for_numbers_that_are_and_that_are_not(self, signed: Any) -> None:
        pages = [
            Client().get(reverse("portal:check", args=[number])).content.decode()
            for number in (signed.number, "HZ-2026-9999-A1")
        ]
        texts = [
            page.split("<main", 1)[1].split("<form", 1)[0].replace(number, "#")
            for page, number in zip(pages, (signed.number, "HZ-2026-9999-A1"), strict=True)
        ]
        assert texts[0] == texts[1]

    def test_tells_nothing_of_debtor_case_or_sum(self, signed: Any) -> None:
        text = ask(bytes_of(signed.document), number="X").content.decode()
        case = signed.case
        for secret in (
            case.debtor_name,
            case.reference,
            "39,000",
            case.creditor.name,
            signed.number,
        ):
            assert secret not in text, secret

    def test_keeps_nothing_of_what_was_sent(self, signed: Any) -> None:
        before = Document.objects.count(), cast.again(signed.case).event_count
        ask(b"%PDF-1.7 another file")
        assert (Document.objects.count(), cast.again(signed.case).event_count) == before

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_says_how_to_mend_an_empty_form(self, language: str) -> None:
        answer = Client().post(
            reverse("portal:check", args=["X"]), headers={"Accept-Language": language}
        )
        said = {"en": "Please choose the file.", "zh-hans": "请选择文件。"}[language]
        assert answer.status_code == 422
        assert said in answer.content.decode()

    def test_escapes_whatever_stands_in_the_address(self) -> None:
        page = Client().get("/check/%3Cscript%3Ealert(1)%3C%2Fscript%3E/").content.decode()
        assert "<script>alert(1)" not in page
