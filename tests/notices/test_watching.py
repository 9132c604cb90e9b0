"""The operator's page: what is broken, what stands, what is refused and why, and deciding on many."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from notices import actions, pulses, relay
from notices.kinds import Later
from notices.models import ChannelAccount, Notice, Pulse
from notices.watching import Watch, lag_words, watch
from people.models import User
from tests import make
from tests.conftest import Mailbox
from tests.notices.cast import MONDAY, chain_holds, kind_is, queued, the, told
from tests.notices.fakes.server import nobody_there
from workflow.models import Duty
from workflow.reasons import because

pytestmark = pytest.mark.django_db

TUESDAY = make.moment("2026-03-03 10:00")


@pytest.fixture(autouse=True)
def tuesday(clock: Any) -> None:
    clock.set(TUESDAY)


@pytest.fixture
def alive(queue: Any) -> None:
    """Beat, a worker and Redis are there."""
    pulses.sign(pulses.BEAT, "here:1")
    pulses.sign(pulses.WORKER, "w@here")


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def silent_for(part: str, **lag: float) -> None:
    Pulse.objects.filter(part=part).update(seen_at=Now() - timedelta(**lag))


def seen(at: Any = TUESDAY) -> Watch:
    return watch(make.administrator(), at)


def titles() -> list[str]:
    return [trouble.title for trouble in seen().troubles]


def doubtful(*keys: str) -> list[Notice]:
    case = make.case()
    found = [queued(case, key=key) for key in keys]
    rows, stamp = relay.claim("email", MONDAY)
    for row in rows:
        relay.begin([row], stamp, MONDAY)
    for notice in found:
        actions.doubt(notice=the(notice), why="the worker stopped", at=MONDAY)
    return found


def failed(*keys: str, why: str = "552 5.2.2 Mailbox full") -> list[Notice]:
    case = make.case()
    found = [queued(case, key=key, at=MONDAY) for key in keys]
    for notice in found:
        Notice.objects.filter(pk=notice.pk).update(begun_at=TUESDAY - timedelta(hours=1))
        actions.fail(notice=the(notice), why=why, at=TUESDAY - timedelta(hours=1))
    return found


class TestPulse:
    def test_keeps_the_last_sign_of_each_part_by_the_databases_clock(self, clock: Any) -> None:
        pulses.sign(pulses.BEAT, "one:1")
        clock.set("2031-01-01T00:00")
        pulses.sign(pulses.BEAT, "two:2")
        found = pulses.seen()
        assert list(found) == [pulses.BEAT]
        assert found[pulses.BEAT].who == "two:2"
        assert not found[pulses.BEAT].is_late

    @pytest.mark.parametrize(("seconds", "late"), [(149, False), (152, True)])
    def test_is_late_after_two_missed_ticks_and_some_slack(self, seconds: int, late: bool) -> None:
        pulses.sign(pulses.WORKER, "w@here")
        silent_for(pulses.WORKER, seconds=seconds)
        assert pulses.seen()[pulses.WORKER].is_late is late

    def test_of_a_worker_is_left_by_its_heartbeat(self, queue: Any) -> None:
        from config.tasks import heartbeat

        heartbeat()
        assert pulses.WORKER in pulses.seen()

    @pytest.mark.parametrize(
        ("lag", "words"),
        [({"seconds": 1}, "1 second"), ({"seconds": 89}, "89 seconds"), ({"seconds": 90}, "1 minute"),
         ({"minutes": 7}, "7 minutes"), ({"minutes": 90}, "1 hour"), ({"hours": 49}, "2 days")],
    )  # fmt: skip
    def test_is_told_in_words(self, lag: dict[str, int], words: str) -> None:
        assert lag_words(timedelta(**lag)) == words


class TestTroubles:
    def test_are_none_while_all_is_well(self, alive: None) -> None:
        assert titles() == []
        assert [sign.well for sign in seen().signs] == [True, True, True]

    def test_name_the_beat_that_fell_silent_and_what_to_do(self, alive: None) -> None:
        silent_for(pulses.BEAT, minutes=7)
        silent_for(pulses.WORKER, minutes=7)
        assert titles() == ["No beat for 7 minutes."]
        assert "celery -A config beat" in seen().troubles[0].text

    def test_name_the_workers_that_fell_silent(self, alive: None) -> None:
        silent_for(pulses.WORKER, minutes=12)
        assert titles() == ["No worker for 12 minutes."]

    def test_say_so_where_nobody_was_ever_seen(self, queue: Any) -> None:
        assert titles() == ["No beat was ever seen."]

    def test_name_redis_alone_while_it_is_away(self, alive: None, settings: Any) -> None:
        silent_for(pulses.BEAT, minutes=7)
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        assert titles() == ["Redis does not answer."]

    def test_tell_of_what_is_due_for_long_though_all_live(self, alive: None) -> None:
        queued(make.case(), due_at=TUESDAY - timedelta(minutes=11))
        assert titles() == ["A notice has been due for 11 minutes."]
        assert seen().oldest == TUESDAY - timedelta(minutes=11)

    def test_tell_of_what_a_carrier_that_takes_nothing_holds_up(
        self, alive: None, settings: Any
    ) -> None:
        notice = queued(make.case(), due_at=TUESDAY - timedelta(minutes=11))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = int(nobody_there().rpartition(":")[2])
        relay.send_due(TUESDAY)
        assert the(notice).next_at > TUESDAY  # it is asked again in a minute
        with override("en"):
            found = seen()
            assert [one.title for one in found.troubles] == [
                "A notice has been due for 11 minutes."
            ]
            (lane,) = found.lanes
            assert (lane.due, lane.postponed) == (1, 0)
            assert [(one.says, one.waiting) for one in found.failures] == [(
                "The mail server could not be reached: nobody listens at that address and port", 1
            )]  # fmt: skip
            assert the(notice).because == found.failures[0].says
        with override("zh-hans"):
            assert the(notice).because == "无法连接邮件服务器：该地址和端口上没有服务"
            assert seen().failures[0].says == the(notice).because

    def test_tell_nothing_of_a_letter_that_waits_for_a_clerk(self, alive: None) -> None:
        queued(make.case(), channel="letter")
        assert titles() == []
        assert seen().oldest is None

    def test_tell_of_forged_calls_to_those_who_can_mend_the_account(self, alive: None) -> None:
        ChannelAccount.objects.create(
            organisation=make.agency(), channel="sms", provider="x", changed_by=make.clerk(),
            changed_at=MONDAY, forged_at=TUESDAY - timedelta(hours=2), forged_count=3,
        )  # fmt: skip
        (found,) = seen().troubles
        assert "3 so far" in found.text
        assert list(watch(make.clerk(), TUESDAY).troubles) == []

    def test_call_the_carrier_by_its_name(self, alive: None) -> None:
        ChannelAccount.objects.create(
            organisation=make.agency(), channel="sms", provider="twilio_sms", changed_at=MONDAY,
            changed_by=make.clerk(), forged_at=TUESDAY - timedelta(hours=2), forged_count=3,
        )  # fmt: skip
        (found,) = seen().troubles
        assert found.title.endswith("SMS · Twilio.")


class TestFigures:
    def test_are_those_of_each_channel(self, alive: None, mailbox: Mailbox) -> None:
        case = make.case()
        queued(case, key="sent", at=TUESDAY)
        relay.send_due(TUESDAY)
        queued(case, key="due", due_at=TUESDAY - timedelta(minutes=5))
        queued(case, key="later", due_at=TUESDAY + timedelta(hours=1))
        (lane,) = seen().lanes
        assert (lane.name, lane.due, lane.postponed, lane.sent) == ("email", 1, 1, 1)
        assert lane.oldest == TUESDAY - timedelta(minutes=5)

    def test_give_the_commonest_reasons_first_and_how_many_are_tried_again(
        self, alive: None, mailbox: Mailbox
    ) -> None:
        case = failed("1", "2")[0].case
        queued(case, key="3", at=TUESDAY)
        mailbox.answers = ["451 4.7.1 Greylisted"]
        relay.send_due(TUESDAY)
        found = seen().failures
        assert [(one.says, one.failed, one.waiting) for one in found] == [
            ("552 5.2.2 Mailbox full", 2, 0), ("451 4.7.1 Greylisted", 0, 1),
        ]  # fmt: skip
        assert found[0].carrier == "Our own"

    def test_forget_what_failed_more_than_a_day_ago(self, alive: None) -> None:
        failed("1")
        assert seen(TUESDAY + timedelta(hours=24)).failures == []

    def test_tell_what_was_not_sent_today_and_why(self, alive: None, mailbox: Mailbox) -> None:
        case = make.case()
        for key in ("1", "2"):
            queued(case, key=key, at=TUESDAY)
        with kind_is(recheck=lambda notice, at: "paid 09:52"):
            relay.send_due(TUESDAY)
        assert seen().stopped == [("paid 09:52", 2)]
        assert seen(TUESDAY + timedelta(days=1)).stopped == []

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_say_why_in_the_reader_s_language_whoever_had_stopped_it(
        self, alive: None, mailbox: Mailbox, language: str
    ) -> None:
        case = make.case()
        for code in ("en", "zh-hans"):
            queued(case, key=code, at=TUESDAY)
            with (
                override(code),
                kind_is(
                    recheck=lambda notice, at: because(lambda: gettext("Nobody has this number."))
                ),
            ):
                relay.send_due(TUESDAY)
        with override(language):
            assert seen().stopped == [(gettext("Nobody has this number."), 2)]

    def test_are_of_the_readers_own_cases(self, alive: None) -> None:
        queued(make.case())
        found = watch(make.outsider(), TUESDAY)
        assert (found.lanes, found.oldest) == ([], None)


class TestMissed:
    def test_is_told_apart_from_what_the_rules_postpone_in_time(self, mailbox: Mailbox) -> None:
        case = make.case()
        queued(case, key="1")
        morning = make.moment("2026-03-03 08:00")
        with kind_is(recheck=lambda notice, at: Later(morning, "quiet hours")):
            relay.send_due(MONDAY + timedelta(minutes=11))
        (missed,) = told(case, "notice.rescheduled")
        assert missed["missed_at"].startswith("2026-03-02T02:00")
        assert missed["until"].startswith("2026-03-03T00:00")
        assert told(case, "notice.postponed") == []

    def test_is_told_in_one_sentence(self, mailbox: Mailbox) -> None:
        from desk.told import sentence

        case = make.case()
        queued(case)
        morning = make.moment("2026-03-03 08:00")
        with kind_is(recheck=lambda notice, at: Later(morning, "quiet hours")):
            relay.send_due(MONDAY + timedelta(minutes=11))
        said = sentence(case.events.get(kind="notice.rescheduled"))
        assert "was missed at" in said
        assert "rescheduled to" in said
        assert said.endswith("quiet hours")


class TestDecidingOnMany:
    def post(self, view: str, do: str, notices: list[Notice], **more: Any) -> Any:
        return signed_in(more.pop("who", None) or make.clerk()).post(
            reverse("notices:outbox") + f"?view={view}",
            {"guard_key": "k1", "do": do, "pick": [n.pk for n in notices], "why": "asked the host",
             **more},
            follow=True,
        )  # fmt: skip

    def test_settles_doubtful_ones_as_sent_with_one_reason(self) -> None:
        notices = doubtful("1", "2")
        answer = self.post("doubtful", "went", notices)
        assert "2 notices are decided." in answer.content.decode()
        assert [the(n).state for n in notices] == ["delivered", "delivered"]
        case = notices[0].case
        assert [sent["judged"] for sent in told(case, "notice.sent")] == ["asked the host"] * 2
        assert not Duty.objects.filter(done_at=None, kind__startswith="notice.settle").exists()
        assert chain_holds(case)

    def test_sends_again_what_surely_did_not_go(self) -> None:
        notices = doubtful("1", "2")
        self.post("doubtful", "stayed", notices[:1])
        assert [the(n).state for n in notices] == ["queued", "doubtful"]

    def test_tries_failed_ones_again(self) -> None:
        notices = failed("1", "2")
        self.post("failed", "again", notices)
        assert [the(n).state for n in notices] == ["queued", "queued"]

    def test_lets_failed_ones_be_and_takes_them_off_the_desk(self) -> None:
        notices = failed("1")
        self.post("failed", "drop", notices)
        assert (the(notices[0]).state, the(notices[0]).why) == ("suppressed", "asked the host")
        assert Duty.objects.get(kind=f"notice.settle:{notices[0].pk}").done_at

    def test_stops_what_waits(self) -> None:
        notice = queued(make.case())
        self.post("waiting", "drop", [notice])
        assert the(notice).state == "suppressed"

    def test_that_cannot_be_done_with_one_says_so_and_does_the_others(self) -> None:
        from people.models import ContactPoint

        notices = failed("1", "2")
        Notice.objects.filter(pk=notices[1].pk).update(contact_point=None)
        ContactPoint.objects.filter(pk=notices[0].contact_point_id).update(dead_at=MONDAY)
        answer = self.post("failed", "again", notices)
        assert answer.status_code == 422
        assert "found dead" in answer.content.decode()
        assert [the(n).state for n in notices] == ["failed", "queued"]

    @pytest.mark.parametrize(
        ("given", "says"),
        [({"why": "  "}, "Say why"), ({"pick": []}, "Tick the notices"),
         ({"why": "x" * 301}, "at most 300")],
    )  # fmt: skip
    def test_needs_notices_and_a_reason(self, given: dict[str, Any], says: str) -> None:
        notices = doubtful("1")
        answer = self.post("doubtful", "went", notices, **given)
        assert answer.status_code == 422
        assert says in answer.content.decode()
        assert the(notices[0]).state == "doubtful"

    def test_pressed_twice_counts_once(self) -> None:
        notices = failed("1")
        self.post("failed", "again", notices)
        answer = self.post("failed", "again", notices)
        assert "already done" in answer.content.decode() or "meanwhile" in answer.content.decode()
        assert len(told(notices[0].case, "notice.queued_again")) == 1

    def test_is_not_for_outsiders_nor_for_officers(self) -> None:
        notices = failed("1")
        self.post("failed", "again", notices, who=make.outsider())
        assert the(notices[0]).state == "failed"
        assert self.post("failed", "again", notices, who=make.officer()).status_code == 403

    def test_knows_nothing_else(self) -> None:
        assert self.post("failed", "went", failed("1")).status_code == 404


class TestPage:
    def test_says_in_words_what_is_broken_and_what_to_do(self, alive: None) -> None:
        silent_for(pulses.BEAT, minutes=7)
        text = signed_in(make.administrator()).get(reverse("notices:outbox")).content.decode()
        assert "No beat for 7 minutes." in text
        assert "Start the beat" in text

    def test_says_it_in_chinese_too(self, alive: None) -> None:
        silent_for(pulses.BEAT, minutes=7)
        client = Client(headers={"accept-language": "zh-hans"})
        client.force_login(make.administrator())
        assert (
            "定时进程已 7 分钟没有信号。" in client.get(reverse("notices:outbox")).content.decode()
        )

    def test_shows_until_when_a_notice_is_postponed(self, alive: None) -> None:
        notice = queued(make.case(), due_at=TUESDAY)
        Notice.objects.filter(pk=notice.pk).update(
            next_at=TUESDAY + timedelta(hours=3), why="451 later"
        )
        text = signed_in(make.clerk()).get(reverse("notices:outbox")).content.decode()
        assert "next try" in text
        assert "451 later" in text
