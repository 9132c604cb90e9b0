"""Single sign-on: in by a provider's word, believed only as far as it is signed, ours, fresh, and somebody's here."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import settings as used
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from access import lockout
from people.models import User
from tests import make
from tests.access.cast import RIGHT, code_of, enrol, knock, signed_in, step
from tests.access.fake_provider import CLIENT, SECRET, FakeProvider, a_key
from timeline.models import Event

pytestmark = pytest.mark.django_db
START, BACK, AGAIN = ("/sign-in/provider/", "/sign-in/provider/back/", "/sign-in/provider/again/")
MAIL = "Li.Wen@example.com"


@pytest.fixture
def at_provider(settings: Any, clerk: User) -> Iterator[FakeProvider]:
    """A provider that knows the clerk."""
    clerk.email = MAIL.lower()
    clerk.save(update_fields=["email"])
    with FakeProvider() as fake:
        settings.OIDC = {"issuer": fake.base, "client": CLIENT, "secret": SECRET, "label": "Firma-ID", "factors": []}  # fmt: skip
        settings.ROOT_URLCONF = "tests.access.with_provider"
        fake.person = {"sub": "s-1", "email": MAIL, "email_verified": True}
        yield fake


def come_back(client: Client, fake: FakeProvider, *, start: str = START, **changed: str) -> Any:
    """Press the button, sign in over there, come back."""
    sent = client.post(start, {"next": "/approvals/"})
    assert sent.status_code == 302, sent.content.decode()
    return client.get(BACK, {**fake.authorize(sent.url), **changed})


def refused(client: Client, answer: Any, says: str, status: int = 403) -> None:
    assert answer.status_code == status
    assert says in answer.content.decode()
    assert not signed_in(client)
    assert not SocialAccount.objects.exists()


class TestSettings:
    def test_mount_nothing_and_show_no_button_where_no_provider_is_set(self, clerk: User) -> None:
        assert Client().post(START).status_code == 404
        with pytest.raises(NoReverseMatch):
            reverse("provider:start")
        assert "provider" not in Client().get(reverse("people:sign_in")).content.decode()

    def test_mount_three_addresses_and_no_other_of_the_library(self, at_provider: Any) -> None:
        ours = get_resolver("access.provider_urls").url_patterns
        assert [str(one.pattern) for one in ours] == [START[1:], BACK[1:], AGAIN[1:]]
        for address in ("/accounts/oidc/x/login/", "/accounts/signup/", "/accounts/social/signup/"):
            assert Client().get(address).status_code == 404

    def test_let_the_forms_of_the_door_lead_to_that_issuer_alone(self, at_provider: FakeProvider) -> None:  # fmt: skip
        door = Client().get(reverse("people:sign_in"))
        assert f"form-action 'self' {at_provider.base};" in door["Content-Security-Policy"] + ";"
        assert "用 Firma-ID 登录" in door.content.decode()
        other = Client().get(reverse("portal:check", args=["D-1"]))
        assert at_provider.base not in other["Content-Security-Policy"]


class TestComingIn:
    def test_finds_the_person_by_the_verified_address_and_links_them(
        self, at_provider: FakeProvider, clerk: User
    ) -> None:
        client = Client()
        answer = come_back(client, at_provider)
        assert (answer.status_code, answer.url) == (302, "/approvals/")
        assert client.session["_auth_user_id"] == str(clerk.pk)
        link = SocialAccount.objects.get()
        assert (link.user_id, link.provider, link.uid) == (clerk.pk, at_provider.base, "s-1")
        assert link.extra_data == {}
        assert Event.objects.get(kind="sign_in.linked").data == {
            "user": clerk.username, "issuer": at_provider.base,
        }  # fmt: skip

    def test_asks_only_for_what_it_needs_with_a_proof_key(self, at_provider: FakeProvider) -> None:
        sent = Client().post(START).url
        come = at_provider.authorize(sent)
        asked = at_provider.asked[come["code"]]
        assert asked["scope"] == "openid email"
        assert asked["code_challenge_method"] == "S256"
        assert asked["redirect_uri"] == f"{used.PUBLIC_URL}{BACK}"
        assert len(asked["nonce"]) >= 43
        assert "prompt" not in asked

    def test_keeps_no_token(self, at_provider: FakeProvider) -> None:
        client = Client()
        come_back(client, at_provider)
        kept = "".join(str(row.get_decoded()) for row in Session.objects.all())
        assert "opaque-7" not in kept
        assert "eyJ" not in kept
        assert MAIL not in kept

    def test_knows_the_person_by_the_subject_when_the_address_has_changed(
        self, at_provider: FakeProvider, clerk: User
    ) -> None:
        come_back(Client(), at_provider)
        at_provider.person |= {"email": "married@example.com", "email_verified": False}
        again = Client()
        assert come_back(again, at_provider).status_code == 302
        assert again.session["_auth_user_id"] == str(clerk.pk)

    def test_takes_the_keys_of_today(self, at_provider: FakeProvider) -> None:
        come_back(Client(), at_provider)
        at_provider.rotate()
        client = Client()
        assert come_back(client, at_provider).status_code == 302
        assert signed_in(client)

    def test_sends_its_secret_in_the_header_where_the_provider_wants_it_there(self, at_provider: FakeProvider) -> None:  # fmt: skip
        at_provider.configured = {"token_endpoint_auth_methods_supported": ["client_secret_basic"]}
        client = Client()
        come_back(client, at_provider)
        assert signed_in(client)
        assert all("client_secret" not in call.form for call in at_provider.calls if call.path == "/token")  # fmt: skip

    def test_ends_ours_by_our_sign_out_and_says_that_theirs_goes_on(self, at_provider: FakeProvider) -> None:  # fmt: skip
        client = Client()
        come_back(client, at_provider)
        page = client.post(reverse("people:sign_out"), follow=True)
        assert not signed_in(client)
        assert "在“Firma-ID”可能仍处于登录状态" in page.content.decode()

    def test_never_leads_out_of_the_house(self, at_provider: FakeProvider) -> None:
        client = Client()
        sent = client.post(START, {"next": "https://evil.example/"})
        assert client.get(BACK, at_provider.authorize(sent.url)).url == "/"


class TestNobody:
    def test_is_made_an_account(self, at_provider: FakeProvider) -> None:
        before = User.objects.count()
        at_provider.person |= {"sub": "s-9", "email": "stranger@example.com"}
        client = Client()
        refused(client, come_back(client, at_provider), "这里没有您的账号")
        assert User.objects.count() == before

    @pytest.mark.parametrize("said", [False, None, "yes", 1.5, "false"])
    def test_comes_in_by_an_address_that_is_not_verified(self, at_provider: FakeProvider, said: Any) -> None:  # fmt: skip
        at_provider.lies = {"email_verified": said}
        client = Client()
        refused(client, come_back(client, at_provider), "未核实您的邮箱")

    def test_takes_over_an_account_by_an_address_that_was_handed_on(self, at_provider: FakeProvider) -> None:  # fmt: skip
        come_back(Client(), at_provider)
        at_provider.person |= {"sub": "s-2"}
        client = Client()
        answer = come_back(client, at_provider)
        assert answer.status_code == 403
        assert not signed_in(client)
        assert SocialAccount.objects.get().uid == "s-1"

    def test_is_chosen_where_two_have_the_address(self, at_provider: FakeProvider) -> None:
        officer = make.crew()[0]
        officer.email = MAIL
        officer.save(update_fields=["email"])
        client = Client()
        refused(client, come_back(client, at_provider), "这里没有您的账号")

    def test_comes_in_who_has_left_linked_or_not(self, at_provider: FakeProvider, clerk: User) -> None:  # fmt: skip
        clerk.is_active = False
        clerk.save(update_fields=["is_active"])
        client = Client()
        refused(client, come_back(client, at_provider), "这里没有您的账号")
        SocialAccount.objects.create(user=clerk, provider=at_provider.base, uid="s-1")
        assert come_back(client, at_provider).status_code == 403
        assert not signed_in(client)

    def test_comes_in_as_the_system(self, at_provider: FakeProvider, clerk: User) -> None:
        User.objects.filter(pk=clerk.pk).update(role="system")
        client = Client()
        refused(client, come_back(client, at_provider), "这里没有您的账号")

    def test_is_whom_another_issuer_calls_by_the_same_subject(self, at_provider: FakeProvider) -> None:  # fmt: skip
        other = make.crew()[0]
        SocialAccount.objects.create(user=other, provider="https://elsewhere.example", uid="s-1")
        client = Client()
        come_back(client, at_provider)
        assert client.session["_auth_user_id"] != str(other.pk)


class TestTokens:
    @pytest.mark.parametrize(
        ("lies", "logged"),
        [
            ({"nonce": "another"}, "another nonce"),
            ({"nonce": None}, "MissingRequiredClaimError"),
            ({"aud": "somebody-else"}, "InvalidAudienceError"),
            ({"aud": [CLIENT, "somebody-else"]}, "not said for whom"),
            ({"azp": "somebody-else"}, "issued to another"),
            ({"iss": "https://evil.example"}, "InvalidIssuerError"),
            ({"exp": int(time.time()) - 600}, "ExpiredSignatureError"),
            ({"exp": None}, "MissingRequiredClaimError"),
            ({"iat": int(time.time()) + 3600}, "ImmatureSignatureError"),
            ({"sub": ""}, "no usable subject"),
            ({"sub": "s" * 300}, "no usable subject"),
        ],
    )
    def test_are_refused_with_what_is_wrong_in_the_log(
        self, at_provider: FakeProvider, lies: dict[str, Any], logged: str, caplog: pytest.LogCaptureFixture
    ) -> None:  # fmt: skip
        at_provider.lies = lies
        client = Client()
        refused(client, come_back(client, at_provider), "不可信")
        assert logged in caplog.text
        assert MAIL not in caplog.text

    def test_are_refused_unsigned(self, at_provider: FakeProvider) -> None:
        at_provider.algorithm, at_provider.signs_with = "none", ""
        client = Client()
        refused(client, come_back(client, at_provider), "不可信")

    def test_are_refused_signed_with_the_shared_secret(self, at_provider: FakeProvider) -> None:
        at_provider.algorithm, at_provider.signs_with = "HS256", SECRET * 2
        client = Client()
        refused(client, come_back(client, at_provider), "不可信")

    def test_are_refused_signed_with_another_key_of_the_same_name(self, at_provider: FakeProvider) -> None:  # fmt: skip
        at_provider.signs_with = a_key("k1 of somebody else")
        client = Client()
        refused(client, come_back(client, at_provider), "不可信")


class TestTheWay:
    def test_is_refused_with_a_state_that_was_not_ours(self, at_provider: FakeProvider) -> None:
        client = Client()
        refused(client, come_back(client, at_provider, state="made-up"), "已失效", 400)
        refused(client, client.get(BACK), "已失效", 400)

    def test_is_refused_in_another_browser(self, at_provider: FakeProvider) -> None:
        come = at_provider.authorize(Client().post(START).url)
        other = Client()
        refused(other, other.get(BACK, come), "已失效", 400)

    def test_is_good_once(self, at_provider: FakeProvider) -> None:
        client = Client()
        come = at_provider.authorize(client.post(START).url)
        assert client.get(BACK, come).status_code == 302
        client.post(reverse("people:sign_out"))
        assert client.get(BACK, come).status_code == 400
        assert not signed_in(client)

    def test_is_refused_with_an_answer_of_another_issuer(self, at_provider: FakeProvider) -> None:
        client = Client()
        refused(client, come_back(client, at_provider, iss="https://evil.example"), "不可信")

    def test_is_refused_where_the_configuration_is_anothers(self, at_provider: FakeProvider) -> None:  # fmt: skip
        at_provider.configured = {"issuer": "https://evil.example"}
        client = Client()
        refused(client, client.post(START), "不可信")

    def test_never_leads_to_another_origin_than_the_issuers(self, at_provider: FakeProvider) -> None:  # fmt: skip
        at_provider.configured = {"authorization_endpoint": "https://evil.example/authorize"}
        client = Client()
        refused(client, client.post(START), "不可信")

    @pytest.mark.parametrize("down", ["openid-configuration", "keys", "token"])
    def test_says_so_when_the_provider_is_away(self, at_provider: FakeProvider, down: str) -> None:
        client = Client()
        sent = client.post(START)
        come = at_provider.authorize(sent.url)
        at_provider.down = down
        refused(client, client.get(BACK, come), "暂时无法连接", 503)

    def test_says_so_when_the_person_broke_off_and_writes_no_line_of_theirs_into_the_log(
        self, at_provider: FakeProvider, caplog: pytest.LogCaptureFixture
    ) -> None:
        client = Client(headers={"accept-language": "en"})
        answer = come_back(client, at_provider, error="access_denied\r\nUser 1 signed in", code="")
        refused(client, answer, "did not let you in")
        assert "access_denied" in caplog.text
        assert not any("\n" in record.getMessage() for record in caplog.records)

    def test_begins_by_post_alone(self, at_provider: FakeProvider) -> None:
        assert Client().get(START).status_code == 405

    def test_is_counted_by_address_and_forgiven_when_it_was_right(
        self, at_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lockout, "FREE_FROM_ADDRESS", 3)
        for _ in range(5):
            assert come_back(Client(), at_provider).status_code == 302
        for _ in range(3):
            assert Client().post(START).status_code == 302
        assert Client().post(START).status_code == 429


class TestSecondFactor:
    def test_is_ours_and_asked_afterwards(self, at_provider: FakeProvider, clerk: User) -> None:
        mine = Client()
        knock(mine, clerk, RIGHT)
        secret, _codes = enrol(mine)
        client = Client()
        at_provider.person |= {
            "amr": ["pwd", "mfa"],
            "acr": "urn:gold",
        }  # nobody set that it counts
        assert come_back(client, at_provider).url == reverse("people:second_step")
        assert not signed_in(client)
        assert step(client, code_of(secret, 1)).status_code == 302
        assert signed_in(client)

    def test_is_to_be_enrolled_where_there_is_none_and_one_is_required(
        self, at_provider: FakeProvider, required: None
    ) -> None:
        client = Client()
        come_back(client, at_provider)
        assert client.get("/approvals/").url.startswith(reverse("people:enrol"))

    @pytest.mark.parametrize("said", [{"amr": ["pwd", "otp"]}, {"acr": "urn:gold"}])
    def test_may_be_the_providers_where_the_house_names_its_word(
        self, at_provider: FakeProvider, required: None, said: dict[str, Any], settings: Any
    ) -> None:
        settings.OIDC = {**settings.OIDC, "factors": ["otp", "urn:gold"]}
        at_provider.person |= said
        client = Client()
        come_back(client, at_provider)
        assert client.get("/approvals/").status_code == 200

    @pytest.mark.parametrize("said", [{"amr": ["pwd"]}, {"amr": "otp"}, {"acr": ""}, {}])
    def test_is_not_the_providers_when_it_says_another_word_or_none(
        self, at_provider: FakeProvider, required: None, said: dict[str, Any], settings: Any
    ) -> None:
        settings.OIDC = {**settings.OIDC, "factors": ["otp", ""]}
        at_provider.person |= said
        client = Client()
        come_back(client, at_provider)
        assert client.get("/approvals/").status_code == 302

    def test_when_lost_takes_the_link_along(self, at_provider: FakeProvider, clerk: User) -> None:
        from access.linking import link_of, unlink

        come_back(Client(), at_provider)
        assert link_of(clerk)
        assert unlink(clerk) == 1
        assert link_of(clerk) is None


class TestOnceMore:
    @pytest.fixture
    def chief(self, at_provider: FakeProvider, clerk: User) -> Client:
        """Somebody whose sign-in is long ago."""
        User.objects.filter(pk=clerk.pk).update(role="compliance")
        client = Client()
        at_provider.lies = {"auth_time": int(time.time()) - 3600}
        come_back(client, at_provider)
        at_provider.lies = {}
        return client

    def wanted(self, client: Client) -> Any:
        return client.post(
            reverse("people:ask_reset", args=["nobody-of-that-name"]), {"reason": "x"}
        )

    def test_is_asked_though_the_sign_in_here_is_new_when_the_one_there_is_old(self, chief: Client) -> None:  # fmt: skip
        page = self.wanted(chief)
        assert page.status_code == 403
        assert "到 Firma-ID 确认" in page.content.decode()

    def test_is_shown_at_the_provider_that_must_ask_anew(self, chief: Client, at_provider: FakeProvider) -> None:  # fmt: skip
        answer = come_back(chief, at_provider, start=AGAIN)
        assert answer.status_code == 200
        assert "请关闭此窗口" in answer.content.decode()
        asked = chief.post(AGAIN).url
        assert "prompt=login" in asked
        assert "max_age=0" in asked
        assert self.wanted(chief).status_code != 403 or "到 Firma-ID" not in self.wanted(chief).content.decode()  # fmt: skip

    @pytest.mark.parametrize("when", [None, -3600, "now", True])
    def test_is_not_taken_from_an_old_session_there(self, chief: Client, at_provider: FakeProvider, when: Any) -> None:  # fmt: skip
        told = int(time.time()) + when if when == -3600 else when
        at_provider.lies = {"auth_time": told}
        answer = come_back(chief, at_provider, start=AGAIN)
        assert answer.status_code == 403
        assert "没有要求您重新登录" in answer.content.decode()
        assert "到 Firma-ID 确认" in self.wanted(chief).content.decode()

    def test_is_not_taken_from_somebody_else(self, chief: Client, at_provider: FakeProvider) -> None:  # fmt: skip
        at_provider.person["sub"] = "s-2"
        answer = come_back(chief, at_provider, start=AGAIN)
        assert answer.status_code == 403
        assert "不是这里登录的人" in answer.content.decode()

    def test_is_not_offered_to_whoever_has_no_link(self, at_provider: FakeProvider, settings: Any) -> None:  # fmt: skip
        from datetime import timedelta

        settings.RECENT_SIGN_IN = timedelta(0)
        boss = make.compliance_officer()
        client = Client()
        client.force_login(boss)
        assert "Firma-ID" not in self.wanted(client).content.decode()
        answer = come_back(client, at_provider, start=AGAIN)
        assert "不是这里登录的人" in answer.content.decode()
