"""Exports in the browser: ask, decide, follow, fetch; each view makes one call."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from cases.models import Case
from cases.models.case import Step
from common import clock
from desk.told import GROUPS
from desk.views.review import AnswerForm
from desk.worklist import Wanted, tonight, wanted_cases
from exports import actions
from exports.forms import ListForm, TimelineForm
from exports.models import Export
from people.accounts import tended_by
from people.models import Team, User
from people.recent import recent_sign_in
from people.rights import may
from workflow.approvals import answers_to, decide_approval
from workflow.paging import page_by_key
from workflow.web import demand, handle, press

PAGE = 30
SEE = "see_exports"
S = Export.State


@dataclass(frozen=True)
class Exports:
    """All the exports, where one that is yet to be asked for belongs."""

    def get_absolute_url(self) -> str:
        """The list of exports."""
        return f"{reverse('exports:exports')}?view=mine"


def _seen(request: HttpRequest) -> QuerySet[Export]:
    demand(request, SEE)
    found = Export.objects.visible_to(request.user)
    return found.select_related("case", "asked_by", "approval__decided_by", "team")


@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """The exports: what waits for the reader, the reader's own, all that the reader may see.

    Context: ``exports``, ``newer``, ``older``, ``views`` (name, label), ``view``, ``may_ask``.
    """
    demand(request, SEE)
    user: User = request.user
    at = clock.now()
    views = [("mine", _("Asked for by me")), ("all", _("All"))]
    if may(user, actions.APPROVE):
        views.insert(0, ("waiting", _("Waiting for me")))
    asks = any(may(user, right) for right in actions.RIGHT_OF.values())
    if not asks:
        views = [one for one in views if one[0] != "mine"]
    view = request.GET.get("view", "")
    if view not in dict(views):
        view = views[0][0]
    found = _seen(request)
    if view == "waiting":
        found = found.filter(pk__in=Export.objects.to_be_decided_by(user, at).values("pk"))
    elif view == "mine":
        found = found.filter(asked_by=user)
    before = request.GET.get("before", "")
    some, last = page_by_key(found, before, most=PAGE)
    context = {
        "exports": some, "views": views, "view": view, "at": at,
        "older": f"?view={view}&before={last}" if last else "",
        "newer": f"?view={view}" if before else "",
        "may_ask": may(user, actions.RIGHT_OF[Export.Kind.CASES]),
        "hours": settings.EXPORT_HOURS,
    }  # fmt: skip
    return TemplateResponse(request, "exports/exports.html", context)


# ---------------------------------------------------------------- asking


def _asked(made: Export) -> str:
    if made.state == S.ASKED:
        return _("A second person is asked. You are told when there is an answer.")
    return _("The file is being made.")


@recent_sign_in
def ask_timeline(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for one case's timeline as a file. Context: ``form``, ``case``, ``alone``."""
    cases = Case.objects.visible_to(request.user).select_related("debtor", "creditor", "team")
    case = get_object_or_404(cases, reference=reference)
    group = request.GET.get("group", "")
    initial = {"group": group if group in GROUPS else ""}

    def do(data: dict[str, Any]) -> Export:
        if data["form"] != Export.Form.PDF:
            data["group"] = ""
        return actions.ask_export(
            kind=Export.Kind.TIMELINE, cases=Case.objects.filter(pk=case.pk), by=request.user,
            at=clock.now(), **data,
        )  # fmt: skip

    return handle(
        request, case=case, form=TimelineForm(request.POST or None, initial=initial), do=do,
        right=actions.RIGHT_OF[Export.Kind.TIMELINE], template="exports/ask_timeline.html",
        done=_asked, to=_page_of,
    )  # fmt: skip


@recent_sign_in
def ask_list(request: HttpRequest) -> HttpResponse:
    """Ask for a list of the cases that the work list's filters leave.

    Context: ``form``, ``count``, ``most``, ``alone``, ``chosen`` (label, value).
    """
    demand(request, actions.RIGHT_OF[Export.Kind.CASES])
    at = clock.now()
    given = {**request.GET.dict(), "view": request.GET.get("view", "all")}
    wanted = Wanted.from_query(given)
    cases = wanted_cases(wanted, request.user, at, tonight(at))
    names = {
        name: value
        for name, value in wanted.__dict__.items()
        if value and name not in {"after", "before"}
    }

    def do(data: dict[str, Any]) -> Export:
        return actions.ask_export(
            kind=Export.Kind.CASES, form=Export.Form.CSV, cases=cases, chosen=names,
            by=request.user, at=at, **data,
        )  # fmt: skip

    return handle(
        request, case=Exports(), form=ListForm(request.POST or None), do=do,
        template="exports/ask_list.html", done=_asked,
        context={
            "count": cases.order_by()[: actions.MOST + 1].count(), "most": actions.MOST,
            "alone": settings.EXPORT_ALONE, "chosen": _in_words(names), "wanted": wanted,
        },
        to=_page_of,
    )  # fmt: skip


def _page_of(made: Export | None) -> str:
    return made.get_absolute_url() if made else Exports().get_absolute_url()


