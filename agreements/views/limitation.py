"""The log of what begins a limitation period anew, in the browser."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from agreements.actions.limitation import BY_ITSELF, record_interruption, stop_of
from agreements.views.drawing import seen_case
from cases.models import Case, Debt, Interruption
from cases.models.case import OPEN_STEPS
from common import clock
from common.clock import HOUSE_ZONE, local_day
from workflow.forms import DeskForm, FilesField, day_field
from workflow.paging import page_after
from workflow.web import demand, handle

PAGE = 50
VIEWS = {
    "near": gettext_lazy("Within 180 days"),
    "soon": gettext_lazy("Within 30 days"),
    "ended": gettext_lazy("Ended"),
    "all": gettext_lazy("All"),
}
BY_HAND = [choice for choice in Interruption.Kind.choices if choice[0] not in set(BY_ITSELF)]


class InterruptionForm(DeskForm):
    """What happened, when, how it came to the debtor, who signed, and the proof."""

    debt = forms.ModelChoiceField(
        label=gettext_lazy("Contract"), queryset=Debt.objects.none(), empty_label=None
    )
    kind = forms.ChoiceField(label=gettext_lazy("What happened"), choices=BY_HAND)
    on = day_field(label=gettext_lazy("On"))
    way = forms.ChoiceField(
        label=gettext_lazy("How the demand came"),
        choices=[("", "–"), *Interruption.Way.choices],
        required=False,
    )
    signer = forms.ChoiceField(
        label=gettext_lazy("Signed for by"),
        choices=[("", "–"), *Interruption.Signer.choices],
        required=False,
    )
    sealed = forms.BooleanField(
        label=gettext_lazy("It came in a sealed envelope"),
        required=False,
        help_text=gettext_lazy("Nobody but the debtor may learn of the debt from it."),
    )
    arrived = forms.BooleanField(
        label=gettext_lazy("The proof shows that it arrived"), required=False
    )
    ended_on = day_field(
        label=gettext_lazy("The procedure ended on"),
        required=False,
        help_text=gettext_lazy("Of a suit or arbitration: the period is counted from then."),
    )
    remark = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)
    file = FilesField(label=gettext_lazy("Proof"), help_text=gettext_lazy("At most 20 MB."))

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["debt"].queryset = case.debts.order_by("pk")
        self.fields["debt"].initial = case.debts.order_by("pk").first()


def record(request: HttpRequest, reference: str) -> HttpResponse:
    """Log what may begin the period anew."""
    case = seen_case(request, reference)
    form = InterruptionForm(request.POST or None, request.FILES or None, case=case)

    def do(data: dict[str, Any]) -> Interruption:
        file = data.pop("file")
        return record_interruption(
            case=case, **data, filename=file.name, content=file.read(), by=request.user,
            at=clock.now(),
        )  # fmt: skip

    return handle(
        request, case=case, form=form, right="edit_case", do=do, template="cases/form.html",
        done=lambda row: _("Recorded. It does not move the end of the period.")
        if row.why_not
        else _("Recorded. The period is counted anew."),
        to=f"{case.get_absolute_url()}?tab=debt",
        context={
            "title": _("Record an interruption of limitation"),
            "button": _("Record"),
            "hint": _("A demand counts when it reached the debtor; signatures of agreements and payments write themselves (Civil Code art. 195)."),
        },
    )  # fmt: skip


@require_safe
def running_out(request: HttpRequest) -> TemplateResponse:
    """The claims of open cases by the end of their limitation, soonest first.

    Context: ``view``, ``views``, ``rows`` (debt, days left, last interruption), ``older``, ``newer``.
    """
    demand(request, "see_limitation")
    view, today = request.GET.get("view", "near"), local_day(clock.now(), HOUSE_ZONE)
    if view not in VIEWS:
        raise Http404
    key = request.GET.get("after", "")
    last = Interruption.objects.filter(debt=OuterRef("pk"), why_not="", taken_back_at=None)
    debts = (
        _view_of(view, today)
        .filter(case__in=Case.objects.visible_to(request.user).filter(state__in=OPEN_STEPS))
        .annotate(moved=Subquery(last.order_by("-pk").values("pk")[:1]))
        .select_related("case__creditor", "case__team", "case__officer")
    )
    found, older = page_after(debts, "limitation_ends_on", key, most=PAGE, rising=True)
    moved = Interruption.objects.in_bulk([d.moved for d in found if d.moved])
    context = {
        "view": view,
        "views": [(name, label, f"?view={name}") for name, label in VIEWS.items()],
        "rows": [{"debt": d, "left": _left(d, today), "moved": moved.get(d.moved)} for d in found],
        "older": older and f"?view={view}&{older[1:]}",
        "newer": f"?view={view}" if key else "",
    }
    return TemplateResponse(request, "agreements/running_out.html", context)


def _left(debt: Debt, today: date) -> int:
    assert debt.limitation_ends_on is not None  # noqa: S101 - such claims are in no view
    return (debt.limitation_ends_on - today).days


def _view_of(view: str, today: date) -> QuerySet[Debt]:
    """The claims of one view; those whose end nobody entered are in none."""
    debts = Debt.objects.filter(limitation_ends_on__isnull=False)
    if view == "ended":
        return debts.filter(limitation_ends_on__lt=today)
    debts = debts.filter(limitation_ends_on__gte=today)
    days = {"soon": 30, "near": 180}.get(view)
    return debts.filter(limitation_ends_on__lte=today + timedelta(days=days)) if days else debts


def reckoning(case: Case, debts: Iterable[Debt]) -> list[dict[str, Any]]:
    """Each contract (with its interruptions prefetched) with the end of its period, how it was reckoned, and the day that nothing moves."""
    today = local_day(clock.now(), case.zone)
    return [
        {
            "debt": debt,
            "steps": (steps := list(debt.interruptions.all())),
            "first": steps[0].was if steps else debt.limitation_ends_on,
            "stop": stop_of(case, debt, today),
            "ended": debt.limitation_ends_on is not None and debt.limitation_ends_on < today,
            "left": (debt.limitation_ends_on - today).days if debt.limitation_ends_on else None,
        }
        for debt in debts
    ]
