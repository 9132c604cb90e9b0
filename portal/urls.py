from django.urls import path

from portal import views

app_name = "portal"
urlpatterns = [
    path("check/officer/<str:token>/", views.check_officer, name="officer"),
    path("check/officer/<str:token>/qr.svg", views.officer_qr, name="officer_qr"),
    path("check/<str:number>/", views.check, name="check"),
]
