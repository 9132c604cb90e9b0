"""The addresses of the phone at the door, and of what is settled afterwards."""

from django.urls import path

from door import desk_views, phone, tus, views

app_name = "door"

urlpatterns = [
    path("app/", phone.app, name="app"),
    path("app/sw.js", phone.worker, name="worker"),
    path("app/manifest.webmanifest", phone.manifest, name="manifest"),
    path("app/hello/", views.hello, name="hello"),
    path("app/visits/", views.visits, name="visits"),
    path("app/visits/<slug:reference>/pack/", views.pack, name="pack"),
    path("app/visits/<slug:reference>/still/", views.still, name="still"),
    path("app/items/", views.items, name="items"),
    path("app/uploads/", tus.uploads, name="uploads"),
    path("app/uploads/<uuid:token>/", tus.upload, name="upload"),
    path("sent/<slug:reference>/", desk_views.sent, name="sent"),
    path("to-settle/", desk_views.settle_list, name="to_settle"),
    path("to-settle/<int:pk>/", desk_views.settle, name="settle"),
    path("app/key.json", views.key, name="key"),
]
