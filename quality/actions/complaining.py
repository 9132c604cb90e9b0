"""A complaint comes in: the case rests in the same moment, and somebody who had no part in it answers."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from cases.actions.holding import ending, mark_held, place_hold
from cases.models import Case, Hold
from cases.models.case import Step as CaseStep
from common.clock import HOUSE_ZONE, local_day
from notices import outbox
from people.models import User
from quality.clocks import clocks_of
from quality.models import Complaint
from quality.telling import answer_debtor, tell_debtor
from visits.actions.planning import back_from_notice, cancelling_all
from visits.models import Visit
from workflow.duties import fulfil, raise_duty
from workflow.numbering import next_number
from workflow.reasons import because
from workflow.steps import Outsider, Step, WrongInput, carry_out

RECEIVE, HANDLE = "receive_complaint", "handle_complaint"
NUMBER_LOCK = 7_300_034  # advisory lock number: one giver of complaint numbers at a time
LETTER_DUTY, ANSWER_DUTY = "complaint.letter", "complaint.answer"
MOST_OPEN = 5
LONGER = 60
"""Days by which the hold outlasts the answer's day on paper: no day ends it, only the decision does."""


def receive_complaint(
    *,
    case: Case,
    how: str,
    what: str,
    words: str,
    by: User,
    at: datetime,
    visit: Visit | None = None,
    against: Iterable[User] = (),
) -> Complaint:
    """Take a complaint down, and let everything else of the case rest at once.

    Whatever is queued stops, visits ahead are cancelled, and only letters about the complaint go out until it
    is decided. ``against`` are those complained of, from whom it is kept; nobody named: all who had a hand in the
    case, by precaution. By the system it comes from a link. Raises ``WrongInput``.
    """
    if how not in Complaint.How.values:
        raise WrongInput(_("Choose how it came in."), "how")
    if what not in Complaint.What.values:
        raise WrongInput(_("Choose what it is about."), "what")
    if not words.strip():
        raise WrongInput(_("Write what the person says."), "words")
    if visit is not None and visit.case_id != case.pk:
        raise WrongInput(_("This visit is none of this case."), "visit")
    clocks = clocks_of(case, at)
    complaint = Complaint(
        case=case, how=how, what=what, words=words.strip(), visit=visit or last_visit(case, at),
        received_at=at, received_by=by, letter_due_at=clocks.letter_due_at,
        answer_due_at=clocks.answer_due_at, rules=clocks.rules,
    )  # fmt: skip
    meant = list(against) or had_a_hand(case, complaint.visit)
    why = because(lambda: _("The case rests, since compliance looks into something."))

    def number() -> None:
        if case.complaints.open().count() >= MOST_OPEN:
            raise WrongInput(_("Several complaints of this case are being looked into already."))
        complaint.number = next_number(
            Complaint.objects.all(), "T", on=local_day(at, HOUSE_ZONE), lock=NUMBER_LOCK
        )

    def rest(fresh: Complaint, _by: User, _at: datetime) -> None:
        locked = fresh.case
        fresh.against.set(meant)
        _keep_from_them(locked)
        if locked.state != CaseStep.CLOSURE:
            days = (local_day(fresh.answer_due_at, locked.zone) - local_day(at, locked.zone)).days
            fresh.hold = place_hold(
                locked, reason=Hold.Reason.INQUIRY, days=days + LONGER, review_in=days, remark="",
                by=by, at=at,
            )  # fmt: skip
            fresh.save(update_fields=["hold"])
            outbox.suppress(
                case=locked, why=why, by=by, at=at,
                only=lambda notice: not outbox.is_of_complaint(notice),
            )  # fmt: skip
        _raise_duties(fresh, at)

    carry_out(
        Step(
            subject=complaint, event="complaint.received", right=RECEIVE, first=number, then=rest,
            data=lambda made: {
                "complaint": made.number, "how_in": made.how, "of_what": made.what,
                "answer_by": clocks.answer_by, "by_rules": clocks.rules,
            },
        ),
        *cancelling_all(case, why, at),
        *back_from_notice(case, why, at),
        by=by,
        at=at,
    )  # fmt: skip
    return complaint


def last_visit(case: Case, at: datetime) -> Visit | None:
    """The visit that is likely meant: the last one at which officers stood at the door."""
    made = case.visits.exclude(started_at=None).filter(started_at__lte=at)
    return made.order_by("-started_at", "-pk").first()


def had_a_hand(case: Case, visit: Visit | None) -> list[User]:
    """Those who went to that visit, and whose case it is: one of them is meant as long as nobody says who."""
    found = {part.officer for part in visit.crew.select_related("officer")} if visit else set()
    if case.officer:
        found.add(case.officer)
    return sorted(found, key=lambda one: one.pk)


