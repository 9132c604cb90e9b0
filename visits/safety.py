"""Who is out, when they next say that they are well, and who is asked when they do not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest

from common.clock import local_day
from compliance.ask import value
from people.models import User
from visits.models import Alarm, Position, SignOfLife, Visit
from visits.policy import packs_at, packs_there

CHECK_IN_MINUTES = 20  # where no pack says how often officers say that they are well
ESCALATE_MINUTES = 5  # where no pack says how long an alarm waits for the next people
ABOVE = [User.Role.COMPLIANCE, User.Role.ADMINISTRATOR]


def every_minutes(visit: Visit) -> timedelta:
    """How often the officers of this visit say that they are well."""
    return _figure(visit, "safety.check_in_minutes", CHECK_IN_MINUTES)


def climbs_every(visit: Visit) -> timedelta:
    """How long an alarm waits for somebody before the next people are told."""
    return _figure(visit, "safety.escalate_minutes", ESCALATE_MINUTES)


def _figure(visit: Visit, key: str, otherwise: int) -> timedelta:
    given = value(packs_at(visit), key, local_day(visit.starts_at, visit.zone))
    return timedelta(minutes=int(given or otherwise))


def out_now(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Those of the visits that are under way, each with the last moment at which all was well."""
    signs = SignOfLife.objects.filter(visit=OuterRef("pk")).order_by("-at").values("at")[:1]
    answered = (
        Alarm.objects.filter(visit=OuterRef("pk"), ended_how=Alarm.End.TAKEN_UP)
        .order_by("-ended_at")
        .values("ended_at")[:1]
    )
    return visits.filter(state=Visit.State.STARTED).annotate(
        well_at=Greatest(
            "started_at", Subquery(signs), Subquery(answered), output_field=DateTimeField()
        )
    )


def due_at(visit: Visit) -> datetime | None:
    """When the officers next say that they are well; none where nobody is at the door."""
    if visit.state != Visit.State.STARTED:
        return None
    if not hasattr(visit, "well_at"):
        found = out_now(Visit.objects.filter(pk=visit.pk)).first()
        if found is None:
            return None
        visit.well_at = found.well_at
    last: datetime = visit.well_at
    return last + every_minutes(visit)


def levels(visit: Visit) -> list[list[User]]:
    """Who is told one after the other: the team's first supervisor, the others, those above all teams.

    Nobody who stands at that door is among them; a level at which there is nobody is left out.
    """
    out = set(visit.crew.filter(active=True).values_list("officer_id", flat=True))
    active = User.objects.filter(is_active=True).exclude(pk__in=out).order_by("pk")
    team = list(active.filter(role=User.Role.SUPERVISOR, team=visit.case.team_id))
    above = list(active.filter(role__in=ABOVE))
    return [level for level in (team[:1], team[1:], above) if level]


def level_due(alarm: Alarm, *, most: int, at: datetime) -> int:
    """How far an alarm should have climbed by now, however late anybody looks."""
    steps = int((at - alarm.since) / climbs_every(alarm.visit))
    first = 1 if alarm.kind == Alarm.Kind.SOS else 0
    return max(min(first + steps, most), 0)


def police_of(visit: Visit) -> str:
    """The number of the police there; empty where no pack of the place names it."""
    day = local_day(visit.starts_at, visit.zone)
    return str(value(packs_there(visit), "emergency.phone", day) or "")


def last_place(visits: Sequence[int]) -> dict[int, Position]:
    """The last place that is on record of each of these visits (by key)."""
    found = Position.objects.filter(visit__in=visits).select_related("officer").order_by("at", "pk")
    return {position.visit_id: position for position in found}


def asked_of(user: User) -> QuerySet[Alarm]:
    """The open alarms that ask for this person, the oldest first.

    Of officers that is an SOS that one of them called, and the check-in while they stand at the door.
    """
    here = Q(visit__crew__officer=user, visit__crew__active=True)
    told = Q(calls__person=user, calls__level__gt=0)
    theirs = Q(calls__person=user, visit__state=Visit.State.STARTED) | (here & Q(kind="sos"))
    return (
        Alarm.objects.filter(told | theirs, ended_at=None)
        .distinct()
        .select_related("visit__place", "visit__case__debtor", "officer")
        .order_by("since", "pk")
    )


def sign_of_life(visit: Visit) -> dict[str, Any]:
    """What a screen at the door shows of it: by when it is owed, and the alarm that stands."""
    if visit.state != Visit.State.STARTED:
        return {}
    alarm = visit.alarms.filter(kind=Alarm.Kind.CHECK_IN, ended_at=None).first()
    return {"well_due": due_at(visit), "well_alarm": alarm}
