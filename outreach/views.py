"""Runs in the browser: pick, look, mend, have approved, send, stop; each view makes one call."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from cases.models import Case, ImportBatch, ImportRow
from cases.models.case import Step
from common import clock
from desk.views.review import AnswerForm
from desk.worklist import Wanted, open_cases, page_of, tonight
from notices.models import ApprovedTemplate
from notices.texts.composing import CannotCompose
from outreach import actions, drafting, shown
from outreach.forms import LineForm, ReasonForm, RunForm
from outreach.models import NoticeRun, NoticeRunLine
from outreach.running import wake as wake_worker
from people.recent import recent_sign_in
from people.rights import may
from workflow.approvals import decide_approval
from workflow.paging import number_in, page_by_key
from workflow.steps import WrongInput
from workflow.web import demand, handle, plain, press

PAGE = 30
SEE = "see_runs"
S = NoticeRun.State


@dataclass(frozen=True)
class Runs:
    """All the runs, where one that is yet to be drafted belongs."""

    def get_absolute_url(self) -> str:
        """The list of runs."""
        return reverse("outreach:runs")


@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """The runs, newest first.

    Context: ``runs``, ``newer``, ``older``, ``may_draft``.
    """
    demand(request, SEE)
    found = NoticeRun.objects.visible_to(request.user).select_related("drafted_by", "team")
    before = request.GET.get("before", "")
    some, last = page_by_key(found, before, most=PAGE)
    context = {
        "runs": some,
        "older": last and f"?before={last}",
        "newer": reverse("outreach:runs") if before else "",
        "may_draft": may(request.user, actions.RIGHT),
    }
    return TemplateResponse(request, "outreach/runs.html", context)


# ---------------------------------------------------------------- drafting


def new(request: HttpRequest) -> HttpResponse:
    """Pick cases by the work list's filters, or out of an imported file, and say what to tell them.

    Context: ``form``, ``page``, ``wanted``, ``steps``, ``batch``, ``ticked``.
    """
    demand(request, actions.RIGHT)
    at = clock.now()
    batch = _batch(request)
    wanted = Wanted.from_query({**request.GET.dict(), "view": request.GET.get("view", "all")})
    ticked = [
        text for text in request.POST.getlist("case") if len(text) <= 30 and text.isprintable()
    ]
    form = RunForm(request.POST or None)

    def do(data: dict[str, Any]) -> NoticeRun:
        cases = _chosen(request, wanted, batch, at)
        if data.pop("which") == "ticked":
            if not ticked:
                raise WrongInput(_("Tick the cases first."), "which")
            cases = cases.filter(reference__in=ticked)
        elif ticked:  # a message too many cannot be called back
            raise WrongInput(
                _(
                    "Cases are ticked, and yet all are chosen. Choose the ticked ones, or untick them."
                ),
                "which",
            )
        made = actions.draft_run(
            cases=cases, chosen=_in_words(wanted, batch, ticked), by=request.user, at=at, **data
        )
        wake_worker(made.pk)
        return made

    context = {
        "page": None if batch else page_of(wanted, request.user, at, tonight(at), only_open=True),
        "wanted": wanted,
        "batch": batch,
        "count": _chosen(request, wanted, batch, at).order_by()[: actions.MOST + 1].count(),
        "most": actions.MOST,
        "steps": [(value, label) for value, label in Step.choices if value != Step.CLOSURE],
        "holds": [("held", _("On hold")), ("refused", _("Visits refused"))],
        "ticked": ticked,
        "at": at,
    }
    return handle(
        request, case=Runs(), form=form, do=do, template="outreach/new.html", context=context,
        done=_("The run is drafted. Each message is being put to the rules."),
        to=lambda made: made.get_absolute_url(),
    )  # fmt: skip


def _batch(request: HttpRequest) -> ImportBatch | None:
    """The imported file out of which the cases are taken, if the address names one."""
    number = request.GET.get("batch", "")
    if not number:
        return None
    batches = ImportBatch.objects.visible_to(request.user).filter(state=ImportBatch.State.APPLIED)
    return get_object_or_404(batches, number=plain(number)[:30])


def _chosen(
    request: HttpRequest, wanted: Wanted, batch: ImportBatch | None, at: datetime
) -> QuerySet[Case]:
    if batch is None:
        return open_cases(wanted, request.user, at, tonight(at))
    rows = ImportRow.objects.filter(batch=batch).exclude(outcome=ImportRow.Outcome.REJECTED)
    mine: QuerySet[Case] = Case.objects.visible_to(request.user).open()
    return mine.filter(
        creditor=batch.creditor_id,
        external_reference__in=Subquery(rows.values_list("external_reference", flat=True)),
    )


def _in_words(wanted: Wanted, batch: ImportBatch | None, ticked: list[str]) -> dict[str, Any]:
    """How the cases were chosen, as the run keeps it."""
    if batch:
        return {"batch": batch.number}
    filters = {name: value for name, value in wanted.__dict__.items() if value}
    filters = {name: filters[name] for name in filters if name not in {"after", "before"}}
    return {**filters, **({"ticked": len(ticked)} if ticked else {})}


# ---------------------------------------------------------------- one run


@require_safe
def run(request: HttpRequest, number: str) -> HttpResponse:
    """The run: how many may go, later, or not, and why; then what became of them.

    Context: ``run``, ``figures``, ``stages``, ``tabs``, ``show``, ``rules``, ``rule``, ``page``, ``alone``.
    """
    found = _seen(request, number)
    figures = shown.figures_of(found)
    show = request.GET.get("show", "")
    if show not in shown.TABS:
        show = next((name for name, count in figures.tabs.items() if count), "allowed")
    rule = plain(request.GET.get("rule", ""))[:40]
    at = clock.now()
    context = {
        "run": found,
        "figures": figures,
        "stages": shown.stages(found),
        "tabs": [
            (name, label, figures.tabs[name])
            for name, (label, _lines) in shown.TABS.items()
            if figures.tabs[name] or name in {"allowed", "later", "refused"}
        ],
        "show": show,
        "rules": shown.rules_of(found, show, rule) if show in {"later", "refused"} else [],
        "rule": rule,
        "page": shown.page_of(
            found, request.user, show, rule,
            after=_number(request, "after"), before=_number(request, "before"),
        ),
        "outcomes": shown.outcomes(figures),
        "alone": actions.alone_most(found, at),
        "lapsed": bool(found.approval and not _holds(found, at)),
        "may_draft": may(request.user, actions.RIGHT),
        "may_decide": _may_decide(request, found, at),
        "chosen": _chosen_words(found),
        "at": at,
        "guard_key": uuid.uuid4().hex,
        "guard_version": "",
        **_running(found, figures),
    }  # fmt: skip
    return TemplateResponse(request, "outreach/run.html", context)


@require_safe
def progress(request: HttpRequest, number: str) -> HttpResponse:
    """How far the worker is; when it is through, the page is drawn anew."""
    found = _seen(request, number)
    if not found.is_at_work:
        return HttpResponseClientRefresh()
    context = _running(found, shown.figures_of(found))
    return TemplateResponse(request, "components/progress_bar.html", context)


def line(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One message as the debtor would read it, what the rules say of it, and its words to be changed.

    Context: ``run``, ``line``, ``message``, ``approved``, ``passed_over``, ``findings``, ``open``.
    """
    found = _seen(request, number)
    lines = NoticeRunLine.objects.visible_to(request.user).select_related(
        "run", "case__debtor", "case__creditor", "case__agency", "case__team", "contact_point",
        "notice__approved__account", "edited_by", "instalment",
    )  # fmt: skip
    mine = get_object_or_404(lines, pk=pk, run=found)
    form = LineForm(request.POST or None, initial={"text": mine.text})
    message, template = _message(mine)
    return handle(
        request,
        case=mine.case,
        form=form,
        right=actions.RIGHT if request.method == "POST" else "",
        template="outreach/line.html",
        context={
            "run": found,
            "line": mine,
            "message": message,
            "approved": template,
            "passed_over": shown.passed_over(mine),
            "findings": shown.findings_of(mine, all_of_them=True),
            "why": shown.why_of(mine),
            "open": found.is_open_to_change
            and mine.state == NoticeRunLine.State.DRAFT
            and may(request.user, actions.RIGHT),
        },
        do=lambda data: actions.edit_line(
            line=mine, text=data["text"], by=request.user, at=clock.now()
        ),
        done=_("The message is changed."),
        to=reverse("outreach:line", args=[found.number, mine.pk]),
    )


