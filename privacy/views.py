"""Requests about data in the browser: what waits, one of them, and what is done about it."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cases.actions.privacy import prove_identity
from cases.models import DataRequest
from common import clock
from people.recent import recent_sign_in
from people.rights import may
from privacy import actions
from privacy.forms import AnswerForm, IdentityForm
from workflow.paging import page_after
from workflow.web import demand, handle, press

SEES = "see_data_requests"
PAGE = 50
VIEWS = {
    "waiting": gettext_lazy("Waiting"),
    "answered": gettext_lazy("Answered"),
    "all": gettext_lazy("All"),
}


def _seen(request: HttpRequest) -> Any:
    demand(request, SEES)
    return DataRequest.objects.visible_to(request.user).select_related(
        "case__debtor", "case__creditor", "case__agency", "case__mandate", "person", "received_by",
        "answered_by", "answer", "copy_pdf", "copy_json",
    )  # fmt: skip


@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """What waits, the soonest due first. Context: ``requests``, ``view``, ``views``, ``newer``, ``older``, ``at``."""
    view = request.GET.get("view", "waiting")
    if view not in VIEWS:
        raise Http404
    found = _seen(request)
    if view == "waiting":
        found = found.waiting()
    elif view == "answered":
        found = found.exclude(answered_at=None)
    key = request.GET.get("after", "")
    rows, older = page_after(found, "due_at", key, most=PAGE, rising=view == "waiting")
    context = {
        "requests": rows, "view": view, "at": clock.now(),
        "views": [(name, label, f"?view={name}") for name, label in VIEWS.items()],
        "older": older and f"?view={view}&{older[1:]}",
        "newer": f"?view={view}" if key else "",
    }  # fmt: skip
    return TemplateResponse(request, "privacy/requests.html", context)


@require_safe
def request_page(request: HttpRequest, number: str) -> HttpResponse:
    """One request: who asks what, how that is known, until when, and what became of it.

    Context: ``request_`` (the request about data), ``case``, ``at``, ``may_decide``, ``copies_until``, ``kept`` (what would
    have to stay if everything were to be deleted now).
    """
    found = get_object_or_404(_seen(request), number=number)
    at = clock.now()
    ends = found.answered_at + actions.lasts() if found.copy_pdf_id and found.answered_at else None
    context = {
        "asked": found, "case": found.case, "at": at,
        "may_decide": may(request.user, actions.DECIDE) and found.received_by_id != request.user.pk,
        "copies_until": ends, "copies": ends is not None and at < ends,
        "kept": actions.kept_now(found.case, at) if found.is_waiting and found.kind == "deletion" else [],
    }  # fmt: skip
    return TemplateResponse(request, "privacy/request.html", context)


def identity(request: HttpRequest, number: str) -> HttpResponse:
    """Write down how it is known who asks."""
    found = get_object_or_404(_seen(request), number=number)
    return handle(
        request, case=found.case, form=IdentityForm(request.POST or None), right=SEES,
        template="privacy/form.html", done=_("It is known who asks."), to=found.get_absolute_url(),
        context={"asked": found, "title": _("Who asks"), "button": _("Record")},
        do=lambda data: prove_identity(request=found, by=request.user, at=clock.now(), **data),
    )  # fmt: skip


@recent_sign_in
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Decide it; what follows is done at once, and the letter is made."""
    demand(request, actions.DECIDE)
    found = get_object_or_404(_seen(request), number=number)
    return handle(
        request, case=found.case, form=AnswerForm(request.POST or None), right=actions.DECIDE,
        template="privacy/form.html", done=_("It is answered; the letter lies with the request."),
        to=found.get_absolute_url(),
        context={
            "asked": found, "title": _("Answer the request"), "button": _("Answer"),
            "hint": _("Of a deletion what may go goes at once and cannot be brought back; what has to stay is named in the letter."),
        },
        do=lambda data: actions.answer_request(
            request=found, by=request.user, at=clock.now(), **data
        ),
    )  # fmt: skip


@require_POST
def correct(request: HttpRequest, number: str) -> HttpResponse:
    """Carry out a correction that was granted."""
    demand(request, actions.CORRECT)
    found = get_object_or_404(_seen(request), number=number)
    press(
        request, lambda: actions.correct(request=found, by=request.user, at=clock.now()),
        moved=_("It is in another state by now: %(state)s."),
    )  # fmt: skip
    return HttpResponseRedirect(found.get_absolute_url())


@require_POST
@recent_sign_in
def copy(request: HttpRequest, number: str, form: str) -> HttpResponse | FileResponse:
    """Hand out the copy that was granted; that is recorded first."""
    demand(request, actions.TAKE)
    found = get_object_or_404(_seen(request), number=number)
    if form not in {"pdf", "json"}:
        raise Http404
    taken: list[Any] = []

    def do() -> None:
        taken.append(actions.take_copy(request=found, form=form, by=request.user, at=clock.now()))

    if not press(request, do, moved=_("It is in another state by now: %(state)s.")):
        return HttpResponseRedirect(found.get_absolute_url())
    answer = FileResponse(
        taken[0].file.open("rb"), as_attachment=True, filename=taken[0].filename,
        content_type="application/octet-stream",
    )  # fmt: skip
    answer["Cache-Control"], answer["X-Content-Type-Options"] = "private, no-store", "nosniff"
    return answer
