"""Handing files out: only to those who may see the case, never as something that can run."""

from django.apps import apps
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from common import clock
from documents.models import Document
from documents.viewing import NoPicture, drawn_anew
from people.rights import may

SHOWN_IN_PLACE = {"application/pdf", "image/jpeg", "image/png", "image/webp"}


def document(request: HttpRequest, number: str) -> FileResponse | HttpResponse:
    """The file as it was taken in; PDF and pictures may be looked at in place (``?show=1``)."""
    # The cases app stands above this one.
    cases = apps.get_model("cases.Case").objects.visible_to(request.user)
    batches = apps.get_model("cases.ImportBatch").objects.visible_to(request.user)
    seen = Q(case__in=cases)
    statements = apps.get_model("banking.Statement").objects.visible_to(request.user)
    if may(request.user, "record_payment"):
        seen |= Q(case=None, pk__in=statements.values("document"))
    if may(request.user, "see_imports"):
        seen |= Q(case=None, pk__in=batches.values("document"))
    if not may(request.user, "see_restricted"):
        seen &= Q(restricted=False)
    complained_of = Q(restricted=True, case__kept_from__contains=[request.user.pk])
    seen &= ~complained_of
    found = get_object_or_404(Document.objects.shown(), seen, number=number)
    if found.erased_at:
        said = _("Deleted under %(rules)s when its term had run out; certificate %(number)s.")
        told = said % {"rules": found.erased_under or "–", "number": found.erased_by}
        return HttpResponse(told, status=410, content_type="text/plain; charset=utf-8")
    if found.case_id:  # who looked, and at which file: looking stands above this app
        at, who = clock.now(), request.user
        apps.get_app_config("looking").look(found.case_id, who, "document", at, found.number)
    in_place = bool(request.GET.get("show")) and found.mime in SHOWN_IN_PLACE
    answer: FileResponse | HttpResponse
    if in_place and found.mime.startswith("image/"):
        answer = _picture(found)
    else:
        answer = FileResponse(
            found.file.open("rb"),
            content_type=found.mime if in_place else "application/octet-stream",
        )
        answer["Content-Disposition"] = (
            content_disposition_header(not in_place, found.filename) or "attachment"
        )
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _picture(found: Document) -> HttpResponse:
    """What one looks at, drawn anew; the file itself is to be had without ``?show=1``."""
    with found.file.open("rb") as file:
        try:
            made = drawn_anew(file.read())
        except NoPicture:
            raise Http404 from None
    answer = HttpResponse(made, content_type="image/jpeg")
    answer["Content-Disposition"] = "inline"
    return answer
