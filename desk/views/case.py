"""The case page: the steps, what may be done now, and the timeline, always in sight."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from agreements.views.limitation import reckoning
from cases.actions.holding import right_to_end
from cases.facts import learn_facts
from cases.ladder import ladder_of
from cases.models import Assessment, Case, ContactAttempt, Debt, Hold
from cases.models.case import Step
from cases.retention import kept_of
from cases.settling import situation_of
from common import clock
from common.clock import local_day
from compliance.applying import Situation, left_out, packs_for
from compliance.places import names_of
from desk.told import told
from desk.told_of_looking import looks as looks_query
from looking.models import look
from looking.session import shown
from notices.outbox import is_of_complaint
from people.models import User
from people.rights import may, opens
from timeline.models import Event
from visits.models import Visit
from workflow.acts import offers
from workflow.discretion import is_kept_from
from workflow.duties import told_once
from workflow.kept import kept
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


def case(request: HttpRequest, reference: str) -> HttpResponse:
    """The page of one case.

    Context: ``case``, ``steps`` (seven dicts: name, label, state done|now|ahead, date), ``tab``,
    ``tabs``, ``offers``, ``duties``, ``approvals``, ``events`` (told), ``older``, and what the
    tab needs.
    """
    at, reader = clock.now(), request.user
    tab = request.GET.get("tab", "overview")
    if tab not in TABS:
        raise Http404
    loaded = _case(reader.role, reference=reference, **reader.sight)
    if not loaded:
        raise Http404
    found: Case = loaded[0]
    if not opens(reader, "cases:call"):  # who does no casework reads what was done
        return redirect("desk:timeline", found.reference)
    learn_facts(found, at)
    found.live_visits = _live_visits(case=found.pk)
    found.live_agreements = _live_agreements(case=found.pk)
    for part in (*found.live_visits, *found.live_agreements):
        part.case = found
    seen = shown(request, found.reference)
    look(found.pk, reader, "people" if tab == "people" else "case", at)
    read = _newest_events(may(reader, "see_looks"), case=found.pk)
    events = [event for event in read if not is_kept_from(event, found, reader)]
    context = {
        "case": found,
        "at": at,
        "steps": steps_of(found),
        "tab": tab,
        "tabs": [(name, label, f"?tab={name}") for name, label in TABS.items()],
        "offers": offers(found, reader, at),
        "duties": told_once(_open_duties(case=found.pk), request.user.role),
        "approvals": _open_approvals(case=found.pk, at=at),
        "events": [told(event, seen) for event in events[:SHOWN]],
        "older": read[SHOWN - 1].number if len(read) > SHOWN else None,
        **_of_tab(tab, found, reader, at),
    }
    template = (
        "desk/case_tab.html" if request.htmx and not request.htmx.boosted else "desk/case.html"
    )
    return TemplateResponse(request, template, context)


@kept
def _case(role: str, *, reference: str, **sight: Any) -> QuerySet[Case]:
    """The case, if it is for this reader's eyes."""
    seen = Case.objects.visible_to(User(role=role, **sight))
    return seen.filter(reference=reference).select_related(
        "debtor", "creditor", "agency", "mandate", "mandate__principal", "team", "officer"
    )


@kept
def _live_visits(*, case: int) -> QuerySet[Visit]:
    states = ["planned", "announced", "noticed", "started"]
    return Visit.objects.filter(case=case, state__in=states).select_related("place")


@kept
def _live_agreements(*, case: int) -> QuerySet[Agreement]:
    states = ["draft", "offered", "signed", "broken"]
    return Agreement.objects.filter(case=case, state__in=states)


@kept
def _open_approvals(*, case: int, at: datetime) -> QuerySet[Approval]:
    waiting = Approval.objects.filter(case=case, state=Approval.State.WAITING, expires_at__gt=at)
    return waiting.select_related("requested_by")


@kept
def _open_duties(*, case: int) -> QuerySet[Duty]:
    return Duty.objects.filter(case=case, done_at=None).order_by("due_at")[:20]


