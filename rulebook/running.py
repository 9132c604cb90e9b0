"""The worker's part of a what-if: every visit ahead by the old rules and the new, then past decisions.

It goes on in small transactions, each of which says how far it is: a worker may be killed at any
moment, and whoever takes the run up again goes on from there. Memory does not grow with the visits.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import transaction

from common.clock import local_day
from compliance import packs
from compliance.ask import ask, shelf_of
from compliance.comparing import as_if_in_force, fate
from compliance.facts import Facts
from compliance.shelf import Pack, PackUnreadable, Shelf
from compliance.verdict import Verdict
from people.models import User
from rulebook import shelving
from rulebook.actions import base_of, pack_of
from rulebook.models import PackVersion, WhatIf, WhatIfVisit
from timeline.models import Event
from visits.ahead import AHEAD, facts_ahead
from visits.models import Visit

log = logging.getLogger(__name__)

CHUNK = 100
PAST_CHUNK = 200
MOST_PAST = 2_000
MOST_TRIES = 5
WIDEST_ZONE = timedelta(hours=14)

_State = WhatIf.State


@dataclass(frozen=True, slots=True)
class Question:
    """The draft against what stands: both shelves, and the names of the packs that a case must have."""

    version: PackVersion
    pack: Pack
    now: Shelf
    then: Shelf
    names: frozenset[str]
    joining: frozenset[int] = frozenset()  # creditors that get a pack which the house begins

    def facts(self, facts: Facts) -> Facts:
        """The facts as they will be once the pack is asked for the case."""
        if not self.version.begins_pack or self.version.name in facts.packs:
            return facts
        return replace(facts, packs=(*facts.packs, self.version.name))


def advance(run_pk: int, *, at: datetime) -> bool:
    """Take the run one step further; says whether there is more to do. Harmless when run twice."""
    with transaction.atomic():
        run = (
            WhatIf.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("version", "version__based_on")
            .filter(pk=run_pk, state=_State.RUNNING)
            .first()
        )
        if run is None:  # done, or another worker is at it
            return False
        run.tries += 1
        run.save(update_fields=["tries"])
        if run.stop_asked or run.version.digest != run.digest:
            return _end(run, _State.STOPPED, at)
        if run.tries > MOST_TRIES:
            return _end(run, _State.FAILED, at)
    try:
        with transaction.atomic():
            run = WhatIf.objects.select_for_update(of=("self",)).select_related(
                "version", "version__based_on"
            ).get(pk=run_pk)  # fmt: skip
            if run.state != _State.RUNNING:
                return False
            question = question_of(run.version)
            more = _visits(run, question, at) if not run.visits_done else _past(run, question, at)
            run.tries = 0
            run.save()
            return more
    except Exception:
        # Whatever it was, the person is told after a few tries and the worker lives; the log has the rest.
        log.exception("what-if %s could not go on", run_pk)
        return True


def question_of(version: PackVersion) -> Question:
    """The draft and the packs as they stand, to be asked the same things."""
    pack, now = pack_of(version), packs.shelf()
    leaning = set()
    for name in packs.names():
        try:
            if version.name in packs.load(name).tightens:
                leaning.add(name)
        except PackUnreadable:
            continue
    return Question(
        version, pack, now, now.with_edition(version.first_day, pack),
        frozenset({version.name, *leaning}),
        frozenset(version.creditors.values_list("pk", flat=True)) if version.begins_pack
        else frozenset(),
    )  # fmt: skip


def _end(run: WhatIf, state: str, at: datetime) -> bool:
    run.state, run.finished_at = state, at
    run.save(update_fields=["state", "finished_at", "tries"])
    return False


# ---------------------------------------------------------------- the visits ahead


def concerned(question: Question, at: datetime) -> Any:
    """The visits ahead of cases that use the pack, from the draft's first day on."""
    first = datetime.combine(question.version.first_day, time(), UTC) - WIDEST_ZONE
    ahead = Visit.objects.filter(state__in=AHEAD, starts_at__gte=max(first, at))
    if question.version.begins_pack:
        return ahead.filter(case__creditor__in=question.joining)
    return ahead.filter(case__packs__overlap=list(question.names))


