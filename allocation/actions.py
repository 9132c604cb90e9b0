"""What people do about who works on what: absences, rules, and carrying out what was proposed.

Absences and rules belong to no one case: what is done with them stands on the house's own timeline.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from allocation.models import AllocationRule
from cases.actions.assigning import ASSIGN, Handing, assignable, hand_over
from cases.models import Case
from common.clock import HOUSE_ZONE, local_day
from notices import to_staff
from notices.models import StaffMessage
from people.absences import Absence
from people.models import Team, User
from people.rights import may
from timeline.chain import record_for_house
from workflow.steps import Outsider, RightRefused, WrongInput, once

ABSENT = "note_absence"
LONGEST = timedelta(days=366)


# ---------------------------------------------------------------- absences


def enter_absence(
    *, person: User, first_day: Any, last_day: Any, stand_in: User | None, by: User, at: datetime
) -> Absence:
    """Say from when until when somebody is away; the stand-in is told, and so is the person, by others.

    ``first_day`` and ``last_day`` are days of the house, both included. Raises ``WrongInput``.
    """
    _demand_say_over(person, by)
    today = local_day(at, HOUSE_ZONE)
    if last_day < first_day:
        raise WrongInput(_("The last day must not lie before the first."), "last_day")
    if last_day < today:
        raise WrongInput(_("These days are over already."), "last_day")
    if last_day > today + LONGEST:
        raise WrongInput(_("This is more than a year away. Choose an earlier day."), "last_day")
    if stand_in is not None:
        _check_stand_in(person, stand_in)
    with transaction.atomic(durable=True):
        once(by, at)
        # Both rows, in one order: two that stand in for each other are entered one after the other.
        keys = {person.pk, *([stand_in.pk] if stand_in else [])}
        list(User.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True))
        meets = Absence.objects.standing().filter(first_day__lte=last_day, last_day__gte=first_day)
        if meets.filter(person=person).exists():
            raise WrongInput(_("An absence in these days is entered already."), "first_day")
        if stand_in is not None and meets.filter(person=stand_in).exists():
            raise WrongInput(
                _("%(person)s is absent then, too. Choose somebody else.") % {"person": stand_in},
                "stand_in",
            )
        absence = Absence.objects.create(
            person=person, first_day=first_day, last_day=last_day, stand_in=stand_in,
            entered_by=by, entered_at=at,
        )  # fmt: skip
        record_for_house(kind="absence.entered", by=by, at=at, data=_told(absence))
        _tell(absence, "entered", by, at)
    return absence


def withdraw_absence(*, absence: Absence, by: User, at: datetime) -> None:
    """Take an absence back, or end it early: the person is at work."""
    _demand_say_over(absence.person, by)
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = Absence.objects.select_for_update(of=("self",)).get(pk=absence.pk)
        if fresh.withdrawn_at or fresh.last_day < local_day(at, HOUSE_ZONE):
            raise WrongInput(_("This absence is over or withdrawn already."))
        fresh.withdrawn_by, fresh.withdrawn_at = by, at
        fresh.save(update_fields=["withdrawn_by", "withdrawn_at"])
        record_for_house(kind="absence.withdrawn", by=by, at=at, data=_told(fresh))
        _tell(fresh, "withdrawn", by, at)


def _demand_say_over(person: User, by: User) -> None:
    """One's own absence is one's own; another's is for those who share out the team's work."""
    if not may(by, ABSENT):
        raise RightRefused(by, ABSENT)
    if person.pk == by.pk:
        return
    if not may(by, ASSIGN):
        raise RightRefused(by, ASSIGN)
    if not by.sees_every_team and person.team_id != by.team_id:
        raise Outsider


def _check_stand_in(person: User, stand_in: User) -> None:
    if stand_in.pk == person.pk:
        raise WrongInput(_("Nobody can stand in for themselves."), "stand_in")
    if not person.team_id or not assignable(person.team_id).filter(pk=stand_in.pk).exists():
        raise WrongInput(_("Choose somebody of the same team."), "stand_in")


def _told(absence: Absence) -> dict[str, Any]:
    return {
        "person": str(absence.person), "first_day": absence.first_day,
        "last_day": absence.last_day, "stand_in": str(absence.stand_in or ""),
    }  # fmt: skip


def _tell(absence: Absence, what: str, by: User, at: datetime) -> None:
    people = [one for one in (absence.person, absence.stand_in) if one and one.pk != by.pk]
    to_staff.write_to_each(
        people, kind=StaffMessage.Kind.CASES, at=at, say=lambda: _said(absence, what),
        key=lambda person: f"absence:{absence.pk}:{what}:{person.pk}",
    )  # fmt: skip


def _said(absence: Absence, what: str) -> tuple[str, str]:
    days = {
        "person": absence.person, "first": f"{absence.first_day:%Y-%m-%d}",
        "last": f"{absence.last_day:%Y-%m-%d}", "stand_in": absence.stand_in or _("nobody"),
    }  # fmt: skip
    if what == "withdrawn":
        head = _("Absence withdrawn: %(person)s") % days
        return head, _("%(person)s is not absent from %(first)s to %(last)s.") % days
    head = _("Absence: %(person)s") % days
    return head, _(
        "%(person)s is absent from %(first)s to %(last)s. Stand-in: %(stand_in)s."
    ) % days


# ---------------------------------------------------------------- rules


def _demand_rules_of(team: Team, by: User) -> None:
    if not may(by, ASSIGN):
        raise RightRefused(by, ASSIGN)
    if not by.sees_every_team and by.team_id != team.pk:
        raise Outsider


def add_rule(*, team: Team, asks: dict[str, Any], by: User, at: datetime) -> AllocationRule:
    """Put one more rule at the end of the team's; ``asks`` are its fields. Raises ``WrongInput``."""
    _demand_rules_of(team, by)
    _check_rule(team, asks)
    with transaction.atomic(durable=True):
        once(by, at)
        Team.objects.select_for_update(of=("self",), no_key=True).get(pk=team.pk)
        last = AllocationRule.objects.filter(team=team).aggregate(last=Max("place"))["last"] or 0
        rule = AllocationRule.objects.create(
            team=team, place=last + 1, made_by=by, made_at=at, **asks
        )
        record_for_house(kind="allocation.rule_added", by=by, at=at, data=_rule_told(rule))
    return rule


