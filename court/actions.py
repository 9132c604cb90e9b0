"""What people do with a bundle: ask for it, take it out; and what becomes of it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from cases.models import Case
from common.clock import HOUSE_ZONE, local_day
from court.models import Bundle
from exports import actions as exporting
from exports.models import Export
from people.models import User
from people.rights import may
from workflow.numbering import next_number
from workflow.steps import RightRefused, Step, WrongInput, begin, carry_out, note

RIGHT = "build_bundle"
NUMBER_LOCK = 7_300_012  # advisory lock number: one giver of bundle numbers at a time
MOST_FILES, MOST_BYTES = 5000, 8 << 30


def file_of(bundle: Bundle) -> Path:
    """Where the bundle's ZIP lies as long as it is kept."""
    return Path(settings.MEDIA_ROOT) / "bundles" / f"{bundle.number}.zip"


def ask_bundle(
    *,
    case: Case,
    scope: str,
    reason: str,
    by: User,
    at: datetime,
    hidden: Sequence[str] = (),
    people: Sequence[str] = (),
    hidden_why: str = "",
    shown_files: Sequence[str] = (),
) -> Bundle:
    """Ask for the case's bundle up to this very event; a worker puts it together.

    The whole is data in full, so a second person has to agree before (``exports``).
    Of a redacted one the kinds of data, and the people by name, that are blacked out are given, and why;
    files stay out of it but those named, since nothing can be blacked out in a file. Raises ``WrongInput``.
    """
    if case.keeps_from(by):
        raise RightRefused(by, RIGHT)  # what is kept from them would be in it
    redacted = scope == Bundle.Scope.REDACTED
    if redacted and not (hidden or people):
        raise WrongInput(_("Choose what is to be blacked out, or ask for the whole."), "hidden")
    if redacted and not hidden_why:
        raise WrongInput(_("Say why it is blacked out: the court will read it."), "hidden_why")
    files = list(case.documents.values_list("size", flat=True)[: MOST_FILES + 1])
    if len(files) > MOST_FILES or sum(files) > MOST_BYTES:
        raise WrongInput(
            _("This case has more files than one bundle holds. Ask whoever runs the house.")
        )
    bundle = Bundle(
        case=case, scope=scope, reason=reason, asked_by=by, asked_at=at, total=len(files) + 8,
        hidden=list(hidden) if redacted else [], people=list(people) if redacted else [],
        hidden_why=hidden_why if redacted else "",
        shown_files=list(shown_files) if redacted else [],
        with_restricted=may(by, "see_restricted"),
    )  # fmt: skip

    def number() -> None:
        bundle.number = next_number(
            Bundle.objects.all(), "B", on=local_day(at, HOUSE_ZONE), lock=NUMBER_LOCK
        )

    def up_to_here(subject: Any, by: User, at: datetime) -> None:
        subject.events, subject.head = subject.case.event_count, subject.case.head
        subject.export = exporting.begin_export(
            kind=Export.Kind.BUNDLE, form=Export.Form.ZIP, cases=[subject.case], reason=reason,
            in_full=not redacted, chosen={"bundle": subject.number}, by=by, at=at,
        )  # fmt: skip
        subject.save(update_fields=["events", "head", "export"])

    begin(
        bundle, event="bundle.asked", right=RIGHT, by=by, at=at, first=number, then=up_to_here,
        data=lambda made: {
            "bundle": made.number, "what": made.scope, "hidden": made.hidden,
            "people_hidden": len(made.people), "for": made.reason,
        },
    )  # fmt: skip
    return bundle


def start_bundle(*, bundle: Bundle, by: User, at: datetime) -> None:
    """It may be taken out: a worker begins with it."""
    carry_out(
        Step(
            subject=bundle, transition="start", event="bundle.started",
            data={"bundle": bundle.number},
        ),
        by=by, at=at,
    )  # fmt: skip


def stop_bundle(*, bundle: Bundle, by: User, at: datetime) -> None:
    """It was not agreed to, taken back, or nobody decided: nothing is made."""
    carry_out(
        Step(
            subject=bundle, transition="stop", event="bundle.stopped",
            data={"bundle": bundle.number},
        ),
        by=by, at=at,
    )  # fmt: skip


def finish_bundle(*, bundle: Bundle, size: int, sha256: str, by: User, at: datetime) -> None:
    """The bundle is put together; it is kept as long as any export."""
    bundle.size, bundle.sha256 = size, sha256

    def keep(subject: Any, by: User, at: datetime) -> None:
        subject.built_at, subject.expires_at = at, at + exporting.kept_for()
        if subject.export:
            exporting.finish(export=subject.export, size=size, sha256=sha256, by=by, at=at)
        subject.save(update_fields=["built_at", "expires_at"])

    Bundle.objects.filter(pk=bundle.pk).update(size=size, sha256=sha256)
    carry_out(
        Step(
            subject=bundle, transition="finish", event="bundle.made", then=keep,
            data={"bundle": bundle.number, "bundle_sha256": sha256, "size": size},
        ),
        by=by, at=at,
    )  # fmt: skip


def fail_bundle(*, bundle: Bundle, why: str, by: User, at: datetime) -> None:
    """The bundle could not be put together; nothing of it is left."""
    Bundle.objects.filter(pk=bundle.pk).update(why=why)
    carry_out(
        Step(
            subject=bundle, transition="fail", event="bundle.failed",
            data={"bundle": bundle.number, "why": why}, then=lambda made, by, at: _of(
                made, lambda export: exporting.fail(export=export, why=why, by=by, at=at)
            ),
        ),
        by=by, at=at,
    )  # fmt: skip


def expire_bundle(*, bundle: Bundle, by: User, at: datetime) -> None:
    """Its time is over: the file goes, what it was and its digest stay."""
    carry_out(
        Step(
            subject=bundle, transition="expire", event="bundle.expired",
            data={"bundle": bundle.number}, then=lambda made, by, at: _of(
                made, lambda export: exporting.expire(export=export, by=by, at=at)
            ),
        ),
        by=by, at=at,
    )  # fmt: skip
    file_of(bundle).unlink(missing_ok=True)


def _of(bundle: Bundle, do: Callable[[Export], None]) -> None:
    """What becomes of its export; none has one from before there were exports."""
    if bundle.export:
        do(bundle.export)


def take_bundle(*, bundle: Bundle, by: User, at: datetime) -> None:
    """Record that whoever asked for the bundle takes it out. Raises ``WrongInput`` where it is not kept."""
    if bundle.state != Bundle.State.READY or (bundle.expires_at and bundle.expires_at <= at):
        raise WrongInput(_("This bundle is no longer kept. Ask for it again."))
    if not file_of(bundle).exists():
        raise WrongInput(_("The file of this bundle is gone. Ask for it again."))
    if bundle.asked_by_id != by.pk:
        raise WrongInput(_("Only whoever asked for it may do that."))
    note(
        bundle.case, event="bundle.downloaded", right=RIGHT, by=by, at=at,
        data={"bundle": bundle.number, "bundle_sha256": bundle.sha256},
        then=lambda _case, by, at: _of(bundle, lambda one: exporting.count_fetch(one, by, at)),
    )  # fmt: skip
