"""What people do with an export: ask, agree, take back, fetch; and what becomes of it.

An export may hold data of one case or of many. All of it stands on the house's own timeline; of one case
also on that case's, and every fetching on that of each case of which data are in the file.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.models import Case
from common.clock import HOUSE_ZONE, local_day
from exports import telling
from exports.models import Export, ExportCase, Fetch
from people.models import User
from people.rights import may
from timeline.chain import record_for_house
from workflow import alone
from workflow.approvals import request_for_many, withdraw_for_many
from workflow.models import Approval
from workflow.numbering import next_number
from workflow.reasons import tongue_now
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput, once, tell

RIGHT_OF = {
    Export.Kind.TIMELINE: "export_timeline", Export.Kind.CASES: "export_cases",
    Export.Kind.BUNDLE: "build_bundle",
}  # fmt: skip
APPROVE = "approve_export"
MOST = 500
"""More cases than that leave the house in several files; each fetching writes on the timeline of each."""
NUMBER_LOCK = 7_300_041  # advisory lock number: one giver of export numbers at a time
S, K = Export.State, Export.Kind
_told_elsewhere = {K.BUNDLE}
"""Kinds whose own app tells on the case's timeline when they are asked for, fetched and gone."""
_workers: dict[str, Callable[[Export], None]] = {}


def file_of(export: Export) -> Path:
    """Where the file lies as long as it is kept."""
    return Path(settings.MEDIA_ROOT) / "exports" / f"{export.number}.{export.form}"


def kept_for() -> timedelta:
    """How long a file may be fetched."""
    return timedelta(hours=settings.EXPORT_HOURS)


def made_by(kind: str, wake: Callable[[Export], None]) -> None:
    """Have exports of this kind made by another app: ``wake`` is told when one was decided on."""
    _workers[kind] = wake


def wake(export: Export) -> None:
    """Wake whoever makes it."""
    other = _workers.get(export.kind)
    if other:
        other(export)
    else:
        alone.wake("exports.tasks.make", export.pk)


# ---------------------------------------------------------------- asking


def takes_two(*, in_full: bool, cases: int) -> bool:
    """Whether a second person has to agree: always to unmasked data, and to more cases than one may take alone."""
    return in_full or cases > int(settings.EXPORT_ALONE)


def ask_export(
    *,
    kind: str,
    form: str,
    cases: QuerySet[Case],
    in_full: bool,
    reason: str,
    by: User,
    at: datetime,
    group: str = "",
    chosen: Mapping[str, Any] | None = None,
) -> Export:
    """Ask for a file of these cases, masked or ``in_full``. Raises ``WrongInput``."""
    if not may(by, RIGHT_OF[K(kind)]):
        raise RightRefused(by, RIGHT_OF[K(kind)])
    with transaction.atomic(durable=True):
        once(by, at)
        mine = cases.filter(pk__in=Case.objects.visible_to(by)).order_by("pk")
        found = list(mine.select_for_update(of=("self",))[: MOST + 1])
        if not found:
            raise WrongInput(_("No case fits. Choose others."))
        if len(found) > MOST:
            raise WrongInput(
                _("These are more than %(most)s cases. Narrow the choice, or take several files.")
                % {"most": MOST}
            )
        return begin_export(
            kind=kind, form=form, cases=found, in_full=in_full, reason=reason, by=by, at=at,
            group=group, chosen=chosen,
        )  # fmt: skip


