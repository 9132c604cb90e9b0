"""Answering what a person asks about their data: compliance decides, and what follows is done and told."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from cases.actions.preparing import correcting
from cases.actions.privacy import REQUEST, duty_key
from cases.models import Case, DataRequest
from cases.models.case import Step as CaseStep
from cases.retention import kept_of
from common.clock import local_day
from documents.models import Document
from documents.storing import store
from people.models import Address, ContactPoint, User
from people.rights import may
from privacy.holdings import as_json, holdings_of
from privacy.papers import answer_pdf, copy_pdf
from retention.actions.erasing import NothingDue, erase, forget_one
from retention.forgetting import NAMED
from retention.reckoning import reckoned, said_of
from workflow.approvals import must_be_second
from workflow.duties import fulfil, raise_duty
from workflow.steps import RightRefused, Step, WrongInput, carry_out, note

DECIDE, TAKE, CORRECT = "decide_data_request", "see_restricted", "edit_case"
CORRECTING, HAND_OVER = "privacy.correct", "privacy.hand_over"
GRANT, PARTLY, REFUSE = "grant", "grant_partly", "refuse"
STEPS: dict[str, Callable[..., Step]] = {
    GRANT: partial(Step, transition="grant"),
    PARTLY: partial(Step, transition="grant_partly"),
    REFUSE: partial(Step, transition="refuse"),
}
OPEN: dict[str, Any] = {
    "rule": "CN-60", "force": "law",
    "says": {
        "en": "The claim is still open, so that the purpose for which the data are held is not reached; "
        "after the closing the terms of each kind of record run.",
        "zh": "债权尚未结清，处理目的尚未实现；结案后按各类记录的保存期限计算。",
    },
    "source": {
        "en": "Personal Information Protection Law arts. 13(1)(2), 19, 47",
        "zh": "《个人信息保护法》第13条第1款第2项、第19条、第47条",
    },
}  # fmt: skip


def answer_request(
    *, request: DataRequest, decision: str, grounds: str, by: User, at: datetime
) -> DataRequest:
    """Decide a request and do what follows; the letter that answers is made, and the duty is done.

    Whoever received it decides nothing, nor do those who answer to them; nothing is given before it is known who
    asks. A deletion takes what may go now, with a certificate, and the letter names what stays and by which rule:
    then it is granted in part, whatever was chosen.
    Raises ``SecondPersonNeeded``, ``WrongInput``, and what ``carry_out`` raises.
    """
    grounds = grounds.strip()
    if decision not in {GRANT, PARTLY, REFUSE}:
        raise WrongInput(_("Choose one of those that are offered."), "decision")
    if not grounds:
        raise WrongInput(_("Write the grounds: they stand in the letter."), "grounds")
    must_be_second(request.received_by, by, at)
    told: dict[str, Any] = {}
    if request.kind == DataRequest.Kind.DELETION:
        told = _delete(request, decision, by, at)
        if decision != REFUSE and told["kept"]:
            decision = PARTLY
    answer = {"by": by, "at": at, "grounds": grounds, "told": told}
    carry_out(
        STEPS[decision](
            subject=request, event="privacy.answered", right=DECIDE, args=answer,
            data=lambda fresh: {
                "request": fresh.number, "privacy": fresh.kind, "answer": fresh.state,
                "deleted": [one["certificate"] for one in told.get("deleted", [])],
                "kept": [one["record"] for one in told.get("kept", [])],
            },
            then=_follow,
        ),
        by=by, at=at,
    )  # fmt: skip
    return request


def _follow(fresh: DataRequest, by: User, at: datetime) -> None:
    """What the answer brings about, in its own transaction."""
    case = fresh.case
    fulfil(case=case, kind=REQUEST, key=duty_key(fresh), by=by, at=at)
    if fresh.state != DataRequest.State.REFUSED:
        _AFTER.get(fresh.kind, _nothing)(fresh, by, at)
    fresh.answer = store(
        case=case, kind=Document.Kind.LETTER, filename=f"{fresh.number}-A.pdf", made_here=True,
        content=answer_pdf(fresh, at), title=f"{fresh.get_kind_display()} {fresh.number}", by=by, at=at,
    )  # fmt: skip
    fresh.save(update_fields=["answer", "copy_pdf", "copy_json"])
    _duty(fresh, HAND_OVER, at, "请将个人信息请求 {} 的答复交付请求人。", "Hand over the answer to request {}.")  # fmt: skip


def _nothing(_fresh: DataRequest, _by: User, _at: datetime) -> None:
    """The answer itself is all."""


def _copy(fresh: DataRequest, by: User, at: datetime) -> None:
    """Make the copy; it lies apart from the case's files, and only ``take_copy`` hands it out."""
    found = holdings_of(fresh.case, fresh.person)
    given: dict[str, Any] = {
        "case": fresh.case, "kind": Document.Kind.OTHER, "title": fresh.number, "by": by, "at": at,
        "made_here": True, "restricted": True, "quarantined": True,
    }  # fmt: skip
    text = json.dumps(
        as_json(fresh.case, fresh.person, found, at), ensure_ascii=False, indent=1
    ).encode()
    fresh.copy_pdf = store(
        content=copy_pdf(fresh, found, at), filename=f"{fresh.number}.pdf", **given
    )
    fresh.copy_json = store(
        content=text, filename=f"{fresh.number}.json", mime="application/json", **given
    )


