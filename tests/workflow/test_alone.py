"""A worker's turn at a row: one at a time, and no lost word keeps the row waiting for ever."""

from contextlib import closing
from typing import Any

import pytest
from celery.exceptions import OperationalError
from django.db import connection

from workflow import alone

KIND = 7_300_999


@pytest.mark.django_db(transaction=True)
class TestAloneAt:
    def test_refuses_a_second_worker_until_the_first_is_through(self) -> None:
        another = connection.copy()
        with closing(another), another.cursor() as other:
            other.execute("select pg_advisory_lock(%s, %s)", [KIND, 7])
            with pytest.raises(alone.Busy), alone.alone_at(KIND, 7):
                pass
            other.execute("select pg_advisory_unlock(%s, %s)", [KIND, 7])
            with alone.alone_at(KIND, 7):
                other.execute("select pg_try_advisory_lock(%s, %s)", [KIND, 7])
                assert other.fetchone() == (False,)
            other.execute("select pg_try_advisory_lock(%s, %s)", [KIND, 7])
            assert other.fetchone() == (True,)

    def test_lets_go_where_the_work_breaks(self) -> None:
        with pytest.raises(ZeroDivisionError), alone.alone_at(KIND, 8):
            raise ZeroDivisionError
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_locks where locktype = 'advisory' and objid = 8"
            )
            assert cursor.fetchone() == (0,)


class TestWake:
    def test_leaves_the_row_to_the_sweep_where_no_broker_is(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []

        def gone(*given: Any) -> None:
            asked.append(given)
            raise OperationalError

        monkeypatch.setattr(alone.current_app, "send_task", gone)
        alone.wake("a.task", 7)
        assert asked == [("a.task", [7])]
