"""The figures of the dashboard; each is the length of a list that can be opened."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, DateField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.models import Agreement, Instalment
from cases.models import Case, Hold, Refusal
from cases.models.case import OPEN_STEPS, Step
from common.clock import HOUSE_ZONE, from_local, local_day
from people.models import User
from timeline.models import Event
from visits.looking import refused
from visits.models import Consent, Visit, VisitOfficer
from workflow.models import Approval, Duty

DAYS = 30
HONOURED_WITHIN = timedelta(seconds=60)
AGES = (7, 30, 90)  # days that a case has stood in its step; the last group has no end
REFUSALS = ["visit.refused", "refusal.recorded"]
Seen = QuerySet[Case]


@dataclass(frozen=True)
class Period:
    """The days of which the figures tell, by the clocks of the house; ``month`` where it is a whole one."""

    first: date
    last: date
    month: str = ""

    @classmethod
    def asked(cls, month: str, at: datetime) -> "Period":
        """The month (``YYYY-MM``), else the last thirty days."""
        today = local_day(at, HOUSE_ZONE)
        try:
            first = parse_date(f"{month}-01")
        except ValueError:
            first = None
        if first is None or not date(2000, 1, 1) <= first <= today:
            return cls(today - timedelta(days=DAYS - 1), today)
        following = (first + timedelta(days=31)).replace(day=1)
        return cls(first, min(following - timedelta(days=1), today), f"{first:%Y-%m}")

    @staticmethod
    def months(at: datetime) -> list[str]:
        """The last twelve months, this one first, as an address names them."""
        first = local_day(at, HOUSE_ZONE).replace(day=1)
        found = []
        for _n in range(12):
            found.append(f"{first:%Y-%m}")
            first = (first - timedelta(days=1)).replace(day=1)
        return found

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """From the first moment of the first day until the first moment after the last one."""
        begins, ends = (
            from_local(datetime.combine(day, time()), HOUSE_ZONE)
            for day in (self.first, self.last + timedelta(days=1))
        )
        return begins, ends

    def holds(self, field: str) -> Q:
        """That the moment in this field lies within."""
        begins, ends = self.moments
        return Q(**{f"{field}__gte": begins, f"{field}__lt": ends})


Rows = Callable[[Seen, Period, datetime], QuerySet[Any]]


@dataclass(frozen=True)
class Figure:
    """A number with its name, and the list behind it.

    ``rows`` are those to look at, of the kind that ``of`` says; ``whole`` are all of which they are a part.
    """

    name: str
    label: Any
    rows: Rows
    of: str = "case"  # case, visit, refusal, instalment, exception
    whole: Rows | None = None
    bad: bool = True  # any at all is a reason to look
    page: str = ""  # the list behind it, where it is one of its own
    lede: Any = ""


def _visits_made(seen: Seen, period: Period, _at: datetime) -> QuerySet[Visit]:
    return Visit.objects.filter(period.holds("started_at"), case__in=seen)


def _judged(seen: Seen, period: Period, at: datetime) -> QuerySet[Visit]:
    return _visits_made(seen, period, at).exclude(judged_at=None)


def _announced_late(seen: Seen, period: Period, at: datetime) -> QuerySet[Visit]:
    return _judged(seen, period, at).exclude(lead_kept=True)


def _outside_hours(seen: Seen, period: Period, at: datetime) -> QuerySet[Visit]:
    return _judged(seen, period, at).exclude(hours_kept=True)


def _talks(seen: Seen, period: Period, at: datetime) -> QuerySet[Visit]:
    return _visits_made(seen, period, at).filter(outcome__in=["agreement", "talked"])


def _unshown(seen: Seen, period: Period, at: datetime) -> QuerySet[Visit]:
    """Talks before which not every officer of the crew had shown the credential."""
    willing = Consent.objects.filter(visit=OuterRef("visit"), kind=Consent.Kind.TALK, given=True)
    late = Q(shown_at=None) | Exists(willing.filter(at__lt=OuterRef("shown_at")))
    unshown = VisitOfficer.objects.filter(late, visit=OuterRef("pk"), active=True)
    return _talks(seen, period, at).filter(Exists(unshown))


def _refusals(seen: Seen, period: Period, _at: datetime) -> QuerySet[Refusal]:
    return Refusal.objects.filter(period.holds("at"), case__in=seen)


def _honoured_late(seen: Seen, period: Period, at: datetime) -> QuerySet[Refusal]:
    return _refusals(seen, period, at).filter(honoured_at__gt=F("at") + HONOURED_WITHIN)


def _exceptions(seen: Seen, period: Period, _at: datetime) -> QuerySet[Approval]:
    return Approval.objects.filter(
        period.holds("decided_at"), kind=Approval.Kind.EXCEPTION, state=Approval.State.GRANTED,
        case__in=seen,
    )  # fmt: skip


def _promised(seen: Seen, period: Period, _at: datetime) -> QuerySet[Instalment]:
    states = Agreement.State
    return Instalment.objects.filter(
        due_on__range=(period.first, period.last),
        agreement__case__in=seen,
        agreement__state__in=[states.SIGNED, states.KEPT, states.BROKEN],
    )


def _promises_late(seen: Seen, period: Period, at: datetime) -> QuerySet[Instalment]:
    """Those that were not paid in full by the end of their day, of days that are over."""
    came = TruncDate("paid_at", tzinfo=ZoneInfo(HOUSE_ZONE))
    return (
        _promises_due(seen, period, at)
        .annotate(came_on=Cast(came, DateField()))
        .filter(Q(paid_at=None) | Q(came_on__gt=F("due_on")))
    )


def _promises_due(seen: Seen, period: Period, at: datetime) -> QuerySet[Instalment]:
    return _promised(seen, period, at).filter(due_on__lt=local_day(at, HOUSE_ZONE))


def _with_event(kinds: list[str]) -> Rows:
    def rows(seen: Seen, period: Period, _at: datetime) -> QuerySet[Case]:
        told = Event.objects.filter(
            period.holds("occurred_at"), case=OuterRef("pk"), kind__in=kinds
        )
        return seen.filter(Exists(told))

    return rows


def _with_late_duty(seen: Seen, _period: Period, at: datetime) -> QuerySet[Case]:
    return seen.filter(next_due_at__lt=at)


def _with_late_review(seen: Seen, _period: Period, at: datetime) -> QuerySet[Case]:
    today = local_day(at, HOUSE_ZONE)
    late = Hold.objects.filter(
        case=OuterRef("pk"), ended_at=None, reviewed_at=None, review_on__lt=today
    )
    return seen.filter(held_until__isnull=False).filter(Exists(late))


def _held(seen: Seen, _period: Period, _at: datetime) -> QuerySet[Case]:
    return seen.filter(held_until__isnull=False)


def _refused_ahead(seen: Seen, _period: Period, at: datetime) -> QuerySet[Case]:
    # The visits themselves are listed on their own page; a case has but one ahead.
    return seen.filter(pk__in=refused(seen, at).order_by().values("visit__case"))


OF_PERIOD = [
    Figure("lead", _("Visits not announced in time"), _announced_late, "visit", _judged,
           lede=_("Judged again after the visit, whatever exceptions there were.")),
    Figure("hours", _("Visits outside lawful hours"), _outside_hours, "visit", _judged,
           lede=_("Judged again after the visit, by the hours at which the officers came and left.")),
    Figure("unshown", _("Talks before credentials were shown"), _unshown, "visit", _talks),
    Figure("honoured", _("Refusals honoured after more than 60 seconds"), _honoured_late, "refusal", _refusals,
           lede=_("From when the debtor said no until all that lay ahead was called off.")),
    Figure("promises", _("Instalments not paid on their day"), _promises_late, "instalment", _promises_due),
    Figure("overrides", pgettext_lazy("figure", "Exceptions granted"), _exceptions, "exception", bad=False),
    Figure("blocked", _("Cases with a refusal by rule"), _with_event(["policy.refused"]), bad=False),
    Figure("refused", _("Cases in which visits were refused by the debtor"), _with_event(REFUSALS), bad=False),
    Figure("missed", _("Cases with a missed instalment"), _with_event(["instalment.missed"]), bad=False),
]  # fmt: skip
NOW = [
    Figure("duties", _("Cases with a duty overdue"), _with_late_duty),
    Figure("reviews", _("Holds whose review is overdue"), _with_late_review),
    Figure("held", _("Cases on hold"), _held, bad=False),
    Figure("ahead", _("Planned visits that would be refused"), _refused_ahead, page="visits:outlook"),
]  # fmt: skip


@dataclass(frozen=True)
class Rate:
    """So many for each hundred of a whole, counted by an app above this one, with a list of its own.

    ``count`` gives both numbers, ``url`` the list's address for that period and team, ``right`` is what opens it.
    """

    name: str
    label: Any
    right: str
    count: Callable[[User, Seen, Period], tuple[int, int]]
    url: Callable[[Period, str], str]
    of: Any
    """What the whole is, in words with ``%(part)s`` and ``%(whole)s``."""


RATES: list[Rate] = []


def show_also(rate: Rate) -> None:
    """Put it on the dashboard; called once by the app that counts it."""
    if rate.name not in {one.name for one in RATES}:
        RATES.append(rate)


def figure_named(name: str) -> Figure | None:
    """The figure of that name, if there is one."""
    return next((figure for figure in [*OF_PERIOD, *NOW] if figure.name == name), None)


def by_person(seen: Seen, period: Period, at: datetime) -> list[tuple[User, int]]:
    """Who asked for how many of the exceptions that were granted, the most first."""
    counted = (
        _exceptions(seen, period, at)
        .order_by()
        .values_list("requested_by")
        .annotate(count=Count("pk"))
        .order_by("-count", "requested_by")
    )
    people = User.objects.in_bulk([pk for pk, _count in counted])
    return [(people[pk], count) for pk, count in counted]


def per_step(seen: Seen, at: datetime) -> list[dict[str, Any]]:
    """How many open cases stand in each step, and how long they have stood there; one grouped count over an index.

    ``ages`` are the counts of up to 7, up to 30, up to 90 and more days.
    """
    since: Any = Coalesce("reached_at", "opened_at")
    older = {
        f"over_{days}": Count("pk", filter=Q(since__lt=at - timedelta(days=days))) for days in AGES
    }
    counted = {
        row["state"]: row
        for row in seen.open().order_by().annotate(since=since).values("state")
        .annotate(all=Count("pk"), **older)
    }  # fmt: skip
    found = []
    for step in OPEN_STEPS:
        row = counted.get(step.value, {})
        down = [row.get("all", 0), *(row.get(f"over_{days}", 0) for days in AGES)]
        ages = [more - less for more, less in zip(down, [*down[1:], 0], strict=True)]
        found.append({"name": step.value, "label": step.label, "count": down[0], "ages": ages})
    return found


def in_step(seen: Seen, step: Step, age: int | None, at: datetime) -> QuerySet[Case]:
    """The cases behind one count: of a step, and of one group of ages (by its place) or of all."""
    cases = seen.filter(state=step)
    if age is None:
        return cases
    since: Any = Coalesce("reached_at", "opened_at")
    ends = (None, *(at - timedelta(days=days) for days in AGES), None)
    cases = cases.annotate(since=since)
    if ends[age]:
        cases = cases.filter(since__lt=ends[age])
    return cases.filter(since__gte=ends[age + 1]) if ends[age + 1] else cases


def late_duties(seen: Seen, at: datetime) -> QuerySet[Duty]:
    """The duties that are overdue, oldest first."""
    return (
        Duty.objects.filter(done_at=None, due_at__lt=at, case__in=seen)
        .select_related("case", "case__debtor")
        .order_by("due_at", "pk")
    )
