"""The addresses of keeping and deleting."""

from django.urls import path

from retention import views

app_name = "retention"

urlpatterns = [
    path("records/", views.due, name="due"),
    path("records/held/", views.held, name="held"),
    path("records/kept/", views.kept, name="kept"),
    path("records/deleted/", views.deleted, name="deleted"),
    path("records/engine/", views.engine, name="engine"),
    path("cases/<slug:reference>/records/", views.case, name="case"),
    path("cases/<slug:reference>/records/terms/", views.terms, name="terms"),
    path("cases/<slug:reference>/records/hold/", views.hold, name="hold"),
    path("cases/<slug:reference>/records/holds/<int:pk>/renew/", views.renew, name="renew"),
    path("cases/<slug:reference>/records/holds/<int:pk>/lift/", views.lift, name="lift"),
]
