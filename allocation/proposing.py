"""What the rules of a team would do with its cases that are nobody's; nothing is written here."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from allocation.models import AllocationRule
from cases.actions.assigning import assignable, may_work_on
from cases.models import Case
from common.clock import HOUSE_ZONE, local_day
from people.absences import away_on
from people.models import Team, User

MOST = 100
"""Cases that are looked at in one go: as many as somebody reads through before saying yes."""


@dataclass(frozen=True)
class Move:
    """One case that would be given to somebody, and by which rule."""

    case: Case
    to: User
    rule: AllocationRule

    @property
    def key(self) -> str:
        """What the page sends back: the case, whose it is now, to whom it goes, and the rule."""
        return f"{self.case.pk}:{self.case.officer_id or 0}:{self.to.pk}:{self.rule.pk}"


@dataclass(frozen=True)
class Proposal:
    """The moves, the cases that no rule could place, and whether there are more than were looked at.

    ``by_rules`` is false where the team has no rule at all.
    """

    moves: list[Move]
    left: list[Case]
    more: bool
    by_rules: bool


def nobodys(team: Team) -> Q:
    """Cases of the team that are nobody's, or whose officer works here no more."""
    gone = User.objects.filter(team=team).exclude(pk__in=assignable(team).order_by())
    return Q(team=team) & (Q(officer=None) | Q(officer__in=gone))


def unplaced(team: Team, by: User, at: datetime) -> list[Case]:
    """Those cases as far as this person may see them and the team may have them, the oldest first."""
    seen = Case.objects.visible_to(by).in_mandate(team.pk, local_day(at, HOUSE_ZONE)).open()
    found = seen.filter(nobodys(team)).select_related("debtor", "creditor", "officer")
    return list(found.order_by("pk")[: MOST + 1])


def propose(team: Team, by: User, at: datetime) -> Proposal:
    """Go through the cases with the rules: the first that fits and has somebody for it counts."""
    rules = list(AllocationRule.objects.filter(team=team).standing().select_related("creditor"))
    free = here(team, at)
    loads = Counter(loads_of(free))
    found = unplaced(team, by, at)
    moves, left = [], []
    for case in found[:MOST]:
        move = _place(case, rules, free, loads)
        if move is None:
            left.append(case)
        else:
            loads[move.to.pk] += 1
            moves.append(move)
    return Proposal(moves, left, more=len(found) > MOST, by_rules=bool(rules))


def here(team: Team, at: datetime) -> list[User]:
    """Those of the team who can have cases and are not absent today."""
    people = assignable(team)
    away = away_on(local_day(at, HOUSE_ZONE), people.order_by())
    return [one for one in people if one.pk not in away]


def loads_of(people: Sequence[User]) -> dict[int, int]:
    """How many open cases each of these has."""
    rows = Case.objects.open().filter(officer__in=people).order_by().values_list("officer")
    return dict(rows.annotate(Count("pk")))


def _place(
    case: Case, rules: Sequence[AllocationRule], free: Sequence[User], loads: Counter[int]
) -> Move | None:
    for rule in rules:
        if not rule.fits(case):
            continue
        able = [one for one in free if may_work_on(case, one)]
        if rule.person_id:
            able = [one for one in able if one.pk == rule.person_id]
        else:  # a supervisor has few of their own, and would be given all that comes
            able = [one for one in able if one.role == User.Role.OFFICER]
        if able:
            return Move(case, min(able, key=lambda one: (loads[one.pk], one.badge, one.pk)), rule)
    return None
