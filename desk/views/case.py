"""The case page: the steps, what may be done now, and the timeline, always in sight."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from cases.facts import with_facts
from cases.models import Case
from cases.models.case import Step
from common import clock
from desk.told import told
from timeline.models import Event
from visits.models import Visit
from workflow.acts import offers
from workflow.models import Approval, Duty

SHOWN = 50

TABS = {
    "overview": _("Overview"),
    "debt": _("Debt and papers"),
    "people": _("People"),
    "visits": _("Visits"),
    "agreement": _("Agreement and payments"),
    "notices": _("Notices"),
    "documents": _("Documents"),
}


def case(request: HttpRequest, reference: str) -> TemplateResponse:
    """The page of one case.

    Context: ``case``, ``steps`` (seven dicts: name, label, state done|now|ahead, date), ``tab``,
    ``tabs``, ``offers``, ``duties``, ``approvals``, ``events`` (told), ``older``, and what the
    tab needs.
    """
    at = clock.now()
    found = get_object_or_404(
        _loaded(Case.objects.visible_to(request.user), at), reference=reference
    )
    tab = request.GET.get("tab", "overview")
    if tab not in TABS:
        raise Http404
    events = list(
        Event.objects.filter(case=found).select_related("actor").order_by("-number")[: SHOWN + 1]
    )
    context = {
        "case": found,
        "at": at,
        "steps": steps_of(found),
        "tab": tab,
        "tabs": [(name, label, f"?tab={name}") for name, label in TABS.items()],
        "offers": offers(found, request.user, at),
        "duties": list(Duty.objects.filter(case=found, done_at=None).order_by("due_at")[:20]),
        "approvals": found.open_approvals,
        "events": [told(event) for event in events[:SHOWN]],
        "older": events[SHOWN - 1].number if len(events) > SHOWN else None,
        **_of_tab(tab, found),
    }
    template = (
        "desk/case_tab.html" if request.htmx and not request.htmx.boosted else "desk/case.html"
    )
    return TemplateResponse(request, template, context)


def _loaded(cases: QuerySet[Case], at: datetime) -> QuerySet[Case]:
    return with_facts(cases, at).select_related(
        "debtor", "creditor", "agency", "mandate", "mandate__principal", "team", "officer"
    ).prefetch_related(
        Prefetch(
            "visits",
            Visit.objects.filter(state__in=["planned", "announced", "noticed", "started"])
            .select_related("place"),
            to_attr="live_visits",
        ),
        Prefetch(
            "agreements",
            Agreement.objects.filter(state__in=["draft", "offered", "signed", "broken"]),
            to_attr="live_agreements",
        ),
        Prefetch(
            "approvals",
            Approval.objects.filter(state=Approval.State.WAITING, expires_at__gt=at)
            .select_related("requested_by"),
            to_attr="open_approvals",
        ),
    )  # fmt: skip


def steps_of(found: Case) -> list[dict[str, Any]]:
    """The seven steps with where the case stands and when it got there."""
    order = list(Step)
    here = order.index(Step(found.state))
    return [
        {
            "name": step.value,
            "label": step.label,
            "state": "done" if number < here else "now" if number == here else "ahead",
            "date": _date(found.step_dates.get(step.value)) if number <= here else None,
        }
        for number, step in enumerate(order)
    ]


def _date(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _of_tab(tab: str, found: Case) -> dict[str, Any]:
    """What one tab shows, and nothing of the others."""
    if tab == "overview":
        return {
            "debts": list(found.debts.all()),
            "assessment": found.assessments.first(),
            "holds": list(found.holds.filter(ended_at=None).select_related("evidence"))
            if found.held_until
            else [],
            "refusals": list(found.refusals.filter(lifted_at=None)) if found.refused_until else [],
            "contacts": list(found.contacts.select_related("by", "contact_point")[:10]),
        }
    if tab == "debt":
        return {
            "debts": list(found.debts.all()),
            "ledger": list(found.ledger.order_by("-pk")[:200]),
            "papers": list(found.papers.select_related("document", "checked_by", "receipt")),
            "assessments": list(found.assessments.select_related("made_by")[:10]),
        }
    if tab == "people":
        return {
            "addresses": list(found.debtor.addresses.all()),
            "points": list(found.debtor.contact_points.all()),
            "parties": list(
                found.parties.select_related("person").prefetch_related(
                    "person__addresses", "person__contact_points"
                )
            ),
        }
    if tab == "visits":
        return {
            "visits": list(
                found.visits.select_related("place").prefetch_related("crew__officer")[:50]
            )
        }
    if tab == "agreement":
        return {
            "agreements": list(found.agreements.prefetch_related("instalments")[:20]),
            "payments": list(found.payments.select_related("receipt")[:100]),
        }
    if tab == "notices":
        return {"notices": list(found.notices.select_related("document")[:100])}
    return {"documents": list(found.documents.select_related("created_by")[:200])}