def _correct_by_desk(fresh: DataRequest, _by: User, at: datetime) -> None:
    _duty(fresh, CORRECTING, at, "请按请求 {} 更正个人信息。", "Correct the data as request {} says.")  # fmt: skip


def _withdraw(fresh: DataRequest, _by: User, _at: datetime) -> None:
    """What rested on a consent rests on it no more: the rules see to the rest."""
    ContactPoint.objects.filter(person=fresh.person).update(consented=False)
    Address.objects.filter(person=fresh.person).update(consented=False)


_AFTER: dict[str, Callable[[DataRequest, User, datetime], None]] = {
    DataRequest.Kind.ACCESS: _copy,
    DataRequest.Kind.CORRECTION: _correct_by_desk,
    DataRequest.Kind.WITHDRAWAL: _withdraw,
}


def _duty(fresh: DataRequest, kind: str, at: datetime, zh: str, en: str) -> None:
    raise_duty(
        case=fresh.case, kind=kind, says={"zh": zh.format(fresh.number), "en": en.format(fresh.number)},
        rule="CN-62", role="clerk", due_at=max(fresh.due_at, at), key=f"{kind}:{fresh.number}", at=at,
    )  # fmt: skip


def _delete(request: DataRequest, decision: str, by: User, at: datetime) -> dict[str, Any]:
    """Delete what may go, and say what did and what stays; before anything the decision itself is looked at.

    The engine works in a transaction of its own. Where the process ends between the two the request still waits, and the
    next answer finds what went by the certificates since it came in.
    """
    case = request.case
    if not may(by, DECIDE):
        raise RightRefused(by, DECIDE)
    named = case.parties.filter(person=request.person, role__in=NAMED).exists()
    if decision != REFUSE:
        if request.state != DataRequest.State.IDENTIFIED:
            raise WrongInput(_("Nothing is given or deleted before it is known who asks."))
        try:
            if named and request.person_id != case.debtor_id:
                forget_one(case, request.person, by=by, at=at)
            else:
                erase(case, by=by, at=at)
        except NothingDue:
            pass
    since = case.erasures.filter(at__gte=request.received_at) if decision != REFUSE else []
    deleted = [
        {"certificate": one.number, "record": told["record"]} for one in since for told in one.told
    ]
    if decision != REFUSE and not deleted:
        raise WrongInput(
            _("Nothing may be deleted now. Refuse it: the letter says what is kept and by which rules."),
            "decision",
        )  # fmt: skip
    gone_whole = named and bool(deleted)
    return {"deleted": deleted, "kept": [] if gone_whole else kept_now(case, at)}


def kept_now(case: Case, at: datetime) -> list[dict[str, Any]]:
    """What of the case has to stay, until when and by which rules; kinds and rules alone."""
    if case.state != CaseStep.CLOSURE:
        rows = [
            {"record": one.record, "due_on": None, "held_by": list(one.held_by), "why": [said_of(why, dated=False) for why in one.why]}
            for one in kept_of(case, closed_on=local_day(at, case.zone))
            if one.why
        ]  # fmt: skip
        return [{"record": "case_file", "due_on": None, "held_by": [], "why": [OPEN]}, *rows]
    gone = set(case.terms.exclude(erased_at=None).values_list("record", flat=True))
    return [
        {
            "record": one.record, "due_on": one.due_on, "held_by": list(one.held_by),
            "why": [said_of(why) for why in one.why],
        }
        for one in reckoned(case) if one.record not in gone
    ]  # fmt: skip


def correct(*, request: DataRequest, by: User, at: datetime) -> None:
    """Carry out a correction that was granted: the value changes by the action that always changes it, the old one is kept."""
    if request.kind != DataRequest.Kind.CORRECTION or request.corrected_at:
        raise WrongInput(_("This was corrected already, or it is no correction."))
    if request.state not in {DataRequest.State.GRANTED, DataRequest.State.PARTLY}:
        raise WrongInput(_("Compliance has not granted it."))
    case, steps = request.case, []
    held = str(getattr(request.person, request.field)) if request.field else ""
    if request.field:
        steps.append(correcting(case, {request.field: request.wanted}))

    def keep(fresh: DataRequest, by: User, at: datetime) -> None:
        fresh.corrected_at, fresh.held = at, held
        fresh.save(update_fields=["corrected_at", "held"])
        fulfil(case=fresh.case, kind=CORRECTING, key=f"{CORRECTING}:{fresh.number}", by=by, at=at)

    done = Step(
        subject=request, event="privacy.corrected", right=CORRECT, then=keep,
        data={"request": request.number, "fields": [request.field] if request.field else []},
    )  # fmt: skip
    carry_out(*steps, done, by=by, at=at)


def take_copy(*, request: DataRequest, form: str, by: User, at: datetime) -> Document:
    """Hand the copy out, which is recorded first. Raises ``WrongInput`` where there is none, or none any more."""
    document = request.copy_pdf if form == "pdf" else request.copy_json
    if document is None or request.answered_at is None:
        raise WrongInput(_("No copy was granted."))
    if at >= request.answered_at + lasts():
        raise WrongInput(_("The copy is no longer handed out. Who needs it asks again."))
    note(
        request.case, event="data.copy_taken", right=TAKE, by=by, at=at,
        data={"request": request.number, "form": form, "sha256": document.sha256},
    )  # fmt: skip
    return document


def lasts() -> timedelta:
    """So long a copy is handed out."""
    return timedelta(days=settings.EXPORTS_KEPT_DAYS)
