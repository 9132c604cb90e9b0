"""What the tests of deleting look for."""

import json
from collections.abc import Callable

import pytest
from django.db import connection

from tests.dumped import fields


@pytest.fixture
def everything_that_says() -> Callable[[str], list[str]]:
    """Each table of which a row says the word, in whatever column, sealed ones too."""

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
        sealed = {
            field.model._meta.db_table
            for field in fields()
            for value in field.model._base_manager.values_list(field.name, flat=True)
            if word in (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        }
        return sorted({*found, *sealed})

    return look