def _visits(run: WhatIf, question: Question, at: datetime) -> bool:
    waiting = concerned(question, at)
    if not run.total:
        run.total = waiting.order_by().count()
    chunk = list(
        waiting.filter(pk__gt=run.cursor)
        .select_related("place", "case", "case__debtor")
        .order_by("pk")[:CHUNK]
    )
    found = []
    for one in facts_ahead(chunk, at=at):
        visit, facts, action = one.visit, one.facts, one.action
        day = local_day(visit.starts_at, facts.zone or visit.case.zone)
        run.done += 1
        if day < question.version.first_day:
            run.total, run.done = run.total - 1, run.done - 1  # where it is still the day before
            continue
        before = ask(action, facts, on=day, shelf=question.now)
        after = ask(action, question.facts(facts), on=day, shelf=question.then)
        what = fate(before, after)
        setattr(run, what, getattr(run, what) + 1)
        if what.startswith("newly"):
            found.append(_changed(run, visit, one.crew, what, before, after))
    WhatIfVisit.objects.bulk_create(found)
    if chunk:
        run.cursor = chunk[-1].pk
    if len(chunk) < CHUNK:
        run.total, run.visits_done = run.done, True
    return True


def _changed(
    run: WhatIf, visit: Visit, crew: list[User], what: str, before: Verdict, after: Verdict
) -> WhatIfVisit:
    """The visit with the reasons that come or go, and under the new rules its earliest lawful moment."""
    came, went = (after, before) if what == WhatIfVisit.Fate.NEWLY_REFUSED else (before, after)
    stood = {(finding.pack, finding.rule) for finding in went.blocks}
    reasons = [finding for finding in came.blocks if (finding.pack, finding.rule) not in stood]
    return WhatIfVisit(
        run=run,
        visit=visit,
        fate=what,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        zone=after.facts.zone or visit.case.zone,
        officers=", ".join(f"{officer} {officer.badge}".strip() for officer in crew)[:300],
        findings=[finding.as_dict() for finding in reasons],
        earliest=after.earliest,
    )


# ---------------------------------------------------------------- past decisions


def _past(run: WhatIf, question: Question, at: datetime) -> bool:
    """So many more of the last days' decisions, the newest first, by the values that would then hold."""
    since = at - timedelta(days=run.past_days)
    rows = Event.objects.filter(data__has_key="decision")
    if run.past_cursor is not None:
        rows = rows.filter(pk__lt=run.past_cursor)
    told = ("pk", "recorded_at", "data", "case__creditor")
    chunk = list(rows.order_by("-pk").values_list(*told)[:PAST_CHUNK])
    shelves: dict[Any, Shelf] = {}
    # What was entered late stands between newer ones: only a whole chunk of older ones is the end.
    ended = len(chunk) < PAST_CHUNK or all(one[1] < since for one in chunk)
    for pk, recorded_at, data, creditor in chunk:
        run.past_cursor = pk
        if run.past >= MOST_PAST:
            ended = True
            break
        decision = data["decision"]
        asked = question.version.name in decision.get("packs", {}) or creditor in question.joining
        if recorded_at >= since and asked:
            name = _answer_changes(decision, question, shelves)
            setattr(run, name, getattr(run, name) + 1)
    if ended:
        run.state, run.finished_at = _State.DONE, at
    return not ended


def _answer_changes(
    decision: Mapping[str, Any], question: Question, shelves: dict[Any, Shelf]
) -> str:
    """Whether that decision would have come out otherwise; the decision itself stays as it is."""
    key = tuple(sorted(decision.get("digests", {}).items()))
    try:
        if key not in shelves:
            base = base_of(question.version)
            new = as_if_in_force(base, question.pack, question.version.first_day)
            shelves[key] = shelf_of(decision).holding([new])
        verdict = ask(
            decision["action"],
            question.facts(Facts.from_dict(decision["facts"])),
            on=datetime.fromisoformat(decision["on"]).date(),
            shelf=shelves[key],
        )
    except (KeyError, TypeError, ValueError):  # stored by a program that knew other facts
        return "past_unknown"
    if verdict.allowed == decision["allowed"]:
        return "past_same"
    return "past_allowed" if verdict.allowed else "past_refused"


# ---------------------------------------------------------------- the clock's part


def tend(*, at: datetime) -> None:
    """Keep the program's own versions, and mend what lies in the shared storage if it is not the truth."""
    shelving.keep_files(at=at)
    if shelving.write():
        log.warning("the published rule versions in the shared storage were written anew")


def open_runs() -> list[int]:
    """The runs on which somebody should be at work."""
    return list(
        WhatIf.objects.filter(state=_State.RUNNING).order_by("pk").values_list("pk", flat=True)[:20]
    )
