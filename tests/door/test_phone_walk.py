"""The doorstep part of S2 on the phone: with a signal, and with none at all."""

from typing import Any

import pytest

from tests import make, walk
from tests.door.on_phone import Phone
from visits.models import Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def walk_through(phone: Phone, visit: Visit) -> None:
    """Every question in its order."""
    phone.depart()
    phone.arrive()
    phone.ask_to_record()
    phone.identify()
    phone.show_credentials()
    phone.consents()
    phone.show_papers(visit)
    phone.talk()
    phone.end()
    phone.attest()


def stands(visit: Visit) -> tuple[str, str, int, int]:
    visit = Visit.objects.get(pk=visit.pk)
    attested = visit.crew.exclude(attested_at=None).count()
    return visit.state, visit.outcome, attested, visit.consents.count()


class TestWalkWithASignal:
    def test_puts_each_answer_on_record_as_the_page_would(
        self, open_page: Any, sign_in: Any, clock: Any
    ) -> None:
        visit = walk.noticed()
        clock.set("2026-03-05T14:22", zone="Asia/Shanghai")
        phone = Phone(open_page, sign_in).open()
        phone.to_the_door(visit)
        walk_through(phone, visit)
        phone.sent()
        assert stands(visit) == ("finished", "talked", 2, 4)
        assert phone.rows("items") == 0


class TestWalkWithoutASignal:
    def test_goes_on_by_the_pack_alone_and_sends_everything_later(
        self, open_page: Any, sign_in: Any, clock: Any
    ) -> None:
        visit = walk.noticed()
        clock.set("2026-03-05T14:22", zone="Asia/Shanghai")
        phone = Phone(open_page, sign_in, language="zh").open()
        phone.take_along().installed()
        phone.no_signal()
        phone.kill()
        phone.to_the_door(visit)
        walk_through(phone, visit)
        assert stands(visit) == ("noticed", "", 0, 0)
        phone.signal()
        phone.press("[data-do=send]")
        phone.sent()
        assert stands(visit) == ("finished", "talked", 2, 4)
        visit = Visit.objects.get(pk=visit.pk)
        assert visit.started_at is not None
        assert visit.started_at >= make.moment("2026-03-05 14:22")
