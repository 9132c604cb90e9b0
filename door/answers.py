"""What each kind of item does: the same answers as those of the pages, and what only a phone sends."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cases.actions.correcting import correct_number
from cases.models import Refusal
from door import cash, dropping
from door.reading import Said
from people.models import User
from visits import answering
from visits.actions import arriving, befalling, recording, refusing, safety
from visits.answering import OVER, QUESTIONS, answer, leave, may_come_now, question_of, ways
from visits.models import Consent, Visit
from workflow.reasons import because
from workflow.steps import Outsider, RightRefused, WrongInput
from workflow.web import plain

REFUSED = {"way:refused": Refusal.How.AT_THE_DOOR, "way:leave": Refusal.How.ASKED_TO_LEAVE}
COUNTS_ANYHOW = {*REFUSED, "sos"}
WITHOUT_TALK = {Visit.Outcome.SOMEONE_ELSE, Visit.Outcome.POSTPONED}
LEFT = {"nothing", "sealed_note", "back"}


class NotYet(Exception):
    """What comes before it has not arrived yet."""


class OnRecord(Exception):
    """It is on record already, as it says: by another phone, or by the page."""


class DoesNotFit(Exception):
    """What is on record says something else; ``why`` says what."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True)
class Act:
    """One item that is to be carried out: what was said, of which visit, by whom, when it happened."""

    said: Said
    visit: Visit
    by: User
    at: datetime
    arrived_at: datetime

    @property
    def place(self) -> dict[str, Any] | None:
        """Where the phone was, as the actions want it."""
        here = self.said.position
        if here is None:
            return None
        return {"lat": here.lat, "lon": here.lon, "accuracy_m": here.accuracy_m}

    @property
    def remark(self) -> str:
        """The free words that came along, in their lines."""
        lines = self.said.first("remark").splitlines()
        return "\n".join(plain(line) for line in lines).strip()[:400]


def carry_out_item(act: Act) -> None:
    """Do what the item says.

    Raises what the actions raise, and ``NotYet``, ``OnRecord`` or ``DoesNotFit``.
    """
    question = act.said.question
    if question in QUESTIONS:
        _answer(act)
    elif question.startswith("way:") and question.removeprefix("way:") in ways():
        _leave(act)
    elif question in OTHERS:
        OTHERS[question](act)
    else:
        raise WrongInput(_("There is no such question."))
    _note_when_honoured(act)


def _note_when_honoured(act: Act) -> None:
    """A refusal that the phone kept for lack of a signal called off the rest only when it came in."""
    if act.said.question in REFUSED:
        refusing.honoured_later(case=act.visit.case, said_at=act.at, at=act.arrived_at)


def keep_place(act: Act) -> None:
    """Keep where the phone was on checking in and on leaving; of any other moment no place is kept."""
    answering.keep_place(
        act.visit, act.said.question, act.place, begins=bool(act.said.first("begin")), by=act.by,
        at=act.at,
    )  # fmt: skip


def honour_whatever(act: Act) -> None:
    """What counts even where the phone's clock cannot be believed: a refusal, and a call for help."""
    if act.said.question == "sos":
        _sos(act)
    else:
        honour_refusal(act)
        _note_when_honoured(act)


def honour_refusal(act: Act) -> None:
    """Record that the debtor refused, whatever became of the visit; nobody's place in a team stands against it."""
    how = REFUSED[act.said.question]
    given: dict[str, Any] = {"case": act.visit.case, "how": how, "remark": act.remark, "at": act.at}
    try:
        refusing.record_refusal(**given, by=act.by)
    except (Outsider, RightRefused):
        refusing.record_refusal(**given, by=User.objects.system())


# ---------------------------------------------------------------- the questions of a door


def _answer(act: Act) -> None:
    visit, question = act.visit, act.said.question
    following = question_of(visit)
    if not may_come_now(question, visit):
        if _is_on_record(act):
            raise OnRecord
        if QUESTIONS.index(question) > QUESTIONS.index(following):
            raise NotYet
        raise DoesNotFit(because(lambda: _why_over(visit)))
    if _is_on_record(act):
        raise OnRecord
    answer(visit, question, act.said.post, by=act.by, at=act.at)


