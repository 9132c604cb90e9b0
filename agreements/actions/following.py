"""Step 6 by the clock: reminders prepared, a missed instalment found, the supervisor told.

Level-triggered: each run does what is due by now and not done yet, however late it comes, and a second run
finds nothing. What is no longer right after an outage is not caught up with. No visit is ever planned here.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from agreements import messages
from agreements.actions import accelerating
from agreements.kinds import window_closes
from agreements.models import Agreement, Instalment
from agreements.schedule import (
    KINDS,
    Calendar,
    Rung,
    base_of,
    calendar_of,
    next_midnight,
)
from cases.models import Case, Hold
from cases.models.case import Step as CaseStep
from cases.reaching import reach
from common.clock import day_begins, local_day
from common.money import show
from compliance.aims import Aim
from notices.models import Notice
from notices.outbox import write
from notices.texts.composing import can_compose
from notices.ways import all_ways_of
from people.models import User
from workflow.duties import raise_duty
from workflow.steps import Outsider, PolicyRefused, StateRefused, Step, carry_out

log = logging.getLogger(__name__)

MISSED_DUTY = "supervisor.missed"
CALL_DUTY = "reminder.by_hand"
BATCH = 500
AGAIN_AFTER_FAULT = timedelta(minutes=15)


class _Overtaken(Exception):
    """Between looking and locking somebody paid, or another run was quicker."""


def sweep(at: datetime, *, by: User | None = None, most: int = BATCH) -> int:
    """See to the instalments whose moment has come; says how many were looked at."""
    by = by or User.objects.system()
    due = (
        Instalment.objects.filter(live=True, paid_at=None, attend_at__lte=at)
        .select_related("agreement__case__debtor", "agreement__case__creditor")
        .order_by("attend_at", "pk")
    )
    rows = list(due[:most])
    for row in rows:
        try:
            attend(row, by=by, at=at)
        except (_Overtaken, StateRefused, Outsider):
            continue  # the next run sees it as it is then
        except PolicyRefused:  # recorded on the timeline; tomorrow it is asked anew
            _put_off(row, next_midnight(at, row.agreement.case.zone))
        except Exception:
            log.exception("Instalment %s could not be seen to.", row.pk)
            _put_off(row, at + AGAIN_AFTER_FAULT)
    return len(rows) + accelerating.pass_on_unpaid(at, by=by, most=most)


def attend(instalment: Instalment, *, by: User, at: datetime) -> None:
    """Do what is due for this one instalment by now, and note when to look again."""
    case = instalment.agreement.case
    today = local_day(at, case.zone)
    calendar = calendar_of(case, today)
    held, base = _pauses(case, instalment.due_on, today)
    steps: list[Step] = []
    look: datetime | None
    if today > instalment.due_on and instalment.missed_at is None:
        steps.append(_missed(instalment, at))
    if accelerating.open_acceleration(instalment.agreement):
        look = None  # the whole sum was asked for; until that is withdrawn no instalment is reminded of
    elif held or case.state != CaseStep.FOLLOW_UP:
        look = next_midnight(at, case.zone)
    else:
        look = calendar.next_look(at, instalment.due_on, base)
        steps += _reminder(instalment, calendar, base, by, at)
        steps += _escalation(instalment, calendar, base, at)
        steps += _breaking(instalment, calendar, base, at)
    if not steps:
        _put_off(instalment, look)
        return
    carry_out(_checked(instalment, steps[0], look), *steps[1:], by=by, at=at)


def _pauses(case: Case, due_on: date, today: date) -> tuple[bool, date]:
    """Whether reminders are on hold today, and from which day a delay is reckoned."""
    spans, held = [], False
    for hold in case.holds.exclude(scope=Hold.Scope.VISITS):
        last = hold.until
        if hold.ended_at:
            last = min(last, local_day(hold.ended_at, case.zone))
        spans.append((hold.starts_on, last))
        held |= hold.in_force_on(today)
    return held, base_of(due_on, spans)


# ---------------------------------------------------------------- what may be due


def _missed(instalment: Instalment, at: datetime) -> Step:
    return Step(
        subject=instalment.agreement.case,
        event="instalment.missed",
        data={
            "number": instalment.agreement.number,
            "instalment": instalment.number,
            "due_on": instalment.due_on,
            "shortfall": str(instalment.missing),
        },
        then=lambda *_: _mark(instalment, missed_at=at),
    )


def _reminder(
    instalment: Instalment, calendar: Calendar, base: date, by: User, at: datetime
) -> list[Step]:
    """The reminder that fits now, by the best way, for its lawful hour; or the duty to call, without one."""
    case = instalment.agreement.case
    rung = calendar.reminder_by(at, instalment.due_on, base)
    if rung is None:
        return []
    moment = calendar.moment_of(rung, instalment.due_on, base)
    signed_at = instalment.agreement.signed_at
    if signed_at and moment < signed_at:
        return []  # whoever has just signed needs no reminding
    key = f"{rung.kind}:{rung.days}:{base.isoformat()}"
    told = Notice.objects.filter(instalment=instalment, about__rung=key)
    if told.exclude(state=Notice.State.SUPPRESSED).exists():
        return []
    if told.filter(about__missing=str(instalment.missing)).exists():
        return []  # stopped, by the rules or by a person; it is not tried again
    if _reminded_by_a_run(instalment, KINDS[rung.kind], local_day(moment, case.zone)):
        return []
    # Paper is days on its way: it cannot speak of a day that is still to come.
    ways = [
        way
        for way in all_ways_of(case, at)
        if (rung.days > 0 or way.channel != Notice.Channel.LETTER)
        and can_compose(
            wording=KINDS[rung.kind], channel=way.channel, case=case, recipient=case.debtor,
            language=case.debtor.language, at=at, values=messages.of_reminder(instalment, case),
        )
    ]  # fmt: skip
    closes = window_closes(KINDS[rung.kind], instalment.due_on, case.zone)
    reached = reach(
        case, max(moment, at), action="reminder.send", aim=Aim.REMINDING, ways=ways, closes=closes
    )  # fmt: skip
    if reached is None:
        return _call(instalment, rung, key, at)
    if reached.goes_at is None:
        return []
    way, due_at = reached.way, reached.goes_at

    def prepare(locked: Case, *_: Any) -> None:
        write(
            wording=KINDS[rung.kind],
            case=locked,
            channel=way.channel,
            recipient=locked.debtor,
            address=way.address,
            language=locked.debtor.language,
            values=messages.of_reminder(instalment, locked),
            due_at=due_at,
            dedupe_key=f"instalment:{instalment.pk}:{key}:{instalment.missing}",
            at=at,
            contact_point=way.point,
            instalment=instalment,
            about={
                "rung": key,
                "missing": str(instalment.missing),
                "instalment": instalment.number,
                "due_on": instalment.due_on.isoformat(),
            },
            by=by,
        )

    return [
        Step(
            subject=case,
            event="reminder.prepared",
            data={
                "number": instalment.agreement.number,
                "instalment": instalment.number,
                "amount": str(instalment.missing),
                "due_on": instalment.due_on,
                "to_go_at": due_at,
            },
            then=prepare,
        )
    ]


def _reminded_by_a_run(instalment: Instalment, kind: str, since: date) -> bool:
    """Whether a run says the same of this instalment, on the step's own day or after it."""
    sent = Notice.objects.filter(
        instalment=instalment, kind=kind, about__has_key="run",
        queued_at__gte=day_begins(since, instalment.agreement.case.zone),
    )  # fmt: skip
    return sent.exclude(state__in=[Notice.State.SUPPRESSED, Notice.State.FAILED]).exists()


