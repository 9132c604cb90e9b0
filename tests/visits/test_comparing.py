"""What was planned of a visit stands beside what became of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests import make, walk
from visits.comparing import compared
from visits.models import Visit, VisitOfficer

pytestmark = pytest.mark.django_db


def rows_of(visit: Visit) -> dict[str, Any]:
    fresh = Visit.objects.get(pk=visit.pk)
    parts = fresh.crew.select_related("officer").order_by("pk")
    return {str(row.label): row for row in compared(fresh, parts)}


class TestComparison:
    def test_of_a_visit_at_which_nobody_arrived_is_none(self) -> None:
        assert rows_of(walk.noticed()) == {}

    def test_tells_no_difference_where_all_went_as_planned(self) -> None:
        visit = walk.talked()
        Visit.objects.filter(pk=visit.pk).update(
            started_at=visit.starts_at + timedelta(minutes=15), finished_at=visit.ends_at
        )
        rows = rows_of(visit)
        assert [row.differs for row in rows.values()] == [False] * len(rows)
        assert rows["开始时间"].minutes == 15

    def test_tells_later_and_earlier_by_more_than_a_quarter_of_an_hour(self, clock: Any) -> None:
        visit = walk.talked()
        Visit.objects.filter(pk=visit.pk).update(
            started_at=visit.starts_at + timedelta(minutes=16),
            finished_at=visit.ends_at - timedelta(minutes=20),
        )
        rows = rows_of(visit)
        assert (rows["开始时间"].minutes, rows["开始时间"].differs) == (16, True)
        assert (rows["结束时间"].earlier, rows["结束时间"].differs) == (20, True)
        clock.set(make.moment("2026-03-06 09:00"))
        client = Client()
        client.force_login(make.supervisor())
        page = client.get(visit.get_absolute_url(), headers={"Accept-Language": "en"})
        assert "16 minutes later" in page.content.decode()
        assert "20 minutes earlier" in page.content.decode()

    def test_tells_who_did_not_come(self) -> None:
        visit = walk.talked()
        second = VisitOfficer.objects.filter(visit=visit).order_by("pk")[1]
        VisitOfficer.objects.filter(pk=second.pk).update(checked_in_at=None)
        row = rows_of(visit)["外访员"]
        assert row.differs
        assert str(second.officer) in row.planned
        assert str(second.officer) not in row.happened
