"""What is due when, what is held, what was deleted, and what would go: in the browser; each view makes one call."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cases.models import Case
from cases.models.case import Step
from common import clock
from common.clock import HOUSE_ZONE, from_local, local_day
from people.recent import recent_sign_in
from retention.actions import holding, resting
from retention.actions.deciding import ask_for_terms
from retention.actions.erasing import NothingDue, Plan, preview, rows_of
from retention.forms import LegalHoldForm, RenewForm, WhyForm
from retention.models import Erasure, LegalHold, Term
from retention.reckoning import has_no_term, reckoned
from workflow.approvals import is_asked
from workflow.forms import YEARS
from workflow.models import Approval
from workflow.paging import page_after, page_by_key
from workflow.web import demand, handle

SEEN = "see_retention"
PAGE = 50
SOON = timedelta(days=90)
DUE_VIEWS = {
    "near": gettext_lazy("Within 90 days"),
    "now": gettext_lazy("Due now"),
    "all": gettext_lazy("All"),
}
KEPT_VIEWS = {
    "held": gettext_lazy("Held although their day has come"),
    "unknown": gettext_lazy("No rule says when"),
    "agency": gettext_lazy("Still with an agency"),
}


def seen_case(request: HttpRequest, reference: str) -> Case:
    """The case, if this user may see it."""
    cases = Case.objects.visible_to(request.user).select_related(
        "debtor", "creditor", "agency", "team", "officer"
    )
    return get_object_or_404(cases, reference=reference)


def _terms(request: HttpRequest) -> QuerySet[Term]:
    demand(request, SEEN)
    seen = Case.objects.visible_to(request.user)
    return (
        Term.objects.standing()
        .filter(case__in=seen)
        .select_related("case__creditor", "case__debtor")
    )


def _page(request: HttpRequest, template: str, here: str, context: dict[str, Any]) -> HttpResponse:
    today = local_day(clock.now(), HOUSE_ZONE)
    return TemplateResponse(
        request, template, {"here": here, "today": today, "rest": resting.rest_now(), **context}
    )


def _together(terms: list[Term]) -> list[dict[str, Any]]:
    """The terms that follow one another and say the same of one case, each with its kinds of records, as one row."""
    rows: list[dict[str, Any]] = []
    for term in terms:
        same = {
            "case": term.case,
            "due_on": term.due_on,
            "held_by": term.held_by,
            "why": term.why,
            "closed_on": local_day(term.closed_at, term.case.zone),
        }
        if rows and all(rows[-1][name] == value for name, value in same.items()):
            rows[-1]["records"].append(term.record)
        else:
            rows.append({**same, "records": [term.record]})
    return rows


@require_safe
def due(request: HttpRequest) -> HttpResponse:
    """What goes when, the soonest first, each with its rule.

    Context: ``rows`` (of terms), ``view``, ``views``, ``older``, ``newer``, ``rest`` (while deleting rests), ``today``.
    """
    view, today = request.GET.get("view", "near"), local_day(clock.now(), HOUSE_ZONE)
    if view not in DUE_VIEWS:
        raise Http404
    terms = _terms(request).filter(due_on__isnull=False, held_by=[])
    until = {"now": today, "near": today + SOON}.get(view)
    if until:
        terms = terms.filter(due_on__lte=until)
    key = request.GET.get("after", "")
    found, older = page_after(terms, "due_on", key, most=PAGE, rising=True)
    context = {
        "rows": _together(found),
        "view": view,
        "views": [(name, label, f"?view={name}") for name, label in DUE_VIEWS.items()],
        "older": older and f"?view={view}&{older[1:]}",
        "newer": f"?view={view}" if key else "",
    }
    return _page(request, "retention/due.html", "due", context)


@require_safe
def held(request: HttpRequest) -> HttpResponse:
    """The holds that people have set, the soonest to be looked at again first.

    Context: ``holds``, ``older``, ``newer``, ``today``.
    """
    demand(request, SEEN)
    holds = LegalHold.objects.filter(
        lifted_at=None, case__in=Case.objects.visible_to(request.user)
    ).select_related("case__creditor", "case__debtor", "set_by")
    key = request.GET.get("after", "")
    found, older = page_after(holds, "review_on", key, most=PAGE, rising=True)
    newer = reverse("retention:held") if key else ""
    return _page(
        request, "retention/held.html", "held", {"holds": found, "older": older, "newer": newer}
    )


@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """What is still there although its day has come, or nobody can say when it goes, or its agency should have parted with it.

    Context: ``rows`` (of terms) or ``cases``, ``view``, ``views``, ``older``, ``newer``, ``today``.
    """
    view, today = request.GET.get("view", "held"), local_day(clock.now(), HOUSE_ZONE)
    if view not in KEPT_VIEWS:
        raise Http404
    demand(request, SEEN)
    rows: QuerySet[Any] = _terms(request)
    if view == "held":
        rows = rows.filter(due_on__lte=today).exclude(held_by=[])
    elif view == "unknown":
        rows = rows.filter(due_on=None)
    else:
        rows = _still_with_an_agency(request, today)
    before = request.GET.get("before", "")
    found, last = page_by_key(rows, before, most=PAGE, rising=True)
    context = {
        **({"cases": found} if view == "agency" else {"rows": _together(found)}),
        "view": view,
        "views": [(name, label, f"?view={name}") for name, label in KEPT_VIEWS.items()],
        "older": f"?view={view}&before={last}" if last else "",
        "newer": f"?view={view}" if before else "",
    }
    return _page(request, "retention/kept.html", "kept", context)


def _still_with_an_agency(request: HttpRequest, today: date) -> QuerySet[Case]:
    """Cases that were closed, or whose mandate has ended, and of whose data no agency has certified anything."""
    ended = Q(state=Step.CLOSURE) | Q(mandate__valid_until__lt=today)
    seen = Case.objects.visible_to(request.user).filter(ended, data_return=None)
    return seen.exclude(agency=None).select_related("agency", "mandate", "debtor")


@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    """What was deleted, newest first, each with its certificate. Context: ``erasures``, ``older``, ``newer``."""
    demand(request, SEEN)
    erasures = Erasure.objects.filter(
        case__in=Case.objects.visible_to(request.user)
    ).select_related("case__debtor", "certificate")
    before = request.GET.get("before", "")
    found, last = page_by_key(erasures, before, most=PAGE)
    context = {
        "erasures": found,
        "older": f"?before={last}" if last else "",
        "newer": reverse("retention:deleted") if before else "",
    }
    return _page(request, "retention/deleted.html", "deleted", context)


@recent_sign_in
def engine(request: HttpRequest) -> HttpResponse:
    """Stop deleting in the whole house, or let it go on."""
    rest = resting.rest_now()

    def do(data: dict[str, Any]) -> None:
        act = resting.resume_deleting if rest else resting.stop_deleting
        act(why=data["why"], by=request.user, at=clock.now())

    return handle(
        request, case=None, form=WhyForm(request.POST or None), right=resting.RIGHT, do=do,
        template="retention/engine.html", to=reverse("retention:due"),
        done=_("What is due is deleted again.") if rest else _("Nothing is deleted from now on."),
        context={"rest": rest},
    )  # fmt: skip


# ---------------------------------------------------------------- of one case


@require_safe
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """How long the records of one case are kept, what holds them, what would go, and what was deleted.

    Context: ``case``, ``kept`` (of what is still there), ``holds``, ``lifted``, ``erasures``, ``plan`` (what goes on
    ``on``; none: nothing), ``asked`` (somebody asked to lift a hold), ``rest``.
    """
    found = seen_case(request, reference)
    demand(request, SEEN)
    gone = set(found.terms.exclude(erased_at=None).values_list("record", flat=True))
    holds = list(found.legal_holds.select_related("set_by", "lifted_by"))
    on = _day_asked(request) or _next_day(found)
    context = {
        "case": found,
        "kept": [one for one in reckoned(found) if one.record not in gone],
        "holds": [hold for hold in holds if hold.lifted_at is None],
        "lifted": [hold for hold in holds if hold.lifted_at],
        "erasures": list(found.erasures.select_related("certificate")[:PAGE]),
        "on": on,
        "plan": _told(found, on) if on else None,
        "no_term": has_no_term(found),
        "asked": is_asked(found, Approval.Kind.RELEASE_RECORDS, clock.now()),
    }
    return _page(request, "retention/case.html", "", context)


def _day_asked(request: HttpRequest) -> date | None:
    try:
        asked = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return None
    return asked if asked.year in YEARS else None


def _next_day(found: Case) -> date | None:
    """Today, or the first day on which something of the case goes."""
    first = found.terms.standing().filter(held_by=[]).exclude(due_on=None).order_by("due_on")
    day = first.values_list("due_on", flat=True).first()
    return max(day, local_day(clock.now(), found.zone)) if day else None


def _told(found: Case, on: date) -> dict[str, Any] | None:
    """What would go on that day if nothing changed, class by class."""
    at = from_local(datetime.combine(on, time(12)), found.zone)
    try:
        plan: Plan = preview(found, at)
    except NothingDue:
        return None
    return {
        "classes": [
            {"record": record, "papers": plan.papers.get(record, []), "rows": rows_of(found, record)}
            for record in plan.why
        ],
        "entries": len(plan.fields),
        "persons": plan.persons,
    }  # fmt: skip


def hold(request: HttpRequest, reference: str) -> HttpResponse:
    """Let nothing of the case be deleted until somebody lifts it."""
    found = seen_case(request, reference)
    today = local_day(clock.now(), found.zone)
    form = LegalHoldForm(request.POST or None, initial={"review_on": today + timedelta(days=180)})
    return _form(
        request, found, form, title=_("Hold the records"), button=_("Hold them"),
        hint=_("Nothing of this case is deleted while the hold stands, whatever the terms say."),
        do=lambda data: holding.set_legal_hold(case=found, by=request.user, at=clock.now(), **data),
        done=_("The records are held."),
    )  # fmt: skip


def _hold_of(found: Case, pk: int) -> LegalHold:
    legal_hold = get_object_or_404(found.legal_holds, pk=pk)
    legal_hold.case = found
    return legal_hold


def renew(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Look at a hold again and let it stand."""
    found = seen_case(request, reference)
    legal_hold = _hold_of(found, pk)
    today = local_day(clock.now(), found.zone)
    form = RenewForm(request.POST or None, initial={"review_on": today + timedelta(days=180)})
    return _form(
        request, found, form, title=_("Renew the hold"), button=_("Renew"),
        hint=f"{legal_hold.get_kind_display()} · {legal_hold.reason}", done=_("The hold stands on."),
        do=lambda data: holding.renew_legal_hold(
            hold=legal_hold, by=request.user, at=clock.now(), **data
        ),
    )  # fmt: skip


