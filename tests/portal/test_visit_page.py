"""The page of a visit's code in a browser: small, without script, readable in the sun, by anybody."""

import io
import random
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from PIL import Image

from people.models import OfficerPhoto
from people.photos import portrait
from tests import make, walk
from visits import tokens

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def face(seed: int) -> bytes:
    """A picture as grainy as one from a telephone: it compresses no better than a real face."""
    grain = random.Random(seed)
    picture = Image.new("RGB", (240, 320))
    picture.putdata(
        [
            tuple(min(255, max(0, int(tone + grain.gauss(0, 14)))) for tone in (150 + x // 4, 120 + y // 5, 110))
            for y in range(320) for x in range(240)
        ]
    )  # fmt: skip
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=92)
    return kept.getvalue()


MOST_BYTES = 30_000
STRICT: dict[str, Any] = {
    "resultTypes": ["violations"], "preload": False,
    "runOnly": {"type": "rule", "values": ["color-contrast", "color-contrast-enhanced", "target-size"]},
}  # fmt: skip


def visit_with_photos() -> str:
    visit = walk.at_the_door()
    for number, officer in enumerate(make.crew()):
        OfficerPhoto.objects.create(officer=officer, jpeg=portrait(face(number)))
    check = tokens.check_of(visit)
    assert check is not None
    return check.path


class TestWeight:
    def test_is_under_thirty_thousand_bytes_all_in(self, clock: Any) -> None:
        clock.set("2026-03-05T14:33", zone="Asia/Shanghai")
        page = Client().get(visit_with_photos(), headers={"Accept-Language": "zh"})
        text = page.content.decode()
        size = len(page.content) + Path("static/css/portal.css").stat().st_size
        assert text.count("data:image/jpeg") == 2
        assert size < MOST_BYTES, size


class TestBrowser:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_asks_for_two_files_and_is_whole_without_script(
        self, open_page: Any, clock: Any, theme: str
    ) -> None:
        clock.set("2026-03-05T14:33", zone="Asia/Shanghai")
        address = visit_with_photos()
        page = open_page(
            width=360, height=740, language="zh", color_scheme=theme, java_script_enabled=False
        )
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        assert page.locator("h1").inner_text() == "门外是谁？"
        assert page.locator(".answer.is-valid").is_visible()
        assert page.locator(".faces img").count() == 2
        assert len([url for url in asked if not url.startswith("data:")]) == 2
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.get_by_role("button", name="English").click()
        assert page.locator("h1").inner_text() == "Who is at my door?"
        page.get_by_role("button", name="I want them to leave").click()
        assert "they were told to leave" in page.locator(".answer").inner_text()

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_is_readable_in_the_sun_and_by_everybody(
        self, open_page: Any, clock: Any, theme: str
    ) -> None:
        clock.set("2026-03-05T14:33", zone="Asia/Shanghai")
        address = visit_with_photos()
        page = open_page(
            width=360, height=740, language="en", color_scheme=theme, bypass_csp=True
        )  # axe brings its own style
        found: list[str] = []
        for where in (address, "/v/", "/v/AAAAAAAAAAAAAAAAAAAAAA/"):
            page.goto(where)
            for options in (STRICT, {"resultTypes": ["violations"], "preload": False}):
                found += [
                    f"{where} {fault['id']}: {node['html'][:150]}"
                    for fault in Axe().run(page, options=options).response["violations"]
                    for node in fault["nodes"]
                ]
        assert found == []
