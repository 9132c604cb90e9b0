"""At the door, on a phone: one question a screen, in the order of the sourcebook's 6(b)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.limits import barred_on
from cases.models import Case
from cases.models.case import Step
from common import clock
from common.clock import HOUSE_ZONE, from_local, local_day
from compliance.ask import value
from documents.storing import Unreadable
from people.cards import token_of
from people.models import User
from visits import forms
from visits.actions import arriving, departing, recording
from visits.models import Consent, Visit
from visits.policy import packs_at
from visits.tokens import check_of
from visits.views.leaving import ways_out
from visits.views.planning import seen_visit
from visits.views.safety import sign_of_life
from workflow.forms import DeskForm
from workflow.steps import WrongInput
from workflow.web import demand, handle, plain

QUESTIONS = [
    "depart", "arrive", "who", "credentials", "willing", "recording", "entry", "filming", "papers",
    "talk_open", "talk", "outcome", "attest", "done",
]  # fmt: skip
OVER = {Visit.State.FINISHED, Visit.State.ABORTED, Visit.State.CANCELLED}
DAYS_SHOWN = 7


# ---------------------------------------------------------------- the list


@dataclass
class Day:
    """One day of the list."""

    day: date
    visits: list[Visit] = field(default_factory=list)


def today(request: HttpRequest) -> TemplateResponse:
    """What is under way, whenever it began, then today and the next days; an officer's own, a supervisor's team's."""
    at = clock.now()
    day = local_day(at, HOUSE_ZONE)
    start = from_local(datetime.combine(day, time()), HOUSE_ZONE)
    visits = Visit.objects.filter(
        Q(state="started")
        | Q(
            state__in=["announced", "noticed", "finished", "aborted"],
            starts_at__gte=start,
            starts_at__lt=start + timedelta(days=DAYS_SHOWN),
        ),
        case__in=Case.objects.visible_to(request.user),
    )
    if request.user.role == User.Role.OFFICER:
        visits = visits.filter(crew__officer=request.user, crew__active=True)
    days: list[Day] = []
    for visit in (
        visits.select_related("case__debtor", "place")
        .prefetch_related("crew__officer")
        .order_by("starts_at", "pk")[:100]
    ):
        there = local_day(visit.starts_at, visit.zone)
        if not days or days[-1].day != there:
            days.append(Day(there))
        days[-1].visits.append(visit)
    context = {"days": days, "today": day, "at": at}
    return TemplateResponse(request, "visits/door/today.html", context)


# ---------------------------------------------------------------- one question after the other


def door(request: HttpRequest, reference: str) -> HttpResponse:
    """The question that is next at this door; a POST answers it."""
    visit = seen_visit(request, reference)
    name = question_of(visit)
    if request.method == "POST":  # to look is everybody's who sees the case
        demand(request, arriving.CONDUCT)
    here = reverse("visits:door", args=[visit.reference])
    if request.method == "POST" and _question_asked(request) != name:
        # An old screen, such as after "back": its answer must not be taken for another question's.
        messages.info(request, _("That was answered already. This is the question now."))
        return HttpResponseRedirect(here)
    form = _form_of(name, visit, request)
    at = clock.now()
    return handle(
        request,
        case=visit.case,
        form=form,
        template=f"visits/door/{name}.html",
        context=_context(name, visit, at),
        do=lambda _data: ANSWERS[name](Answered(request, visit, form, request.user, at)),
        done="",
        to=here,
    )


def _question_asked(request: HttpRequest) -> str:
    return str(request.POST.get("question") or request.GET.get("question") or "")


def question_of(visit: Visit) -> str:
    """Which question is next, told from what is on record."""
    if visit.state in OVER:
        left = visit.crew.filter(active=True, attested_at=None).exists()
        return "attest" if left and visit.state != Visit.State.CANCELLED else "done"
    if visit.state != Visit.State.STARTED:
        asked = visit.state == Visit.State.NOTICED and visit.departed_at is None
        return "depart" if asked else "arrive"
    if visit.identified_at is None:
        return "who"
    if visit.crew.filter(active=True, shown_at=None).exists():
        return "credentials"
    if visit.case.state == Step.CREDENTIAL_DISPLAY:
        return _before_the_talk(visit)
    return "outcome" if hasattr(visit, "talk") else "talk"


