"""What is asked at a door, one question after the other, what each answer does, and the ways out.

Whoever brings an answer, a page or a phone that sends it later, has it carried out here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from cases.models import Hold
from cases.models.case import Step
from people.models import User
from visits import forms
from visits.actions import arriving, departing, recording, refusing, safety
from visits.actions.befalling import AT_THE_DOOR, CARE, DANGER
from visits.models import Consent, Position, Visit, answers_of
from workflow.forms import DeskForm
from workflow.steps import WrongInput
from workflow.web import plain

QUESTIONS = [
    "depart", "arrive", "recording", "who", "credentials", "willing", "entry", "filming", "papers",
    "talk_open", "talk", "outcome", "attest", "done",
]  # fmt: skip
BEFORE_RECORDING = {"who", "credentials", "willing"}
"""Asked before the recording by whoever took the old order along; such an answer counts as well."""
OVER = {Visit.State.FINISHED, Visit.State.ABORTED, Visit.State.CANCELLED}


# ---------------------------------------------------------------- which question is next


def question_of(visit: Visit) -> str:
    """Which question is next, told from what is on record."""
    if visit.state in OVER:
        left = visit.crew.filter(active=True, attested_at=None).exists()
        return "attest" if left and visit.state != Visit.State.CANCELLED else "done"
    if visit.state != Visit.State.STARTED:
        asked = visit.state == Visit.State.NOTICED and visit.departed_at is None
        return "depart" if asked else "arrive"
    answers = answers_of(visit)
    if visit.case.state == Step.CREDENTIAL_DISPLAY and Consent.Kind.RECORDING not in answers:
        return "recording"
    return _after_recording(visit, answers)


def may_come_now(question: str, visit: Visit) -> bool:
    """Whether that question is next, or would be had the recording been asked about already."""
    following = question_of(visit)
    if following == "recording" and question in BEFORE_RECORDING:
        following = _after_recording(visit, answers_of(visit))
    return question == following


def _after_recording(visit: Visit, answers: Mapping[str, bool]) -> str:
    """Which question is next once it is known whether anything is recorded."""
    if visit.identified_at is None:
        return "who"
    if visit.crew.filter(active=True, shown_at=None).exists():
        return "credentials"
    if visit.case.state == Step.CREDENTIAL_DISPLAY:
        return _before_the_talk(visit, answers)
    return "outcome" if hasattr(visit, "talk") else "talk"


def _before_the_talk(visit: Visit, answers: Mapping[str, bool]) -> str:
    """What has to be asked and shown before a word about the debt."""
    if not answers.get(Consent.Kind.TALK):
        return "willing"
    if Consent.Kind.ENTRY not in answers:
        return "entry"
    if answers[Consent.Kind.ENTRY] and Consent.Kind.FILMING not in answers:
        return "filming"
    shown = visit.shown.exclude(paper=None).values("paper")
    return "papers" if visit.case.papers.exclude(pk__in=shown).exists() else "talk_open"


def form_of(question: str, visit: Visit, post: QueryDict | None = None) -> DeskForm | None:
    """The form of that question, filled with what was sent; None where a button is the answer."""
    if question == "depart":
        return forms.DepartForm(post)
    if question == "who":
        return forms.IdentifyForm(post)
    if question in {"credentials", "papers"}:
        return forms.ShowForm(post)
    if question == "talk":
        return forms.TalkForm(post, initial={"met": visit.case.debtor.name})
    if question == "outcome":
        return forms.OutcomeForm(post)
    return None


# ---------------------------------------------------------------- the answers


@dataclass(frozen=True)
class Answered:
    """One answer: what was sent, by whom and when."""

    visit: Visit
    post: QueryDict
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
        answer = self.post.get("answer")
        if answer not in {"yes", "no"}:
            raise WrongInput(_("Choose one of the answers."))
        return answer == "yes"

    @property
    def officer(self) -> User:
        """The officer whose line was pressed."""
        badge = str(self.post.get("badge", ""))[:20]
        part = self.visit.crew.filter(active=True, officer__badge=badge).first()
        if part is None or not badge:
            raise WrongInput(_("This officer was not named for the visit."))
        return part.officer


def answer(
    visit: Visit, question: str, post: QueryDict, *, by: User, at: datetime, form: Any = None
) -> None:
    """Carry out the answer to that question; ``form`` is the question's own, if it was read already.

    Raises what ``carry_out`` raises, and ``WrongInput`` for what is not filled in as it should be.
    """
    form = form or form_of(question, visit, post)
    if form is not None and not form.is_valid():
        raise amiss(form)
    ANSWERS[question](Answered(visit, post, form, by, at))


def amiss(form: Any) -> WrongInput:
    """The first thing that is wrong with a form, as whoever filled it in would be told."""
    name, errors = next(iter(form.errors.items()))
    label = str(form.fields[name].label or "") if name in form.fields else ""
    what = str(errors[0])
    return WrongInput(
        _("%(field)s: %(what)s") % {"field": label, "what": what} if label else what, name
    )


def _depart(given: Answered) -> None:
    departing.depart(visit=given.visit, **given.data, by=given.by, at=given.at)


def _arrive(given: Answered) -> None:
    if given.post.get("begin"):
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
        visit=answered.visit, kind=kind, given=given, by_whom=who_answers(answered.visit, answered.at),
        by=answered.by, at=answered.at, remark=plain(str(answered.post.get("remark", ""))).strip(),
    )  # fmt: skip


def who_answers(visit: Visit, at: datetime) -> str:
    """The debtor, once identified; before that nobody knows whose answer it is, and no name is put to it."""
    known = visit.identified_at is not None and at >= visit.identified_at
    return visit.case.debtor.name if known else ""


def _asking(kind: str) -> Callable[[Answered], None]:
    return lambda given: _consent(given, kind, given=given.yes)


def _papers(given: Answered) -> None:
    pk = str(given.post.get("paper", ""))
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


# ---------------------------------------------------------------- the ways out


@dataclass(frozen=True)
class Way:
    """One way out: what it is called, what is asked before, and what it does."""

    label: str
    title: str
    icon: str
    tone: str
    do: Callable[..., Any]
    more: Mapping[str, Any] = field(default_factory=dict)
    met: bool | None = None  # only before (False) or after (True) the debtor was identified
    sure: bool = False  # asked once more; what is asked of officers at once is not
    kinds: tuple[
        str, ...
    ] = ()  # what the officers may have seen, each with what the packs say of it
    outcome: str = ""  # how the visit then ended


def ways() -> dict[str, Way]:
    """The ways out by name, in the order in which they stand at the foot, in the reader's language."""
    outcome = Visit.Outcome
    return {
        "refused": Way(
            _("Refused"), _("The debtor does not want the visit"), "slash-circle-fill", "red",
            refusing.refuse_at_door, outcome=outcome.REFUSED,
        ),
        "leave": Way(
            _("Asked to leave"), _("You were asked to leave"), "box-arrow-right", "red",
            refusing.refuse_at_door, {"asked_to_leave": True}, outcome=outcome.ASKED_TO_LEAVE,
        ),
        "someone-else": Way(
            _("Someone else"), _("Somebody else opened"), "people-fill", "amber",
            refusing.someone_else, met=False, outcome=outcome.SOMEONE_ELSE,
        ),
        "nobody": Way(
            _("Nobody in"), _("Nobody opened"), "house-slash-fill", "plain", refusing.nobody_in,
            met=False, outcome=outcome.NOBODY_IN,
        ),
        "later": Way(
            _("Another time"), _("The debtor wants another time"), "calendar-x", "plain",
            refusing.postponed, met=True, sure=True, outcome=outcome.POSTPONED,
        ),
        "care": Way(
            _("Special care"), _("Somebody here needs special care"), "heart-pulse-fill", "amber",
            refusing.spare_vulnerable, met=True, sure=True, kinds=CARE, outcome=outcome.POSTPONED,
        ),
        "crew-short": Way(
            _("One of us must go"), _("An officer has to leave"), "person-dash-fill", "plain",
            refusing.crew_short, sure=True, outcome=outcome.CREW_SHORT,
        ),
        "unsafe": Way(
            _("Stop: not safe"), _("It is not safe here"), "exclamation-octagon-fill", "red",
            refusing.unsafe, kinds=DANGER, outcome=outcome.UNSAFE,
        ),
    }  # fmt: skip


