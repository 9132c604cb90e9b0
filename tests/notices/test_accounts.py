"""Accounts at carriers as their keeper sees them: opened, changed, tried, and every step on record."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from notices import account_actions
from notices.account_actions import belongs_to_somebody
from notices.models import AccountRecord, ChannelAccount
from people.models import ContactPoint, User
from tests import make
from tests.notices.fakes.server import SILENT_AFTER, nobody_there
from tests.notices.fakes.twilio import SID, TOKEN, FakeTwilio
from tests.notices.rigs import ALIBABA, TWILIO
from workflow.steps import RightRefused, WrongInput

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")
VALUES = {"account_sid": SID, "auth_token": TOKEN, "sender": "+12025550123"}


@pytest.fixture
def keeper(clock: Any) -> Client:
    clock.set(AT)
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.administrator())
    return client


def opened(**more: Any) -> ChannelAccount:
    return account_actions.open_account(
        **{
            "organisation": make.agency(), "provider": "twilio_sms", "values": VALUES,
            "per_minute": 60, "why": "A new contract", "by": make.administrator(), "at": AT, **more,
        }
    )  # fmt: skip


class TestOpen:
    def test_keeps_what_was_given_and_who_gave_it(self) -> None:
        made = opened()
        assert made.settings == {"account_sid": SID, "sender": "+12025550123"}
        assert made.secrets == {"auth_token": TOKEN}
        record = made.records.get()
        assert (record.kind, record.by, record.at, record.why) == (
            "opened", make.administrator(), AT, "A new contract",
        )  # fmt: skip
        assert TOKEN not in str(record.names)

    def test_takes_the_place_of_the_one_in_use(self) -> None:
        before, made = opened(), opened()
        before.refresh_from_db()
        assert (before.is_active, made.is_active) == (False, True)
        assert [one.kind for one in before.records.all()] == ["taken_out", "opened"]

    def test_asks_for_each_secret_that_is_needed(self) -> None:
        with pytest.raises(WrongInput) as wrong:
            opened(values={**VALUES, "auth_token": ""})
        assert wrong.value.field == "auth_token"
        assert not ChannelAccount.objects.exists()

    @pytest.mark.parametrize("sign", ["清水催收", "逾期提醒"])
    def test_is_refused_with_a_signature_that_tells_of_a_debt(self, sign: str) -> None:
        values = {**ALIBABA.settings, **ALIBABA.secrets, "sign_name": sign}
        with pytest.raises(WrongInput, match="tell a stranger of the debt") as wrong:
            opened(provider="alibaba_sms", values=values)
        assert wrong.value.field == "sign_name"
        assert not ChannelAccount.objects.exists()

    @pytest.mark.parametrize("role", ["clerk", "officer", "supervisor", "compliance"])
    def test_is_refused_to_all_but_administrators(self, role: str) -> None:
        somebody = User.objects.create_user(username="somebody", role=role, team=make.team())
        with pytest.raises(RightRefused):
            opened(by=somebody)


class TestChange:
    def test_is_refused_with_a_signature_that_tells_of_a_debt(self) -> None:
        made = opened(
            provider="alibaba_sms", values={**ALIBABA.settings, **ALIBABA.secrets}
        )  # fmt: skip
        with pytest.raises(WrongInput, match="tell a stranger of the debt"):
            account_actions.change_account(
                account=made, values={**ALIBABA.settings, "sign_name": "清水催收"}, per_minute=0,
                why="Another name", by=make.administrator(), at=AT,
            )  # fmt: skip
        made.refresh_from_db()
        assert made.settings["sign_name"] == "清水信用"

    def test_keeps_a_secret_that_is_left_empty(self) -> None:
        made = opened()
        account_actions.change_account(
            account=made, values={**VALUES, "auth_token": "", "sender": "+12025550199"},
            per_minute=60, why="Another number", by=make.administrator(), at=AT,
        )  # fmt: skip
        made.refresh_from_db()
        assert (made.settings["sender"], made.secrets) == ("+12025550199", {"auth_token": TOKEN})
        assert made.records.first().names == ["sender"]

    def test_that_changes_nothing_is_told_so(self) -> None:
        with pytest.raises(WrongInput, match=r"Nothing was changed|没有任何更改"):
            account_actions.change_account(
                account=opened(),
                values=VALUES,
                per_minute=60,
                why="?",
                by=make.administrator(),
                at=AT,
            )


class TestUse:
    def test_out_and_in_again_is_on_record_with_its_reason(self) -> None:
        made, who = opened(), make.administrator()
        account_actions.take_out(account=made, why="The bill", by=who, at=AT)
        account_actions.take_in(account=made, why="Paid", by=who, at=AT)
        made.refresh_from_db()
        assert made.is_active
        assert [(one.kind, one.why) for one in made.records.all()][:2] == [
            ("taken_in", "Paid"), ("taken_out", "The bill"),
        ]  # fmt: skip

    def test_by_another_s_place_is_told_in_each_reader_s_language(self) -> None:
        before = opened()
        opened(why="A better one")
        told = before.records.first()
        assert told.kind == "taken_out"
        with override("en"):
            assert told.told == "Another account takes its place."
        with override("zh-hans"):
            assert told.told == "由另一个账号接替。"


class TestTry:
    def tried(
        self, account: ChannelAccount, to: str = "+12025550100", **more: Any
    ) -> AccountRecord:
        return account_actions.try_account(
            account=account, to=to, by=make.administrator(), at=AT, language="en", **more
        )

    def test_sends_harmless_words_and_keeps_what_the_carrier_said(self) -> None:
        with FakeTwilio() as fake:
            account = TWILIO.account(fake.base)
            record = self.tried(account)
            assert fake.taken[0]["body"] == account_actions.HARMLESS["en"]
        assert (record.outcome, record.words) == ("taken", f"{fake.taken[0]['sid']} queued")

    def test_tells_of_a_refusal_in_the_carrier_s_words(self) -> None:
        with FakeTwilio() as fake:
            account = TWILIO.account(fake.base)
            fake.script = [fake.refuse(400, 21211, "Not a valid number")]
            record = self.tried(account)
        assert record.outcome == "refused"
        assert "Not a valid number" in record.words

    def test_tells_when_the_carrier_is_not_there_or_falls_silent(self) -> None:
        assert self.tried(TWILIO.account(nobody_there())).outcome == "refused"
        ChannelAccount.objects.update(is_active=False)
        with FakeTwilio() as fake:
            fake.script = [SILENT_AFTER]
            assert self.tried(TWILIO.account(fake.base)).outcome == "unclear"

    @pytest.mark.parametrize("to", ["13800000000", "+86 138-0000-0000", "0086 13800000000"])
    def test_never_goes_to_a_number_of_somebody_in_a_case(self, to: str) -> None:
        case = make.case()
        ContactPoint.objects.create(
            person=case.debtor, channel="sms", value="138 0000 0000", source="contract"
        )
        with FakeTwilio() as fake, pytest.raises(WrongInput) as wrong:
            self.tried(TWILIO.account(fake.base), to)
        assert wrong.value.field == "to"
        assert not fake.calls

    def test_knows_an_e_mail_address_however_it_is_written(self) -> None:
        case = make.case()
        point = case.debtor.contact_points.get(channel="email")
        assert belongs_to_somebody(point.value.upper())
        assert not belongs_to_somebody("me@agency.example")

    def test_is_done_five_times_an_hour_at_most(self) -> None:
        with FakeTwilio() as fake:
            account = TWILIO.account(fake.base)
            for _ in range(5):
                self.tried(account)
            with pytest.raises(WrongInput):
                self.tried(account)
            assert len(fake.taken) == 5

    def test_asks_for_an_approved_template_where_the_carrier_wants_one(self) -> None:
        with ALIBABA.fake() as fake:
            account = ALIBABA.account(fake.base)
            with pytest.raises(WrongInput) as wrong:
                self.tried(account)
            assert wrong.value.field == "template"
            record = self.tried(account, template="SMS_1", params={"name": "Test"})
        assert record.outcome == "taken"


class TestPages:
    def test_list_accounts_with_how_they_do_in_the_same_queries_for_one_and_for_many(
        self, keeper: Client, django_assert_max_num_queries: Any
    ) -> None:
        opened()
        page = keeper.get(reverse("notices:accounts"))
        assert "Twilio" in page.content.decode()
        for number in range(5):
            opened(organisation=make.agency(slug=f"agency-{number}", name=f"机构{number}"))
        with django_assert_max_num_queries(9):
            page = keeper.get(reverse("notices:accounts"))
        assert page.content.decode().count("data-row>") == 6

    def test_never_show_a_secret_again(self, keeper: Client) -> None:
        made = opened()
        for name in ("account", "change_account", "use_account", "try_account"):
            page = keeper.get(reverse(f"notices:{name}", args=[made.pk])).content.decode()
            assert TOKEN not in page, name
            assert SID in page or name not in {"account", "change_account"}

    def test_show_where_the_carrier_calls_with_a_key_where_it_signs_nothing(
        self, keeper: Client
    ) -> None:
        made = ALIBABA.account("")
        page = keeper.get(reverse("notices:account", args=[made.pk])).content.decode()
        assert f"/carriers/{made.slug}/?key=" in page
        assert "signs nothing" in page

    def test_open_change_and_try_an_account_by_hand(self, keeper: Client) -> None:
        with FakeTwilio() as fake:
            given = {**VALUES, "base": fake.base, "per_minute": "0", "why": "New"}
            answer = keeper.post(
                reverse("notices:open_account", args=["twilio_sms"]),
                {**given, "organisation": str(make.agency().pk)},
            )
            made = ChannelAccount.objects.get()
            assert answer.url == reverse("notices:account", args=[made.pk])
            keeper.post(
                reverse("notices:change_account", args=[made.pk]),
                {**given, "auth_token": "", "per_minute": "30", "why": "Slower"},
            )
            made.refresh_from_db()
            assert (made.per_minute, made.secrets["auth_token"]) == (30, TOKEN)
            page = keeper.post(
                reverse("notices:try_account", args=[made.pk]), {"to": "+12025550100"}, follow=True
            )
            assert "has taken the test message" in page.content.decode()
            assert len(fake.taken) == 1

    def test_open_one_account_however_often_the_button_is_pressed(self, keeper: Client) -> None:
        address = reverse("notices:open_account", args=["twilio_sms"])
        given = {**VALUES, "per_minute": "0", "why": "New", "organisation": make.agency().pk}
        for _press in range(2):
            page = keeper.post(address, {**given, "guard_key": "once"}, follow=True)
        assert "already done; nothing was done twice" in page.content.decode()
        assert page.redirect_chain[-1][0] == reverse("notices:accounts")
        assert AccountRecord.objects.get().account == ChannelAccount.objects.get()

    def test_change_and_take_out_an_account_once(self, keeper: Client) -> None:
        made = opened()
        for name, given in {
            "change_account": {**VALUES, "per_minute": "30", "why": "Slower"},
            "use_account": {"why": "The contract is over"},
        }.items():
            for _press in range(2):
                answer = keeper.post(
                    reverse(f"notices:{name}", args=[made.pk]), {**given, "guard_key": name}
                )
                assert answer.status_code == 302, name
        made.refresh_from_db()
        assert not made.is_active
        assert made.records.count() == 3

    @pytest.mark.parametrize("name", ["postmark_email", "smtp_email", "wecom", "wechat_official"])
    def test_ask_each_carrier_s_own_questions(self, keeper: Client, name: str) -> None:
        address = reverse("notices:open_account", args=[name])
        page = keeper.get(address)
        assert page.status_code == 200
        assert "---" not in page.content.decode()  # a list begins with words
        assert keeper.post(address, {}).status_code == 422

    def test_of_a_carrier_that_is_not_known_are_not_there(self, keeper: Client) -> None:
        address = reverse("notices:open_account", args=["pigeon"])
        assert keeper.get(address).status_code == 404
