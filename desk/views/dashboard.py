"""How lawful and how far the work is: figures, and the list behind each."""

from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.case import OPEN_STEPS, Step
from common import clock
from desk.lawfulness import (
    AGES,
    NOW,
    OF_PERIOD,
    RATES,
    Figure,
    Period,
    Rate,
    by_person,
    figure_named,
    in_step,
    late_duties,
    per_step,
)
from desk.worklist import COUNTED, PAGE
from people.models import Team, User
from people.rights import may
from workflow.paging import number_in, page_by_key
from workflow.web import demand

RELATED = {
    "case": ("debtor", "creditor", "team", "officer"),
    "visit": ("case__debtor", "case__team", "place"),
    "refusal": ("case__debtor", "recorded_by"),
    "instalment": ("agreement__case__debtor",),
    "exception": ("case__debtor", "requested_by", "decided_by", "evidence"),
}


def dashboard(request: HttpRequest) -> TemplateResponse:
    """Lawfulness of a month or the last thirty days, cases by step and age, duties overdue; each with its list.

    Context: ``period``, ``months``, ``teams``, ``team``, ``figures`` and ``standing`` (``_shown``), ``rates`` (``_rated``), ``steps``
    (``per_step``), ``most``, ``people``, ``duties``, ``at``.
    """
    demand(request, "see_dashboard")
    at = clock.now()
    period, team = Period.asked(request.GET.get("month", ""), at), _team(request)
    seen = _seen(request, team)
    asked = _asked(period, team)
    steps = per_step(seen, at)
    for step in steps:
        step["groups"] = [
            (number, count, _address("step", {**asked, "step": step["name"], "age": number}))
            for number, count in enumerate(step["ages"])
        ]
        step["url"] = _address("step", {**asked, "step": step["name"]})
        step["parts"] = _parts(step["ages"])
    context = {
        "at": at,
        "period": period,
        "months": Period.months(at),
        "teams": _teams(request),
        "team": team,
        "asked": asked,
        "figures": [_shown(one, seen, period, at, asked) for one in OF_PERIOD],
        "rates": [
            _rated(one, request.user, seen, period, asked)
            for one in RATES
            if may(request.user, one.right)
        ],
        "standing": [_shown(one, seen, period, at, asked) for one in NOW],
        "steps": steps,
        "ages": _age_labels(),
        "most": max([step["count"] for step in steps] or [1]) or 1,
        "people": [
            (who, count, _address("overrides", {**asked, "by": who.pk}))
            for who, count in by_person(seen, period, at)
        ],
        "duties": late_duties(seen, at)[:20],
    }
    return TemplateResponse(request, "desk/dashboard.html", context)


def behind(request: HttpRequest, name: str) -> TemplateResponse:
    """What one figure counts, by key; ``all`` shows what it is a part of.

    Context: ``title``, ``lede``, ``of`` (kind of the rows), ``rows``, ``older``, ``at``, ``period``, ``whole``
    (whether all are shown; none where there is nothing more), ``asked``.
    """
    demand(request, "see_dashboard")
    at = clock.now()
    period, team = Period.asked(request.GET.get("month", ""), at), _team(request)
    seen, asked = _seen(request, team), _asked(period, team)
    figure = figure_named(name)
    whole = bool(request.GET.get("all")) and figure is not None and figure.whole is not None
    if name == "step":
        title, lede, kind, rows, more = _of_step(request, seen, at)
        asked |= more
    elif figure is None:
        raise Http404
    else:
        title, lede, kind = figure.label, figure.lede, figure.of
        rows = (figure.whole if whole and figure.whole else figure.rows)(seen, period, at)
        who = number_in(request.GET.get("by", ""))
        if kind == "exception" and who:
            rows = rows.filter(requested_by=who)
            asked["by"] = str(who)
    shown, last = page_by_key(
        rows.select_related(*RELATED[kind]), request.GET.get("after", ""), most=PAGE
    )
    older = {**asked, **({"all": "1"} if whole else {}), "after": last}
    return TemplateResponse(
        request,
        "desk/behind.html",
        {
            "title": title,
            "lede": lede,
            "of": kind,
            "rows": shown,
            "older": f"?{urlencode(older)}" if last else "",
            "at": at,
            "period": period if figure in OF_PERIOD else None,
            "whole": whole if figure and figure.whole else None,
            "asked": urlencode(asked),
        },
    )


