"""The addresses of single sign-on; mounted only where a provider is set."""

from django.urls import path

from access.views import provider

app_name = "provider"

urlpatterns = [
    path("sign-in/provider/", provider.start, name="start"),
    path("sign-in/provider/back/", provider.back, name="back"),
    path("sign-in/provider/again/", provider.again, name="again"),
]
