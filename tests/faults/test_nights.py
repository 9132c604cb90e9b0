"""The nights on which the clocks change, lived through by workers and two beats: each message once, in time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.house import House
from tests.faults.test_rows import judged, wait_for

pytestmark = pytest.mark.worker

SLACK = timedelta(minutes=25)
"""Of the product's clock, which runs sixty times as fast: 25 seconds of a busy machine."""


@dataclass(frozen=True)
class Night:
    """From when to when it is lived through (UTC), and what is due in it by the clocks of London."""

    run: str
    begins: datetime
    ends: datetime
    first: str
    count: int
    minutes: int = 4


# The hour from one to two does not exist: what was due in it is due as long after one as it would have been.
SPRING = Night(
    "spring", datetime(2026, 3, 29, 0, 53, tzinfo=UTC), datetime(2026, 3, 29, 1, 8, tzinfo=UTC),
    "2026-03-29T00:54", 4,
)  # fmt: skip
# The hour from one to two comes twice: what is due in it is due the first time, and not again.
AUTUMN = Night(
    "autumn", datetime(2026, 10, 25, 0, 49, tzinfo=UTC), datetime(2026, 10, 25, 1, 5, tzinfo=UTC),
    "2026-10-25T01:50", 3,
)  # fmt: skip


@pytest.mark.parametrize("night", [SPRING, AUTUMN], ids=lambda night: night.run)
def test_sends_each_once_and_not_before_its_time_when_the_clocks_change(
    house: House, night: Night
) -> None:
    run = night.run
    house.run("cases", run=run, count=night.count)
    house.start(f"{run}-w", "worker", called=f"{run}-w", concurrency=1)
    for number in range(2):
        house.start(f"{run}-beat{number}", "beat")
    jumped = house.jumped
    house.jump(night.begins - timedelta(minutes=2) - house.now())
    try:
        house.run(
            "call", target="tests.faults.nights.queue",
            given={
                "run": run, "zone": "Europe/London", "first": night.first, "count": night.count,
                "minutes": night.minutes,
            },
        )  # fmt: skip
        mine = f"from notices_notice where dedupe_key like '{run}:%'"
        due = {
            f"{key.replace(':', '.')}@debtor.example": at  # the addresses themselves lie sealed
            for key, at in house.ask(f"select dedupe_key, due_at {mine}")
        }
        wait_for(lambda: house.now() > night.ends and len(house.sink.arrivals) >= night.count, 120)
        arrived = {one.to: one.at for one in house.sink.arrivals}
        assert len(house.sink.arrivals) == night.count == len(arrived)
        assert night.begins < min(due.values()) <= max(due.values()) < night.ends
        assert {to: at for to, at in arrived.items() if at < due[to]} == {}
        assert {to: at - due[to] for to, at in arrived.items() if at > due[to] + SLACK} == {}
        wait_for(lambda: not house.ask(f"select 1 {mine} and state <> 'delivered'"))
        assert judged(house, run)["wrong"] == []
    finally:
        house.jump(jumped - house.jumped)