def begin_export(
    *,
    kind: str,
    form: str,
    cases: Sequence[Case],
    in_full: bool,
    reason: str,
    by: User,
    at: datetime,
    group: str = "",
    chosen: Mapping[str, Any] | None = None,
) -> Export:
    """The same inside a running change that holds the cases; whoever asks has been let in by the caller."""
    if any(case.keeps_from(by) for case in cases):
        raise RightRefused(by, RIGHT_OF[K(kind)])  # what is kept from them would be in it
    one = cases[0] if len(cases) == 1 and kind != K.CASES else None
    teams = {case.team_id for case in cases}
    export = Export(
        number=next_number(Export.objects, "X", on=local_day(at, HOUSE_ZONE), lock=NUMBER_LOCK),
        kind=kind, form=form, in_full=in_full, reason=reason, case=one, chosen=dict(chosen or {}),
        total=len(cases), group=group, language=tongue_now(), asked_by=by, asked_at=at,
        team_id=teams.pop() if len(teams) == 1 else None,
    )  # fmt: skip
    two = takes_two(in_full=in_full, cases=len(cases))
    if two:
        hidden = any(
            case.kept_from for case in cases
        )  # the list of requests is read by more people
        export.approval = request_for_many(
            kind=Approval.Kind.EXPORT, subject=export.number, reason="–" if hidden else reason,
            details={"export": export.number, "what": kind, "cases": len(cases), "in_full": in_full},
            team=export.team, by=by, at=at, right=RIGHT_OF[K(kind)],
        )  # fmt: skip
    export.state = S.ASKED if two else S.MAKING
    export.save(force_insert=True)
    ExportCase.objects.bulk_create([ExportCase(export=export, case=case) for case in cases])
    _tell(export, "export.asked", by, at, {"alone": not two, "for": reason})
    if two:
        telling.tell_deciders(export, at)
    else:
        transaction.on_commit(lambda: wake(export), robust=True)
    return export


def withdraw_export(*, export: Export, by: User, at: datetime) -> None:
    """Whoever asked takes it back before anybody has decided."""
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = _locked(export, by)
        _must_be_own(fresh, by)
        _must_be(fresh, {S.ASKED}, "withdraw")
        if fresh.approval:
            withdraw_for_many(approval=fresh.approval, by=by, at=at)
        _move(fresh, S.WITHDRAWN, "export.withdrawn", by, at)
        transaction.on_commit(lambda: wake(fresh), robust=True)
    export.refresh_from_db()


def decided(approval: Approval, by: User, at: datetime) -> None:
    """What follows from the second person's word, in the transaction that records it."""
    export = Export.objects.select_for_update(of=("self",)).get(approval=approval)
    if not Export.objects.visible_to(by).filter(pk=export.pk).exists():
        raise Outsider
    if export.state != S.ASKED:
        raise StateRefused(export, "decide")
    granted = approval.state == Approval.State.GRANTED
    _move(
        export, S.MAKING if granted else S.DENIED,
        "export.granted" if granted else "export.denied", by, at,
        asked_by=str(export.asked_by), answer=approval.answer, always=True,
    )  # fmt: skip
    if not granted:
        telling.tell_asker(export, at)
    transaction.on_commit(lambda: wake(export), robust=True)


# ---------------------------------------------------------------- the file


def finish(*, export: Export, size: int, sha256: str, by: User, at: datetime) -> datetime:
    """The file is made; says until when it may be fetched. Inside a running change."""
    fresh = Export.objects.select_for_update(of=("self",)).get(pk=export.pk)
    _must_be(fresh, {S.MAKING}, "finish")
    fresh.size, fresh.sha256, fresh.made_at, fresh.expires_at = size, sha256, at, at + kept_for()
    fresh.save(update_fields=["size", "sha256", "made_at", "expires_at"])
    _move(fresh, S.READY, "export.made", by, at, export_sha256=sha256, size=size)
    telling.tell_asker(fresh, at)
    return fresh.expires_at


def fail(*, export: Export, why: str, by: User, at: datetime) -> None:
    """The file could not be made, and nothing of it is left. Inside a running change."""
    fresh = Export.objects.select_for_update(of=("self",)).get(pk=export.pk)
    _must_be(fresh, {S.MAKING}, "fail")
    fresh.why = why
    fresh.save(update_fields=["why"])
    _move(fresh, S.FAILED, "export.failed", by, at, why=why)
    telling.tell_asker(fresh, at)


