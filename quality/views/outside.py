"""I want to complain: for whoever holds the code of a visit, the link of a message, or of one's own matter."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.models import Case
from common import clock
from notices.models import PortalLink
from notices.texts.showing import words_for_anybody
from notices.wording import writer_of
from people.models import User
from portal import entering
from portal.own import VIEWS, Own, own_page
from portal.quiet import private
from quality.actions.complaining import receive_complaint
from quality.forms import ComplainForm
from timeline.models import Event
from visits import tokens
from visits.models import Visit
from workflow.by_link import acting_by
from workflow.guard import guarded
from workflow.steps import AlreadyDone, WrongInput
from workflow.web import guard_of

LONGEST, MOST = 80, 40


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def of_visit(request: HttpRequest, token: str) -> HttpResponse:
    """Complain of those who came, by the code of the visit or the link on its slip; the page names no debt."""
    at = clock.now()
    row = tokens.by_token_afterwards(token[:LONGEST], at)
    if row is None:
        return private(redirect("portal:visit_code"))
    back = reverse("portal:visit", args=[token]) if row.expires_at > at else ""
    return _ask(request, row.visit.case, row.visit, back)


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def of_message(request: HttpRequest, token: str) -> HttpResponse:
    """Complain from behind a link, once the reader has shown who they are: that of a message, or of one's own matter."""
    at, token = clock.now(), token[:LONGEST]
    link = entering.open_for(request, token, entering.READING, at)
    if link is None:
        return private(redirect("portal:messages", token))
    if link.purpose != PortalLink.Purpose.OWN:
        return _ask(request, link.case, None, reverse("portal:messages", args=[token]))
    back, follow = (reverse(name, args=[token]) for name in ("portal:home", "quality:followed"))
    with acting_by(link.pk):
        answer = _ask(request, link.case, None, back, follow)
    entering.let_in(answer, request, link, at)
    return answer


@own_page("complaints")
def followed(own: Own) -> HttpResponseBase:
    """What this person complained of here, by when it is answered, and the answer. Context: ``complaints``, ``withheld``.

    What somebody else sent in by a visit's code is theirs: a wife's words are not laid before her husband.
    """
    links = PortalLink.objects.filter(case=own.case, person=own.link.person)
    sent = Event.objects.filter(
        case=own.case, kind="complaint.received", data__link__in=list(links.values_list("pk", flat=True))
    ).values("data__complaint")  # fmt: skip
    found = own.case.complaints.filter(number__in=[row["data__complaint"] for row in sent])
    withheld = own.withholds("see_complaints")
    rows = own.seen(found).select_related("case").order_by("-received_at", "-pk")[:MOST]
    return own.page(
        "quality/followed.html", complaints=[] if withheld else list(rows), withheld=withheld
    )


def complain(own: Own) -> HttpResponseBase:
    """The form as the debtor has it before them, for staff who look on; the debtor comes by ``of_message``."""
    return _ask(own.request, own.case, None, own.address("home"), own.address("followed"))


VIEWS["complain"] = complain


def _ask(
    request: HttpRequest, case: Case, visit: Visit | None, back: str, follow: str = ""
) -> HttpResponse:
    """The form, and after it the number and what follows; pressed twice it is one complaint.

    Context: ``form``, ``said``, ``back``, ``follow`` (where it is followed, or ""), ``house``, ``guard_key``, ``words``.
    """
    form = ComplainForm(request.POST if request.method == "POST" else None)
    said: Any = None
    if form.is_bound and form.is_valid():
        try:
            with guarded(guard_of(request)):
                said = receive_complaint(
                    case=case,
                    how="link",
                    visit=visit,
                    by=User.objects.system(),
                    at=clock.now(),
                    **form.cleaned_data,
                )
        except AlreadyDone:
            said = case.complaints.filter(how="link").order_by("-pk").first()
        except WrongInput as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, wrong.message)
    context = {
        "form": form, "said": said, "back": back, "follow": follow, "house": writer_of(case),
        "guard_key": uuid.uuid4().hex, "words": words_for_anybody(clock.now(), writer_of(case).pk),
    }  # fmt: skip
    status = 422 if form.is_bound and said is None else 200
    return private(TemplateResponse(request, "quality/complain.html", context, status=status))
