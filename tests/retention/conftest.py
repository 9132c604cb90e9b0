"""What the tests of deleting look for."""

from collections.abc import Callable

import pytest
from django.db import connection


@pytest.fixture
def everything_that_says() -> Callable[[str], list[str]]:
    """Each table of which a row says the word, in whatever column."""

    def look(word: str) -> list[str]:
        found = []
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(
                    f'select count(*) from "{table}" t where to_jsonb(t)::text like %s',
                    [f"%{word}%"],
                )
                if cursor.fetchone()[0]:
                    found.append(table)
        return found

    return look