def _message(mine: NoticeRunLine) -> tuple[str, ApprovedTemplate | None]:
    """The whole message, as it went or as it would go now, and the carrier's text that it goes by."""
    if mine.notice:
        return mine.notice.body, mine.notice.approved
    if not mine.channel:
        return mine.text, None
    text = mine.text if mine.run.kind == NoticeRun.Kind.LETTER or mine.edited_by_id else ""
    try:
        made = drafting.composed(
            mine.run, mine.case, mine.channel, mine.instalment, text, clock.now()
        )
    except CannotCompose as cannot:
        return cannot.why, None
    return made.body, made.template


def _chosen_words(found: NoticeRun) -> list[tuple[Any, str]]:
    """How the cases were chosen, for a person."""
    steps, holds = dict(Step.choices), {"held": _("On hold"), "refused": _("Visits refused")}
    dues = {"late": _("Overdue"), "today": _("Due today"), "week": _("Due this week")}
    views = {"waiting": _("Waiting for somebody"), "mine": _("Mine"), "all": _("All cases")}
    names: dict[str, tuple[Any, dict[str, Any]]] = {
        "view": (_("View"), views), "step": (_("Step"), steps), "due": (_("Due"), dues),
        "hold": (_("Hold"), holds), "q": (_("Search"), {}), "batch": (_("Imported file"), {}),
        "ticked": (_("Ticked"), {}),
    }  # fmt: skip
    return [
        (names[name][0], str(names[name][1].get(value, value)))
        for name, value in found.chosen.items()
        if name in names
    ]


