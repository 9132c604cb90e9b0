"""I want to complain: for whoever holds the code of a visit, or the link of a message."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.models import Case
from common import clock
from notices.models import PortalLink
from notices.wording import writer_of
from people.models import User
from portal import entering
from quality.actions.complaining import receive_complaint
from quality.forms import ComplainForm
from visits import tokens
from visits.models import Visit
from workflow.steps import WrongInput

LONGEST = 80


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def of_visit(request: HttpRequest, token: str) -> HttpResponse:
    """Complain of those who came, by the code of the visit or the link on its slip; the page names no debt."""
    at = clock.now()
    row = tokens.by_token_afterwards(token[:LONGEST], at)
    if row is None:
        return _private(redirect("portal:visit_code"))
    back = reverse("portal:visit", args=[token]) if row.expires_at > at else ""
    return _ask(request, row.visit.case, row.visit, back)


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def of_message(request: HttpRequest, token: str) -> HttpResponse:
    """Complain from behind the link of a message, once the reader has shown who they are."""
    link = entering.open_for(request, token[:LONGEST], PortalLink.Purpose.MESSAGES, clock.now())
    if link is None:
        return _private(redirect("portal:messages", token[:LONGEST]))
    return _ask(request, link.case, None, reverse("portal:messages", args=[token]))


def _ask(request: HttpRequest, case: Case, visit: Visit | None, back: str) -> HttpResponse:
    """The form, and after it the number and what follows. Context: ``form``, ``said``, ``back``, ``house``."""
    form = ComplainForm(request.POST if request.method == "POST" else None)
    said: Any = None
    if form.is_bound and form.is_valid():
        try:
            said = receive_complaint(
                case=case,
                how="link",
                visit=visit,
                by=User.objects.system(),
                at=clock.now(),
                **form.cleaned_data,
            )
        except WrongInput as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.message)
    return _private(
        TemplateResponse(
            request,
            "quality/complain.html",
            {"form": form, "said": said, "back": back, "house": writer_of(case)},
            status=422 if form.is_bound and said is None else 200,
        )
    )


def _private(answer: HttpResponse) -> HttpResponse:
    """No other site hears of its address; our own does, or a browser would not say where a form comes from."""
    answer["Referrer-Policy"] = "same-origin"
    return answer
