"""The team's workload, the rules of allocation, and what they would do."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from allocation import actions
from allocation.forms import GiveOnForm, RuleForm
from allocation.models import AllocationRule
from allocation.proposing import MOST, propose
from allocation.views.team import query_of, team_of, teams_of
from allocation.workload import SOON, loads, unplaced_count, visits_without
from cases.actions.assigning import ASSIGN, Handing, hand_over
from cases.models import Case
from common import clock
from desk.worklist import Wanted, page_of, tonight
from people.models import Team
from workflow.paging import number_in
from workflow.steps import StateRefused, WrongInput
from workflow.web import demand, handle, press


def _home(request: HttpRequest, team: Team | None) -> str:
    return reverse("allocation:workload") + query_of(request.user, team)


def _rules(team: Team | None) -> list[AllocationRule]:
    rules = AllocationRule.objects.filter(team=team).standing()
    return list(rules.select_related("creditor", "person")) if team else []


@require_safe
def workload(request: HttpRequest) -> TemplateResponse:
    """How much lies with each of a team, by which rules its cases are given out, and who is away.

    Context: ``team``, ``teams``, ``loads``, ``rules``, ``unplaced`` (None: more than are counted),
    ``without`` (parts in visits of people who are away), ``soon`` (days), ``query``, ``at``.
    """
    demand(request, ASSIGN)
    at = clock.now()
    teams = teams_of(request.user)
    team = team_of(request, teams)
    context = {
        "team": team,
        "teams": teams,
        "loads": loads(team, at) if team else [],
        "rules": _rules(team),
        "unplaced": unplaced_count(team, request.user) if team else 0,
        "without": visits_without(team, request.user, at) if team else [],
        "soon": SOON.days,
        "query": query_of(request.user, team),
        "at": at,
    }
    return TemplateResponse(request, "allocation/workload.html", context)


def give_out(request: HttpRequest) -> HttpResponse:
    """Every move that the rules would make, to be looked at, unticked and carried out.

    Context: ``team``, ``moves``, ``left`` (cases that no rule could place), ``more``, ``most``, ``back``.
    """
    demand(request, ASSIGN)
    at = clock.now()
    team = team_of(request, teams_of(request.user))
    if team is None:
        raise Http404
    proposed = propose(team, request.user, at)

    def do(_data: dict[str, Any]) -> int:
        return _told_of_state(
            lambda: actions.carry_out_moves(
                team=team, keys=request.POST.getlist("move"), by=request.user, at=clock.now()
            )
        )

    return handle(
        request, case=None, do=do, template="allocation/give_out.html",
        done=lambda count: _gone(count), to=lambda _count: _home(request, team),
        context={
            "team": team, "moves": proposed.moves, "left": proposed.left, "more": proposed.more,
            "most": MOST, "back": _home(request, team), "has_rules": proposed.by_rules,
        },
    )  # fmt: skip


def _gone(count: int) -> str:
    return ngettext("%(count)d case was given out.", "%(count)d cases were given out.", count) % {
        "count": count
    }


def _told_of_state(do: Any) -> int:
    """A page of many cases names the one that stood against it."""
    try:
        done: int = do()
    except StateRefused as refused:
        raise WrongInput(
            _("%(case)s is closed. Nothing was changed; look again.") % {"case": refused.subject}
        ) from refused
    return done


def give_on(request: HttpRequest) -> HttpResponse:
    """Tick cases out of a page of the work list, and say to whom they go and why.

    Context: ``form``, ``page``, ``wanted``, ``ticked``, ``team``, ``back``.
    """
    demand(request, ASSIGN)
    at = clock.now()
    wanted = Wanted.from_query({**request.GET.dict(), "view": request.GET.get("view", "all")})
    teams = teams_of(request.user)
    team = team_of(request, teams)
    if teams and team and not wanted.team:
        wanted = Wanted.from_query({**wanted.__dict__, "team": str(team.pk)})
    ticked = [key for text in request.POST.getlist("case")[:100] if (key := number_in(text))]
    form = GiveOnForm(request.POST or None, team=team)

    def do(data: dict[str, Any]) -> int:
        cases = Case.objects.visible_to(request.user).filter(pk__in=ticked)
        handings = [
            Handing(case, data["person"])
            for case in cases.select_related("officer", "debtor").order_by("pk")
        ]
        if len(handings) != len(set(ticked)):
            raise WrongInput(_("Something has changed meanwhile. Look again."))
        hand_over(handings=handings, why=data["why"], by=request.user, at=clock.now())
        return len(handings)

    return handle(
        request, case=None, form=form, do=lambda data: _told_of_state(lambda: do(data)),
        template="allocation/give_on.html", done=lambda count: _gone(count),
        to=lambda _count: reverse("desk:work") + wanted.address(view=wanted.view),
        context={
            "page": page_of(wanted, request.user, at, tonight(at), only_open=True),
            "wanted": wanted, "ticked": ticked, "team": team,
            "back": reverse("desk:work") + wanted.address(),
        },
    )  # fmt: skip


# ---------------------------------------------------------------- rules


def add_rule(request: HttpRequest) -> HttpResponse:
    """One more rule at the end of the team's. Context: ``form``, ``title``, ``button``, ``back``."""
    demand(request, ASSIGN)
    team = team_of(request, teams_of(request.user))
    if team is None:
        raise Http404
    form = RuleForm(request.POST or None, team=team)
    return handle(
        request, case=None, form=form, template="allocation/rule.html",
        do=lambda data: actions.add_rule(
            team=team, asks=data, by=request.user, at=clock.now()
        ),
        done=_("The rule counts from now on."), to=lambda _rule: _home(request, team),
        context={"title": _("Add a rule"), "button": _("Add the rule"), "back": _home(request, team)},
    )  # fmt: skip


def _seen_rule(request: HttpRequest, pk: int) -> AllocationRule:
    rules = AllocationRule.objects.visible_to(request.user).standing()
    return get_object_or_404(rules.select_related("team", "creditor", "person"), pk=pk)


def change_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Another rule in the place of this one. Context: as ``add_rule``."""
    demand(request, ASSIGN)
    rule = _seen_rule(request, pk)
    form = RuleForm(
        request.POST or None, team=rule.team,
        initial={
            "creditor": rule.creditor_id, "zone": rule.zone, "at_least": rule.at_least,
            "below": rule.below, "language": rule.language, "step": rule.step,
            "person": rule.person_id,
        },
    )  # fmt: skip
    return handle(
        request, case=None, form=form, template="allocation/rule.html",
        do=lambda data: actions.change_rule(
            rule=rule, asks=data, by=request.user, at=clock.now()
        ),
        done=_("The rule is changed."), to=lambda _rule: _home(request, rule.team),
        context={
            "title": _("Change the rule"), "button": _("Save"), "back": _home(request, rule.team)
        },
    )  # fmt: skip


@require_POST
def remove_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """The rule counts no more."""
    return _pressed(request, pk, actions.remove_rule)


@require_POST
def move_rule_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask this rule before the one above it."""
    return _pressed(request, pk, actions.move_rule_up)


def _pressed(request: HttpRequest, pk: int, act: Any) -> HttpResponse:
    demand(request, ASSIGN)
    rule = _seen_rule(request, pk)
    press(request, lambda: act(rule=rule, by=request.user, at=clock.now()), moved="")
    return HttpResponseRedirect(_home(request, rule.team))