def _running(found: NoticeRun, figures: shown.Figures) -> dict[str, Any]:
    """How far the worker is, as the progress bar wants it."""
    if not found.is_at_work:
        return {}
    if found.state == S.DRAFTING:
        done, total, label = (
            found.total - figures.pending,
            found.total,
            _("Putting it to the rules"),
        )
    elif found.state == S.SENDING:
        total = figures.to_go + figures.tabs["queued"]
        done, label = figures.tabs["queued"], _("Putting the messages into the outbox")
    else:
        total = figures.tabs["stopped"] + figures.waiting
        done, label = figures.tabs["stopped"], _("Calling off what has not left")
    return {
        "url": reverse("outreach:progress", args=[found.number]),
        "done": done, "total": total, "label": label,
    }  # fmt: skip


# ---------------------------------------------------------------- the second person


def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Put the run before a second person."""
    demand(request, actions.RIGHT)
    found = _seen(request, number)
    figures = shown.figures_of(found)
    return handle(
        request, case=found, form=ReasonForm(request.POST or None),
        template="outreach/form.html",
        context={
            "title": _("Ask a second person"), "button": _("Ask"),
            "hint": ngettext(
                "%(count)d message would go. From now on nothing in the run can be changed.",
                "%(count)d messages would go. From now on nothing in the run can be changed.",
                figures.to_go,
            ) % {"count": figures.to_go},
        },
        do=lambda data: actions.ask_approval(run=found, by=request.user, at=clock.now(), **data),
        done=_("A second person is asked."), to=found.get_absolute_url(),
    )  # fmt: skip


@recent_sign_in
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """The second person says yes or no."""
    demand(request, "approve_run")
    found = _seen(request, number)
    if found.approval is None:
        raise Http404
    approval = found.approval
    return handle(
        request, case=found, form=AnswerForm(request.POST or None),
        template="outreach/form.html",
        context={
            "title": _("Approve or deny"), "button": _("Decide"), "hint": approval.reason,
        },
        do=lambda data: decide_approval(
            approval=approval, granted=data["granted"] == "yes", answer=data["answer"],
            by=request.user, at=clock.now(),
        ),
        done=_("The decision is recorded."), to=found.get_absolute_url(),
    )  # fmt: skip


def _may_decide(request: HttpRequest, found: NoticeRun, at: datetime) -> bool:
    approval = found.approval
    return bool(
        found.state == S.ASKED
        and approval
        and approval.is_open_at(at)
        and request.user.pk not in (approval.requested_by_id, found.drafted_by_id)
        and may(request.user, "approve_run")
    )


def _holds(found: NoticeRun, at: datetime) -> bool:
    """Whether what was asked for, or granted, has not lapsed."""
    approval = found.approval
    if approval is None or found.state not in {S.ASKED, S.APPROVED}:
        return True
    return approval.is_open_at(at) or approval.is_in_force_at(at)


# ---------------------------------------------------------------- buttons


@require_POST
def drop(request: HttpRequest, number: str) -> HttpResponse:
    """Leave the ticked lines out."""
    return _turn(request, number, actions.drop_lines)


@require_POST
def put_back(request: HttpRequest, number: str) -> HttpResponse:
    """Take the ticked lines in again."""
    return _turn(request, number, actions.put_back_lines)


def _turn(request: HttpRequest, number: str, act: Callable[..., int]) -> HttpResponse:
    lines = [pk for one in request.POST.getlist("line") if (pk := number_in(one)) is not None]
    return _press(request, number, lambda **given: act(lines=lines, **given))


@require_POST
def take_back(request: HttpRequest, number: str) -> HttpResponse:
    """Open the run to changes again."""
    return _press(request, number, actions.take_back)


@require_POST
def send(request: HttpRequest, number: str) -> HttpResponse:
    """Have the lines put into the outbox."""
    return _press(request, number, actions.send, wake=True)


@require_POST
def stop(request: HttpRequest, number: str) -> HttpResponse:
    """Stop the run."""
    return _press(request, number, actions.stop, wake=True)


@require_POST
def discard(request: HttpRequest, number: str) -> HttpResponse:
    """Throw the run away."""
    return _press(request, number, actions.discard)


def _press(
    request: HttpRequest, number: str, act: Callable[..., Any], *, wake: bool = False
) -> HttpResponse:
    found = _seen(request, number)
    was_done = press(
        request,
        lambda: act(run=found, by=request.user, at=clock.now()),
        moved=_("Somebody else has moved this run meanwhile. Nothing was changed."),
    )
    if was_done and wake:
        wake_worker(found.pk)
    return HttpResponseRedirect(found.get_absolute_url())


def _seen(request: HttpRequest, number: str) -> NoticeRun:
    """The run, if this user may see it; a stranger gets the same 404 as for one that is not."""
    demand(request, SEE)
    found: NoticeRun = get_object_or_404(
        NoticeRun.objects.visible_to(request.user).select_related(
            "drafted_by", "sent_by", "stopped_by", "team", "approval__requested_by",
            "approval__decided_by",
        ),
        number=number,
    )  # fmt: skip
    return found


def _number(request: HttpRequest, name: str) -> int:
    return number_in(request.GET.get(name, "")) or 0
