"""What people record of a notice: posted, delivered, come back, in doubt, stopped, tried anew."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from documents.storing import Unreadable
from notices import actions, relay
from notices.kinds import Later
from notices.models import Notice
from tests import make
from tests.notices.cast import MONDAY, chain_holds, kind_is, paper, queued, the, told
from workflow.models import Duty
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db

TUESDAY = make.moment("2026-03-03 10:00")
WEDNESDAY = make.moment("2026-03-04 10:00")


def posted(**more: Any) -> Notice:
    """A letter that was posted on Monday."""
    letter = queued(make.case(), channel="letter", **more)
    actions.mark_sent(notice=letter, by=make.clerk(), at=MONDAY, number="RA 123456785 cn")
    return letter


def in_doubt() -> Notice:
    """An e-mail of Monday of which nobody knows whether it went."""
    notice = queued(make.case())
    (row,), stamp = relay.claim("email", MONDAY)
    relay.begin([row], stamp, MONDAY)
    actions.doubt(notice=notice, why="the worker stopped", at=MONDAY)
    return notice


def failed(*, dead: bool = False) -> Notice:
    notice = queued(make.case())
    relay.claim("email", MONDAY)
    actions.fail(notice=notice, why="554 no", at=MONDAY, dead=dead)
    return notice


class TestMarkSent:
    def test_records_posting_and_number(self) -> None:
        letter = posted()
        found = the(letter)
        assert (found.state, found.sent_at, found.provider_id) == ("sent", MONDAY, "RA123456785CN")
        assert told(letter.case, "notice.sent")[0]["carrier_number"] == "RA123456785CN"
        assert letter.case.events.get(kind="notice.sent").actor == make.clerk()
        assert chain_holds(letter.case)

    def test_keeps_the_digest_of_the_paper(self) -> None:
        case = make.case()
        document = paper(case)
        letter = queued(case, channel="letter", document=document)
        actions.mark_sent(notice=letter, by=make.clerk(), at=MONDAY)
        assert told(case, "notice.sent")[0]["document_sha256"] == document.sha256

    @pytest.mark.parametrize("number", ["12", "RA12", "hello", "RA123456785CNX"])
    def test_refuses_what_is_no_number_and_says_what_one_looks_like(self, number: str) -> None:
        letter = queued(make.case(), channel="letter")
        with pytest.raises(WrongInput) as wrong:
            actions.mark_sent(notice=letter, by=make.clerk(), at=MONDAY, number=number)
        assert wrong.value.field == "number"
        assert the(letter).state == "queued"

    @pytest.mark.parametrize("number", ["", "RA123456785CN", "1234567890123", "SF1234567890"])
    def test_takes_the_numbers_that_the_post_gives(self, number: str) -> None:
        letter = queued(make.case(), channel="letter")
        actions.mark_sent(notice=letter, by=make.clerk(), at=MONDAY, number=number)
        assert the(letter).provider_id == number

    def test_refuses_a_posting_in_the_future(self) -> None:
        letter = queued(make.case(), channel="letter")
        with pytest.raises(WrongInput):
            actions.mark_sent(notice=letter, by=make.clerk(), at=MONDAY, posted_at=TUESDAY)

    def test_refuses_an_e_mail(self) -> None:
        with pytest.raises(WrongInput):
            actions.mark_sent(notice=queued(make.case()), by=make.clerk(), at=MONDAY)

    def test_stops_a_letter_that_is_no_longer_right(self) -> None:
        letter = queued(make.case(), channel="letter")
        with (
            kind_is(recheck=lambda notice, at: "The debtor refused visits."),
            pytest.raises(WrongInput, match="out of the pile"),
        ):
            actions.mark_sent(notice=letter, by=make.clerk(), at=MONDAY)
        assert (the(letter).state, the(letter).why) == ("suppressed", "The debtor refused visits.")
        assert told(letter.case, "notice.suppressed")[0]["why"] == "The debtor refused visits."

    def test_refuses_a_letter_whose_time_has_not_come(self) -> None:
        letter = queued(make.case(), channel="letter")
        with (
            kind_is(recheck=lambda notice, at: Later(TUESDAY, "from Tuesday")),
            pytest.raises(WrongInput, match="from Tuesday"),
        ):
            actions.mark_sent(notice=letter, by=make.clerk(), at=MONDAY)
        assert the(letter).state == "queued"

    def test_is_refused_the_second_time(self) -> None:
        letter = posted()
        with pytest.raises(StateRefused):
            actions.mark_sent(notice=letter, by=make.clerk(), at=TUESDAY)
        assert told(letter.case, "state.refused")[0]["asked"] == "mark_sent"


class TestRecordDelivery:
    def test_keeps_moment_and_proof_and_tells_the_kind(self) -> None:
        letter = posted()
        seen: list[Any] = []
        with kind_is(on_delivered=lambda notice, at: seen.append((notice.delivered_at, at))):
            actions.record_delivery(
                notice=letter, by=make.clerk(), at=WEDNESDAY, delivered_at=TUESDAY,
                filename="slip.pdf", content=make.PDF,
            )  # fmt: skip
        found = the(letter)
        assert (found.state, found.delivered_at) == ("delivered", TUESDAY)
        assert found.proof is not None
        assert seen == [(TUESDAY, WEDNESDAY)]
        (event,) = told(letter.case, "notice.delivered")
        assert event["document_sha256"] == found.proof.sha256
        assert chain_holds(letter.case)

    @pytest.mark.parametrize("when", [MONDAY - timedelta(seconds=1), WEDNESDAY])
    def test_refuses_a_moment_before_posting_or_in_the_future(self, when: Any) -> None:
        letter = posted()
        with pytest.raises(WrongInput) as wrong:
            actions.record_delivery(
                notice=letter, by=make.clerk(), at=TUESDAY, delivered_at=when
            )  # fmt: skip
        assert wrong.value.field == "delivered_at"

    def test_refuses_a_proof_that_cannot_be_read_and_changes_nothing(self) -> None:
        letter = posted()
        with pytest.raises(Unreadable):
            actions.record_delivery(
                notice=letter, by=make.clerk(), at=TUESDAY, delivered_at=TUESDAY,
                filename="slip.pdf", content=b"MZ not a pdf",
            )  # fmt: skip
        assert the(letter).state == "sent"

    def test_is_refused_before_it_was_sent(self) -> None:
        letter = queued(make.case(), channel="letter")
        with pytest.raises(StateRefused):
            actions.record_delivery(
                notice=letter, by=make.clerk(), at=TUESDAY, delivered_at=TUESDAY
            )  # fmt: skip


class TestRecordBounce:
    def test_of_a_letter_raises_a_duty_and_tells_the_kind(self) -> None:
        letter = posted()
        seen: list[str] = []
        with kind_is(on_failed=lambda notice, at: seen.append(notice.state)):
            actions.record_bounce(notice=letter, by=make.clerk(), at=TUESDAY, why="moved away")
        assert (the(letter).state, the(letter).why) == ("bounced", "moved away")
        assert seen == ["bounced"]
        assert Duty.objects.get(case=letter.case, done_at=None).role == "clerk"
        assert told(letter.case, "notice.bounced")[0]["why"] == "moved away"

    def test_of_an_e_mail_marks_the_address_even_after_it_was_taken_for_delivered(
        self, mailbox: Any
    ) -> None:
        notice = queued(make.case())
        relay.send_due(MONDAY)
        actions.record_bounce(notice=notice, by=make.clerk(), at=TUESDAY, why="5.1.1 unknown")
        assert the(notice).state == "bounced"
        assert the(notice).contact_point.dead_at == TUESDAY

    def test_can_spare_the_address(self, mailbox: Any) -> None:
        notice = queued(make.case())
        relay.send_due(MONDAY)
        actions.record_bounce(
            notice=notice, by=make.clerk(), at=TUESDAY, why="mailbox full", dead=False
        )
        assert the(notice).contact_point.dead_at is None

    def test_what_follows_from_the_bounce_follows_though_the_delivery_did_too(self) -> None:
        letter = posted()
        seen: list[str] = []
        with kind_is(
            on_delivered=lambda notice, at: seen.append("delivered"),
            on_failed=lambda notice, at: seen.append("failed"),
        ):
            actions.record_delivery(
                notice=letter, by=make.clerk(), at=TUESDAY, delivered_at=TUESDAY
            )
            actions.record_bounce(notice=letter, by=make.clerk(), at=WEDNESDAY, why="forged")
        assert seen == ["delivered", "failed"]


class TestJudgeDoubtful:
    def test_as_sent_takes_effect_from_when_it_was_handed_over(self) -> None:
        notice = in_doubt()
        actions.judge_doubtful(
            notice=notice,
            was_sent=True,
            why="it is in the server's log",
            by=make.clerk(),
            at=TUESDAY,
        )
        found = the(notice)
        assert (found.state, found.sent_at, found.delivered_at) == ("delivered", MONDAY, MONDAY)
        assert told(notice.case, "notice.sent")[0]["judged"] == "it is in the server's log"
        assert not Duty.objects.filter(case=notice.case, done_at=None).exists()

    def test_as_not_sent_goes_once_more(self, mailbox: Any) -> None:
        notice = in_doubt()
        actions.judge_doubtful(
            notice=notice, was_sent=False, why="not in the log", by=make.clerk(), at=TUESDAY
        )
        assert the(notice).state == "queued"
        relay.send_due(TUESDAY)
        assert (the(notice).state, len(mailbox.messages)) == ("delivered", 1)
        assert not Duty.objects.filter(case=notice.case, done_at=None).exists()

    def test_is_refused_where_nothing_is_in_doubt(self) -> None:
        notice = queued(make.case())
        with pytest.raises(WrongInput):
            actions.judge_doubtful(
                notice=notice, was_sent=True, why="x", by=make.clerk(), at=TUESDAY
            )


class TestQueueAgain:
    def test_tries_anew_from_the_start(self, mailbox: Any) -> None:
        notice = failed()
        actions.queue_again(notice=notice, why="server mended", by=make.clerk(), at=WEDNESDAY)
        found = the(notice)
        assert (found.state, found.attempts, found.due_at) == ("queued", 0, WEDNESDAY)
        relay.send_due(WEDNESDAY)
        assert the(notice).state == "delivered"
        assert told(notice.case, "notice.queued_again")[0]["why"] == "server mended"

    def test_never_at_a_dead_address(self) -> None:
        notice = failed(dead=True)
        with pytest.raises(WrongInput, match="dead"):
            actions.queue_again(notice=the(notice), why="x", by=make.clerk(), at=TUESDAY)
        assert the(notice).state == "failed"

    def test_is_refused_for_what_was_sent(self) -> None:
        with pytest.raises(StateRefused):
            actions.queue_again(notice=posted(), why="x", by=make.clerk(), at=TUESDAY)


class TestDrop:
    def test_stops_it_and_tells_what_hangs_on_it(self) -> None:
        notice = queued(make.case())
        seen: list[str] = []
        with kind_is(on_failed=lambda notice, at: seen.append(notice.state)):
            actions.drop(notice=notice, why="she called us", by=make.clerk(), at=MONDAY)
        assert (the(notice).state, the(notice).why) == ("suppressed", "she called us")
        assert seen == ["suppressed"]

    def test_is_refused_once_it_was_handed_over(self) -> None:
        notice = queued(make.case())
        (row,), stamp = relay.claim("email", MONDAY)
        relay.begin([row], stamp, MONDAY)
        with pytest.raises(StateRefused):
            actions.drop(notice=notice, why="x", by=make.clerk(), at=MONDAY)


DOINGS: dict[str, tuple[Callable[[], Notice], Callable[..., None], dict[str, Any]]] = {
    "mark_sent": (lambda: queued(make.case(), channel="letter"), actions.mark_sent, {}),
    "record_delivery": (posted, actions.record_delivery, {"delivered_at": TUESDAY}),
    "record_bounce": (posted, actions.record_bounce, {"why": "x"}),
    "judge as sent": (in_doubt, actions.judge_doubtful, {"was_sent": True, "why": "x"}),
    "judge as not sent": (in_doubt, actions.judge_doubtful, {"was_sent": False, "why": "x"}),
    "queue_again": (failed, actions.queue_again, {"why": "x"}),
    "drop": (lambda: queued(make.case()), actions.drop, {"why": "x"}),
}


@pytest.mark.parametrize("name", DOINGS)
class TestEveryAction:
    def test_is_refused_to_an_outsider(self, name: str) -> None:
        start, act, given = DOINGS[name]
        notice = start()
        before = the(notice).state
        with pytest.raises(Outsider):
            act(notice=notice, by=make.outsider(), at=TUESDAY, **given)
        assert the(notice).state == before

    def test_is_refused_to_who_has_not_the_right(self, name: str) -> None:
        start, act, given = DOINGS[name]
        notice = start()
        before = the(notice).state
        with pytest.raises(RightRefused):
            act(notice=notice, by=make.officer(), at=TUESDAY, **given)
        assert the(notice).state == before