@kept
def _newest_events(looks: bool, *, case: int) -> QuerySet[Event]:
    """One more than is shown, which tells whether there are older ones; without what proves them."""
    unread = ("case", "actor", "recorded_at", "salts", "commitments", "previous")
    events = Event.objects.filter(case=case)
    if not looks:
        events = events.exclude(looks_query())
    return events.defer(*unread).order_by("-number")[: SHOWN + 1]


@kept
def _debts(*, case: int) -> QuerySet[Debt]:
    return Debt.objects.filter(case=case)


@kept
def _last_contacts(*, case: int) -> QuerySet[ContactAttempt]:
    return ContactAttempt.objects.filter(case=case).select_related("by", "recording")[:200]


@kept
def _last_assessment(*, case: int) -> QuerySet[Assessment]:
    return Assessment.objects.filter(case=case)[:1]


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


def in_tongues(names: tuple[str, str]) -> dict[str, str]:
    """A name in English and Chinese as templates take it."""
    return dict(zip(("en", "zh"), names, strict=True))


def _situation(found: Case, debts: Sequence[Debt] = ()) -> Situation:
    return situation_of(
        creditor=found.creditor,
        debtor=found.debtor,
        by_agency=found.agency_id is not None,
        debts=frozenset(debt.kind for debt in debts),
    )


def _packs(found: Case, debts: Sequence[Debt]) -> dict[str, Any]:
    """The packs that were settled for the case, why each applies, and what a list leaves out."""
    where = _situation(found, debts)
    why = {one.pack: one.why for one in packs_for(where)}
    return {
        "applied": [{"pack": pack, "why": why.get(pack, {})} for pack in found.packs],
        "left_out": left_out(where),
    }


def _holds(found: Case, at: datetime) -> list[Hold]:
    """The open holds, each with the right that ends it."""
    holds = list(found.holds.filter(ended_at=None).select_related("evidence"))
    for hold in holds:
        hold.case = found
        hold.right_to_end = right_to_end(hold, at)
    return holds


def _of_tab(tab: str, found: Case, reader: User, at: datetime) -> dict[str, Any]:
    """What one tab shows, and nothing of the others."""
    if tab == "overview":
        debts, contacts = _debts(case=found.pk), _last_contacts(case=found.pk)
        return {
            "debts": debts,
            **_packs(found, debts),
            "assessment": next(iter(_last_assessment(case=found.pk)), None),
            "circumstances": list(
                found.circumstances.filter(ended_at=None).select_related("evidence", "debt")
            )
            if found.marks
            else [],
            "holds": _holds(found, at) if found.held_until else [],
            "refusals": list(found.refusals.filter(lifted_at=None)) if found.refused_until else [],
            "contacts": contacts[:10],
            "ladder": ladder_of(found, at, contacts),
            "kept": kept_of(found, closed_on=local_day(found.closed_at, found.zone))
            if found.closed_at
            else [],
        }
    if tab == "debt":
        debts = list(found.debts.order_by("pk").prefetch_related("interruptions__proof"))
        return {
            "debts": debts,
            "limitation": reckoning(found, debts),
            "ledger": list(found.ledger.order_by("-pk")[:200]),
            "papers": list(found.papers.select_related("document", "checked_by", "receipt")),
            "assessments": list(found.assessments.select_related("made_by")[:10]),
        }
    if tab == "people":
        return {
            "place": in_tongues(_situation(found).place),
            "addresses": [
                (address, in_tongues(names_of(address.country, address.region)))
                for address in found.debtor.addresses.all()
            ],
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
            "payments": list(
                found.payments.select_related("receipt", "refund__receipt").prefetch_related(
                    "disputes"
                )[:100]
            ),
        }
    if tab == "notices":
        letters = found.lawyers_letters.select_related("firm", "lawyer", "notice")
        return {
            "notices": [
                notice
                for notice in found.notices.select_related("document")[:100]
                if not (found.keeps_from(reader) and is_of_complaint(notice))
            ],
            "lawyers_letters": list(letters[:20]),
        }
    papers = found.documents.shown().select_related("created_by")
    if not may(reader, "see_restricted") or found.keeps_from(reader):
        papers = papers.filter(restricted=False)
    return {"documents": list(papers[:200])}