def _before_the_talk(visit: Visit) -> str:
    """What has to be asked and shown before a word about the debt."""
    answers = {consent.kind: consent.given for consent in visit.consents.order_by("pk")}
    if not answers.get(Consent.Kind.TALK):
        return "willing"
    if Consent.Kind.RECORDING not in answers:
        return "recording"
    if Consent.Kind.ENTRY not in answers:
        return "entry"
    if answers[Consent.Kind.ENTRY] and Consent.Kind.FILMING not in answers:
        return "filming"
    shown = visit.shown.exclude(paper=None).values("paper")
    return "papers" if visit.case.papers.exclude(pk__in=shown).exists() else "talk_open"


def _form_of(name: str, visit: Visit, request: HttpRequest) -> DeskForm | None:
    data = request.POST or None
    if name == "depart":
        return forms.DepartForm(data)
    if name == "who":
        return forms.IdentifyForm(data)
    if name in {"credentials", "papers"}:
        return forms.ShowForm(data)
    if name == "talk":
        return forms.TalkForm(data, initial={"met": visit.case.debtor.name})
    if name == "outcome":
        return forms.OutcomeForm(data)
    return None


def _context(name: str, visit: Visit, at: datetime) -> dict[str, Any]:
    """What the screen shows; nothing of the debt before the debtor is identified."""
    crew = list(visit.crew.filter(active=True).select_related("officer"))
    context: dict[str, Any] = {
        "visit": visit,
        "question": name,
        "dots": {"at": QUESTIONS.index(name) + 1, "of": len(QUESTIONS)},
        "back": reverse("visits:today"),
        "foot": ways_out(visit),
        "crew": crew,
        "at": at,
        "stay_until": _stay_until(visit),
        **sign_of_life(visit),
    }
    if name == "arrive":
        context |= {
            "ticks": [
                _tick(part.officer, part.checked_in_at, "arrive")
                for part in crew
                if visit.state == Visit.State.NOTICED
            ],
            "all_here": all(part.checked_in_at for part in crew),
            "from_when": visit.starts_at - arriving.HERE_BEFORE,
            "too_soon": at < visit.starts_at - arriving.HERE_BEFORE,
            "too_late": at >= visit.ends_at,
        }
    elif name == "credentials":
        following = next((part for part in crew if not part.shown_at), None)
        token = token_of(following.officer) if following else ""
        context |= {"next": following, "next_token": token, "check": check_of(visit)}
    elif name == "papers":
        shown = {row.paper_id: row for row in visit.shown.exclude(paper=None)}
        papers = list(visit.case.papers.select_related("document"))
        context |= {
            "papers": [(paper, shown.get(paper.pk)) for paper in papers],
            "next": next((paper for paper in papers if paper.pk not in shown), None),
        }
    elif name in {"talk_open", "talk", "outcome", "done"}:
        context |= {"consents": {c.kind: c.given for c in visit.consents.order_by("pk")}}
        if name == "talk_open":
            context |= {"barred_on": barred_on(visit.case, local_day(at, visit.zone))}
    elif name == "attest":
        context |= {
            "ticks": [_tick(part.officer, part.attested_at, "attest") for part in crew],
            "points": forms.CONDUCT_POINTS,
        }
    if name in {"done", "outcome", "talk"}:
        context |= {"evidence": visit.evidence.count()}
    return context


def _stay_until(visit: Visit) -> datetime | None:
    """When the officers have been here as long as any visit may last; none before they rang."""
    if visit.state != Visit.State.STARTED or visit.started_at is None:
        return None
    day = local_day(visit.started_at, visit.zone)
    minutes = value(packs_at(visit), "visit.max_minutes", day)
    return visit.started_at + timedelta(minutes=int(minutes)) if minutes else None


def _tick(officer: User, done_at: datetime | None, question: str) -> dict[str, Any]:
    return {
        "label": str(officer),
        "note": _("Badge %(badge)s") % {"badge": officer.badge},
        "done_at": done_at,
        "url": f"?question={question}",
        "name": "badge",
        "value": officer.badge,
    }


# ---------------------------------------------------------------- the answers


@dataclass(frozen=True)
class Answered:
    """One answer: the screen that was sent, by whom and when."""

    request: HttpRequest
    visit: Visit
    form: Any
    by: User
    at: datetime

    @property
    def data(self) -> dict[str, Any]:
        """What the form holds."""
        return dict(self.form.cleaned_data)

    @property
    def yes(self) -> bool:
        """Whether the debtor said yes; anything but a clear answer is to be asked again."""
        answer = self.request.POST.get("answer")
        if answer not in {"yes", "no"}:
            raise WrongInput(_("Choose one of the answers."))
        return answer == "yes"

    @property
    def officer(self) -> User:
        """The officer whose line was pressed."""
        badge = self.request.POST.get("badge", "")[:20]
        part = self.visit.crew.filter(active=True, officer__badge=badge).first()
        if part is None or not badge:
            raise WrongInput(_("This officer was not named for the visit."))
        return part.officer


