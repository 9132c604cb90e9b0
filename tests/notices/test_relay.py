"""From the outbox to the carrier: once, or not at all and told why, or in doubt aloud."""

from datetime import timedelta
from typing import Any

import pytest

from cases.models import Case
from notices import actions, relay
from notices.kinds import Later
from notices.models import Notice
from people.models import ContactPoint
from tests import make
from tests.conftest import Mailbox
from tests.notices.cast import MONDAY, chain_holds, kind_is, paper, queued, the, told
from workflow.models import Duty

pytestmark = pytest.mark.django_db


class TestSendDue:
    def test_sends_records_and_serves_what_is_due(self, mailbox: Mailbox) -> None:
        case = make.case()
        notice = queued(case)
        outcome = relay.send_due(MONDAY)
        assert (outcome.claimed, outcome.sent, outcome.full) == (1, 1, False)
        (mail,) = mailbox.messages
        assert mail["To"] == "haiyan@debtor.example"
        assert mail["Subject"] == "A message for you"
        assert mail.get_content().strip() == "Please call us."
        found = the(notice)
        assert (found.state, found.attempts, found.claimed_at) == ("delivered", 1, None)
        assert found.sent_at == found.delivered_at == MONDAY
        assert found.provider_id == mail["Message-ID"]
        (sent,) = told(case, "notice.sent")
        assert sent["carrier_number"] == mail["Message-ID"]
        assert sent["answer"] == "250 OK"
        assert len(sent["text_sha256"]) == 64
        (delivered,) = told(case, "notice.delivered")
        assert delivered["deemed"] is True
        assert chain_holds(case)

    def test_is_service_only_where_the_packs_say_so(
        self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules = {"email": {"counts": "received", "deemed_days": -1}}
        monkeypatch.setattr("notices.service.value", lambda *_: rules)
        notice = queued(make.case())
        relay.send_due(MONDAY)
        assert the(notice).state == "sent"
        assert the(notice).delivered_at is None

    def test_keeps_that_it_was_sent_when_the_packs_cannot_be_read(
        self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def unreadable(*_: Any) -> None:
            raise KeyError("service.rules")

        monkeypatch.setattr("notices.service.value", unreadable)
        notice = queued(make.case())
        relay.send_due(MONDAY)
        assert the(notice).state == "sent"

    def test_leaves_what_is_not_due_and_what_goes_by_hand(self, mailbox: Mailbox) -> None:
        case = make.case()
        queued(case, key="later", due_at=MONDAY + timedelta(seconds=1))
        queued(case, key="letter", channel="letter")
        assert relay.send_due(MONDAY).claimed == 0
        assert mailbox.messages == []

    def test_sends_nothing_twice(self, mailbox: Mailbox) -> None:
        queued(make.case())
        relay.send_due(MONDAY)
        relay.send_due(MONDAY + timedelta(days=1))
        assert len(mailbox.messages) == 1

    def test_takes_at_most_a_batch_and_says_that_there_is_more(self, mailbox: Mailbox) -> None:
        case = make.case()
        for number in range(3):
            queued(case, key=str(number))
        claimed, _stamp = relay.claim("email", MONDAY, 2)
        assert [row.dedupe_key for row in claimed] == ["0", "1"]
        assert Notice.objects.filter(state="queued").count() == 1

    def test_opens_one_connection_for_the_batch(
        self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from django.core.mail.backends.smtp import EmailBackend

        opened = []
        real = EmailBackend.open
        monkeypatch.setattr(
            EmailBackend,
            "open",
            lambda self: opened.append(1) if (new := real(self)) else None or new,
        )
        case = make.case()
        for number in range(5):
            queued(case, key=str(number))
        assert relay.send_due(MONDAY).sent == 5
        assert len(opened) == 1

    def test_attaches_the_file_as_it_was_made(self, mailbox: Mailbox) -> None:
        case = make.case()
        document = paper(case)
        queued(case, document=document)
        relay.send_due(MONDAY)
        (attached,) = list(mailbox.messages[0].iter_attachments())
        assert attached.get_content() == make.PDF
        assert attached.get_content_type() == "application/pdf"
        assert attached.get_filename() == "信函.pdf"
        assert told(case, "notice.sent")[0]["document_sha256"] == document.sha256

    def test_sends_no_file_that_was_changed(self, mailbox: Mailbox) -> None:
        case = make.case()
        document = paper(case)
        notice = queued(case, document=document)
        with open(document.file.path, "ab") as file:  # noqa: PTH123
            file.write(b"x")
        relay.send_due(MONDAY)
        assert mailbox.messages == []
        assert the(notice).state == "failed"
        assert "is not what it was" in the(notice).why

    def test_writes_in_the_name_of_the_agency_and_takes_answers_for_it(
        self, mailbox: Mailbox
    ) -> None:
        case = make.case()
        type(case.agency).objects.filter(pk=case.agency_id).update(
            name_en="Clear\r\nBcc: x@y.example", email="service@clear-water.example"
        )
        queued(case)
        relay.send_due(MONDAY)
        mail = mailbox.messages[0]
        assert mail["From"].addresses[0].display_name == "Clear Bcc: x@y.example"
        assert mail["Bcc"] is None
        assert mail["Reply-To"] == "service@clear-water.example"


class TestAskingAgain:
    def test_suppresses_what_is_no_longer_right_and_tells_why(self, mailbox: Mailbox) -> None:
        case = make.case()
        notice = queued(case)
        with kind_is(recheck=lambda notice, at: "paid 09:52"):
            relay.send_due(MONDAY)
        assert mailbox.messages == []
        found = the(notice)
        assert (found.state, found.why, found.attempts) == ("suppressed", "paid 09:52", 0)
        assert told(case, "notice.suppressed")[0]["why"] == "paid 09:52"

    def test_is_done_under_the_lock_with_the_case_as_it_is_now(self, mailbox: Mailbox) -> None:
        case = make.case()
        queued(case)
        Case.objects.filter(pk=case.pk).update(strategy="changed since")
        seen: list[str] = []

        def look(notice: Notice, at: Any) -> str:
            seen.append(notice.case.strategy)
            return ""

        with kind_is(recheck=look):
            relay.send_due(MONDAY)
        assert seen == ["changed since"]

    def test_moves_what_the_rules_let_go_later(self, mailbox: Mailbox) -> None:
        case = make.case()
        notice = queued(case)
        morning = make.moment("2026-03-03 08:00")
        with kind_is(recheck=lambda notice, at: Later(morning, "quiet hours")):
            relay.send_due(MONDAY)
        found = the(notice)
        assert (found.state, found.next_at, found.why) == ("queued", morning, "quiet hours")
        assert told(case, "notice.postponed")[0]["why"] == "quiet hours"
        relay.send_due(morning)
        assert len(mailbox.messages) == 1

    @pytest.mark.parametrize("minutes", [0, -5, 1, 9])
    def test_is_never_done_in_a_circle_whatever_moment_is_named(
        self, mailbox: Mailbox, minutes: int
    ) -> None:
        notice = queued(make.case())
        named = MONDAY + timedelta(minutes=minutes)
        with kind_is(recheck=lambda notice, at: Later(named, "quiet hours")):
            relay.send_due(MONDAY)
        assert the(notice).next_at == max(named, MONDAY + timedelta(minutes=1))

    def test_that_breaks_sends_nothing_and_is_tried_later(
        self, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
    ) -> None:
        notice = queued(make.case())

        def broken(notice: Notice, at: Any) -> str:
            raise LookupError("no pack")

        with kind_is(recheck=broken):
            relay.send_due(MONDAY)
        assert mailbox.messages == []
        found = the(notice)
        assert (found.state, found.next_at) == ("queued", MONDAY + timedelta(minutes=15))
        assert "checked" in found.why
        assert f"Notice {notice.pk} could not be asked again." in caplog.text

    def test_fails_what_is_too_old(self, mailbox: Mailbox) -> None:
        case = make.case()
        notice = queued(case)
        relay.send_due(MONDAY + timedelta(days=3, seconds=1))
        assert mailbox.messages == []
        assert the(notice).state == "failed"
        assert Duty.objects.get(case=case).role == "clerk"

    def test_sends_what_is_just_not_too_old(self, mailbox: Mailbox) -> None:
        queued(make.case())
        relay.send_due(MONDAY + timedelta(days=3))
        assert len(mailbox.messages) == 1

    def test_never_tries_a_dead_address(self, mailbox: Mailbox) -> None:
        case = make.case()
        notice = queued(case)
        ContactPoint.objects.filter(pk=notice.contact_point_id).update(dead_at=MONDAY)
        relay.send_due(MONDAY)
        assert mailbox.messages == []
        assert the(notice).state == "failed"
        assert the(notice).attempts == 0

    def test_never_tries_an_address_that_is_not_to_be_used(self, mailbox: Mailbox) -> None:
        notice = queued(make.case())
        ContactPoint.objects.filter(pk=notice.contact_point_id).update(do_not_contact=True)
        relay.send_due(MONDAY)
        assert mailbox.messages == []
        assert the(notice).state == "failed"


class TestRefusedByTheServer:
    def test_for_good_fails_marks_the_address_and_raises_a_duty(self, mailbox: Mailbox) -> None:
        case = make.case()
        first, second = queued(case, key="1"), queued(case, key="2")
        with refused_at_rcpt(mailbox, "550 5.1.1 No such user"):
            relay.send_due(MONDAY)
        assert the(first).state == the(second).state == "failed"
        assert the(first).why == "550 5.1.1 No such user"
        assert the(second).attempts == 0, "the dead address was tried again"
        assert the(first).contact_point.dead_at == MONDAY
        assert len(told(case, "contact_point.dead")) == 1
        assert told(case, "notice.failed")[0]["dead"] is True
        duty = Duty.objects.filter(case=case).order_by("pk")[0]
        assert duty.role == "clerk"
        assert "Message" in duty.says["en"]
        assert case.debtor.name in duty.says["zh"]
        assert chain_holds(case)

    @pytest.mark.parametrize(
        "answer", ["552 5.2.2 Mailbox full", "554 5.7.1 Looks like spam", "550 5.7.1 By policy"]
    )
    def test_for_good_but_not_for_the_address_leaves_the_address_alone(
        self, mailbox: Mailbox, answer: str
    ) -> None:
        notice = queued(make.case())
        with refused_at_rcpt(mailbox, answer):
            relay.send_due(MONDAY)
        assert the(notice).state == "failed"
        assert the(notice).contact_point.dead_at is None

    def test_after_the_message_says_nothing_of_the_address(self, mailbox: Mailbox) -> None:
        notice = queued(make.case())
        mailbox.answers = ["550 Not here"]
        relay.send_due(MONDAY)
        assert the(notice).state == "failed"
        assert the(notice).contact_point.dead_at is None

    def test_for_now_waits_longer_each_time_and_then_gives_up(self, mailbox: Mailbox) -> None:
        notice = queued(make.case())
        at, pauses = MONDAY, []
        with kind_is(max_age=timedelta(days=30)):
            for _attempt in range(relay.MOST_ATTEMPTS - 1):
                mailbox.answers = ["451 4.7.1 Greylisted, come back"]
                relay.send_due(at)
                found = the(notice)
                assert (found.state, found.why) == ("queued", "451 4.7.1 Greylisted, come back")
                pauses.append((found.next_at - at).total_seconds() / 60)
                at = found.next_at
            expected = [1, 5, 15, 60, 240, 480, 720]
            assert all(
                least <= pause <= least * 1.25
                for least, pause in zip(expected, pauses, strict=True)
            )
            mailbox.answers = ["451 4.7.1 Greylisted, come back"]
            relay.send_due(at)
        assert the(notice).state == "failed"
        assert the(notice).attempts == relay.MOST_ATTEMPTS
        assert the(notice).contact_point.dead_at is None

    def test_for_now_goes_at_the_next_attempt_under_the_same_message_id(
        self, mailbox: Mailbox
    ) -> None:
        notice = queued(make.case())
        mailbox.answers = ["451 later"]
        relay.send_due(MONDAY)
        relay.send_due(MONDAY + timedelta(seconds=59))
        assert mailbox.messages == []
        relay.send_due(MONDAY + timedelta(seconds=90))
        assert len(mailbox.messages) == 1
        assert the(notice).state == "delivered"
        assert the(notice).attempts == 2

    def test_one_message_does_not_stop_the_others(self, mailbox: Mailbox) -> None:
        case = make.case()
        first, second = queued(case, key="1"), queued(case, key="2")
        mailbox.answers = ["451 later"]
        relay.send_due(MONDAY)
        assert (the(first).state, the(second).state) == ("queued", "delivered")

    def test_everybody_uses_up_no_attempt_of_those_who_were_not_begun(
        self, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
    ) -> None:
        case = make.case()
        first, second = queued(case, key="1"), queued(case, key="2")
        mailbox.answers = ["421 4.3.2 Shutting down"]
        relay.send_due(MONDAY)
        assert mailbox.messages == []
        assert (the(first).state, the(first).attempts) == ("queued", 1)
        assert (the(second).state, the(second).attempts) == ("queued", 0)
        assert the(second).next_at == MONDAY + timedelta(minutes=1)
        assert "The batch of email was stopped: 421 4.3.2 Shutting down" in caplog.text
        relay.send_due(MONDAY + timedelta(minutes=2))
        assert len(mailbox.messages) == 2

    def test_that_is_not_there_costs_no_attempt(self, mailbox: Mailbox, settings: Any) -> None:
        notice = queued(make.case())
        right = settings.EMAIL_PORT
        settings.EMAIL_PORT = 1
        relay.send_due(MONDAY)
        found = the(notice)
        assert (found.state, found.attempts) == ("queued", 0)
        assert "could not be reached" in found.why
        settings.EMAIL_PORT = right
        relay.send_due(MONDAY + timedelta(minutes=1))
        assert the(notice).state == "delivered"

    def test_of_somebody_who_wants_nothing_more_marks_the_address_once_and_tells_it(self) -> None:
        case = make.case()
        first, second = queued(case, key="1"), queued(case, key="2")
        for notice in (first, second):
            actions.fail(notice=notice, why="opted out", at=MONDAY, unwanted=True)
        assert the(first).contact_point.do_not_contact
        assert the(first).contact_point.dead_at is None
        assert told(case, "contact_point.unwanted") == [{"channel": "email"}]


class TestWhatFollows:
    def test_a_delivery_is_told_to_the_kind_once(self, mailbox: Mailbox) -> None:
        queued(make.case())
        seen: list[tuple[str, Any]] = []
        with kind_is(on_delivered=lambda notice, at: seen.append((notice.state, at))):
            relay.send_due(MONDAY)
            relay.follow_up(MONDAY)
        assert seen == [("delivered", MONDAY)]

    def test_a_failure_is_told_to_the_kind_once(self, mailbox: Mailbox) -> None:
        queued(make.case())
        seen: list[str] = []
        with (
            kind_is(on_failed=lambda notice, at: seen.append(notice.state)),
            refused_at_rcpt(mailbox, "550 5.1.1 no"),
        ):
            relay.send_due(MONDAY)
            relay.follow_up(MONDAY)
        assert seen == ["failed"]

    def test_what_broke_is_done_by_a_later_sweep(self, mailbox: Mailbox) -> None:
        notice = queued(make.case())
        seen: list[str] = []

        def broken(notice: Notice, at: Any) -> None:
            seen.append("broken")
            raise RuntimeError

        with kind_is(on_delivered=broken):
            relay.send_due(MONDAY)
        assert the(notice).state == "delivered"
        with kind_is(on_delivered=lambda notice, at: seen.append("done")):
            relay.follow_up(MONDAY)
            assert seen == ["broken"], "it waits before it tries again"
            Notice.objects.update(claimed_at=MONDAY)
            relay.follow_up(MONDAY)
            relay.follow_up(MONDAY)
        assert seen == ["broken", "done"]


class refused_at_rcpt:  # noqa: N801
    """The mail server refuses every recipient with that answer."""

    def __init__(self, mailbox: Mailbox, answer: str) -> None:
        self.mailbox, self.answer = mailbox, answer

    def __enter__(self) -> None:
        async def handle_RCPT(  # noqa: N802
            server: Any, session: Any, envelope: Any, address: str, options: Any
        ) -> str:
            return self.answer

        self.mailbox.handle_RCPT = handle_RCPT  # type: ignore[attr-defined]

    def __exit__(self, *_: object) -> None:
        del self.mailbox.handle_RCPT  # type: ignore[attr-defined]
