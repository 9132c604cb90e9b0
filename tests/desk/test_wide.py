"""The work list fits a desk of 1,280 and of 1,440 px, whatever stops its cases."""

from datetime import timedelta
from typing import Any

import pytest

from tests import make
from visits.actions.refusing import record_refusal
from workflow.duties import raise_duty

pytestmark = pytest.mark.django_db(transaction=True)

AT = make.moment("2026-03-05 10:00")


class TestWorkList:
    @pytest.mark.parametrize("language", ["en", "zh"])
    @pytest.mark.parametrize("width", [1280, 1440])
    def test_is_no_wider_than_the_window_where_visits_are_refused(
        self, open_page: Any, sign_in: Any, clock: Any, width: int, language: str
    ) -> None:
        clock.set(AT)
        case = make.prepared_case()
        record_refusal(case=case, how="in_writing", remark="", by=make.clerk(), at=AT)
        raise_duty(
            case=case, kind="x", key="x", due_at=AT - timedelta(days=10), at=AT,
            says={
                "en": "You were asked to leave, on the phone and in writing: see to it.",
                "zh": "债务人已通过电话和书面方式要求离开，请尽快处理并回复债务人。",
            },
        )  # fmt: skip
        page = sign_in(open_page(width=width, language=language), make.supervisor())
        page.goto("/")
        assert page.locator(".pill").count()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
