"""The letters about a complaint: that it has come in, and what came of it, in the debtor's language."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import override

from cases.models import Case
from cases.outgoing import ask_sending
from common.clock import local_day
from compliance.aims import Aim
from documents.blocks import words
from documents.letterhead import day
from notices.models import Notice
from notices.outbox import write
from notices.texts.placeholders import examples
from notices.texts.previewing import Sample, tells
from notices.ways import Way, by_channel, by_mail, by_post
from people.models import User
from quality.models import Complaint
from workflow.duties import raise_duty
from workflow.reasons import LANGUAGES

BY_HAND = "complaint.by_hand"
SOON = timedelta(days=1)


def way_of(case: Case, at: datetime) -> Way | None:
    """By which way the debtor alone is written to: by e-mail, else in the portal, else by post."""
    found = by_mail(case) or by_channel(case, Notice.Channel.PORTAL, at)
    return found or by_post(case)


def answer_by(complaint: Complaint) -> date:
    """The last day on which it is answered, where the debtor lives."""
    return local_day(complaint.answer_due_at - timedelta(seconds=1), complaint.case.zone)


def tell_debtor(complaint: Complaint, *, by: User, at: datetime) -> Notice | None:
    """Queue the holding letter, inside a running change; None where no way is open, which a duty then says."""
    return _write(complaint, "complaint_received", {"answer_by": day(answer_by(complaint))}, by, at)


def answer_debtor(complaint: Complaint, *, by: User, at: datetime) -> Notice | None:
    """Queue the answer, inside a running change; None where no way is open, which a duty then says."""
    text = "\n\n".join(part for part in (complaint.reason, complaint.remedy) if part)
    values = {"outcome": _in_each(Complaint.Outcome(complaint.outcome)), "text": words(text, text)}
    return _write(complaint, "complaint_answered", values, by, at)


def _write(
    complaint: Complaint, wording: str, values: dict[str, Any], by: User, at: datetime
) -> Notice | None:
    case = complaint.case
    way = way_of(case, at)
    if way is None:
        _carry_it(complaint, wording, by, at)
        return None
    received = local_day(complaint.received_at, case.zone)
    return write(
        wording=wording, case=case, channel=way.channel, recipient=case.debtor,
        address=way.address, contact_point=way.point, language=case.debtor.language,
        values={"complaint": complaint.number, "received_on": day(received), **values},
        due_at=at, at=at, by=by, dedupe_key=f"{wording}:{complaint.pk}",
        about={"aim": Aim.COMPLAINT.value, "complaint": complaint.number},
    )  # fmt: skip


def _in_each(choice: Any) -> dict[str, str]:
    """A choice by its name in each language."""
    found = {}
    for tongue, code in LANGUAGES.items():
        with override(code):
            found[tongue] = str(choice.label)
    return found


def _carry_it(complaint: Complaint, wording: str, by: User, at: datetime) -> None:
    number = complaint.number
    raise_duty(
        case=complaint.case, kind=BY_HAND, key=f"{BY_HAND}:{wording}:{complaint.pk}", at=at,
        says={
            "en": f"For compliance: no address is on file; find a way to write in the matter {number}.",
            "zh": f"合规事项 {number}：本案没有可用的通讯地址，请设法书面送达。",
        },
        due_at=at + SOON, role=User.Role.COMPLIANCE,
    )  # fmt: skip


def _sample(case: Any, at: datetime) -> Sample:
    """What such a letter would look like, with examples of what came of a complaint."""
    names = ("complaint", "received_on", "answer_by", "outcome", "text")
    return Sample(
        {name: {tongue: examples(tongue)[name] for tongue in ("zh", "en")} for name in names},
        lambda channel, source: ask_sending(case, channel, source, at, aim=Aim.COMPLAINT),
    )


def register_all() -> None:
    """Say how each letter is filled in; called once when the app is ready."""
    tells("complaint_received", _sample)
    tells("complaint_answered", _sample)
