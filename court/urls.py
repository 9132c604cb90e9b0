"""The addresses of bundles and anchors."""

from django.urls import path

from court import views

app_name = "court"

urlpatterns = [
    path("cases/<slug:reference>/bundle/", views.ask, name="ask"),
    path("bundles/", views.bundles, name="bundles"),
    path("bundles/<str:number>/", views.bundle, name="bundle"),
    path("bundles/<str:number>/progress/", views.progress, name="progress"),
    path("bundles/<str:number>/download/", views.download, name="download"),
    path("anchors/", views.anchors, name="anchors"),
]
