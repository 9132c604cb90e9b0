"""Beat only ticks; every tick reaches a task that exists, once, in UTC."""

from config.beat import SCHEDULE, TICKS
from config.celery import app


class TestTicks:
    def test_each_name_a_task_that_the_workers_know(self) -> None:
        app.loader.import_default_modules()
        assert set(TICKS) - set(app.tasks) == set()

    def test_are_plain_intervals_so_that_no_change_of_clocks_skips_one(self) -> None:
        assert {entry["schedule"] for entry in SCHEDULE.values()} <= set(TICKS.values())
        assert app.conf.timezone == "UTC"

    def test_carry_no_arguments_and_expire_before_they_pile_up(self) -> None:
        for entry in SCHEDULE.values():
            assert "args" not in entry
            assert entry["options"]["expires"] == 2 * entry["schedule"].total_seconds()


class TestQueue:
    def test_gives_back_what_a_killed_worker_had(self) -> None:
        assert app.conf.task_acks_late
        assert app.conf.task_reject_on_worker_lost

    def test_lets_no_task_run_as_long_as_redis_waits_for_it(self) -> None:
        assert app.conf.task_time_limit < app.conf.broker_transport_options["visibility_timeout"]
