"""What the debtor reads by a link: only the person, nothing before the answer, and all of it on record."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.writing import write_to_debtor
from cases.facts import facts_for
from cases.models import Case, Mandate
from notices import channels, links, relay
from notices.models import Notice, PortalLink
from people.models import ContactPoint
from tests import make
from tests.conftest import Mailbox
from tests.notices.carrier import Scripted, account
from tests.notices.cast import MONDAY, chain_holds, queued, told
from workflow.steps import PolicyRefused

pytestmark = pytest.mark.django_db

TAIL = "2848"
NEUTRAL = ["债", "欠", "逾期", "还款", "催", "debt", "loan", "overdue", "repay", "HZ-2026"]


@pytest.fixture
def case(clock: Any) -> Case:
    clock.set(MONDAY)
    made = make.case()
    made.debtor.id_number, made.debtor.born_on = "33010619880715" + TAIL, date(1988, 7, 15)
    made.debtor.save()
    return made


@pytest.fixture
def notice(case: Case) -> Notice:
    made = queued(
        case, channel="portal", subject="Your instalment", body="Please pay 6,500.00 by Friday.",
        address=" ", with_point=False,
    )  # fmt: skip
    relay.send_due(MONDAY)
    return made


@pytest.fixture
def token(case: Case) -> str:
    return links.token_of(links.link_for(case=case, person=case.debtor, at=MONDAY))


def get(token: str, client: Client | None = None, **more: Any) -> Any:
    return (client or Client()).get(reverse("portal:messages", args=[token]), **more)


def answer(token: str, said: str, client: Client | None = None) -> Any:
    return (client or Client()).post(reverse("portal:messages", args=[token]), {"answer": said})


class TestLink:
    def test_holds_nothing_in_the_database_that_would_open_it(self, token: str) -> None:
        link = PortalLink.objects.get()
        assert token.partition("-")[2] not in str(link.__dict__)
        assert len(token.partition("-")[2]) == 22  # 128 bits
        assert links.link_of(token) == link

    def test_survives_a_change_of_the_houses_key(self, token: str, settings: Any) -> None:
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another" * 10
        assert links.link_of(token) is not None

    @pytest.mark.parametrize(
        "false", ["", "-", "1", "1-", "zz-abc", "1-" + "A" * 22, "ffffffffffffffff-x", "é-é"]
    )
    def test_that_was_never_given_out_is_none(self, case: Case, false: str) -> None:
        links.link_for(case=case, person=case.debtor, at=MONDAY)
        assert links.link_of(false) is None

    def test_is_put_in_as_the_message_goes_out_and_not_before(
        self, case: Case, mailbox: Mailbox
    ) -> None:
        made = queued(case, body=f"There is a message: {links.PLACE}")
        assert links.PLACE in Notice.objects.get(pk=made.pk).body
        relay.send_due(MONDAY)
        link = PortalLink.objects.get()
        (mail,) = mailbox.messages
        assert links.address_of(link) in mail.get_content()
        assert links.token_of(link) not in Notice.objects.get(pk=made.pk).body
        assert link.person == case.debtor


class TestDoor:
    def test_looks_the_same_for_every_link_good_or_not(self, notice: Notice, token: str) -> None:
        late = PortalLink.objects.get(pk=int(token.partition("-")[0], 16))
        expired = links.link_for(case=late.case, person=late.person, at=MONDAY - timedelta(days=91))
        withdrawn = links.link_for(case=late.case, person=late.person, at=MONDAY)
        PortalLink.objects.filter(pk=withdrawn.pk).update(revoked_at=MONDAY)
        tokens = [token, links.token_of(expired), links.token_of(withdrawn), "7-" + "A" * 22]
        pages = [get(one) for one in tokens]
        plain = [
            page.content.decode().replace(one, "#") for one, page in zip(tokens, pages, strict=True)
        ]
        plain = [text.split("<main", 1)[1].split("csrfmiddlewaretoken", 1)[0] for text in plain]
        assert {page.status_code for page in pages} == {200}
        assert len(set(plain)) == 1
        wrong = [answer(one, "0000") for one in tokens]
        assert {page.status_code for page in wrong} == {422}

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_says_nothing_of_what_it_is_about(
        self, notice: Notice, token: str, language: str
    ) -> None:
        for page in (
            get(token, headers={"Accept-Language": language}),
            answer(token, "0000"),
        ):
            text = page.content.decode() + str(page.headers)
            for word in [*NEUTRAL, notice.case.creditor.name, "王海燕"]:
                assert word not in text, word
            assert "no-store" in page.headers["Cache-Control"]
            assert page.headers["Referrer-Policy"] == "same-origin"

    @pytest.mark.parametrize("said", [TAIL, f" {TAIL} ", "19880715", "1988-07-15", "1988.07.15"])
    def test_opens_to_what_the_person_knows(self, notice: Notice, token: str, said: str) -> None:
        client = Client()
        assert answer(token, said, client).status_code == 302
        page = get(token, client)
        assert "Your instalment" in page.content.decode()
        assert told(notice.case, "portal.entered")
        assert chain_holds(notice.case)

    @pytest.mark.parametrize("said", ["", "0000", "9880715", "2848 2848", "王海燕", "x" * 5000])
    def test_stays_shut_to_anything_else(self, notice: Notice, token: str, said: str) -> None:
        client = Client()
        assert answer(token, said, client).status_code == 422
        assert "Your instalment" not in get(token, client).content.decode()
        assert not told(notice.case, "portal.entered")

    def test_stays_shut_where_nothing_of_the_person_is_known(
        self, notice: Notice, token: str
    ) -> None:
        person = notice.case.debtor
        person.id_number, person.born_on = "", None
        person.save()
        assert answer(token, "").status_code == 422
        assert answer(token, "0000").status_code == 422

    def test_shuts_for_an_hour_after_five_wrong_answers_and_tells(
        self, notice: Notice, token: str, clock: Any
    ) -> None:
        for _try in range(5):
            answer(token, "0000")
        assert answer(token, TAIL).status_code == 422
        assert len(told(notice.case, "portal.shut")) == 1
        clock.move(minutes=61)
        assert answer(token, TAIL).status_code == 302

    def test_forgets_the_browser_after_a_quarter_of_an_hour_or_when_told(
        self, notice: Notice, token: str
    ) -> None:
        client = Client()
        answer(token, TAIL, client)
        cookie = client.cookies["portal"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
        assert cookie["expires"] == ""
        client.post(reverse("portal:leave", args=[token]))
        assert "Your instalment" not in get(token, client).content.decode()

    def test_answered_for_one_link_opens_no_other(self, notice: Notice, token: str) -> None:
        other = links.token_of(
            links.link_for(case=notice.case, person=notice.case.debtor, at=MONDAY)
        )
        client = Client()
        answer(token, TAIL, client)
        assert "Your instalment" not in get(other, client).content.decode()


class TestMessage:
    def test_that_is_opened_is_delivered_once(self, notice: Notice, token: str, clock: Any) -> None:
        client = Client()
        answer(token, TAIL, client)
        clock.move(minutes=3)
        for _time in range(2):
            page = client.get(reverse("portal:message", args=[token, notice.pk]))
            assert "Please pay 6,500.00 by Friday." in page.content.decode()
        notice.refresh_from_db()
        assert notice.state == "delivered"
        assert notice.delivered_at is not None
        assert abs((notice.delivered_at - MONDAY).total_seconds() - 180) < 60
        served = [
            one for one in told(notice.case, "notice.delivered") if one["notice"] == notice.pk
        ]
        assert len(served) == 1

    def test_of_another_case_or_channel_is_not_found(
        self, notice: Notice, token: str, mailbox: Mailbox
    ) -> None:
        mail = queued(notice.case, key="mail")
        relay.send_due(MONDAY)
        other = make.case(
            reference="HZ-2026-0900",
            external_reference="XH-9",
            who=make.debtor(name="李四", id_number="33010219900101123X"),
        )
        theirs = queued(other, channel="portal", address=" ", with_point=False)
        relay.send_due(MONDAY)
        client = Client()
        answer(token, TAIL, client)
        for pk in (mail.pk, theirs.pk, 0):
            assert client.get(reverse("portal:message", args=[token, pk])).status_code == 404

    def test_leads_back_to_the_door_without_an_answer(self, notice: Notice, token: str) -> None:
        page = Client().get(reverse("portal:message", args=[token, notice.pk]))
        assert page.status_code == 302
        notice.refresh_from_db()
        assert notice.state == "sent"

    def test_that_was_stopped_is_not_there(self, case: Case, token: str) -> None:
        made = queued(
            case, channel="portal", address=" ", with_point=False, due_at=MONDAY + timedelta(days=1)
        )
        client = Client()
        answer(token, TAIL, client)
        assert client.get(reverse("portal:message", args=[token, made.pk])).status_code == 404


class TestBell:
    def test_brings_the_link_by_another_way_and_tells_nothing(
        self, notice: Notice, mailbox: Mailbox
    ) -> None:
        bell = Notice.objects.get(kind="portal_bell")
        assert bell.channel == "email"
        assert "6,500" not in bell.body
        Notice.objects.filter(pk=bell.pk).update(state="queued", begun_at=None, sent_at=None)
        relay.send_due(MONDAY)
        (mail,) = mailbox.messages
        text = mail.get_content()
        token = text.split("/m/", 1)[1].split("/", 1)[0]
        assert links.link_of(token) is not None
        for word in NEUTRAL[:-1]:
            assert word not in text + mail["Subject"], word

    def test_does_not_ring_for_what_was_read_already(self, case: Case, mailbox: Mailbox) -> None:
        made = queued(case, channel="portal", address=" ", with_point=False, key="read")
        Notice.objects.filter(pk=made.pk).update(state="delivered")
        relay.send_due(MONDAY)
        bell = Notice.objects.get(kind="portal_bell")
        assert (bell.state, mailbox.messages) == ("suppressed", [])

    def test_and_its_message_are_one_contact_of_the_way_by_which_it_rang(
        self, case: Case, mailbox: Mailbox
    ) -> None:
        queued(case, channel="portal", address=" ", with_point=False, key="once")
        relay.send_due(MONDAY)
        bell = Notice.objects.get(kind="portal_bell")
        relay.send_due(MONDAY + timedelta(minutes=1))
        bell.refresh_from_db()
        assert bell.sent_at
        contacts = facts_for(case, at=MONDAY + timedelta(minutes=2)).contacts
        assert [one.channel for one in contacts] == ["email"]

    def test_that_did_not_ring_leaves_the_message_a_contact(self, case: Case) -> None:
        made = queued(case, channel="portal", address=" ", with_point=False, key="silent")
        relay.send_due(MONDAY)
        Notice.objects.filter(kind="portal_bell").update(state="suppressed", sent_at=None)
        made.refresh_from_db()
        assert made.sent_at
        assert len(facts_for(case, at=MONDAY + timedelta(minutes=2)).contacts) == 1


class TestUnderAMandate:
    """The mandate's methods bind what reaches out: the word of a message, not the place where it lies."""

    def mandated(self, case: Case, *methods: str) -> None:
        Mandate.objects.filter(pk=case.mandate_id).update(methods=methods)
        ContactPoint.objects.filter(person=case.debtor).update(do_not_contact=True)
        ContactPoint.objects.create(
            person=case.debtor, channel="sms", value="13800000000", source="contract"
        )
        account()

    def written(self, case: Case) -> Notice:
        return write_to_debtor(
            case=Case.objects.get(pk=case.pk), channel="portal", text="请在方便时回电。",
            by=make.clerk(), at=MONDAY,
        )  # fmt: skip

    @pytest.fixture(autouse=True)
    def _carrier(self, monkeypatch: pytest.MonkeyPatch) -> None:
        known = {**channels.carriers(), "scripted": Scripted()}
        for place in ("notices.channels.carriers", "notices.ways.carriers"):
            monkeypatch.setattr(place, lambda: known)

    def test_goes_where_the_mandate_names_what_brings_word_of_it(self, case: Case) -> None:
        self.mandated(case, "sms", "visit")
        made = self.written(case)
        assert (made.channel, made.means) == ("portal", "sms")
        relay.send_due(MONDAY)
        assert set(Notice.objects.values_list("channel", "state")) == {
            ("portal", "sent"), ("sms", "sent"),
        }  # fmt: skip

    def test_is_refused_where_it_does_not(self, case: Case) -> None:
        self.mandated(case, "email", "visit")
        with pytest.raises(PolicyRefused):
            self.written(case)


def test_way_by_the_portal_needs_something_that_only_the_debtor_knows(case: Case) -> None:
    from notices.ways import by_channel

    assert by_channel(case, "portal", MONDAY)
    case.debtor.id_number, case.debtor.born_on = "", None
    assert by_channel(case, "portal", MONDAY) is None
