"""The first page: the work that waits."""

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from cases.models.case import Step
from cases.views.preparing import seen_case
from common import clock
from desk.worklist import Wanted, page_of, sealed, tonight
from people.models import Team, User
from workflow.kept import kept
from workflow.web import plain


def work(request: HttpRequest) -> HttpResponse:
    """The work list, by filters that stand in the address.

    Context: ``page`` (cases, newer, older, count), ``wanted``, ``views``, ``steps``, ``teams``,
    ``officers``, ``chips`` (label and the address that takes the filter off).
    """
    if request.user.role == User.Role.COUNSEL:  # whose work is the letters, and not the cases
        return redirect("cases:lawyers_letters")
    if request.user.sees_no_case:  # whose work is the machine
        return redirect("notices:outbox")
    at = clock.now()
    evening = tonight(at)
    wanted = Wanted.from_query(request.GET)
    user: User = request.user
    context = {
        "page": page_of(wanted, user, at, evening),
        "wanted": wanted,
        "at": at,
        "tonight": evening,
        "views": [
            ("waiting", _("Waiting for somebody"), wanted.address(view="waiting")),
            ("mine", _("Mine"), wanted.address(view="mine")),
            ("all", _("All cases"), wanted.address(view="all")),
        ],
        "steps": Step.choices,
        "teams": list(Team.objects.order_by("name")) if user.sees_every_team else [],
        "officers": _officers(user.sees_every_team, **user.own_team),
        "dues": [("late", _("Overdue")), ("today", _("Due today")), ("week", _("Due this week"))],
        "holds": [("held", _("On hold")), ("refused", _("Visits refused"))],
    }
    context["chips"] = _chips(wanted, context)
    return TemplateResponse(request, "desk/work.html", context)


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Lead to where these words are searched for, sealed in its address.

    That is the work list; with ``for=run`` the list that a run is drafted from, with ``for=timeline`` a case's timeline.
    """
    if request.POST.get("for") == "timeline":
        case = seen_case(request, plain(request.POST.get("case", ""))[:40])
        asked = {name: plain(request.POST.get(name, ""))[:80] for name in ("group", "actor")}
        asked["words"] = sealed(plain(request.POST.get("q", "")).strip()[:80])
        query = urlencode({name: value for name, value in asked.items() if value})
        return redirect(f"{reverse('desk:timeline', args=[case.reference])}?{query}")
    wanted = Wanted.from_query(request.POST)
    towards = "outreach:new" if request.POST.get("for") == "run" else "desk:work"
    return redirect(reverse(towards) + wanted.address())


@kept
def _officers(everywhere: bool, **team: int) -> QuerySet[User]:
    """Those to whom the reader's cases may be assigned, by what the filter names of them."""
    officers = User.objects.filter(role__in=["officer", "supervisor"], is_active=True)
    if not everywhere:
        officers = officers.filter(team=team["team_id"]) if team else officers.filter(team=None)
    return officers.only("full_name", "username", "badge").order_by("badge", "pk")[:200]


def _chips(wanted: Wanted, context: dict) -> list[tuple[str, str]]:
    teams = {str(team.pk): str(team) for team in context["teams"]}
    officers = {str(officer.pk): str(officer) for officer in context["officers"]}
    labels = {
        "q": wanted.q and f"“{wanted.q}”",
        "step": dict(Step.choices).get(wanted.step, ""),
        "team": teams.get(wanted.team, ""),
        "officer": officers.get(wanted.officer, ""),
        "due": dict(context["dues"]).get(wanted.due, ""),
        "hold": dict(context["holds"]).get(wanted.hold, ""),
    }
    return [(label, wanted.address(**{name: ""})) for name, label in labels.items() if label]