def _why_over(visit: Visit) -> str:
    """Why an answer comes too late."""
    if visit.state == Visit.State.CANCELLED:
        return _("The visit was cancelled in the office: %(why)s") % {"why": visit.why or "–"}
    if visit.state in OVER:
        return _("The visit is over by now: %(outcome)s.") % {
            "outcome": visit.get_outcome_display() or visit.get_state_display()
        }
    return _("This was answered already, by another phone or a page.")


def _is_on_record(act: Act) -> bool:
    """Whether that very answer stands there already."""
    visit, said, question = act.visit, act.said, act.said.question
    crew = visit.crew.filter(active=True)
    if question == "arrive":
        if said.first("begin"):
            return visit.started_at is not None
        return crew.filter(officer__badge=said.first("badge")).exclude(checked_in_at=None).exists()
    if question == "who":
        return visit.identified_at is not None
    if question in {"credentials", "attest"}:
        done = "shown_at" if question == "credentials" else "attested_at"
        return crew.filter(officer__badge=said.first("badge")).exclude(**{done: None}).exists()
    if question == "papers":
        paper = said.first("paper")
        shown = visit.shown.exclude(paper=None).values_list("paper_id", flat=True)
        return paper in {str(pk) for pk in shown}
    if question in CONSENTS:
        last = (
            visit.consents.filter(kind=CONSENTS[question], lapsed_at=None).order_by("-pk").first()
        )
        return bool(last and last.given == (said.first("answer") == "yes"))
    return False


CONSENTS = {
    "willing": Consent.Kind.TALK,
    "recording": Consent.Kind.RECORDING,
    "entry": Consent.Kind.ENTRY,
    "filming": Consent.Kind.FILMING,
}


# ---------------------------------------------------------------- the ways out


def _leave(act: Act) -> None:
    """Go by that way out; a refusal counts even where the visit cannot be ended by it."""
    name = act.said.question.removeprefix("way:")
    way, visit = ways()[name], act.visit
    if visit.state == Visit.State.STARTED:
        leave(visit, name, act.said.post, by=act.by, at=act.at)
    elif (
        visit.state in {Visit.State.FINISHED, Visit.State.ABORTED} and visit.outcome == way.outcome
    ):
        raise OnRecord
    elif act.said.question in REFUSED:
        honour_refusal(act)
    elif visit.state in OVER:
        raise DoesNotFit(because(lambda: _why_over(visit)))
    else:
        raise NotYet


# ---------------------------------------------------------------- what only a phone sends


def _third_party(act: Act) -> None:
    left = act.said.first("left") or "nothing"
    if left not in LEFT:
        raise WrongInput(_("Choose one of the answers."))
    visit = act.visit
    if visit.state in OVER:
        if visit.outcome in WITHOUT_TALK and left != "back":
            raise OnRecord
        raise DoesNotFit(because(lambda: _why_over(visit)))
    if visit.state != Visit.State.STARTED:
        raise NotYet
    given: dict[str, Any] = {"visit": visit, "remark": act.remark, "by": act.by, "at": act.at}
    if left == "back":
        refusing.note_third_party(**given)
    else:
        refusing.leave_before_others(**given, left=left)


def _consent(act: Act) -> None:
    """A consent asked again or taken back; what was said later than this stands."""
    kind, said = act.said.first("kind"), act.said.first("answer")
    if said not in {"yes", "no"}:
        raise WrongInput(_("Choose one of the answers."))
    if act.visit.state not in {Visit.State.STARTED, *OVER}:
        raise NotYet
    last = act.visit.consents.filter(kind=kind, lapsed_at=None).order_by("-pk").first()
    if last and last.at > act.at:
        raise DoesNotFit(because(lambda: _("The debtor said something else later than that.")))
    if last and last.given == (said == "yes"):
        raise OnRecord
    arriving.ask_consent(
        visit=act.visit, kind=kind, given=said == "yes", by_whom=answering.who_answers(act.visit, act.at),
        by=act.by, at=act.at, remark=act.remark[:200],
    )  # fmt: skip


