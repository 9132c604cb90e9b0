"""The visits of one day by crew, as a table for everybody and as a map where the house has a tile server."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from looking.models import Look
from people.models import Address, User
from tests import make, walk
from tests.desk.test_accessible import faults
from visits.actions.safety import record_position
from visits.datum import shifted
from visits.models import Visit

THURSDAY = make.moment("2026-03-05 09:45")
DAY = {"day": "2026-03-05"}
HERE = "30.274085,120.155070"
TILES = {
    "url": "https://tiles.example/{z}/{x}/{y}.png", "origin": "https://tiles.example",
    "credit": "© 测绘院", "zoom": 18, "datum": "wgs84",
}  # fmt: skip

pytestmark = pytest.mark.django_db


def browser(who: User) -> Client:
    client = Client()
    client.force_login(who)
    client.cookies["django_language"] = "en"
    return client


def page_of(who: User, **asked: Any) -> Any:
    return browser(who).get(reverse("visits:day"), {**DAY, **asked})


def placed(visit: Visit, position: str = HERE) -> Visit:
    Address.objects.filter(pk=visit.place_id).update(position=position)
    return Visit.objects.get(pk=visit.pk)


def another(number: int, *, at: str, officers: list[User] | None = None, **given: Any) -> Visit:
    """One more visit of that day, of another case."""
    case = make.case(
        reference=f"HZ-2026-9{number:03d}", external_reference=f"M-{number}",
        who=make.debtor(name=f"林{number}", id_number=""), **given,
    )  # fmt: skip
    starts = make.moment(f"2026-03-05 {at}")
    visit = Visit.objects.create(
        case=case, reference=f"V-M{number}", place=case.debtor.addresses.get(), place_kind="home",
        starts_at=starts, ends_at=starts + timedelta(minutes=45), purpose="商谈", intended_outcome="分期",
        planned_by=make.clerk(), planned_at=walk.NOTICED_AT,
    )  # fmt: skip
    for officer in officers or []:
        visit.crew.create(officer=officer, slot=(visit.starts_at, visit.ends_at))
    return visit


def numbers(page: Any) -> list[tuple[str, list[int]]]:
    return [
        ("·".join(one.badge for one in crew.officers), [stop.number for stop in crew.stops])
        for crew in page.context["crews"]
    ]


class TestTable:
    def test_numbers_the_visits_in_the_order_of_their_hours_by_crew(self, clock: Any) -> None:
        visit = walk.noticed()  # 14:30, by 021 and 034
        third = make.officer(badge="055", full_name="赵强")
        another(1, at="09:00", officers=[third])
        another(2, at="17:00", officers=[third])
        clock.set(THURSDAY)
        page = page_of(make.supervisor())
        assert numbers(page) == [("055", [1, 3]), ("021·034", [2])]
        text = page.content.decode()
        assert str(visit.case.debtor) in text
        assert "Notice delivered" in text
        assert "no position known" in text

    def test_leaves_out_other_days_and_what_was_given_up(self, clock: Any) -> None:
        visit = walk.planned()
        clock.set(THURSDAY)
        who = make.supervisor()
        assert page_of(who, day="2026-03-04").context["count"] == 0
        Visit.objects.filter(pk=visit.pk).update(state="cancelled")
        assert page_of(who).context["count"] == 0

    def test_can_be_that_of_one_officer(self, clock: Any) -> None:
        walk.planned()
        third = make.officer(badge="055", full_name="赵强")
        clock.set(THURSDAY)
        who = make.supervisor()
        assert page_of(who, officer=make.crew()[0].pk).context["count"] == 1
        assert page_of(who, officer=third.pk).context["count"] == 0

    def test_shows_an_officer_the_own_visits_alone(self, clock: Any) -> None:
        visit = walk.planned()
        third = make.officer(badge="055", full_name="赵强")
        another(1, at="09:00", officers=[third])
        clock.set(THURSDAY)
        page = page_of(make.crew()[0], officer=third.pk)
        assert [stop.visit for crew in page.context["crews"] for stop in crew.stops] == [visit]
        assert page.context["officers"] == []

    def test_has_nothing_of_cases_that_are_kept_from_the_reader(self, clock: Any) -> None:
        placed(walk.planned())
        clock.set(THURSDAY)
        assert page_of(make.outsider()).context["count"] == 0

    def test_is_refused_to_those_who_plan_and_make_no_visits(self, clock: Any) -> None:
        walk.planned()
        clock.set(THURSDAY)
        assert page_of(make.compliance_officer()).status_code == 403
        assert Client().get(reverse("visits:day")).status_code == 302

    @pytest.mark.parametrize("day", ["", "x", "9999-12-31", "2026-02-30", "\x00"])
    def test_is_today_where_the_address_names_no_day(self, clock: Any, day: str) -> None:
        clock.set(THURSDAY)
        assert page_of(make.supervisor(), day=day).context["day"].isoformat() == "2026-03-05"

    def test_costs_the_same_queries_for_few_and_for_many(self, clock: Any) -> None:
        third = make.officer(badge="055", full_name="赵强")
        clock.set(THURSDAY)
        client, address = browser(make.supervisor()), reverse("visits:day")
        asked = []
        for numbers_of in (range(1, 3), range(3, 11)):
            for n in numbers_of:
                another(n, at=f"{8 + n:02d}:00", officers=[third])
            with CaptureQueriesContext(connection) as seen:
                assert client.get(address, DAY).context["count"] == n
            asked.append(len(seen))
        assert asked[0] == asked[1]

    def test_offers_what_a_telephone_measured_there(self, clock: Any) -> None:
        visit = walk.at_the_door()
        record_position(
            visit=visit, kind="check_in", lat="30.274085", lon="120.15507", accuracy_m=18,
            by=make.crew()[0], at=make.moment("2026-03-05 14:32"),
        )  # fmt: skip
        clock.set(make.moment("2026-03-05 18:00"))
        address = reverse("visits:locate", args=[visit.reference])
        assert address in page_of(make.supervisor()).content.decode()
        assert address not in page_of(make.crew()[0]).content.decode()


class TestWithoutTiles:
    def test_the_page_is_as_strict_as_any_other_and_draws_nothing(self, clock: Any) -> None:
        placed(walk.planned())
        clock.set(THURSDAY)
        page = page_of(make.supervisor())
        assert page.context["map"] is None
        assert "img-src 'self' data: blob:;" in page["Content-Security-Policy"] + ";"
        assert "leaflet" not in page.content.decode()
        assert HERE[:6] not in page.content.decode()

    def test_only_those_who_could_set_one_are_told_how(self, clock: Any) -> None:
        clock.set(THURSDAY)
        assert "DOORSTEP_TILES" in page_of(make.administrator()).content.decode()
        assert "DOORSTEP_TILES" not in page_of(make.supervisor()).content.decode()

    def test_the_calendar_leads_to_a_list_and_promises_no_map(
        self, clock: Any, settings: Any
    ) -> None:
        walk.planned()
        clock.set(THURSDAY)
        client, address = browser(make.supervisor()), reverse("visits:calendar")
        before = client.get(address).content.decode()
        assert f"{reverse('visits:day')}?day=2026-03-05" in before
        assert "Map<span" not in before
        settings.TILES = TILES
        assert "Map<span" in client.get(address).content.decode()


class TestWithTiles:
    @pytest.fixture(autouse=True)
    def tiles(self, settings: Any, clock: Any) -> None:
        settings.TILES = TILES
        clock.set(THURSDAY)

    def test_pictures_may_come_from_that_one_origin_and_on_this_page_alone(self) -> None:
        placed(walk.noticed())
        who = make.supervisor()
        policy = page_of(who)["Content-Security-Policy"]
        assert "img-src 'self' data: blob: https://tiles.example;" in policy + ";"
        assert policy.count("tiles.example") == 1
        other = browser(who).get(reverse("visits:calendar"))
        assert "tiles.example" not in other["Content-Security-Policy"]
        assert page_of(who)["Referrer-Policy"] == "same-origin"

    def test_none_may_where_nothing_is_drawn(self) -> None:
        walk.noticed()
        page = page_of(make.supervisor())
        assert "tiles.example" not in page["Content-Security-Policy"]
        assert "position is known" in page.content.decode()

    def test_points_have_a_number_and_no_name(self) -> None:
        visit = placed(walk.noticed())
        drawn = page_of(make.supervisor()).context["map"]
        assert [point["number"] for point in drawn["points"]] == [1]
        assert drawn["points"][0]["says"].startswith("Visit 1 · 14:30 · Notice delivered")
        told = str(drawn)
        for secret in (visit.case.debtor.name, visit.place.text, visit.case.reference):
            assert secret not in told

    def test_a_masked_address_is_drawn_to_about_a_kilometre(self) -> None:
        placed(walk.noticed())
        page = page_of(make.supervisor())
        (point,) = page.context["map"]["points"]
        assert (point["at"], point["exact"]) == ([30.27, 120.16], False)
        assert "30.274" not in page.content.decode()
        assert not Look.objects.exists()

    def test_whoever_goes_there_that_day_sees_the_place_and_it_is_kept_that_they_did(self) -> None:
        visit = placed(walk.noticed())
        (point,) = page_of(make.crew()[0]).context["map"]["points"]
        assert (point["at"], point["exact"]) == ([30.274085, 120.15507], True)
        look = Look.objects.get(what="door")
        assert (look.subject, look.user) == (visit.reference, make.crew()[0])

    def test_points_are_shifted_for_tiles_that_are(self, settings: Any) -> None:
        placed(walk.noticed())
        settings.TILES = {**TILES, "datum": "gcj02"}
        (point,) = page_of(make.crew()[0]).context["map"]["points"]
        assert point["at"] == [
            float(each) for each in shifted((Decimal("30.274085"), Decimal("120.155070")))
        ]


class TestDatum:
    @pytest.mark.parametrize(  # as others who have found the formula reckon it
        ("there", "drawn"),
        [
            (("31.1774276", "121.5272106"), ("31.175304", "121.531542")),
            (("22.543847", "113.912316"), ("22.540796", "113.917176")),
            (("39.911954", "116.377817"), ("39.913345", "116.384047")),
            (("48.85", "2.35"), ("48.85", "2.35")),
        ],
    )
    def test_is_that_of_chinese_maps_within_china(
        self, there: tuple[str, str], drawn: tuple[str, str]
    ) -> None:
        found = shifted((Decimal(there[0]), Decimal(there[1])))
        assert [float(each) for each in found] == pytest.approx(
            [float(each) for each in drawn], abs=2e-6
        )


# ---------------------------------------------------------------- a tile server and a browser


class TileServer:
    """Gives every picture that it is asked for, and writes down by what words."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        asked = self.asked

        class Answering(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                self.send_response(200)
                self.send_header("Content-Type", "image/png")
                self.send_header("Content-Length", str(len(make.PNG)))
                self.end_headers()
                self.wfile.write(make.PNG)

            def log_message(self, *_args: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def tile_server() -> Iterator[TileServer]:
    found = TileServer()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1440])
