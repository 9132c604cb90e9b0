"""How the house and a phone speak: JSON that nobody keeps, and every no in words."""

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from common import clock
from door.reading import moment
from people.models import User
from people.rights import may
from visits.actions.arriving import CONDUCT
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused, WrongInput

View = Callable[..., HttpResponse]
CLOCK = "X-Device-Clock"


def spoken(*methods: str) -> Callable[[View], View]:
    """Let in whoever is signed in and goes to doors, and turn every no into JSON.

    401 not signed in, 403 no right, 404 nothing there for this person, 409 refused, 422 to be mended,
    503 busy, to be asked again.
    """

    def decorate(view: View) -> View:
        @login_not_required  # a page of sign-in would tell a phone nothing
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
            answer = _answered(view, methods, request, *args, **given)
            answer["Cache-Control"] = "no-store"
            return answer

        return answered

    return decorate


def _answered(
    view: View, methods: tuple[str, ...], request: HttpRequest, *args: Any, **given: Any
) -> HttpResponse:
    if not isinstance(request.user, User):
        return said(401, _("Sign in first."))
    if request.method not in methods:
        return said(405, _("This address takes %(methods)s.") % {"methods": ", ".join(methods)})
    if not may(request.user, CONDUCT):
        return said(403, _("You are not one of those who may do this."))
    try:
        return view(request, *args, **given)
    except PolicyRefused as refused:
        return said(409, "; ".join(finding.rule for finding in refused.findings))
    except StateRefused:
        return said(409, _("Not possible in this step."))
    except RightRefused:
        return said(403, _("You are not one of those who may do this."))
    except OperationalError:  # another request is at this visit, or the database is away: ask again
        return said(
            503, _("This cannot be done right now. Keep it, and send it again in a moment.")
        )
    except Outsider:
        return said(404, _("There is no such visit."))
    except WrongInput as wrong:
        return said(422, str(wrong.message))


def said(status: int, words: str, **more: Any) -> JsonResponse:
    """A no, in words."""
    return JsonResponse({"error": words, **more}, status=status)


def told(data: dict[str, Any], at: datetime, status: int = 200) -> JsonResponse:
    """An answer, with the house's clock."""
    return JsonResponse({**data, "server_clock": at.isoformat()}, status=status)


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent; raises ``WrongInput`` where there is none."""
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise WrongInput(_("Send a JSON object."))
    return found


def device_in(given: Any) -> uuid.UUID:
    """The phone's own number; raises ``WrongInput`` where it gave none."""
    try:
        return uuid.UUID(str(given))
    except ValueError:
        raise WrongInput(_("A phone names itself by a UUID.")) from None


def clock_of(request: HttpRequest) -> datetime:
    """What the phone's clock says; raises ``WrongInput`` where it does not tell."""
    found = moment(request.headers.get(CLOCK, ""))
    if found is None:
        raise WrongInput(
            _("A phone tells its clock in X-Device-Clock, as an ISO moment with its zone.")
        )
    return found


def now() -> datetime:
    """The house's clock, which is the demo's where there is one."""
    return clock.now()
