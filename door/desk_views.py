"""At the desk: what phones say and the office does not, side by side, for a supervisor to settle."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case
from common import clock
from door.forms import SettleForm
from door.models import Item
from door.reading import read
from door.settling import (
    SETTLE,
    office_says,
    phone_says,
    question_words,
    settle_item,
    to_settle,
)
from visits.views.planning import seen_visit
from workflow.paging import page_after
from workflow.web import demand, handle

PAGE = 50
MOST = 300  # answers of one visit; a whole one has about thirty


def sent(request: HttpRequest, reference: str) -> TemplateResponse:
    """All that phones sent of one visit: when by their clocks and by ours, from where, what became of it.

    Context: ``visit``, ``case``, ``items`` (Item, its words, its place), ``files`` (Upload).
    """
    visit = seen_visit(request, reference)
    found = visit.door_items.select_related("by", "device").order_by("happened_at", "seq", "pk")
    items = [
        (item, question_words(item.question), read(item.text).position) for item in found[:MOST]
    ]
    files = list(visit.uploads.select_related("by").order_by("taken_at", "pk")[:MOST])
    context = {"visit": visit, "case": visit.case, "items": items, "files": files}
    return TemplateResponse(request, "door/sent.html", context)


def settle_list(request: HttpRequest) -> TemplateResponse:
    """What waits to be settled, the newest first; fifty a page by key. Context: ``rows``, ``older``."""
    demand(request, SETTLE)
    after = request.GET.get("after", "")
    rows: list[Item]
    who: Any = request.user
    rows, older = page_after(to_settle(who), "received_at", after, most=PAGE)
    context = {"rows": [(row, question_words(row.question)) for row in rows], "older": older}
    return TemplateResponse(request, "door/to_settle.html", context)


def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer: what the phone says, how the office stands, and what becomes of it."""
    who: Any = request.user
    item = get_object_or_404(
        Item.objects.filter(visit__case__in=Case.objects.visible_to(who)).select_related(
            "by", "device", "pack", "settled_by", "visit__place", "visit__case__debtor",
            "visit__case__creditor", "visit__case__agency", "visit__case__mandate", "visit__case__team",
        ),
        pk=pk,
    )  # fmt: skip
    visit = item.visit
    form = SettleForm(
        request.POST or None, zone=visit.zone, initial={"happened_at": item.happened_at}
    )
    return handle(
        request, right=SETTLE, case=visit.case, form=form, template="door/settle.html",
        context={
            "item": item, "visit": visit, "phone": phone_says(item), "office": office_says(item),
            "place": read(item.text).position,
        },
        do=lambda data: settle_item(item=item, **data, by=who, at=clock.now()),
        done=_("It is settled and on the timeline."), to=reverse("door:to_settle"),
    )  # fmt: skip
