"""Who works on a case: given to one of its team, taken back, or given on; whoever gets it is told."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.actions.still_open import while_open
from cases.models import Case
from common.clock import HOUSE_ZONE, local_day
from notices import to_staff
from notices.models import StaffMessage
from people.absences import Absence
from people.models import Team, User
from people.rights import RIGHTS
from workflow.steps import Step, WrongInput, carry_out, carry_out_across

ASSIGN = "assign_case"
WORKS = "conduct_visit"
"""Whoever carries this right can have cases of their own."""
NAMED_AT_MOST = 40  # references in one message; the work list has them all


@dataclass(frozen=True)
class Handing:
    """One case that changes hands: to whom, and by which rule of allocation ("" by hand).

    ``was`` is the key of the person whose case it was when somebody looked (0: nobody's), so that
    nobody takes away what another has given out meanwhile; None asks no such thing.
    """

    case: Case
    to: User | None
    rule: str = ""
    was: int | None = None


def assignable(team: Team | int) -> QuerySet[User]:
    """Those of a team who can have cases of their own."""
    found: QuerySet[User] = User.objects.filter(
        team=team, role__in=RIGHTS[WORKS], is_active=True
    ).order_by("badge", "pk")
    return found


def assign_case(*, case: Case, officer: User | None, by: User, at: datetime, why: str = "") -> None:
    """Give the case to an officer of its team, or take it back."""
    handing = Handing(case, officer)
    carry_out(_assigning(handing, why, tells=[handing]), by=by, at=at)


def hand_over(*, handings: Sequence[Handing], why: str, by: User, at: datetime) -> None:
    """Give many cases on, all or none; each person is told once of all that is theirs now.

    Raises as ``carry_out`` does, and ``WrongInput`` where a case has changed hands meanwhile.
    """
    if not handings:
        raise WrongInput(_("Choose at least one case."), "case")
    last = len(handings) - 1
    carry_out_across(
        *(
            [_assigning(one, why, tells=handings if number == last else ())]
            for number, one in enumerate(handings)
        ),
        by=by, at=at,
    )  # fmt: skip


def _assigning(handing: Handing, why: str, *, tells: Sequence[Handing]) -> Step:
    def write(locked: Case, by: User, at: datetime) -> None:
        if handing.was is not None and handing.was != (locked.officer_id or 0):
            raise WrongInput(
                _("%(case)s has changed hands meanwhile. Look again.") % {"case": locked}
            )
        if handing.to is not None and handing.to.pk != locked.officer_id:
            _check(locked, handing.to, at)
        locked.officer = handing.to
        _tell(tells, why, by, at)

    return Step(
        subject=handing.case,
        event="case.assigned",
        right=ASSIGN,
        data=lambda locked: {
            "officer": str(handing.to or ""),
            **({"was": str(locked.officer)} if locked.officer else {}),
            **({"rule": handing.rule} if handing.rule else {}),
            **({"why": why} if why else {}),
        },
        then=while_open("case.assigned", write),
    )


def _check(case: Case, officer: User, at: datetime) -> None:
    """Nobody of another team, nobody absent, nobody who may not work on it."""
    if officer.team_id != case.team_id:
        raise WrongInput(_("This officer works in another team."), "officer")
    day = local_day(at, HOUSE_ZONE)
    absence = Absence.objects.on(day).filter(person=officer).first()
    if absence:
        raise WrongInput(
            _("%(officer)s is absent until %(until)s. Choose somebody else.")
            % {"officer": officer, "until": f"{absence.last_day:%Y-%m-%d}"},
            "officer",
        )
    if not may_work_on(case, officer) or not case.may_be_seen_by(officer, at):
        # One sentence for all reasons: one of them is not for every reader.
        raise WrongInput(
            _("%(officer)s cannot take %(case)s. Choose somebody else.")
            % {"officer": officer, "case": case},
            "officer",
        )


def may_work_on(case: Case, officer: User) -> bool:
    """Whether this person can have cases, and nobody has complained of them in this one."""
    works = officer.is_active and officer.role in RIGHTS[WORKS]
    return works and not case.keeps_from(officer)


def _tell(handings: Sequence[Handing], why: str, by: User, at: datetime) -> None:
    """An e-mail to everybody who has got cases from somebody else; of the debtors it says nothing."""
    theirs: dict[User, list[Case]] = defaultdict(list)
    for one in handings:
        if one.to is not None and one.to.pk != by.pk:
            theirs[one.to].append(one.case)
    for person, cases in theirs.items():
        first = cases[0]
        to_staff.write_to_each(
            [person], kind=StaffMessage.Kind.CASES, at=at,
            say=lambda cases=cases: _said(cases, why, by),
            key=lambda one, first=first: f"cases:{one.pk}:{first.pk}:{at.timestamp():.6f}",
        )  # fmt: skip


def _said(cases: Sequence[Case], why: str, by: User) -> tuple[str, str]:
    """The subject and the text, in the language that is on."""
    head = ngettext("A case is yours now", "%(count)d cases are yours now", len(cases)) % {
        "count": len(cases)
    }
    lines = [head, "", _("Given to you by %(by)s.") % {"by": by}]
    lines += [_("Why: %(why)s") % {"why": why}] if why else []
    lines += [case.reference for case in cases[:NAMED_AT_MOST]]
    lines += ["…"] if len(cases) > NAMED_AT_MOST else []
    lines.append(settings.PUBLIC_URL + reverse("desk:work") + "?view=mine")
    return head, "\n".join(lines)
