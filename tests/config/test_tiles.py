"""The tile server's settings: one plain origin, or a clear sentence and no start."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from config.tiles import tiles

GOOD = {
    "DOORSTEP_TILES": "https://tiles.example/{z}/{x}/{y}.png?key=a1",
    "DOORSTEP_TILES_CREDIT": "© 测绘院",
}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What comes of these settings."""

    def of(given: dict[str, str], *, production: bool = True) -> dict[str, Any]:
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        return tiles(Env(), production=production, hosts=["doorstep.example", ".house.example"])

    return of


class TestTiles:
    def test_are_none_unless_a_server_is_named(self, told: Any) -> None:
        assert told({"DOORSTEP_TILES": ""}) == {}

    def test_have_an_origin_by_which_the_page_s_policy_names_them(self, told: Any) -> None:
        found = told({**GOOD, "DOORSTEP_TILES": "https://tiles.example:8443/a/{z}/{x}/{y}.png"})
        assert found["origin"] == "https://tiles.example:8443"
        assert (found["zoom"], found["datum"]) == (18, "wgs84")

    def test_may_be_shifted_and_may_end_sooner(self, told: Any) -> None:
        found = told({**GOOD, "DOORSTEP_TILES_ZOOM": "16", "DOORSTEP_TILES_DATUM": "GCJ02"})
        assert (found["zoom"], found["datum"]) == (16, "gcj02")

    def test_may_be_plain_where_the_demo_is_tried(self, told: Any) -> None:
        url = "http://127.0.0.1:8080/{z}/{x}/{y}.png"
        assert told({**GOOD, "DOORSTEP_TILES": url}, production=False)["origin"].startswith("http:")

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"DOORSTEP_TILES": "https://tiles.example/{z}/{x}.png"}, "once each"),
            ({"DOORSTEP_TILES": "https://{s}.tiles.example/{z}/{x}/{y}.png"}, "no other braces"),
            ({"DOORSTEP_TILES": "http://tiles.example/{z}/{x}/{y}.png"}, "begin with https"),
            ({"DOORSTEP_TILES": "/tiles/{z}/{x}/{y}.png"}, "begin with https"),
            ({"DOORSTEP_TILES": "https://a:b@tiles.example/{z}/{x}/{y}.png"}, "without a user"),
            ({"DOORSTEP_TILES": "https://tiles.example;script-src/{z}/{x}/{y}"}, "name one host"),
            ({"DOORSTEP_TILES": "https://tiles.example *.evil/{z}/{x}/{y}"}, "name one host"),
            ({"DOORSTEP_TILES": "https://*/{z}/{x}/{y}.png"}, "name one host"),
            ({"DOORSTEP_TILES": "https://tiles.example:port/{z}/{x}/{y}"}, "name one host"),
            ({"DOORSTEP_TILES": "https:///{z}/{x}/{y}.png"}, "name one host"),
            ({"DOORSTEP_TILES": "https://Doorstep.example/{z}/{x}/{y}.png"}, "another host"),
            ({"DOORSTEP_TILES_CREDIT": ""}, "DOORSTEP_TILES_CREDIT must say whose map"),
            ({"DOORSTEP_TILES_ZOOM": "0"}, "from 1 to 22"),
            ({"DOORSTEP_TILES_ZOOM": "23"}, "from 1 to 22"),
            ({"DOORSTEP_TILES_DATUM": "bd09"}, "DOORSTEP_TILES_DATUM is wgs84, or gcj02"),
        ],
    )
    def test_are_refused_with_a_sentence(
        self, told: Any, changed: dict[str, str], words: str
    ) -> None:
        with pytest.raises(ImproperlyConfigured, match=words):
            told({**GOOD, **changed})
