"""Somebody who has never seen the system, with only a message in hand: moves the visit, disputes one item, signs a plan, finds the certificate."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from agreements.actions import by_link, closing, paying
from agreements.models import SigningLink
from cases.actions.holding import release_hold
from cases.models import Case, Hold
from notices import codes, links
from notices.models import OneTimeCode
from tests import make, walk
from tests.agreements import cast
from tests.notices.cast import chain_holds
from tests.portal.own_cast import TAIL, TUESDAY, own_link
from visits.models import Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]

SMALL = {"width": 360, "height": 740}
SATURDAY = make.moment("2026-03-07 10:00")
SENT, PAID = cast.SIGNED - timedelta(minutes=1), make.moment("2026-03-09 10:00")
WORDS = {
    "zh": {
        "go": "继续", "times": "查看时间", "agree": "我已理解并同意",
        "code": "发送验证码", "signed": "您已签署", "paper": "结清证明",
    },
    "en": {
        "go": "Go on", "times": "Show the times", "agree": "I understand this and agree",
        "code": "Send me the code", "signed": "You have signed", "paper": "Settlement certificate",
    },
}  # fmt: skip


def comes_in(page: Any, token: str, said: dict[str, str]) -> None:
    """Open the link, and answer what only she knows."""
    page.goto(f"/m/{token}/")
    page.locator("#answer").fill(TAIL)
    page.get_by_role("button", name=said["go"]).click()


def follows(page: Any, ending: str) -> None:
    """Press the link that leads there."""
    page.locator(f"main a[href$='{ending}']").first.click()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_moves_disputes_signs_and_finds_the_certificate(
    open_page: Any, clock: Any, language: str
) -> None:
    said = WORDS[language]
    clock.set(TUESDAY)
    visit = walk.noticed()
    link = own_link(visit.case, TUESDAY)
    page = open_page(language=language, java_script_enabled=False, **SMALL)
    comes_in(page, links.token_of(link), said)

    # The visit is moved to a free lawful hour.
    follows(page, "/meeting/")
    follows(page, "/meeting/move/")
    page.locator("#text").fill("青藤茶馆（元华店）")
    page.get_by_role("button", name=said["times"]).click()
    page.locator(f'button[value="{SATURDAY.isoformat()}"]').click()
    assert Visit.objects.get(pk=visit.pk).starts_at == SATURDAY

    # One item of the sum is wrong: what is disputed rests, and she sees by when she is answered.
    page.goto(f"/m/{links.token_of(link)}/home/")
    follows(page, "/tell/")
    follows(page, "/tell/3/")
    page.locator("input[name=item][value=fees]").check()
    page.locator("#text").fill("未约定催告费")
    page.locator("#text ~ button").click()
    hold = Hold.objects.get(case=visit.case, reason="dispute", ended_at=None)
    assert "未约定催告费" in page.inner_text("main")

    # The house answers, and terms are agreed on by telephone; the paper comes by another link.
    release_hold(hold=hold, why="费用已核减", by=make.supervisor(), at=cast.TALK)
    clock.set(cast.SIGNED)
    agreement = cast.offered(Case.objects.get(pk=visit.case_id), confirmed=False)
    by_link.send_link(
        agreement=agreement, channel="email", id_checked=True, by=make.clerk(), at=SENT
    )
    sent = by_link.sent_of(SigningLink.objects.get().link)
    comes_in(page, links.token_of(sent.link), said)
    for _clause in agreement.clauses:
        page.get_by_role("button", name=said["agree"]).first.click()
    page.get_by_role("button", name=said["code"]).click()
    page.locator("#code").fill(codes.code_of(OneTimeCode.objects.get()))
    page.get_by_role("button", name=said["go"]).click()
    page.locator("#typed").fill("王海燕")
    page.locator("#typed ~ button").click()
    assert said["signed"] in page.inner_text("main")

    # All is paid; the certificate lies among her papers, and opens.
    cast.signing.sign(
        agreement=cast.again(agreement), side="creditor", name="李伟", content=cast.drawn(), id_checked=True,
        by=make.clerk(), at=cast.SIGNED + timedelta(minutes=3),
    )  # fmt: skip
    clock.set(PAID)
    paying.record_payment(
        case=Case.objects.get(pk=visit.case_id), amount=Decimal("39000.00"), method="transfer",
        received_at=PAID, by=make.clerk(), at=PAID,
    )  # fmt: skip
    case = Case.objects.get(pk=visit.case_id)
    closing.issue_certificate(case=case, by=make.clerk(), at=PAID)
    comes_in(page, links.token_of(own_link(case, PAID)), said)
    follows(page, "/papers/")
    paper = page.get_by_role("link", name=said["paper"]).first
    answer = page.request.get(paper.get_attribute("href"))
    assert (answer.status, answer.body()[:5]) == (200, b"%PDF-")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert chain_holds(Case.objects.get(pk=case.pk))
