"""Reports to the credit bureau, requests about data and leaks: each starts what has to follow."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from cases.actions.bureau import record_report
from cases.actions.privacy import record_privacy
from cases.models import Case
from tests import make
from tests.agreements.cast import again
from tests.world import signed_in
from workflow.models import Duty
from workflow.steps import Outsider, RightRefused, WrongInput

pytestmark = pytest.mark.django_db
AT = make.moment("2026-03-02 10:00")


def a_case() -> Case:
    return make.case(of_creditor=make.creditor(packs=("cn",)))


class TestRecordReport:
    def test_is_kept_on_the_case_and_told(self) -> None:
        case = a_case()
        record_report(
            case=case,
            told_on=date(2026, 2, 1),
            reported_on=date(2026, 2, 1),
            by=make.clerk(),
            at=AT,
        )
        assert again(case).bureau_reported_on == date(2026, 2, 1)
        assert again(case).events.filter(kind="bureau.reported").exists()

    @pytest.mark.parametrize(
        ("told_on", "reported_on", "field"),
        [
            (date(2026, 2, 2), date(2026, 2, 1), "reported_on"),
            (date(2026, 3, 3), None, "told_on"),
        ],
    )
    def test_is_refused_before_the_debtor_was_told_and_ahead_of_time(
        self, told_on: date, reported_on: date | None, field: str
    ) -> None:
        with pytest.raises(WrongInput) as wrong:
            record_report(
                case=a_case(), told_on=told_on, reported_on=reported_on, by=make.clerk(), at=AT
            )
        assert wrong.value.field == field

    def test_is_refused_to_an_officer(self) -> None:
        with pytest.raises(RightRefused):
            record_report(
                case=a_case(), told_on=date(2026, 2, 1), reported_on=None, by=make.officer(), at=AT
            )


class TestRecordPrivacy:
    @pytest.mark.parametrize("asked", ["access", "correction", "deletion"])
    def test_gives_compliance_fifteen_days_for_an_answer(self, asked: str) -> None:
        case = a_case()
        record_privacy(case=case, asked=asked, remark="来电请求", by=make.clerk(), at=AT)
        duty = Duty.objects.get(case=case, rule="CN-62")
        assert (duty.role, duty.due_at) == ("compliance", make.moment("2026-03-18 00:00"))

    def test_gives_no_time_at_all_for_a_leak(self) -> None:
        case = a_case()
        record_privacy(case=case, asked="breach", remark="邮件误发", by=make.clerk(), at=AT)
        assert Duty.objects.get(case=case, rule="CN-61").due_at == AT

    def test_is_refused_without_a_word_and_to_an_outsider(self) -> None:
        case = a_case()
        with pytest.raises(WrongInput):
            record_privacy(case=case, asked="access", remark=" ", by=make.clerk(), at=AT)
        with pytest.raises(Outsider):
            record_privacy(case=case, asked="access", remark="x", by=make.outsider(), at=AT)
        assert not Duty.objects.exists()


class TestPages:
    def test_take_both_in(self, clock: Any) -> None:
        clock.set(AT)
        case, client = a_case(), signed_in(make.clerk())
        for name, said in (
            ("cases:bureau", {"told_on": "2026-02-01", "reported_on": ""}),
            ("cases:privacy", {"asked": "access", "remark": "请求复制个人信息"}),
        ):
            assert client.post(reverse(name, args=[case.reference]), said).status_code == 302
        page = client.get(f"{case.get_absolute_url()}?tab=debt").content.decode()
        assert "Credit bureau" in page
        assert "A request about personal data: Access or copy" in page
