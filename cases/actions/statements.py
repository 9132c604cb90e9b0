"""What the debtor says of the matter that is neither a hold nor a payment: kept, with a task and its clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from cases.actions.still_open import while_open
from cases.models import Case
from documents.models import Document
from documents.storing import store
from people.models import User
from timeline.models import Event
from workflow.duties import fulfil, raise_duty
from workflow.models import Duty
from workflow.steps import AlreadyDone, Policy, WrongInput, note

SAID = "debtor.said"
MOST = 1000


@dataclass(frozen=True)
class Kind:
    """One thing that may be said: who answers it within which time, and what the task says."""

    role: str
    within: timedelta
    says: dict[str, str]


CLERK, SUPERVISOR = User.Role.CLERK.value, User.Role.SUPERVISOR.value
KINDS: dict[str, Kind] = {
    "paid": Kind(CLERK, timedelta(days=2), {
        "en": "The debtor says that it was paid: look for the payment, and answer.",
        "zh": "债务人表示已经还款：请核对到账情况并答复。",
    }),
    "out_of_work": Kind(CLERK, timedelta(days=3), {
        "en": "The debtor is out of work: offer more time or smaller sums.",
        "zh": "债务人表示失业：请提供延期或减少每期金额的方案。",
    }),
    "caring": Kind(CLERK, timedelta(days=3), {
        "en": "The debtor cares for somebody: offer more time or smaller sums.",
        "zh": "债务人表示需要照顾家人：请提供延期或减少每期金额的方案。",
    }),
    "call": Kind(CLERK, timedelta(days=1), {
        "en": "The debtor asks for a call.", "zh": "债务人请求来电。",
    }),
    "other": Kind(CLERK, timedelta(days=3), {
        "en": "The debtor asks something: answer.", "zh": "债务人有事询问：请答复。",
    }),
    "new_plan": Kind(CLERK, timedelta(days=2), {
        "en": "The debtor asks for another plan: talk about it before an instalment is missed.",
        "zh": "债务人请求调整还款计划：请在下一期逾期前商谈。",
    }),
    "offer": Kind(CLERK, timedelta(days=2), {
        "en": "The debtor offers to pay: take it up as a proposal, or answer.",
        "zh": "债务人提出还款方案：请据此起草协议或答复。",
    }),
}  # fmt: skip
"""The house's own times: no rule names one for these. What the packs know is a circumstance instead."""


def record_statement(
    *, case: Case, what: str, text: str, by: User, at: datetime, filename: str = "",
    content: bytes = b"", more: Mapping[str, Any] | None = None, says: Mapping[str, str] | None = None,
    policy: Policy | None = None, then: Callable[[Case], None] | None = None,
) -> datetime:  # fmt: skip
    """Keep what was said, with its file, and raise the task to answer it; gives by when it is answered.

    ``more`` is kept beside the words, ``says`` (by language) stands in the task; ``policy`` is what the rules are asked,
    and ``then`` is done under the case's lock before the task is raised. Raises ``PolicyRefused``,
    ``WrongInput``, or ``documents.storing.Unreadable`` for a file that cannot be taken in.
    """
    if what not in KINDS:
        raise WrongInput(_("Choose what you want to tell us."), "what")
    kind, text = KINDS[what], text.strip()[:MOST]
    due = at + kind.within

    def kept(locked: Case) -> dict[str, Any]:
        told: dict[str, Any] = {"what": what, "remark": text, "due_at": due, **(more or {})}
        if content:
            document = store(
                case=locked, kind=Document.Kind.CERTIFICATE, filename=filename, content=content,
                title=_("Given by the debtor"), by=by, at=at,
            )  # fmt: skip
            told |= {"document": document.number, "sha256": document.sha256}
        return told

    def ask(locked: Case, _by: User, _at: datetime) -> None:
        if then:
            then(locked)
        new = raise_duty(
            case=locked, kind=f"{SAID}.{what}", says=_with(kind.says, says or {}, text), due_at=due,
            key=f"{SAID}:{locked.pk}:{what}:{at.isoformat()}", role=kind.role, at=at,
        )  # fmt: skip
        if not new:
            raise AlreadyDone

    note(
        case, event=SAID, right="log_contact", by=by, at=at, data=kept, policy=policy,
        then=while_open(SAID, ask),
    )  # fmt: skip
    return due


def answered_by_terms(case: Case, by: User, at: datetime) -> None:
    """Terms were put in writing: what was asked for or offered of a plan is answered."""
    for what in ("new_plan", "offer"):
        fulfil(case=case, kind=f"{SAID}.{what}", by=by, at=at)


def statement_of(duty: Duty) -> Mapping[str, Any]:
    """What was said that this task answers, as the timeline keeps it; empty for any other task."""
    said, _case, what, at = (*duty.key.split(":", 3), "", "", "")[:4]
    if said != SAID or not at:
        return {}
    told = Event.objects.filter(
        case=duty.case_id, kind=SAID, data__what=what, occurred_at=datetime.fromisoformat(at)
    ).first()
    return told.data if told else {}


def _with(says: dict[str, str], more: Mapping[str, str], text: str) -> dict[str, str]:
    """The task in words, with what is known besides and what the debtor wrote."""
    en, zh = (f"{says['en']} {more['en']}", says["zh"] + more["zh"]) if more else says.values()
    return (
        {"en": f"{en} “{text[:300]}”", "zh": f"{zh}“{text[:300]}”"}
        if text
        else {"en": en, "zh": zh}
    )
