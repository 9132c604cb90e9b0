from django.urls import path

from portal import signing, views, visiting

app_name = "portal"
urlpatterns = [
    path("check/officer/<str:token>/", views.check_officer, name="officer"),
    path("check/officer/<str:token>/qr.svg", views.officer_qr, name="officer_qr"),
    path("check/<str:number>/", views.check, name="check"),
    path("v/", visiting.enter, name="visit_code"),
    path("v/<str:token>/", visiting.visit, name="visit"),
    path("v/<str:token>/unexpected/", visiting.unexpected, name="visit_unexpected"),
    path("v/<str:token>/leave/", visiting.leave, name="visit_leave"),
    path("m/<str:token>/", views.messages, name="messages"),
    path("m/<str:token>/leave/", views.leave, name="leave"),
    path("m/<str:token>/sign/", signing.sign, name="sign"),
    path("m/<str:token>/sign/paper/", signing.paper, name="sign_paper"),
    path("m/<str:token>/<int:pk>/", views.message, name="message"),
    path("m/<str:token>/<int:pk>/file/", views.message_file, name="message_file"),
]