def _in_words(chosen: dict[str, Any]) -> list[tuple[Any, str]]:
    """How the cases were chosen, for a person."""
    views = {"waiting": _("Waiting for somebody"), "mine": _("Mine"), "all": _("All cases")}
    dues = {"late": _("Overdue"), "today": _("Due today"), "week": _("Due this week")}
    holds = {"held": _("On hold"), "refused": _("Visits refused")}
    found: list[tuple[Any, str]] = []
    for name, label, words in (
        ("view", _("View"), views), ("step", _("Step"), dict(Step.choices)),
        ("due", _("Due"), dues), ("hold", _("Hold"), holds), ("q", _("Search"), {}),
    ):  # fmt: skip
        if name in chosen:
            found.append((label, str(words.get(chosen[name], chosen[name]))))
    for name, label, model in (("team", _("Team"), Team), ("officer", _("Officer"), User)):
        if name in chosen:
            one = model.objects.filter(pk=int(chosen[name])).first()
            found.append((label, str(one or "–")))
    return found


# ---------------------------------------------------------------- one export


@require_safe
def export(request: HttpRequest, number: str) -> HttpResponse:
    """One export: what was asked, who agreed, what became of the file, who fetched it.

    Context: ``export``, ``case``, ``chosen``, ``may_decide``, ``own``, ``to_fetch``, ``fetches``, and
    what the progress bar needs.
    """
    found = get_object_or_404(_seen(request), number=number)
    at, own = clock.now(), found.asked_by_id == request.user.pk
    group = GROUPS.get(found.group)
    context = {
        "export": found, "case": found.case, "own": own, "at": at,
        "group": group.label if group else "",
        "chosen": _in_words(found.chosen) if found.kind == Export.Kind.CASES else [],
        "may_decide": _may_decide(request, found, at),
        "to_fetch": own and found.is_to_be_fetched_at(at) and found.kind != Export.Kind.BUNDLE,
        "fetches": list(found.fetches.select_related("by")[:PAGE]),
        "bundle": _bundle_of(found),
        "guard_key": uuid.uuid4().hex, "guard_version": "",
        **_running(found),
    }  # fmt: skip
    return TemplateResponse(request, "exports/export.html", context)


def _bundle_of(found: Export) -> str:
    """Where the court's app tells of it, and hands it out."""
    named = found.chosen.get("bundle", "")
    return reverse("court:bundle", args=[named]) if named else ""


def _running(found: Export) -> dict[str, Any]:
    return {
        "url": reverse("exports:progress", args=[found.number]),
        "done": 0, "total": 1, "label": _("Being made"),
    }  # fmt: skip


@require_safe
def progress(request: HttpRequest, number: str) -> HttpResponse:
    """Whether the worker is through; then the page is drawn anew."""
    found = get_object_or_404(_seen(request), number=number)
    if found.state != S.MAKING:
        return HttpResponseClientRefresh()
    return TemplateResponse(request, "components/progress_bar.html", _running(found))


def _may_decide(request: HttpRequest, found: Export, at: datetime) -> bool:
    user: User = request.user
    approval = found.approval
    return bool(
        found.state == S.ASKED
        and approval
        and approval.is_open_at(at)
        and may(user, actions.APPROVE)
        and found.asked_by_id != user.pk
        and not answers_to(user, found.asked_by, tended_by(user, at))
    )


@recent_sign_in
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """The second person says yes or no."""
    demand(request, actions.APPROVE)
    found = get_object_or_404(_seen(request), number=number)
    if found.approval is None:
        raise Http404
    approval = found.approval
    said = ngettext("%(count)d case", "%(count)d cases", found.total) % {"count": found.total}
    how = _("In full") if found.in_full else _("Masked")
    return handle(
        request, case=found, form=AnswerForm(request.POST or None), template="exports/decide.html",
        context={"facts": [found.get_kind_display(), found.form.upper(), said, how]},
        do=lambda data: decide_approval(
            approval=approval, granted=data["granted"] == "yes", answer=data["answer"],
            by=request.user, at=clock.now(),
        ),
        done=_("The decision is recorded."), to=found.get_absolute_url(),
    )  # fmt: skip


@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Whoever asked takes it back."""
    found = get_object_or_404(_seen(request), number=number)
    press(
        request, lambda: actions.withdraw_export(export=found, by=request.user, at=clock.now()),
        moved=_("It is in another state by now: %(state)s."),
    )  # fmt: skip
    return HttpResponseRedirect(found.get_absolute_url())


@require_POST
@recent_sign_in
def fetch(request: HttpRequest, number: str) -> HttpResponse | FileResponse:
    """Hand the file to whoever asked for it; that is recorded first."""
    found = get_object_or_404(_seen(request), number=number)
    if found.kind == Export.Kind.BUNDLE:  # which the court's own page hands out
        return HttpResponseRedirect(_bundle_of(found) or found.get_absolute_url())

    def do() -> None:
        actions.fetch_export(export=found, by=request.user, at=clock.now())

    if not press(request, do, moved=_("This file is no longer kept. Ask for it again.")):
        return HttpResponseRedirect(found.get_absolute_url())
    answer = FileResponse(
        actions.file_of(found).open("rb"), as_attachment=True, filename=found.filename,
        content_type="application/octet-stream",
    )  # fmt: skip
    answer["Cache-Control"], answer["X-Content-Type-Options"] = "private, no-store", "nosniff"
    return answer