def lift(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Ask a second person to lift a hold."""
    found = seen_case(request, reference)
    legal_hold = _hold_of(found, pk)
    return _form(
        request, found, WhyForm(request.POST or None), title=_("Lift the hold"), button=_("Ask for it"),
        hint=_("Somebody else decides, for what is deleted then cannot be brought back."),
        do=lambda data: holding.ask_to_lift(
            hold=legal_hold, by=request.user, at=clock.now(), **data
        ),
        done=_("Asked for; a second person decides."),
    )  # fmt: skip


def terms(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask a second person to let today's terms count for a case that was closed before the first of them."""
    found = seen_case(request, reference)
    return _form(
        request, found, WhyForm(request.POST or None), title=_("Let today's terms count"),
        button=_("Ask for it"), done=_("Asked for; a second person decides."),
        hint=_("When this case was closed the packs had no term. The terms of today would count from the closing on; what is due by then is deleted, and cannot be brought back."),
        do=lambda data: ask_for_terms(case=found, by=request.user, at=clock.now(), **data),
    )  # fmt: skip


def _form(
    request: HttpRequest,
    found: Case,
    form: Any,
    *,
    title: Any,
    button: Any,
    hint: Any,
    do: Any,
    done: Any,
) -> HttpResponse:
    return handle(
        request, case=found, form=form, right=holding.RIGHT, do=do, template="retention/form.html",
        done=done, to=reverse("retention:case", args=[found.reference]),
        context={"title": title, "button": button, "hint": hint},
    )  # fmt: skip
