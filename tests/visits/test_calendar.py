"""The week by officers, and a visit that is moved out of it to a lawful slot only."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from people.models import User
from tests import make, walk
from visits.models import Visit

MONDAY = make.moment("2026-03-02 09:45")


def browser(who: User) -> Client:
    client = Client()
    client.force_login(who)
    client.cookies["django_language"] = "en"
    return client


@pytest.mark.django_db
class TestWeek:
    def test_shows_each_officer_of_the_team_with_the_visits_of_each_day(self, clock: Any) -> None:
        visit = walk.planned()  # Thursday, by both of the crew
        third = make.officer(badge="055", full_name="赵强")
        clock.set(MONDAY)
        page = browser(make.supervisor()).get(reverse("visits:calendar"), {"by": "officer"})
        lines = dict(page.context["lines"])
        first, second = make.crew()
        assert lines[first][3] == lines[second][3] == [visit]
        assert lines[third] == [[]] * 7

    def test_can_be_that_of_one_officer_or_of_one_team(self, clock: Any) -> None:
        walk.planned()
        third = make.officer(badge="055", full_name="赵强")
        clock.set(MONDAY)
        address = reverse("visits:calendar")
        counts = [
            browser(make.compliance_officer()).get(address, asked).context["count"]
            for asked in (
                {"officer": make.crew()[0].pk}, {"officer": third.pk}, {"team": make.team().pk},
                {"team": make.team(name="成都一组", city="成都").pk}, {"officer": "x", "team": "-1"},
            )
        ]  # fmt: skip
        assert counts == [1, 0, 1, 0, 1]

    def test_tells_nobody_of_officers_of_other_teams(self, clock: Any) -> None:
        make.crew()
        clock.set(MONDAY)
        page = browser(make.outsider()).get(reverse("visits:calendar"), {"by": "officer"})
        assert page.context["officers"] == []

    def test_lets_only_visits_ahead_be_moved_and_only_by_those_who_may(self, clock: Any) -> None:
        visit = walk.planned()
        clock.set(MONDAY)
        address = reverse("visits:slots", args=[visit.reference])
        assert address in browser(make.clerk()).get(reverse("visits:calendar")).content.decode()
        Visit.objects.filter(pk=visit.pk).update(state="finished")
        assert address not in browser(make.clerk()).get(reverse("visits:calendar")).content.decode()


@pytest.mark.django_db
class TestSlots:
    def test_tell_of_each_half_hour_whether_it_is_lawful_or_by_which_rule_not(
        self, clock: Any
    ) -> None:
        visit = walk.planned()
        clock.set(MONDAY)
        address = reverse("visits:slots", args=[visit.reference])
        told = browser(make.clerk()).get(address, {"as": "json"}).json()
        assert told["slots"]["2026-03-06T14:30"] == ""
        late, sunday = told["slots"]["2026-03-06T21:00"], told["slots"]["2026-03-08T14:30"]
        assert late
        assert sunday
        assert told["rules"][late]
        assert told["slots"]["2026-03-02T09:30"] == "past"
        assert told["move"] == reverse("visits:move", args=[visit.reference])

    def test_stand_on_a_page_that_leads_to_the_form_with_the_slot_in_it(self, clock: Any) -> None:
        visit = walk.planned()
        clock.set(MONDAY)
        client = browser(make.clerk())
        page = client.get(reverse("visits:slots", args=[visit.reference]))
        lawful = [span[4] for _day, spans in page.context["days"] for span in spans if not span[2]]
        form = client.get(lawful[-1]).context["form"]
        assert form["starts_at"].value() == lawful[-1].rpartition("=")[2]

    def test_are_refused_to_outsiders(self, clock: Any) -> None:
        visit = walk.planned()
        clock.set(MONDAY)
        address = reverse("visits:slots", args=[visit.reference])
        assert browser(make.outsider()).get(address).status_code == 404

    def test_are_none_once_the_visit_has_begun(self, clock: Any) -> None:
        visit = walk.planned()
        Visit.objects.filter(pk=visit.pk).update(state="started")
        clock.set(MONDAY)
        page = browser(make.clerk()).get(reverse("visits:slots", args=[visit.reference]))
        assert page.context["days"] == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_visit_is_dropped_where_it_is_lawful_and_nowhere_else(
    open_page: Any, sign_in: Any, clock: Any
) -> None:
    visit = walk.planned()
    clock.set(MONDAY)
    page = open_page(width=1440, height=1200, language="en")
    sign_in(page, make.clerk())
    page.goto("/visits/")
    held = page.locator(f".week [data-slots*='{visit.reference}']")
    held.hover()
    box, shut = held.bounding_box(), page.locator("td[data-slot='2026-03-06T20:00']")
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] - 4)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + 20, steps=4)
    page.wait_for_selector("td.is-open")
    there = shut.bounding_box()
    page.mouse.move(there["x"] + 10, there["y"] + 10, steps=6)
    page.wait_for_selector("[data-week-says]:not(:empty)")
    page.mouse.up()
    assert page.url.endswith("/visits/")
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] - 4)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + 20, steps=4)
    page.wait_for_selector("td.is-open")
    free = page.locator("td[data-slot='2026-03-06T10:00']").bounding_box()
    page.mouse.move(free["x"] + 10, free["y"] + 10, steps=6)
    page.mouse.up()
    page.wait_for_url("**/move/?from=*")
    assert page.input_value("[name=starts_at]").startswith("2026-03-06T10:00")
    assert (
        Visit.objects.get(pk=visit.pk).starts_at == visit.starts_at
    )  # nobody has confirmed it yet
