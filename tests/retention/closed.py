"""Closed cases for the tests of keeping and deleting, each brought about by the real actions."""

import subprocess
from datetime import datetime, timedelta

from agreements.actions import closing
from cases.actions.preparing import add_party
from cases.models import Case, ContactAttempt
from documents.storing import store
from people.models import Person
from retention.actions.holding import ask_to_lift, set_legal_hold
from retention.models import LegalHold
from tests import make
from tests.agreements import cast
from workflow.approvals import decide_approval

CLOSED = make.moment("2026-03-05 16:00")
BEFORE = make.moment("2031-03-05 09:00")
"""The last day on which the records of ``closed_case`` are kept; they go on the next."""
DUE = make.moment("2031-03-06 09:00")


def closed_case(closed_as: str = "withdrawn", at: datetime = CLOSED, **given: str) -> Case:
    """A bank's case that was closed early; its limitation ends on 10 November 2028."""
    case = make.case(of_creditor=make.creditor(packs=("cn",)), **given)
    store(
        case=case, kind="certificate", filename="王海燕.pdf", content=make.PDF, title="王海燕的证件",
        by=make.clerk(), at=make.moment("2026-02-28 09:00"),
    )  # fmt: skip
    return close(case, closed_as, at)


def close(case: Case, closed_as: str = "withdrawn", at: datetime = CLOSED) -> Case:
    """Close it early, by two people."""
    asked = closing.request_early_closure(
        case=case, closed_as=closed_as, reason="债权人来函", by=make.clerk(), at=at
    )
    decide_approval(approval=asked, granted=True, answer="同意", by=make.supervisor(), at=at)
    found: Case = cast.again(case)
    return found


def held(
    case: Case, at: datetime = CLOSED, *, kind: str = "suit", reason: str = "法院已受理"
) -> LegalHold:
    """A hold on its records, to be looked at again after half a year."""
    return set_legal_hold(
        case=case, kind=kind, reason=reason, review_on=at.date() + timedelta(days=180),
        by=make.compliance_officer(), at=at,
    )  # fmt: skip


def lifted(hold: LegalHold, at: datetime, why: str = "判决已执行") -> None:
    """The hold is lifted, by two people."""
    asked = ask_to_lift(hold=hold, why=why, by=make.compliance_officer(), at=at)
    decide_approval(
        approval=asked,
        granted=True,
        answer="同意",
        by=make.compliance_officer(username="second"),
        at=at,
    )


def contact_person(case: Case, name: str = "赵倩") -> None:
    """Somebody was named so that the debtor may be reached."""
    add_party(
        case=case, person=Person(name=name), role="contact", relation="同事", basis="",
        legal_basis="consent", by=make.clerk(), at=make.moment("2026-02-28 09:00"),
    )  # fmt: skip


def reached(case: Case, at: datetime = CLOSED) -> None:
    """The debtor answered; what the rules say of calls is not what is looked at here."""
    ContactAttempt.objects.create(
        case=case, channel="phone", result="reached", remark="", by=make.clerk(), at=at
    )


def text_of(content: bytes) -> str:
    """What a PDF says."""
    run = subprocess.run(
        ["pdftotext", "-layout", "-", "-"],
        input=content,
        capture_output=True,
        check=True,
    )
    return run.stdout.decode()
