"""A worker's part of a run: look at each line, put each into the outbox, or call off what has not left.

Each line is a change of its own, committed by itself, so that a worker that dies leaves nothing half done:
the next one goes on behind the last line that was committed. A line and its notice are written in one
transaction under one dedupe key, so that no second press, second worker or second start sends it again.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases.models import Case
from compliance.verdict import Verdict
from notices import kinds
from notices.models import Notice
from notices.outbox import told, write
from outreach import drafting
from outreach.actions import RIGHT, judge
from outreach.models import NoticeRun, NoticeRunLine
from people.models import User
from timeline.chain import record_for_house
from workflow import alone
from workflow.reasons import Reason, because, told_why
from workflow.steps import (
    Outsider,
    PolicyRefused,
    RightRefused,
    StateRefused,
    Step,
    carry_out,
    note,
)

log = logging.getLogger(__name__)

LOCK = 7_300_008  # advisory lock class of "a worker is at this run"
CHUNK = 100
SLICE = 60.0
"""Seconds after which a long run makes room for other tasks; the next slice goes on behind them."""
S, L = NoticeRun.State, NoticeRunLine.State


def wake(run_pk: int) -> None:
    """Wake a worker for this run."""
    alone.wake("outreach.tasks.work_on", run_pk)


class _Moved(Exception):
    """The line, or its run, is no longer where it was when it was looked at."""


class _NotSo(Exception):
    """Looked at again under the lock, there is nothing that could be sent; ``line`` says why."""


def run(run_pk: int, *, at: datetime) -> bool:
    """Do what the run waits for; says whether there is more to do. Harmless when run twice."""
    until = monotonic() + SLICE
    try:
        with alone.alone_at(LOCK, run_pk):
            while True:
                found = NoticeRun.objects.under_way().filter(pk=run_pk).first()
                if found is None:
                    return False
                work = {S.DRAFTING: _look, S.SENDING: _send, S.STOPPING: _call_off}[S(found.state)]
                if not work(found, at) or monotonic() > until:
                    return NoticeRun.objects.under_way().filter(pk=run_pk).exists()
    except alone.Busy:
        return False


# ---------------------------------------------------------------- looking


def _look(found: NoticeRun, at: datetime) -> bool:
    """Draft the next hundred lines; says whether there may be more."""
    pending = found.lines.filter(answer=NoticeRunLine.Answer.PENDING, state=L.DRAFT)
    lines = list(pending.order_by("pk")[:CHUNK])
    if not lines:
        _end(found, S.DRAFTING, S.READY, at)
        return False
    cases = drafting.cases_of(lines, at)
    instalments = drafting.instalments_of(cases.values()) if found.kind != "letter" else {}
    channels = drafting.channels_of(cases.values())
    texts = drafting.texts_for(found, cases.values(), at)
    for line in lines:
        case = cases[line.case_id]
        drafted = drafting.draft(
            found, case, at, instalments=instalments.get(case.pk, ()),
            channels=channels[case.agency_id or case.creditor_id], texts=texts,
        )  # fmt: skip
        drafting.write_down(line, drafted, case.debtor.language)
    NoticeRunLine.objects.bulk_update(lines, drafting.WRITTEN)
    return True


# ---------------------------------------------------------------- sending


def _send(found: NoticeRun, at: datetime) -> bool:
    """Put the next hundred lines into the outbox; says whether there may be more."""
    lines = list(
        found.lines.to_go().select_related("run", "case__debtor").order_by("pk")[:CHUNK]
    )  # fmt: skip
    if not lines:
        _end(found, S.SENDING, S.FINISHED, at)
        return False
    by = found.sent_by or User.objects.system()
    for line in lines:
        try:
            put(line, by=by, at=at)
        except _Moved:  # stopped meanwhile, or settled by another worker
            return True
    return True


def put(line: NoticeRunLine, *, by: User, at: datetime) -> None:
    """Put one line into the outbox, everything asked anew; a line that may not go says why."""
    fresh = NoticeRunLine.objects.get(pk=line.pk)

    def may_go(case: Case, /, *, by: User, at: datetime) -> Verdict:
        drafted = judge(line.run, fresh, at, text=line.text if line.edited_by_id else "")
        if drafted.not_so:
            raise _NotSo
        return drafting.verdict_of(line.run, case, drafted, at)

    def into_outbox(locked: Case, by: User, at: datetime) -> None:
        if not NoticeRun.objects.filter(pk=line.run_id, state=S.SENDING).exists():
            raise _Moved
        mine = NoticeRunLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
        if mine.state != L.DRAFT:
            raise _Moved
        fresh.notice = _queue(line.run, fresh, locked, by=by, at=at)
        fresh.state = L.QUEUED
        fresh.save()

    try:
        note(
            line.case, event="run.included", right=RIGHT, policy=may_go, by=by, at=at,
            data={"run": line.run.number}, then=into_outbox,
        )  # fmt: skip
    except PolicyRefused as refused:
        fresh.findings = [found.as_dict() for found in refused.findings]
        fresh.rules = sorted({found.rule for found in refused.findings})
        _refuse(fresh)
    except _NotSo:
        _refuse(fresh)
    except (Outsider, RightRefused):
        _refuse(fresh, "elsewhere")
    except (OperationalError, _Moved):
        raise
    except Exception:
        log.exception("Line %s of %s could not be put into the outbox.", line.pk, line.run)
        _refuse(fresh, "unforeseen")


def _refuse(line: NoticeRunLine, code: str = "") -> None:
    line.state, line.answer = L.REFUSED, NoticeRunLine.Answer.REFUSED
    if code:
        line.rules, line.findings = [code], []
    line.save()


def _queue(found: NoticeRun, line: NoticeRunLine, case: Case, *, by: User, at: datetime) -> Notice:
    text = line.text if found.kind == "letter" or line.edited_by_id else ""
    wording, values = drafting.filling(found, case, line.instalment, text)
    return write(
        wording=wording,
        values=values,
        kind=found.kind,
        case=case,
        channel=line.channel,
        recipient=case.debtor,
        address=line.address,
        contact_point=line.contact_point,
        language=line.language,
        due_at=line.earliest or at,
        at=at,
        by=by,
        instalment=line.instalment,
        about=drafting.about_of(found, line.instalment),
        dedupe_key=f"run:{found.number}:{case.pk}",
    )


# ---------------------------------------------------------------- stopping


def _call_off(found: NoticeRun, at: datetime) -> bool:
    """Suppress the next hundred that have not left; says whether there may be more."""
    here = Q(notice__state="queued") | Q(notice__state="sending", notice__begun_at=None)
    waiting = found.lines.filter(here, state=L.QUEUED).select_related("run", "notice", "case")
    lines = list(waiting.order_by("pk")[:CHUNK])
    if not lines:
        _end(found, S.STOPPING, S.STOPPED, at)
        return False
    by = found.stopped_by or User.objects.system()
    why = _stopped_why(found.number)
    for line in lines:
        try:
            _stop_one(line, why, by, at)
        except StateRefused:
            continue  # it has left in this very moment
    return True


def _stop_one(line: NoticeRunLine, why: str, by: User, at: datetime) -> None:
    def mark(_notice: Notice, _by: User, _at: datetime) -> None:
        line.state = L.STOPPED
        line.save(update_fields=["state"])

    carry_out(
        Step(
            subject=line.notice,
            event="notice.suppressed",
            transition="suppress",
            args={"why": why},
            data=lambda fresh: {**told(fresh), **told_why(why), "run": line.run.number},
            then=mark,
        ),
        by=User.objects.system() if not line.case.may_be_seen_by(by) else by,
        at=at,
    )


def _stopped_why(number: str) -> Reason:
    return because(lambda: _("Run %(run)s was stopped.") % {"run": number})


def not_stopped(kind: kinds.Kind) -> kinds.Kind:
    """The kind with one more question at sending: whether the run that it was part of was stopped."""

    def learn(notices: Sequence[Notice], at: datetime) -> None:
        stopped = _stopped({number for one in notices if (number := one.about.get("run"))})
        for notice in notices:
            notice.stopped_runs = stopped
        if kind.learn:
            kind.learn(notices, at)

    def recheck(notice: Notice, at: datetime) -> str | kinds.Later:
        number = notice.about.get("run")
        known = getattr(notice, "stopped_runs", None)
        if number and number in (_stopped({number}) if known is None else known):
            return _stopped_why(str(number))
        return kind.may_go(notice, at)

    return replace(kind, recheck=recheck, learn=learn)


def _stopped(numbers: Collection[str]) -> set[str]:
    """Which of these runs were stopped."""
    if not numbers:
        return set()
    rows = NoticeRun.objects.filter(number__in=numbers, state__in=[S.STOPPING, S.STOPPED])
    return set(rows.values_list("number", flat=True))


def _end(found: NoticeRun, was: str, becomes: str, at: datetime) -> None:
    """Say that the worker is through, unless somebody wanted something else meanwhile."""
    with transaction.atomic():
        fresh = NoticeRun.objects.select_for_update(of=("self",)).get(pk=found.pk)
        if fresh.state != was:
            return
        fresh.state = becomes
        if becomes != S.READY:
            fresh.ended_at = at
            counts: dict[str, Any] = {
                state: fresh.lines.filter(state=state).count()
                for state in (L.QUEUED, L.REFUSED, L.STOPPED)
            }
            record_for_house(
                kind=f"run.{becomes}", by=None, at=at, data={"run": fresh.number, **counts}
            )
        fresh.save(update_fields=["state", "ended_at"])
