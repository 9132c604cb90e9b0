"""The same actions for machine clients: JSON in, JSON out, the same rules and the same answers.

Answers: 200 or 201 done, 401 no key, 403 no right, 404 not found or not yours, 409 refused (with every finding) or out of
step, 422 something to mend (with the field). An ``Idempotency-Key`` header makes a repeated POST harmless.
"""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from agreements.actions.paying import record_payment
from api.models import ApiKey, digest_of
from cases.actions.contacting import log_contact
from cases.models import Case, ContactAim, ContactAttempt
from common import clock
from common.clock import from_local, local
from looking.models import look
from people.models import User
from people.rights import PAGES_OF, may
from visits.actions.planning import plan_visit
from workflow.forms import YEARS
from workflow.guard import Guard, guarded
from workflow.steps import (
    AlreadyDone,
    Outsider,
    PolicyRefused,
    RightRefused,
    StaleForm,
    StateRefused,
    WrongInput,
)
from workflow.web import plain

View = Callable[..., JsonResponse]


def keyed(*methods: str) -> Callable[[View], View]:
    """Let in whoever holds a key, and turn every refusal into JSON."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @login_not_required
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **given: Any) -> JsonResponse:
            user = _holder(request)
            if user is None:
                return _said(401, _("Send your key as “Authorization: Bearer …”."))
            if request.method not in methods:
                return _said(
                    405, _("This address takes %(methods)s.") % {"methods": ", ".join(methods)}
                )
            request.user = user
            if user.role in PAGES_OF:
                return _said(403, _("This key's user may not do that."))
            try:
                with guarded(Guard(key=_once(request, user))):
                    return view(request, *args, **given)
            except AlreadyDone:
                return _said(200, _("This was already done; nothing was done twice."))
            except PolicyRefused as refused:
                return _refused(refused)
            except StateRefused as refused:
                state = getattr(refused.subject, "state", "")
                return _said(409, _("Not possible in this step."), step=state)
            except StaleForm:
                return _said(
                    409, _("Somebody changed the case meanwhile. Look at it and ask again.")
                )
            except RightRefused:
                return _said(403, _("This key's user may not do that."))
            except WrongInput as wrong:
                return _said(422, str(wrong.message), field=wrong.field)
            except Outsider:
                return _said(404, _("There is no such case."))

        return answered

    return decorate


def _holder(request: HttpRequest) -> User | None:
    kind, _space, key = request.headers.get("Authorization", "").partition(" ")
    if kind != "Bearer" or not key:
        return None
    found = (
        ApiKey.objects.select_related("user").filter(digest=digest_of(key), revoked_at=None).first()
    )
    return found.user if found and found.user.is_active else None


def _once(request: HttpRequest, user: User) -> str:
    key = plain(request.headers.get("Idempotency-Key", ""))[:40]
    return f"api:{user.pk}:{key}" if key else ""


def _said(status: int, message: str, **more: Any) -> JsonResponse:
    return JsonResponse({"message": message, **more}, status=status)


def _refused(refused: PolicyRefused) -> JsonResponse:
    return JsonResponse(
        {
            "message": _("The rules do not allow this."),
            "earliest": refused.earliest.isoformat() if refused.earliest else None,
            "findings": [finding.as_dict() for finding in refused.findings],
        },
        status=409,
    )


def _seen(request: HttpRequest, reference: str, right: str = "") -> Case:
    cases = Case.objects.visible_to(request.user).select_related("debtor", "creditor", "team")
    case = cases.filter(reference=reference).first()
    if case is None:
        raise Outsider
    if right and not may(request.user, right):  # before the body is read
        raise RightRefused(request.user, right)
    return case


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, UnicodeDecodeError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise WrongInput(_("Send a JSON object."))
    return body


def _text(body: dict[str, Any], name: str, most: int = 300, *, needed: bool = True) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > most or not _bearable(value):
        raise WrongInput(_("Give text of at most %(most)d characters.") % {"most": most}, name)
    if needed and not value.strip():
        raise WrongInput(_("This is needed."), name)
    return value.strip()


def _bearable(text: str) -> bool:
    """Whether a database can keep it: no NUL, no half of a surrogate pair."""
    return not any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in text)


def _moment(body: dict[str, Any], name: str, zone: str) -> datetime:
    """A local time by the clocks of that zone; one with an offset is taken as it is."""
    try:
        given = datetime.fromisoformat(_text(body, name, 40))
        if given.year not in YEARS:
            raise ValueError
    except ValueError:
        raise WrongInput(_("Give the time as 2026-03-05T14:30."), name) from None
    return given if given.tzinfo else from_local(given, zone)


@keyed("GET")
def case(request: HttpRequest, reference: str) -> JsonResponse:
    """One case: its step, what is owed, and its next duty."""
    found = _seen(request, reference)
    look(found.pk, request.user, "api", clock.now())
    return JsonResponse(
        {
            "reference": found.reference,
            "external_reference": found.external_reference,
            "step": found.state,
            "version": found.version,
            "principal": str(found.principal),
            "interest": str(found.interest),
            "fees": str(found.fees),
            "balance": str(found.balance),
            "currency": found.currency,
            "next_due_at": found.next_due_at.isoformat() if found.next_due_at else None,
            "timeline": {"size": found.event_count, "head": found.head},
        }
    )


@keyed("POST")
def visits(request: HttpRequest, reference: str) -> JsonResponse:
    """Plan a visit: ``place`` (address id), ``starts_at``, ``ends_at``, ``officers`` (badges), ``purpose``, …"""
    found, body = _seen(request, reference, "plan_visit"), _body(request)
    badges = body.get("officers")
    if not isinstance(badges, list) or not all(
        isinstance(badge, str) and _bearable(badge) for badge in badges
    ):
        raise WrongInput(_("Give the officers' badge numbers as a list."), "officers")
    officers = list(User.objects.filter(team=found.team_id, badge__in=badges).exclude(badge=""))
    if len(officers) != len(set(badges)):
        raise WrongInput(_("One of these badges is not of the case's team."), "officers")
    place = found.debtor.addresses.filter(pk=_number(body, "place")).first()
    if place is None:
        raise WrongInput(_("This address is not the debtor's."), "place")
    zone = place.zone or found.zone
    visit = plan_visit(
        case=found, place=place, starts_at=_moment(body, "starts_at", zone),
        ends_at=_moment(body, "ends_at", zone), officers=officers,
        purpose=_text(body, "purpose"), intended_outcome=_text(body, "intended_outcome"),
        by=request.user, at=clock.now(),
    )  # fmt: skip
    return JsonResponse(
        {
            "reference": visit.reference,
            "state": visit.state,
            "starts_at": local(visit.starts_at, visit.zone).isoformat(),
        },
        status=201,
    )


@keyed("POST")
def contacts(request: HttpRequest, reference: str) -> JsonResponse:
    """Log a gentler contact: ``channel``, ``result``, ``remark``, ``happened_at``, ``aim`` (else collecting)."""
    found, body = _seen(request, reference, "log_contact"), _body(request)
    channel, result = _text(body, "channel", 20), _text(body, "result", 20)
    if channel not in ContactAttempt.Channel.values:
        raise WrongInput(_("There is no such channel."), "channel")
    if result not in ContactAttempt.Result.values:
        raise WrongInput(_("There is no such result."), "result")
    when = _moment(body, "happened_at", found.zone) if body.get("happened_at") else None
    aim = _text(body, "aim", 10, needed=False) or ContactAim.COLLECTING.value
    if aim not in ContactAim.values:
        raise WrongInput(_("There is no such aim."), "aim")
    attempt = log_contact(
        case=found, channel=channel, result=result, aim=aim,
        remark=_text(body, "remark", 2000, needed=False), happened_at=when, by=request.user,
        at=clock.now(),
    )  # fmt: skip
    return JsonResponse({"at": attempt.at.isoformat()}, status=201)


@keyed("POST")
def payments(request: HttpRequest, reference: str) -> JsonResponse:
    """Record a payment: ``amount``, ``method``, ``received_at``, ``received_by``, ``payer``, ``bank_reference``."""
    found, body = _seen(request, reference, "record_payment"), _body(request)
    try:
        amount = Decimal(_text(body, "amount", 20))
    except InvalidOperation:
        raise WrongInput(_("Give an amount in figures, such as 6500.00."), "amount") from None
    payment = record_payment(
        case=found, amount=amount, method=_text(body, "method", 10),
        received_at=_moment(body, "received_at", found.zone),
        received_by=_text(body, "received_by", 10, needed=False) or "creditor",
        payer=_text(body, "payer", 80, needed=False),
        bank_reference=_text(body, "bank_reference", 60, needed=False), by=request.user,
        at=clock.now(),
    )  # fmt: skip
    return JsonResponse({"number": payment.number, "amount": str(payment.amount)}, status=201)


def _number(body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**62:
        raise WrongInput(_("Give a number."), name)
    return value
