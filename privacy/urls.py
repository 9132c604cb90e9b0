"""The addresses of requests about data."""

from django.urls import path

from privacy import views

app_name = "privacy"

urlpatterns = [
    path("data-requests/", views.requests, name="requests"),
    path("data-requests/<str:number>/", views.request_page, name="request"),
    path("data-requests/<str:number>/identity/", views.identity, name="identity"),
    path("data-requests/<str:number>/answer/", views.answer, name="answer"),
    path("data-requests/<str:number>/correct/", views.correct, name="correct"),
    path("data-requests/<str:number>/copy.<slug:form>", views.copy, name="copy"),
]
