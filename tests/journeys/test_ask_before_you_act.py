"""A clerk asks before she acts, takes a lawful half-hour into the plan, and reads what the rules stopped this month."""

from typing import Any

import pytest
from django.urls import reverse

from tests import make, walk
from timeline.models import Event
from visits.looking import look_ahead
from visits.models import Visit
from workflow.steps import PolicyRefused

NOW = make.moment("2026-03-02 10:00")


@pytest.mark.django_db(transaction=True)
@pytest.mark.browser
@pytest.mark.journey
class TestAskBeforeYouAct:
    def test_leads_from_the_case_over_the_picture_into_the_plan(
        self, clock: Any, open_page: Any, sign_in: Any
    ) -> None:
        clock.set(NOW)
        make.crew()
        case = make.prepared_case()
        page = open_page()
        sign_in(page, make.clerk())
        page.goto(case.get_absolute_url())
        page.get_by_role("link", name="Ask before you act").click()
        page.get_by_label("When, by the clocks of the place").fill("2026-03-05T20:30")
        page.get_by_role("button", name="Ask the rules").click()
        page.wait_for_url("**/ask/?*")
        said = page.locator(".page-aside").inner_text()
        assert "ST-01" in said
        assert "Lawful from Fri 6 Mar 2026, 08:00 (Beijing time)" in said
        assert not Event.objects.filter(kind="policy.refused").exists()

        page.get_by_text("The same as a table").click()
        row = page.locator("tr", has_text="Fri 6 Mar")
        row.get_by_role("link", name="08:00–19:30").click()
        page.wait_for_url("**/visits/plan/?*")
        assert page.get_by_label("Begins").input_value() == "2026-03-06T08:00"
        page.get_by_role("button", name="Plan the visit").click()
        page.wait_for_url("**/visits/V-*/")
        assert Visit.objects.get().starts_at == make.moment("2026-03-06 08:00")

    def test_the_rule_book_counts_a_refusal_and_opens_it(
        self, clock: Any, open_page: Any, sign_in: Any
    ) -> None:
        clock.set(NOW)
        case = make.prepared_case()
        with pytest.raises(PolicyRefused):
            walk.planned(case=case, starts_at=make.moment("2026-03-05 20:30"), at=NOW)
        page = open_page(language="zh")
        sign_in(page, make.supervisor())
        page.goto(reverse("desk:rules"))
        page.get_by_role("link", name="上门催收内部规则").first.click()
        page.get_by_role("link", name="本月拦截 1 次").click()
        assert case.reference in page.locator("#content").inner_text()

    def test_the_next_thirty_days_lead_to_a_lawful_slot(
        self, clock: Any, open_page: Any, sign_in: Any
    ) -> None:
        clock.set(make.moment("2026-03-03 02:00"))
        visit = walk.planned()
        look_ahead(make.moment("2026-03-03 02:00"))
        phone = open_page(width=390, height=844, has_touch=True, is_mobile=True)
        sign_in(phone, make.clerk())
        phone.goto(reverse("visits:outlook"))
        phone.get_by_role("link", name="Fri 6 Mar, 08:00").tap()
        phone.wait_for_url(f"**/visits/{visit.reference}/move/?*")
        phone.get_by_role("button", name="Move the visit").tap()
        phone.wait_for_url(f"**/visits/{visit.reference}/")
        assert Visit.objects.get().starts_at == make.moment("2026-03-06 08:00")
