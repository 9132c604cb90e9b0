"""While a release goes out the one before still answers, over tables that are migrated already: it has to live with them.

Migrations that were there before the first release are under no such rule; ``FIRST`` names the last of each app.
A later one that the program before it could not live with is refused here, or stands in ``BORNE`` with what is done about it.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

ROOT = Path(__file__).resolve().parent.parent.parent
FIRST = {
    "access": "0005_hash_codes_on_paper",
    "agreements": "0026_seal_terms",
    "allocation": "0001_give_out_by_rules",
    "api": "0002_name_models_for_people",
    "banking": "0006_doubt_disputed_payments",
    "cases": "0036_keep_complaints_from_those_complained_of",
    "court": "0002_take_out_by_exports",
    "documents": "0015_seal_words",
    "door": "0005_seal_notes",
    "exports": "0001_initial",
    "looking": "0002_keep_who_looked_as_the_debtor",
    "notices": "0034_give_pages_words_of_their_own",
    "outreach": "0003_seal_lines",
    "people": "0021_know_given_passwords",
    "quality": "0001_take_complaints_and_draw_samples",
    "retention": "0004_decide_where_no_term_is_known",
    "rulebook": "0004_creditors_of_a_new_pack",
    "timeline": "0007_seal_words_of_events",
    "visits": "0018_seal_words",
    "workflow": "0014_seal_words",
}
BORNE: dict[str, str] = {}
"""Migrations by ``app.name`` that may do what the release before cannot bear, each with what is done about it."""
HARMLESS = (
    migrations.CreateModel, migrations.AddIndex, migrations.RemoveIndex, migrations.RenameIndex,
    migrations.RemoveConstraint, migrations.AlterModelOptions, migrations.AlterModelManagers,
)  # fmt: skip
"""What the release before does not notice: tables that it does not know, ways to find rows, fewer rules."""


def borne(operation: Operation) -> bool:
    """Whether a program that knows nothing of it goes on reading and writing as before."""
    if isinstance(operation, migrations.AddField):
        field = operation.field
        return field.many_to_many or field.null or field.has_db_default()
    return isinstance(operation, HARMLESS)


def ours(migration: migrations.Migration) -> bool:
    """Whether it is not a library's."""
    return (ROOT / migration.__module__.split(".")[0]).is_dir()


def later(loader: MigrationLoader) -> Iterator[migrations.Migration]:
    """The migrations of ours that came after the first release."""
    old = {key for leaf in FIRST.items() for key in loader.graph.forwards_plan(leaf)}
    for key, migration in loader.disk_migrations.items():
        if ours(migration) and key not in old:
            yield migration


@pytest.mark.parametrize(
    ("operation", "fits"),
    [
        (migrations.CreateModel("New", [("id", models.AutoField(primary_key=True))]), True),
        (migrations.AddField("case", "new", models.TextField(null=True)), True),
        (migrations.AddField("case", "new", models.TextField(db_default="")), True),
        (migrations.AddField("case", "new", models.TextField(default="")), False),
        (migrations.AlterField("case", "state", models.CharField(max_length=3)), False),
        (migrations.RemoveField("case", "state"), False),
        (migrations.RenameField("case", "state", "step"), False),
        (migrations.RenameModel("Case", "File"), False),
        (migrations.DeleteModel("Case"), False),
        (migrations.AddConstraint("case", models.UniqueConstraint(fields=["team"], name="one")), False),
        (migrations.RunSQL("drop table cases_case"), False),
        (migrations.RunPython(migrations.RunPython.noop), False),
    ],
)  # fmt: skip
def test_an_operation_is_told_by_what_the_release_before_can_bear(
    operation: Operation, fits: bool
) -> None:
    assert borne(operation) is fits


def test_the_first_release_is_told_by_migrations_that_are_there() -> None:
    loader = MigrationLoader(None)
    assert {leaf for leaf in FIRST.items() if leaf not in loader.disk_migrations} == set()
    assert not [app for app in FIRST if not ours(loader.disk_migrations[app, FIRST[app]])]


def test_every_migration_since_is_borne_by_the_release_before() -> None:
    unbearable = {
        f"{migration.app_label}.{migration.name}"
        for migration in later(MigrationLoader(None))
        if not all(borne(operation) for operation in migration.operations)
    }
    assert unbearable == set(BORNE)
