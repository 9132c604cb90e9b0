"""The line is cut, or the phone dies, at any moment of sending: every item and file arrives, and arrives once.

The long form, with a hundred cut points: ``./doorstep test tests/door/test_phone_cuts.py --cuts 100``
"""

import hashlib
import random
from typing import Any

import pytest
from playwright.sync_api import Route

from door.models import Item, Upload
from tests import make, walk
from tests.door.on_phone import Phone
from visits.actions import recording
from visits.models import Evidence, Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

HOW = ("before", "after", "offline", "killed before", "killed after", "killed at once")
SENDING = "**/door/app/[iu]*/**"


class Line:
    """The line between phone and office; it is cut at the n-th request from now."""

    def __init__(self, phone: Phone) -> None:
        self.phone, self.left, self.how, self.is_cut = phone, 0, "", False

    def cut_at(self, number: int, how: str) -> None:
        """Cut it there, in that way."""
        self.left, self.how, self.is_cut = number, how, False
        self.phone.page.route(SENDING, self._carry)

    def _carry(self, route: Route) -> None:
        self.left -= 1
        if self.left > 0:
            route.continue_()
            return
        if "after" in self.how and not self.is_cut:
            route.fetch()  # the office has it, the phone never hears of it
        self.is_cut = True
        route.abort()

    def wait(self) -> None:
        """Until it is cut, or everything is through before that."""
        for _moment in range(200):
            if self.is_cut or (self.phone.rows("items") == 0 and self.phone.rows("files") == 0):
                return
            self.phone.page.wait_for_timeout(25)

    def mend(self) -> None:
        """A signal again; a phone that died is switched on."""
        if self.how.startswith("killed"):
            self.phone.kill()
        self.phone.signal()
        self.phone.page.unroute_all(behavior="ignoreErrors")


def say_and_take(phone: Phone, number: int, photo: bytes, *, wait: bool) -> None:
    """A remark in words, and a photo."""
    phone.press("#foot [data-tool=more]")
    phone.press("#screen [data-tool=remark]")
    phone.page.locator("#screen textarea").fill(f"Remark {number}")
    phone.page.evaluate("document.querySelector('#screen .door-thumb .btn-primary').click()")
    phone.at("done")
    phone.press("#foot [data-tool=more]")
    phone.press("#screen [data-tool=evidence]")
    chosen = {"name": f"{number}.png", "mimeType": "image/png", "buffer": photo}
    phone.page.set_input_files("[data-capture=outside]", chosen)
    if wait:
        phone.page.locator("[data-taken] li", has_text=f"{number}.png").wait_for()


def everybody_confirmed() -> Visit:
    visit = walk.talked()
    by, at = make.crew()[0], make.moment("2026-03-05 14:55")
    recording.finish_visit(visit=visit, outcome="talked", why="", by=by, at=at)
    for officer in make.crew():
        recording.attest(visit=visit, officer=officer, by=officer, at=at)
    return visit


class TestCutLine:
    @pytest.mark.timeout(900)
    def test_loses_and_doubles_nothing_wherever_it_is_cut(
        self, open_page: Any, sign_in: Any, clock: Any, pytestconfig: pytest.Config
    ) -> None:
        cuts, seed = pytestconfig.getoption("--cuts"), pytestconfig.getoption("--cut-seed")
        drawn = random.Random(f"{seed}")
        visit = everybody_confirmed()
        clock.set("2026-03-05T15:00", zone="Asia/Shanghai")
        phone = Phone(open_page, sign_in, service_workers="block").open()
        phone.take_along()
        phone.press(f'[data-visit="{visit.reference}"]')
        line, kept = Line(phone), set[str]()
        for number in range(cuts):
            said = f"seed {seed}, cut {number}"
            how = HOW[number % len(HOW)]
            photo = make.PNG + drawn.randbytes(drawn.randint(1, 900_000))
            phone.at("done")
            if how == "offline":
                phone.no_signal()
            else:
                line.cut_at(drawn.randint(1, 8), how)
            line.how = how
            say_and_take(phone, number, photo, wait=how != "killed at once")
            if how not in {"offline", "killed at once"}:
                line.wait()
            line.mend()
            if how == "killed at once":
                # Whole on the disk, on its way, or never taken: half of it is nowhere.
                phone.page.wait_for_timeout(50)
            else:
                kept.add(hashlib.sha256(photo).hexdigest())
            phone.page.evaluate("document.querySelector('[data-do=to-question]')?.click()")
            phone.page.evaluate("document.querySelector('#sync [data-do=send]').click()")
            phone.sent()
            assert (phone.rows("items"), phone.rows("files"), phone.rows("chunks")) == (0, 0, 0), (
                said
            )

        remarks = Item.objects.filter(question="remark")
        assert remarks.count() == cuts
        assert remarks.filter(state="applied").count() == cuts
        digests = [row.document.sha256 for row in Evidence.objects.select_related("document")]
        assert len(digests) == len(set(digests)) == Upload.objects.filter(state="kept").count()
        assert kept <= set(digests)
        assert len(digests) <= cuts
