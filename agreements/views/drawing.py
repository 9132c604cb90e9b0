"""Step 5 in the browser: the terms side by side with what the debtor can spare, the waiver, the draft."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements import forms, plans
from agreements.actions import drawing
from agreements.blanks import blanks_of
from agreements.models import Agreement
from agreements.options import a_month_on
from agreements.policy import COMPONENTS, granted_waiver, is_approved, may_reach, own_limit
from agreements.taking_up import reason_of
from cases.models import Case, LedgerEntry
from cases.models.case import Step
from common import clock
from common.clock import local_day
from common.money import ZERO, total
from people.rights import may
from workflow.paging import number_in
from workflow.web import demand, handle

TALK = {Step.ON_SITE_TALK}
PICKED = (
    "plan", "first_on", "count", "wait", "low", "low_count", "waived_fees", "waived_interest",
    "waived_principal", "cause",
)  # fmt: skip


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
            "drawn_up_by", "supersedes", "reading",
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
            new_loan=data["new_loan"], set_off=data["set_off"] or (), by=request.user, at=clock.now(),
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
            language=data["language"], new_loan=data["new_loan"], set_off=data["set_off"] or (), by=request.user,
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
            case=case, cause=data["cause"], reason=data["reason"], plan=data["plan"], rows=form.built,
            waived=form.waived, language=data["language"], channel=data["channel"],
            new_loan=data["new_loan"], set_off=data["set_off"] or (), by=request.user, at=clock.now(),
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
            order=form.clause_on(today),
        )(case, by=request.user, at=at)
        context |= {
            "plan": form.built,
            "verdict": verdict,
            "waived": total(form.waived.values()),
            "ask_for": _where_asked(request, case, form.waived, at),
            **figures_of(form.built, today, context["left"]),
        }
    return TemplateResponse(request, "agreements/look.html", context)


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


def _where_asked(
    request: HttpRequest, case: Case, waived: Mapping[str, Decimal], at: datetime
) -> str:
    """The form that asks a second person for this waiver, where it is above the own powers."""
    if total(waived.values()) <= own_limit(case) or is_approved(case, waived, at):
        return ""
    if not may(request.user, "request_approval"):
        return ""
    told = urlencode({f"waived_{name}": str(waived.get(name, ZERO)) for name in COMPONENTS})
    return f"{reverse('agreements:waiver', args=[case.reference])}?{told}"


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
            "set_off": ",".join(agreement.set_off),
            **shape_of(agreement),
            **{f"waived_{name}": getattr(agreement, f"waived_{name}") for name in COMPONENTS},
        }  # fmt: skip
    initial |= picked(request, case)
    anew = anew or case.state == Step.FOLLOW_UP
    remote = case.state in drawing.REMOTELY
    return forms.PlanForm(
        request.POST or None, case=case, initial=initial, remote=remote, anew=anew
    )


def picked(request: HttpRequest, case: Case) -> dict[str, Any]:
    """What an option that was taken, or what the debtor asked for, puts into the form; whoever sends more is not listened to."""
    found: dict[str, Any] = {
        name: request.GET[name][:20] for name in PICKED if request.GET.get(name)
    }
    asked = number_in(request.GET.get("asked", ""))
    if asked:
        found["reason"] = reason_of(case, asked)
    if "season" in request.GET:
        found["season"] = [month[:2] for month in request.GET.getlist("season")[:12]]
    return found


def shape_of(agreement: Agreement) -> dict[str, Any]:
    """What a plan that waits or follows a season was asked for, read from its instalments."""
    rows = [plans.Due(row.due_on, row.amount) for row in agreement.instalments.all()]
    if rows and agreement.plan == Agreement.Plan.SEASONAL:
        return {"season": sorted({row.due_on.month for row in rows})}
    if rows and agreement.plan == Agreement.Plan.DEFERRED:
        usual, first = a_month_on(agreement.balance_on), rows[0].due_on
        wait = (first.year - usual.year) * 12 + first.month - usual.month
        wait = min(max(wait, 1), plans.MOST_WAIT)
        return {"wait": wait, "first_on": plans.start_before_wait(rows, wait)}
    return {}


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
            "blanks": [(blank, may(request.user, blank.right)) for blank in blanks_of(case)],
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
