"""The library that counted guesses before is gone, and its tables with it."""

from django.db import migrations

TABLES = [
    "axes_accessattemptexpiration",
    "axes_accessattempt",
    "axes_accessfailurelog",
    "axes_accesslog",
]


class Migration(migrations.Migration):
    dependencies = [("access", "0001_count_tries")]

    operations = [
        migrations.RunSQL(
            [f"drop table if exists {table}" for table in TABLES], migrations.RunSQL.noop
        )
    ]
