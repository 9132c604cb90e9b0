"""The whole sum at once: by a clause that was signed, of a broken plan, by two people; never by itself."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from agreements import papers
from agreements.actions.drawing import in_force
from agreements.actions.stopping import stop_reminders
from agreements.models import Acceleration, Agreement, Instalment
from agreements.schedule import next_midnight
from agreements.terms import day_en, day_zh, lets_accelerate
from cases.models import Case
from cases.models.case import Step as CaseStep
from cases.policy import asks
from cases.reaching import Reached, reach
from common.clock import day_begins, local_day
from common.money import show
from compliance.aims import Aim
from documents.models import Document
from documents.storing import store
from notices.outbox import write
from notices.ways import Way, by_mail, by_post
from people.models import User
from people.rights import may
from workflow.approvals import must_not_wait, request_approval
from workflow.duties import fulfil, raise_duty
from workflow.models import Approval
from workflow.reasons import because
from workflow.steps import (
    Policy,
    RightRefused,
    StateRefused,
    Step,
    WrongInput,
    case_of,
    note,
    tell,
)

ACCELERATE = "accelerate"
UNPAID_DUTY = "supervisor.unpaid"


def may_accelerate(agreement: Agreement, due_on: date) -> Policy:
    """Whether the whole sum may be asked: clause, broken plan, a way to ask by, and days to pay from then on."""

    def policy(subject: Any, /, *, by: User, at: datetime) -> Any:
        fresh = Agreement.objects.get(pk=agreement.pk)
        case: Case = agreement.case
        reached = _way_of_demand(case, due_on, at)
        told_at = (reached and reached.goes_at) or at
        verdict = asks(
            "agreement.accelerate",
            acceleration_clause=lets_accelerate(fresh.clauses),
            plan_broken=fresh.state == Agreement.State.BROKEN,
            days_to_pay=(due_on - local_day(told_at, case.zone)).days,
        )(subject, by=by, at=at)
        if verdict.allowed and reached and not reached.goes_at:
            return reached.verdict
        return verdict

    return policy


def _way_of_demand(case: Case, due_on: date, at: datetime) -> Reached | None:
    """By which way the demand goes, and from when before its own day; it is asked as one that collects."""
    ways = [way for way in (by_mail(case), by_post(case)) if way]
    return reach(case, at, ways=ways, closes=day_begins(due_on, case.zone))


def request_acceleration(
    *, agreement: Agreement, due_on: date, reason: str, by: User, at: datetime
) -> Approval:
    """Ask a second person to let the whole remaining sum be asked for at once.

    What the rules forbid is not asked for. Raises ``PolicyRefused``, ``WrongInput``, ``StateRefused``.
    """
    case: Case = agreement.case
    if not may(by, ACCELERATE):
        raise RightRefused(by, ACCELERATE)
    if not reason.strip():
        raise WrongInput(_("Say why, for the second person."), "reason")
    if open_acceleration(agreement) is not None:
        raise StateRefused(agreement, "accelerate")
    must_not_wait(case, Approval.Kind.ACCELERATION, at)
    return request_approval(
        case=case,
        kind=Approval.Kind.ACCELERATION,
        subject=agreement.number,
        details={"due_on": due_on.isoformat(), "balance": str(case.balance)},
        reason=reason.strip()[:300],
        policy=may_accelerate(agreement, due_on),
        by=by,
        at=at,
    )


def acceleration_steps(approval: Approval, by: User, at: datetime) -> Sequence[Step]:
    """What follows when it is granted: the rules are asked anew, the debtor is told in writing."""
    case: Case = case_of(approval)
    agreement = in_force(case)
    if agreement is None or agreement.number != approval.subject:
        raise StateRefused(case, "accelerate")
    agreement.case = case
    due_on = date.fromisoformat(approval.details["due_on"])

    def ask_for_all(locked: Case, _by: User, _at: datetime) -> None:
        row = Acceleration.objects.create(
            agreement=agreement, amount=locked.balance, due_on=due_on, reason=approval.reason,
            asked_by=approval.requested_by, granted_by=by, at=at,
        )  # fmt: skip
        Instalment.objects.filter(agreement=agreement, live=True).update(attend_at=None)
        stop_reminders(locked, why=because(lambda: _("The whole sum was asked for.")), by=by, at=at)
        _tell_debtor(locked, row, by, at)

    return [
        Step(
            subject=case,
            event="agreement.accelerated",
            policy=may_accelerate(agreement, due_on),
            data=lambda locked: {
                "number": agreement.number, "amount": locked.balance, "due_on": due_on,
                "reason": approval.reason,
            },
            then=ask_for_all,
        )
    ]  # fmt: skip


def withdraw_acceleration(*, agreement: Agreement, why: str, by: User, at: datetime) -> None:
    """Let the instalments count again, such as when what was missing has come in."""
    why = why.strip()[:200]
    if not why:
        raise WrongInput(_("Say why it is withdrawn."), "why")

    def withdraw(locked: Case, _by: User, _at: datetime) -> None:
        row = open_acceleration(agreement)
        if row is None:
            raise StateRefused(agreement, "withdraw_acceleration")
        row.withdrawn_at, row.withdrawn_why = at, why
        row.save(update_fields=["withdrawn_at", "withdrawn_why"])
        fulfil(case=locked, kind=UNPAID_DUTY, by=by, at=at)
        Instalment.objects.filter(agreement=agreement, live=True, paid_at=None).update(attend_at=at)
        text = {
            "zh": "我们不再要求您一次性支付全部剩余款项，原还款计划继续有效。",
            "en": "We no longer ask for the whole remaining sum; your plan stands as it was agreed.",
        }
        _write(
            locked, text, f"acceleration:{row.pk}:withdrawn", None, by, at,
            aim=Aim.SERVING, way=by_mail(locked) or by_post(locked),
        )  # fmt: skip

    note(
        agreement.case, event="agreement.acceleration_withdrawn", right=ACCELERATE, by=by, at=at,
        data={"number": agreement.number, "why": why}, then=withdraw,
    )  # fmt: skip


def pass_on_unpaid(at: datetime, *, by: User, most: int) -> int:
    """Tell the supervisor, once each, of a whole sum that was not paid by its day; says of how many."""
    asked = Acceleration.objects.filter(
        withdrawn_at=None, escalated_at=None, due_on__lte=at.date(), agreement__state="broken"
    )
    rows = asked.select_related("agreement__case").order_by("due_on", "pk")[:most]
    return sum(_pass_on(row, by, at) for row in rows)


def _pass_on(row: Acceleration, by: User, at: datetime) -> bool:
    case: Case = row.agreement.case
    if local_day(at, case.zone) <= row.due_on or case.state != CaseStep.FOLLOW_UP:
        return False

    def ask_supervisor(locked: Case, _by: User, _at: datetime) -> None:
        mine = Acceleration.objects.filter(pk=row.pk, withdrawn_at=None, escalated_at=None)
        if not mine.update(escalated_at=at):
            raise StateRefused(row.agreement, "pass_on")
        raise_duty(
            case=locked, kind=UNPAID_DUTY, due_at=next_midnight(at, locked.zone), at=at,
            key=f"{UNPAID_DUTY}:{row.pk}", role=User.Role.SUPERVISOR,
            says={
                "en": f"The whole sum of {row.agreement.number} was due on {day_en(row.due_on)}: {show(locked.balance)} is open. Decide how to go on.",
                "zh": f"协议 {row.agreement.number} 的全部剩余款项应于 {day_zh(row.due_on)}前付清，尚欠 {show(locked.balance)} 元。请决定如何处理。",
            },
        )  # fmt: skip

    try:
        note(
            case, event="acceleration.unpaid", by=by, at=at, then=ask_supervisor,
            data=lambda locked: {
                "number": row.agreement.number, "due_on": row.due_on, "balance": locked.balance,
            },
        )  # fmt: skip
    except StateRefused:  # withdrawn, or told by another run, between looking and locking
        return False
    return True


def open_acceleration(agreement: Agreement) -> Acceleration | None:
    """The demand for the whole sum that stands, if there is one."""
    return agreement.accelerations.filter(withdrawn_at=None).first()


def _tell_debtor(case: Case, row: Acceleration, by: User, at: datetime) -> None:
    document = store(
        case=case, kind=Document.Kind.LETTER, filename=f"{row.agreement.number}-whole.pdf",
        content=papers.acceleration_pdf(row, at=at), title=_("Demand for the whole sum"),
        by=by, at=at, made_here=True,
    )  # fmt: skip
    row.document = document
    row.save(update_fields=["document"])
    tell(case, "document.made", by, at, papers.told(document))
    amount, number = show(row.amount), row.agreement.number
    text = {
        "zh": f"您在协议 {number} 项下有款项超过宽限期仍未支付。依协议约定，请于 {day_zh(row.due_on)}前支付全部剩余款项 {amount} 元，详见附件。"
        "如有困难或已付款，请与我们联系，仍可协商新的还款计划。",
        "en": f"Under agreement {number} a sum is still missing beyond the days of grace. By its clause we ask you to pay the whole remaining sum of {amount} by {day_en(row.due_on)}; see the attached letter."
        " If you cannot, or have paid, please call us: a new plan can still be agreed on.",
    }
    reached = _way_of_demand(case, row.due_on, at)
    _write(
        case, text, f"acceleration:{row.pk}", document, by, at,
        aim=Aim.COLLECTING, way=reached.way if reached else None,
        due_at=reached.goes_at if reached else None,
    )  # fmt: skip


def _write(
    case: Case, text: dict[str, str], key: str, document: Document | None, by: User, at: datetime,
    *, aim: Aim, way: Way | None, due_at: datetime | None = None,
) -> None:  # fmt: skip
    """Queue the words for the debtor, checked as every text is; without an address somebody hands it over."""
    if way is None:
        raise_duty(
            case=case, kind="paper.hand_over", says=text, due_at=at, key=f"hand_over:{key}", at=at,
            role=User.Role.CLERK,
        )  # fmt: skip
        return
    language = case.debtor.language
    write(
        wording="letter", case=case, channel=way.channel, recipient=case.debtor, address=way.address,
        contact_point=way.point, language=language, values={"text": text["en" if language == "en" else "zh"]},
        due_at=due_at or at, at=at, by=by, dedupe_key=key, document=document,
        about={"aim": aim.value},
    )  # fmt: skip
