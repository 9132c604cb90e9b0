"""What the post says of many letters at once: send the file in, and see row by row what came of it."""

import uuid
from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.deliveries import words
from cases.deliveries.applying import Line, take_in
from cases.deliveries.forms import DeliveriesForm
from cases.deliveries.reading import HEADINGS, LABELS, NEEDED, OUTCOMES
from cases.imports.reading import Unfit
from common import clock
from notices.actions import HANDLE
from people.rights import may
from workflow.guard import Guard, guarded
from workflow.steps import AlreadyDone
from workflow.web import guard_of

RESULTS = {
    "delivered": gettext_lazy("Recorded: delivered"),
    "returned": gettext_lazy("Recorded: came back"),
    "unchanged": gettext_lazy("Known already, unchanged"),
    "rejected": gettext_lazy("Not taken"),
}
TONES = {"delivered": "green", "returned": "amber", "unchanged": "", "rejected": "red"}


def deliveries(request: HttpRequest) -> HttpResponse:
    """Send the post's file in; the answer says of each row what came of it.

    Context: ``form``, ``lines`` (line, number, letter, result, tone, problem in words) or None,
    ``counts`` (label, number), ``columns``, ``outcomes``.
    """
    if not may(request.user, HANDLE):
        raise PermissionDenied
    form = DeliveriesForm(request.POST or None, request.FILES or None)
    lines: list[Line] | None = None
    status = 200
    if request.method == "POST":
        if not form.is_bound:
            form = DeliveriesForm(request.POST, request.FILES)
        form.sender = request.user
        if form.is_valid():
            try:
                with guarded(Guard(key=guard_of(request).key)):
                    lines = take_in(file=form.cleaned_data["file"], by=request.user, at=clock.now())
            except AlreadyDone:
                messages.info(request, _("This was already done; nothing was done twice."))
                return redirect("cases:deliveries")
            except Unfit as unfit:
                form.add_error("file", words.of_file(unfit))
        status = 200 if lines is not None else 422
    counts = Counter(line.outcome for line in lines or ())
    context: dict[str, Any] = {
        "form": form if lines is None else DeliveriesForm(),
        "lines": None if lines is None else [_shown(line) for line in lines],
        "counts": [(label, counts[name]) for name, label in RESULTS.items()],
        "columns": [(LABELS[name], name in NEEDED, HEADINGS[name]) for name in HEADINGS],
        "outcomes": [(RESULTS[name], known) for name, known in OUTCOMES.items()],
        "guard_key": uuid.uuid4().hex,
        "guard_version": "",
    }
    return TemplateResponse(request, "cases/deliveries.html", context, status=status)


@require_safe
def form(request: HttpRequest) -> HttpResponse:
    """An empty file with the headings that are known."""
    if not may(request.user, HANDLE):
        raise PermissionDenied
    chinese = (get_language() or "zh").startswith("zh")
    names = {"number": "registered number", "outcome": "outcome", "at": "when", "why": "why"}
    headings = [known[0] if chinese else names[name] for name, known in HEADINGS.items()]
    answer = HttpResponse(
        f"\ufeff{','.join(headings)}\r\n".encode(), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="doorstep-letters.csv"'
    return answer


def _shown(line: Line) -> dict[str, Any]:
    return {
        "line": line.line,
        "number": line.number,
        "notice": line.notice,
        "result": RESULTS[line.outcome],
        "tone": TONES[line.outcome],
        "said": words.of_row(line.problem) if line.problem else "",
    }
