"""Samples of visits in the browser: drawn, looked into by one or by two, findings given out."""

from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.models import Case
from common import clock
from common.clock import HOUSE_ZONE, local_day
from people.models import User
from people.rights import may
from quality import forms
from quality.actions import reviewing, sampling
from quality.models import Finding, Review, Sample, SampleLine
from quality.questions import BY_CODE as QUESTIONS
from quality.questions import differ
from quality.signs import BASE, SIGNS
from quality.signs import BY_CODE as SIGNS_BY_CODE
from quality.views.complaints import in_rows
from visits.models import Evidence
from workflow.paging import page_by_key
from workflow.steps import WrongInput
from workflow.web import demand, handle

PAGE = 50


def samples(request: HttpRequest) -> HttpResponse:
    """What was drawn, newest first, what is still to be done about it, and the form that draws.

    Context: ``samples`` (each with ``looked``, ``to_look``), ``findings``, ``signs``, ``base``, ``form``, ``today``.
    """
    demand(request, reviewing.REVIEW)
    today = local_day(clock.now(), HOUSE_ZONE)
    last = today.replace(day=1).toordinal() - 1
    before = date.fromordinal(last)
    form = forms.DrawForm(
        request.POST or None,
        initial={"month": f"{before:%Y-%m}", "size": 10, "seed": f"{today:%Y%m%d}"},
    )
    rows = Sample.objects.visible_to(request.user).select_related("team", "drawn_by")
    rows = rows.annotate(
        looked=Count("lines__reviews"), once=Count("lines", distinct=True),
        twice=Count("lines", distinct=True, filter=Q(lines__twice=True)),
    )  # fmt: skip
    found, older = page_by_key(rows, request.GET.get("before", ""), most=PAGE)
    open_findings = Finding.objects.filter(
        done_at=None, line__sample__in=Sample.objects.visible_to(request.user)
    ).select_related("owner", "line__sample", "case__debtor", "raised_by")
    return handle(
        request, case=None, form=form, right=sampling.DRAW if request.method == "POST" else "",
        do=lambda data: sampling.draw(
            month=_month(data["month"]), size=data["size"], seed=data["seed"], by=request.user,
            at=clock.now(),
        ),
        template="quality/samples.html",
        done=lambda sample: _("%(number)s was drawn.") % {"number": sample.number},
        to=lambda sample: sample.get_absolute_url() if sample else reverse("quality:samples"),
        context={
            "samples": found, "findings": list(open_findings[:PAGE]), "signs": SIGNS, "base": BASE,
            "today": today, "older": f"?before={older}" if older else "",
            "newer": reverse("quality:samples") if request.GET.get("before") else "",
            "may_draw": may(request.user, sampling.DRAW),
        },
    )  # fmt: skip


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text.strip()}-01")
    except ValueError:
        raise WrongInput(_("Give the month as 2026-03."), "month") from None


def _sample(request: HttpRequest, number: str) -> Sample:
    return get_object_or_404(
        Sample.objects.visible_to(request.user).select_related("team", "drawn_by"), number=number
    )


@require_safe
def sample(request: HttpRequest, number: str) -> TemplateResponse:
    """The visits of a sample, how it was drawn, and how far it is. Context: ``sample``, ``rows``, ``signs``."""
    found = _sample(request, number)
    demand(request, reviewing.REVIEW)
    lines = found.lines.select_related(
        "visit__place", "case__debtor", "case__team"
    ).prefetch_related("reviews", "visit__crew__officer")
    rows = [_row(line, request.user) for line in lines]
    return TemplateResponse(
        request,
        "quality/sample.html",
        {"sample": found, "rows": rows, "signs": SIGNS, "base": BASE},
    )


def _row(line: SampleLine, user: User) -> dict[str, Any]:
    """One visit for a reader: nothing of a complaint of themselves, no score before all looks are in."""
    reviews = list(line.reviews.all())
    kept = line.case.keeps_from(user)
    whole = len(reviews) == reviewing.looks_of(line)
    apart = len(reviews) == 2 and bool(differ(reviews[0].answers, reviews[1].answers))
    shown = [code for code in line.signs if not (kept and code == "complaint")]
    scores = [one.score for one in reviews if one.score is not None]
    state = "settled" if line.settled_at else "differ" if apart else "done" if whole else "half"
    return {
        "line": line, "signs": [SIGNS_BY_CODE[code].words for code in shown],
        "weight": None if kept else line.weight, "looks": len(reviews),
        "wanted": reviewing.looks_of(line), "state": state if reviews else "open",
        "score": min(scores) if whole and scores else None,
    }  # fmt: skip


