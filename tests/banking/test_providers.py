"""Accounts at payment providers: opened, changed, taken out of use, tested; and their pages."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from banking.actions import provider_accounts
from banking.models import ProviderAccount
from tests import make
from tests.banking import cast
from tests.banking.fake_providers import APIV3_KEY, VALUES, WHSEC, FakeStripe, in_process, key, pem
from workflow.steps import RightRefused, WrongInput

pytestmark = pytest.mark.django_db
AT = cast.AT


@pytest.fixture(autouse=True)
def _english(clock: Any) -> Any:
    clock.set(AT)
    with translation.override("en"):
        yield


def kinds(account: ProviderAccount) -> list[str]:
    """What was done with it, the latest first."""
    return list(account.records.values_list("kind", flat=True))


class TestOpenAccount:
    def test_keeps_the_secret_sealed(self) -> None:
        account = cast.provider("wechat_pay")
        assert account.secrets == {"apiv3_key": APIV3_KEY}
        assert APIV3_KEY not in str(account.settings)
        with connection.cursor() as cursor:
            cursor.execute("select sealed from banking_provideraccount where id = %s", [account.pk])
            assert APIV3_KEY not in cursor.fetchone()[0]
        assert kinds(account) == ["opened"]

    def test_takes_the_place_of_the_one_before(self) -> None:
        first, second = cast.provider(), cast.provider()
        first.refresh_from_db()
        assert (first.is_active, second.is_active) == (False, True)
        assert kinds(first) == ["taken_out", "opened"]

    def test_lets_another_provider_stand_beside_it(self) -> None:
        first = cast.provider("stripe_pay")
        cast.provider("alipay")
        first.refresh_from_db()
        assert first.is_active

    @pytest.mark.parametrize(
        ("name", "changed", "says"),
        [
            ("wechat_pay", {"apiv3_key": "short"}, "exactly 32"),
            ("wechat_pay", {"public_key": "nonsense"}, "This is no public key"),
            ("wechat_pay", {"next_serial": "PUB_KEY_ID_2"}, "belong together"),
            ("alipay", {"public_key": "a private one"}, "This is no public key"),
            ("alipay", {"seller_id": ""}, "Please fill this in"),
            ("stripe_pay", {"signing_secret": "sk_live_1"}, "begins with whsec_"),
        ],
    )
    def test_is_refused_with_keys_that_cannot_work(
        self, name: str, changed: dict[str, str], says: str
    ) -> None:
        with pytest.raises(WrongInput, match=says):
            cast.provider(name, values={**VALUES[name], **changed})
        assert not ProviderAccount.objects.exists()

    def test_is_refused_with_a_private_key(self) -> None:
        from cryptography.hazmat.primitives import serialization as s

        private = key().private_bytes(
            s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()
        ).decode()  # fmt: skip
        with pytest.raises(WrongInput, match="This is a private key"):
            cast.provider("alipay", values={**VALUES["alipay"], "public_key": private})

    def test_takes_a_key_without_its_first_and_last_line(self) -> None:
        bare = "".join(pem().splitlines()[1:-1])
        assert cast.provider("alipay", values={**VALUES["alipay"], "public_key": bare}).pk

    def test_is_refused_to_a_supervisor(self) -> None:
        with pytest.raises(RightRefused):
            cast.provider(by=make.supervisor())


class TestChangeAccount:
    def change(self, held: ProviderAccount, **values: str) -> None:
        provider_accounts.change_account(
            account=held, values={**VALUES["stripe_pay"], **values}, per_minute=600,
            why="更换密钥", by=make.administrator(), at=AT,
        )  # fmt: skip

    def test_leaves_a_secret_that_is_left_empty(self) -> None:
        account = cast.provider()
        self.change(account, signing_secret="", account="acct_2")
        account.refresh_from_db()
        assert account.secrets["signing_secret"] == WHSEC
        assert account.settings["account"] == "acct_2"
        assert account.records.first().names == ["account"]

    def test_lets_the_secret_before_hold_while_it_is_changed(self) -> None:
        account = cast.provider()
        self.change(account, signing_secret="whsec_next", previous_secret=WHSEC)
        fake = FakeStripe(reverse("provider_call", args=[account.slug]), post=in_process)
        for secret in (WHSEC, "whsec_next"):
            assert fake.is_taken(fake.call("ping", {"id": "x"}, AT, secret=secret))

    def test_is_refused_when_nothing_changes(self) -> None:
        account = cast.provider()
        with pytest.raises(WrongInput, match="Nothing was changed"):
            self.change(account, signing_secret="")


class TestTest:
    def begin(self, account: ProviderAccount) -> FakeStripe:
        provider_accounts.begin_test(account=account, by=make.administrator(), at=AT)
        return FakeStripe(reverse("provider_call", args=[account.slug]), post=in_process)

    def outcome(self, account: ProviderAccount) -> tuple[str, str] | None:
        account.refresh_from_db()
        found = provider_accounts.tested(account)
        return (found.outcome, found.why) if found else None

    def test_shows_whether_the_secret_works(self) -> None:
        account = cast.provider()
        assert self.outcome(account) is None
        fake = self.begin(account)
        assert self.outcome(account) == ("waiting", "")
        fake.call("ping", {"id": "x"}, AT, secret="whsec_another")
        assert self.outcome(account) == ("refused", "signature")
        fake.call("ping", {"id": "x"}, AT)
        assert self.outcome(account) == ("works", "")

    def test_of_an_account_out_of_use_is_in_vain(self) -> None:
        account = cast.provider()
        provider_accounts.take_out(account=account, why="停用", by=make.administrator(), at=AT)
        account.refresh_from_db()
        with pytest.raises(WrongInput, match="out of use"):
            self.begin(account)


class TestPages:
    def client(self) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(make.administrator())
        client.cookies["django_language"] = "en"
        return client

    def test_open_change_and_test_an_account_and_never_show_its_secret(self) -> None:
        client = self.client()
        opened = client.post(
            reverse("banking:open_provider", args=["stripe_pay"]),
            {
                "creditor": make.creditor().pk, "team": make.team().pk, "per_minute": "60",
                "why": "开通", "guard_key": "k1", **VALUES["stripe_pay"],
            },
        )  # fmt: skip
        account = ProviderAccount.objects.get()
        assert opened.headers["Location"] == account.get_absolute_url()
        page = client.get(account.get_absolute_url()).content.decode()
        assert reverse("provider_call", args=[account.slug]) in page
        assert "It was not tested yet." in page
        assert WHSEC not in page
        assert WHSEC not in client.get(
            reverse("banking:change_provider", args=[account.pk])
        ).content.decode()  # fmt: skip
        client.post(reverse("banking:test_provider", args=[account.pk]), {"guard_key": "k2"})
        assert "No call has come yet since" in client.get(
            account.get_absolute_url()
        ).content.decode()  # fmt: skip
        assert "Stripe" in client.get(reverse("banking:providers")).content.decode()

    def test_show_money_that_went_back_with_the_payments_that_it_may_be(self) -> None:
        back = cast.went_back(cast.provider())
        page = self.client().get(back.get_absolute_url()).content.decode()
        assert "Reverse the payment that went back" in page
        assert "Only a part of a payment went back." in page
