"""Our words are changed: compliance writes a new version, a second person releases it, nothing is lost.

Words belong to no case: what is done with them stands on the house's own timeline, old and new side by side.
"""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from common.clock import HOUSE_ZONE, day_begins, local_day
from notices.models import MessageVersion
from notices.texts.faults import Fault, faults
from notices.texts.filed import Text
from notices.texts.standing import Place, Standing, standing
from notices.texts.wordings import LANGUAGES, WORDINGS
from people.models import Organisation, User
from people.rights import may
from timeline.chain import record_for_house
from workflow.approvals import must_be_second
from workflow.steps import RightRefused, StateRefused, WrongInput, once

EDIT, RELEASE = "edit_wording", "release_wording"
_State = MessageVersion.State


def propose_wording(
    *,
    wording: str,
    channel: str,
    language: str,
    subject: str,
    body: str,
    reason: str,
    valid_on: date,
    based_on: int,
    by: User,
    at: datetime,
    organisation: Organisation | None = None,
) -> MessageVersion:
    """Write a new version of a text; it waits for a second person and changes nothing until then.

    ``organisation`` is for whom alone it holds; the house's own text holds for all the others. Raises ``WrongInput`` with every fault of the text by its part; words that a pack forbids are told
    on the house's timeline too.
    """
    _must(by, EDIT)
    text = Text(body=_lines(body), subject=subject.strip())
    place = (wording, channel, language)
    _demand_sound(text, place, by, at)
    with transaction.atomic(durable=True):
        once(by, at)
        old = now_standing(*place, at=at, organisation=organisation)
        if old.text.body == text.body and old.text.subject == text.subject:
            raise WrongInput(_("Nothing is changed yet. Change the text first."), "body")
        return _proposed(
            place, text, old, by, at, based_on=based_on, reason=reason, valid_on=valid_on,
            organisation=organisation,
        )  # fmt: skip


def propose_fall_back(
    *,
    wording: str,
    channel: str,
    language: str,
    organisation: Organisation,
    reason: str,
    valid_on: date,
    by: User,
    at: datetime,
) -> MessageVersion:
    """Give an organisation's own text up for the house's, whatever that is by then; likewise released."""
    _must(by, EDIT)
    place = (wording, channel, language)
    with transaction.atomic(durable=True):
        once(by, at)
        old = now_standing(*place, at=at, organisation=organisation)
        if old.organisation is None:
            raise WrongInput(_("This organisation has no text of its own here."))
        house = now_standing(*place, at=at)
        return _proposed(
            place, house.text, old, by, at, based_on=old.number, reason=reason, valid_on=valid_on,
            organisation=organisation, falls_back=True,
        )  # fmt: skip


