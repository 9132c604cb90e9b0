"""What people ask about their data, and what went wrong with them: each starts a clock."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, DataRequest
from common.clock import day_ends, local_day
from compliance.ask import value
from people.models import Person, User
from workflow.duties import raise_duty
from workflow.numbering import next_number
from workflow.steps import Step, WrongInput, begin, carry_out, note

RIGHT = "log_contact"
REQUEST, BREACH = "privacy.request", "privacy.breach"


NUMBER_LOCK = 7_300_033  # advisory lock number: one giver of numbers of requests at a time


class Asked(models.TextChoices):
    """What a person may ask of whoever processes the data (PIPL arts. 44 to 47), or that they leaked."""

    ACCESS = "access", gettext_lazy("Access or copy")
    CORRECTION = "correction", gettext_lazy("Correction")
    DELETION = "deletion", gettext_lazy("Deletion")
    OBJECTION = "objection", gettext_lazy("Objection to the processing")
    WITHDRAWAL = "withdrawal", gettext_lazy("Withdrawal of consent")
    BREACH = "breach", gettext_lazy("A leak or loss of data")


def record_privacy(
    *,
    case: Case,
    asked: str,
    remark: str,
    by: User,
    at: datetime,
    person: Person | None = None,
    how: str = DataRequest.How.PHONE,
    field: str = "",
    wanted: str = "",
) -> DataRequest | None:
    """Write down what was asked (the answer is the request) or what leaked; compliance gets a duty with the time that is left."""
    if asked == Asked.BREACH:
        _record_breach(case, _said(remark), by, at)
        return None
    return receive_request(
        case=case, asked=asked, remark=remark, by=by, at=at, person=person, how=how,
        field=field, wanted=wanted,
    )  # fmt: skip


def _said(remark: str) -> str:
    if not remark.strip():
        raise WrongInput(_("Write what was asked, or what happened."), "remark")
    return remark.strip()


def receive_request(
    *,
    case: Case,
    asked: str,
    remark: str,
    by: User,
    at: datetime,
    person: Person | None = None,
    how: str = DataRequest.How.PHONE,
    identity: str = "",
    field: str = "",
    wanted: str = "",
) -> DataRequest:
    """Take in what somebody asks about their own data; compliance gets a duty with the time that is left.

    ``person`` is who asks, the debtor if nobody is named; ``identity`` how it is known who that is, where the way in which
    it came has shown it (the page for debtors). A correction names the ``field`` of the debtor and what is ``wanted`` there.
    Raises ``WrongInput``.
    """
    if asked not in DataRequest.Kind.values:
        raise WrongInput(_("Choose one of those that are offered."), "asked")
    said = _said(remark)
    person, wanted = person or case.debtor, wanted.strip()[:120]
    if asked == Asked.CORRECTION and bool(field) != bool(wanted):
        raise WrongInput(_("Say what is to be corrected, and to what."), "wanted")
    if field and person.pk != case.debtor_id:
        raise WrongInput(
            _("Of anybody but the debtor write in words what is to be corrected."), "field"
        )
    if person.pk != case.debtor_id and not case.parties.filter(person=person).exists():
        raise WrongInput(_("Choose one of those that are offered."), "person")
    request = DataRequest(
        case=case, person=person, kind=asked, how=how, words=said, received_at=at,
        received_by=by, due_at=_answer_by(case, at), field=field if wanted else "", wanted=wanted,
    )  # fmt: skip
    if identity:
        request.identify(identity=identity)

    def number() -> None:
        request.number = next_number(
            DataRequest.objects.all(), "Q", on=local_day(at, case.zone), lock=NUMBER_LOCK
        )

    def write(fresh: DataRequest, _by: User, _at: datetime) -> None:
        raise_duty(
            case=fresh.case, kind=REQUEST, says=_says(asked), rule="CN-62", role="compliance",
            due_at=fresh.due_at, key=duty_key(fresh), at=at,
        )  # fmt: skip

    begin(
        request, event="privacy.requested", right=RIGHT, by=by, at=at, first=number, then=write,
        data=lambda made: {
            "request": made.number, "privacy": asked, "how": how, "remark": made.words,
            "due_at": made.due_at, "identity": identity,
        },
    )  # fmt: skip
    return request


def duty_key(request: DataRequest) -> str:
    """Which duty is done once the request is answered."""
    return f"{REQUEST}:{request.number}"


def _record_breach(case: Case, remark: str, by: User, at: datetime) -> None:
    def write(locked: Case, _by: User, _at: datetime) -> None:
        raise_duty(
            case=locked, kind=BREACH, says=_BREACH, rule="CN-61", role="compliance", due_at=at,
            key=f"breach:{locked.pk}:{at.isoformat()}", at=at,
        )  # fmt: skip

    note(
        case, event="privacy.breached", right=RIGHT, by=by, at=at,
        data={"privacy": Asked.BREACH.value, "remark": remark, "due_at": at}, then=write,
    )  # fmt: skip


def prove_identity(
    *, request: DataRequest, identity: str, words: str, by: User, at: datetime
) -> None:
    """Write down how it is known who asks; before that nothing is given to anybody."""
    if identity not in DataRequest.Identity.values:
        raise WrongInput(_("Choose one of those that are offered."), "identity")
    carry_out(
        Step(
            subject=request, event="privacy.identified", right="see_data_requests", transition="identify",
            args={"identity": identity},
            data={"request": request.number, "identity": identity, "remark": words.strip()[:300]},
        ),
        by=by, at=at,
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
    "objection": ("objection to the processing", "拒绝处理"),
    "withdrawal": ("withdrawal of consent", "撤回同意"),
}
_BREACH = {
    "en": "Personal data leaked or were lost: remedy it at once, tell the authority and the persons (PIPL art. 57).",
    "zh": "个人信息发生泄露或丢失：请立即采取补救措施，并通知监管部门和当事人（《个人信息保护法》第57条）。",
}
