"""S17: with only the link in hand the debtor moves the visit and asks for e-mail only; no login, no script."""

from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from notices import relay
from notices.models import Notice, StaffMessage
from tests import make, walk
from tests.notices.cast import chain_holds, queued
from tests.portal.own_cast import TAIL, TUESDAY, own_link
from timeline.models import Event
from visits.models import Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]

SATURDAY = make.moment("2026-03-07 10:00")
WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "go": "继续", "visit": "查看来访人员，改约时间，或不要上门", "move": "改约时间或地点",
        "times": "查看时间", "by": "只用电子邮件", "said": "您要求只用这种方式：电子邮件。",
        "day": "2026年3月7日", "title": "给您的信息",
    },
    "en": {
        "go": "Go on", "visit": "See who comes, choose another time, or say no",
        "move": "Another time or place", "times": "Show the times", "by": "E-mail only",
        "said": "You asked for this alone: E-mail.", "day": "Sat 7 Mar 2026",
        "title": "For you",
    },
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_debtor_moves_the_visit_and_asks_for_email_only(
    open_page: Any, clock: Any, language: str
) -> None:
    said = WORDS[language]
    clock.set(TUESDAY)
    visit = walk.noticed()
    case = visit.case
    link = own_link(case, TUESDAY)
    letter = queued(
        case, channel="letter", key="reminder", due_at=TUESDAY + timedelta(days=2), at=TUESDAY
    )
    page = open_page(width=360, height=740, language=language, java_script_enabled=False)
    from notices import links

    page.goto(f"/m/{links.token_of(link)}/")
    assert case.creditor.name not in page.content()
    page.locator("#answer").fill(TAIL)
    page.get_by_role("button", name=said["go"]).click()
    assert page.title() == said["title"]

    page.get_by_role("link", name=said["visit"]).click()
    page.get_by_role("link", name=said["move"]).click()
    page.locator("#text").fill("青藤茶馆（元华店）")
    page.get_by_role("button", name=said["times"]).click()
    offered = page.locator("button[name=starts_at]")
    values = [offered.nth(number).get_attribute("value") for number in range(offered.count())]
    assert SATURDAY.isoformat() in values
    assert not any(value and value < "2026-03-06T19:10" for value in values)
    page.locator(f'button[value="{SATURDAY.isoformat()}"]').click()
    assert said["day"] in page.inner_text("main")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    relay.send_due(TUESDAY + timedelta(minutes=1))
    page.reload()
    moved = Visit.objects.select_related("place").get(pk=visit.pk)
    assert (moved.starts_at, moved.place_kind, moved.state) == (SATURDAY, "agreed", "noticed")
    told = Event.objects.get(case=case, kind="visit.moved")
    assert (told.actor_name, told.data["link"]) == ("debtor", link.pk)
    officers = StaffMessage.objects.filter(kind="visit").values_list("person__badge", flat=True)
    assert sorted(officers) == ["021", "034"]

    page.get_by_role("button", name=said["by"]).click()
    assert said["said"] in page.inner_text("main")
    letter.refresh_from_db()
    assert letter.state == "suppressed"
    left = Notice.objects.filter(case=case, state="queued")
    assert {one.channel for one in left} <= {"email", "portal"}
    assert chain_holds(case)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_read_by_everybody(
    open_page: Any, clock: Any, language: str, theme: str
) -> None:
    clock.set(TUESDAY)
    visit = walk.noticed()
    from notices import links

    token = links.token_of(own_link(visit.case, TUESDAY))
    page = open_page(
        width=320, height=640, language=language, color_scheme=theme, bypass_csp=True
    )  # axe brings its own style
    page.goto(f"/m/{token}/")
    page.locator("#answer").fill(TAIL)
    page.get_by_role("button", name=WORDS[language]["go"]).click()
    found: list[str] = []
    places = (
        "home", "about", "papers", "rights", "meeting", "meeting/move",
        f"meeting/move/?place={visit.place_id}", "sums", "ways", "tell", "tell/3", "told", "data", "data/2",
        "complaints", "complain",
    )  # fmt: skip
    for where in places:
        page.goto(f"/m/{token}/{where}" + ("" if "?" in where else "/"))
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > 320:
            found.append(f"{where} is {wide} px wide")
        found += [
            f"{where} {fault['id']}: {node['html'][:150]}"
            for fault in Axe()
            .run(page, options={"resultTypes": ["violations"], "preload": False})
            .response["violations"]
            for node in fault["nodes"]
        ]
    assert found == []
