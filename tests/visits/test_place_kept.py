"""Where the phone was: kept by the plain pages on arriving and on leaving, as by the phone's own screens."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from common.clock import local
from tests import make, walk
from visits.models import Position, Visit

HERE = {"lat": "30.274085", "lon": "120.15507", "accuracy_m": "18.4"}


def at(clock: str) -> datetime:
    return make.moment(f"2026-03-05 {clock}")


def minute(moment: datetime) -> str:
    return f"{local(moment, 'Asia/Shanghai'):%H:%M}"


def kept() -> list[tuple[str, str, str]]:
    rows = Position.objects.order_by("pk").select_related("officer")
    return [(one.kind, one.officer.badge, minute(one.at)) for one in rows]


def press(visit: Visit, moment: str, clock: Any, way: str = "", **given: Any) -> Any:
    """What officer 021 presses at that moment."""
    clock.set(at(moment))
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.crew()[0])
    args = [visit.reference, way] if way else [visit.reference]
    address = reverse("visits:way_out" if way else "visits:door", args=args)
    return client.post(address, {"guard_key": moment, **given})


@pytest.mark.django_db
class TestPlaceIsKept:
    def test_on_arriving_and_not_on_ringing(self, clock: Any) -> None:
        visit = walk.departed()
        for moment, badge in (("14:28", "021"), ("14:29", "034")):
            press(visit, moment, clock, question="arrive", badge=badge, **HERE)
        assert kept() == [("check_in", "021", "14:28"), ("check_in", "021", "14:29")]
        press(visit, "14:30", clock, question="arrive", begin="1", **HERE)
        assert Visit.objects.get(pk=visit.pk).state == "started"
        assert len(kept()) == 2

    @pytest.mark.parametrize("way", ["nobody", "refused", "unsafe"])
    def test_on_leaving_by_a_way_out(self, clock: Any, way: str) -> None:
        visit = walk.at_the_door()
        answer = press(visit, "14:40", clock, way=way, **HERE)
        assert answer.status_code == 302
        assert kept() == [("check_out", "021", "14:40")]

    def test_on_leaving_after_the_talk(self, clock: Any) -> None:
        visit = walk.talked()
        answer = press(
            visit, "15:00", clock, question="outcome", outcome="talked", why="要与家人商量", **HERE
        )  # fmt: skip
        assert answer.status_code == 302
        assert kept() == [("check_out", "021", "15:00")]

    def test_at_no_other_question(self, clock: Any) -> None:
        visit = walk.asked()
        said = {"name_said": "王海燕", "second_fact": "2427"}
        press(visit, "14:33", clock, question="who", **said, **HERE)
        assert Visit.objects.get(pk=visit.pk).identified_at
        assert kept() == []

    def test_once_however_often_it_is_pressed(self, clock: Any) -> None:
        visit = walk.at_the_door()
        for _press in range(2):
            press(visit, "14:40", clock, way="nobody", **HERE)
        assert len(kept()) == 1

    @pytest.mark.parametrize("here", [{}, {"lat": "north", "lon": "<b>", "accuracy_m": "\x00"}])
    def test_or_left_out_and_the_answer_counts_all_the_same(
        self, clock: Any, here: dict[str, str]
    ) -> None:
        visit = walk.at_the_door()
        press(visit, "14:40", clock, way="refused", **here)
        assert Visit.objects.get(pk=visit.pk).outcome == "refused"
        assert kept() == []

    def test_but_not_of_what_was_refused(self, clock: Any) -> None:
        visit = walk.departed()
        press(visit, "14:28", clock, question="arrive", badge="999", **HERE)
        press(visit, "14:28", clock, way="nobody", **HERE)
        assert kept() == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("script", [True, False])
def test_a_browser_sends_it_with_the_button_that_was_pressed(
    script: bool, open_page: Any, sign_in: Any, clock: Any
) -> None:
    visit = walk.departed()
    clock.set(at("14:28"))
    page = open_page(
        width=390, height=844, language="en", permissions=["geolocation"], java_script_enabled=script,
        geolocation={"latitude": 30.274085, "longitude": 120.15507, "accuracy": 18},
    )  # fmt: skip
    sign_in(page, make.crew()[0])
    page.goto(f"/door/{visit.reference}/")
    for badge in ("021", "034"):
        page.click(f"button.tick[value='{badge}']")
        page.wait_for_selector(f".tick.is-done:has-text('{badge}')")
    page.click("button[name=begin]")
    page.wait_for_selector(".door-foot form[action$='/nobody/']")
    page.click(".door-foot form[action$='/nobody/'] button")
    page.wait_for_url("**/left/")
    assert Visit.objects.get(pk=visit.pk).outcome == "nobody_in"
    wanted = ["check_in", "check_in", "check_out"] if script else []
    assert [kind for kind, *_rest in kept()] == wanted
