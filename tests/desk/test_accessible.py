"""Everybody can use the pages: axe finds nothing serious, and the keyboard reaches all of it."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import make, walk
from tests.agreements import cast
from visits.models import Visit

pytestmark = pytest.mark.django_db(transaction=True)

SERIOUS = ("serious", "critical")
LOOK: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
NOW = "2026-03-05T15:30"
TABS = ("overview", "debt", "people", "visits", "agreement", "notices", "documents")


def faults(page: Any) -> list[str]:
    """What axe calls serious or critical on the page as it stands."""
    return [
        f"{page.url}: {fault['id']}: {node['html'][:200]}"
        for fault in Axe().run(page, options=LOOK).response["violations"]
        if fault["impact"] in SERIOUS
        for node in fault["nodes"]
    ]


def desk_pages() -> list[str]:
    """The addresses of the desk's main pages, with a signed agreement and a visit that was announced."""
    visit = walk.noticed()
    case = make.prepared_case(reference="HZ-2026-0148", external_reference="XH-0148")
    agreement = cast.signed(case)
    here, there = (f"/cases/{one.reference}/" for one in (visit.case, case))
    return [
        "/", "/?view=all", "/?view=all&q=zzz", "/approvals/", "/dashboard/", "/rules/", "/visits/",
        "/notices/", "/notices/outbox/", "/imports/", "/imports/new/", "/password/",
        *(f"{there}?tab={name}" for name in TABS), here, f"{there}timeline/",
        *(f"{here}{form}/" for form in ("addresses/add", "hold", "contacts/log", "papers/add")),
        f"{there}pay/", f"{there}close/", f"{there}visits/plan/",
        f"/visits/{visit.reference}/", f"/visits/{visit.reference}/move/",
        f"/agreements/{agreement.number}/", "/cases/HZ-0000-0000/",
    ]  # fmt: skip


class TestAxe:
    @pytest.mark.timeout(300)
    @pytest.mark.parametrize(("language", "theme"), [("zh", "dark"), ("en", "light")])
    def test_finds_nothing_serious_on_the_desk(
        self, open_page: Any, sign_in: Any, clock: Any, language: str, theme: str
    ) -> None:
        clock.set(NOW, zone="Asia/Shanghai")
        page = open_page(
            language=language, color_scheme=theme, bypass_csp=True
        )  # axe brings its own style
        page.goto("/sign-in/")
        found = faults(page)
        addresses = desk_pages()
        sign_in(page, make.supervisor())
        for address in addresses:
            page.goto(address)
            found += faults(page)
        assert found == []

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_finds_nothing_serious_at_the_door(
        self, open_page: Any, sign_in: Any, clock: Any, language: str
    ) -> None:
        clock.set("2026-03-05T14:52", zone="Asia/Shanghai")
        visit = walk.at_the_door()
        phone = open_page(width=390, height=844, language=language, is_mobile=True, bypass_csp=True)
        sign_in(phone, make.crew()[0])
        found = []
        for address in ("/door/", f"/door/{visit.reference}/", f"/door/{visit.reference}/evidence/",
                        f"/door/{visit.reference}/out/refused/"):  # fmt: skip
            phone.goto(address)
            found += faults(phone)
        assert Visit.objects.get().state == "started"
        assert found == []

    def test_finds_nothing_serious_in_a_refusal_nor_in_a_form_that_is_to_be_mended(
        self, open_page: Any, sign_in: Any, clock: Any
    ) -> None:
        clock.set("2026-03-02T09:30", zone="Asia/Shanghai")
        page = open_page(bypass_csp=True)
        case = make.prepared_case()
        make.crew()
        sign_in(page, make.clerk())
        page.goto(f"/cases/{case.reference}/addresses/add/")
        page.locator("main form button.btn-primary").click()
        page.get_by_role("alert").wait_for()
        found = faults(page)
        page.goto(f"/cases/{case.reference}/visits/plan/")
        page.fill("[name=starts_at]", "2026-03-05T22:30")
        page.locator("main form button.btn-primary").click()
        page.wait_for_load_state()
        assert found + faults(page) == []


def focused(page: Any, expression: str) -> Any:
    """Something about the element that has the focus."""
    return page.evaluate(f"() => {{ const e = document.activeElement; return {expression}; }}")


class TestKeyboard:
    def test_skips_to_the_content(self, page: Any, sign_in: Any) -> None:
        sign_in(page, make.clerk())
        page.goto("/")
        page.keyboard.press("Tab")
        assert focused(page, "e.className") == "skip-link"
        assert focused(page, "e.getBoundingClientRect().top >= 0")
        page.keyboard.press("Enter")
        assert focused(page, "e.id") == "content"

    def test_shows_where_the_focus_is(self, page: Any, sign_in: Any) -> None:
        case = make.prepared_case()
        sign_in(page, make.clerk())
        page.goto(case.get_absolute_url())
        unseen = []
        for _press in range(40):
            page.keyboard.press("Tab")
            style = "getComputedStyle(e)"
            seen = f"{style}.outlineStyle != 'none' && parseFloat({style}.outlineWidth) >= 2"
            if focused(page, "e != document.body") and not focused(page, seen):
                unseen.append(focused(page, "e.outerHTML.slice(0, 120)"))
        assert [one for one in unseen if "skip-link" not in one] == []

    def test_searches_walks_and_opens(self, page: Any, sign_in: Any) -> None:
        make.prepared_case()
        make.prepared_case(reference="HZ-2026-0148", external_reference="XH-0148")
        sign_in(page, make.clerk())
        page.goto("/?view=all")
        page.keyboard.press("/")
        assert focused(page, "e.name") == "q"
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        first = focused(page, "e.getAttribute('href')")
        assert first == page.locator("tr[data-row] a").first.get_attribute("href")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{first}")
        page.keyboard.press("g")
        page.keyboard.press("w")
        page.wait_for_url(lambda address: "/cases/" not in address)

    def test_keeps_the_focus_in_a_dialog_and_gives_it_back(self, page: Any, sign_in: Any) -> None:
        sign_in(page, make.clerk())
        page.goto("/")
        opener = page.locator("[data-open-dialog=help]")
        opener.focus()
        page.keyboard.press("Enter")
        inside = "!!e.closest('dialog[open]') || e == document.body"
        for _press in range(6):
            assert focused(page, inside)
            page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        assert focused(page, "e.dataset.openDialog") == "help"

    def test_closes_a_menu_and_stays_where_it_was(self, page: Any, sign_in: Any) -> None:
        sign_in(page, make.clerk())
        page.goto("/")
        page.locator(".topbar .menu > summary").focus()
        page.keyboard.press("Enter")
        assert page.locator(".menu-panel").is_visible()
        page.keyboard.press("Escape")
        assert not page.locator(".menu-panel").is_visible()
        assert focused(page, "e.tagName") == "SUMMARY"
