"""Cash from doors in the browser: what is to be handed in, each receipt with its deposits, and the numbers."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from agreements.actions import cash, depositing, slips
from agreements.cash import NOTES
from agreements.cash_forms import DepositForm, DifferenceForm, SlipForm, SpoilForm
from agreements.models import CashDeposit, CashNumber, CashTaken
from cases.models import Case
from common import clock
from common.clock import HOUSE_ZONE
from common.money import ZERO, show
from workflow.models import Approval
from workflow.paging import page_after, page_by_key
from workflow.web import demand, handle

SEE = "see_cash"
PAGE = 50
VIEWS = {
    "open": gettext_lazy("To hand in"),
    "settled": gettext_lazy("Accounted for"),
    "numbers": gettext_lazy("Numbers of receipts"),
}
PARTS = ("number__organisation", "payment__case__debtor", "payment__receipt", "first", "second")


@require_safe
def handing_in(request: HttpRequest) -> HttpResponse:
    """The list by which cash is reconciled: what was taken, by whom, under which number, and where it is.

    Context: ``view``, ``views``, ``rows`` or ``numbers``, ``sums``, ``older``, ``newer``, ``at``, ``zone``.
    """
    demand(request, SEE)
    view = request.GET.get("view", "open")
    if view not in VIEWS:
        raise Http404
    at = clock.now()
    shown: dict[str, Any] = {
        "view": view, "at": at, "zone": HOUSE_ZONE,
        "views": [(name, label, f"?view={name}") for name, label in VIEWS.items()],
        "newer": f"?view={view}" if request.GET.keys() & {"before", "after"} else "",
    }  # fmt: skip
    if view == "open":
        rows, older = page_after(
            _receipts(request).filter(settled_at=None), "due_at", request.GET.get("after", ""),
            most=PAGE, rising=True,
        )  # fmt: skip
        older = f"?view=open&{older.removeprefix('?')}" if older else ""
        shown |= {"rows": rows, "sums": _out(request)}
    elif view == "settled":
        rows, key = page_by_key(
            _receipts(request).exclude(settled_at=None), request.GET.get("before", ""), most=PAGE
        )
        older = f"?view=settled&before={key}" if key else ""
        shown |= {"rows": rows}
    else:
        numbers, key = page_by_key(
            _numbers(request).select_related("organisation", "visit", "given_to", "taken__payment"),
            request.GET.get("before", ""), most=PAGE,
        )  # fmt: skip
        older = f"?view=numbers&before={key}" if key else ""
        shown |= {"numbers": numbers, "fates": _fates(request)}
    _say_together(shown.get("rows", ()))
    return TemplateResponse(request, "agreements/cash.html", {**shown, "older": older})


@require_safe
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """One receipt: the notes, who took them, and how far they are on their way to the bank."""
    taken = _one(request, number)
    demand(request, SEE)
    return TemplateResponse(
        request, "agreements/cash_receipt.html",
        {
            "taken": taken, "case": taken.case, "at": clock.now(),
            "deposits": taken.deposits.select_related("slip", "recorded_by"),
            "notes": [
                (worth, taken.notes[name], worth * taken.notes[name])
                for name, worth in NOTES.items()
                if name in taken.notes
            ],
        },
    )  # fmt: skip


def deposit(request: HttpRequest, number: str) -> HttpResponse:
    """Record what was paid into the bank of this receipt, with the slip."""
    taken = _one(request, number)
    form = DepositForm(
        request.POST or None, request.FILES or None, case=taken.case,
        initial={"amount": taken.missing if taken.missing > ZERO else None, "paid_in_at": clock.now()},
    )  # fmt: skip

    def do(data: dict[str, Any]) -> CashDeposit:
        file = data.pop("file")
        return depositing.record_deposit(
            taken=taken, filename=file.name, content=file.read(), **data, by=request.user,
            at=clock.now(),
        )  # fmt: skip

    return handle(
        request, right=cash.HAND_IN, case=taken.case, form=form, template="cases/form.html", do=do,
        done=_deposited, to=reverse("agreements:cash_receipt", args=[number]),
        context={
            "title": _("Pay in receipt %(number)s") % {"number": taken.number},
            "button": _("Record it"),
            "hint": _("%(amount)s stands on the receipt; %(missing)s is still to be paid in.")
            % {"amount": show(taken.amount), "missing": show(taken.missing)},
        },
    )  # fmt: skip


def slip(request: HttpRequest) -> HttpResponse:
    """Record that the cash of several receipts was paid in together; what is still out of them is added up."""
    open_ones = _receipts(request).filter(settled_at=None, asked=False).order_by("due_at", "pk")
    form = SlipForm(
        request.POST or None, request.FILES or None, open_ones=open_ones,
        initial={"paid_in_at": clock.now()},
    )  # fmt: skip

    def do(data: dict[str, Any]) -> list[CashDeposit]:
        file = data.pop("file")
        return slips.record_slip(
            receipts=list(data.pop("receipts")), filename=file.name, content=file.read(), **data,
            by=request.user, at=clock.now(),
        )  # fmt: skip

    return handle(
        request, right=cash.HAND_IN, case=None, form=form, template="agreements/slip.html", do=do,
        to=reverse("agreements:cash"),
        done=lambda made: _("All of it is in the bank: %(count)s receipts, one slip.")
        % {"count": len(made)},
    )  # fmt: skip


def _deposited(made: CashDeposit) -> str:
    if CashTaken.objects.filter(pk=made.taken_id).exclude(settled_at=None).exists():
        return _("All of it is in the bank.")
    return _("The deposit is recorded; a second person decides on the difference.")


def explain(request: HttpRequest, number: str) -> HttpResponse:
    """Ask again that a difference be accepted."""
    taken = _one(request, number)
    return handle(
        request, right=cash.HAND_IN, case=taken.case, form=DifferenceForm(request.POST or None),
        template="cases/form.html", to=reverse("agreements:cash_receipt", args=[number]),
        do=lambda data: depositing.explain_difference(
            taken=taken, **data, by=request.user, at=clock.now()
        ),
        done=_("A second person decides on the difference."),
        context={
            "title": _("Explain a difference of %(amount)s") % {"amount": show(taken.missing)},
            "button": _("Ask for a decision"),
            "hint": _("%(amount)s stands on receipt %(number)s; %(paid_in)s was paid in.")
            % {
                "amount": show(taken.amount), "number": taken.number, "paid_in": show(taken.paid_in),
            },
        },
    )  # fmt: skip


def spoil(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that no receipt will stand under a number."""
    number = get_object_or_404(
        _numbers(request).select_related("organisation", "visit__case__debtor"), pk=pk
    )
    return handle(
        request, right=cash.HAND_IN, case=number.visit.case, form=SpoilForm(request.POST or None),
        template="cases/form.html", to=reverse("agreements:cash") + "?view=numbers",
        do=lambda data: cash.spoil_number(number=number, **data, by=request.user, at=clock.now()),
        done=_("The number is spoiled."),
        context={
            "title": _("Spoil number %(number)s") % {"number": number},
            "button": _("Spoil it"),
            "hint": _("No receipt will stand under it. It stays in the list with the reason."),
        },
    )  # fmt: skip


