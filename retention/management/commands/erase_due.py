"""What is due of closed cases: shown, or deleted with a certificate."""

from typing import Any

from django.core.management.base import BaseCommand

from common import clock
from people.models import User
from retention.actions.erasing import due_cases, preview, sweep


class Command(BaseCommand):
    """`manage.py erase_due`: without ``--carry-out`` nothing is changed."""

    help = "Show which records of closed cases are due; with --carry-out delete them for good."

    def add_arguments(self, parser: Any) -> None:
        """Deleting has to be asked for."""
        parser.add_argument("--carry-out", action="store_true", help="delete what is due")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say for each case what would go, or let it go until nothing is due any more."""
        at = clock.now()
        if options["carry_out"]:
            sweep(at, by=User.objects.system(), seconds=float("inf"))
            self.stdout.write("What was due is deleted; the certificates are with the cases.")
            return
        for case in due_cases(at):
            plan = preview(case, at)
            said = (
                f"{len(plan.files)} files, {len(plan.fields)} entries, {len(plan.persons)} persons"
            )
            self.stdout.write(f"{case.reference}: {', '.join(sorted(plan.why))}: {said}")
