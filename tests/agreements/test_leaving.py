"""What a case leaves behind: guarantors released, the bureau told, the agency's data certified."""

from datetime import date, timedelta
from typing import Any

import pytest

from agreements.actions import closing, leaving
from cases.actions.bureau import record_report
from cases.models import BureauReport, Case, Mandate, Party
from tests import make
from tests.agreements import cast
from tests.agreements.test_closing import AT, wound_up
from tests.agreements.test_signing import text_of
from workflow.models import Duty
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db
DAY = date(2026, 4, 16)


@pytest.fixture
def paid() -> Case:
    return paid_case()


def paid_case() -> Case:
    """S2 after everything has come in, with a guarantor, of a debt that the bureau knows."""
    case = cast.signed().case
    make.guarantor(case)
    record_report(
        case=cast.again(case), told_on=date(2026, 3, 1), reported_on=date(2026, 3, 2),
        by=make.clerk(), at=cast.SIGNED,
    )  # fmt: skip
    cast.paid_up(case)
    Case.objects.filter(pk=case.pk).update(packs=["cn", "story"])
    return cast.again(case)


def closed(case: Case) -> Case:
    wound_up(case)
    closing.close_case(case=cast.again(case), by=make.clerk(), at=AT)
    return cast.again(case)


def open_duties(case: Case, *kinds: str) -> int:
    return Duty.objects.filter(case=case, kind__in=kinds, done_at=None).count()


class TestReleaseGuarantor:
    def test_writes_the_letter_and_ticks_the_duty_off(self, paid: Case) -> None:
        case = closed(paid)
        assert open_duties(case, leaving.RELEASE_DUTY) == 1
        party = case.parties.get(role="guarantor")
        document = leaving.release_guarantor(party=party, by=make.clerk(), at=AT)
        party = Party.objects.get(pk=party.pk)
        assert (party.released_at, party.release) == (AT, document)
        text = text_of(document)
        assert str(party.person) in text
        assert "保证责任随之解除" in text
        assert open_duties(case, leaving.RELEASE_DUTY) == 0
        assert open_duties(case, "paper.hand_over") == 1
        assert case.events.get(kind="guarantor.released").data["sha256"] == document.sha256
        assert not case.notices.filter(document=document).exists()
        with pytest.raises(WrongInput):
            leaving.release_guarantor(party=party, by=make.clerk(), at=AT)

    def test_is_refused_while_anything_is_owed_and_of_others(self) -> None:
        case = cast.signed().case
        party = make.guarantor(case)
        with pytest.raises(WrongInput, match="39,000"):
            leaving.release_guarantor(party=party, by=make.clerk(), at=AT)
        with pytest.raises((RightRefused, Outsider)):
            leaving.release_guarantor(party=party, by=make.outsider(), at=AT)


class TestReportToBureau:
    def told(self, case: Case, **given: Any) -> BureauReport:
        return leaving.report_to_bureau(
            **{
                "case": case, "what": "settled", "bureau": "征信中心", "reported_on": DAY,
                "reference": "ZX-1", "by": make.clerk(), "at": AT, **given,
            }
        )  # fmt: skip

    def test_is_a_task_until_the_bureau_has_confirmed(self, paid: Case) -> None:
        case = closed(paid)
        assert open_duties(case, *leaving.BUREAU_DUTIES) == 1
        first = self.told(case)
        leaving.record_bureau_answer(
            report=first,
            answer="rejected",
            answered_on=DAY,
            remark="编号有误",
            by=make.clerk(),
            at=AT,
        )
        assert open_duties(case, *leaving.BUREAU_DUTIES) == 1
        second = self.told(case, reference="ZX-2")
        leaving.record_bureau_answer(
            report=second, answer="confirmed", answered_on=DAY, remark="", by=make.clerk(), at=AT
        )
        assert open_duties(case, *leaving.BUREAU_DUTIES) == 0
        assert [row.answer for row in case.bureau_reports.all()] == ["rejected", "confirmed"]
        assert case.events.filter(kind="bureau.answered").count() == 2
        with pytest.raises(WrongInput):
            leaving.record_bureau_answer(
                report=second,
                answer="confirmed",
                answered_on=DAY,
                remark="",
                by=make.clerk(),
                at=AT,
            )

    def test_is_refused_with_what_makes_no_sense(self, paid: Case) -> None:
        for field, wrong in (
            ("what", "x"), ("bureau", " "), ("reported_on", date(2026, 4, 17)),
        ):  # fmt: skip
            with pytest.raises(WrongInput) as refused:
                self.told(paid, **{field: wrong})
            assert refused.value.field == field
        with pytest.raises(RightRefused):
            self.told(paid, by=make.officer())

    def test_is_refused_of_a_debt_that_is_owed_or_was_never_reported(self) -> None:
        case = cast.signed().case
        with pytest.raises(WrongInput, match="征信"):
            self.told(case)
        Case.objects.filter(pk=case.pk).update(bureau_reported_on=date(2026, 3, 2))
        with pytest.raises(WrongInput, match="39,000"):
            self.told(cast.again(case))


class TestCertifyData:
    def certified(self, case: Case, **given: Any) -> Any:
        return leaving.certify_data(
            **{
                "case": case, "how": "both", "done_on": DAY, "what": "联系方式、通话录音",
                "signed_by": "周敏", "kept": "还款收据，保存五年", "by": make.clerk(), "at": AT, **given,
            }
        )  # fmt: skip

    def test_makes_the_certificate_and_ticks_the_duty_off(self, paid: Case) -> None:
        case = closed(paid)
        assert open_duties(case, leaving.DATA_DUTY) == 1
        row = self.certified(case)
        text = text_of(row.document)
        for word in ("通话录音", "周敏", "第21条"):
            assert word in text
        assert open_duties(case, leaving.DATA_DUTY) == 0
        assert case.events.get(kind="agency_data.certified").data["how"] == "both"
        with pytest.raises(WrongInput):
            self.certified(case)

    def test_is_made_of_an_open_case_whose_mandate_has_ended(self, paid: Case) -> None:
        Mandate.objects.filter(pk=paid.mandate_id).update(valid_until=DAY - timedelta(days=2))
        case = cast.again(paid)
        with pytest.raises(WrongInput) as refused:
            self.certified(case, done_on=DAY - timedelta(days=2))
        assert refused.value.field == "done_on"
        assert "通话录音" in text_of(self.certified(case).document)

    def test_waits_for_the_closing(self, paid: Case) -> None:
        with pytest.raises(StateRefused):
            self.certified(paid)

    def test_is_refused_with_what_makes_no_sense_and_to_others(self, paid: Case) -> None:
        case = closed(paid)
        for field, wrong in (
            ("how", "x"), ("what", ""), ("signed_by", " "), ("done_on", date(2026, 4, 15)),
            ("done_on", date(2026, 4, 17)),
        ):  # fmt: skip
            with pytest.raises(WrongInput) as refused:
                self.certified(case, **{field: wrong})
            assert refused.value.field == field
        with pytest.raises((RightRefused, Outsider)):
            self.certified(case, by=make.outsider())
