"""A paper is read, confirmed and signed on a small old phone: without a script by the typed name, with one by hand."""

from datetime import date, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from agreements.actions import by_link
from agreements.models import Agreement, SigningLink
from notices import codes, links
from notices.models import OneTimeCode
from tests import make
from tests.agreements import cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]
SMALL = {"width": 360, "height": 740, "has_touch": True, "is_mobile": True}
WORDS = {
    "zh": ("继续", "我已理解并同意", "发送验证码", "您已签署"),
    "en": ("Go on", "I understand this and agree", "Send me the code", "You have signed"),
}


@pytest.fixture
def sent(clock: Any) -> SigningLink:
    clock.set(cast.SIGNED)
    found: Agreement = cast.offered(confirmed=False)
    debtor = found.case.debtor
    debtor.id_number, debtor.born_on = "330106198807152848", date(1988, 7, 15)
    debtor.save()
    by_link.send_link(
        agreement=cast.again(found), channel="email", id_checked=True, by=make.clerk(),
        at=cast.SIGNED - timedelta(minutes=1),
    )  # fmt: skip
    return by_link.sent_of(SigningLink.objects.get().link)


def faults(page: Any) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"], "preload": False})
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:120]}"
        for fault in found.response["violations"]
    ]


def comes_to_the_code(page: Any, sent: SigningLink, language: str) -> None:
    go_on, agree, send, _done = WORDS[language]
    page.goto(f"/m/{links.token_of(sent.link)}/")
    page.locator("#answer").fill("2848")
    page.get_by_role("button", name=go_on).click()
    for _clause in sent.agreement.clauses:
        page.get_by_role("button", name=agree).first.click()
    page.get_by_role("button", name=send).click()
    page.locator("#code").fill(codes.code_of(OneTimeCode.objects.get()))
    page.get_by_role("button", name=go_on).click()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_is_signed_without_a_script(open_page: Any, sent: SigningLink, language: str) -> None:
    page = open_page(language=language, java_script_enabled=False, **SMALL)
    comes_to_the_code(page, sent, language)
    assert page.locator("canvas").is_hidden()
    page.locator("#typed").fill("王海燕")
    page.locator("#typed ~ button").click()
    assert WORDS[language][3] in page.inner_text("main")
    assert sent.agreement.signatures.get().name == "王海燕"


def test_is_signed_by_hand_and_fits_the_phone(open_page: Any, sent: SigningLink) -> None:
    page = open_page(language="zh", bypass_csp=True, **SMALL)  # axe brings its own style
    comes_to_the_code(page, sent, "zh")
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("canvas").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 90)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(box["x"] + 30 + 25 * step, box["y"] + (40 if step % 2 else 120))
    page.mouse.up()
    page.locator("#answer").get_by_role("button", name="签字", exact=True).click()
    page.get_by_role("heading", name="您已签署").wait_for()
    assert sent.agreement.signatures.get().drawn
