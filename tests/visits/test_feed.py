"""One's own visits in another calendar: by a secret address, and of a debtor it says nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from people.models import User
from tests import make, walk
from timeline.models import Event
from visits import feeds
from visits.actions import feeding
from visits.models import CalendarFeed, Visit
from workflow.steps import RightRefused, WrongInput

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-03 10:00")
"""Two days before the visit of the stories."""


def made(who: User | None = None) -> CalendarFeed:
    return feeding.renew_feed(by=who or make.crew()[0], at=AT)


def asked(feed: CalendarFeed) -> Any:
    token = feeds.token_of(feed.nonce)
    return Client().get(reverse("visits:feed", args=[token]))


def events(feed: CalendarFeed) -> list[Any]:
    answer = asked(feed)
    assert answer.status_code == 200
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


class TestFeed:
    def test_tells_number_time_and_district_of_the_own_visits(self, clock: Any) -> None:
        clock.set(AT)
        visit = walk.planned()
        (event,) = events(made())
        assert event["SUMMARY"] == f"{visit.reference} · {visit.place.district}"
        assert event.decoded("DTSTART") == visit.starts_at
        assert event.decoded("DTEND") == visit.ends_at
        assert str(event["STATUS"]) == "TENTATIVE"

    def test_says_nothing_of_the_debtor_the_place_the_case_or_the_debt(self, clock: Any) -> None:
        clock.set(AT)
        visit = walk.planned()
        content = asked(made()).content
        text = content.replace(b"\r\n ", b"").decode()
        case, place = visit.case, visit.place
        for word in (
            case.debtor.name, case.reference, case.external_reference, place.text,
            case.creditor.name, "欠", "债", "催", "debt", visit.purpose,
        ):  # fmt: skip
            assert not word or word not in text, word
        assert set(Calendar.from_ical(content).walk("VEVENT")[0]) == {
            "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "CLASS",
        }  # fmt: skip

    def test_holds_no_visit_of_others_none_that_was_cancelled_and_none_of_long_ago(
        self, clock: Any
    ) -> None:
        visit = walk.planned()
        clock.set(AT)
        feed, other = made(), made(make.officer(badge="055", full_name="赵磊"))
        assert (len(events(feed)), len(events(other))) == (1, 0)
        clock.set(AT + timedelta(days=20))
        assert events(feed) == []
        clock.set(AT)
        Visit.objects.filter(pk=visit.pk).update(state="cancelled")
        assert events(feed) == []

    def test_is_empty_once_the_mandate_has_ended(self, clock: Any) -> None:
        visit = walk.planned()
        clock.set(AT)
        type(visit.case.mandate).objects.filter(pk=visit.case.mandate_id).update(
            valid_until=AT.date() - timedelta(days=1)
        )
        assert events(made()) == []

    def test_is_not_found_when_wrong_withdrawn_renewed_or_of_somebody_who_left(
        self, clock: Any
    ) -> None:
        clock.set(AT)
        first = made()
        assert Client().get(reverse("visits:feed", args=["a" * 32])).status_code == 404
        second = made()
        assert (asked(first).status_code, asked(second).status_code) == (404, 200)
        feeding.withdraw_feed(by=make.crew()[0], at=AT)
        assert asked(second).status_code == 404
        third = made()
        User.objects.filter(pk=make.crew()[0].pk).update(is_active=False)
        assert asked(third).status_code == 404

    def test_is_asked_only_so_often(self, clock: Any) -> None:
        clock.set(AT)
        feed = made()
        answers = [asked(feed).status_code for _n in range(22)]
        assert answers == [200] * 20 + [429] * 2
        clock.set(AT + timedelta(minutes=15))
        assert asked(feed).status_code == 200

    def test_lets_nobody_guess_for_long(self, clock: Any) -> None:
        clock.set(AT)
        tried = [
            Client().get(reverse("visits:feed", args=[f"{n:032}"])).status_code for n in range(21)
        ]
        assert tried == [404] * 20 + [429]

    def test_needs_no_more_queries_for_many_visits(
        self, clock: Any, django_assert_max_num_queries: Any
    ) -> None:
        clock.set(AT)
        walk.planned()
        feed = made()
        with django_assert_max_num_queries(8):
            asked(feed)


class TestLink:
    def test_is_made_shown_again_and_withdrawn_on_a_page_of_the_account(self, clock: Any) -> None:
        clock.set(AT)
        client = Client()
        client.force_login(make.crew()[0])
        assert (
            reverse("visits:feed_link") in client.get(reverse("people:security")).content.decode()
        )
        client.post(reverse("visits:feed_renew"))
        page = client.get(reverse("visits:feed_link"))
        feed = CalendarFeed.objects.get()
        assert feeds.token_of(feed.nonce) in page.content.decode()
        client.post(reverse("visits:feed_withdraw"))
        assert client.get(reverse("visits:feed_link")).context["feed"] is None

    def test_is_not_kept_where_it_could_be_read(self) -> None:
        feed = made()
        token = feeds.token_of(feed.nonce)
        assert token not in {feed.nonce, feed.mark}
        assert CalendarFeed.objects.filter(mark=feeds.mark_of(token)).exists()

    def test_is_recorded_by_its_number_alone(self) -> None:
        feed = made()
        feeding.withdraw_feed(by=make.crew()[0], at=AT)
        told = Event.objects.filter(case=None, kind__startswith="calendar.").order_by("pk")
        assert [(one.kind, one.data) for one in told] == [
            ("calendar.link_made", {"link": feed.pk}),
            ("calendar.link_withdrawn", {"link": feed.pk}),
        ]

    def test_is_for_those_who_go_to_doors(self) -> None:
        with pytest.raises(RightRefused):
            made(make.clerk())

    def test_cannot_be_withdrawn_twice(self) -> None:
        with pytest.raises(WrongInput):
            feeding.withdraw_feed(by=make.crew()[0], at=AT)
