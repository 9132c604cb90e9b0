"""Print runs: the letters that were printed together, and their numbers once they are posted."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common import clock
from notices import actions, lists
from notices.channels.letter import as_number
from notices.models import LetterRun, Notice
from notices.views.posting import post_letters, tell_posted
from people.rights import may
from workflow.steps import AlreadyDone

FILES = {"letters": "letters", "sheet": "sheet"}


@require_safe
def runs(request: HttpRequest) -> TemplateResponse:
    """The runs of one's team, newest first. Context: ``runs``, ``older`` (address or ""), ``newer``."""
    _must_handle(request)
    found = LetterRun.objects.visible_to(request.user).select_related(
        "printed_by", "team", "letters", "sheet"
    )
    rows, older = lists.runs_page(found, request.GET)
    newer = reverse("notices:runs") if request.GET.get("before") else ""
    return TemplateResponse(
        request, "notices/runs.html", {"runs": rows, "older": older, "newer": newer}
    )


def run(request: HttpRequest, number: str) -> HttpResponse:
    """One run; a POST says which of its letters were posted, and under which numbers.

    Context: ``run``, ``rows`` (line, number as written, problem), ``left`` (how many wait), ``at``.
    """
    found = _seen(request, number)
    problems: dict[int, str] = {}
    if request.method == "POST":
        try:
            posted, problems = post_letters(request, _chosen(request, found))
        except AlreadyDone:
            messages.info(request, _("This was already done; nothing was done twice."))
            return redirect(found)
        tell_posted(request, posted)
        if not problems:
            if not posted:
                messages.info(request, _("No letter was ticked, so nothing was done."))
            return redirect(found)
    lines = found.lines.select_related("notice__recipient", "notice__case").order_by("place")
    rows: list[tuple[Any, str, str]] = [
        (line, _written(request, line.notice), problems.get(line.notice_id, "")) for line in lines
    ]
    context = {
        "run": found,
        "rows": rows,
        "left": sum(line.notice.state == Notice.State.QUEUED for line, _n, _p in rows),
        "at": clock.now(),
        "guard_key": uuid.uuid4().hex,
    }
    return TemplateResponse(request, "notices/run.html", context, status=422 if problems else 200)


@require_safe
def run_file(request: HttpRequest, number: str, which: str) -> FileResponse:
    """The letters of the run, or its sheet, as they were printed."""
    found = _seen(request, number)
    if which not in FILES:
        raise Http404
    document = getattr(found, FILES[which])
    answer = FileResponse(document.file.open("rb"), content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(False, document.filename) or "inline"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _chosen(request: HttpRequest, found: LetterRun) -> dict[int, str]:
    """The letters that were ticked or given a number, with that number."""
    ticked = set(request.POST.getlist("post"))
    chosen = {}
    for notice in Notice.objects.filter(prints__run=found, state=Notice.State.QUEUED).only("pk"):
        number = _written(request, notice)
        if str(notice.pk) in ticked or as_number(number):
            chosen[notice.pk] = number
    return chosen


def _written(request: HttpRequest, notice: Notice) -> str:
    return request.POST.get(f"number-{notice.pk}", "")[:40]


def _must_handle(request: HttpRequest) -> None:
    if not may(request.user, actions.HANDLE):
        raise PermissionDenied


def _seen(request: HttpRequest, number: str) -> LetterRun:
    """The run, if it is the own team's and one has to do with letters."""
    _must_handle(request)
    runs = LetterRun.objects.visible_to(request.user)
    return get_object_or_404(
        runs.select_related("printed_by", "team", "letters", "sheet"), number=number
    )