def _of_step(
    request: HttpRequest, seen: QuerySet[Case], at: Any
) -> tuple[Any, str, str, QuerySet[Case], dict[str, str]]:
    """The cases of one step, and of one group of ages where one is asked for."""
    step = next((one for one in OPEN_STEPS if one.value == request.GET.get("step")), None)
    if step is None:
        raise Http404
    age = number_in(request.GET.get("age", ""))
    age = age if age is not None and age <= len(AGES) else None
    more = {"step": step.value, **({} if age is None else {"age": str(age)})}
    return Step(step).label, "", "case", in_step(seen, step, age, at), more


def _shown(
    figure: Figure, seen: QuerySet[Case], period: Period, at: Any, asked: dict[str, str]
) -> dict[str, Any]:
    """The figure with its count, what it is a part of, and where its list is; nothing is counted to the end."""
    count = _counted(figure.rows(seen, period, at))
    whole = None if figure.whole is None else _counted(figure.whole(seen, period, at))
    return {
        "figure": figure,
        "count": min(count, COUNTED),
        "more": count > COUNTED,
        "whole": None if whole is None else min(whole, COUNTED),
        "whole_more": whole is not None and whole > COUNTED,
        "url": reverse(figure.page) if figure.page else _address(figure.name, asked),
    }


def _rated(
    rate: Rate, user: User, seen: QuerySet[Case], period: Period, asked: dict[str, str]
) -> dict[str, Any]:
    """The figure with how many come on each hundred ("–" where there is no whole), and both numbers in words."""
    part, whole = rate.count(user, seen, period)
    return {
        "rate": rate,
        "value": f"{part * 100 / whole:.1f}" if whole else "–",
        "part": part,
        "said": rate.of % {"part": part, "whole": whole},
        "url": rate.url(period, asked.get("team", "")),
    }


def _counted(rows: QuerySet[Any]) -> int:
    return rows.order_by()[: COUNTED + 1].count()


def _age_labels() -> list[str]:
    """What each group of ages is called, in the reader's language."""
    first = _("up to %(days)s days") % {"days": AGES[0]}
    between = [
        _("%(from)s to %(to)s days") % {"from": less + 1, "to": more}
        for less, more in pairwise(AGES)
    ]
    return [first, *between, _("over %(days)s days") % {"days": AGES[-1]}]


def _parts(ages: list[int]) -> list[tuple[int, float, float]]:
    """Where each group of ages begins and how wide it is, in hundredths of the bar."""
    whole, begins, parts = sum(ages) or 1, 0.0, []
    for number, count in enumerate(ages):
        wide = round(100 * count / whole, 2)
        parts.append((number, begins, wide))
        begins += wide
    return parts


def _team(request: HttpRequest) -> Team | None:
    """The team that was chosen by somebody who sees every team."""
    number = number_in(request.GET.get("team", ""))
    return (
        Team.objects.filter(pk=number).first() if number and request.user.sees_every_team else None
    )


def _teams(request: HttpRequest) -> QuerySet[Team] | None:
    return Team.objects.select_related("organisation") if request.user.sees_every_team else None


def _seen(request: HttpRequest, team: Team | None) -> QuerySet[Case]:
    seen = Case.objects.visible_to(request.user)
    return seen.filter(team=team) if team else seen


def _asked(period: Period, team: Team | None) -> dict[str, str]:
    """What of the address goes on to the lists."""
    asked = {"month": period.month} if period.month else {}
    return {**asked, "team": str(team.pk)} if team else asked


def _address(name: str, asked: dict[str, Any]) -> str:
    address = reverse("desk:behind", args=[name])
    return f"{address}?{urlencode(asked)}" if asked else address
