"""A page that cannot be made says so in words, and the right number."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from config import health


@pytest.fixture
def broken(client: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes one open page raise."""
    client.raise_request_exception = False

    def breaks(fault: Exception) -> Any:
        def raising() -> None:
            raise fault

        monkeypatch.setattr(health, "HttpResponse", lambda *_, **__: raising())
        return client.get("/healthz")

    return breaks


class TestServerError:
    def test_of_ours_is_500_and_says_that_nothing_was_done(self, broken: Any) -> None:
        answer = broken(ValueError("inner word"))
        assert answer.status_code == 500
        assert b"inner word" not in answer.content

    def test_while_the_database_is_away_is_503_with_a_time_to_come_back(self, broken: Any) -> None:
        answer = broken(OperationalError("inner word"))
        assert (answer.status_code, answer["Retry-After"]) == (503, "10")
        assert b"inner word" not in answer.content