def change_rule(*, rule: AllocationRule, asks: dict[str, Any], by: User, at: datetime) -> None:
    """Another rule in the place of this one; the old one stays on file. Raises ``WrongInput``."""
    _demand_rules_of(rule.team, by)
    _check_rule(rule.team, asks)
    with transaction.atomic(durable=True):
        once(by, at)
        old = _locked(rule)
        _end(old, by, at)
        new = AllocationRule.objects.create(
            team=old.team, place=old.place, made_by=by, made_at=at, **asks
        )
        record_for_house(
            kind="allocation.rule_changed",
            by=by,
            at=at,
            data={**_rule_told(new), "was": old.asks_for},
        )


def remove_rule(*, rule: AllocationRule, by: User, at: datetime) -> None:
    """The rule counts no more."""
    _demand_rules_of(rule.team, by)
    with transaction.atomic(durable=True):
        once(by, at)
        old = _locked(rule)
        _end(old, by, at)
        record_for_house(kind="allocation.rule_removed", by=by, at=at, data=_rule_told(old))


def move_rule_up(*, rule: AllocationRule, by: User, at: datetime) -> None:
    """Ask this rule before the one that stands above it; the first one stays where it is."""
    _demand_rules_of(rule.team, by)
    with transaction.atomic(durable=True):
        once(by, at)
        Team.objects.select_for_update(of=("self",), no_key=True).get(pk=rule.team_id)
        mine = _locked(rule)
        above = (
            AllocationRule.objects.filter(team=mine.team_id, place__lt=mine.place).standing().last()
        )
        if above is None:
            raise WrongInput(_("This rule is the first already."))
        mine.place, above.place = above.place, mine.place
        for one in (mine, above):
            one.save(update_fields=["place"])
        record_for_house(kind="allocation.rule_moved", by=by, at=at, data=_rule_told(mine))


def _check_rule(team: Team, asks: dict[str, Any]) -> None:
    least, below = asks.get("at_least"), asks.get("below")
    if least is not None and below is not None and below <= least:
        raise WrongInput(_("This must be more than the sum from which on it counts."), "below")
    person = asks.get("person")
    if person is not None and not assignable(team).filter(pk=person.pk).exists():
        raise WrongInput(_("This officer works in another team."), "person")


def _locked(rule: AllocationRule) -> AllocationRule:
    fresh = AllocationRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if fresh.ended_at:
        raise WrongInput(_("Somebody has changed or removed this rule meanwhile."))
    return fresh


def _end(rule: AllocationRule, by: User, at: datetime) -> None:
    rule.ended_by, rule.ended_at = by, at
    rule.save(update_fields=["ended_by", "ended_at"])


def _rule_told(rule: AllocationRule) -> dict[str, Any]:
    return {
        "rule": rule.asks_for, "team": str(rule.team), "officer": str(rule.person or ""),
    }  # fmt: skip


# ---------------------------------------------------------------- giving out


def carry_out_moves(*, team: Team, keys: Iterable[str], by: User, at: datetime) -> int:
    """Carry out what somebody has looked at and ticked, all or none; says how many there were.

    ``keys`` are those of ``proposing.Move``. Each is asked anew: that the rule still fits the case, that
    the case has not changed hands, and all that giving it by hand asks. Raises ``WrongInput``.
    """
    _demand_rules_of(team, by)
    asked = [_parts(key) for key in keys]
    if not asked:
        raise WrongInput(_("Choose at least one case."))
    cases = Case.objects.visible_to(by).filter(team=team, pk__in=[one[0] for one in asked])
    found = {case.pk: case for case in cases.select_related("debtor", "officer")}
    people = {one.pk: one for one in assignable(team)}
    standing = AllocationRule.objects.filter(team=team).standing().select_related("creditor")
    rules = {rule.pk: rule for rule in standing}
    handings = []
    for case, was, to, rule in asked:
        fits = case in found and to in people and rule in rules and rules[rule].fits(found[case])
        if not fits or rules[rule].person_id not in {None, to}:
            raise WrongInput(_("Something has changed meanwhile. Look again at what is proposed."))
        handings.append(Handing(found[case], people[to], rule=rules[rule].asks_for, was=was))
    hand_over(handings=handings, why="", by=by, at=at)
    return len(handings)


def _parts(key: str) -> tuple[int, int, int, int]:
    parts = key.split(":")
    if len(parts) != 4 or not all(p.isascii() and p.isdecimal() and len(p) < 18 for p in parts):
        raise WrongInput(_("Something has changed meanwhile. Look again at what is proposed."))
    case, was, to, rule = (int(part) for part in parts)
    return case, was, to, rule
