"""At the desk: one visit with all that belongs to it, its notice before it goes, and refusals."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from cases.actions.preparing import EDIT
from cases.exceptions import granted
from cases.models import Refusal
from cases.views.preparing import page, seen_case
from common import clock
from looking.models import look
from notices.ways import by_channel
from people.rights import may
from visits import forms
from visits.actions import announcing, recording, refusing
from visits.actions.locating import measured_at
from visits.comparing import compared
from visits.models import Visit, VisitOfficer
from visits.notice import TITLES, compose
from visits.policy import may_announce
from visits.seeing import tell_places
from visits.slip import is_due
from visits.tokens import check_of
from visits.views.planning import seen_visit
from workflow.duties import told_once
from workflow.models import Duty
from workflow.web import handle

AHEAD = {Visit.State.PLANNED, Visit.State.ANNOUNCED, Visit.State.NOTICED}


def visit(request: HttpRequest, reference: str) -> TemplateResponse:
    """One visit: crew, notices, what was shown and said, evidence."""
    found = seen_visit(request, reference)
    parts = list(found.crew.select_related("officer", "credential"))
    talk, at = getattr(found, "talk", None), clock.now()
    tell_places(request, [found], at)
    look(found.case_id, request.user, "visit", at, found.reference)
    context = {
        "visit": found,
        "case": found.case,
        "at": at,
        "crew": [part for part in parts if part.active] or _last_planned(parts),
        "notices": list(found.notices.select_related("document")),
        "at_door": sorted(
            [*found.consents.all(), *found.shown.select_related("paper", "part__officer")],
            key=lambda row: (row.at, row.pk),
        ),
        "evidence": list(found.evidence.kept().select_related("document", "added_by")),
        "apart": list(found.evidence.apart().select_related("document", "added_by", "decided_by")),
        "may_decide": may(request.user, "decide_quarantine"),
        "talk": talk,
        "helped": [label for name, label in forms.HARDSHIP if talk and name in talk.hardship],
        "minutes": int((found.ends_at - found.starts_at).total_seconds() // 60),
        "compared": compared(found, parts if found.started_at else []),
        "exceptions": granted(found.case),
        "ahead": found.state in AHEAD,
        "may_plan": may(request.user, "plan_visit"),
        "measured": may(request.user, EDIT)
        and not found.place.position
        and bool(measured_at([found])),
        "may_announce": may(request.user, "announce_visit"),
        "may_conduct": may(request.user, "conduct_visit"),
        "check": check_of(found) if found.is_live else None,
        "slip_due": is_due(found),
        "duties": told_once(
            Duty.objects.filter(case=found.case_id, kind__startswith="visit.", done_at=None),
            request.user.role,
        ),
    }
    return TemplateResponse(request, "visits/visit.html", context)


def _last_planned(parts: list[VisitOfficer]) -> list[VisitOfficer]:
    """Who was to go when the visit was given up: not those who had stood in an earlier plan of it."""
    return [part for part in parts if part.slot == parts[-1].slot]


def announce(request: HttpRequest, reference: str) -> HttpResponse:
    """See the notice as it would go, and send it."""
    found = seen_visit(request, reference)
    at = clock.now()
    notice = compose(found, at)
    points = found.case.debtor.contact_points.filter(
        channel="email", do_not_contact=False, dead_at=None
    )
    reached = {
        channel: announcing.why_not(notice, channel, at)
        for channel in announcing.SHORT
        if by_channel(found.case, channel, at)
    }
    short = {channel: announcing.SHORT[channel] for channel, why in reached.items() if not why}
    form = forms.AnnounceForm(
        request.POST or None,
        short=short,
        initial={
            "language": found.case.debtor.language,
            "email": points.exclude(source="unknown").exists(),
            "letter": True,
        },
    )
    return handle(
        request, right="announce_visit", case=found.case, form=form, template="visits/announce.html",
        context={
            "visit": found, "notice": notice, "title": _("Announce the visit"),
            "asked": _("announce the visit"),
            "withheld": [(announcing.SHORT[name], why) for name, why in reached.items() if why],
            "missing": [TITLES[name] for name in notice.missing],
            "verdict": may_announce(notice.missing)(found, by=request.user, at=at),
        },
        do=lambda data: announcing.announce_visit(
            visit=found, language=data["language"],
            channels=data["channels"],
            by=request.user, at=at,
        ),
        done=_("The notice is on its way. The lead time runs from its effective service."),
        to=found.get_absolute_url(),
    )  # fmt: skip


def preview(request: HttpRequest, reference: str, language: str) -> HttpResponse:
    """The letter as PDF before it goes; nothing is kept of it."""
    found = seen_visit(request, reference)
    if not may(request.user, "announce_visit"):
        raise PermissionDenied
    if language not in announcing.LANGUAGES:
        raise Http404
    content = announcing.preview(found, language, clock.now())
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{found.reference}.pdf"'},
    )


def remark(request: HttpRequest, reference: str) -> HttpResponse:
    """What there was no time to write at the door."""
    found = seen_visit(request, reference)
    form = forms.RemarkForm(request.POST or None)
    return page(
        request, found.case, form, right="conduct_visit", title=_("Add a remark to the visit"), button=_("Add"),
        do=lambda data: recording.add_remark(
            visit=found, remark=data["remark"], by=request.user, at=clock.now()
        ),
        done=_("The remark is on record."), tab="visits",
    )  # fmt: skip


def refuse(request: HttpRequest, reference: str) -> HttpResponse:
    """A refusal by telephone or in writing."""
    case = seen_case(request, reference)
    form = forms.RefusalForm(request.POST or None)
    return page(
        request, case, form, right="record_refusal", title=_("Record a refusal of visits"), button=_("Record the refusal"),
        hint=_("Visits that lie ahead are cancelled, and what is queued is not sent, at once."),
        do=lambda data: refusing.record_refusal(
            case=case, **data, by=request.user, at=clock.now()
        ),
        done=_("The refusal is honoured: visits are barred and nothing queued will go."),
    )  # fmt: skip


def lift(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for a refusal to be lifted."""
    case = seen_case(request, reference)
    refusal = get_object_or_404(
        Refusal, pk=case.refusals.filter(lifted_at=None).order_by("-at").values("pk")[:1]
    )
    form = forms.LiftForm(request.POST or None, request.FILES or None)

    def do(data: dict[str, Any]) -> None:
        file = data["file"]
        refusing.ask_to_lift(
            refusal=refusal, reason=data["reason"], filename=file.name if file else "",
            content=file.read() if file else b"", by=request.user, at=clock.now(),
        )  # fmt: skip

    return page(
        request, case, form, right="request_approval", title=_("Ask to lift the refusal"), button=_("Ask"), do=do,
        hint=_("Compliance decides, and never whoever asked."),
        done=_("Compliance was asked."),
    )  # fmt: skip
