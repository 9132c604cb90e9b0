"""Complaints in the browser: taken down from the case, looked into on one page, answered."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cases.views.preparing import seen_case
from common import clock
from compliance.packs import PackUnreadable
from desk.lawfulness import Period
from desk.told import told
from quality import forms
from quality.actions import complaining, reviewing
from quality.clocks import sources
from quality.figures import LATELY
from quality.models import Complaint
from quality.questions import ANSWERS, QUESTIONS
from timeline.models import Event
from visits.models import Evidence
from workflow.paging import number_in, page_after
from workflow.web import demand, handle, plain, press

SEES = "see_complaints"
PAGE, SHOWN = 50, 80
VIEWS = {
    "open": gettext_lazy("Not answered yet"),
    "decided": gettext_lazy("Answered"),
    "all": gettext_lazy("All"),
}


@require_safe
def complaints(request: HttpRequest) -> TemplateResponse:
    """The register: the open ones by the day of their answer, then what was answered.

    Of one month, or of the days of the dashboard, with ``?received=``.
    Context: ``complaints``, ``views``, ``view``, ``at``, ``older``, ``newer``, ``period``.
    """
    demand(request, SEES)
    at = clock.now()
    view = request.GET.get("view", "open")
    view = view if view in VIEWS else "open"
    rows = Complaint.objects.visible_to(request.user).select_related(
        "case__debtor", "case__team", "reviewer", "visit"
    )
    after, received = request.GET.get("after", ""), plain(request.GET.get("received", ""))[:7]
    period = Period.asked("" if received == LATELY else received, at) if received else None
    team = number_in(request.GET.get("team", ""))
    kept = f"&{urlencode({'received': received})}" if received else ""
    if period:
        view, rows = "all", rows.filter(period.holds("received_at"))
    if team:
        rows, kept = rows.filter(case__team=team), f"{kept}&team={team}"
    if view == "open":
        found, older = page_after(rows.open(), "answer_due_at", after, most=PAGE, rising=True)
    else:
        decided = rows.filter(state=Complaint.State.DECIDED) if view == "decided" else rows
        found, older = page_after(decided, "received_at", after, most=PAGE)
    context = {
        "complaints": found,
        "views": [(name, label, f"?view={name}") for name, label in VIEWS.items()],
        "view": view,
        "at": at,
        "older": f"{older}&view={view}{kept}" if older else "",
        "newer": f"?view={view}{kept}" if after else "",
        "period": period,
    }
    return TemplateResponse(request, "quality/complaints.html", context)


def receive(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a complaint down. Afterwards only those see it who answer for it."""
    case = seen_case(request, reference)
    form = forms.ReceiveForm(request.POST or None, case=case)
    return handle(
        request, case=case, form=form, right=complaining.RECEIVE, template="cases/form.html",
        do=lambda data: complaining.receive_complaint(
            case=case, by=request.user, at=clock.now(), **data
        ),
        done=_("It is taken down. The case rests at once, and compliance looks into it."),
        context={
            "title": _("Take down a complaint"), "button": _("Take it down"),
            "hint": _("Write it as it was said. Everything else of the case rests until it is answered."),
        },
    )  # fmt: skip


def _seen(request: HttpRequest, number: str) -> Complaint:
    """The complaint, if it is for these eyes; those complained of get the same 404 as strangers."""
    rows = Complaint.objects.visible_to(request.user).select_related(
        "case__debtor", "case__creditor", "case__team", "case__officer", "visit__place", "hold",
        "reviewer", "received_by", "decided_by", "letter", "answer",
    )  # fmt: skip
    return get_object_or_404(rows, number=number)


