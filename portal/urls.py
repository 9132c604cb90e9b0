from django.urls import path

from portal import views

app_name = "portal"
urlpatterns = [path("check/<str:number>/", views.check, name="check")]
