"""The app on the phone: its one page, what it keeps for when there is no signal, and how it installs."""

import hashlib
import json
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from door import signing
from door.words import words
from visits.actions.arriving import CONDUCT
from workflow.web import demand

THEME = "#0b625d"
MODULES = ("app", "capture", "cash", "flow", "pack", "store", "sync", "tools", "ui", "visit")
FILES = [
    "css/doorstep.css",
    "css/case.css",
    "css/visits.css",
    "css/door.css",
    "css/door-app.css",
    "vendor/bootstrap/bootstrap.min.css",
    "vendor/bootstrap-icons/bootstrap-icons.min.css",
    "vendor/bootstrap-icons/fonts/bootstrap-icons.woff2",
    "vendor/idb/index.js",
    "vendor/signature_pad/signature_pad.umd.min.js",
    "js/theme.js",
    *(f"js/door/{name}.js" for name in MODULES),
    "img/mark.svg",
    "img/door-192.png",
]
"""What the page needs where there is no signal; tests/door/test_phone_page.py looks that none is missing."""


@require_safe
def app(request: HttpRequest) -> TemplateResponse:
    """The one page of the app; it says nothing of any visit, nor who is signed in."""
    demand(request, CONDUCT)
    context = {"words": words(), "key": [signing.public_key()], "theme_color": THEME}
    answer = TemplateResponse(request, "door/app.html", context)
    # The service worker keeps it; nothing else has to.
    patch_cache_control(answer, no_cache=True, private=True)
    return answer


@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """The service worker: the page and its files for when there is no signal, and nothing that anybody said."""
    files = [static(name) for name in FILES]
    source = Path(__file__).with_name("worker.js").read_text()
    version = hashlib.sha256("\n".join([*files, source, _contents()]).encode()).hexdigest()[:16]
    head = f"const VERSION = {json.dumps(version)};\nconst PAGE = {json.dumps(reverse('door:app'))};\nconst FILES = {json.dumps(files)};\n"
    answer = HttpResponse(head + source, content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = reverse("door:app")
    patch_cache_control(answer, no_store=True)
    return answer


def _contents() -> str:
    """What makes a new version of the page itself: its templates in the language at hand."""
    return (
        render_to_string("door/app/tools.html")
        + render_to_string("door/app/cash.html")
        + json.dumps(words())
    )


@require_safe
def manifest(_request: HttpRequest) -> JsonResponse:
    """How the app installs on a phone."""
    icons: list[dict[str, Any]] = [
        {"src": static(f"img/door-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]  # fmt: skip
    page = reverse("door:app")
    return JsonResponse(
        {
            "id": page, "name": "Doorstep", "short_name": "Doorstep", "description": _("The door on the officer's phone"),
            "start_url": page, "scope": page, "display": "standalone", "orientation": "portrait",
            "background_color": "#ffffff", "theme_color": THEME, "icons": icons,
        },
        content_type="application/manifest+json",
    )  # fmt: skip
