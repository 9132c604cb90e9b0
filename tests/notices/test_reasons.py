"""Why a message was not sent is kept in both languages, and each reader sees it in the own one."""

from typing import Any

import pytest
from django.test import Client
from django.utils.translation import gettext, override

from notices import relay
from notices.models import Notice
from notices.outbox import suppress
from tests import make
from tests.notices.cast import MONDAY, kind_is, queued, told
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

    def test_of_a_person_stands_as_it_was_written(self) -> None:
        notice = queued(make.case())

        def stop(locked: Any, by: Any, at: Any) -> None:
            suppress(case=locked, why="客户要求", by=by, at=at)

        note(notice.case, event="case.written_to", by=make.clerk(), at=MONDAY, then=stop)
        notice.refresh_from_db()
        assert (notice.because, "says" in notice.about) == ("客户要求", False)
