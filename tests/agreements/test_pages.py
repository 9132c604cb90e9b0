"""The pages of steps 5 to 7: what they show, what they change, who may not see them."""

import base64
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.actions import closing
from agreements.models import Agreement, Payment
from cases.models import Case
from people.models import User
from tests import make
from tests.agreements import cast
from workflow.models import Approval

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_the_desk(client: Client, clock: Any) -> Callable[..., Client]:
    """A clerk of the case's team, at that moment of the debtor's day."""

    def signed_in(moment: str = "2026-03-05 15:00", who: User | None = None) -> Client:
        clock.set(moment.replace(" ", "T"), zone="Asia/Shanghai")
        client.force_login(who or make.clerk())
        client.cookies["django_language"] = "en"
        return client

    return signed_in


def plan(**given: Any) -> dict[str, Any]:
    return {
        "plan": "equal", "first_on": "2026-04-15", "count": "6", "language": "both",
        "channel": "phone", "waived_fees": "", "waived_interest": "", "waived_principal": "",
        "guard_key": "k1", "guard_version": "", **given,
    }  # fmt: skip


class TestDrawUp:
    def test_leads_to_the_ways_to_pay_side_by_side(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        page = at_the_desk().get(reverse("agreements:draw_up", args=[case.reference]))
        assert page.status_code == 200
        assert reverse("agreements:options", args=[case.reference]) in page.content.decode()
        assert "Nobody has recorded yet" in page.content.decode()

    def test_looks_at_the_terms_without_keeping_them(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        address = reverse("agreements:look", args=[case.reference])
        page = at_the_desk().post(address, plan())
        assert page.context["total"] == Decimal("40000.00")
        assert page.context["verdict"].allowed
        assert "6,666.66" in page.content.decode()
        assert not Agreement.objects.exists()

    def test_keeps_the_draft_and_goes_to_its_page(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        page = at_the_desk().post(reverse("agreements:draw_up", args=[case.reference]), plan())
        agreement = Agreement.objects.get()
        assert page.status_code == 302
        assert page.url == agreement.get_absolute_url()
        assert agreement.total == Decimal("40000.00")

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"count": "0"}, "count"),
            ({"count": "500"}, "count"),
            ({"count": ""}, "count"),
            ({"first_on": "2026-02-31"}, "first_on"),
            ({"first_on": ""}, "first_on"),
            ({"plan": "balloon", "low": "-5"}, "low"),
            ({"plan": "balloon", "low": ""}, "low"),
            ({"plan": "stepped", "low": "100", "low_count": "6"}, "low_count"),
            ({"plan": "custom", "rows": "soon 100"}, "rows"),
            ({"plan": "custom", "rows": "2026-04-31 40000"}, "rows"),
            ({"plan": "custom", "rows": "2026-04-15 39999.99"}, "rows"),
            ({"plan": "<b>"}, "plan"),
            ({"waived_fees": "242.01"}, "waived_fees"),
            ({"waived_interest": "🙂"}, "waived_interest"),
            ({"channel": "carrier pigeon"}, "channel"),
        ],
    )
    def test_says_what_to_mend(self, at_the_desk: Any, given: dict[str, str], field: str) -> None:
        case = make.prepared_case()
        address = reverse("agreements:draw_up", args=[case.reference])
        page = at_the_desk().post(address, plan(**given))
        assert page.status_code == 422
        assert field in page.context["form"].errors
        assert not Agreement.objects.exists()

    def test_reads_own_days_and_amounts(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        rows = "2026-04-15 10,000.00\n\n2026/5/20  ¥30000\n"
        address = reverse("agreements:draw_up", args=[case.reference])
        assert at_the_desk().post(address, plan(plan="custom", rows=rows)).status_code == 302
        assert [str(row.amount) for row in Agreement.objects.get().instalments.all()] == [
            "10000.00", "30000.00",
        ]  # fmt: skip

    def test_shows_the_refusal_in_place(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        address = reverse("agreements:draw_up", args=[case.reference])
        page = at_the_desk().post(address, plan(waived_fees="242.00", waived_interest="758.00"))
        assert page.status_code == 409
        assert "ST-27" in page.content.decode()

    def test_is_not_there_for_an_outsider(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        client = at_the_desk(who=make.outsider())
        for name in ("draw_up", "look", "renegotiate", "waiver", "back", "pay", "close"):
            assert (
                client.post(reverse(f"agreements:{name}", args=[case.reference])).status_code == 404
            )

    def test_is_refused_to_compliance(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        client = at_the_desk(who=make.compliance_officer())
        page = client.post(reverse("agreements:draw_up", args=[case.reference]), plan())
        assert page.status_code == 403

    def test_does_nothing_twice(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        client, address = at_the_desk(), reverse("agreements:draw_up", args=[case.reference])
        assert client.post(address, plan()).status_code == 302
        assert client.post(address, plan()).status_code == 302
        assert Agreement.objects.count() == 1


class TestSigning:
    def test_goes_from_the_draft_to_both_signatures(self, at_the_desk: Any) -> None:
        agreement = cast.draft()
        client = at_the_desk()
        assert client.get(agreement.get_absolute_url()).status_code == 200
        client.post(reverse("agreements:offer", args=[agreement.number]), {"guard_key": "a"})
        terms = reverse("agreements:terms", args=[agreement.number])
        for number, clause in enumerate(agreement.clauses):
            page = client.post(terms, {"term": clause["key"], "guard_key": f"t{number}"})
            assert page.status_code == 302
        assert client.get(terms).context["left"] == 0
        picture = "data:image/png;base64," + base64.b64encode(cast.drawn()).decode()
        for side, where in (("debtor", terms), ("creditor", agreement.get_absolute_url())):
            page = client.post(
                reverse("agreements:sign", args=[agreement.number, side]),
                {"name": "王海燕", "drawn": picture, "guard_key": f"s{side}"},
            )
            assert page.url == where
        assert cast.again(agreement).state == "signed"
        page = client.get(agreement.get_absolute_url())
        assert agreement.number in page.content.decode()
        assert page.context["agreement"].document is not None

    @pytest.mark.parametrize(
        "given",
        [
            {"drawn": ""},
            {"drawn": "data:image/png;base64,%%%"},
            {"drawn": "javascript:alert(1)"},
            {"drawn": "data:image/png;base64,aGVsbG8="},
            {"name": ""},
        ],
    )
    def test_refuses_what_is_no_signature(self, at_the_desk: Any, given: dict[str, str]) -> None:
        agreement = cast.offered()
        picture = "data:image/png;base64," + base64.b64encode(cast.drawn()).decode()
        page = at_the_desk().post(
            reverse("agreements:sign", args=[agreement.number, "debtor"]),
            {"name": "王海燕", "drawn": picture, **given},
        )
        assert page.status_code == 422
        assert not agreement.signatures.exists()

    def test_asks_nobody_else_to_sign(self, at_the_desk: Any) -> None:
        agreement = cast.offered()
        page = at_the_desk().get(reverse("agreements:sign", args=[agreement.number, "landlord"]))
        assert page.status_code == 404

    def test_is_not_there_for_an_outsider(self, at_the_desk: Any) -> None:
        agreement = cast.offered()
        client = at_the_desk(who=make.outsider())
        for name in ("agreement", "terms", "redraft", "offer", "conclude", "ask_lawyer"):
            address = reverse(f"agreements:{name}", args=[agreement.number])
            assert client.get(address).status_code == 404


class TestPaying:
    def test_books_and_says_what_is_left(self, at_the_desk: Any) -> None:
        case = cast.signed().case
        client = at_the_desk("2026-04-15 09:40")
        address = reverse("agreements:pay", args=[case.reference])
        assert client.get(address).context["form"].initial["amount"] == Decimal("6500.00")
        page = client.post(
            address,
            {
                "amount": "6,500.00",
                "received_at": "2026-04-15T09:30",
                "method": "transfer",
                "received_by": "creditor",
            },
            follow=True,
        )
        assert "32,500.00" in page.content.decode()
        assert Payment.objects.get().received_at == make.moment("2026-04-15 09:30")

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"amount": "39000.01"}, "amount"),
            ({"amount": "0"}, "amount"),
            ({"amount": "-1"}, "amount"),
            ({"amount": "1.001"}, "amount"),
            ({"amount": "all of it"}, "amount"),
            ({"received_at": "2026-04-16T09:30"}, "received_at"),
            ({"received_at": "yesterday"}, "received_at"),
            ({"method": "gold"}, "method"),
            ({"received_by": ""}, "received_by"),
        ],
    )
    def test_says_what_to_mend(self, at_the_desk: Any, given: dict[str, str], field: str) -> None:
        case = cast.signed().case
        page = at_the_desk("2026-04-15 09:40").post(
            reverse("agreements:pay", args=[case.reference]),
            {
                "amount": "1.00", "received_at": "2026-04-15T09:30", "method": "transfer",
                "received_by": "creditor", **given,
            },
        )  # fmt: skip
        assert page.status_code == 422
        assert field in page.context["form"].errors
        assert not Payment.objects.exists()

    def test_reverses_with_a_reason(self, at_the_desk: Any) -> None:
        case = cast.signed().case
        client = at_the_desk("2026-04-15 09:40")
        client.post(
            reverse("agreements:pay", args=[case.reference]),
            {
                "amount": "6500",
                "received_at": "2026-04-15T09:30",
                "method": "transfer",
                "received_by": "creditor",
            },
        )
        payment = Payment.objects.get()
        address = reverse("agreements:reverse_payment", args=[payment.number])
        assert client.post(address, {"why": ""}).status_code == 422
        assert client.post(address, {"why": "bounced"}).status_code == 302
        assert cast.again(case).balance == Decimal("39000.00")


class TestClosing:
    def test_is_walked_from_top_to_bottom(self, at_the_desk: Any) -> None:
        case = paid_off()
        client = at_the_desk("2026-09-15 10:00")
        address = reverse("agreements:close", args=[case.reference])
        assert client.post(address).status_code == 409
        client.post(reverse("agreements:certificate", args=[case.reference]))
        paper = case.papers.get(original_held=True)
        client.post(
            reverse("agreements:return_paper", args=[case.reference, paper.pk]),
            {"returned_to": "王海燕"},
        )
        client.post(reverse("agreements:report", args=[case.reference]))
        page = client.get(address)
        assert page.context["verdict"].allowed
        assert client.post(address).status_code == 302
        assert cast.again(case).state == "closure"
        assert client.get(address).status_code == 200

    def test_asks_for_an_early_closure(self, at_the_desk: Any) -> None:
        case = make.prepared_case()
        address = reverse("agreements:close_early", args=[case.reference])
        client = at_the_desk()
        codes = [
            code for code, _label in client.get(address).context["form"].fields["closed_as"].choices
        ]
        assert "settled" not in codes
        page = client.post(address, {"closed_as": "withdrawn", "reason": "债权人撤回委托"})
        assert page.status_code == 302
        assert Approval.objects.get().details == {"closed_as": "withdrawn"}

    def test_asks_for_a_reopening(self, at_the_desk: Any) -> None:
        case = paid_off()
        for action in (closing.issue_certificate, closing.write_report):
            if action is closing.write_report:
                closing.return_paper(
                    paper=case.papers.get(original_held=True), returned_to="王海燕", by=make.clerk(),
                    at=make.moment("2026-09-15 10:00"),
                )  # fmt: skip
            action(case=cast.again(case), by=make.clerk(), at=make.moment("2026-09-15 10:00"))
        closing.close_case(
            case=cast.again(case), by=make.clerk(), at=make.moment("2026-09-15 10:05")
        )
        address = reverse("agreements:reopen", args=[case.reference])
        page = at_the_desk("2026-09-16 10:00").post(address, {"reason": "到账被银行撤回"})
        assert page.status_code == 302
        assert Approval.objects.filter(kind="reopening").count() == 1


def paid_off() -> Case:
    """The case of S2 after its six payments."""
    from agreements.actions.paying import record_payment

    agreement = cast.signed()
    for row in agreement.instalments.all():
        moment = make.moment(f"{row.due_on.isoformat()} 09:30")
        record_payment(
            case=cast.again(agreement.case), amount=row.amount, method="transfer",
            received_at=moment - timedelta(minutes=5), by=make.clerk(), at=moment,
        )  # fmt: skip
    return cast.again(agreement.case)
