"""The addresses of runs."""

from django.urls import path

from outreach import views

app_name = "outreach"

urlpatterns = [
    path("", views.runs, name="runs"),
    path("new/", views.new, name="new"),
    path("<str:number>/", views.run, name="run"),
    path("<str:number>/progress/", views.progress, name="progress"),
    path("<str:number>/lines/<int:pk>/", views.line, name="line"),
    path("<str:number>/leave-out/", views.drop, name="drop"),
    path("<str:number>/put-back/", views.put_back, name="put_back"),
    path("<str:number>/ask/", views.ask, name="ask"),
    path("<str:number>/take-back/", views.take_back, name="take_back"),
    path("<str:number>/decide/", views.decide, name="decide"),
    path("<str:number>/send/", views.send, name="send"),
    path("<str:number>/stop/", views.stop, name="stop"),
    path("<str:number>/discard/", views.discard, name="discard"),
]
