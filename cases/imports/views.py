"""Files in the browser: send in, look, take over; each view makes one call."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from cases.imports import actions, shown, words
from cases.imports.columns import COLUMNS
from cases.imports.forms import UploadForm
from cases.imports.reading import Unfit
from cases.imports.tasks import poke
from cases.models import ImportBatch, ImportRow
from common import clock
from people.rights import may
from workflow.guard import guarded
from workflow.paging import number_in, page_by_key
from workflow.steps import AlreadyDone
from workflow.web import demand, guard_of, press

PAGE = 30
_Outcome = ImportRow.Outcome


@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    """The files that came in, newest first."""
    _must_see(request)
    before = request.GET.get("before", "")
    batches, last = page_by_key(_batches(request), before, most=PAGE)
    return TemplateResponse(
        request,
        "cases/imports/list.html",
        {
            "batches": batches,
            "older": last and f"?before={last}",
            "newer": reverse("cases:imports") if before else "",
            "may_import": may(request.user, actions.RIGHT),
        },
    )


def upload(request: HttpRequest) -> HttpResponse:
    """Send a file in."""
    if not may(request.user, actions.RIGHT):
        raise PermissionDenied
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        initial={"team": request.user.team_id},
    )
    form.sender = request.user
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with guarded(guard_of(request)):
                batch = actions.upload(
                    creditor=given["creditor"], team=given["team"], filename=given["file"].name,
                    file=given["file"], by=request.user, at=clock.now(),
                )  # fmt: skip
        except AlreadyDone:
            messages.info(request, _("This file was already sent in; nothing was done twice."))
            return HttpResponseRedirect(reverse("cases:imports"))
        except Unfit as unfit:
            form.add_error("file", str(words.of_file(unfit.as_dict())))
        else:
            poke(batch.pk)
            return HttpResponseRedirect(batch.get_absolute_url())
    return TemplateResponse(
        request,
        "cases/imports/upload.html",
        {"form": form, "guard_key": uuid.uuid4().hex, "guard_version": ""},
        status=422 if form.is_bound else 200,
    )


@require_safe
def batch(request: HttpRequest, number: str) -> HttpResponse:
    """One file: what would become of it, or what has."""
    found = _seen(request, number)
    counts = {
        outcome: getattr(found, f"{outcome}_count")
        for outcome in (_Outcome.REJECTED, _Outcome.CREATED, _Outcome.UPDATED, _Outcome.UNCHANGED)
    }
    wanted = request.GET.get("show", "")
    if wanted not in _Outcome.values:
        wanted = next((str(name) for name, count in counts.items() if count), "created")
    has_rows = found.state in {
        ImportBatch.State.READY, ImportBatch.State.APPLIED, ImportBatch.State.DISCARDED,
    }  # fmt: skip
    page = shown.RowPage([])
    if has_rows:
        page = shown.page_of(
            found,
            request.user,
            wanted,
            after=_number(request, "after"),
            before=_number(request, "before"),
        )
    here = found.get_absolute_url()
    return TemplateResponse(
        request,
        "cases/imports/batch.html",
        {
            "batch": found,
            "stages": shown.stages(found),
            "problem": words.of_file(found.problem),
            "has_rows": has_rows and any(counts.values()),
            "tabs": [
                (name, _Outcome(name).label, count, f"{here}?show={name}")
                for name, count in counts.items()
            ],
            "wanted": wanted,
            "page": page,
            "newer": f"{here}?show={wanted}&before={page.before}" if page.before else "",
            "older": f"{here}?show={wanted}&after={page.after}" if page.after else "",
            "unused": [
                heading
                for heading, name in zip(found.headings, found.columns, strict=False)
                if not name and heading
            ],
            "to_do": found.created_count + found.updated_count,
            "may_import": may(request.user, actions.RIGHT),
            "guard_key": uuid.uuid4().hex,
            "guard_version": "",
            **_running(found),
        },
    )


@require_safe
def progress(request: HttpRequest, number: str) -> HttpResponse:
    """How far the worker is; when it is through, the page is drawn anew."""
    found = _seen(request, number)
    if found.state not in {ImportBatch.State.READING, ImportBatch.State.APPLYING}:
        return HttpResponseClientRefresh()
    return TemplateResponse(request, "components/progress_bar.html", _running(found))


@require_POST
def take_over(request: HttpRequest, number: str) -> HttpResponse:
    """Have it taken over."""
    found = _seen(request, number)
    return _act(request, found, actions.take_over, wake=True)


@require_POST
def discard(request: HttpRequest, number: str) -> HttpResponse:
    """Throw it away."""
    return _act(request, _seen(request, number), actions.discard)


@require_POST
def stop(request: HttpRequest, number: str) -> HttpResponse:
    """Have the worker stop."""
    return _act(request, _seen(request, number), actions.stop)


@require_safe
def rejected(request: HttpRequest, number: str) -> StreamingHttpResponse:
    """The rejected rows, to be mended and sent in again."""
    found = _seen(request, number)
    answer = StreamingHttpResponse(
        (part.encode() for part in shown.rejected_file(found)),
        content_type="text/csv; charset=utf-8",
    )
    answer["Content-Disposition"] = f'attachment; filename="{found.number}-rejected.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
def columns(request: HttpRequest) -> HttpResponse:
    """Which columns a file may have, under which headings, and how their cells are written."""
    _must_see(request)
    return TemplateResponse(
        request,
        "cases/imports/columns.html",
        {
            "columns": COLUMNS,
            "of_rows": words.every(words.ROWS),
            "of_files": words.every(words.FILES),
            "may_import": may(request.user, actions.RIGHT),
        },
    )


@require_safe
def form(request: HttpRequest) -> HttpResponse:
    """An empty file with the headings that are known."""
    _must_see(request)
    answer = HttpResponse(
        shown.empty_form(get_language() or "zh").encode(), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="doorstep-import.csv"'
    return answer


def _batches(request: HttpRequest) -> Any:
    related = ("creditor", "team", "document", "uploaded_by", "taken_over_by")
    return ImportBatch.objects.visible_to(request.user).select_related(*related)


def _must_see(request: HttpRequest) -> None:
    demand(request, "see_imports")


def _seen(request: HttpRequest, number: str) -> ImportBatch:
    """The batch, if this user may see it; a stranger gets the same 404 as for one that is not."""
    _must_see(request)
    found: ImportBatch = get_object_or_404(_batches(request), number=number)
    return found


def _running(found: ImportBatch) -> dict[str, Any]:
    reading = found.state == ImportBatch.State.READING
    return {
        "url": reverse("cases:import_progress", args=[found.number]),
        "stop_url": "" if found.stop_asked else reverse("cases:import_stop", args=[found.number]),
        "done": min(found.rows_done, found.rows_total),
        "total": found.rows_total,
        "label": _("Stopping…") if found.stop_asked
        else _("Checking row by row") if reading
        else _("Taking over"),
        "left": "" if found.stop_asked else shown.time_left(found, clock.now()),
    }  # fmt: skip


def _act(
    request: HttpRequest, found: ImportBatch, do: Callable[..., None], *, wake: bool = False
) -> HttpResponse:
    was_done = press(
        request,
        lambda: do(batch=found, by=request.user, at=clock.now()),
        moved=_("This file is no longer where that can be done: it is “%(state)s”."),
    )
    if was_done and wake:
        poke(found.pk)
    return HttpResponseRedirect(found.get_absolute_url())


def _number(request: HttpRequest, name: str) -> int:
    return number_in(request.GET.get(name, "")) or 0
