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
    weighed: dict[str, int] = {}
    page.on("response", lambda one: weighed.update({one.url: 0 if one.status in {302, 303} else len(one.body())}))  # fmt: skip
    page.goto(f"/m/{token}/")
    assert 0 < sum(weighed.values()) < LIGHT
    page.locator("#answer").fill(TAIL)
    page.get_by_role("button", name="继续").click()
    style = {url: size for url, size in weighed.items() if ".css" in url}
    assert len(style) == 1
    for where in PAGES:
        weighed.clear()
        weighed.update(style)  # as if it were loaded with each page
        page.goto(f"/m/{token}/{where}/", wait_until="networkidle")
        assert sum(style.values()) < sum(weighed.values()) < LIGHT, where
