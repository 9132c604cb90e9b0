"""What the debtor sees of the own matter: whole, in words, and nobody else's."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from documents.models import Document
from notices import links
from tests import make, walk
from tests.agreements import cast
from tests.portal.own_cast import MONDAY, inside, own_link

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at(clock: Any) -> Any:
    clock.set(MONDAY)
    return clock


class TestHome:
    def test_says_who_writes_why_and_when_somebody_would_come(self) -> None:
        text = inside(walk.noticed().case).read("home")
        assert "This is from Clear Water Credit Services, for West Lake Bank." in text
        assert "40,000.00" in text
        assert "Thu 5 Mar 2026, 14:30" in text

    def test_speaks_chinese_to_whoever_reads_it(self) -> None:
        text = inside(walk.noticed().case, language="zh").read("home")
        assert "王海燕" in text
        assert "西湖银行" in text
        assert "40,000.00" in text


class TestAbout:
    def test_shows_how_the_sum_is_made_up_with_the_contract_masked(self) -> None:
        text = inside(walk.noticed().case).read("about")
        for figure in ("38,600.00", "1,158.00", "242.00", "40,000.00"):
            assert figure in text
        assert "XH-2024-5521" not in text
        assert "12 per cent interest a year" in text


class TestPapers:
    def test_lists_the_proofs_and_opens_the_notice_as_it_was_sent(self) -> None:
        visit = walk.noticed()
        came = inside(visit.case)
        text = came.read("papers")
        assert "Loan contract" in text
        notice = visit.notices.get(channel="letter").document
        assert notice is not None
        answer = came.get("paper", notice.number)
        assert b"".join(answer.streaming_content).startswith(b"%PDF")
        assert answer.headers["Content-Disposition"] == f'inline; filename="{notice.number}.pdf"'

    def test_opens_no_paper_that_was_not_made_for_the_debtor(self) -> None:
        came = inside(walk.noticed().case)
        inner = Document.objects.filter(case=came.case).exclude(kind="notice")
        assert inner.exists()
        for document in inner:
            assert came.get("paper", document.number).status_code == 404

    def test_opens_no_notice_before_it_has_gone_out(self) -> None:
        visit = walk.announced()
        came = inside(visit.case)
        notice = visit.notices.get(channel="letter").document
        assert notice is not None
        assert came.get("paper", notice.number).status_code == 404

    def test_opens_nobody_elses(self) -> None:
        visit = walk.noticed()
        notice = visit.notices.get(channel="letter").document
        assert notice is not None
        other = make.case(
            reference="HZ-2026-0999", external_reference="N-9",
            who=make.debtor(name="李雷", id_number="330102199001011232"),
        )  # fmt: skip
        link, client = own_link(other), Client()
        token = links.token_of(link)
        client.post(reverse("portal:messages", args=[token]), {"answer": "1232"})
        assert client.get(reverse("portal:home", args=[token])).status_code == 200
        answer = client.get(reverse("portal:paper", args=[token, notice.number]))
        assert answer.status_code == 404

    def test_holds_the_signed_agreement(self) -> None:
        agreement = cast.signed()
        came = inside(agreement.case)
        assert agreement.document is not None
        assert came.get("paper", agreement.document.number).status_code == 200


class TestRights:
    def test_says_what_one_may_do_and_where_to_complain(self) -> None:
        text = inside(walk.noticed().case).read("rights")
        assert "You may refuse the visit" in text
        assert "0571-8800 0001" in text
        assert "12378" in text
        assert "uses your name, contact and account data for this loan alone" in text

    def test_names_the_public_line_for_advice_where_there_is_one(self) -> None:
        bank = make.creditor(packs=["cn"])
        case = make.case(of_creditor=bank, at=make.moment("2026-02-27 09:00"))
        assert "Public legal advice: 12348." in inside(case).read("rights")
