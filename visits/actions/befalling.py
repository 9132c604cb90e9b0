"""Something happened to the debtor or the debt: what the packs say follows is done in the same moment."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from cases.actions.circumstances import effect_on, take_effect
from cases.actions.still_open import while_open
from cases.models import Case, Circumstance, Debt
from cases.models.circumstances import FOUND_OUT, kind_words
from common.clock import local_day
from compliance.circumstances import KINDS, VULNERABLE
from compliance.effects import Effect
from documents.models import Document
from documents.storing import store
from notices import kinds, outbox
from notices.models import Notice
from people.models import User
from visits.actions.arriving import only_the_crew
from visits.actions.planning import back_from_door, cancelling_all
from visits.actions.recording import ending
from visits.models import Visit
from workflow.reasons import because
from workflow.steps import StateRefused, Step, WrongInput, carry_out, tell

CARE = tuple(kind for kind in KINDS if kind in VULNERABLE and kind not in FOUND_OUT)
DANGER = ("threat", "self_harm", "mental_health_crisis", "domestic_violence")
AT_THE_DOOR = frozenset((*CARE, *DANGER))
"""What officers may have seen when somebody needed special care, and when it was not safe."""


def record_circumstance(
    *,
    case: Case,
    kind: str,
    since: date,
    source: str,
    by: User,
    at: datetime,
    until: date | None = None,
    review_on: date | None = None,
    debt: Debt | None = None,
    about: str = "",
    remark: str = "",
    filename: str = "",
    content: bytes = b"",
) -> Circumstance:
    """Record it, and do at once what the case's packs say: hold, cancel, stop what is queued, raise a duty.

    Without ``review_on`` the packs' own days count. Raises ``WrongInput`` or
    ``documents.storing.Unreadable``.
    """
    today = local_day(at, case.zone)
    _check(kind, since, until, review_on, today)
    effect = effect_on(case, kind, today)
    if review_on is None and effect.review_days:
        review_on = today + timedelta(days=effect.review_days)
    found = Circumstance(
        case=case, kind=kind, since=since, until=until, review_on=review_on, source=source, debt=debt,
        about=about[:200], remark=remark, recorded_at=at, recorded_by=by,
    )  # fmt: skip

    def keep_evidence() -> None:
        if content:
            found.evidence = store(
                case=case, kind=Document.Kind.CERTIFICATE, filename=filename, content=content,
                title=_("Evidence of a circumstance"), restricted=found.is_sensitive, by=by, at=at,
            )  # fmt: skip

    try:
        carry_out(*_steps(found, effect, keep_evidence, by, at), by=by, at=at)
    except IntegrityError as clash:
        if "circumstance_once_at_a_time" not in str(clash):
            raise
        raise WrongInput(_("This is on record already; end that one first."), "kind") from clash
    return found


def _check(kind: str, since: date, until: date | None, review_on: date | None, today: date) -> None:
    if kind not in KINDS:
        raise WrongInput(_("Choose what happened from the list."), "kind")
    if kind in FOUND_OUT:
        raise WrongInput(_("This follows from what is on record; it is not entered."), "kind")
    if since > today:
        raise WrongInput(_("This lies in the future. Give the day since which it holds."), "since")
    if until and until < today:
        raise WrongInput(_("The last day is already past."), "until")
    if review_on and review_on < today:
        raise WrongInput(_("The next review must lie ahead."), "review_on")


def _steps(
    found: Circumstance, effect: Effect, keep_evidence: Any, by: User, at: datetime
) -> list[Step]:
    case, why = found.case, kind_words(found.kind)
    steps = [_recording(found, effect, keep_evidence, by, at, opens_incident=True)]
    if effect.stops in {"visits", "all"}:
        under_way = case.visits.filter(state=Visit.State.STARTED).first()
        if under_way:
            unsafe = found.kind == "threat"
            outcome = Visit.Outcome.UNSAFE if unsafe else Visit.Outcome.POSTPONED
            steps.append(
                ending(
                    under_way,
                    outcome,
                    why,
                    at,
                    transition="abort" if unsafe else "finish",
                    right="",
                )
            )
        tells = found.kind != "deceased"
        steps += [
            *cancelling_all(case, why, at, tells_debtor=tells),
            *back_from_door(case, why, at),
        ]
    return steps


def _must_be_new(found: Circumstance) -> None:
    """Raise ``WrongInput`` where the same stands already; under the case's lock, since what it is about is sealed."""
    others = Circumstance.objects.filter(case=found.case, kind=found.kind, ended_at=None)
    if any(one.about == found.about for one in others.exclude(pk=found.pk)):
        raise WrongInput(_("This is on record already; end that one first."), "kind")


