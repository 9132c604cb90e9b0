"""The addresses of the phone at the door, and of what is settled afterwards."""

from django.urls import path

from door import views

app_name = "door"

urlpatterns = [
    path("app/hello/", views.hello, name="hello"),
    path("app/visits/", views.visits, name="visits"),
    path("app/visits/<slug:reference>/pack/", views.pack, name="pack"),
    path("app/items/", views.items, name="items"),
    path("app/key.json", views.key, name="key"),
]