def name_those(*, complaint: Complaint, against: Sequence[User], by: User, at: datetime) -> None:
    """Say of whom it complains, once that is known; from that moment it is kept from these."""
    if not against:
        raise WrongInput(_("Name at least one person."), "against")
    if complaint.reviewer in against:
        raise WrongInput(_("Whoever looks into it cannot be complained of in it."), "against")
    _must_stand_apart(complaint, by)
    if by in against:
        raise WrongInput(_("You cannot be complained of and look into it."), "against")

    def name(fresh: Complaint, _by: User, _at: datetime) -> None:
        fresh.against.set(against)
        _keep_from_them(fresh.case)

    carry_out(
        Step(
            subject=complaint, event="complaint.named", right=HANDLE, then=name,
            data={"complaint": complaint.number, "people": len(against)},
        ),
        by=by, at=at,
    )  # fmt: skip


def send_holding_letter(*, complaint: Complaint, by: User, at: datetime) -> None:
    """Tell the debtor that it has come in and by when it is answered; whoever does so looks into it."""
    _must_stand_apart(complaint, by)

    def write(fresh: Complaint, _by: User, _at: datetime) -> None:
        fresh.letter = tell_debtor(fresh, by=by, at=at)
        fresh.save(update_fields=["letter"])
        fulfil(case=fresh.case, kind=LETTER_DUTY, key=f"{LETTER_DUTY}:{fresh.pk}", by=by, at=at)

    carry_out(
        Step(
            subject=complaint, event="complaint.confirmed", right=HANDLE, transition="confirm",
            args={"at": at, "reviewer": by}, then=write, data={"complaint": complaint.number},
        ),
        by=by, at=at,
    )  # fmt: skip


def decide_complaint(
    *, complaint: Complaint, outcome: str, reason: str, remedy: str, by: User, at: datetime
) -> None:
    """Say what came of it, tell the debtor in their language, and let the case go on through its gates.

    ``reason`` and ``remedy`` are read by the debtor, so the rules are asked about these words.
    """
    if outcome not in Complaint.Outcome.values:
        raise WrongInput(_("Choose what came of it."), "outcome")
    if not reason.strip():
        raise WrongInput(_("Say why; the debtor reads it."), "reason")
    if outcome != Complaint.Outcome.NOT_UPHELD and not remedy.strip():
        raise WrongInput(_("Say what is done about it."), "remedy")
    _must_stand_apart(complaint, by)

    def answer(fresh: Complaint, _by: User, _at: datetime) -> None:
        fresh.answer = answer_debtor(fresh, by=by, at=at)
        fresh.save(update_fields=["answer"])
        for kind in (LETTER_DUTY, ANSWER_DUTY):
            fulfil(case=fresh.case, kind=kind, key=f"{kind}:{fresh.pk}", by=by, at=at)
        mark_held(fresh.case)

    steps = [
        Step(
            subject=complaint, event="complaint.decided", right=HANDLE, transition="decide",
            args={
                "at": at, "by": by, "outcome": outcome, "reason": reason.strip(),
                "remedy": remedy.strip(),
            },
            then=answer, data={"complaint": complaint.number, "came_to": outcome},
        )
    ]  # fmt: skip
    hold = complaint.hold
    if hold and hold.ended_at is None:
        hold.case = complaint.case
        steps.append(ending(hold, _("Compliance has decided."), HANDLE, by, at))
    carry_out(*steps, by=by, at=at)


def may_look_into(complaint: Complaint, user: User) -> bool:
    """Whether this person had no part in what is complained of, and had no word of it kept from them."""
    if complaint.case.keeps_from(user) or complaint.case.officer_id == user.pk:
        return False
    return not (complaint.visit and complaint.visit.crew.filter(officer=user).exists())


def _must_stand_apart(complaint: Complaint, by: User) -> None:
    complaint.case.refresh_from_db(fields=["kept_from"])
    if complaint.case.keeps_from(by):
        raise Outsider
    if not may_look_into(complaint, by):
        raise WrongInput(_("Somebody who had no part in this case's visits has to look into it."))


def _keep_from_them(case: Case) -> None:
    """Those complained of in any complaint of the case, also in one that was decided."""
    kept = Complaint.against.through.objects.filter(complaint__case=case)
    case.kept_from = sorted(set(kept.values_list("user", flat=True)))


def _raise_duties(complaint: Complaint, at: datetime) -> None:
    """The two clocks. Their words say nothing of a complaint, since everybody of the case reads them."""
    number = complaint.number
    says: dict[str, dict[str, str]] = {
        LETTER_DUTY: {
            "en": f"For compliance: first letter in the matter {number}.",
            "zh": f"合规事项 {number}：发出首次函件。",
        },
        ANSWER_DUTY: {
            "en": f"For compliance: decide the matter {number}.",
            "zh": f"合规事项 {number}：作出决定。",
        },
    }
    ends = {LETTER_DUTY: complaint.letter_due_at, ANSWER_DUTY: complaint.answer_due_at}
    for kind, due_at in ends.items():
        raise_duty(
            case=complaint.case, kind=kind, says=says[kind], due_at=due_at - timedelta(minutes=1),
            key=f"{kind}:{complaint.pk}", at=at, role=User.Role.COMPLIANCE,
            rule=next(iter(complaint.rules), ""),
        )  # fmt: skip
