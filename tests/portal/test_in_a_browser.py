"""The debtor opens the link from a message in a real browser, answers, and reads."""

from datetime import date
from typing import Any

import pytest

from notices import links, relay
from tests import make
from tests.notices.cast import MONDAY, queued

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey]


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
