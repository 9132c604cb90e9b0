"""Every address of the site, by app."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from banking.views import calls
from config import health
from notices.views import carriers

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("", include("access.urls")),
    *([path("", include("access.provider_urls"))] if settings.OIDC else []),
    path("rules/versions/", include("rulebook.urls")),
    path("", include("desk.urls")),
    path("", include("court.urls")),
    path("", include("exports.urls")),
    path("", include("retention.urls")),
    path("", include("privacy.urls")),
    path("", include("quality.urls")),
    path("", include("allocation.urls")),
    path("", include("cases.urls")),
    path("door/", include("door.urls")),  # first, or visits would take their names for references
    path("", include("visits.urls")),
    path("", include("agreements.urls")),
    path("money-in/", include("banking.urls")),
    path("documents/", include("documents.urls")),
    path("notices/", include("notices.urls")),
    path("wording/", include("notices.wording_urls")),
    path("carriers/<str:slug>/", carriers.call, name="carrier"),
    path("paid/<str:slug>/", calls.call, name="provider_call"),
    path("runs/", include("outreach.urls")),
    path("api/", include("api.urls")),
    path("", include("portal.urls")),
    path("demo/", include("demo.urls")),
    path("administration/", admin.site.urls),
]

handler500 = "config.errors.server_error"
