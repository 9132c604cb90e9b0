"""Step 5 in the browser: the terms side by side with what the debtor can spare, the waiver, the draft."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements import forms, plans
from agreements.actions import drawing
from agreements.models import Agreement
from agreements.policy import COMPONENTS, granted_waiver, may_reach
from cases.models import Case, LedgerEntry
from cases.models.case import Step
from common import clock
from common.clock import local_day
from common.money import ZERO, total
from workflow.web import demand, handle

TALK = {Step.ON_SITE_TALK}
OFFERED_COUNTS = (3, 6, 12, 24)


def seen_case(request: HttpRequest, reference: str) -> Case:
    """The case, if this user may see it."""
    cases = Case.objects.visible_to(request.user).select_related(
        "debtor", "creditor", "agency", "mandate", "team", "officer"
    )
    return get_object_or_404(cases, reference=reference)


def seen_agreement(request: HttpRequest, number: str) -> Agreement:
    """The agreement, if this user may see its case."""
    return get_object_or_404(
        Agreement.objects.filter(case__in=Case.objects.visible_to(request.user)).select_related(
            "case__debtor", "case__creditor", "case__team", "case__officer", "document",
            "drawn_up_by", "supersedes",
        ),
        number=number,
    )  # fmt: skip


def draw_up(request: HttpRequest, reference: str) -> HttpResponse:
    """Put terms in writing, from a talk or from a gentler channel."""
    case = seen_case(request, reference)
    made = drawing.in_the_making(case)
    if made and request.method == "GET":
        return HttpResponseRedirect(made.get_absolute_url())
    if case.state == Step.FOLLOW_UP and request.method == "GET":
        return HttpResponseRedirect(reverse("agreements:renegotiate", args=[case.reference]))
    at = clock.now()
    form = plan_form(request, case, at)
    return _page(
        request, case, form, at, title=_("Draw up an agreement"), button=_("Draw it up"),
        done=_("The agreement is drawn up. Read it through, then offer it to the debtor."),
        do=lambda data: drawing.draw_up_agreement(
            case=case, plan=data["plan"], rows=form.built, waived=form.waived,
            language=data["language"], channel=data.get("channel", ""),
            new_loan=data["new_loan"], by=request.user, at=clock.now(),
        ),
        to=lambda agreement: agreement.get_absolute_url(),
    )  # fmt: skip


def redraft(request: HttpRequest, number: str) -> HttpResponse:
    """Write other terms before anybody has signed."""
    agreement = seen_agreement(request, number)
    case, at = agreement.case, clock.now()
    form = plan_form(request, case, at, agreement)
    return _page(
        request, case, form, at, title=_("Change the terms"), button=_("Write these terms"),
        done=_("The terms are changed. They are to be offered and confirmed anew."),
        do=lambda data: drawing.redraft(
            agreement=agreement, plan=data["plan"], rows=form.built, waived=form.waived,
            language=data["language"], new_loan=data["new_loan"], by=request.user,
            at=clock.now(),
        ),
        to=agreement.get_absolute_url(), agreement=agreement,
    )  # fmt: skip


def renegotiate(request: HttpRequest, reference: str) -> HttpResponse:
    """Draw up a new version of the agreement in force."""
    case, at = seen_case(request, reference), clock.now()
    form = plan_form(request, case, at, anew=True)
    return _page(
        request, case, form, at, title=_("Renegotiate"), button=_("Draw up the new version"),
        done=_("The new version is drawn up. The old one holds until both have signed."),
        do=lambda data: drawing.renegotiate(
            case=case, reason=data["reason"], plan=data["plan"], rows=form.built,
            waived=form.waived, language=data["language"], channel=data["channel"],
            new_loan=data["new_loan"], by=request.user, at=clock.now(),
        ),
        to=lambda agreement: agreement.get_absolute_url(),
    )  # fmt: skip


@require_POST
def look(request: HttpRequest, reference: str) -> HttpResponse:
    """What the terms in the form come to, and what the rules say; nothing is kept."""
    case, at = seen_case(request, reference), clock.now()
    demand(request, drawing.DRAW_UP)
    form = plan_form(request, case, at)
    context: dict[str, Any] = {"case": case, "form": form, "left": left_in_a_month(case)}
    if form.is_valid():
        today = local_day(at, case.zone)
        verdict = may_reach(
            total=plans.sum_of(form.built),
            waived=form.waived,
            months=plans.months(form.built, today),
            channel=form.cleaned_data.get("channel", ""),
            revised=case.state == Step.AGREEMENT,
            new_loan=form.cleaned_data.get("new_loan"),
        )(case, by=request.user, at=at)
        context |= {
            "plan": form.built,
            "verdict": verdict,
            "waived": total(form.waived.values()),
            **figures_of(form.built, today, context["left"]),
        }
    return TemplateResponse(request, "agreements/look.html", context)


def waiver(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask the supervisor for a waiver."""
    case = seen_case(request, reference)
    form = forms.WaiverForm(request.POST or None, case=case)
    return handle(
        request, right="request_approval", case=case, form=form, template="cases/form.html",
        do=lambda data: drawing.request_waiver(
            case=case, waived={name: data[name] or ZERO for name in COMPONENTS},
            reason=data["reason"], by=request.user, at=clock.now(),
        ),
        done=_("The waiver is asked for; the supervisor decides."),
        context={
            "title": _("Ask for a waiver"), "button": _("Ask the supervisor"),
            "hint": _("Nobody grants their own request. Once it is granted the terms can be drawn up with it."),
        },
    )  # fmt: skip