def form_of_way(kinds: tuple[str, ...], post: QueryDict | None = None) -> DeskForm:
    """Two lines; where somebody was in need or in danger, also what it was."""
    if not kinds:
        return forms.RemarkForm(post)
    return forms.SeenForm(post, kinds=kinds)


def leave(
    visit: Visit, way: str, post: QueryDict, *, by: User, at: datetime, form: Any = None
) -> None:
    """Go by that way out; ``form`` is the way's own, if it was read already. Raises as ``answer``."""
    chosen = ways()[way]
    form = form or form_of_way(chosen.kinds, post)
    if not form.is_valid():
        raise amiss(form)
    chosen.do(visit=visit, by=by, at=at, **form.cleaned_data, **chosen.more)


def keep_place(
    visit: Visit, question: str, place: Mapping[str, Any] | None, *, begins: bool, by: User,
    at: datetime,
) -> None:  # fmt: skip
    """Keep where the phone was on checking in and on leaving; of any other moment no place is kept.

    ``question`` was just answered at ``at``, a way out as ``way:`` and its name; ``begins``: by ringing.
    Raises what ``record_position`` raises.
    """
    if place is None:
        return
    fresh = Visit.objects.select_related("case", "place").get(pk=visit.pk)
    if question == "arrive" and not begins:
        kind = Position.Kind.CHECK_IN
    elif fresh.finished_at == at and question not in {"sos", "check-in"}:
        kind = Position.Kind.CHECK_OUT
    else:
        return
    safety.record_position(visit=fresh, kind=kind, **place, by=by, at=at)


def kinds_left_to_say(visit: Visit) -> tuple[str, ...]:
    """What may still be said of what sent the officers away; nothing once it was."""
    case, at = visit.case, visit.finished_at
    if visit.outcome == Visit.Outcome.UNSAFE:
        kinds: tuple[str, ...] = DANGER
    elif case.holds.filter(reason=Hold.Reason.VULNERABLE, placed_at=at).exists():
        kinds = CARE
    else:
        return ()
    said = case.circumstances.filter(kind__in=AT_THE_DOOR, recorded_at__gte=at, source="officer")
    return () if said.exists() else kinds
