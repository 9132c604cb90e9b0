"""Quiet hours and caps move a message to the next lawful moment; all channels count together."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.translation import override

from cases.actions.contacting import log_contact
from cases.models import Case
from desk.told import told
from notices import relay
from notices.models import Notice
from tests import make
from tests.notices.cast import queued
from visits.models import Visit

pytestmark = pytest.mark.django_db

MONDAY = make.moment("2026-10-12 10:00")
NEW_YORK = ["us-ny-nyc"]
"""Three contacts in seven days by whatever channel, visits among them."""


@pytest.fixture
def case() -> Case:
    found = make.case()
    Case.objects.filter(pk=found.pk).update(packs=NEW_YORK)
    return Case.objects.get(pk=found.pk)


def called(case: Case, channel: str, at: Any) -> None:
    Case.objects.filter(pk=case.pk).update(packs=["story"])  # how the calls came about is no matter
    log_contact(
        case=Case.objects.get(pk=case.pk), channel=channel, result="reached", remark="",
        by=make.clerk(), at=at, stated=True,
    )  # fmt: skip
    Case.objects.filter(pk=case.pk).update(packs=NEW_YORK)


def visited(case: Case, at: Any) -> None:
    Visit.objects.create(
        case=case, reference="V-CAP", place=case.debtor.addresses.get(), place_kind="home",
        starts_at=at, ends_at=at + timedelta(hours=1), purpose="商谈", intended_outcome="分期",
        state="finished", outcome="talked", planned_by=make.clerk(), planned_at=at, started_at=at,
        identified_at=at,
    )  # fmt: skip


def sent(case: Case, at: Any, key: str) -> Notice:
    notice = queued(Case.objects.get(pk=case.pk), key=key, at=at)
    relay.send_due(at)
    notice.refresh_from_db()
    return notice


class TestCaps:
    def test_let_a_message_go_while_there_is_room(self, case: Case, mailbox: Any) -> None:
        called(case, "phone", MONDAY - timedelta(days=2))
        called(case, "sms", MONDAY - timedelta(days=1))
        assert sent(case, MONDAY, "a").state == "sent"

    @pytest.mark.parametrize(
        "before", [("phone", "sms", "visit"), ("mail", "phone", "visit"), ("mail", "mail", "mail")]
    )
    def test_count_calls_messages_and_visits_together(
        self, case: Case, mailbox: Any, before: tuple[str, ...]
    ) -> None:
        for days, channel in zip((3, 2, 1), before, strict=True):
            at = MONDAY - timedelta(days=days)
            if channel == "visit":
                visited(case, at)
            elif channel == "mail":
                assert sent(case, at, f"b{days}").state == "sent"
            else:
                called(case, channel, at)
        late = sent(case, MONDAY, "last")
        assert late.state == "queued"
        assert late.is_postponed
        assert late.due_at > MONDAY
        relay.send_due(late.due_at - timedelta(minutes=1))
        late.refresh_from_db()
        assert late.state == "queued"
        relay.send_due(late.due_at)
        late.refresh_from_db()
        assert late.state == "sent"


class TestPostponed:
    def test_is_told_in_both_languages_on_notice_outbox_and_timeline(
        self, case: Case, mailbox: Any, client: Any, clock: Any
    ) -> None:
        for days in (3, 2, 1):
            sent(case, MONDAY - timedelta(days=days), f"c{days}")
        late = sent(case, MONDAY, "last")
        clock.set(MONDAY)
        client.force_login(make.clerk())
        event = case.events.get(kind="notice.postponed")
        for language, says, rule in (
            ("en", "Postponed until", "the debtor was contacted 3 time(s)"),
            ("zh-hans", "推迟至", "已联系债务人 3 次"),
        ):
            client.cookies["django_language"] = language
            for address in (
                late.get_absolute_url(),
                f"{case.get_absolute_url()}?tab=notices",
                "/notices/outbox/?view=waiting",
            ):
                page = client.get(address).content.decode()
                assert says in page, address
                assert rule in page, address
            with override(language):
                assert rule in told(event).sentence


class TestWordOfAMessage:
    """A message in the portal and the word brought of it are one contact, in this order."""

    def both(self, case: Case) -> tuple[Notice, Notice]:
        made = queued(
            Case.objects.get(pk=case.pk), channel="portal", address=" ", with_point=False,
            key="both", at=MONDAY,
        )  # fmt: skip
        return made, Notice.objects.get(kind="portal_bell")

    def test_goes_with_its_message_as_the_last_contact_that_the_cap_leaves(
        self, case: Case, mailbox: Any
    ) -> None:
        called(case, "phone", MONDAY - timedelta(days=2))
        called(case, "sms", MONDAY - timedelta(days=1))
        pair = self.both(case)
        relay.send_due(MONDAY)
        for notice in pair:
            notice.refresh_from_db()
        assert [(one.state, one.why) for one in pair] == [("sent", ""), ("sent", "")]
        assert len(mailbox.messages) == 1

    def test_waits_while_the_cap_keeps_its_message_back(self, case: Case, mailbox: Any) -> None:
        for days in (3, 2, 1):
            called(case, "phone", MONDAY - timedelta(days=days))
        made, bell = self.both(case)
        relay.send_due(MONDAY)
        made.refresh_from_db()
        bell.refresh_from_db()
        assert (made.state, bell.state) == ("queued", "queued")
        assert bell.next_at >= made.next_at > MONDAY
        assert mailbox.messages == []

    def test_is_not_brought_of_a_message_that_was_stopped(self, case: Case, mailbox: Any) -> None:
        made, bell = self.both(case)
        Notice.objects.filter(pk=made.pk).update(state="suppressed")
        relay.send_due(MONDAY)
        bell.refresh_from_db()
        assert bell.state == "suppressed"
        assert mailbox.messages == []
