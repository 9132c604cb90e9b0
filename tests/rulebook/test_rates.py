"""A month's loan prime rate is entered with its source, and the cases that waited for it know it once published."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client, TestCase
from django.urls import reverse

from compliance.ask import ask
from desk.rates import by_month
from rulebook import actions, rates
from rulebook.models import PackVersion
from tests import make
from tests.rulebook import cast
from tests.rulebook.test_pages import faults, signed_in
from workflow.steps import RightRefused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shelf")]

MARCH = {
    "since": "2026-03-20", "until": "2026-04-19", "percent": "3.10",
    "url": "https://www.chinamoney.com.cn/", "note": "", "guard_key": "r",
}  # fmt: skip


@pytest.fixture
def compliance(clock: Any) -> Client:
    clock.set(cast.AT)
    return signed_in(make.compliance_officer(), "zh")


def waiting_case() -> Any:
    """A case whose contract was made on a day of which nobody has entered the rate."""
    case = make.prepared_case(at=cast.AT)
    case.debts.update(contract_on=date(2026, 4, 1), cost_rate=Decimal("10.00"))
    type(case.creditor).objects.filter(pk=case.creditor_id).update(creditor_type="private")
    type(case).objects.filter(pk=case.pk).update(packs=["cn", "story"])
    return type(case).objects.get(pk=case.pk)


def entered(client: Client, **changes: Any) -> Any:
    return client.post(reverse("rulebook:lpr"), {**MARCH, **changes})


class TestEnteringARate:
    def test_begins_with_the_first_month_that_nobody_has_entered(self, compliance: Client) -> None:
        form = compliance.get(reverse("rulebook:lpr")).context["form"]
        assert form.initial == {"since": date(2026, 3, 20), "until": date(2026, 4, 19)}
        rules = compliance.get(reverse("desk:rules")).content.decode()
        assert reverse("rulebook:lpr") in rules
        clerk = signed_in(make.clerk()).get(reverse("desk:rules")).content.decode()
        assert reverse("rulebook:lpr") not in clerk

    def test_says_what_four_times_of_it_gives_while_one_types(self, compliance: Client) -> None:
        address = reverse("rulebook:four_times")
        said = compliance.get(address, {"percent": "3.10"}).content.decode().strip()
        assert said == "其四倍：年利率 12.4%"
        assert compliance.get(address, {"percent": "三"}).content.decode().strip() == "其四倍：–"

    def test_goes_into_a_draft_and_the_next_month_into_the_same(self, compliance: Client) -> None:
        answer = entered(compliance)
        version = PackVersion.objects.get(state="draft")
        assert answer.url == version.get_absolute_url()
        assert (version.name, version.in_force_from) == ("cn", date(2026, 6, 21))
        assert version.reason == "自 2026-03-20 起的贷款市场报价利率"
        more = {"since": "2026-04-20", "until": "2026-05-19", "percent": "3.05", "guard_key": "t"}
        assert entered(compliance, **more).status_code == 302
        version = PackVersion.objects.get(state="draft")
        known = {
            e.since: e["percent"] for e in actions.pack_of(version).entries if e.topic == "lpr"
        }
        assert known[date(2026, 3, 20)] == "3.10"
        assert known[date(2026, 4, 20)] == "3.05"
        page = compliance.get(version.get_absolute_url()).content.decode()
        assert "<ins>12.40%</ins>" in page

    @pytest.mark.parametrize(
        ("changes", "field", "told"),
        [
            ({"percent": "三"}, "percent", "请填写数字，例如 3.45。"),
            ({"percent": "310"}, "percent", "请按百分比填写利率，例如 3.00。"),
            ({"since": "2026-07-20", "until": "2026-08-19"}, "since", "该日期尚未到来。"),
            ({"until": "2026-03-19"}, "until", "终止日不能早于起始日。"),
            ({"url": ""}, "url", "请填写此项。"),
            ({"since": "2026-03-01"}, "since", "cn：CN-46 在 2026-03-01 同时有两个数值：请先终止较早的一个。"),
        ],
    )  # fmt: skip
    def test_tells_in_chinese_what_to_mend(
        self, compliance: Client, changes: dict[str, str], field: str, told: str
    ) -> None:
        assert faults(entered(compliance, **changes)) == {field: [told]}
        assert not PackVersion.objects.filter(state="draft").exists()

    def test_is_refused_to_everybody_but_compliance(self) -> None:
        for who in (make.clerk(), make.supervisor()):
            with pytest.raises(RightRefused):
                rates.enter_rate(
                    since=date(2026, 3, 20), until=date(2026, 4, 19), percent="3.10",
                    url="https://www.gov.cn/", note="", by=who, at=cast.AT,
                )  # fmt: skip


class TestOnceItIsPublished:
    def test_the_cases_that_waited_know_their_rate(self, compliance: Client) -> None:
        case = waiting_case()
        entered(compliance)
        version = PackVersion.objects.get(state="draft")
        page = compliance.get(version.get_absolute_url())
        (one,) = page.context["rated"]
        assert (one.case, one.before, one.after, one.ceiling) == (
            case, None, Decimal("3.10"), Decimal("12.40"),
        )  # fmt: skip
        assert "不明" in page.content.decode() or "未知" in page.content.decode()
        assert rates.known_until() == date(2026, 3, 19)

        cast.looked(version)
        actions.propose(version=version, by=make.compliance_officer(), at=cast.AT)
        with TestCase.captureOnCommitCallbacks(execute=True):
            actions.publish(version=version, answer="同意", by=make.supervisor(), at=cast.AT)
        page = compliance.get(version.get_absolute_url()).content.decode()
        assert "已知" in page
        assert "12.4%" in page
        assert rates.known_until() == date(2026, 4, 19)
        months = by_month(["cn"], today=date(2026, 6, 20))[0].months
        assert [month.rate for month in months[1:4] if month] == [
            Decimal("3.00"), Decimal("3.10"), None,
        ]  # fmt: skip

    def test_a_contract_of_those_days_is_judged_from_the_version_s_day_on(
        self, compliance: Client
    ) -> None:
        from cases.facts import facts_for

        case = waiting_case()
        entered(compliance)
        version = PackVersion.objects.get(state="draft")
        cast.looked(version)
        actions.propose(version=version, by=make.compliance_officer(), at=cast.AT)
        with TestCase.captureOnCommitCallbacks(execute=True):
            actions.publish(version=version, answer="同意", by=make.supervisor(), at=cast.AT)
        unknown = {}
        for day in ("2026-06-20", "2026-06-21"):
            at = make.moment(f"{day} 10:00")
            verdict = ask("agreement.reach", facts_for(case, at=at), on=at.date())
            unknown[day] = any("lpr" in finding.unknown for finding in verdict.findings)
        assert unknown == {"2026-06-20": True, "2026-06-21": False}
