"""Whether a notice of this app may still go at the moment at which it would: asked again each time."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from agreements.models import Instalment
from cases.facts import facts_for
from cases.models.case import Step
from cases.outgoing import answer, learn, may_go
from common.clock import day_begins, day_ends, local, local_day
from compliance.aims import Aim
from compliance.ask import ask
from compliance.verdict import Verdict
from notices.kinds import REMINDERS, Kind, Later, register
from notices.models import Notice
from workflow.reasons import because

A_YEAR = timedelta(days=366)
# On a notice, read for many at once: its instalment, and the case's reminders of this day.
NOW, TODAY = "instalment_now", "reminded_today"


def register_all() -> None:
    """Make the kinds known; called once when the app is ready."""
    for kind in REMINDERS:
        register(Kind(kind, reminder_may_go, learn_reminders, max_age=timedelta(days=7)))
    for paper in (Notice.Kind.AGREEMENT_COPY, Notice.Kind.PAYMENT_RECEIPT, Notice.Kind.SETTLEMENT):
        # A paper that is owed to the debtor waits for as long as a hold on all contact lasts.
        register(Kind(paper.value, recheck=may_go, learn=learn, max_age=A_YEAR))


def learn_reminders(notices: Sequence[Notice], at: datetime) -> None:
    """Read what reminders are asked by: the facts of their cases, and their instalments."""
    learn(notices, at)
    wanted = [notice.instalment_id for notice in notices if notice.instalment_id]
    found = Instalment.objects.select_related("agreement").in_bulk(wanted)
    reminded = _reminded([notice.case for notice in notices], at)
    for notice in notices:
        setattr(notice, NOW, found.get(notice.instalment_id or 0))
        setattr(notice, TODAY, reminded[notice.case_id])


def reminder_may_go(notice: Notice, at: datetime) -> str | Later:
    """Why the reminder must not go: paid, replaced, its day is past, or the rules forbid it."""
    case = notice.case
    found = _instalment_of(notice)
    if found is None:
        return because(lambda: _("There is no instalment that it speaks of."))
    stop = _of_instalment(found, notice, case)
    if stop:
        return stop
    closes = window_closes(notice.kind, found.due_on, case.zone)
    if closes and at >= closes:
        return because(lambda: _("The day for which it was meant is past."))
    verdict = ask_reminder(case, notice.means, _source(notice), at)
    return answer(verdict, closes) or _one_a_day(notice, case, at, closes)


def reminded_on(day: date, case: Any) -> QuerySet[Notice]:
    """The reminders of this case that went out on that day, or may have: nobody gets two on one."""
    return _gone(day_begins(day, case.zone)).filter(
        case=case.pk, gone_at__lt=day_ends(day, case.zone)
    )


def _gone(since: datetime) -> QuerySet[Notice]:
    """The reminders that went out from then on, or may have."""
    return (
        Notice.objects.annotate(gone_at=Coalesce("sent_at", "begun_at"))
        .filter(kind__in=REMINDERS, gone_at__gte=since)
        .exclude(state__in=[Notice.State.QUEUED, Notice.State.FAILED, Notice.State.SUPPRESSED])
    )


def _reminded(cases: Collection[Any], at: datetime) -> dict[int, set[int]]:
    """The same of many cases, each of its own today."""
    days = {case.pk: local_day(at, case.zone) for case in cases}
    begins = {case.pk: day_begins(days[case.pk], case.zone) for case in cases}
    ends = {case.pk: day_ends(days[case.pk], case.zone) for case in cases}
    found: dict[int, set[int]] = {pk: set() for pk in days}
    rows = _gone(min(begins.values())).filter(case__in=days)
    for case, pk, gone_at in rows.values_list("case", "pk", "gone_at"):
        if begins[case] <= gone_at < ends[case]:
            found[case].add(pk)
    return found


def _one_a_day(notice: Notice, case: Any, at: datetime, closes: datetime | None) -> str | Later:
    """Tomorrow, where another reminder went out today, of the plan's own or of a run's."""
    today = local_day(at, case.zone)
    known: set[int] | None = getattr(notice, TODAY, None)
    if known is None:
        known = set(reminded_on(today, case).values_list("pk", flat=True))
    if not known - {notice.pk}:
        return ""
    tomorrow = day_ends(today, case.zone)
    why = because(lambda: _("Another reminder went out on this day."))
    if closes is None or tomorrow < closes:
        return Later(tomorrow, why, why.says)
    return why


def ask_reminder(case: Any, channel: str, source: str, at: datetime) -> Verdict:
    """What the rules say about a reminder at that moment."""
    facts = facts_for(
        case, at=at, channel=channel, contact_sources=(source,) if source else (),
        aim=Aim.REMINDING.value,
    )  # fmt: skip
    return ask("reminder.send", facts, on=local_day(at, case.zone))


def window_closes(kind: str, due_on: date, zone: str) -> datetime | None:
    """When a reminder of that kind has lost its sense; none where only a payment ends it."""
    if kind == Notice.Kind.REMINDER_BEFORE:
        return day_ends(due_on - timedelta(days=1), zone)
    if kind == Notice.Kind.REMINDER_DUE:
        return day_ends(due_on, zone)
    return None


def paid_words(moment: datetime, today: date, zone: str) -> str:
    """ "paid 09:52", with the day where it was another one."""
    there = local(moment, zone)
    if there.date() == today:
        return _("paid %(time)s") % {"time": f"{there:%H:%M}"}
    return _("paid %(day)s %(time)s") % {"day": f"{there:%Y-%m-%d}", "time": f"{there:%H:%M}"}


def _of_instalment(found: Instalment, notice: Notice, case: Any) -> str:
    if found.paid_at:
        paid_at, due_on = found.paid_at, local_day(notice.due_at, case.zone)
        return because(lambda: paid_words(paid_at, due_on, case.zone))
    if not found.live:
        return because(lambda: _("The plan that it speaks of is no longer in force."))
    if case.state != Step.FOLLOW_UP:
        return because(lambda: _("The case is no longer in follow-up."))
    if str(notice.about.get("missing", found.missing)) != str(found.missing):
        return because(lambda: _("Part of it has been paid since."))
    return ""


def _instalment_of(notice: Notice) -> Instalment | None:
    """The instalment as it is now, also where it was read for many."""
    if hasattr(notice, NOW):
        known: Instalment | None = getattr(notice, NOW)
        return known
    rows = Instalment.objects.select_related("agreement")
    return rows.filter(pk=notice.instalment_id).first()


def _source(notice: Notice) -> str:
    return notice.contact_point.source if notice.contact_point else ""
