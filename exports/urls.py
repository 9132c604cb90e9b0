"""The addresses of exports."""

from django.urls import path

from exports import views

app_name = "exports"

urlpatterns = [
    path("cases/<slug:reference>/export/", views.ask_timeline, name="ask_timeline"),
    path("exports/", views.exports, name="exports"),
    path("exports/list/", views.ask_list, name="ask_list"),
    path("exports/<str:number>/", views.export, name="export"),
    path("exports/<str:number>/progress/", views.progress, name="progress"),
    path("exports/<str:number>/decision/", views.decide, name="decide"),
    path("exports/<str:number>/withdraw/", views.withdraw, name="withdraw"),
    path("exports/<str:number>/file/", views.fetch, name="fetch"),
]