def line(request: HttpRequest, number: str, place: int) -> HttpResponse:
    """One visit of a sample: its record, the recordings, the questions; each look is blind until all are in.

    Context: ``sample``, ``line``, ``visit``, ``recordings``, ``reviews`` (those this reader may see), ``waits``
    (whether another look is still to come), ``may_answer``, ``why_not``, ``findings``, ``differing``, ``may_settle``.
    """
    found_in = _sample(request, number)
    demand(request, reviewing.REVIEW)
    found = _line(found_in, place)
    reviews = list(found.reviews.select_related("by").order_by("turn"))
    whole = len(reviews) == reviewing.looks_of(found)
    mine = any(one.by_id == request.user.pk for one in reviews)
    form = forms.ReviewForm(request.POST or None)
    apart = differ(reviews[0].answers, reviews[1].answers) if len(reviews) == 2 else []
    return handle(
        request, case=found.case, form=form, template="quality/line.html",
        do=lambda _data: reviewing.review_line(
            line=found, answers=form.answers(), remark=form.cleaned_data["remark"], by=request.user,
            at=clock.now(),
        ),
        done=_("Your answers are kept."), to=found.get_absolute_url(),
        context={
            **_row(found, request.user), "sample": found_in, "visit": found.visit,
            "crew": list(found.visit.crew.select_related("officer").order_by("pk")),
            "recordings": list(
                Evidence.objects.kept()
                .filter(visit=found.visit, document__mime__startswith="audio/")
                .select_related("document")
            ),
            "reviews": [(one, in_rows(one.answers)) for one in reviews if _is_open(one, whole, request)],
            "waits": bool(reviews) and not whole, "mine": mine,
            "may_answer": not whole and not mine,
            "findings": list(found.findings.select_related("owner", "raised_by", "done_by")),
            "may_find": mine or bool(found.settled_at),
            "differing": [QUESTIONS[code].words for code in apart] if whole else [],
            "may_settle": whole and bool(apart) and not found.settled_at and not mine
            and may(request.user, reviewing.SETTLE),
        },
    )  # fmt: skip


def _is_open(review: Review, whole: bool, request: HttpRequest) -> bool:
    """One's own answers always; another's once every look is in."""
    return whole or review.by_id == request.user.pk


def _line(found_in: Sample, place: int) -> SampleLine:
    if place > 10**6:
        raise Http404
    row = get_object_or_404(
        found_in.lines.select_related(
            "case__debtor", "case__creditor", "case__team", "case__officer", "visit__place",
            "settled_by",
        ),
        place=place,
    )  # fmt: skip
    row.sample, row.visit.case = found_in, row.case
    return row


@require_safe
def settle_of(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the duty to say what holds leads."""
    lines = SampleLine.objects.filter(sample__in=Sample.objects.visible_to(request.user))
    found = get_object_or_404(lines.select_related("sample"), pk=pk)
    demand(request, reviewing.REVIEW)
    return redirect(found.get_absolute_url())


def settle(request: HttpRequest, number: str, place: int) -> HttpResponse:
    """Say what holds where two have answered differently."""
    found = _line(_sample(request, number), place)
    return _form(
        request, found, forms.WordsForm(request.POST or None), right=reviewing.SETTLE,
        title=_("Say what holds"), button=_("This holds"), done=_("It is settled."),
        do=lambda data: reviewing.settle_line(
            line=found, words=data["words"], by=request.user, at=clock.now()
        ),
    )  # fmt: skip


def find(request: HttpRequest, number: str, place: int) -> HttpResponse:
    """Give somebody something to do because of what was found."""
    found = _line(_sample(request, number), place)
    form = forms.FindingForm(request.POST or None)
    form.fields["owner"].queryset = forms.of_team(found.case)
    return _form(
        request, found, form, right=reviewing.REVIEW, title=_("Something to be done"),
        button=_("Give it out"), done=_("It is given out, and stands among the duties of the case."),
        do=lambda data: reviewing.raise_finding(
            line=found, by=request.user, at=clock.now(), **data
        ),
    )  # fmt: skip


def finding_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that what was given out is done."""
    rows = Finding.objects.filter(case__in=Case.objects.visible_to(request.user), done_at=None)
    found = get_object_or_404(rows.select_related("case__debtor", "case__creditor", "owner"), pk=pk)
    return handle(
        request, case=found.case, form=forms.WordsForm(request.POST or None), right=reviewing.DO,
        template="cases/form.html", done=_("Done."),
        do=lambda data: reviewing.finish_finding(
            finding=found, how=data["words"], by=request.user, at=clock.now()
        ),
        context={"title": found.what, "button": _("It is done"), "hint": ""},
    )  # fmt: skip


def _form(
    request: HttpRequest,
    found: SampleLine,
    form: Any,
    *,
    right: str,
    title: Any,
    button: Any,
    do: Any,
    done: Any,
) -> HttpResponse:
    return handle(
        request, case=found.case, form=form, right=right, do=do, done=done,
        template="quality/form.html", to=found.get_absolute_url(),
        context={"title": title, "button": button, "hint": "", "line": found},
    )  # fmt: skip
