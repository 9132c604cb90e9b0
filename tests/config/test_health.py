"""The two pages that a load balancer reads."""

import time
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from config import health
from config.tasks import HEARTBEAT, heartbeat


class TestHealthz:
    def test_answers_without_asking_the_database(self, client: Client) -> None:
        answer = client.get("/healthz")
        assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
class TestReadyz:
    def test_says_ok_for_all_there_is(self, client: Client, queue: Any) -> None:
        heartbeat()
        answer = client.get("/readyz")
        assert answer.json() == dict.fromkeys(health.CHECKS, "ok")
        assert answer.status_code == 200

    def test_tells_when_beat_and_worker_are_silent(self, client: Client, queue: Any) -> None:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["heartbeat"].startswith("No sign of life")

    def test_tells_when_the_broker_is_away_and_gives_no_inner_word(
        self, client: Client, settings: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["broker"] == "no answer"

    def test_tells_when_the_program_is_newer_than_the_database(
        self, client: Client, queue: Any
    ) -> None:
        heartbeat()
        recorder = MigrationRecorder(connection)
        (newest,) = MigrationLoader(connection).graph.leaf_nodes("notices")
        recorder.record_unapplied(*newest)
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "migrations" in answer.json()["migrations"]

    def test_is_content_while_an_older_program_still_serves_during_a_release(
        self, client: Client, queue: Any
    ) -> None:
        heartbeat()
        MigrationRecorder(connection).record_applied("notices", "9999_of_the_next_release")
        assert client.get("/readyz").status_code == 200

    def test_is_not_kept_by_any_cache(self, client: Client, queue: Any) -> None:
        assert "no-store" in client.get("/readyz")["Cache-Control"]


@pytest.mark.worker
class TestHeartbeat:
    def test_is_written_by_a_real_worker(self, worker: Any, queue: Any) -> None:
        from config.celery import app

        app.send_task("config.tasks.heartbeat")
        for _ in range(200):
            if queue.exists(HEARTBEAT):
                return
            time.sleep(0.05)
        pytest.fail("The worker gave no sign of life within ten seconds.")