def expire(*, export: Export, by: User, at: datetime) -> None:
    """Its time is over: the file goes; what it was, and who fetched it, stays. Inside a running change."""
    fresh = Export.objects.select_for_update(of=("self",)).get(pk=export.pk)
    _must_be(fresh, {S.READY}, "expire")
    fresh.chosen.pop("q", None)  # somebody's name may have been searched for
    fresh.save(update_fields=["chosen"])
    _move(fresh, S.EXPIRED, "export.expired", by, at)
    transaction.on_commit(lambda: file_of(fresh).unlink(missing_ok=True), robust=True)


def lapse(*, export: Export, by: User, at: datetime) -> None:
    """Nobody decided in time. Inside a running change."""
    fresh = Export.objects.select_for_update(of=("self",)).get(pk=export.pk)
    _must_be(fresh, {S.ASKED}, "lapse")
    _move(fresh, S.LAPSED, "export.lapsed", by, at)
    telling.tell_asker(fresh, at)
    transaction.on_commit(lambda: wake(fresh), robust=True)


def fetch_export(*, export: Export, by: User, at: datetime) -> Path:
    """Record that the asker fetches the file, on the timeline of each case in it; says where it lies.

    Raises ``WrongInput`` where it is somebody else's or no longer kept, ``Outsider`` where a case in it has
    passed out of their sight since.
    """
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = _locked(export, by)
        _must_be_own(fresh, by)
        if not may(by, RIGHT_OF[K(fresh.kind)]):
            raise RightRefused(by, RIGHT_OF[K(fresh.kind)])
        count_fetch(fresh, by, at)
        if not file_of(fresh).exists():
            raise WrongInput(_("The file is gone. Ask for it again."))
        _tell(fresh, "export.fetched", by, at, {"export_sha256": fresh.sha256}, of_all=True)
    return file_of(export)


def count_fetch(export: Export, by: User, at: datetime) -> None:
    """Keep that it is fetched, if it may be. Inside a running change. Raises as ``fetch_export`` does."""
    _must_be_own(export, by)
    if not export.is_to_be_fetched_at(at):
        raise WrongInput(_("This file is no longer kept. Ask for it again."))
    seen = Case.objects.visible_to(by).values("pk")
    if ExportCase.objects.filter(export=export).exclude(case__in=seen).exists():
        raise Outsider
    Fetch.objects.create(export=export, by=by, at=at)


# ---------------------------------------------------------------- what they have in common


def _locked(export: Export, by: User) -> Export:
    if not Export.objects.visible_to(by).filter(pk=export.pk).exists():
        raise Outsider
    return Export.objects.select_for_update(of=("self",)).get(pk=export.pk)


def _must_be_own(export: Export, by: User) -> None:
    if export.asked_by_id != by.pk:
        raise WrongInput(_("Only whoever asked for it may do that."))


def _must_be(export: Export, out_of: set[Export.State], act: str) -> None:
    if export.state not in out_of:
        raise StateRefused(export, act)


def _move(
    export: Export,
    to: Export.State,
    event: str,
    by: User,
    at: datetime,
    *,
    always: bool = False,
    **more: Any,
) -> None:
    export.state = to
    export.save(update_fields=["state"])
    _tell(export, event, by, at, more, always=always)


def _tell(
    export: Export,
    event: str,
    by: User,
    at: datetime,
    more: Mapping[str, Any],
    *,
    of_all: bool = False,
    always: bool = False,
) -> None:
    """On the house's timeline, on that of the one case, and ``of_all`` on that of each case in the file."""
    data = {
        "export": export.number, "what": export.kind, "form": export.form,
        "in_full": export.in_full, "cases": export.total, **more,
    }  # fmt: skip
    record_for_house(kind=event, by=by, at=at, data=data)
    if export.kind in _told_elsewhere and not always:
        return
    if export.case_id or of_all:
        named = ExportCase.objects.filter(export=export).values("case")
        cases = Case.objects.filter(pk__in=named).order_by("pk")
        for case in cases.select_for_update(of=("self",)):
            tell(case, event, by, at, data)
