"""What creditors and agencies hold: licences, register entries, contracts on personal data."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions.house_papers import KEEP, enter_house_paper, withdraw_house_paper
from cases.forms import WhyForm
from common import clock
from common.clock import HOUSE_ZONE, local_day
from people.models import HousePaper, Organisation
from workflow.forms import DeskForm, day_field
from workflow.web import demand, handle

MOST = 200


class HousePaperForm(DeskForm):
    """One paper, whose it is, and from when until when it counts."""

    organisation = forms.ModelChoiceField(
        label=gettext_lazy("Whose paper"), queryset=Organisation.objects.all()
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=HousePaper.Kind.choices)
    number = forms.CharField(label=gettext_lazy("Number"), max_length=60)
    issued_by = forms.CharField(label=gettext_lazy("Issued or signed by"), max_length=120)
    kept_at = forms.CharField(
        label=gettext_lazy("Where it is kept"), max_length=120, required=False
    )
    valid_from = day_field(label=gettext_lazy("Valid from"))
    valid_until = day_field(
        label=gettext_lazy("Valid until"),
        required=False,
        help_text=gettext_lazy("The last day. Leave it empty if it holds until it is withdrawn."),
    )


def house_papers(request: HttpRequest) -> HttpResponse:
    """Every paper with its state today, and the form for another one."""
    form = HousePaperForm(request.POST or None)
    today = local_day(clock.now(), HOUSE_ZONE)
    papers = HousePaper.objects.select_related("organisation", "entered_by", "withdrawn_by")

    def do(data: dict[str, Any]) -> Any:
        return enter_house_paper(**data, by=request.user, at=clock.now())

    return handle(
        request, case=None, form=form, right=KEEP, do=do, template="cases/house_papers.html",
        done=_("The paper is entered; the rules count it from its first day."),
        to=reverse("cases:house_papers"),
        context={
            "rows": [
                {"paper": paper, "state": _state(paper, today)}
                for paper in papers.order_by("organisation__name", "kind", "-valid_from", "pk")[:MOST]
            ],
        },
    )  # fmt: skip


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a paper counts no more."""
    demand(request, KEEP)
    paper = get_object_or_404(HousePaper.objects.filter(withdrawn_at=None), pk=pk)
    form = WhyForm(request.POST or None)
    return handle(
        request, case=None, form=form, right=KEEP, template="cases/withdraw_paper.html",
        do=lambda data: withdraw_house_paper(
            paper=paper, why=data["why"], by=request.user, at=clock.now()
        ),
        done=_("The paper is withdrawn; whatever leans on it is refused from now on."),
        to=reverse("cases:house_papers"), context={"paper": paper},
    )  # fmt: skip


def _state(paper: HousePaper, today: Any) -> str:
    """In force, not yet, ended or withdrawn."""
    if paper.withdrawn_at:
        return "withdrawn"
    if paper.valid_from > today:
        return "coming"
    return "in_force" if paper.valid_on(today) else "ended"
