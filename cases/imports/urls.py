from django.urls import path

from cases.imports import views

urlpatterns = [
    path("", views.imports, name="imports"),
    path("new/", views.upload, name="import_upload"),
    path("columns/", views.columns, name="import_columns"),
    path("form.csv", views.form, name="import_form"),
    path("<slug:number>/", views.batch, name="import"),
    path("<slug:number>/progress/", views.progress, name="import_progress"),
    path("<slug:number>/take-over/", views.take_over, name="import_take_over"),
    path("<slug:number>/discard/", views.discard, name="import_discard"),
    path("<slug:number>/stop/", views.stop, name="import_stop"),
    path("<slug:number>/rejected.csv", views.rejected, name="import_rejected"),
]