def _call(instalment: Instalment, rung: Rung, key: str, at: datetime) -> list[Step]:
    case = instalment.agreement.case
    duty_key = f"{CALL_DUTY}:{instalment.pk}:{key}"
    if rung.days <= 0 or case.duties.filter(key=duty_key).exists():
        return []
    amount, number = show(instalment.missing), instalment.number

    def ask_desk(locked: Case, *_: Any) -> None:
        raise_duty(
            case=locked,
            kind=CALL_DUTY,
            says={
                "en": f"Call the debtor: {amount} of instalment {number} is missing (no way to write).",
                "zh": f"请致电债务人：第 {number} 期尚缺 {amount} 元（无法以书面方式联系）。",
            },
            due_at=next_midnight(at, locked.zone),
            key=duty_key,
            at=at,
            role=User.Role.CLERK,
        )

    return [
        Step(
            subject=case,
            event="reminder.by_hand",
            data={"instalment": number, "amount": str(instalment.missing)},
            then=ask_desk,
        )
    ]


def _escalation(instalment: Instalment, calendar: Calendar, base: date, at: datetime) -> list[Step]:
    """Pass it to the supervisor, once; what to do is for a person to decide."""
    if instalment.escalated_at or not calendar.escalation_by(at, instalment.due_on, base):
        return []
    amount, number = show(instalment.missing), instalment.number

    def tell_supervisor(locked: Case, *_: Any) -> None:
        says = {
            "en": f"Instalment {number} was missed: {amount} is open. Renegotiate, or decide.",
            "zh": f"第 {number} 期逾期未付，尚缺 {amount} 元。请决定重新协商或其他处理。",
        }
        _ask_supervisor(locked, says, str(instalment.pk), at)
        _mark(instalment, escalated_at=at)

    return [
        Step(
            subject=instalment.agreement.case,
            event="instalment.escalated",
            data={
                "number": instalment.agreement.number,
                "instalment": number,
                "shortfall": str(instalment.missing),
            },
            then=tell_supervisor,
        )
    ]