def _contact(act: Act) -> None:
    point = point_of(act)
    value = plain(act.said.first("value"))
    if point.value == value.strip():
        raise OnRecord
    correct_number(
        case=act.visit.case, point=point, stamp=act.said.first("stamp"), value=value,
        proof=proof_of(act.visit), by=act.by, at=act.at,
    )  # fmt: skip


def proof_of(visit: Visit) -> str:
    """Where it can be looked up that the debtor gave a number."""
    return _("Said by the debtor at visit %(reference)s.") % {"reference": visit.reference}


def point_of(act: Act) -> Any:
    """The number that is corrected."""
    key = act.said.first("id")
    points = act.visit.case.debtor.contact_points
    found = points.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 18 else None
    if found is None:
        raise WrongInput(_("This number belongs to somebody else."))
    return found


def _remark(act: Act) -> None:
    if act.visit.state in {Visit.State.PLANNED, Visit.State.ANNOUNCED}:
        raise DoesNotFit(because(lambda: _("The visit has not begun.")))
    if act.visit.state not in OVER:
        raise NotYet
    kinds = answering.kinds_left_to_say(act.visit)
    kind = act.said.first("kind")
    given: dict[str, Any] = {"visit": act.visit, "remark": act.remark, "by": act.by, "at": act.at}
    if kind and kind in kinds:
        befalling.name_what_was_seen(**given, kind=kind)
    else:
        recording.add_remark(**given)


def _check_in(act: Act) -> None:
    if act.visit.state not in {Visit.State.STARTED, *OVER}:
        raise NotYet
    safety.answer_check_in(
        visit=act.visit, by=act.by, at=act.at, arrived_at=act.arrived_at, position=act.place
    )


def _sos(act: Act) -> None:
    safety.call_sos(visit=act.visit, by=act.by, at=act.at, remark=act.remark, position=act.place)


def _incident(act: Act) -> None:
    if act.visit.state not in OVER:
        raise NotYet
    refusing.report_incident(visit=act.visit, remark=act.remark, by=act.by, at=act.at)


def _dropped(act: Act) -> None:
    said = act.said
    try:
        number = uuid.UUID(said.first("id"))
    except ValueError:
        raise WrongInput(_("This is no answer of a phone.")) from None
    taken_in = dropping.drop_file(
        visit=act.visit, number=number, filename=plain(said.first("filename")),
        sha256=plain(said.first("sha256"))[:64], why=plain(said.first("why"))[:300], by=act.by, at=act.at,
    )  # fmt: skip
    if taken_in:
        raise OnRecord


def _cash(act: Act) -> None:
    """Cash that was taken; what has to be known before it may still be on its way from another phone."""
    visit, said = act.visit, act.said
    known = visit.identified_at and not visit.crew.filter(active=True, shown_at=None).exists()
    if visit.state not in {Visit.State.STARTED, *OVER}:
        raise NotYet
    if visit.state == Visit.State.STARTED and not known:
        raise NotYet
    number = cash.number_of(visit, said.first("number"))
    before = cash.written_under(number)
    if before == said.first("amount"):
        raise OnRecord
    if before:
        raise DoesNotFit(because(lambda: _("Another receipt stands under this number.")))
    cash.take(
        visit, number, said.data, confirmed=said.first("confirmed") == "yes",
        others=said.first("others") != "no", by=act.by, at=act.at,
    )  # fmt: skip


OTHERS: dict[str, Callable[[Act], None]] = {
    "third-party": _third_party,
    "consent": _consent,
    "contact": _contact,
    "remark": _remark,
    "incident": _incident,
    "check-in": _check_in,
    "sos": _sos,
    "cash": _cash,
    "dropped": _dropped,
}
