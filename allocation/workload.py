"""How much lies with each of a team: one statement for all of them, and none over the whole house."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.db.models.functions import TruncDate

from allocation.proposing import nobodys
from cases.actions.assigning import assignable
from cases.models import Case
from common.clock import HOUSE_ZONE, local_day
from desk.worklist import COUNTED, Counted
from people.absences import Absence, away_on
from people.models import Team, User
from visits.actions.planning import AHEAD
from visits.models import VisitOfficer
from workflow.models import Duty

SOON = timedelta(days=14)
SHOWN = 20


@dataclass(frozen=True)
class Load:
    """One of the team, what lies with them, and whether they are away today."""

    person: User
    cases: int
    due: int  # duties that are overdue or fall due within a day
    ahead: int  # visits within a fortnight
    absence: Absence | None
    part: int  # of the heaviest load of the team, in per cent, for a bar


def loads(team: Team, at: datetime) -> list[Load]:
    """The people of the team with what lies with each."""
    mine = Case.objects.open().filter(officer=OuterRef("pk"), team=team).order_by()
    due = Duty.objects.filter(
        done_at=None, due_at__lt=at + timedelta(days=1), case__officer=OuterRef("pk")
    ).order_by()
    visits = VisitOfficer.objects.filter(
        officer=OuterRef("pk"), active=True, visit__state__in=AHEAD,
        visit__starts_at__gte=at, visit__starts_at__lt=at + SOON,
    ).order_by()  # fmt: skip
    people = assignable(team)
    counted = list(
        people.annotate(
            open_cases=Counted(mine.values("pk")),
            due_now=Counted(due.values("pk")),
            visits_ahead=Counted(visits.values("pk")),
        )
    )
    away = away_on(local_day(at, HOUSE_ZONE), people.order_by())
    most = max((one.open_cases for one in counted), default=0) or 1
    return [
        Load(
            one, one.open_cases, one.due_now, one.visits_ahead, away.get(one.pk),
            round(100 * one.open_cases / most),
        )
        for one in counted
    ]  # fmt: skip


def unplaced_count(team: Team, user: User) -> int | None:
    """How many open cases of the team are nobody's; None: more than are counted."""
    seen = Case.objects.visible_to(user).open().filter(nobodys(team)).order_by()
    found = seen.values("pk")[: COUNTED + 1].count()
    return found if found <= COUNTED else None


def visits_without(team: Team, user: User, at: datetime) -> list[VisitOfficer]:
    """Visits ahead in which somebody is named who is absent on that day, the next first: another has to go."""
    in_these_days = Absence.objects.standing().filter(
        person=OuterRef("officer"),
        first_day__lte=OuterRef("visit_day"),
        last_day__gte=OuterRef("visit_day"),
    )
    parts = VisitOfficer.objects.filter(
        active=True, officer__team=team, officer__absences__last_day__gte=local_day(at, HOUSE_ZONE),
        visit__state__in=AHEAD, visit__starts_at__gt=at, visit__case__in=Case.objects.visible_to(user),
    )  # fmt: skip
    house = ZoneInfo(HOUSE_ZONE)
    found = parts.annotate(visit_day=TruncDate("visit__starts_at", tzinfo=house))
    return list(
        found.filter(Exists(in_these_days))
        .select_related("officer", "visit__case__debtor", "visit__place")
        .order_by("visit__starts_at", "pk")
        .distinct()[:SHOWN]
    )
