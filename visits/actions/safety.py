"""The officers' safety: signs of life, the call for help, and alarms that climb until a person answers."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from common.positions import NoPlace, text_of
from documents.letterhead import moment
from people.models import User
from visits import calling
from visits.actions.arriving import CONDUCT, only_the_crew
from visits.actions.planning import back_from_notice, cancelling_all
from visits.actions.refusing import breaking_off, opening_incident
from visits.models import Alarm, AlarmCall, Incident, Position, SignOfLife, Visit
from visits.safety import climbs_every, due_at, level_due, levels, out_now
from workflow.duties import fulfil, raise_duty
from workflow.steps import AlreadyDone, StateRefused, Step, WrongInput, carry_out, tell

ANSWER = "answer_alarms"
CLOSE = "close_incident"
ASKED, ALARM = "safety.check_in", "safety.alarm"
REVIEW = "incident.review"
AT_ONCE = 500  # in one sweep; the next takes the rest
OVER = {Visit.State.FINISHED, Visit.State.ABORTED}


# ---------------------------------------------------------------- what officers do


def answer_check_in(
    *,
    visit: Visit,
    by: User,
    at: datetime,
    arrived_at: datetime | None = None,
    position: dict[str, Any] | None = None,
) -> Alarm | None:
    """An officer at the door is well; the time until the next sign of life begins anew.

    ``at`` is when it was said, ``arrived_at`` when we heard of it (the same, unless the telephone had
    no signal). Said in time it settles the alarm, and that is told; once others had to be told, only
    one of them can end it, and that alarm is given back. ``position``: ``lat``, ``lon``, ``accuracy_m``.
    """
    _one_of_them(visit, by)
    place = sealed(position)
    said = visit.signs.filter(officer=by, at=at)
    if said.exists():  # the same one, sent once more
        return _unanswered(visit)

    def keep(fresh: Visit, _by: User, _at: datetime) -> None:
        begun, left = fresh.started_at, fresh.finished_at
        if begun is None or at < begun or (left and at > left):
            raise StateRefused(fresh, "safety.checked_in")
        if said.exists():  # both at the same time
            raise AlreadyDone
        SignOfLife(visit=fresh, officer=by, at=at, arrived_at=arrived_at or at).save()
        _keep(fresh, Position.Kind.CHECK_IN, place, by, at)
        fulfil(case=fresh.case, kind=ASKED, by=by, at=at)
        alarm = _unanswered(fresh)
        if alarm:
            _settle(alarm, fresh, by, at, arrived_at or at)

    carry_out(
        Step(
            subject=visit,
            event="safety.checked_in",
            right=CONDUCT,
            data={"reference": visit.reference, "officer": _named(by), "arrived_at": arrived_at},
            then=keep,
        ),
        by=by,
        at=at,
    )
    return _unanswered(visit)


def call_sos(
    *,
    visit: Visit,
    by: User,
    at: datetime,
    remark: str = "",
    position: dict[str, Any] | None = None,
) -> Alarm:
    """Help is needed: the visit ends at once, all contact stops, and people are told until one answers.

    No rule and no state of the visit stands against it. Pressed again it tells the new place and goes
    on with the same alarm.
    """
    only_the_crew(visit, by)
    place = sealed(position)
    if visit.alarms.filter(kind=Alarm.Kind.SOS, ended_at=None).exists():
        return _called_again(visit, place, remark, by, at)
    alarm = Alarm(
        case=visit.case, visit=visit, kind=Alarm.Kind.SOS, officer=by, since=at, level=0
    )  # fmt: skip
    words = remark.strip() or _("An officer called for help.")

    def call(fresh: Alarm, _by: User, _at: datetime) -> None:
        _keep(visit, Position.Kind.SOS, place, by, at)
        for earlier in visit.alarms.filter(kind=Alarm.Kind.CHECK_IN, ended_at=None, level=0):
            _end(earlier, Alarm.End.LEFT, at)
        _climb(fresh, by, at, upto=1)

    carry_out(
        *_ending(visit, words, by, at),
        Step(
            subject=alarm,
            event="sos.called",
            right=CONDUCT,
            data={
                "reference": visit.reference, "officer": _named(by),
                "colleague": _colleagues(visit, by), "place_known": place is not None,
            },
            then=call,
        ),
        by=by,
        at=at,
    )  # fmt: skip
    return alarm


def _ending(visit: Visit, words: str, by: User, at: datetime) -> list[Step]:
    """What a call for help ends: the visit that is under way, else the one ahead; an incident always."""
    label = str(Visit.Outcome.UNSAFE.label)
    kind = Incident.Kind.SOS
    if Visit.objects.only("state").get(pk=visit.pk).state == Visit.State.STARTED:
        return breaking_off(visit, words, by, at, kind=kind)
    return [
        *cancelling_all(visit.case, label, at),
        opening_incident(visit, words, by, at, kind=kind),
        *back_from_notice(visit.case, label, at),
    ]


def _called_again(visit: Visit, place: Any, remark: str, by: User, at: datetime) -> Alarm:
    alarm = visit.alarms.get(kind=Alarm.Kind.SOS, ended_at=None)
    carry_out(
        Step(
            subject=alarm,
            event="sos.called_again",
            right=CONDUCT,
            data={"reference": visit.reference, "officer": _named(by), "remark": remark.strip()},
            then=lambda *_args: _keep(visit, Position.Kind.SOS, place, by, at),
        ),
        by=by,
        at=at,
    )
    return alarm


def record_position(
    *, visit: Visit, kind: str, lat: Any, lon: Any, accuracy_m: Any, by: User, at: datetime
) -> None:
    """Where an officer was on checking in, on leaving or on calling for help; at no other moment."""
    _one_of_them(visit, by)
    if kind not in Position.Kind.values:
        raise WrongInput(_("A place is kept on checking in, on leaving and on an SOS alone."))
    place = sealed({"lat": lat, "lon": lon, "accuracy_m": accuracy_m})

    def keep(fresh: Visit, _by: User, _at: datetime) -> None:
        here = {
            Position.Kind.CHECK_IN: fresh.started_at is not None
            or fresh.crew.exclude(checked_in_at=None).exists(),
            Position.Kind.CHECK_OUT: fresh.state in OVER,
            Position.Kind.SOS: fresh.alarms.filter(kind=Alarm.Kind.SOS).exists(),
        }
        if not here[Position.Kind(kind)]:
            raise StateRefused(fresh, "position.kept")
        _keep(fresh, kind, place, by, at)

    carry_out(
        Step(
            subject=visit,
            event="position.kept",
            right=CONDUCT,
            data={"reference": visit.reference, "position": kind, "officer": _named(by)},
            then=keep,
        ),
        by=by,
        at=at,
    )


# ---------------------------------------------------------------- what the clock does


def ask_after_officers(*, at: datetime, by: User) -> int:
    """Ask the officers of each visit whose sign of life did not come by now; says of how many visits."""
    asked = 0
    out = out_now(Visit.objects.select_related("case", "place").order_by("started_at", "pk"))
    for visit in out[:AT_ONCE]:
        due = due_at(visit)
        if due is None or due > at:
            continue
        try:
            _ask(visit, due, by, at)
        except AlreadyDone:  # a sign came, the visit ended, or another sweep was quicker
            continue
        asked += 1
    return asked


def _ask(visit: Visit, due: datetime, by: User, at: datetime) -> None:
    alarm = Alarm(case=visit.case, visit=visit, kind=Alarm.Kind.CHECK_IN, since=due)

    def still_owed() -> None:
        now = Visit.objects.filter(pk=visit.pk).first()
        standing = visit.alarms.filter(kind=Alarm.Kind.CHECK_IN, ended_at=None)
        if now is None or due_at(now) != due or standing.exists():
            raise AlreadyDone

    def ask(fresh: Alarm, _by: User, _at: datetime) -> None:
        crew = [part.officer for part in visit.crew.filter(active=True).select_related("officer")]
        _call(fresh, crew, 0, at)
        raise_duty(
            case=fresh.case, kind=ASKED,
            says={
                "en": "Say that you are well: press “We are well”, or call your supervisor.",
                "zh": "请报平安：点按“我们平安”，或致电主管。",
            },
            due_at=due, key=f"{ASKED}:{fresh.pk}", role=User.Role.OFFICER, at=at,
        )  # fmt: skip

    carry_out(
        Step(
            subject=alarm,
            event="safety.asked",
            data={"reference": visit.reference, "due_at": due},
            first=still_owed,
            then=ask,
        ),
        by=by,
        at=at,
    )


def climb_alarms(*, at: datetime, by: User) -> int:
    """Tell the next people of each alarm that nobody has taken up by now; says how many alarms climbed."""
    climbed = 0
    open_ = Alarm.objects.filter(ended_at=None).select_related("visit__place", "visit__case")
    for alarm in open_.order_by("since", "pk")[:AT_ONCE]:
        over = alarm.kind == Alarm.Kind.CHECK_IN and not alarm.level and alarm.visit.state in OVER
        due = level_due(alarm, most=len(levels(alarm.visit)), at=at)
        if due <= alarm.level and not over:
            continue
        try:
            carry_out(_climbing(alarm, due, over=over), by=by, at=at)
        except AlreadyDone:
            continue
        climbed += not over
    return climbed


def _climbing(alarm: Alarm, due: int, *, over: bool) -> Step:
    def climb(fresh: Alarm, by: User, at: datetime) -> None:
        if not fresh.is_open or (fresh.level and over) or (not over and fresh.level >= due):
            raise AlreadyDone
        if over:  # nobody but the officers was asked, and they have left by now
            _end(fresh, Alarm.End.LEFT, at)
            fulfil(case=fresh.case, kind=ASKED, by=by, at=at)
        else:
            _climb(fresh, by, at, upto=due)

    return Step(
        subject=alarm,
        event="safety.settled" if over else "safety.escalated",
        data={
            "reference": alarm.visit.reference,
            **({"ended": Alarm.End.LEFT.value} if over else {"told": _of_levels(alarm, due)}),
        },
        then=climb,
    )


def _of_levels(alarm: Alarm, due: int) -> list[str]:
    return [str(person) for level in levels(alarm.visit)[alarm.level : due] for person in level]


def _climb(alarm: Alarm, by: User, at: datetime, *, upto: int) -> None:
    """Tell everybody up to that level, whoever was not told yet."""
    told = levels(alarm.visit)
    for number, people in enumerate(told[:upto], start=1):
        if number > alarm.level:
            _call(alarm, people, number, at)
            _raise(alarm, number, people[0].role, at)
    alarm.level = max(alarm.level, min(upto, len(told)))
    alarm.save(update_fields=["level"])


def _call(alarm: Alarm, people: list[User], level: int, at: datetime) -> None:
    AlarmCall.objects.bulk_create(
        [AlarmCall(alarm=alarm, person=person, level=level, at=at) for person in people],
        ignore_conflicts=True,
    )
    if level:  # the officers at the door are asked there: what rings in a pocket is heard inside
        calling.write_to(alarm, people, level, at)


def _raise(alarm: Alarm, level: int, role: str, at: datetime) -> None:
    visit = alarm.visit
    when = moment(alarm.since, visit.zone, alarm.case.zone)
    crew = [part.officer for part in visit.crew.filter(active=True).select_related("officer")]
    names, phones = [str(one) for one in crew], [one.phone for one in crew if one.phone]
    call = f" ({', '.join(phones)})" if phones else ""
    says = {
        Alarm.Kind.SOS: {
            "en": f"SOS at {when['en']}: call {' and '.join(names)}{call}, and take up the alarm under “Safety”.",
            "zh": f"{when['zh']} 紧急求助：请立即致电{'、'.join(names)}{call}，并在“人身安全”中响应警报。",
        },
        Alarm.Kind.CHECK_IN: {
            "en": f"No check-in since {when['en']}: call {' and '.join(names)}{call}, and take up the alarm under “Safety”.",
            "zh": f"{when['zh']} 未报平安：请致电{'、'.join(names)}{call}，并在“人身安全”中响应警报。",
        },
    }[Alarm.Kind(alarm.kind)]
    raise_duty(
        case=alarm.case, kind=ALARM, says=says, due_at=at, key=f"{ALARM}:{alarm.pk}:{level}",
        role=role, at=at,
    )  # fmt: skip


# ---------------------------------------------------------------- what those who are told do


def take_up_alarm(*, alarm: Alarm, by: User, at: datetime, said: str = "") -> None:
    """A person answers for it from now on: nobody else is told. Never one of those at the door.

    Whatever else is open of the same visit is theirs with it.
    """
    if alarm.visit.crew.filter(officer=by, active=True).exists():
        raise WrongInput(_("Somebody who does not stand at that door has to take this up."))

    def take_up(fresh: Alarm, _by: User, _at: datetime) -> None:
        if not fresh.is_open:
            raise StateRefused(fresh, "safety.taken_up")
        others = Alarm.objects.filter(visit=fresh.visit_id, ended_at=None).exclude(pk=fresh.pk)
        for one in (fresh, *others):
            one.taken_up_by, one.said = by, said.strip()[:400]
            _end(one, Alarm.End.TAKEN_UP, at)
        for kind in (ASKED, ALARM):
            fulfil(case=fresh.case, kind=kind, by=by, at=at)

    carry_out(
        Step(
            subject=alarm,
            event="safety.taken_up",
            right=ANSWER,
            data={"reference": alarm.visit.reference, "alarm": alarm.kind, "said": said.strip()},
            then=take_up,
        ),
        by=by,
        at=at,
    )


def close_incident(*, incident: Incident, done: str, by: User, at: datetime) -> None:
    """A supervisor says what was done, and the incident is looked into; the hold is decided on its own."""
    done = done.strip()
    if not done:
        raise WrongInput(_("Write what was done, in a line or two."), "done")
    if by.pk == incident.opened_by_id or incident.visit.crew.filter(officer=by).exists():
        raise WrongInput(_("Somebody who was not there has to close it."))

    def close(fresh: Incident, _by: User, _at: datetime) -> None:
        if fresh.closed_at:
            raise StateRefused(fresh, "incident.closed")
        if fresh.visit.alarms.filter(ended_at=None).exclude(level=0).exists():
            raise WrongInput(_("An alarm of this visit is still open: take it up first."))
        fresh.closed_by, fresh.closed_at, fresh.done = by, at, done
        fresh.save(update_fields=["closed_by", "closed_at", "done"])
        if not fresh.case.incidents.filter(closed_at=None).exists():
            fulfil(case=fresh.case, kind=REVIEW, by=by, at=at)

    carry_out(
        Step(
            subject=incident,
            event="incident.closed",
            right=CLOSE,
            data={"reference": incident.visit.reference, "done": done},
            then=close,
        ),
        by=by,
        at=at,
    )


# ---------------------------------------------------------------- the parts


def _settle(alarm: Alarm, visit: Visit, by: User, at: datetime, arrived_at: datetime) -> None:
    """What a sign of life means to the alarm that stands: made in time it ends it, even where it came late."""
    if at <= alarm.since:
        how = Alarm.End.IN_TIME
    elif at < alarm.since + climbs_every(visit):
        how = Alarm.End.ANSWERED
    else:  # others had to be told by then: one of them ends it
        alarm.answered_at = at
        alarm.save(update_fields=["answered_at"])
        return
    alarm.answered_at = at
    _end(alarm, how, arrived_at)
    fulfil(case=visit.case, kind=ALARM, by=by, at=at)
    told = {"reference": visit.reference, "ended": how.value, "said_at": at, "level": alarm.level}
    tell(visit.case, "safety.settled", by, at, told)


def _end(alarm: Alarm, how: Alarm.End, at: datetime) -> None:
    alarm.ended_at, alarm.ended_how = at, how
    alarm.save(update_fields=["ended_at", "ended_how", "answered_at", "taken_up_by", "said"])
    calling.call_off(alarm)


def sealed(position: dict[str, Any] | None) -> tuple[str, int] | None:
    """A place as it is kept: latitude and longitude in degrees, and the accuracy in metres."""
    if not position or position.get("lat") in {None, ""}:
        return None
    try:
        place = text_of(position["lat"], position["lon"])
        accuracy = Decimal(str(position.get("accuracy_m") or 0))
        sound = 0 <= accuracy <= 10**6
    except (NoPlace, InvalidOperation, KeyError):
        sound = False
    if not sound:
        raise WrongInput(_("This is no place on earth. Leave it out, or measure it again."))
    return place, int(accuracy)


def _keep(visit: Visit, kind: str, place: tuple[str, int] | None, by: User, at: datetime) -> None:
    if place is None:
        return
    text, accuracy = place
    Position(
        visit=visit, kind=kind, officer=by, sealed=text, accuracy_m=accuracy, at=at
    ).save(force_insert=True)  # fmt: skip


def _unanswered(visit: Visit) -> Alarm | None:
    """The check-in that is still owed, if any."""
    return visit.alarms.filter(kind=Alarm.Kind.CHECK_IN, ended_at=None).first()


def _one_of_them(visit: Visit, by: User) -> None:
    """Only an officer of the visit says this of themselves; nobody does so from afar."""
    only_the_crew(visit, by)
    if not visit.crew.filter(officer=by, active=True).exists():
        raise WrongInput(_("You are not one of the officers who were named for this visit."))


def _named(officer: User) -> str:
    return f"{officer} {officer.badge}".strip()


def _colleagues(visit: Visit, by: User) -> list[str]:
    crew = visit.crew.filter(active=True).exclude(officer=by).select_related("officer")
    return [_named(part.officer) for part in crew.order_by("pk")]
