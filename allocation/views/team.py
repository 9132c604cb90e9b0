"""Whose work a reader shares out: the own team's, or one that is chosen by those who see them all."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from people.models import Organisation, Team, User
from workflow.paging import number_in


def teams_of(user: User) -> list[Team]:
    """The teams between which this reader can choose; none for those who are bound to one."""
    if not user.sees_every_team:
        return []
    firms = Organisation.Kind.LAW_FIRM
    return list(Team.objects.exclude(organisation__kind=firms).order_by("name", "pk"))


def team_of(request: HttpRequest, teams: list[Team]) -> Team | None:
    """The team that the page is about; a stranger's is not to be found."""
    user: Any = request.user
    if not user.sees_every_team:
        own: Team | None = user.team
        return own
    wanted = number_in(request.GET.get("team", ""))
    if wanted is None:
        return teams[0] if teams else None
    return get_object_or_404(Team, pk=wanted, pk__in=[team.pk for team in teams])


def query_of(user: User, team: Team | None) -> str:
    """What an address has to carry so that it means this team."""
    return f"?team={team.pk}" if team and user.sees_every_team else ""
