"""The demo's clock in the browser: it goes forward, from wherever it stands, and there is none elsewhere."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from common.clock import now
from demo.moving import move_on
from demo.views import JUMPS
from tests import make
from tests.world import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(clock: Any, settings: Any) -> Any:
    """A clerk's browser in the demo, on a Monday at ten."""
    settings.ENV = "demo"
    clock.set("2026-03-02T10:00", zone="Asia/Shanghai")
    return signed_in(make.clerk(), "en")


class TestClock:
    @pytest.mark.parametrize("jump", JUMPS)
    def test_goes_on_by_a_jump(self, desk: Any, jump: str) -> None:
        begun = now()
        answer = desk.post(reverse("demo:clock"), {"jump": jump, "next": "/visits/"})
        assert (answer.status_code, answer.url) == (302, "/visits/")
        assert timedelta() <= now() - begun - JUMPS[jump][1] < timedelta(minutes=1)

    def test_leads_to_no_other_site(self, desk: Any) -> None:
        answer = desk.post(reverse("demo:clock"), {"jump": "hour", "next": "//evil.example/"})
        assert answer.url == reverse("demo:clock")

    def test_goes_to_a_moment_that_is_typed(self, desk: Any) -> None:
        answer = desk.post(reverse("demo:clock"), {"moment": "2026-03-05T14:30"})
        assert answer.status_code == 302
        assert abs(now() - make.moment("2026-03-05 14:30")) < timedelta(minutes=1)

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("2026-03-01T10:00", "The clock goes forward only."),
            ("2099-01-01T10:00", "At most three years ahead."),
            ("soon", ""),
            (None, ""),
        ],
    )
    def test_stays_where_it_is_and_says_why(self, desk: Any, typed: str | None, said: str) -> None:
        begun = now()
        answer = desk.post(reverse("demo:clock"), {} if typed is None else {"moment": typed})
        assert answer.status_code == 422
        assert answer.context["form"].errors["moment"]
        assert said in answer.content.decode()
        assert now() - begun < timedelta(minutes=1)

    def test_goes_on_by_every_jump_that_is_asked_for_at_the_same_time(
        self, clock: Any, settings: Any
    ) -> None:
        settings.ENV = "demo"
        clock.set("2026-03-02T10:00", zone="Asia/Shanghai")
        begun = now()
        with ThreadPoolExecutor(8) as several:
            list(several.map(move_on, [timedelta(hours=1), timedelta(days=31)] * 8))
        assert (
            timedelta(0) <= now() - begun - 8 * timedelta(days=31, hours=1) < timedelta(minutes=1)
        )

    def test_is_nowhere_but_in_the_demo(self, desk: Any, settings: Any) -> None:
        settings.ENV = "test"
        begun = now()
        assert desk.post(reverse("demo:clock"), {"jump": "hour"}).status_code == 404
        assert now() - begun < timedelta(minutes=1)