def _breaking(instalment: Instalment, calendar: Calendar, base: date, at: datetime) -> list[Step]:
    agreement = instalment.agreement
    if agreement.state != Agreement.State.SIGNED or not calendar.is_broken_by(at, base):
        return []
    return [
        Step(
            subject=agreement,
            event="agreement.broken",
            transition="mark_broken",
            args={"at": at},
            data={
                "number": agreement.number,
                "instalment": instalment.number,
                "shortfall": str(instalment.missing),
            },
            then=lambda fresh, *_: _pass_on_broken(fresh, instalment, at),
        )
    ]


def _ask_supervisor(case: Case, says: dict[str, str], what: str, at: datetime) -> None:
    """Give the supervisor the task of deciding how a plan goes on; ``what`` tells one cause from another."""
    raise_duty(
        case=case, kind=MISSED_DUTY, says=says, due_at=next_midnight(at, case.zone), at=at,
        key=f"{MISSED_DUTY}:{what}:{at.isoformat()}", role=User.Role.SUPERVISOR,
    )  # fmt: skip


def _pass_on_broken(agreement: Agreement, instalment: Instalment, at: datetime) -> None:
    """A broken plan is a task for a supervisor, unless that of the missed instalment is still open."""
    case = agreement.case
    if case.duties.filter(kind=MISSED_DUTY, done_at=None).exists():
        return
    amount = show(instalment.missing)
    says = {
        "en": f"Plan {agreement.number} is broken: {amount} of instalment {instalment.number} is open beyond the days of grace. Renegotiate, or decide.",
        "zh": f"还款计划 {agreement.number} 已违约：第 {instalment.number} 期尚缺 {amount} 元，已超过宽限期。请决定重新协商或其他处理。",
    }
    _ask_supervisor(case, says, f"{agreement.pk}:broken", at)


# ---------------------------------------------------------------- under the lock


def _checked(instalment: Instalment, step: Step, look: datetime | None) -> Step:
    """The first step, which under the lock makes sure that all is still as it was looked at."""
    data: Callable[[Any], Any] = step.data if callable(step.data) else (lambda _fresh: step.data)

    def sure(fresh: Any) -> Any:
        mine = Instalment.objects.filter(
            pk=instalment.pk, live=True, paid_at=None, paid=instalment.paid,
            attend_at=instalment.attend_at,
        )  # fmt: skip
        if not mine.update(attend_at=look):
            raise _Overtaken
        return data(fresh)

    return Step(
        subject=step.subject,
        event=step.event,
        transition=step.transition,
        args=step.args,
        data=sure,
        then=step.then,
    )


def _mark(instalment: Instalment, **marks: Any) -> None:
    Instalment.objects.filter(pk=instalment.pk).update(**marks)


def _put_off(instalment: Instalment, look: datetime | None) -> None:
    """Note when to look again; it is no fact of the case, so the timeline is silent."""
    Instalment.objects.filter(pk=instalment.pk, attend_at=instalment.attend_at).update(
        attend_at=look
    )