def _depart(given: Answered) -> None:
    departing.depart(visit=given.visit, **given.data, by=given.by, at=given.at)


def _arrive(given: Answered) -> None:
    if given.request.POST.get("begin"):
        arriving.begin_visit(visit=given.visit, by=given.by, at=given.at)
    else:
        arriving.check_in(visit=given.visit, officer=given.officer, by=given.by, at=given.at)


def _who(given: Answered) -> None:
    arriving.identify_debtor(visit=given.visit, **given.data, by=given.by, at=given.at)


def _credentials(given: Answered) -> None:
    arriving.show_credential(
        visit=given.visit, officer=given.officer, reaction=given.form.taken(), by=given.by,
        at=given.at,
    )  # fmt: skip


def _willing(given: Answered) -> None:
    if given.yes:
        _consent(given, Consent.Kind.TALK, given=True)
    else:
        recording.finish_visit(
            visit=given.visit, outcome=Visit.Outcome.POSTPONED, why="", by=given.by, at=given.at
        )


def _consent(answered: Answered, kind: str, *, given: bool) -> None:
    arriving.ask_consent(
        visit=answered.visit, kind=kind, given=given, by_whom=answered.visit.case.debtor.name,
        by=answered.by, at=answered.at, remark=plain(answered.request.POST.get("remark", "")).strip(),
    )  # fmt: skip


def _asking(kind: str) -> Callable[[Answered], None]:
    return lambda given: _consent(given, kind, given=given.yes)


def _papers(given: Answered) -> None:
    pk = given.request.POST.get("paper", "")
    found = given.visit.case.papers.filter(pk=int(pk)) if pk.isdecimal() and len(pk) < 18 else None
    paper = found.first() if found else None
    if paper is None:
        raise WrongInput(_("This paper belongs to another case."))
    arriving.show_paper(
        visit=given.visit, paper=paper, reaction=given.form.taken(), by=given.by, at=given.at
    )


def _open_talk(given: Answered) -> None:
    arriving.open_talk(visit=given.visit, by=given.by, at=given.at)


def _talk(given: Answered) -> None:
    recording.record_talk(visit=given.visit, record=given.data, by=given.by, at=given.at)


def _outcome(given: Answered) -> None:
    recording.finish_visit(visit=given.visit, **given.data, by=given.by, at=given.at)


def _attest(given: Answered) -> None:
    recording.attest(visit=given.visit, officer=given.officer, by=given.by, at=given.at)


def _nothing(_given: Answered) -> None:
    """There is no question any more."""


ANSWERS: dict[str, Callable[[Answered], None]] = {
    "depart": _depart,
    "arrive": _arrive,
    "who": _who,
    "credentials": _credentials,
    "willing": _willing,
    "recording": _asking(Consent.Kind.RECORDING),
    "entry": _asking(Consent.Kind.ENTRY),
    "filming": _asking(Consent.Kind.FILMING),
    "papers": _papers,
    "talk_open": _open_talk,
    "talk": _talk,
    "outcome": _outcome,
    "attest": _attest,
    "done": _nothing,
}


# ---------------------------------------------------------------- evidence


def evidence(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a photo, recording or file to the visit."""
    visit = seen_visit(request, reference)
    form = forms.EvidenceForm(request.POST or None, request.FILES or None, zone=visit.zone)

    def do(data: dict[str, Any]) -> None:
        try:
            recording.add_evidence(
                visit=visit, filename=data["file"].name, content=data["file"].read(),
                caption=data["caption"], inside=data["inside"], begins_at=data["begins_at"],
                ends_at=data["ends_at"], by=request.user, at=clock.now(),
            )  # fmt: skip
        except Unreadable as unreadable:
            raise WrongInput(str(unreadable), "file") from unreadable

    return handle(
        request, right=arriving.CONDUCT, case=visit.case, form=form, template="visits/door/evidence.html",
        context={
            "visit": visit, "back": reverse("visits:door", args=[visit.reference]),
            "kept": list(visit.evidence.select_related("document")[:50]),
            "consents": {c.kind: c.given for c in visit.consents.order_by("pk")},
        },
        do=do, done=_("The file is kept with its digest."),
        to=reverse("visits:door", args=[visit.reference]),
    )  # fmt: skip
