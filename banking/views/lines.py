"""Statements and their lines in the browser: take in, review, book, take back, set aside; each view makes one call."""

from copy import copy
from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from banking import forms, matching
from banking.actions import booking, taking_back, taking_in
from banking.actions.provider_accounts import KEEP
from banking.actions.taking_in import RIGHT, TakenIn
from banking.finding import payments_for
from banking.models import Statement, StatementLine
from cases.models import Case
from common import clock
from common.clock import HOUSE_ZONE
from common.money import show
from people.models import User
from people.rights import may
from workflow.paging import page_by_key
from workflow.steps import StateRefused, WrongInput
from workflow.web import demand, handle

PAGE = 50
State = StatementLine.State
VIEWS = {
    "open": gettext_lazy("To review"),
    "aside": gettext_lazy("Set aside"),
    "booked": gettext_lazy("Booked"),
    "returned": gettext_lazy("Went back"),
    "disputed": gettext_lazy("Under doubt"),
    "out": gettext_lazy("Money out"),
}


@require_safe
def money_in(request: HttpRequest) -> HttpResponse:
    """The lines of all statements by what became of them, the newest first.

    Context: ``view``, ``views``, ``lines``, ``older``, ``newer``, ``zone``, ``keeps_providers``.
    """
    demand(request, RIGHT)
    view = request.GET.get("view", "open")
    if view not in VIEWS:
        raise Http404
    lines, older = page_by_key(
        _lines(request).filter(state=view), request.GET.get("before", ""), most=PAGE
    )
    return TemplateResponse(
        request, "banking/money_in.html",
        {
            "view": view, "zone": HOUSE_ZONE, "lines": lines,
            "keeps_providers": may(request.user, KEEP),
            "views": [(name, label, f"?view={name}") for name, label in VIEWS.items()],
            "older": f"?view={view}&before={older}" if older else "",
            "newer": f"?view={view}" if request.GET.get("before") else "",
        },
    )  # fmt: skip


@require_safe
def statements(request: HttpRequest) -> HttpResponse:
    """The statements that were taken in, newest first."""
    demand(request, RIGHT)
    found, older = page_by_key(
        Statement.objects.visible_to(request.user).select_related(
            "creditor", "team", "document", "taken_in_by"
        ),
        request.GET.get("before", ""), most=PAGE,
    )  # fmt: skip
    return TemplateResponse(
        request, "banking/statements.html",
        {
            "statements": found, "zone": HOUSE_ZONE,
            "older": f"?before={older}" if older else "",
            "newer": reverse("banking:statements") if request.GET.get("before") else "",
        },
    )  # fmt: skip


def take_in(request: HttpRequest) -> HttpResponse:
    """Take in a bank's file."""
    demand(request, RIGHT)
    form = forms.StatementForm(
        request.POST or None, request.FILES or None, user=request.user,
        initial={"team": request.user.team_id},
    )  # fmt: skip

    def do(data: dict[str, Any]) -> TakenIn:
        return taking_in.take_in(
            creditor=data["creditor"], team=data["team"], filename=data["file"].name,
            content=data["file"].read(), by=request.user, at=clock.now(),
        )  # fmt: skip

    return handle(
        request, case=None, form=form, right=RIGHT, do=do, template="banking/take_in.html",
        done=lambda taken: _("The statement is taken in. What is certain is booked within a minute.")
        if taken.is_new
        else _("This file was taken in before. Nothing was taken in twice."),
        to=lambda taken: taken.statement.get_absolute_url() if taken else reverse("banking:statements"),
    )  # fmt: skip


@require_safe
def statement(request: HttpRequest, number: str) -> HttpResponse:
    """One statement with its lines in the order of the file."""
    demand(request, RIGHT)
    found = get_object_or_404(
        Statement.objects.visible_to(request.user).select_related(
            "creditor", "team", "document", "taken_in_by"
        ),
        number=number,
    )
    counts = dict(found.lines.order_by().values_list("state").annotate(n=Count("pk")))
    lines, older = page_by_key(
        found.lines.select_related("case", "payment", "returned__case"), request.GET.get("before", ""), most=PAGE,
        rising=True,
    )  # fmt: skip
    return TemplateResponse(
        request, "banking/statement.html",
        {
            "statement": found, "lines": lines, "zone": HOUSE_ZONE,
            "counts": [(label, counts.get(name, 0), name) for name, label in VIEWS.items()],
            "to_book": found.lines.filter(state=State.OPEN, match="certain").exists(),
            "older": f"?before={older}" if older else "",
            "newer": found.get_absolute_url() if request.GET.get("before") else "",
        },
    )  # fmt: skip


