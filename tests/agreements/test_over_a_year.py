"""Reminders through more than a year in five zones, nights of the changing clocks among them.

The sweep and the relay are woken whenever something is due, as beat would wake them; what arrives is
counted. The long form, with many more debtors and outages at random, is ``benchmarks/reminders.py``.
"""

from collections import Counter
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from agreements import plans
from agreements.actions.following import sweep
from agreements.models import Agreement, Instalment
from common.clock import local
from notices import relay
from notices.models import Notice
from people.models import Person
from tests import make
from tests.agreements import cast

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(600)]

ZONES = ["Asia/Shanghai", "Asia/Kolkata", "Europe/London", "America/New_York", "Australia/Sydney"]
DAYS = 400
BEGINS = make.moment("2026-03-05 16:00")
OPENS, CLOSES = time(8), time(20)


@pytest.fixture(autouse=True)
def _plain_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agreements.papers.agreement_pdf", lambda _agreement: make.PDF)


def signed_in_zone(zone: str) -> Agreement:
    """Instalments that fall due on the nights on which clocks change, and around them."""
    case = make.prepared_case(under=make.mandate(valid_until=date(2027, 12, 31)))
    agreement = cast.signed(case, rows=plans.equal(Decimal("39000.00"), first=FIRST, count=13))
    Person.objects.filter(pk=agreement.case.debtor_id).update(zone=zone)
    Instalment.objects.filter(agreement=agreement).update(attend_at=BEGINS)
    return cast.again(agreement)


FIRST = date(2026, 3, 29)
"""The clocks go forward in Europe that night; a later one falls on the 29th of October and of March."""


def lived(until: datetime, *, down: tuple[datetime, datetime] | None = None) -> None:
    """Wake sweep and relay at each moment at which something is due, unless everything is down."""
    at = BEGINS
    while at < until:
        if not (down and down[0] <= at < down[1]):
            sweep(at)
            while relay.send_due(at).full:
                pass
        at = next_moment(at, until, down)


def next_moment(at: datetime, until: datetime, down: tuple[datetime, datetime] | None) -> datetime:
    if down and down[0] <= at < down[1]:
        return down[1]
    rows = Instalment.objects.filter(live=True, paid_at=None, attend_at__gt=at)
    moments = [
        rows.order_by("attend_at").values_list("attend_at", flat=True).first(),
        Notice.objects.filter(state="queued", next_at__gt=at)
        .order_by("next_at")
        .values_list("next_at", flat=True)
        .first(),
    ]
    return min((moment for moment in moments if moment), default=until)


def sent(agreement: Agreement) -> list[Notice]:
    return list(
        Notice.objects.filter(case=agreement.case, sent_at__isnull=False, instalment__isnull=False)
        .select_related("instalment")
        .order_by("sent_at")
    )


@pytest.mark.parametrize("zone", ZONES)
class TestAYear:
    def test_brings_each_reminder_once_on_its_day_at_its_hour(
        self, zone: str, mailbox: Any
    ) -> None:
        agreement = signed_in_zone(zone)
        lived(BEGINS + timedelta(days=DAYS))
        count = Counter((n.instalment_id, n.kind) for n in sent(agreement))
        assert set(count.values()) == {1}
        assert len(count) == 13 * 3
        papers = Notice.objects.filter(
            instalment=None, sent_at__isnull=False
        )  # the copy and no more
        assert len(mailbox.messages) == 13 * 3 + papers.count()
        days = {"reminder_before": -3, "reminder_due": 0, "reminder_after": 1}
        for notice in sent(agreement):
            assert notice.instalment is not None
            assert notice.sent_at is not None
            there = local(notice.sent_at, zone)
            assert there.time() == time(10)
            assert (there.date() - notice.instalment.due_on).days == days[notice.kind]

    def test_after_an_outage_sends_only_what_is_still_right_and_once(
        self, zone: str, mailbox: Any
    ) -> None:
        """Down over the night of the changing clocks, from before one due day to after it."""
        agreement = signed_in_zone(zone)
        second = agreement.instalments.get(number=8)
        noon = datetime.combine(second.due_on, time(12), tzinfo=BEGINS.tzinfo)
        lived(
            BEGINS + timedelta(days=DAYS),
            down=(noon - timedelta(days=4), noon + timedelta(days=1, hours=14)),
        )
        found = sent(agreement)
        count = Counter((n.instalment_id, n.kind) for n in found)
        assert set(count.values()) == {1}
        assert {n.kind for n in found if n.instalment_id == second.pk} == {"reminder_after"}
        for notice in found:
            assert notice.sent_at is not None
            assert OPENS <= local(notice.sent_at, zone).time() < CLOSES