def complaint(request: HttpRequest, number: str) -> HttpResponse:
    """All that whoever looks into it needs: words, clocks, the timeline, the recordings, the questions.

    Context: ``complaint``, ``against``, ``sources``, ``events`` (told), ``recordings``, ``reviews``,
    ``mine``, ``may_handle``, ``apart``, ``at``.
    """
    found = _seen(request, number)
    demand(request, complaining.HANDLE if request.method == "POST" else SEES)
    form = forms.ReviewForm(request.POST or None)
    reviews = list(found.reviews.select_related("by"))
    case = found.case
    events = Event.objects.filter(case=case).order_by("-number")[:SHOWN]
    return handle(
        request, case=case, form=form, template="quality/complaint.html",
        do=lambda _data: reviewing.review_complaint(
            complaint=found, answers=form.answers(), remark=form.cleaned_data["remark"],
            by=request.user, at=clock.now(),
        ),
        done=_("Your answers are kept."),
        to=found.get_absolute_url(),
        context={
            "complaint": found, "against": list(found.against.order_by("pk")), "at": clock.now(),
            "sources": _sources(found), "events": [told(event) for event in events],
            "recordings": _recordings(found),
            "reviews": [(one, in_rows(one.answers)) for one in reviews],
            "mine": any(one.by_id == request.user.pk for one in reviews),
            "apart": complaining.may_look_into(found, request.user),
        },
    )  # fmt: skip


def _sources(found: Complaint) -> list[Any]:
    try:
        return sources(found)
    except PackUnreadable:
        return []


def _recordings(found: Complaint) -> list[Evidence]:
    """The sound of the visit that is meant, else of all visits of the case."""
    of = Q(visit=found.visit) if found.visit else Q(visit__case=found.case)
    rows = Evidence.objects.kept().filter(of, document__mime__startswith="audio/")
    return list(rows.select_related("document", "visit").order_by("taken_at", "pk")[:20])


def in_rows(answers: dict[str, Any]) -> list[tuple[Any, Any, str, str]]:
    """Answers as a table shows them: question, answer, code of the answer, comment."""
    names = dict(ANSWERS)
    given = [(one, answers.get(one.code) or {}) for one in QUESTIONS]
    return [
        (one, names.get(str(a.get("score")), "–"), str(a.get("score", "")), a.get("comment", ""))
        for one, a in given
    ]


@require_safe
def matter(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a duty leads, which says no more than that compliance has to do something."""
    found = get_object_or_404(Complaint.objects.visible_to(request.user), pk=pk)
    demand(request, SEES)
    return redirect(found.get_absolute_url())


@require_POST
def letter(request: HttpRequest, number: str) -> HttpResponse:
    """Send the holding letter."""
    found = _seen(request, number)
    demand(request, complaining.HANDLE)
    sent = press(
        request,
        lambda: complaining.send_holding_letter(complaint=found, by=request.user, at=clock.now()),
        moved=_("This was done already: %(state)s."),
    )
    if sent:
        messages.success(
            request, _("The debtor is told that it has come in and when it is answered.")
        )
    return redirect(found.get_absolute_url())


def those(request: HttpRequest, number: str) -> HttpResponse:
    """Say who is complained of."""
    found = _seen(request, number)
    form = forms.ThoseForm(
        request.POST or None, case=found.case, initial={"against": list(found.against.all())}
    )
    return _form(
        request, found, form, title=_("Who is complained of"), button=_("Keep it from these"),
        hint=_("They can see nothing of it: not here, not on the timeline, in no export."),
        do=lambda data: complaining.name_those(
            complaint=found, against=list(data["against"]), by=request.user, at=clock.now()
        ),
        done=_("It is kept from these."),
    )  # fmt: skip


def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Say what came of it; the debtor is told, and the hold ends."""
    found = _seen(request, number)
    return _form(
        request, found, forms.DecideForm(request.POST or None), title=_("Answer the complaint"),
        button=_("Answer it"), done=_("The debtor is told, and the case goes on through its gates."),
        hint=_("Only this ends the hold. Nothing that was stopped is sent by itself afterwards."),
        do=lambda data: complaining.decide_complaint(
            complaint=found, by=request.user, at=clock.now(), **data
        ),
    )  # fmt: skip


def _form(
    request: HttpRequest,
    found: Complaint,
    form: Any,
    *,
    title: Any,
    button: Any,
    hint: Any,
    do: Any,
    done: Any,
) -> HttpResponse:
    return handle(
        request, case=found.case, form=form, right=complaining.HANDLE, do=do, done=done,
        template="quality/form.html", to=reverse("quality:complaint", args=[found.number]),
        context={"title": title, "button": button, "hint": hint, "complaint": found},
    )  # fmt: skip
