"""Whether a notice counts as served, in words: by which channel, since when, because of which rule."""

from datetime import timedelta
from typing import Any

import pytest

from notices import actions
from notices.channels import Taken
from notices.models import Notice
from notices.service import served
from tests import make
from tests.notices.cast import MONDAY, queued
from tests.notices.test_pages import desk

pytestmark = pytest.mark.django_db

FRIDAY = make.moment("2026-03-06 00:00")


def posted() -> Notice:
    letter = queued(make.case(), channel="letter")
    actions.mark_sent(notice=letter, by=make.clerk(), at=MONDAY, number="RA123456785CN")
    return letter


def the(notice: Notice) -> Notice:
    return Notice.objects.select_related("case").get(pk=notice.pk)


class TestServed:
    def test_says_nothing_before_it_went(self) -> None:
        assert served(queued(make.case(), channel="letter")).how == ""

    def test_of_a_posted_letter_counts_after_the_days_of_the_pack(self) -> None:
        found = served(the(posted()))
        assert (found.how, found.at, found.days) == ("will", FRIDAY, 3)
        assert [(one.rule, one.force.value) for one in found.by] == [("ST-08", "policy")]

    def test_counts_by_the_days_once_they_have_gone_by(self) -> None:
        letter = posted()
        actions.deem(notice=the(letter), at=FRIDAY)
        found = served(the(letter))
        assert (found.how, found.at, found.days) == ("deemed", FRIDAY, 3)

    def test_counts_from_the_delivery_that_came_before(self) -> None:
        letter = posted()
        when = MONDAY + timedelta(days=1)
        actions.record_delivery(
            notice=letter, by=make.clerk(), at=when, delivered_at=when, filename="slip.pdf",
            content=make.PDF,
        )  # fmt: skip
        found = served(the(letter))
        assert (found.how, found.at) == ("delivered", when)

    def test_of_an_email_counts_by_sending(self) -> None:
        mail = queued(make.case())
        actions.record_sent(notice=mail, taken=Taken("<1@x>"), at=MONDAY)
        found = served(the(mail))
        assert (found.how, found.at) == ("sent", MONDAY)

    def test_asks_for_proof_where_the_packs_say_nothing(self) -> None:
        case = make.case(of_creditor=make.creditor(slug="cn-bank", packs=["cn"]),
                         under=make.mandate(number="WT-CN", principal=make.creditor(slug="cn-bank")))  # fmt: skip
        make.house_papers(case)
        letter = queued(case, channel="letter")
        actions.mark_sent(notice=letter, by=make.clerk(), at=MONDAY)
        found = served(the(letter))
        assert (found.how, found.at, list(found.by)) == ("proof", None, [])

    def test_never_counts_what_came_back(self) -> None:
        letter = posted()
        actions.record_bounce(notice=letter, by=make.clerk(), at=FRIDAY, why="查无此人")
        assert served(the(letter)).how == "returned"

    def test_never_counts_what_was_stopped(self) -> None:
        letter = queued(make.case(), channel="letter")
        actions.drop(notice=letter, why="paid", by=make.clerk(), at=MONDAY)
        assert served(the(letter)).how == "not_sent"


class TestPage:
    def test_says_from_when_why_and_by_which_rule(self, clock: Any) -> None:
        clock.set(MONDAY)
        text = desk().get(posted().get_absolute_url()).content.decode()
        assert "the end of 3 days after it was sent" in text
        assert "ST-08" in text

    def test_says_what_follows_from_a_return(self, clock: Any) -> None:
        clock.set(FRIDAY)
        letter = posted()
        actions.record_bounce(notice=letter, by=make.clerk(), at=FRIDAY, why="查无此人")
        assert "it came back" in desk().get(letter.get_absolute_url()).content.decode()
