"""At the door, on a phone: one question a screen, in the order of the sourcebook's 6(b)."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case
from common import clock
from common.clock import from_local, local_day
from documents.storing import Unreadable
from people.models import User
from visits import forms
from visits.actions import arriving, recording, refusing
from visits.models import Consent, Visit
from visits.views.planning import HOUSE_ZONE, seen_visit
from workflow.forms import DeskForm
from workflow.steps import WrongInput
from workflow.web import handle

QUESTIONS = [
    "arrive", "who", "credentials", "willing", "recording", "papers", "talk_open", "talk",
    "outcome", "attest", "done",
]  # fmt: skip


def today(request: HttpRequest) -> TemplateResponse:
    """The visits of today and the next days; an officer's own, a supervisor's team's."""
    at = clock.now()
    day = local_day(at, HOUSE_ZONE)
    start = from_local(datetime.combine(day, time()), HOUSE_ZONE)
    visits = Visit.objects.filter(
        case__in=Case.objects.visible_to(request.user),
        starts_at__gte=start,
        starts_at__lt=start + timedelta(days=7),
        state__in=["announced", "noticed", "started", "finished", "aborted"],
    )
    if request.user.role == User.Role.OFFICER:
        visits = visits.filter(crew__officer=request.user, crew__active=True)
    rows = list(
        visits.select_related("case__debtor", "place")
        .prefetch_related("crew__officer")
        .order_by("starts_at", "pk")[:100]
    )
    context = {"visits": rows, "today": day, "at": at}
    return TemplateResponse(request, "visits/door/today.html", context)


def door(request: HttpRequest, reference: str) -> HttpResponse:
    """The question that is next at this door; a POST answers it."""
    visit = seen_visit(request, reference)
    name = question_of(visit)
    if request.method == "POST" and request.POST.get("question", name) != name:
        name = question_of(visit)  # an old screen: show where the visit really is
    form = _form_of(name, visit, request)
    actor: User = request.user
    at = clock.now()
    return handle(
        request,
        case=visit.case,
        form=form,
        template=f"visits/door/{name}.html",
        context=_context(name, visit),
        do=lambda data: _answers(name)(request, visit, data, actor, at),
        done="",
        to=reverse("visits:door", args=[visit.reference]),
    )


def question_of(visit: Visit) -> str:
    """Which question is next, told from what is on record."""
    if visit.state in {Visit.State.FINISHED, Visit.State.ABORTED, Visit.State.CANCELLED}:
        left = visit.crew.filter(active=True, attested_at=None).exists()
        return "attest" if left and visit.state != Visit.State.CANCELLED else "done"
    if visit.state != Visit.State.STARTED:
        return "arrive"
    if visit.identified_at is None:
        return "who"
    if visit.crew.filter(active=True, shown_at=None).exists():
        return "credentials"
    answers = {consent.kind: consent.given for consent in visit.consents.order_by("pk")}
    if not answers.get(Consent.Kind.TALK):
        return "willing"
    if Consent.Kind.RECORDING not in answers:
        return "recording"
    if visit.case.state == "credential_display":
        shown = set(visit.shown.values_list("paper_id", flat=True))
        left = visit.case.papers.exclude(pk__in=[pk for pk in shown if pk]).exists()
        return "papers" if left else "talk_open"
    return "outcome" if hasattr(visit, "talk") else "talk"


def _form_of(name: str, visit: Visit, request: HttpRequest) -> DeskForm | None:
    data = request.POST or None
    if name == "who":
        return forms.IdentifyForm(data)
    if name == "talk":
        return forms.TalkForm(data, initial={"met": visit.case.debtor.name})
    if name == "outcome":
        return forms.OutcomeForm(data)
    return None


def _context(name: str, visit: Visit) -> dict[str, Any]:
    number = QUESTIONS.index(name) + 1
    shown = {row.paper_id: row for row in visit.shown.all() if row.paper_id}
    ways_out = []
    if visit.state == Visit.State.STARTED:
        ways_out = [
            _way("refused", _("Refused"), "door-closed-fill", "red", visit),
            _way("someone-else", _("Someone else"), "people-fill", "amber", visit),
            _way("nobody", _("Nobody in"), "house-slash-fill", "plain", visit),
            _way("unsafe", _("Stop, not safe"), "exclamation-octagon-fill", "red", visit),
        ]
    return {
        "visit": visit,
        "question": name,
        "dots": {"at": number, "of": len(QUESTIONS)},
        "back": reverse("visits:today"),
        "foot": ways_out,
        "crew": list(visit.crew.filter(active=True).select_related("officer")),
        "papers": [
            {"paper": paper, "shown": shown.get(paper.pk)}
            for paper in visit.case.papers.select_related("document")
        ],
        "consents": {c.kind: c for c in visit.consents.order_by("pk")},
    }


def _way(name: str, label: str, icon: str, tone: str, visit: Visit) -> dict[str, Any]:
    url = reverse("visits:way_out", args=[visit.reference, name])
    return {"url": url, "label": label, "icon": icon, "tone": tone, "post": False}


Answer = Callable[[HttpRequest, Visit, dict[str, Any], User, datetime], Any]


