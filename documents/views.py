"""Handing files out: only to those who may see the case, never as something that can run."""

from django.apps import apps
from django.db.models import Q
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header

from documents.models import Document

SHOWN_IN_PLACE = {"application/pdf", "image/jpeg", "image/png", "image/webp"}


def document(request: HttpRequest, number: str) -> FileResponse:
    """The file as it was taken in; PDF and pictures may be looked at in place (``?show=1``)."""
    cases = apps.get_model("cases.Case").objects.visible_to(request.user)  # cases stands above
    found = get_object_or_404(
        Document, Q(case__in=cases) | Q(case=None, created_by__team=request.user.team_id),
        number=number,
    )  # fmt: skip
    in_place = bool(request.GET.get("show")) and found.mime in SHOWN_IN_PLACE
    answer = FileResponse(
        found.file.open("rb"),
        content_type=found.mime if in_place else "application/octet-stream",
    )
    answer["Content-Disposition"] = (
        content_disposition_header(not in_place, found.filename) or "attachment"
    )
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
