"""The figures of the dashboard; each is the length of a list that can be opened."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from cases.models import Case, Hold
from cases.models.case import Step
from common.clock import HOUSE_ZONE, local_day
from people.models import User
from timeline.models import Event
from visits.looking import refused
from visits.models import Visit
from workflow.models import Duty

MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Figure:
    """A number with its name, and the list of cases behind it."""

    name: str
    label: Any
    cases: Callable[[QuerySet[Case], datetime], QuerySet[Case]]
    bad: bool = True  # any at all is a reason to look
    page: str = ""  # the list behind it, where it is one of its own


def _with_event(kinds: list[str]) -> Callable[[QuerySet[Case], datetime], QuerySet[Case]]:
    def cases(seen: QuerySet[Case], at: datetime) -> QuerySet[Case]:
        told = Event.objects.filter(
            case=OuterRef("pk"), kind__in=kinds, occurred_at__gte=at - MONTH
        )
        return seen.filter(Exists(told))

    return cases


def _with_late_duty(seen: QuerySet[Case], at: datetime) -> QuerySet[Case]:
    return seen.filter(next_due_at__lt=at)


def _with_late_review(seen: QuerySet[Case], at: datetime) -> QuerySet[Case]:
    today = local_day(at, HOUSE_ZONE)
    late = Hold.objects.filter(
        case=OuterRef("pk"), ended_at=None, reviewed_at=None, review_on__lt=today
    )
    return seen.filter(held_until__isnull=False).filter(Exists(late))


def _held(seen: QuerySet[Case], _at: datetime) -> QuerySet[Case]:
    return seen.filter(held_until__isnull=False)


def _visits(condition: Q) -> Callable[[QuerySet[Case], datetime], QuerySet[Case]]:
    def cases(seen: QuerySet[Case], at: datetime) -> QuerySet[Case]:
        made = Visit.objects.filter(condition, case=OuterRef("pk"), started_at__gte=at - MONTH)
        return seen.filter(Exists(made))

    return cases


def _started_before_notice() -> Q:
    return Q(served_at=None)


def _credentials_not_first() -> Q:
    return Q(outcome__in=["agreement", "talked"]) & ~Q(crew__shown_at__isnull=False)


def _refused_ahead(seen: QuerySet[Case], at: datetime) -> QuerySet[Case]:
    # The visits themselves are listed on their own page; a case has but one ahead.
    return seen.filter(pk__in=refused(seen, at).order_by().values("visit__case"))


def figures() -> list[Figure]:
    """The figures of lawfulness, of the last thirty days where they count events."""
    from django.utils.translation import gettext_lazy as _

    return [
        Figure("duties", _("Duties overdue"), _with_late_duty),
        Figure("reviews", _("Holds whose review is overdue"), _with_late_review),
        Figure("held", _("Cases on hold"), _held, bad=False),
        Figure("blocked", _("Cases with a refusal by rule"), _with_event(["policy.refused"]), bad=False),
        Figure("overrides", _("Cases with an exception granted"), _with_event(["policy.overridden"])),
        Figure("refused", _("Visits refused by the debtor"), _with_event(["visit.refused", "refusal.recorded"]), bad=False),
        Figure("unannounced", _("Visits begun before the notice took effect"), _visits(_started_before_notice())),
        Figure("unshown", _("Talks without credentials shown first"), _visits(_credentials_not_first())),
        Figure("ahead", _("Planned visits that would be refused"), _refused_ahead, page="visits:outlook"),
        Figure("missed", _("Instalments missed"), _with_event(["instalment.missed"]), bad=False),
    ]  # fmt: skip


def per_step(user: User) -> list[dict[str, Any]]:
    """How many open cases stand in each step; one grouped count over an index."""
    counted = dict(
        Case.objects.visible_to(user)
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk"))
        .values_list("state", "count")
    )
    return [
        {"name": step.value, "label": step.label, "count": counted.get(step.value, 0)}
        for step in Step
    ]


def late_duties(user: User, at: datetime) -> QuerySet[Duty]:
    """The duties that are overdue, oldest first."""
    return (
        Duty.objects.filter(done_at=None, due_at__lt=at, case__in=Case.objects.visible_to(user))
        .select_related("case", "case__debtor")
        .order_by("due_at", "pk")
    )
