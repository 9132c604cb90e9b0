"""Letters: what is to be printed and posted, and what became of what was posted."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from common import clock
from notices import actions, lists
from notices.channels import CARRIED
from notices.models import LetterRun, LetterRunLine, Notice
from notices.printing import loaded, print_letters
from notices.views.posting import post_letters, tell_posted
from people.rights import may
from workflow.guard import Guard, guarded
from workflow.paging import number_in
from workflow.steps import AlreadyDone, WrongInput
from workflow.web import guard_of


def letters(request: HttpRequest) -> HttpResponse:
    """The print queue; a POST prints the ticked letters, or says that they were posted.

    Context: ``view``, ``views``, ``page``, ``rows`` (notice, number as written, problem), ``at``.
    """
    if not may(request.user, actions.HANDLE):
        raise PermissionDenied
    problems: dict[int, str] = {}
    if request.method == "POST":
        try:
            if request.POST.get("do") == "print":
                run, problems = _print(request)
                if run:
                    return redirect(run)
                return _page(request, problems)
            posted, problems = post_letters(request, _ticked(request))
        except AlreadyDone:
            messages.info(request, _("This was already done; nothing was done twice."))
            return redirect("notices:letters")
        tell_posted(request, posted)
        if not problems:
            if not posted:
                messages.info(request, _("No letter was ticked, so nothing was done."))
            return redirect("notices:letters")
    return _page(request, problems)


def _ticked(request: HttpRequest) -> dict[int, str]:
    """The ticked letters, each with the number that was written beside it."""
    ticked = [number_in(pk) for pk in request.POST.getlist("post")]
    return {pk: request.POST.get(f"number-{pk}", "")[:40] for pk in ticked if pk is not None}


def _print(request: HttpRequest) -> tuple[LetterRun | None, dict[int, str]]:
    """Print the ticked letters in one go; what was left out is told beside the new run."""
    notices = Notice.objects.visible_to(request.user).filter(pk__in=_ticked(request))
    try:
        with guarded(Guard(key=guard_of(request).key)):
            printed = print_letters(notices=loaded(notices), by=request.user, at=clock.now())
    except WrongInput as wrong:
        messages.info(request, wrong.message)
        return None, {}
    if printed.run:
        for said in printed.problems.values():
            messages.warning(request, said)
    return printed.run, printed.problems


def _page(request: HttpRequest, problems: dict[int, str]) -> TemplateResponse:
    view = request.GET.get("view", "post")
    if view not in lists.LETTERS:
        raise Http404
    letters = Notice.objects.visible_to(request.user).filter(
        channel__in=CARRIED, state__in=lists.LETTERS[view][1]
    )
    letters = letters.prefetch_related(
        Prefetch("prints", LetterRunLine.objects.select_related("run").order_by("-pk"))
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