def _proposed(
    place: Place, text: Text, old: Standing, by: User, at: datetime, **given: Any
) -> MessageVersion:
    """A new row, told on the house's timeline with the old text and the new."""
    wording, channel, language = place
    rows = MessageVersion.objects.filter(wording=wording, channel=channel, language=language)
    newest = rows.select_for_update(of=("self",)).order_by("-number").first()
    made = MessageVersion(
        wording=wording, channel=channel, language=language,
        number=(newest.number if newest else 0) + 1, subject=text.subject, body=text.body,
        digest=text.digest, proposed_by=by, proposed_at=at, **given,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise WrongInput(
            _("Another version of this text waits for release. Withdraw it first, or let it be released.")
        ) from None  # fmt: skip
    _tell(
        made, "wording.proposed", by, at, reason=made.reason, before=_told(old), after=_words(text)
    )
    return made


def release_wording(
    *, version: MessageVersion, answer: str, by: User, at: datetime
) -> MessageVersion:
    """Let messages be composed from this version, from its day on; only by a second person."""
    _must(by, RELEASE)
    place = (version.wording, version.channel, version.language)
    if version.proposed_by_id != by.pk and not version.falls_back:
        _demand_sound(version.text, place, by, at)  # the packs may say more than they did
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = _locked(version)
        must_be_second(fresh.proposed_by, by, at)
        old = now_standing(*place, at=at, organisation=fresh.organisation)
        begins = max(day_begins(fresh.valid_on, HOUSE_ZONE), at)
        ahead = (
            MessageVersion.objects.filter(
                wording=fresh.wording, channel=fresh.channel, language=fresh.language,
                organisation=fresh.organisation_id, state=_State.RELEASED, valid_from__gt=begins,
            ).order_by("-valid_from").first()
        )  # fmt: skip
        if ahead is not None and ahead.valid_from is not None:
            raise WrongInput(
                _("Version %(number)d takes effect on %(day)s. This one has to follow it: withdraw it and choose that day or a later one.")
                % {"number": ahead.number, "day": local_day(ahead.valid_from, HOUSE_ZONE).isoformat()}
            )  # fmt: skip
        _move(fresh, "release", at=at, valid_from=begins)
        fresh.decided_by, fresh.answer = by, answer
        fresh.save(update_fields=["state", "decided_at", "valid_from", "decided_by", "answer"])
        _tell(
            fresh, "wording.released", by, at, answer=answer, valid_from=begins,
            proposed_by=str(fresh.proposed_by), before=_told(old), after=_words(fresh.text),
        )  # fmt: skip
    version.refresh_from_db()
    return version


def withdraw_wording(*, version: MessageVersion, by: User, at: datetime) -> MessageVersion:
    """Give a proposal up; it is kept and never used."""
    _must(by, EDIT)
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = _locked(version)
        _move(fresh, "withdraw", at=at)
        fresh.decided_by = by
        fresh.save(update_fields=["state", "decided_at", "decided_by"])
        _tell(fresh, "wording.withdrawn", by, at)
    version.refresh_from_db()
    return version


def now_standing(
    wording: str,
    channel: str,
    language: str,
    *,
    at: datetime,
    organisation: Organisation | None = None,
) -> Standing:
    """The text that holds in that place, for the house or for an organisation."""
    whose = organisation.pk if organisation else None
    found = standing([wording], [channel], [language], at=at, organisation=whose)
    return found[wording, channel, language]


def _demand_sound(text: Text, place: tuple[str, str, str], by: User, at: datetime) -> None:
    wording, channel, language = place
    if (
        wording not in WORDINGS
        or channel not in WORDINGS[wording].channels
        or language not in LANGUAGES
    ):
        raise WrongInput(_("There is no such text."))  # fmt: skip
    found = faults(text, WORDINGS[wording], channel, language, on=local_day(at, HOUSE_ZONE))
    if not found:
        return
    _tell_refusal(found, text, place, by, at)
    said: dict[str, list[str]] = {}
    for fault in found:
        said.setdefault("subject" if fault.part == "subject" else "body", []).append(fault.says)
    raise WrongInput(said)


def _tell_refusal(
    found: list[Fault], text: Text, place: tuple[str, str, str], by: User, at: datetime
) -> None:
    """Words that a rule forbids are kept on record, as they are where a message is written."""
    findings = [fault.finding for fault in found if fault.finding]
    if not findings:
        return
    with transaction.atomic(durable=True):
        record_for_house(
            kind="wording.refused", by=by, at=at,
            data={
                "wording": place[0], "channel": place[1], "language": place[2],
                "words": sorted({word for one in findings for word in one.inputs["words"]}),
                "rules": sorted({one.rule for one in findings}),
                "tried": _words(text),
            },
        )  # fmt: skip


def _lines(body: str) -> str:
    """The text with the line ends of this house, and none at its end."""
    return "\n".join(line.rstrip() for line in body.replace("\r\n", "\n").split("\n")).strip()


def _locked(version: MessageVersion) -> MessageVersion:
    return MessageVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)


def _move(version: MessageVersion, transition: str, **args: Any) -> None:
    try:
        getattr(version, transition)(**args)
    except TransitionNotAllowed:
        raise StateRefused(version, transition) from None


def _must(by: User, right: str) -> None:
    if not may(by, right):
        raise RightRefused(by, right)


def _words(text: Text) -> dict[str, str]:
    return {"subject": text.subject, "body": text.body, "sha256": text.digest}


def _told(old: Standing) -> dict[str, Any]:
    return {"version": old.number, **_words(old.text)}


def _tell(version: MessageVersion, kind: str, by: User, at: datetime, **more: Any) -> None:
    record_for_house(
        kind=kind, by=by, at=at,
        data={
            "wording": version.wording, "channel": version.channel, "language": version.language,
            "version": version.number, "sha256": version.digest, "valid_on": version.valid_on,
            **({"organisation": str(version.organisation)} if version.organisation else {}),
            **({"falls_back": True} if version.falls_back else {}), **more,
        },
    )  # fmt: skip
