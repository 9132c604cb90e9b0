"""The site's addresses as they are where a provider is set."""

from django.urls import include, path

from config.urls import handler500  # noqa: F401
from config.urls import urlpatterns as all_others

urlpatterns = [path("", include("access.provider_urls")), *all_others]
