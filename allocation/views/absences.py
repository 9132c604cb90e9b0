"""Who is away and who stands in: entered by the person, or by whoever shares out the team's work."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from allocation import actions
from allocation.forms import AbsenceForm
from allocation.views.team import query_of, team_of, teams_of
from cases.actions.assigning import ASSIGN
from common import clock
from common.clock import HOUSE_ZONE, local_day
from people.absences import Absence, AbsenceQuerySet
from people.models import Team, User
from people.rights import may
from workflow.web import demand, handle, press

PAGE = 100
BEHIND = timedelta(days=30)  # those that are over stay in sight for so long


def _seen(user: User, team: Team | None) -> AbsenceQuerySet:
    """The own ones; of a whole team for those who share out its work."""
    if may(user, ASSIGN) and team is not None:
        return Absence.objects.filter(person__team=team)
    return Absence.objects.filter(person=user)


def absences(request: HttpRequest) -> HttpResponse:
    """The absences that are on or ahead, and the form that enters one.

    Context: ``form``, ``absences``, ``today``, ``others`` (whether of the whole team), ``team``, ``teams``, ``query``.
    """
    demand(request, actions.ABSENT)
    today = local_day(clock.now(), HOUSE_ZONE)
    teams = teams_of(request.user)
    team = team_of(request, teams)
    others = may(request.user, ASSIGN)
    form = AbsenceForm(
        request.POST or None, team=team, others=others,
        initial={"person": request.user.pk, "first_day": today},
    )  # fmt: skip
    address = reverse("allocation:absences") + query_of(request.user, team)
    found = _seen(request.user, team).standing().filter(last_day__gte=today - BEHIND)
    return handle(
        request, case=None, form=form, template="allocation/absences.html",
        do=lambda data: actions.enter_absence(
            **{"person": request.user, **data}, by=request.user, at=clock.now()
        ),
        done=_("The absence is entered."), to=lambda _absence: address,
        context={
            "absences": list(
                found.select_related("person", "stand_in", "entered_by").order_by(
                    "-last_day", "pk"
                )[:PAGE]
            ),
            "today": today, "others": others, "team": team, "teams": teams,
            "query": query_of(request.user, team),
        },
    )  # fmt: skip


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an absence back, or end it early."""
    demand(request, actions.ABSENT)
    user: User = request.user
    seen = Absence.objects.standing()
    if not may(user, ASSIGN):
        seen = seen.filter(person=user)
    elif not user.sees_every_team:
        seen = seen.filter(person__team=user.team_id)
    absence = get_object_or_404(seen.select_related("person__team", "stand_in"), pk=pk)
    press(
        request,
        lambda: actions.withdraw_absence(absence=absence, by=user, at=clock.now()),
        moved="",
    )
    return HttpResponseRedirect(
        reverse("allocation:absences") + query_of(user, absence.person.team)
    )
