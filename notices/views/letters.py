"""Letters: what is to be printed and posted, and what became of what was posted."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import clock
from notices import actions, lists
from notices.channels import CARRIED
from notices.models import Notice
from people.rights import may
from workflow.guard import Guard, guarded
from workflow.steps import AlreadyDone, StateRefused, WrongInput
from workflow.web import guard_of


def letters(request: HttpRequest) -> HttpResponse:
    """The print queue; a POST says which of its letters were posted, and under which numbers.

    Context: ``view``, ``views``, ``page``, ``rows`` (notice, number as written, problem), ``at``.
    """
    if not may(request.user, actions.HANDLE):
        raise PermissionDenied
    problems: dict[int, str] = {}
    if request.method == "POST":
        try:
            posted, problems = _post(request)
        except AlreadyDone:
            messages.info(request, _("This was already done; nothing was done twice."))
            return redirect("notices:letters")
        if posted:
            messages.success(
                request,
                ngettext("%(count)d letter is posted.", "%(count)d letters are posted.", posted)
                % {"count": posted},
            )
        if not problems:
            if not posted:
                messages.info(request, _("No letter was ticked, so nothing was done."))
            return redirect("notices:letters")
    return _page(request, problems)


def _post(request: HttpRequest) -> tuple[int, dict[int, str]]:
    """Record the ticked letters one by one; one that cannot be posted does not stop the others."""
    ticked = [int(pk) for pk in request.POST.getlist("post") if pk.isdecimal() and len(pk) < 18]
    chosen = Notice.objects.visible_to(request.user).filter(pk__in=ticked, channel="letter")
    at, posted, problems = clock.now(), 0, {}
    # Many cases at once: the key of the form counts, the version of no single case can.
    with guarded(Guard(key=guard_of(request).key)):
        for notice in chosen.select_related("case__debtor", "document").order_by("pk")[:100]:
            number = request.POST.get(f"number-{notice.pk}", "")[:40]
            try:
                actions.mark_sent(notice=notice, by=request.user, at=at, number=number)
            except WrongInput as wrong:
                problems[notice.pk] = str(wrong.message)
            except StateRefused:
                problems[notice.pk] = _("Somebody else has settled this letter meanwhile.")
            else:
                posted += 1
    return posted, problems


def _page(request: HttpRequest, problems: dict[int, str]) -> TemplateResponse:
    view = request.GET.get("view", "post")
    if view not in lists.LETTERS:
        raise Http404
    letters = Notice.objects.visible_to(request.user).filter(
        channel__in=CARRIED, state__in=lists.LETTERS[view][1]
    )
    page = lists.page_of(letters, view, request.GET)
    shown = {notice.pk for notice in page.notices}
    context: dict[str, Any] = {
        "view": view,
        "views": [(name, label, f"?view={name}") for name, (label, _s) in lists.LETTERS.items()],
        "page": page,
        "rows": [
            (
                notice,
                request.POST.get(f"number-{notice.pk}", "")[:40],
                problems.get(notice.pk, ""),
            )
            for notice in page.notices
        ],
        # Such as a letter that was stopped just now: it stands in the list no more.
        "gone": [said for pk, said in problems.items() if pk not in shown],
        "at": clock.now(),
        "guard_key": uuid.uuid4().hex,
    }
    return TemplateResponse(
        request, "notices/letters.html", context, status=422 if problems else 200
    )