def _answers(name: str) -> Answer:
    return {
        "arrive": _arrive,
        "who": lambda _r, visit, data, by, at: arriving.identify_debtor(
            visit=visit, **data, by=by, at=at
        ),
        "credentials": _credentials,
        "willing": _willing,
        "recording": _recording,
        "papers": _papers,
        "talk_open": lambda _r, visit, _d, by, at: arriving.open_talk(visit=visit, by=by, at=at),
        "talk": lambda _r, visit, data, by, at: recording.record_talk(
            visit=visit, record=data, by=by, at=at
        ),
        "outcome": lambda _r, visit, data, by, at: recording.finish_visit(
            visit=visit, **data, by=by, at=at
        ),
        "attest": _attest,
        "done": lambda *_a: None,
    }[name]


def _officer(request: HttpRequest, visit: Visit) -> User:
    """The officer whose line was pressed."""
    part = visit.crew.filter(active=True, officer__badge=request.POST.get("badge", "")[:20]).first()
    if part is None:
        raise WrongInput(_("This officer was not named for the visit."))
    return part.officer


def _arrive(request: HttpRequest, visit: Visit, _d: Any, by: User, at: datetime) -> None:
    if request.POST.get("begin"):
        arriving.begin_visit(visit=visit, by=by, at=at)
    else:
        arriving.check_in(visit=visit, officer=_officer(request, visit), by=by, at=at)


def _credentials(request: HttpRequest, visit: Visit, _d: Any, by: User, at: datetime) -> None:
    arriving.show_credential(
        visit=visit, officer=_officer(request, visit), reaction=request.POST.get("reaction", "")[:300],
        by=by, at=at,
    )  # fmt: skip


def _willing(request: HttpRequest, visit: Visit, _d: Any, by: User, at: datetime) -> None:
    yes = request.POST.get("answer") == "yes"
    if not yes:
        recording.finish_visit(visit=visit, outcome=Visit.Outcome.POSTPONED, why="", by=by, at=at)
        return
    arriving.ask_consent(
        visit=visit,
        kind=Consent.Kind.TALK,
        given=True,
        by_whom=visit.case.debtor.name,
        by=by,
        at=at,
    )


def _recording(request: HttpRequest, visit: Visit, _d: Any, by: User, at: datetime) -> None:
    arriving.ask_consent(
        visit=visit, kind=Consent.Kind.RECORDING, given=request.POST.get("answer") == "yes",
        by_whom=visit.case.debtor.name, by=by, at=at,
    )  # fmt: skip


def _papers(request: HttpRequest, visit: Visit, _d: Any, by: User, at: datetime) -> None:
    pk = request.POST.get("paper", "")
    paper = (
        visit.case.papers.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 18 else None
    )
    if paper is None:
        raise WrongInput(_("This paper belongs to another case."))
    arriving.show_paper(
        visit=visit, paper=paper, reaction=request.POST.get("reaction", "")[:300], by=by, at=at
    )


def _attest(request: HttpRequest, visit: Visit, _d: Any, by: User, at: datetime) -> None:
    recording.attest(visit=visit, officer=_officer(request, visit), by=by, at=at)


def way_out(request: HttpRequest, reference: str, way: str) -> HttpResponse:
    """Refused, asked to leave, someone else, nobody in, not safe: one tap, then leave."""
    visit = seen_visit(request, reference)
    ways: dict[str, tuple[str, Callable[..., Any], dict[str, Any]]] = {
        "refused": (_("The debtor does not want the visit"), refusing.refuse_at_door, {}),
        "leave": (
            _("You were asked to leave"), refusing.refuse_at_door, {"asked_to_leave": True},
        ),
        "someone-else": (_("Somebody else opened"), refusing.someone_else, {}),
        "nobody": (_("Nobody opened"), refusing.nobody_in, {}),
        "unsafe": (_("It is not safe here"), refusing.unsafe, {}),
    }  # fmt: skip
    if way not in ways:
        raise Http404
    title, action, more = ways[way]
    form = forms.RemarkForm(request.POST or None)
    return handle(
        request,
        case=visit.case,
        form=form,
        template="visits/door/way_out.html",
        context={
            "visit": visit, "way": way, "title": title,
            "back": reverse("visits:door", args=[visit.reference]),
        },
        do=lambda data: action(
            visit=visit, remark=data["remark"], by=request.user, at=clock.now(), **more
        ),
        done="",
        to=reverse("visits:left", args=[visit.reference]),
    )  # fmt: skip


def left(request: HttpRequest, reference: str) -> TemplateResponse:
    """Leave now: what was done, and how to go."""
    visit = seen_visit(request, reference)
    context = {
        "visit": visit, "case": visit.case, "back": reverse("visits:today"),
        "refusal": visit.case.refusals.filter(lifted_at=None).first(),
    }  # fmt: skip
    return TemplateResponse(request, "visits/door/left.html", context)


def evidence(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a photo, recording or file to the visit."""
    visit = seen_visit(request, reference)
    form = forms.EvidenceForm(request.POST or None, request.FILES or None)

    def do(data: dict[str, Any]) -> None:
        try:
            recording.add_evidence(
                visit=visit, filename=data["file"].name, content=data["file"].read(),
                caption=data["caption"], inside=data["inside"], by=request.user, at=clock.now(),
            )  # fmt: skip
        except Unreadable as unreadable:
            raise WrongInput(str(unreadable), "file") from unreadable

    return handle(
        request, case=visit.case, form=form, template="visits/door/evidence.html",
        context={"visit": visit, "back": reverse("visits:door", args=[visit.reference])},
        do=do, done=_("The file is kept with its digest."),
        to=reverse("visits:door", args=[visit.reference]),
    )  # fmt: skip