def _recording(
    found: Circumstance,
    effect: Effect,
    keep_evidence: Any,
    by: User,
    at: datetime,
    *,
    opens_incident: bool,
) -> Step:
    """The step that records it, with the hold and the duty that the packs want."""

    def after(fresh: Circumstance, _by: User, _at: datetime) -> None:
        _must_be_new(fresh)
        take_effect(fresh, effect, by=by, at=at)
        _stop_queue(fresh.case, effect, because(lambda: kind_words(found.kind)), by, at)
        if fresh.kind == "threat" and opens_incident:
            tell(
                fresh.case, "incident.opened", by, at, {"circumstance": fresh.kind, "police": "110"}
            )

    return Step(
        subject=found,
        event="circumstance.recorded",
        right="record_circumstance",
        first=keep_evidence,
        data=_told,
        then=while_open("circumstance.recorded", after),
    )


def seen_at_door(visit: Visit, kind: str, remark: str, by: User, at: datetime) -> list[Step]:
    """The step that records what the officers saw at a door from which they go; none if they cannot tell.

    Nothing is done twice: a circumstance that is on record already stays as it is.
    """
    case = visit.case
    if not kind or case.circumstances.filter(kind=kind, ended_at=None).exists():
        return []
    if kind not in AT_THE_DOOR:
        raise WrongInput(_("Choose what happened from the list."), "kind")
    today = local_day(at, visit.zone)
    effect = effect_on(case, kind, today)
    found = Circumstance(
        case=case, kind=kind, since=today, source=Circumstance.Source.OFFICER, remark=remark,
        review_on=today + timedelta(days=effect.review_days) if effect.review_days else None,
        recorded_at=at, recorded_by=by,
    )  # fmt: skip
    return [_recording(found, effect, lambda: None, by, at, opens_incident=False)]


def name_what_was_seen(
    *, visit: Visit, kind: str, remark: str, by: User, at: datetime
) -> Circumstance | None:
    """Say afterwards what it was that sent the officers away; the packs' effects follow at once.

    None where it is on record already.
    """
    only_the_crew(visit, by)
    if visit.state not in {Visit.State.FINISHED, Visit.State.ABORTED}:
        raise StateRefused(visit, "circumstance.recorded")
    steps = seen_at_door(visit, kind, remark, by, at)
    if not steps:
        return None
    why = kind_words(kind)
    carry_out(*steps, *cancelling_all(visit.case, why, at), by=by, at=at)
    found: Circumstance = steps[0].subject
    return found


def _told(found: Circumstance) -> dict[str, Any]:
    """What the timeline says of it; of a person who needs special care only the code and the days."""
    told: dict[str, Any] = {
        "circumstance": found.kind, "since": found.since, "until": found.until,
        "review_on": found.review_on, "source": found.source, "about": found.about,
    }  # fmt: skip
    if found.debt:
        told["contract"] = found.debt.contract_number
    if not found.is_sensitive:
        told["remark"] = found.remark
        if found.evidence:
            told["document"] = found.evidence.number
    return told


def _stop_queue(case: Case, effect: Effect, why: str, by: User, at: datetime) -> None:
    """Suppress what is queued: reminders, or all but the papers that are owed to the debtor."""
    if effect.stops == "all":
        stopped = [kind for kind in Notice.Kind.values if kind not in kinds.OWED]
    elif effect.stops == "reminders":
        stopped = list(kinds.REMINDERS)
    else:  # the notices of a visit go with the visit
        return
    outbox.suppress(case=case, why=why, by=by, at=at, kinds=stopped)
