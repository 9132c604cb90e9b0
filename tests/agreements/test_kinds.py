"""Plans of every kind, drawn up through the form and judged by the rules."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import Agreement
from cases.models import Case
from tests import make
from tests.agreements import cast

pytestmark = pytest.mark.django_db

ASKED: dict[str, dict[str, Any]] = {
    "equal": {"count": "6"},
    "stepped": {"count": "6", "low": "3000.00", "low_count": "3"},
    "balloon": {"count": "4", "low": "1000.00"},
    "deferred": {"count": "6", "wait": "3"},
    "seasonal": {"count": "4", "season": ["9", "10", "11"]},
    "full": {},
    "custom": {"rows": "2026-04-15 15000.00\n2026-05-15 25000.00"},
}


@pytest.fixture
def draw(client: Client, clock: Any) -> Callable[..., Any]:
    """Send the form for a case, as its clerk."""

    def send(case: Case, kind: str, address: str = "agreements:draw_up", **given: Any) -> Any:
        clock.set("2026-03-05T15:00", zone="Asia/Shanghai")
        client.force_login(make.clerk())
        client.cookies["django_language"] = "en"
        data = {
            "plan": kind, "first_on": "2026-04-15", "language": "both", "channel": "phone",
            "new_loan": "no", "guard_key": "k1", "guard_version": "", **ASKED.get(kind, {}), **given,
        }  # fmt: skip
        return client.post(reverse(address, args=[case.reference]), data)

    return send


def dues(agreement: Agreement) -> list[tuple[date, Decimal]]:
    return list(agreement.instalments.order_by("number").values_list("due_on", "amount"))


class TestDrawUpEachKind:
    @pytest.mark.parametrize("kind", ASKED)
    def test_is_kept_with_instalments_that_tie(self, draw: Any, kind: str) -> None:
        case = make.prepared_case()
        assert draw(case, kind).status_code == 302
        agreement = case.agreements.get()
        assert agreement.plan == kind
        assert sum(amount for _day, amount in dues(agreement)) == Decimal("40000.00")

    def test_covers_every_kind_that_there_is(self) -> None:
        assert {*ASKED, "settlement"} == set(Agreement.Plan.values)

    def test_waits_so_many_months(self, draw: Any) -> None:
        case = make.prepared_case()
        draw(case, "deferred")
        assert dues(case.agreements.get())[0] == (date(2026, 7, 15), Decimal("6666.66"))

    def test_follows_the_season(self, draw: Any) -> None:
        case = make.prepared_case()
        draw(case, "seasonal")
        assert [day for day, _amount in dues(case.agreements.get())] == [
            date(2026, 9, 15), date(2026, 10, 15), date(2026, 11, 15), date(2027, 9, 15),
        ]  # fmt: skip

    def test_settles_for_a_part_once_the_waiver_is_granted(self, draw: Any) -> None:
        case = make.prepared_case()
        cast.waiver_granted(case, at=make.moment("2026-03-05 14:52"))
        assert draw(case, "settlement", waived_fees="242", waived_interest="758").status_code == 302
        agreement = case.agreements.get()
        assert (agreement.total, agreement.waived) == (Decimal("39000.00"), Decimal("1000.00"))
        assert dues(agreement) == [(date(2026, 4, 15), Decimal("39000.00"))]

    def test_of_a_settlement_is_refused_where_nobody_granted_the_waiver(self, draw: Any) -> None:
        case = make.prepared_case()
        page = draw(case, "settlement", waived_principal="20000.00")
        assert page.status_code == 409
        assert "ST-27" in {finding.rule for finding in page.context["refusal"].findings}
        assert not case.agreements.exists()

    def test_of_a_wait_is_refused_beyond_the_longest_term(self, draw: Any) -> None:
        case = make.prepared_case()
        page = draw(case, "deferred", count="60", wait="24")
        assert page.status_code == 409
        assert "ST-28" in {finding.rule for finding in page.context["refusal"].findings}

    @pytest.mark.parametrize(
        ("kind", "given", "field"),
        [
            ("settlement", {}, "waived_fees"),
            ("deferred", {"wait": ""}, "wait"),
            ("deferred", {"wait": "25"}, "wait"),
            ("deferred", {"count": ""}, "count"),
            ("seasonal", {"season": []}, "season"),
            ("seasonal", {"season": ["13"]}, "season"),
            ("full", {"first_on": ""}, "first_on"),
        ],
    )
    def test_says_at_its_field_what_to_mend(
        self, draw: Any, kind: str, given: dict[str, Any], field: str
    ) -> None:
        page = draw(make.prepared_case(), kind, **given)
        assert page.status_code == 422
        assert page.context["form"].errors[field]


class TestRedraftEachKind:
    @pytest.mark.parametrize("kind", ["deferred", "seasonal"])
    def test_shows_and_writes_the_same_plan_again(
        self, draw: Any, client: Client, kind: str
    ) -> None:
        case = make.prepared_case()
        draw(case, kind)
        agreement = case.agreements.get()
        before, address = dues(agreement), reverse("agreements:redraft", args=[agreement.number])
        form = client.get(address).context["form"]
        data = {
            name: form[name].value() for name in form.fields if form[name].value() not in (None, "")
        }
        data["first_on"] = str(data["first_on"])
        assert client.post(address, {**data, "new_loan": "no"}).status_code == 302
        assert dues(cast.again(agreement)) == before
