"""What is sent along with a request is kept only if the request is."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from agreements.actions.closing import request_early_closure
from cases.actions.excepting import ask_exception
from cases.models import Case, Refusal
from documents.models import Document
from documents.storing import Unreadable
from people.models import User
from tests import make
from visits.actions.refusing import ask_to_lift, record_refusal
from workflow.guard import Guard, guarded
from workflow.steps import AlreadyDone, Outsider, StaleForm

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")


def exception(case: Case, by: User, content: bytes = make.PDF) -> Any:
    return ask_exception(
        case=case, rule="ST-15", reason="债务人书面要求", evidence_kind="consent", filename="letter.pdf", content=content,
        until=AT + timedelta(days=3), by=by, at=AT,
    )  # fmt: skip


def early_closure(case: Case, by: User, content: bytes = make.PDF) -> Any:
    return request_early_closure(
        case=case, closed_as="withdrawn", reason="债权人撤回", filename="letter.pdf",
        content=content, by=by, at=AT,
    )  # fmt: skip


def lifting(case: Case, by: User, content: bytes = make.PDF) -> Any:
    return ask_to_lift(
        refusal=Refusal.objects.get(case=case), reason="债务人邀请", filename="letter.pdf",
        content=content, by=by, at=AT,
    )  # fmt: skip


@pytest.fixture
def case() -> Case:
    found = make.prepared_case()
    record_refusal(case=found, how="by_telephone", remark="", by=make.clerk(), at=AT)
    return Case.objects.get(pk=found.pk)


def files() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


@pytest.mark.parametrize("ask", [exception, early_closure, lifting])
class TestEvidence:
    def test_is_kept_with_the_request(self, case: Case, ask: Callable[..., Any]) -> None:
        approval = ask(case, make.clerk())
        approval.refresh_from_db()
        assert approval.evidence.case_id == case.pk
        assert approval.evidence.filename == "letter.pdf"
        told = case.events.filter(kind="approval.requested").get()
        assert told.data["evidence"] == approval.evidence.number

    def test_of_an_outsider_is_not_kept(self, case: Case, ask: Callable[..., Any]) -> None:
        before, on_disk = Document.objects.count(), files()
        with pytest.raises(Outsider):
            ask(case, make.outsider())
        assert Document.objects.count() == before
        assert files() == on_disk

    def test_of_a_second_press_is_not_kept(self, case: Case, ask: Callable[..., Any]) -> None:
        from workflow.models import Submission

        Submission.objects.create(key="k", user=make.clerk(), at=AT)
        before, on_disk = Document.objects.count(), files()
        with pytest.raises(AlreadyDone), guarded(Guard(key="k")):
            ask(case, make.clerk())
        assert Document.objects.count() == before
        assert files() == on_disk

    def test_of_a_stale_form_is_not_kept(self, case: Case, ask: Callable[..., Any]) -> None:
        before, on_disk = Document.objects.count(), files()
        with pytest.raises(StaleForm), guarded(Guard(key="k", version=case.version + 7)):
            ask(case, make.clerk())
        assert Document.objects.count() == before
        assert files() == on_disk

    def test_that_cannot_be_read_leaves_no_request(
        self, case: Case, ask: Callable[..., Any]
    ) -> None:
        with pytest.raises(Unreadable):
            ask(case, make.clerk(), b"MZ nothing")
        assert not case.approvals.exists()
