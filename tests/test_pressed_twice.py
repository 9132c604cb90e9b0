"""The same press twice, and a form that was drawn before somebody else moved the case."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils.html import escape

from cases.models import Case, ContactAttempt
from tests import make, walk
from tests.test_bad_input import PLACES, address_of, client_of, fields_of, form_at, good
from tests.world import NOW, World, build, rolled_back, rows_of_house
from visits.models import Visit
from workflow.forms import DeskForm

BETTER: dict[str, dict[str, Any]] = {  # where a field's first choice is not what the action wants
    "quality:samples": {"month": "2026-02"},
    "visits:move": {"starts_at": "2026-03-17T14:30"},
    "cases:hold": {"starts_on": "2026-03-05", "review_on": "2026-03-06", "until": "2026-03-08"},
    "cases:ask_exception": {"rule": "ST-15"},
    "cases:debtor": {"region": ""},
    "cases:add_address": {"region": "", "position": "30.27, 120.15"},
    "cases:add_party": {"common_debt": ""},
    "cases:add_number": {"channel": "phone"},
    "cases:edit_number": {"channel": "phone"},
    "agreements:draw_up": {
        "plan": "equal", "waived_fees": "", "waived_interest": "", "waived_principal": "",
        "channel": "phone", "count": "6", "first_on": "2026-04-15",
    },
    "agreements:redraft": {
        "plan": "equal", "waived_fees": "242.00", "waived_interest": "758.00",
        "waived_principal": "", "count": "6", "first_on": "2026-04-15",
    },
    "visits:announce": {"email": ""},
    "visits:evidence": {"inside": "", "begins_at": "", "ends_at": ""},
    "notices:post": {"number": ""},
    "door: who": {"name_said": "王海燕"},
}  # fmt: skip
DONE = {  # every one of these goes through with what ``filled`` gives, so that the rest is no empty promise
    "cases:debtor", "cases:add_address", "cases:add_party", "cases:assess", "cases:strategy",
    "cases:add_paper", "cases:log_contact", "cases:hold", "cases:review_hold", "cases:release_hold",
    "cases:ask_exception", "visits:cancel", "visits:refuse", "visits:lift",
    "visits:evidence", "visits:way_out", "agreements:draw_up", "agreements:waiver",
    "agreements:offer", "agreements:ask_lawyer", "agreements:pay",
    "agreements:reverse_payment", "agreements:close_early", "agreements:reopen", "desk:approval",
    "desk:duty", "notices:post", "door: who", "agreements:state_rate", "agreements:withdraw_rate",
}  # fmt: skip


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), rolled_back():
        yield build()


@pytest.fixture
def world(built: World, clock: Any) -> Iterator[World]:
    clock.set(NOW)
    with rolled_back():
        yield built


def filled(world: World, place: str) -> tuple[Any, dict[str, Any]]:
    """The form that stands there, and what a careful person would send."""
    form = form_at(world, place)
    data = dict(PLACES[place][2])
    if isinstance(form, DeskForm):
        data |= {name: good(field, name) for name, field in fields_of(form).items()}
    return form, data | BETTER.get(place, {})


def state_of_house() -> Any:
    return rows_of_house(), list(
        Case.objects.order_by("pk").values_list("version", "head", "state")
    )


@pytest.mark.parametrize("place", PLACES)
class TestEachButton:
    def test_has_one_effect_however_often_it_is_pressed(self, world: World, place: str) -> None:
        PLACES[place][1](world)
        client, address = client_of(world, place), address_of(world, place)
        _form, data = filled(world, place)
        first = client.post(address, {**data, "guard_key": "once"})
        assert place not in DONE or first.status_code == 302, first.context["form"].errors
        after = state_of_house()
        _form, data = filled(world, place)  # files have been read to their end
        second = client.post(address, {**data, "guard_key": "once"})
        assert second.status_code in {200, 302, 404, 409, 422}
        if first.status_code == 302:
            assert state_of_house()[1] == after[1]
            written = {
                k: n - after[0][k] for k, n in state_of_house()[0].items() if n != after[0][k]
            }
            assert not written
        if place in DONE and second.status_code == 302:
            page = client.get(second.url, follow=True).content.decode()
            said = ["already done", "answered already", "data are saved"]
            assert any(words in page for words in said)

    def test_keeps_what_was_typed_when_somebody_was_quicker(self, world: World, place: str) -> None:
        if place not in DONE:
            return
        PLACES[place][1](world)
        form, data = filled(world, place)
        client, address = client_of(world, place), address_of(world, place)
        # Some other page of the same case was sent meanwhile: its version has moved on.
        shown = client.get(address).context["guard_version"]
        before = state_of_house()
        answer = client.post(address, {**data, "guard_key": "k", "guard_version": shown + 1})
        assert answer.status_code == 409
        assert answer.context["stale"]
        assert state_of_house() == before
        page = answer.content.decode()
        for name, field in fields_of(form).items() if isinstance(form, DeskForm) else ():
            typed = data.get(name)
            if isinstance(typed, str) and typed.startswith("字") and not field.widget.is_hidden:
                assert escape(typed) in page, name


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
class TestInTheBrowser:
    def test_a_double_click_counts_once(self, page: Any, sign_in: Any, clock: Any) -> None:
        clock.set("2026-03-02T10:00", zone="Asia/Shanghai")
        case = make.prepared_case()
        before = ContactAttempt.objects.count()
        sign_in(page, make.clerk())
        page.goto(f"/cases/{case.reference}/contacts/log/")
        page.select_option("[name=channel]", "phone")
        page.select_option("[name=result]", "no_answer")
        page.fill("[name=remark]", "两次点击")
        page.dblclick("main form button.btn-primary")
        page.wait_for_url(f"**{case.get_absolute_url()}*")
        assert ContactAttempt.objects.count() == before + 1

    def test_of_two_tabs_the_second_is_told_and_keeps_its_text(
        self, page: Any, sign_in: Any, clock: Any
    ) -> None:
        clock.set("2026-03-02T10:00", zone="Asia/Shanghai")
        case = make.prepared_case()
        visit = walk.planned(case=case)
        sign_in(page, make.clerk())
        other = page.context.new_page()
        for tab in (page, other):
            tab.goto(f"/visits/{visit.reference}/cancel/")
        page.fill("[name=why]", "第一个窗口")
        page.click("main form button.btn-primary")
        page.wait_for_url(f"**{case.get_absolute_url()}*")
        other.fill("[name=why]", "第二个窗口里写的话")
        other.click("main form button.btn-primary")
        other.wait_for_selector("main [role=alert]")
        assert other.input_value("[name=why]") == "第二个窗口里写的话"
        assert Visit.objects.get().why == "第一个窗口"


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_ten_presses_of_one_button_in_the_same_moment_count_once(self, clock: Any) -> None:
        from django.db import connection
        from django.test import Client

        clock.set("2026-03-02T10:00", zone="Asia/Shanghai")
        case = make.prepared_case()
        before = ContactAttempt.objects.count()
        clients = [Client() for _n in range(10)]
        for client in clients:
            client.force_login(make.clerk())
        answers: list[int] = []

        def press(client: Client) -> None:
            answer = client.post(
                f"/cases/{case.reference}/contacts/log/",
                {"channel": "phone", "result": "no_answer", "guard_key": "same"},
            )
            answers.append(answer.status_code)
            connection.close()

        threads = [threading.Thread(target=press, args=[client]) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [302] * 10
        assert ContactAttempt.objects.count() == before + 1
