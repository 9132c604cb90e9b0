"""Why a message was not sent is kept in both languages, and each reader sees it in the own one."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import gettext, override

from desk.told import sentence
from desk.told import told as desk_told
from documents.storing import store
from notices import receipts, relay
from notices.channels import Unclear, Undelivered
from notices.models import CarrierReceipt, Notice
from notices.outbox import suppress
from tests import make
from tests.notices.carrier import Scripted, account, said, sms
from tests.notices.cast import MONDAY, kind_is, queued, told, worker_dies_with_two
from timeline.models import Event
from workflow.reasons import because
from workflow.steps import note

pytestmark = pytest.mark.django_db

WORDS = "The visit was moved."


def page(notice: Notice, language: str) -> str:
    client = Client(headers={"accept-language": language})
    client.force_login(make.clerk())
    return client.get(notice.get_absolute_url()).content.decode()


def stopped() -> Notice:
    """A message that a change of its case has stopped."""
    notice = queued(make.case())

    def stop(locked: Any, by: Any, at: Any) -> None:
        suppress(case=locked, why=because(lambda: gettext(WORDS)), by=by, at=at)

    note(notice.case, event="case.written_to", by=make.clerk(), at=MONDAY, then=stop)
    notice.refresh_from_db()
    return notice


class TestMessageWritten:
    @pytest.mark.parametrize(
        ("channel", "zh"), [("portal", "门户留言"), ("wecom", "企业微信消息"), ("sms", "短信")]
    )
    def test_names_its_channel_in_the_reader_s_language(self, channel: str, zh: str) -> None:
        event = Event(kind="message.written", data={"channel": channel}, actor_name="陈晓")
        with override("zh-hans"):
            assert sentence(event) == f"已拟写给债务人的消息：{zh}。"


class TestTextAsKept:
    def test_says_in_words_what_is_put_in_only_as_it_leaves(self) -> None:
        notice = queued(make.case(), body="Read it here: {portal_link} {one_time_code}")
        shown = page(notice, "en")
        assert (
            "Read it here: [the link, put in as it leaves] [the code, put in as it leaves]" in shown
        )
        assert "［链接，发出时填入］" in page(notice, "zh-hans")


class TestReason:
    def test_is_said_in_each_language_and_in_the_own_one_first(self) -> None:
        with override("zh-hans"):
            made = because(lambda: gettext(WORDS))
        assert made == made.says["zh"] != WORDS
        assert made.says["en"] == WORDS

    def test_of_what_was_stopped_is_read_by_each_in_the_own_language(self, clock: Any) -> None:
        clock.set(MONDAY)
        notice = stopped()
        says = notice.about["says"]
        assert says["zh"] in page(notice, "zh-hans")
        assert WORDS not in page(notice, "zh-hans")
        assert WORDS in page(notice, "en")
        assert told(notice.case, "notice.suppressed")[0]["says"] == says

    def test_that_was_found_when_it_should_go_is_kept_likewise(self) -> None:
        with kind_is(recheck=lambda _notice, _at: because(lambda: gettext(WORDS))):
            notice = queued(make.case())
            relay.send_due(MONDAY)
        notice.refresh_from_db()
        assert (notice.state, notice.about["says"]["en"]) == ("suppressed", WORDS)
        with override("zh-hans"):
            assert notice.because == notice.about["says"]["zh"]

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_for_which_it_came_back_is_read_by_each_in_the_own_language(
        self, language: str, carrier: Scripted, clock: Any
    ) -> None:
        clock.set(MONDAY)
        mine = account()
        notice = sms(make.case())
        relay.send_due(MONDAY)
        receipts.keep(mine, [said(notice, "failed")], MONDAY)
        with override("en" if language == "zh-hans" else "zh-hans"):  # whoever applies it
            receipts.apply_open(MONDAY)
        notice.refresh_from_db()
        words = {"en": "Scripted could not deliver it.", "zh-hans": "Scripted未能投递。"}
        assert notice.state == "bounced"
        with override(language):
            assert notice.because == words[language]
            shown = desk_told(Event.objects.get(kind="notice.bounced"))
            assert words[language].rstrip(".。") in shown.sentence
        assert words[language] in page(notice, language)

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_for_which_it_could_not_be_sent_is_read_by_each_in_the_own_language(
        self, language: str, carrier: Scripted, clock: Any
    ) -> None:
        clock.set(MONDAY)
        account()
        carrier.answers = [
            Undelivered(because(lambda: gettext(WORDS)), permanent=True),
        ]
        notice = sms(make.case())
        relay.send_due(MONDAY)
        notice.refresh_from_db()
        assert notice.state == "failed"
        with override(language):
            assert notice.because == gettext(WORDS)
            assert gettext(WORDS) in page(notice, language)

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_for_which_it_is_in_doubt_is_read_by_each_in_the_own_language(
        self, language: str, carrier: Scripted, clock: Any
    ) -> None:
        clock.set(MONDAY)
        account()
        carrier.answers = [RuntimeError("nobody foresaw it")]
        notice = sms(make.case())
        relay.send_due(MONDAY)
        notice.refresh_from_db()
        assert notice.state == "doubtful"
        with override(language):
            assert notice.because == gettext("The program broke while handing it over.")
            assert notice.because in page(notice, language)

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_that_is_read_out_of_a_carrier_s_code_is_said_in_our_words(
        self, language: str, carrier: Scripted, clock: Any
    ) -> None:
        clock.set(MONDAY)
        mine = account()
        notice = sms(make.case())
        relay.send_due(MONDAY)
        nobody = because(lambda: gettext("Nobody has this number."))
        receipts.keep(mine, [replace(said(notice, "failed"), why=nobody)], MONDAY)
        receipts.apply_open(MONDAY)
        notice.refresh_from_db()
        assert nobody.says["zh" if language == "zh-hans" else "en"] in page(notice, language)

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_for_which_it_counts_as_sent_after_its_worker_died_is_read_in_the_own_language(
        self, language: str, mailbox: Any, clock: Any
    ) -> None:
        clock.set(MONDAY)
        case = make.case()
        first, _second = queued(case, key="1"), queued(case, key="2")
        worker_dies_with_two()
        with override("en" if language == "zh-hans" else "zh-hans"):  # whoever sweeps
            relay.sweep_leases(MONDAY)
        words = {
            "en": "The carrier had taken it before the worker stopped: 250 OK",
            "zh-hans": "后台进程中断前，服务商已确认接收：250 OK",
        }
        assert words[language] in page(first, language)

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_for_which_a_carrier_proves_that_it_went_is_read_in_the_own_language(
        self, language: str, carrier: Scripted, clock: Any
    ) -> None:
        clock.set(MONDAY)
        mine = account()
        carrier.answers = [Unclear("no answer")]
        notice = sms(make.case())
        relay.send_due(MONDAY)
        notice.refresh_from_db()
        assert notice.state == "doubtful"
        receipts.keep(mine, [said(notice, "delivered", reference=f"n{notice.pk}")], MONDAY)
        with override("en" if language == "zh-hans" else "zh-hans"):  # whoever applies it
            receipts.apply_open(MONDAY + timedelta(minutes=2))
        words = {"en": "Scripted says so.", "zh-hans": "以Scripted的记录为准。"}
        assert words[language] in page(notice, language)

    def test_that_is_heard_again_by_a_reader_of_another_language_is_the_same_statement(
        self, carrier: Scripted
    ) -> None:
        mine = account()
        notice = sms(make.case())
        relay.send_due(MONDAY)
        for code in ("en", "zh-hans"):
            with override(code):
                nobody = because(lambda: gettext("Nobody has this number."))
            receipts.keep(mine, [replace(said(notice, "failed"), why=nobody)], MONDAY)
        assert CarrierReceipt.objects.count() == 1

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_of_a_file_that_was_changed_names_it_in_the_own_language(
        self, language: str, mailbox: Any, clock: Any
    ) -> None:
        clock.set(MONDAY)
        case = make.case()
        document = store(
            case=case, kind="letter", filename="信.pdf", content=make.PDF, title="信",
            by=make.clerk(), at=MONDAY,
        )  # fmt: skip
        notice = queued(case, document=document)
        place = Path(document.file.path)
        place.chmod(0o600)
        place.write_bytes(b"another")
        relay.send_due(MONDAY)
        notice.refresh_from_db()
        words = {"en": "is not what it was when it was made", "zh-hans": "与生成时不一致"}
        assert words[language] in page(notice, language)

    def test_of_a_carrier_stands_as_the_carrier_gave_it(self, carrier: Scripted) -> None:
        account()
        carrier.answers = [Undelivered("empty number", permanent=True)]
        notice = sms(make.case())
        relay.send_due(MONDAY)
        notice.refresh_from_db()
        assert (notice.because, "says" in notice.about) == ("empty number", False)

    def test_of_a_person_stands_as_it_was_written(self) -> None:
        notice = queued(make.case())

        def stop(locked: Any, by: Any, at: Any) -> None:
            suppress(case=locked, why="客户要求", by=by, at=at)

        note(notice.case, event="case.written_to", by=make.clerk(), at=MONDAY, then=stop)
        notice.refresh_from_db()
        assert (notice.because, "says" in notice.about) == ("客户要求", False)
