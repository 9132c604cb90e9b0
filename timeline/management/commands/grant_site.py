"""Give the account with which the site works no more than it needs in the database."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from psycopg import sql

ALL = "select, insert, update, delete"
LESS = {
    "timeline_event": "select, insert, update (data, salts, findings)",  # what is deleted by its term: timeline.erasing
    "cases_ledgerentry": "select, insert",
    "access_refusedlook": "select, insert, update (count, last_at)",
    "django_migrations": "select",
}
"""Tables of which rows are never changed, or only in these columns; their triggers say the same a second time."""


class Command(BaseCommand):
    """`manage.py grant_site ROLE`, with the account that owns the tables, after each migration."""

    help = "Let ROLE read and write rows and nothing else: no table is made, emptied, changed or owned by it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The account of web, worker and beat."""
        parser.add_argument("role", help="the account that web, worker and beat sign in with")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take all away, then give what is needed, in one transaction."""
        role = options["role"]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select rolsuper from pg_roles where rolname = %s", [role])
            found = cursor.fetchone()
            if found is None:
                raise CommandError(f"The database has no account {role}. Make it first: create role {role} login password '…'")  # fmt: skip
            cursor.execute("select pg_has_role(%s, current_user, 'member')", [role])
            if found[0] or cursor.fetchone()[0]:
                raise CommandError(f"{role} owns the tables or may do anything. Choose another account than that of the migrations.")  # fmt: skip
            name = sql.Identifier(role)
            cursor.execute("select tablename from pg_tables where schemaname = 'public' order by 1")
            tables = [row[0] for row in cursor.fetchall()]
            for statement in (
                "revoke all on all tables in schema public from {role}",
                "revoke create on schema public from {role}",
                "grant usage on schema public to {role}",
                "grant usage, select on all sequences in schema public to {role}",
            ):
                cursor.execute(sql.SQL(statement).format(role=name).as_string(None))
            for table in tables:
                given = sql.SQL(LESS.get(table, ALL))
                cursor.execute(
                    sql.SQL("grant {given} on {table} to {role}")
                    .format(given=given, table=sql.Identifier(table), role=name)
                    .as_string(None)
                )
        self.stdout.write(
            f"{role} may read and write the rows of {len(tables)} tables, and no more."
        )
