"""Seal personal data with the newest key, while the site runs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.resealing import BATCH, reseal, rows_left, sealed_columns
from common.resealing_words import reseal_words, words_fields, words_left


class Command(BaseCommand):
    """`manage.py reseal [--check]`."""

    help = "Seal what older keys have sealed with the first of DOORSTEP_DATA_KEYS; may be stopped and run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to look only, and how many rows at a time."""
        parser.add_argument("--check", action="store_true", help="count alone; 1 if any is left")
        parser.add_argument("--batch", type=int, default=BATCH, help="rows at a time")

    def handle(self, *args: Any, **options: Any) -> None:
        """Column by column; says what was done and what is left."""
        if options["batch"] < 1:
            raise CommandError("A batch has at least one row.")
        left = 0
        for column in sealed_columns():
            done = 0 if options["check"] else sum(reseal(column, batch=options["batch"]))
            still = rows_left(column)
            left += still
            if done or still:
                self.stdout.write(f"{column.place}: {done:,} sealed anew, {still:,} left")
        for table, name in words_fields():
            done = 0 if options["check"] else sum(reseal_words(table, name, batch=options["batch"]))
            still = words_left(table, name)
            left += still
            if done or still:
                self.stdout.write(f"{table}.{name}: {done:,} sealed anew, {still:,} left")
        if left:
            raise CommandError(f"{left:,} values are not sealed with the newest key.")
        self.stdout.write("All is sealed with the newest key.")
