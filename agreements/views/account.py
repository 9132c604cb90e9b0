"""The account of a case in the browser: what was owed on any day, every entry, rates and charges."""

import csv
import io
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from agreements import papers
from agreements.accounts import entries_with_balance, standing
from agreements.actions import accounting
from agreements.forms import WhyForm
from agreements.views.drawing import seen_case
from cases.forms import rate_field
from cases.models import Case, Debt, DebtRate, LedgerEntry
from common import clock
from common.cells import escaped
from common.clock import local_day
from looking.models import look
from people.rights import may
from workflow.forms import DeskForm, FilesField, MoneyField, day_field, said_field
from workflow.paging import number_in
from workflow.reasons import tongue_now
from workflow.web import handle

PAGE = 50


class _OfDebt(DeskForm):
    debt = forms.ModelChoiceField(
        label=gettext_lazy("Contract"), queryset=Debt.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["debt"].queryset = case.debts.order_by("pk")
        self.fields["debt"].initial = case.debts.order_by("pk").first()


class RateForm(_OfDebt):
    """What a contract bears a year, from when, by which clause."""

    kind = said_field(label=gettext_lazy("Kind of interest"), choices=DebtRate.Kind.choices)
    percent = rate_field(label=gettext_lazy("Per cent a year"), required=True)
    basis = forms.ChoiceField(label=gettext_lazy("Day count"), choices=DebtRate.Basis.choices)
    since = day_field(label=gettext_lazy("From"))
    until = day_field(
        label=gettext_lazy("Until (last day)"), required=False,
        help_text=gettext_lazy("Empty: until another rate begins."),
    )  # fmt: skip
    source = forms.CharField(
        label=gettext_lazy("Clause or paper on which it rests"), max_length=200
    )


class ChargeForm(_OfDebt):
    """A cost, why the debtor bears it, and the paper that proves it."""

    charge = said_field(label=gettext_lazy("Kind of charge"), choices=LedgerEntry.Charge.choices)
    amount = MoneyField(label=gettext_lazy("Amount"))
    booked_on = day_field(label=gettext_lazy("Owed from"))
    remark = forms.CharField(
        label=gettext_lazy("Clause or decision that puts it on the debtor"), max_length=200
    )
    file = FilesField(label=gettext_lazy("Proof"), help_text=gettext_lazy("At most 20 MB."))


@require_safe
def account(request: HttpRequest, reference: str) -> TemplateResponse:
    """What was owed on a day with its sum, the rates, and every entry with the balance after it.

    Context: ``case``, ``on``, ``today``, ``standing``, ``kinds``, ``spans``, ``rates``, ``rows``, ``older``,
    ``newer``, ``may_keep``.
    """
    case = seen_case(request, reference)
    today = local_day(clock.now(), case.zone)
    on = min(_day(request.GET.get("on", "")) or today, today)
    after = number_in(request.GET.get("after", "")) or 0
    rows = list(entries_with_balance(case, after=after, most=PAGE + 1))
    more = rows[PAGE - 1][0].pk if len(rows) > PAGE else 0
    shown = standing(case, on)
    rates = {rate.pk: rate for rate in _rates(case)}
    labels = dict(LedgerEntry.Kind.choices)
    context = {
        "case": case, "on": on, "today": today, "standing": shown,
        "kinds": [(labels[kind], parts, sum(parts.values())) for kind, parts in shown.moved.items()],
        "spans": [(span, rates.get(span.rate.key)) for span in shown.spans],
        "rates": list(rates.values()),
        "rows": rows[:PAGE],
        "older": f"?on={on:%Y-%m-%d}&after={more}" if more else "",
        "newer": f"?on={on:%Y-%m-%d}" if after else "",
        "may_keep": may(request.user, accounting.KEEP) and case.state != "closure",
    }  # fmt: skip
    return TemplateResponse(request, "agreements/account.html", context)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _rates(case: Case) -> list[DebtRate]:
    rates = DebtRate.objects.filter(debt__case=case).select_related("debt", "stated_by")
    return list(rates.order_by("since", "pk"))


@require_safe
def as_csv(request: HttpRequest, reference: str) -> HttpResponse:
    """Every entry with the balance after it, as a file for a spreadsheet."""
    case = seen_case(request, reference)
    look(case.pk, request.user, "document", clock.now(), "account.csv")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_("Booked on"), _("What"), _("Part"), _("From"), _("Principal"), _("Per cent a year"), _("Amount"), _("Balance"), _("Basis")])  # fmt: skip
    for entry, balance in entries_with_balance(case):
        writer.writerow([
            entry.booked_on, entry.get_kind_display(), entry.get_component_display(),
            entry.since or "", "" if entry.base is None else entry.base,
            entry.rate.percent if entry.rate else "", entry.amount, balance, escaped(entry.remark),
        ])  # fmt: skip
    answer = HttpResponse(
        f"\ufeff{text.getvalue()}".encode(), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{case.reference}-account.csv"'
    return answer


@require_safe
def as_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """The account as a paper, with what is owed today and how it came about."""
    case, at = seen_case(request, reference), clock.now()
    look(case.pk, request.user, "document", at, "account.pdf")
    answer = HttpResponse(
        papers.account_pdf(case, at=at, language=tongue_now()), content_type="application/pdf"
    )
    answer["Content-Disposition"] = f'inline; filename="{case.reference}-account.pdf"'
    return answer


def state_rate(request: HttpRequest, reference: str) -> HttpResponse:
    """State what a contract bears a year from a day on."""
    case = seen_case(request, reference)
    form = RateForm(request.POST or None, case=case)
    return handle(
        request, right=accounting.KEEP, case=case, form=form, template="cases/form.html",
        do=lambda data: accounting.state_rate(
            case=case, **data, by=request.user, at=clock.now()
        ),
        done=_("The rate is stated, and the interest of the days since is booked."),
        to=_account_of(case),
        context={
            "title": _("State a rate of interest"), "button": _("State it"),
            "hint": _("Interest runs by the day on the principal. A default rate stands in the place of the contract's. The creditor's own figures stand until the day of which they speak."),
        },
    )  # fmt: skip


def withdraw_rate(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take a rate back that should never have been stated."""
    case = seen_case(request, reference)
    rate = get_object_or_404(DebtRate.objects.select_related("debt__case"), pk=pk, debt__case=case)
    form = WhyForm(request.POST or None)
    return handle(
        request, right=accounting.KEEP, case=case, form=form, template="cases/form.html",
        do=lambda data: accounting.withdraw_rate(
            rate=rate, why=data["why"], by=request.user, at=clock.now()
        ),
        done=_("The rate is withdrawn, and what it bore is taken back."),
        to=_account_of(case),
        context={
            "title": _("Withdraw a rate"), "button": _("Withdraw it"),
            "hint": _("All interest that it bore is taken back by further entries. Nothing is deleted."),
        },
    )  # fmt: skip


def book_charge(request: HttpRequest, reference: str) -> HttpResponse:
    """Put a cost on the debtor's account, with its paper."""
    case = seen_case(request, reference)
    form = ChargeForm(request.POST or None, request.FILES or None, case=case)

    def do(data: dict[str, Any]) -> LedgerEntry:
        file = data.pop("file")
        return accounting.book_charge(
            case=case, **data, filename=file.name, content=file.read(), by=request.user,
            at=clock.now(),
        )  # fmt: skip

    return handle(
        request, right=accounting.KEEP, case=case, form=form, template="cases/form.html", do=do,
        done=_("The charge is booked."), to=_account_of(case),
        context={
            "title": _("Book a charge"), "button": _("Book it"),
            "hint": _("Only what the contract or a decision puts on the debtor. It bears no interest."),
        },
    )  # fmt: skip


def _account_of(case: Case) -> str:
    return reverse("agreements:account", args=[case.reference])
