"""What a case leaves behind, as a clerk does it in the browser; strangers find nothing there."""

from typing import Any

import pytest
from django.urls import reverse

from agreements.actions import closing
from cases.models import BureauReport, Case
from documents.models import Document
from tests import make
from tests.agreements import cast
from tests.agreements.test_closing import AT, original
from tests.agreements.test_leaving import paid_case
from tests.world import signed_in
from workflow.models import Duty

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid() -> Case:
    return paid_case()


def at(name: str, case: Case, *more: Any) -> str:
    return reverse(f"agreements:{name}", args=[case.reference, *more])


class TestPages:
    def test_take_a_clerk_from_the_original_to_the_last_certificate(
        self,
        paid: Case,
        clock: Any,
    ) -> None:
        clock.set(AT)
        clerk = signed_in(make.clerk())
        copy = paid.papers.filter(original_held=False).order_by("pk")[0]
        given = {"received_from": "王海燕", "kept_at": "保险柜 2"}
        taken = clerk.post(at("take_in_original", paid, copy.pk), {**given, "guard_key": "1"})
        assert taken.status_code == 302
        moved = {"kept_at": "总部", "why": "集中保管", "guard_key": "2"}
        assert clerk.post(at("move_original", paid, copy.pk), moved).status_code == 302
        page = clerk.get(at("originals", paid)).content.decode()
        for words in ("保险柜 2", "总部", "集中保管", "王海燕"):
            assert words in page
        closing.issue_certificate(case=cast.again(paid), by=make.clerk(), at=AT)
        for paper in paid.papers.filter(original_held=True):
            closing.return_paper(paper=paper, returned_to="王海燕", by=make.clerk(), at=AT)
        closing.write_report(case=cast.again(paid), by=make.clerk(), at=AT)
        closing.close_case(case=cast.again(paid), by=make.clerk(), at=AT)

        party = paid.parties.get(role="guarantor")
        page = clerk.get(at("close", paid)).content.decode()
        assert at("release_guarantor", paid, party.pk) in page
        assert at("bureau_update", paid) in page
        assert at("data_return", paid) in page
        released = clerk.post(at("release_guarantor", paid, party.pk), {"guard_key": "3"})
        assert released.status_code == 302
        told = {
            "what": "settled",
            "bureau": "征信中心",
            "reported_on": "2026-04-16",
            "guard_key": "4",
        }
        assert clerk.post(at("bureau_update", paid), told).status_code == 302
        report = BureauReport.objects.get()
        answer = {"answer": "confirmed", "answered_on": "2026-04-16", "guard_key": "5"}
        assert clerk.post(at("bureau_answer", paid, report.pk), answer).status_code == 302
        data = {
            "how": "deleted", "done_on": "2026-04-16", "what": "联系方式", "signed_by": "周敏",
            "guard_key": "6",
        }  # fmt: skip
        assert clerk.post(at("data_return", paid), data).status_code == 302

        made = set(Document.objects.filter(case=paid).values_list("kind", flat=True))
        assert made >= {"custody_receipt", "return_receipt", "release", "data_certificate"}
        left = Duty.objects.filter(case=paid, done_at=None).values_list("kind", flat=True)
        assert set(left) <= {"CN-16", "paper.hand_over"}
        page = clerk.get(at("close", paid)).content.decode()
        assert at("bureau_update", paid) not in page
        assert at("data_return", paid) not in page

    def test_are_shut_to_officers_and_not_there_for_strangers(self, paid: Case) -> None:
        paper, party = original(paid), paid.parties.get(role="guarantor")
        pages = [
            at("take_in_original", paid, paper.pk), at("move_original", paid, paper.pk),
            at("bureau_update", paid), at("data_return", paid),
        ]  # fmt: skip
        stranger, officer = signed_in(make.outsider()), signed_in(make.officer())
        for page in [*pages, at("originals", paid), at("close", paid)]:
            assert stranger.get(page).status_code == 404, page
        for page in pages:
            assert officer.get(page).status_code == 403, page
        assert officer.post(at("release_guarantor", paid, party.pk)).status_code == 403
        assert stranger.post(at("release_guarantor", paid, party.pk)).status_code == 404
