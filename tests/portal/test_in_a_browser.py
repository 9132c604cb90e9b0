"""The debtor opens the link from a message in a real browser, answers, and reads."""

from datetime import date
from typing import Any

import pytest

from notices import links, relay
from tests import make, walk
from tests.notices.cast import MONDAY, queued
from tests.portal.own_cast import TAIL, TUESDAY, own_link

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
LIGHT = 60_000  # bytes


def test_a_message_is_read_after_one_answer(phone: Any, clock: Any) -> None:
    clock.set(MONDAY)
    case = make.case()
    case.debtor.id_number, case.debtor.born_on = "330106198807152848", date(1988, 7, 15)
    case.debtor.save()
    queued(
        case, channel="portal", subject="您的来信", body="请在方便时致电我们。", address=" ",
        with_point=False,
    )  # fmt: skip
    relay.send_due(MONDAY)
    token = links.token_of(links.link_for(case=case, person=case.debtor, at=MONDAY))
    phone.goto(f"/m/{token}/")
    assert "您的来信" not in phone.content()
    phone.locator("main input:visible").fill("2848")
    phone.get_by_role("button", name="继续").click()
    phone.get_by_role("link", name="您的来信").click()
    assert "请在方便时致电我们。" in phone.inner_text("main")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


PAGES = (
    "home", "about", "papers", "rights", "meeting", "meeting/move", "sums", "ways", "tell", "tell/3", "told",
    "data", "complaints", "complain",
)  # fmt: skip


def test_every_page_of_the_own_matter_is_light_enough_for_a_slow_line(
    open_page: Any, clock: Any
) -> None:
    """Page, style and pictures together, before anything is compressed or kept by the browser."""
    clock.set(TUESDAY)
    visit = walk.noticed()
    token = links.token_of(own_link(visit.case, TUESDAY))
    page = open_page(width=360, height=740, language="zh", java_script_enabled=False)
    came: list[Any] = []
    page.on("response", lambda one: came.append(one))

    def weighed() -> dict[str, int]:
        """What came since, once all of it is there; a redirection has no body."""
        page.wait_for_load_state("networkidle")
        return {one.url: len(one.body()) for one in came if one.status not in {302, 303}}

    page.goto(f"/m/{token}/")
    at_the_door = weighed()
    assert 0 < sum(at_the_door.values()) < LIGHT
    style = {url: size for url, size in at_the_door.items() if ".css" in url}
    assert len(style) == 1
    page.locator("#answer").fill(TAIL)
    page.get_by_role("button", name="继续").click()
    page.wait_for_load_state("networkidle")
    for where in PAGES:
        came.clear()
        page.goto(f"/m/{token}/{where}/")
        told = style | weighed()  # as if the style were loaded with each page
        assert sum(style.values()) < sum(told.values()) < LIGHT, where
