"""Gentler channels first: each attempt is asked of the rules, logged, and counts."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.actions.still_open import while_open
from cases.facts import SPOKEN, number_mark
from cases.guarantees import target_of
from cases.models import Call, Case, ContactAttempt
from cases.policy import asks
from compliance.aims import Aim
from documents.models import Document
from documents.storing import Unreadable, clean_name, kind_of_file, store
from people.models import Address, ContactPoint, User
from workflow.kept import kept
from workflow.steps import StateRefused, WrongInput, begin
from workflow.wording import mind_words


def log_contact(
    *,
    case: Case,
    channel: str,
    result: str,
    remark: str,
    by: User,
    at: datetime,
    happened_at: datetime | None = None,
    contact_point: ContactPoint | None = None,
    stated: bool | None = None,
    line: str = "",
    seconds: int | None = None,
    effective: bool | None = None,
    filename: str = "",
    content: bytes = b"",
    recording_agreed: bool | None = None,
    call: Call | None = None,
    aim: str = Aim.COLLECTING.value,
) -> ContactAttempt:
    """Log one attempt that ``by`` made; the rules are asked for the moment it was made.

    Whom the number belongs to is who was contacted; none means the debtor. ``stated`` says whether the
    caller said who called and for whom, ``line`` from where the call came, if not from the caller's own
    work telephone. ``aim`` is what it was for; of a call that was begun it is what that was begun for. A number that proved dead is marked, so that nobody tries it again.

    Of a call: ``seconds`` it lasted, whether it was ``effective`` (by its result where nobody says),
    and its recording with whether the person agreed to it. A recording without that consent is kept
    apart, for those alone who answer for the case. ``call`` is the one that was begun by a number that
    the house gave out: what came of it takes the place of it among the attempts. Raises ``documents.storing.Unreadable``.
    """
    when = happened_at or at
    if when > at:
        raise WrongInput(_("This lies in the future. Give the time of the attempt."), "happened_at")
    if contact_point and (contact_point.do_not_contact or contact_point.dead_at):
        raise WrongInput(
            _("This number is marked as not to be used. Choose another one."), "contact_point"
        )
    person = contact_point.person_id if contact_point else case.debtor_id
    target = target_of(case, person)
    lines = line_facts(case, by, line)
    called = channel == ContactAttempt.Channel.PHONE
    if not called and (seconds is not None or content):
        raise WrongInput(_("Only a call has a duration and a recording."), "channel")
    if content and recording_agreed is None:
        raise WrongInput(_("Say whether the person agreed to being recorded."), "recording_agreed")
    if called and effective is None:
        effective = result in SPOKEN
    attempt = ContactAttempt(
        case=case,
        seconds=seconds,
        effective=effective if called else None,
        recording_agreed=recording_agreed if content else None,
        party=case.parties.filter(person=person, role=target["target_role"]).first(),
        line=line or default_line(case, by),
        identity_stated=stated,
        channel=channel,
        result=result,
        contact_point=contact_point,
        at=when,
        by=by,
        remark=remark,
    )

    def keep_recording() -> None:
        if content:
            attempt.recording = store(
                case=case, kind=Document.Kind.OTHER, filename=filename, content=content,
                mime=sound_of(filename, content), title=_("Recording of a call"),
                restricted=not recording_agreed, by=by, at=at,
            )  # fmt: skip

    def after(fresh: ContactAttempt, _by: User, _at: datetime) -> None:
        if call:
            _settle(call, fresh)
        mind_words(fresh.case, [remark], by=by, at=at)
        if contact_point and result == ContactAttempt.Result.WRONG_NUMBER:
            ContactPoint.objects.filter(pk=contact_point.pk, dead_at=None).update(dead_at=at)
        if contact_point and result == ContactAttempt.Result.REFUSED:
            ContactPoint.objects.filter(pk=contact_point.pk).update(do_not_contact=True)

    begin(
        attempt,
        event="contact.logged",
        right="log_contact",
        policy=asks(
            "contact.log",
            at=when,
            channel=channel,
            aim=call.aim if call else aim,
            outcome=result,
            identity_stated=stated,
            **target,
            **lines,
            number=number_mark(contact_point) if contact_point else None,
            contact_sources=sources_of(case, channel, contact_point),
            but_call=call.pk if call else None,
        ),
        by=by,
        at=at,
        first=keep_recording,
        data=lambda made: {
            "channel": channel,
            "result": result,
            "aim": call.aim if call else aim,
            "at": when,
            "remark": remark,
            **_of_call(made),
        },
        then=while_open("contact.logged", after),
    )
    return attempt


def _settle(call: Call, attempt: ContactAttempt) -> None:
    """The call that was begun is logged, once."""
    held = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if held.attempt_id or held.not_made_at:
        raise StateRefused(held, "log_contact")
    held.attempt = attempt
    held.save(update_fields=["attempt"])


def sound_of(filename: str, content: bytes) -> str:
    """The type of a sound file; raises ``Unreadable`` for what is none."""
    mime = kind_of_file(clean_name(filename), content)
    if not mime.startswith("audio/"):
        raise Unreadable(_("This is no recording. Choose an MP3, M4A, WAV, OGG or WebM file."))
    return mime


def _of_call(made: ContactAttempt) -> dict[str, Any]:
    """What the timeline tells of a call beside its result; the recording by its digest alone."""
    if made.channel != ContactAttempt.Channel.PHONE:
        return {}
    told: dict[str, Any] = {"effective": made.effective}
    if made.seconds is not None:
        told["seconds"] = made.seconds
    if made.recording:
        told |= {
            "document": made.recording.number, "document_sha256": made.recording.sha256,
            "recording_agreed": made.recording_agreed,
        }  # fmt: skip
    return told


def lines_of(case: Case, by: User) -> dict[str, str]:
    """The telephones that are registered for whoever works on the case, with whose they are."""
    house = case.agency or case.creditor
    lines = {by.phone: str(by), house.phone: house.name}
    return {number: owner for number, owner in lines.items() if number}


def default_line(case: Case, by: User) -> str:
    """The line that somebody uses who says nothing else: the own work telephone, else the house's."""
    return next(iter(lines_of(case, by)), "")


def line_facts(case: Case, by: User, line: str = "") -> dict[str, Any]:
    """Whether the line is one of the registered ones; where none is, that is not known."""
    used = line or default_line(case, by)
    return {"line_registered": used in lines_of(case, by) if used else None}


# Which numbers an attempt by a channel may have used, where none was named.
REACHED_BY = {
    "phone": ["phone", "sms"],
    "sms": ["sms", "phone"],
    "wechat": ["wechat", "phone"],
    "email": ["email"],
}


def sources_of(
    case: Case, channel: str, point: ContactPoint | None = None
) -> tuple[str, ...] | None:
    """Where the number or address that was used comes from; not known when there is none."""
    if point:
        return (point.source,)
    if channel in {"letter", "lawyers_letter"}:
        found = set(_sources_of_homes(person=case.debtor_id))
    else:
        found = set(_sources_of_points(tuple(REACHED_BY[channel]), person=case.debtor_id))
    return tuple(sorted(found)) or None


@kept
def _sources_of_homes(*, person: int) -> QuerySet[Any]:
    return Address.objects.filter(person=person).values_list("source", flat=True)


@kept
def _sources_of_points(channels: tuple[str, ...], *, person: int) -> QuerySet[Any]:
    usable = ContactPoint.objects.filter(person=person, do_not_contact=False, dead_at=None)
    return usable.filter(channel__in=channels).values_list("source", flat=True)