def test_a_browser_asks_the_tile_server_for_pictures_alone_and_tells_it_nothing_more(
    width: int, open_page: Any, sign_in: Any, clock: Any, settings: Any, tile_server: TileServer
) -> None:
    url = f"{tile_server.origin}/{{z}}/{{x}}/{{y}}.png"
    settings.TILES = {**TILES, "url": url, "origin": tile_server.origin}
    placed(walk.noticed())
    placed(another(1, at="16:00", officers=[make.crew()[0]]), "30.291000,120.190000")
    clock.set(THURSDAY)
    page = open_page(width=width, height=900, language="en", besides=tile_server.origin)
    sign_in(page, make.crew()[0])
    page.goto("/visits/day/?day=2026-03-05")
    page.wait_for_selector(".leaflet-tile-loaded")
    points = page.locator(".leaflet-marker-icon")
    assert sorted(points.all_inner_texts()) == ["1", "2"]
    assert page.locator("[data-day-broken]").is_hidden()
    drawn = page.evaluate(  # each stands on its line's end, and not where it would flow
        """() => [...document.querySelectorAll(".leaflet-marker-icon")].map(one => getComputedStyle(one).position)"""
    )
    assert drawn == ["absolute", "absolute"]
    points.first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#stop-1.is-pointed, #stop-2.is-pointed")
    page.get_by_role("button", name="Nearer").click()
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert tile_server.asked
    for path, headers in tile_server.asked:
        z, x, y = path.removeprefix("/").removesuffix(".png").split("/")
        assert z.isdigit()
        assert x.isdigit()
        assert y.isdigit()
        assert not headers.keys() & {"referer", "cookie", "origin", "authorization"}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_without_scripts_the_table_says_all_of_it(
    open_page: Any, sign_in: Any, clock: Any, settings: Any
) -> None:
    settings.TILES = TILES
    visit = placed(walk.noticed())
    clock.set(THURSDAY)
    page = open_page(language="en", java_script_enabled=False)
    sign_in(page, make.supervisor())
    page.goto("/visits/day/?day=2026-03-05")
    assert page.locator("[data-day-side]").is_hidden()
    row = page.locator("#stop-1").inner_text()
    assert visit.case.debtor.name in row
    assert "Notice delivered" in row


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_it(
    theme: str, open_page: Any, sign_in: Any, clock: Any, settings: Any, tile_server: TileServer
) -> None:
    url = f"{tile_server.origin}/{{z}}/{{x}}/{{y}}.png"
    settings.TILES = {**TILES, "url": url, "origin": tile_server.origin}
    placed(walk.noticed())
    clock.set(THURSDAY)
    page = open_page(language="en", color_scheme=theme, bypass_csp=True, besides=tile_server.origin)
    sign_in(page, make.supervisor())
    page.goto("/visits/day/?day=2026-03-05")
    page.wait_for_selector(".leaflet-marker-icon")
    assert faults(page) == []
