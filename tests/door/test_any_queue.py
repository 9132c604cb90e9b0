"""Queues of phones in any order, with anything twice: the same record in the end, or a conflict on record.

R5 of the reliability goals. DOORSTEP_ENV=test runs eight of them; QUEUES=5000 in the environment the long form.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import Case
from door.models import Item
from tests import walk
from tests.door.cast import Phone
from tests.door.test_syncing import way_there
from tests.world import rolled_back
from timeline.chain import Verified, verify
from visits.models import Visit

QUEUES = int(os.environ.get("QUEUES", "8"))


@pytest.fixture(scope="module")
def noticed(django_db_setup: None, django_db_blocker: Any) -> Iterator[Visit]:
    with django_db_blocker.unblock(), rolled_back():
        yield walk.noticed()


def record_of(visit: Visit) -> dict[str, Any]:
    """What is on record of the visit, apart from when anybody heard of it."""
    now = Visit.objects.select_related("case").get(pk=visit.pk)
    return {
        "visit": (now.state, now.outcome, now.why),
        "moments": [f"{moment:%H:%MZ}" for moment in (now.departed_at, now.started_at, now.finished_at) if moment],
        "case": now.case.state,
        "here": [part.officer.badge for part in now.crew.order_by("pk") if part.checked_in_at],
    }  # fmt: skip


ORDERED = {
    "visit": ("finished", "nobody_in", "无人应门\n楼道昏暗"),
    "moments": ["06:05Z", "06:31Z", "06:33Z"],
    "case": "preparation",
    "here": ["021", "034"],
}
"""What the queue leaves on record when it comes in its order and once."""


def kept_in(phone: Phone, visit: Visit) -> list[str]:
    """What a phone keeps of a visit at which nobody opened, with a remark that it numbered before it left."""
    return [
        *way_there(phone, visit)[:4],
        phone.say(visit, "remark", "2026-03-05 14:35", remark="楼道昏暗"),
        phone.say(visit, "way:nobody", "2026-03-05 14:33", remark="无人应门"),
    ]


PERMUTED = st.permutations(range(6))
TWICE = st.lists(st.integers(0, 5), max_size=4)
CUTS = st.lists(st.integers(1, 9), max_size=3)


class TestAnyQueue:
    @settings(
        max_examples=QUEUES, deadline=None, print_blob=True, derandomize=QUEUES < 100,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )  # fmt: skip
    @given(order=PERMUTED, twice=TWICE, cuts=CUTS)
    def test_ends_as_the_ordered_one_does_or_in_a_conflict_on_record(
        self, noticed: Visit, clock: Any, order: list[int], twice: list[int], cuts: list[int]
    ) -> None:
        clock.set("2026-03-05T14:00", zone="Asia/Shanghai")
        with rolled_back():
            phone = Phone(clock)
            items = kept_in(phone, noticed)
            queue = [items[n] for n in [*order, *twice]]
            ends = sorted({min(cut, len(queue)) for cut in cuts} | {len(queue)})
            for begin, end in zip([0, *ends], ends, strict=False):
                phone.send(*queue[begin:end], at="2026-03-05 15:05")
            kept = Item.objects.filter(visit=noticed)
            assert {item.text for item in kept} == set(items), "something was lost"
            assert kept.count() == len(items), "something was taken in twice"
            assert kept.exclude(state="applied").exists() or record_of(noticed) == ORDERED
            assert isinstance(verify(Case.objects.get(pk=noticed.case_id)), Verified)