# ---------------------------------------------------------------- what is read


def _receipts(request: HttpRequest) -> QuerySet[CashTaken]:
    """What this reader sees, with what was paid in, and whether a difference waits to be decided."""
    asked = Approval.objects.filter(
        case=OuterRef("payment__case"), subject=OuterRef("payment__number"),
        kind=Approval.Kind.CASH_DIFFERENCE, state=Approval.State.WAITING, expires_at__gt=clock.now(),
    )  # fmt: skip
    return (
        CashTaken.objects.filter(payment__case__in=Case.objects.visible_to(request.user))
        .select_related(*PARTS, "visit")
        .prefetch_related("deposits__slip")
        .annotate(asked=Exists(asked))
    )


def _one(request: HttpRequest, number: str) -> Any:
    """One receipt, if this reader sees its case."""
    return get_object_or_404(_receipts(request), payment__number=number)


def _say_together(rows: Any) -> None:
    """Note at each deposit, as ``together``, of how many receipts its slip is and what they come to."""
    deposits = [deposit for taken in rows for deposit in taken.deposits.all()]
    found = (
        CashDeposit.objects.filter(reference__in={one.reference for one in deposits})
        .order_by()
        .values("bank", "reference")
        .annotate(count=Count("pk"), sum=Sum("amount"))
        .filter(count__gt=1)
    )
    known = {(one["bank"], one["reference"]): one for one in found} if deposits else {}
    for deposit in deposits:
        deposit.together = known.get((deposit.bank, deposit.reference))


def _numbers(request: HttpRequest) -> QuerySet[CashNumber]:
    return CashNumber.objects.filter(visit__case__in=Case.objects.visible_to(request.user))


def _out(request: HttpRequest) -> dict[str, Any]:
    """How much is still out, of how many receipts, and of how many it is late."""
    still = _receipts(request).filter(settled_at=None).order_by()
    sums = still.aggregate(
        taken=Sum("payment__amount", default=ZERO), count=Count("pk"),
        late=Count("pk", filter=Q(due_at__lte=clock.now())),
    )  # fmt: skip
    paid_in: Decimal = CashDeposit.objects.filter(taken__in=still.values("pk")).aggregate(
        all=Sum("amount", default=ZERO)
    )["all"]
    return {**sums, "paid_in": paid_in, "out": sums["taken"] - paid_in}


def _fates(request: HttpRequest) -> dict[str, int]:
    """Of how many numbers what is known: every one that was given out is one of these."""
    free = Q(taken=None, spoiled_at=None)
    found: dict[str, int] = _numbers(request).order_by().aggregate(
        all=Count("pk"), used=Count("pk", filter=Q(taken__isnull=False)),
        spoiled=Count("pk", filter=Q(spoiled_at__isnull=False)),
        unused=Count("pk", filter=free & Q(unused_at__isnull=False)),
        out=Count("pk", filter=free & Q(unused_at=None)),
    )  # fmt: skip
    return found