def back(request: HttpRequest, reference: str) -> HttpResponse:
    """No agreement, or a broken plan: the case goes back to preparation."""
    case = seen_case(request, reference)
    form = forms.WhyForm(request.POST or None)
    return handle(
        request, right=drawing.DRAW_UP, case=case, form=form, template="cases/form.html",
        do=lambda data: drawing.return_case(
            case=case, why=data["why"], by=request.user, at=clock.now()
        ),
        done=_("The case is back in preparation."),
        context={
            "title": _("Back to preparation"), "button": _("Take it back"),
            "hint": _("Any agreement becomes void. No visit follows by itself: it is planned and announced anew."),
        },
    )  # fmt: skip


def drop(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the new version up; the agreement in force goes on."""
    case = seen_case(request, reference)
    form = forms.WhyForm(request.POST or None)
    return handle(
        request, right=drawing.DRAW_UP, case=case, form=form, template="cases/form.html",
        do=lambda data: drawing.drop_renegotiation(
            case=case, why=data["why"], by=request.user, at=clock.now()
        ),
        done=_("The agreement in force goes on."),
        context={
            "title": _("Drop the new version"), "button": _("Drop it"),
            "hint": _("The version that was signed goes on as it is, reminders included."),
        },
    )  # fmt: skip


# ---------------------------------------------------------------- what the pages show


def plan_form(
    request: HttpRequest,
    case: Case,
    at: datetime,
    agreement: Agreement | None = None,
    *,
    anew: bool = False,
) -> forms.PlanForm:
    """The form, filled with what was granted, what stands already, or a plan that was picked."""
    today = local_day(at, case.zone)
    granted = granted_waiver(case, at)
    initial: dict[str, Any] = {
        "plan": "equal", "count": 6, "first_on": a_month_on(today), "language": case.debtor.language,
        **{f"waived_{name}": amount for name, amount in granted.items() if amount},
    }  # fmt: skip
    if agreement:
        rows = list(agreement.instalments.all())
        initial |= {
            "plan": agreement.plan, "language": agreement.language, "count": len(rows),
            "first_on": rows[0].due_on if rows else today,
            "rows": "\n".join(f"{row.due_on.isoformat()} {row.amount}" for row in rows),
            **{f"waived_{name}": getattr(agreement, f"waived_{name}") for name in COMPONENTS},
        }  # fmt: skip
    for name in ("plan", "count", "low", "low_count"):
        if request.GET.get(name):
            initial[name] = request.GET[name][:20]
    anew = anew or case.state == Step.FOLLOW_UP
    remote = case.state in drawing.REMOTELY
    return forms.PlanForm(
        request.POST or None, case=case, initial=initial, remote=remote, anew=anew
    )


def a_month_on(day: date) -> date:
    """The day on which a first instalment is usually set: the same of the next month."""
    return plans.due_days(day, 2)[1] if day.day <= 28 else day + timedelta(days=30)


def left_in_a_month(case: Case) -> Decimal | None:
    """What the debtor can spare in a month, as recorded last."""
    last = case.assessments.first()
    return last.left_to_pay_with if last else None


def figures_of(rows: list[plans.Due], today: date, left: Decimal | None) -> dict[str, Any]:
    """What a plan comes to: total, months, the heaviest month and its share of what is left."""
    heaviest = plans.heaviest_month(rows)
    share = plans.share_of(heaviest, left)
    return {
        "total": plans.sum_of(rows),
        "count": len(rows),
        "months": plans.months(rows, today),
        "heaviest": heaviest,
        "last_on": rows[-1].due_on if rows else None,
        "share": share,
        "too_much": share is not None and share > 100,
    }


def choices_of(case: Case, at: datetime) -> list[dict[str, Any]]:
    """Plans side by side: what each asks of the debtor in a month."""
    today, left = local_day(at, case.zone), left_in_a_month(case)
    whole = case.balance - total(granted_waiver(case, at).values())
    if whole <= ZERO:
        return []
    first = a_month_on(today)
    found: list[dict[str, Any]] = []
    for count in OFFERED_COUNTS:
        rows = plans.equal(whole, first=first, count=count)
        query = f"?plan=equal&count={count}"
        found.append(
            {"label": Agreement.Plan.EQUAL.label, "query": query} | figures_of(rows, today, left)
        )
    half = (found[2]["heaviest"] / 2).quantize(Decimal(1))
    if half > ZERO:
        rows = plans.stepped(whole, first=first, count=12, low=half, low_count=6)
        query = f"?plan=stepped&count=12&low={half}&low_count=6"
        found.append(
            {"label": Agreement.Plan.STEPPED.label, "query": query} | figures_of(rows, today, left)
        )
        rows = plans.balloon(whole, first=first, count=12, low=half)
        query = f"?plan=balloon&count=12&low={half}"
        found.append(
            {"label": Agreement.Plan.BALLOON.label, "query": query} | figures_of(rows, today, left)
        )
    return found


def _page(
    request: HttpRequest,
    case: Case,
    form: forms.PlanForm,
    at: datetime,
    *,
    title: str,
    button: str,
    do: Any,
    done: str,
    to: Any,
    agreement: Agreement | None = None,
) -> HttpResponse:
    granted = granted_waiver(case, at)
    return handle(
        request, right=drawing.DRAW_UP, case=case, form=form, do=do, done=done, to=to,
        template="agreements/draw_up.html",
        context={
            "title": title,
            "button": button,
            "agreement": agreement,
            "choices": choices_of(case, at),
            "left": left_in_a_month(case),
            "owed": [
                (LedgerEntry.Component(name).label, getattr(case, name))
                for name in ("principal", "interest", "fees")
            ],
            "granted": total(granted.values()) if granted else None,
            "limit": case.mandate.waiver_limit if case.mandate else None,
            "at": at,
        },
    )  # fmt: skip
