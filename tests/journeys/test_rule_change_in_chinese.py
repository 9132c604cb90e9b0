"""Compliance changes a table of the rules in Chinese, is told of a fault, mends it, and sees the answers change from that day on."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from compliance.ask import value
from people.models import User
from rulebook import running
from rulebook.models import PackVersion, WhatIf
from tests import make, walk

NOW = make.moment("2026-03-02 10:00")
FROM = "2026-03-04"
FAULT = "story：events.toml：ST-EVENTS：“对债务有异议”须暂停，但没有写明暂停多少天。"


@pytest.mark.django_db(transaction=True)
@pytest.mark.browser
@pytest.mark.journey
@pytest.mark.slow
@pytest.mark.usefixtures("shelf")
class TestARuleChangeInChinese:
    def test_by_somebody_who_reads_law_but_no_python(
        self, clock: Any, open_page: Any, sign_in: Any
    ) -> None:
        clock.set(NOW)
        make.crew()
        visit = walk.planned(starts_at=make.moment("2026-03-05 17:30"), at=NOW)
        page = open_page(language="zh")
        sign_in(page, make.compliance_officer())
        page.goto(reverse("desk:rules"))
        page.get_by_role("link", name="版本与变更").click()
        page.locator("tr#story").get_by_role("link", name="起草变更").click()
        page.get_by_label("自何日起").fill(FROM)
        page.get_by_label("变更理由").fill("晚间上门打扰居民，异议暂停期延长")
        page.get_by_role("button", name="开始起草").click()
        page.wait_for_url("**/values/")
        version = PackVersion.objects.get(state="draft")

        self.table(page, version)
        self.source(page)
        self.hours(page, version)
        self.effect(page, visit)
        self.publish(page, open_page, sign_in, version)
        self.answers(page)

    def change(self, page: Any, version: PackVersion, row: str) -> None:
        """Look for the row in the list of values and open its form."""
        page.goto(reverse("rulebook:values", args=[version.reference]))
        page.get_by_label("编号、主题或文字").fill(row)
        page.get_by_role("button", name="查找").click()
        page.get_by_role("link", name="更改").first.click()

    def table(self, page: Any, version: PackVersion) -> None:
        """A row loses its days and is sent back in Chinese; another row is added."""
        self.change(page, version, "ST-EVENTS")
        page.locator("[name='effects-0-days']").fill("")
        page.get_by_role("button", name="保存到草案").click()
        assert FAULT in page.locator(".form-page").inner_text()
        assert not PackVersion.objects.get(pk=version.pk).texts["events.toml"].count(FROM)

        page.locator("[name='effects-0-days']").fill("45")
        page.get_by_role("button", name="增加一行").click()
        new = page.locator("[data-edit-row]").last
        new.get_by_label("情形").select_option(label="年满七十周岁")
        new.get_by_label("应办事项（中文）").fill("核实年龄后报合规处理。")
        new.get_by_label("应办事项（英文）").fill("Confirm the age and tell compliance.")
        new.get_by_label("办理时限（小时）").fill("48")
        new.get_by_label("承办人").select_option(label="合规")
        page.get_by_role("button", name="保存到草案").click()
        page.wait_for_url(f"**/{version.reference}/")
        said = page.locator("#changes").inner_text()
        assert "结束日不明的，暂停 45 天" in said
        assert "年满七十周岁：不暂停任何操作；48 小时内：核实年龄后报合规处理。" in said

    def source(self, page: Any) -> None:
        """The house's new text is listed, with who has read it."""
        page.get_by_role("link", name="依据", exact=True).click()
        page.get_by_label("中文名称").fill("《关于缩短上门时段的通知》")
        page.get_by_label("英文名称").fill("Notice on shorter hours for visits")
        page.get_by_label("原文网址").fill("https://example.com/notice")
        page.get_by_label("查阅原文的人员").fill("林静")
        page.get_by_label("核对日期").fill("2026-03-01")
        page.get_by_role("button", name="列入依据").click()
        assert "《关于缩短上门时段的通知》" in page.locator("table").inner_text()

    def hours(self, page: Any, version: PackVersion) -> None:
        """Visits are over by five, on the strength of that text."""
        self.change(page, version, "ST-01")
        page.locator("[name='closes']").fill("17:00")
        page.locator("[name='source']").select_option(label="《关于缩短上门时段的通知》")
        page.get_by_role("button", name="保存到草案").click()
        page.wait_for_url(f"**/{version.reference}/")
        assert "《关于缩短上门时段的通知》" in page.locator("#changes").inner_text()

    def effect(self, page: Any, visit: Any) -> None:
        """Whom it concerns is seen before anybody decides."""
        page.get_by_role("button", name="影响测算").click()
        page.wait_for_load_state()
        run = WhatIf.objects.get()
        while running.advance(run.pk, at=NOW):
            pass
        page.reload()
        assert page.locator("[data-count='newly_refused']").inner_text() == "1"
        assert visit.case.reference in page.locator("#what-if").inner_text()

    def publish(self, page: Any, open_page: Any, sign_in: Any, version: PackVersion) -> None:
        """Nobody publishes their own; a supervisor does."""
        page.get_by_role("button", name="提请发布").click()
        page.wait_for_load_state()
        other = open_page(language="zh")
        sign_in(other, self.second())
        other.goto(reverse("rulebook:publish", args=[version.reference]))
        other.get_by_label("您的意见").fill("同意")
        other.get_by_role("button", name="发布").click()
        other.wait_for_url(f"**/{version.reference}/")
        version.refresh_from_db()
        assert version.state == "published"

    def second(self) -> User:
        return make.supervisor()

    def answers(self, page: Any) -> None:
        """The evening before, the old rule answers; from that day on the new one, and the new table."""
        for day, answer in (("2026-03-03", "合规"), ("2026-03-05", "17:00")):
            page.goto(reverse("desk:ask"))
            page.locator("[name='starts_at']").fill(f"{day}T17:30")
            page.get_by_role("button", name="询问规则").click()
            page.wait_for_url("**/ask/?*")
            said = page.locator(".page-aside").inner_text()
            assert answer in said
            assert ("ST-01" in said) == (day == "2026-03-05")
            assert ("《关于缩短上门时段的通知》" in said) == (day == "2026-03-05")
        for day, days in ((date(2026, 3, 3), 30), (date(2026, 3, 4), 45)):
            assert value(("story",), "circumstance.effects", day)["dispute"]["days"] == days