def line(request: HttpRequest, pk: int) -> HttpResponse:
    """One line with the cases that it may be about; the person chooses the case on which it is booked.

    Of money that went back: with the payments that it may be, of which the person chooses the one that is reversed.
    """
    found = _seen(request, pk)
    if found.is_return:
        return _went_back(request, found)
    form = forms.CaseOfLineForm(
        request.POST or None, line=found, user=request.user,
        initial={"reference": found.case.reference if _is_before(request, found) else ""},
    )  # fmt: skip

    def do(data: dict[str, Any]) -> Any:
        case: Case = data["reference"]
        try:
            return booking.book_line(
                line=found, case=case, keep_rest=data["keep_rest"], by=request.user, at=clock.now()
            )
        except StateRefused as refused:
            raise WrongInput(
                _("Case %(reference)s is closed. Money that came all the same can be kept for paying back.")
                % {"reference": case.reference}, "reference",
            ) from refused  # fmt: skip

    return handle(
        request, case=None, form=form, right=RIGHT, do=do, template="banking/line.html",
        done=lambda payment: _("%(amount)s is booked on case %(reference)s as %(number)s.")
        % {
            "amount": show(payment.amount), "reference": payment.case.reference,
            "number": payment.number,
        },
        to=reverse("banking:money_in"),
        context={
            "line": found if _is_before(request, found) else _without_case(found),
            "zone": HOUSE_ZONE, "candidates": _candidates(found, request.user),
            "waits": found.state in booking.WAITING,
        },
    )  # fmt: skip


def _went_back(request: HttpRequest, found: StatementLine) -> HttpResponse:
    form = forms.PaymentOfLineForm(
        request.POST or None, line=found, user=request.user,
        initial={"number": found.returned.number if found.returned else ""},
    )  # fmt: skip

    disputed = found.why == StatementLine.Why.DISPUTED
    act = taking_back.put_in_doubt if disputed else taking_back.take_back

    def do(data: dict[str, Any]) -> Any:
        try:
            act(line=found, payment=data["number"], by=request.user, at=clock.now())
        except StateRefused as refused:
            raise WrongInput(
                _("Its case is closed. Reopen the case first, or set the line aside."), "number"
            ) from refused
        return data["number"]

    return handle(
        request, case=None, form=form, right=RIGHT, do=do, template="banking/line.html",
        done=lambda payment: (
            _("Payment %(number)s of case %(reference)s is under doubt.")
            if disputed
            else _("Payment %(number)s of case %(reference)s is reversed.")
        )
        % {"number": payment.number, "reference": payment.case.reference},
        to=reverse("banking:money_in"),
        context={
            "line": found, "disputed": disputed, "zone": HOUSE_ZONE, "waits": found.state in booking.WAITING,
            "payments": payments_for(found) if found.state in booking.WAITING else [],
        },
    )  # fmt: skip


def set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """Say why a line is no payment of a case here."""
    found = _seen(request, pk)
    form = forms.AsideForm(request.POST or None)
    return handle(
        request, case=None, form=form, right=RIGHT, template="banking/set_aside.html",
        do=lambda data: booking.set_aside(
            line=found, why=data["why"], by=request.user, at=clock.now()
        ),
        done=_("The line is set aside."), to=reverse("banking:money_in"),
        context={"line": found, "zone": HOUSE_ZONE},
    )  # fmt: skip


# ---------------------------------------------------------------- what is shown


def _lines(request: HttpRequest) -> QuerySet[StatementLine]:
    return StatementLine.objects.visible_to(request.user).select_related(
        "statement__creditor",
        "statement__team",
        "provider__creditor",
        "team",
        "case",
        "payment",
        "returned__case",
        "seen_by",
    )


def _seen(request: HttpRequest, pk: int) -> StatementLine:
    demand(request, RIGHT)
    found: StatementLine = get_object_or_404(_lines(request), pk=pk)
    return found


def _is_before(request: HttpRequest, found: StatementLine) -> bool:
    """Whether the line has a case, and that case is before this reader: an agency's ends with the mandate."""
    return found.case is not None and found.case.may_be_seen_by(request.user)


def _without_case(found: StatementLine) -> StatementLine:
    shown = copy(found)
    shown.case = None
    return shown


def _candidates(line: StatementLine, reader: User) -> list[dict[str, Any]]:
    """The cases before this reader that it may be about, as things stand now, each with what speaks for it."""
    if line.state not in booking.WAITING:
        return []
    claims = taking_in.claims_of([line], line.creditor, line.team)
    named = matching.references_in(line.remark)
    cases = Case.objects.visible_to(reader).in_bulk([claim.key for claim in claims])
    return [
        {
            "case": cases[claim.key],
            "reference": bool(claim.references & named),
            "payer": matching.name_of(claim.debtor) == matching.name_of(line.payer),
            "amount": line.amount in claim.due,
        }
        for claim in claims
        if claim.key in cases  # the others' mandate has ended
    ]
