"""Payment providers call over HTTP, each in its own protocol: believed or not, once, and answered as it waits for."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests
from django.urls import reverse
from django.utils import translation

from agreements.models import Payment
from banking.actions import provider_accounts
from banking.actions.booking import book_certain, book_line
from banking.actions.taking_back import settle_disputes, take_back_certain
from banking.models import ProviderAccount, StatementLine
from people.models import User
from tests import make
from tests.agreements import cast as agreements
from tests.banking import cast
from tests.banking.fake_providers import (
    APIV3_KEY,
    FAKES,
    FakeAlipay,
    FakeStripe,
    FakeWeChatPay,
    in_process,
)

AT = cast.AT
ALL = pytest.mark.parametrize("name", list(FAKES))
FORGERIES: dict[str, Any] = {
    "wechat_pay": lambda fake: fake.call(
        "TRANSACTION.SUCCESS", fake.transaction(AT), AT, which="forger"
    ),
    "alipay": lambda fake: fake.call(fake.trade(AT), which="forger"),
    "stripe_pay": lambda fake: fake.call(
        "payment_intent.succeeded", fake.intent(AT), AT, secret="whsec_of_a_forger"
    ),
}


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch, clock: Any) -> Iterator[None]:
    """How papers look is told by other tests; the calls come on the day of the stories."""
    for name in ("agreement_pdf", "receipt_pdf", "reversal_pdf"):
        monkeypatch.setattr(f"agreements.papers.{name}", lambda _subject: make.PDF)
    clock.set(AT)
    with translation.override("en"):
        yield


class Line:
    """An account, and the provider that calls for it."""

    def __init__(self, name: str, server: str = "", **given: Any) -> None:
        self.account = cast.provider(name, **given)
        path = reverse("provider_call", args=[self.account.slug])
        self.fake: Any = (
            FAKES[name](server + path) if server else FAKES[name](path, post=in_process)
        )

    def again(self) -> ProviderAccount:
        """The account as it is now."""
        return ProviderAccount.objects.get(pk=self.account.pk)


@pytest.fixture
def line_to(db: Any) -> Any:
    """An open line from a provider to the application."""
    return Line


def work() -> None:
    """What the clock does with what was told."""
    take_back_certain(AT)
    settle_disputes(AT)
    book_certain(AT)


class TestOverHttp:
    @ALL
    def test_a_payment_is_booked_once_a_forged_one_never_and_a_refund_takes_it_back(
        self, live_server: Any, name: str
    ) -> None:
        case, provider = agreements.signed().case, Line(name, live_server.url)
        assert requests.get(provider.fake.url, timeout=20).status_code == 405
        for _ in range(2):
            assert provider.fake.is_taken(provider.fake.paid(AT))
        forged = FORGERIES[name](provider.fake)
        assert forged.status_code == 403
        assert provider.fake.is_refused(forged)
        work()
        payment = case.payments.get()
        assert (payment.amount, payment.reversed_at) == (Decimal("6500.00"), None)
        for _ in range(2):
            assert provider.fake.is_taken(provider.fake.refunded(AT))
            work()
        assert case.payments.get().reversed_at == AT
        assert agreements.again(case).balance == Decimal("39000.00")


class TestCall:
    @ALL
    def test_books_a_payment_that_names_its_case_once(self, line_to: Any, name: str) -> None:
        case, at = agreements.signed().case, AT - timedelta(minutes=1)
        provider = line_to(name)
        answers = [provider.fake.paid(at) for _ in range(3)]
        assert all(provider.fake.is_taken(answer) for answer in answers)
        assert {answer.content for answer in answers} == {answers[0].content}
        work()
        work()
        assert provider.fake.is_taken(provider.fake.paid(at))
        work()
        payment = case.payments.get()
        assert (payment.amount, payment.received_at) == (Decimal("6500.00"), at)
        assert payment.method == ("other" if name == "stripe_pay" else "mobile")
        assert payment.recorded_by == User.objects.system()
        (line,) = cast.lines()
        assert (line.state, line.match, line.payment) == ("booked", "certain", payment)
        assert provider.again().heard_count == 4
        assert [told["amount"] for told in cast.told("provider.told")] == ["6500.00"]

    @ALL
    def test_of_a_forger_is_refused_logged_and_books_nothing(
        self, line_to: Any, name: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        agreements.signed()
        provider = line_to(name)
        with caplog.at_level(logging.WARNING):
            answer = FORGERIES[name](provider.fake)
        assert answer.status_code == 403
        assert provider.fake.is_refused(answer)
        assert b"signature" not in answer.content  # nobody is told what to mend
        assert "was not believed: signature" in caplog.text
        work()
        assert not StatementLine.objects.exists()
        assert not Payment.objects.exists()
        now = provider.again()
        assert (now.forged_count, now.forged_why, now.heard_count) == (1, "signature", 0)
        assert now.forged_at is not None

    @ALL
    def test_that_was_changed_on_its_way_is_refused(self, line_to: Any, name: str) -> None:
        provider = line_to(name)
        changed = {
            "wechat_pay": lambda fake: fake.call(
                "TRANSACTION.SUCCESS", fake.transaction(AT), AT, after=b" "
            ),
            "alipay": lambda fake: fake.call(fake.trade(AT), total_amount="65000.00"),
            "stripe_pay": lambda fake: fake.call(
                "payment_intent.succeeded", fake.intent(AT), AT, after=b" "
            ),
        }
        assert changed[name](provider.fake).status_code == 403
        assert not StatementLine.objects.exists()

    @pytest.mark.parametrize(
        ("name", "tolerance"),
        [
            ("wechat_pay", timedelta(seconds=300)),
            ("stripe_pay", timedelta(seconds=300)),
            ("alipay", timedelta(hours=26)),
        ],
    )
    def test_is_refused_when_it_is_older_than_tolerance(
        self, line_to: Any, name: str, tolerance: timedelta
    ) -> None:
        agreements.signed()
        provider, aside = line_to(name), timedelta(seconds=60)  # the clock goes on meanwhile
        for late in (AT - tolerance - timedelta(seconds=1), AT + tolerance + aside):
            assert provider.fake.paid(late).status_code == 403
        assert provider.again().forged_why == "old"
        assert not StatementLine.objects.exists()
        assert provider.fake.is_taken(provider.fake.paid(AT - tolerance + aside))
        assert len(cast.lines()) == 1

    @ALL
    def test_with_no_reference_of_ours_waits_for_a_person(self, line_to: Any, name: str) -> None:
        case = agreements.signed().case
        provider = line_to(name)
        unknown = {
            "wechat_pay": {"attach": ""}, "alipay": {"params": ""}, "stripe_pay": {"reference": ""},
        }  # fmt: skip
        assert provider.fake.is_taken(provider.fake.paid(AT, **unknown[name]))
        work()
        (line,) = cast.lines()
        assert (line.state, line.match, line.why) == ("open", "none", "nobody")
        payment = book_line(line=line, case=agreements.again(case), by=make.clerk(), at=AT)
        assert payment.amount == Decimal("6500.00")

    @ALL
    def test_of_another_merchant_is_refused(self, line_to: Any, name: str) -> None:
        provider = line_to(name)
        others = {
            "wechat_pay": lambda fake: fake.paid(AT, mchid="1900000999"),
            "alipay": lambda fake: fake.paid(AT, seller_id="2088000000000000"),
            "stripe_pay": lambda fake: fake.call(
                "payment_intent.succeeded", fake.intent(AT), AT, account="acct_other"
            ),
        }
        assert others[name](provider.fake).status_code == 403
        assert provider.again().forged_why == "merchant"

    @ALL
    def test_above_the_rate_is_told_to_come_again(self, line_to: Any, name: str) -> None:
        agreements.signed()
        provider = line_to(name, per_minute=2)
        answers = [provider.fake.paid(AT) for _ in range(3)]
        assert [answer.status_code < 300 for answer in answers] == [True, True, False]
        assert answers[-1].status_code == 429
        assert provider.fake.is_refused(answers[-1])

    @ALL
    def test_that_says_nothing_of_money_is_taken_and_kept_nowhere(
        self, line_to: Any, name: str
    ) -> None:
        provider = line_to(name)
        other = {
            "wechat_pay": lambda fake: fake.call("COUPON.USE", fake.transaction(AT), AT),
            "alipay": lambda fake: fake.paid(AT, status="WAIT_BUYER_PAY"),
            "stripe_pay": lambda fake: fake.call("invoice.created", {"id": "in_1"}, AT),
        }
        assert provider.fake.is_taken(other[name](provider.fake))
        assert not StatementLine.objects.exists()
        assert provider.again().heard_count == 1

    def test_to_an_address_that_is_none_or_out_of_use_finds_nobody(self, line_to: Any) -> None:
        provider = line_to("stripe_pay")
        elsewhere = FakeStripe(reverse("provider_call", args=["nobody"]), post=in_process)
        assert elsewhere.paid(AT).status_code == 404
        provider_accounts.take_out(
            account=provider.account, why="停用", by=make.administrator(), at=AT
        )
        assert provider.fake.paid(AT).status_code == 404

    def test_that_says_something_else_of_a_known_number_changes_nothing(self, line_to: Any) -> None:
        agreements.signed()
        provider = line_to("stripe_pay")
        provider.fake.paid(AT)
        assert provider.fake.is_taken(provider.fake.paid(AT, cents=1))
        (line,) = cast.lines()
        assert line.amount == Decimal("6500.00")
        assert cast.told("provider.said_otherwise")[0]["now"] == "0.01"


class TestWeChatPay:
    def test_probes_with_a_wrong_signature_and_is_refused_without_alarm(self, line_to: Any) -> None:
        provider = line_to("wechat_pay")
        fake: FakeWeChatPay = provider.fake
        answer = fake.call(
            "TRANSACTION.SUCCESS", fake.transaction(AT), AT, signature="WECHATPAY/SIGNTEST/abc"
        )
        assert fake.is_refused(answer)
        assert provider.again().forged_count == 0

    def test_seals_with_a_secret_that_is_not_ours(self, line_to: Any) -> None:
        provider = line_to("wechat_pay")
        fake: FakeWeChatPay = provider.fake
        answer = fake.call("TRANSACTION.SUCCESS", fake.transaction(AT), AT, secret=APIV3_KEY[::-1])
        assert answer.status_code == 403
        assert provider.again().forged_why == "secret"

    def test_signs_with_a_key_of_a_number_that_is_not_known(self, line_to: Any) -> None:
        provider = line_to("wechat_pay")
        fake: FakeWeChatPay = provider.fake
        answer = fake.call("TRANSACTION.SUCCESS", fake.transaction(AT), AT, serial="PUB_KEY_ID_9")
        assert answer.status_code == 403
        assert provider.again().forged_why == "serial"

    def test_pays_in_part_by_a_voucher(self, line_to: Any) -> None:
        agreements.signed()
        line_to("wechat_pay").fake.paid(AT, payer_cents=640_000)
        work()
        (line,) = cast.lines()
        assert (line.state, line.why) == ("open", "not_whole")

    def test_names_the_case_at_the_head_of_the_orders_number(self, line_to: Any) -> None:
        agreements.signed()
        line_to("wechat_pay").fake.paid(AT, attach="", order="HZ-2026-0147*0415")
        work()
        assert cast.lines()[0].state == "booked"


class TestAlipay:
    def test_speaks_in_chinese_letters_of_either_encoding(self, line_to: Any) -> None:
        agreements.signed()
        fake: FakeAlipay = line_to("alipay").fake
        assert fake.is_taken(fake.call({**fake.trade(AT), "charset": "gbk", "subject": "四月还款"}))
        assert "四月还款" in cast.lines()[0].remark


class TestStripe:
    @pytest.mark.parametrize(
        ("currency", "minor", "amount"),
        [("jpy", 6500, "6500.00"), ("usd", 6501, "65.01"), ("kwd", 6500, "6.50")],
    )
    def test_names_amounts_in_the_smallest_unit_of_the_currency(
        self, line_to: Any, currency: str, minor: int, amount: str
    ) -> None:
        agreements.signed()
        line_to("stripe_pay").fake.paid(AT, cents=minor, currency=currency)
        work()
        (line,) = cast.lines()
        assert (line.amount, line.currency) == (Decimal(amount), currency.upper())
        assert (line.state, line.why) == ("open", "currency")

    @pytest.mark.parametrize("cents", [0, -5, 65.5, "650000", True])
    def test_cannot_name_what_is_no_amount(self, line_to: Any, cents: Any) -> None:
        provider = line_to("stripe_pay")
        assert provider.fake.paid(AT, cents=cents).status_code == 400
        assert not StatementLine.objects.exists()
