from django.urls import path

from api import views

app_name = "api"

urlpatterns = [
    path("cases/<slug:reference>/", views.case, name="case"),
    path("cases/<slug:reference>/visits/", views.visits, name="visits"),
    path("cases/<slug:reference>/contacts/", views.contacts, name="contacts"),
    path("cases/<slug:reference>/payments/", views.payments, name="payments"),
]
