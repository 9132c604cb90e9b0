"""Prove every chain, or one case's."""

from argparse import ArgumentParser
from itertools import groupby
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from timeline.anchoring import days, verify_anchors
from timeline.chain import Broken, check
from timeline.models import Event


class Command(BaseCommand):
    """`manage.py verify_timeline [--case REFERENCE | --anchors]`."""

    help = "Verify every timeline: any event changed, removed, inserted or moved is named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """All, or one."""
        parser.add_argument("--case", help="the reference of one case")
        parser.add_argument(
            "--anchors", action="store_true",
            help="also hold every chain against the signed heads that lie outside the database",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the events once, in order; end with an error where a chain is broken."""
        cases = apps.get_model("cases.Case").objects.all()  # cases stands above the timeline
        events = Event.objects.order_by("case_id", "number")
        if options["case"]:
            cases = cases.filter(reference=options["case"])
            if not cases.exists():
                raise CommandError(f"There is no case {options['case']}.")
            events = events.filter(case__in=cases)
        heads: dict[Any, tuple[Any, ...]] = {
            pk: tuple(rest)
            for pk, *rest in cases.values_list("pk", "reference", "event_count", "head")
        }
        seen, chains, broken = 0, 0, []
        for case_id, own in groupby(events.iterator(chunk_size=5000), lambda e: e.case_id):
            found = check(own)
            for _rest in own:  # noqa: B031 - groupby needs a group read to its end
                pass
            chains += 1
            if case_id is None:
                name = "the house"
            else:
                name, size, head = heads.pop(case_id)
                if not isinstance(found, Broken) and (found.size, found.head) != (size, head):
                    found = Broken(found.size + 1, "the end is missing or was replaced")
            if isinstance(found, Broken):
                broken.append(f"{name}: breaks at {found.number}: {found.why}")
            else:
                seen += found.size
        broken += [
            f"{name}: all events are missing" for name, size, _head in heads.values() if size
        ]
        if options["anchors"]:
            outside = verify_anchors()
            for line in outside:
                self.stderr.write(line)
            if outside and not broken:
                raise CommandError(f"{len(outside)} things are not as the anchors say.")
        for line in broken:
            self.stderr.write(line)
        if broken:
            raise CommandError(f"{len(broken)} of {chains} timelines are broken.")
        self.stdout.write(f"{chains} timelines with {seen} events hold.")
        if options["anchors"]:
            self.stdout.write(f"{len(days())} anchors hold.")
