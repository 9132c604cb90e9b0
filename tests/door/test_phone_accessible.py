"""The app on a phone: axe finds nothing serious, and all of it can be pressed with one thumb at 360 px."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests import walk
from tests.desk.test_accessible import faults
from tests.door.on_phone import Phone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

SMALL = """() => [...document.querySelectorAll("#screen button, #screen a.btn, #screen .door-link, #foot button, #screen input:not([type=hidden]):not([type=file])")]
  .filter((part) => part.offsetParent && part.getClientRects().length)
  .map((part) => [part, (part.matches("input[type=radio], input[type=checkbox]") ? part.closest(".form-check") : part).getBoundingClientRect()])
  .filter(([, box]) => box.height < 55.5)
  .map(([part, box]) => `${Math.round(box.height)} px: ${part.outerHTML.slice(0, 120)}`)"""
WIDE = "() => document.documentElement.scrollWidth - innerWidth"


def amiss(page: Page) -> list[str]:
    """What axe finds, what is too small for a thumb, and what sticks out."""
    screen = page.locator("#screen > section").get_attribute("data-screen")
    found = [*faults(page), *page.evaluate(SMALL)]
    if page.evaluate(WIDE) > 0:
        found.append("wider than the phone")
    return [f"{screen}: {one}" for one in found]


class TestApp:
    @pytest.mark.timeout(300)
    @pytest.mark.parametrize(("language", "theme"), [("zh", "light"), ("en", "dark")])
    def test_can_be_read_and_pressed_by_everybody(
        self, open_page: Any, sign_in: Any, clock: Any, language: str, theme: str
    ) -> None:
        visit = walk.noticed()
        clock.set("2026-03-05T14:22", zone="Asia/Shanghai")
        phone = Phone(
            open_page, sign_in, language=language, width=360, height=720, color_scheme=theme,
            bypass_csp=True, service_workers="block",
        )  # fmt: skip
        found: list[str] = []

        def look(name: str) -> None:
            phone.at(name)
            found.extend(amiss(phone.page))

        phone.open()
        look("list")
        phone.take_along()
        phone.press(f'[data-visit="{visit.reference}"]')
        look("overview")
        for page in ("minimum", "credentials"):
            phone.press(f"#screen [data-page={page}]")
            look("page")
            phone.press("#screen [data-do=back]")
            phone.at("overview")
        phone.press("#screen [data-do=door]")
        look("depart")
        phone.depart()
        look("arrive")
        phone.arrive()
        look("recording")
        phone.ask_to_record()
        look("who")
        phone.identify(fact="1111")
        phone.page.locator("#card .note").wait_for()
        look("who")
        phone.press("#foot [data-do=third]")
        look("third-party")
        phone.answer("back")
        phone.ask_to_record()
        phone.identify()
        look("credentials")
        phone.show_credentials()
        look("willing")
        phone.consents(entry="no")
        look("papers")
        for tool in ("consents", "evidence", "remark", "contact", "office", "papers"):
            phone.press("#foot [data-tool=more]")
            look("more")
            phone.press(f"#screen [data-tool={tool}]")
            look(tool)
        phone.press("#foot [data-tool=sos]")
        look("sos")
        phone.press("#screen [data-do=to-question]")
        phone.show_papers(visit)
        look("talk_open")
        phone.go_on()
        look("talk")
        phone.press("#foot [data-way=refused]")
        look("left")
        phone.press("#screen [data-do=left-behind]")
        look("attest")
        assert found == []
