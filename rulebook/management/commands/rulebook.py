"""`manage.py rulebook`: the versions of the rules for those who have no browser at hand."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common import clock
from compliance import packs
from compliance.comparing import changes
from compliance.parts import part_name
from compliance.shelf import PackUnreadable
from people.models import User
from rulebook import actions, shelving
from rulebook.models import PackVersion
from rulebook.shown import figure_in
from workflow.approvals import SecondPersonNeeded
from workflow.steps import RightRefused, StateRefused, WrongInput

_State = PackVersion.State


class Command(BaseCommand):
    """List, compare, check and publish versions of the rules."""

    help = "List, compare, check and publish versions of the rule packs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One sub-command each."""
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("list", help="every pack with its versions")
        diff = acts.add_parser("diff", help="two versions, value by value")
        diff.add_argument("old", help="the reference of the older version")
        diff.add_argument("new", help="the reference of the newer version")
        acts.add_parser("check", help="what is published against the storage and the files")
        publish = acts.add_parser("publish", help="publish what was proposed, as a second person")
        publish.add_argument("reference")
        publish.add_argument("--by", required=True, help="who publishes, by their sign-in name")
        publish.add_argument("--answer", required=True, help="why; it stands with the version")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        getattr(self, f"_{options['act']}")(options)

    def _list(self, _options: dict[str, Any]) -> None:
        """Every version in the order in which they came."""
        shelving.keep_files(at=clock.now())
        for row in PackVersion.objects.defer("texts").order_by("name", "pk"):
            since = row.in_force_from.isoformat() if row.in_force_from else "with the program"
            self.stdout.write(
                f"{row.name:<14} {row.version:<10} {row.state:<10} {since:<17} {row.reference}  {row.digest[:12]}"
            )

    def _diff(self, options: dict[str, Any]) -> None:
        """What changes, one line a part."""
        old, new = self._row(options["old"]), self._row(options["new"])
        if old.name != new.name:
            raise CommandError(f"{old} and {new} are versions of different packs.")
        found = changes(actions.pack_of(old), actions.pack_of(new))
        if not found:
            self.stdout.write("No value is different.")
        for change in found:
            self.stdout.write(f"{change.entry.id} {change.kind} from {change.begins}")
            for part in change.parts:
                was, now = (figure_in(part.name, side, "en") for side in (part.old, part.new))
                self.stdout.write(f"    {part_name(part.name, 'en')}: {was} -> {now}")

    def _check(self, _options: dict[str, Any]) -> None:
        """Stop with a sentence for each thing that is not as it should be."""
        shelving.look()
        found: list[str] = [*packs.problems()]
        found += [
            f"{row}: its texts do not have the digest {row.digest[:12]}"
            for row in PackVersion.objects.filter(state=_State.PUBLISHED).order_by("pk")
            if packs.digest_of(row.name, row.files) != row.digest
        ]
        for name in packs.names():
            found += self._of_pack(name)
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write("All versions are as they were published.")

    def _of_pack(self, name: str) -> list[str]:
        published = PackVersion.objects.filter(
            name=name, state=_State.PUBLISHED, in_force_from__isnull=False
        ).order_by("pk")
        try:
            editions = packs.shelf().editions(name)
        except PackUnreadable as unreadable:
            return [str(unreadable)]
        come = [edition.pack for edition in editions]
        first, *later = come if name in packs.shipped() else [come[0], *come]
        rows = list(published.select_related("based_on"))
        found = []
        if [pack.digest for pack in later] != [row.digest for row in rows]:
            found.append(f"{name}: what lies in the shared storage is not what is published")
        root = next((row.based_on for row in rows if row.based_on), None)
        if root is not None and root.in_force_from is None and root.digest != first.digest:
            found.append(
                f"{name}: the files have changed since {rows[0]} was drafted from them; what is published "
                "holds from its day on, so draft a change that brings both together"
            )
        return found

    def _publish(self, options: dict[str, Any]) -> None:
        """Publish it in that person's name."""
        by = User.objects.filter(username=options["by"], is_active=True).first()
        if by is None:
            raise CommandError(f"There is nobody called {options['by']}.")
        row = self._row(options["reference"])
        try:
            actions.publish(version=row, answer=options["answer"], by=by, at=clock.now())
        except SecondPersonNeeded:
            raise CommandError(
                f"{by} has drafted or proposed it; somebody else has to publish."
            ) from None
        except RightRefused:
            raise CommandError(f"{by} may not publish rules.") from None
        except StateRefused:
            raise CommandError(
                f"{row} is {row.get_state_display()}; only a proposal is published."
            ) from None
        except WrongInput as wrong:
            raise CommandError(str(wrong.message)) from None
        self.stdout.write(f"{row} is published; it judges acts from {row.in_force_from} on.")

    def _row(self, reference: str) -> PackVersion:
        row = PackVersion.objects.select_related("based_on").filter(reference=reference).first()
        if row is None:
            raise CommandError(f"There is no version {reference}.")
        return row
