"""Bundles and anchors in the browser; each view makes one call."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from cases.models import Case
from common import clock
from court import actions, readme, seal
from court.forms import BundleForm
from court.models import Bundle
from people.recent import recent_sign_in
from timeline.models import Anchor
from workflow.paging import page_by_key
from workflow.web import demand, handle, press

PAGE = 30


def _seen(request: HttpRequest) -> QuerySet[Bundle]:
    demand(request, actions.RIGHT)
    return Bundle.objects.visible_to(request.user).select_related(
        "case__debtor", "asked_by", "export"
    )


@require_safe
def bundles(request: HttpRequest) -> HttpResponse:
    """The bundles, newest first.

    Context: ``bundles``, ``newer``, ``older``, ``verifier`` and ``fingerprint`` (to be published).
    """
    before = request.GET.get("before", "")
    found, last = page_by_key(_seen(request), before, most=PAGE)
    context = {
        "bundles": found,
        "older": f"?before={last}" if last else "",
        "newer": reverse("court:bundles") if before else "",
        "verifier": readme.verifier_digest(),
        "fingerprint": seal.fingerprint(),
    }
    return TemplateResponse(request, "court/bundles.html", context)


@recent_sign_in
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for a bundle of the case; below stand those that were made."""
    cases = Case.objects.visible_to(request.user).select_related("debtor", "creditor", "team")
    case = get_object_or_404(cases, reference=reference)
    demand(request, actions.RIGHT)
    form = BundleForm(request.POST or None, case=case, by=request.user)

    def do(data: dict[str, Any]) -> Bundle:
        return actions.ask_bundle(case=case, by=request.user, at=clock.now(), **data)

    return handle(
        request, case=case, form=form, do=do, template="court/ask.html", right=actions.RIGHT,
        done=lambda made: (
            _("A second person is asked. You are told when there is an answer.")
            if made.export.state == "asked"
            else _("The bundle is being put together.")
        ),
        to=lambda made: made.get_absolute_url() if made else case.get_absolute_url(),
        context={"bundles": list(_seen(request).filter(case=case).order_by("-pk")[:PAGE])},
    )  # fmt: skip


@require_safe
def bundle(request: HttpRequest, number: str) -> HttpResponse:
    """One bundle: what is in it, how far it is, and its digest.

    Context: ``bundle``, ``case``, and what the progress bar needs.
    """
    found = get_object_or_404(_seen(request), number=number)
    context = {
        "bundle": found,
        "case": found.case,
        "readable": _readable(found, request),
        **_running(found),
    }
    return TemplateResponse(
        request, "court/bundle.html", {**context, "guard_key": uuid.uuid4().hex}
    )


def _readable(found: Bundle, request: HttpRequest) -> bool:
    if found.asked_by_id != request.user.pk:
        return False
    over = found.expires_at is not None and found.expires_at <= clock.now()
    return found.state == Bundle.State.READY and not over


def _running(found: Bundle) -> dict[str, Any]:
    return {
        "url": reverse("court:progress", args=[found.number]),
        "done": found.done,
        "total": found.total,
        "label": _("Being put together"),
    }


@require_safe
def progress(request: HttpRequest, number: str) -> HttpResponse:
    """How far the worker is; when it is through, the page is drawn anew."""
    found = get_object_or_404(_seen(request), number=number)
    if found.state != Bundle.State.BUILDING:
        return HttpResponseClientRefresh()
    return TemplateResponse(request, "components/progress_bar.html", _running(found))


@require_POST
@recent_sign_in
def download(request: HttpRequest, number: str) -> HttpResponse | FileResponse:
    """Take the bundle out; that is recorded on the case's timeline first."""
    found = get_object_or_404(_seen(request), number=number)

    def do() -> None:
        actions.take_bundle(bundle=found, by=request.user, at=clock.now())

    if not press(request, do, moved=_("This bundle is no longer kept. Ask for it again.")):
        return HttpResponseRedirect(found.get_absolute_url())
    answer = FileResponse(
        actions.file_of(found).open("rb"), as_attachment=True, content_type="application/zip",
        filename=f"{found.case.reference}-{found.number}.zip",
    )  # fmt: skip
    answer["Cache-Control"], answer["X-Content-Type-Options"] = "private, no-store", "nosniff"
    return answer


@require_safe
def anchors(request: HttpRequest) -> HttpResponse:
    """The signed daily heads, newest first. Context: ``anchors``, ``newer``, ``older``, ``fingerprint``."""
    demand(request, "see_anchors")
    before = request.GET.get("before", "")
    found, last = page_by_key(Anchor.objects.all(), before, most=PAGE)
    context = {
        "anchors": found,
        "older": f"?before={last}" if last else "",
        "newer": reverse("court:anchors") if before else "",
        "fingerprint": seal.fingerprint(),
    }
    return TemplateResponse(request, "court/anchors.html", context)
