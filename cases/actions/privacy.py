"""What people ask about their data, and what went wrong with them: each starts a clock."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from common.clock import day_ends, local_day
from compliance.ask import value
from people.models import User
from workflow.duties import raise_duty
from workflow.steps import WrongInput, note

RIGHT = "log_contact"
REQUEST, BREACH = "privacy.request", "privacy.breach"


class Asked(models.TextChoices):
    """What a person may ask of whoever processes the data (PIPL arts. 44 to 47), or that they leaked."""

    ACCESS = "access", gettext_lazy("Access or copy")
    CORRECTION = "correction", gettext_lazy("Correction")
    DELETION = "deletion", gettext_lazy("Deletion")
    BREACH = "breach", gettext_lazy("A leak or loss of data")


def record_privacy(*, case: Case, asked: str, remark: str, by: User, at: datetime) -> None:
    """Write down what was asked or what leaked; compliance gets a duty with the time that is left."""
    if asked not in Asked.values:
        raise WrongInput(_("Choose one of those that are offered."), "asked")
    if not remark.strip():
        raise WrongInput(_("Write what was asked, or what happened."), "remark")
    breach = asked == Asked.BREACH
    due = at if breach else _answer_by(case, at)

    def write(locked: Case, _by: User, _at: datetime) -> None:
        raise_duty(
            case=locked, kind=BREACH if breach else REQUEST, says=_BREACH if breach else _says(asked),
            rule="CN-61" if breach else "CN-62", role="compliance", due_at=due,
            key=f"{asked}:{locked.pk}:{at.isoformat()}", at=at,
        )  # fmt: skip

    note(
        case, event="privacy.breached" if breach else "privacy.requested", right=RIGHT, by=by, at=at,
        data={"privacy": asked, "remark": remark.strip(), "due_at": due}, then=write,
    )  # fmt: skip


def _answer_by(case: Case, at: datetime) -> datetime:
    """The end of the last day for an answer; at once where no pack of the case gives a figure."""
    today = local_day(at, case.zone)
    days = value(tuple(case.packs), "privacy.answer_days", today)
    last: date = today + timedelta(days=days or 0)
    return day_ends(last, case.zone)


def _says(asked: str) -> dict[str, Any]:
    return {
        "en": f"Answer the request about personal data: {_NAMES[asked][0]}.",
        "zh": f"请答复个人信息权利请求：{_NAMES[asked][1]}。",
    }


_NAMES = {
    "access": ("access or copy", "查阅、复制"),
    "correction": ("correction", "更正"),
    "deletion": ("deletion", "删除"),
}
_BREACH = {
    "en": "Personal data leaked or were lost: remedy it at once, tell the authority and the persons (PIPL art. 57).",
    "zh": "个人信息发生泄露或丢失：请立即采取补救措施，并通知监管部门和当事人（《个人信息保护法》第57条）。",
}
