"""The addresses of money that came in: statements, their lines, and accounts at payment providers."""

from django.urls import path

from banking.views import lines, providers

app_name = "banking"

urlpatterns = [
    path("", lines.money_in, name="money_in"),
    path("lines/<int:pk>/", lines.line, name="line"),
    path("lines/<int:pk>/aside/", lines.set_aside, name="set_aside"),
    path("statements/", lines.statements, name="statements"),
    path("statements/new/", lines.take_in, name="take_in"),
    path("statements/<slug:number>/", lines.statement, name="statement"),
    path("providers/", providers.accounts, name="providers"),
    path("providers/at/<str:name>/", providers.open_account, name="open_provider"),
    path("providers/<int:pk>/", providers.account, name="provider"),
    path("providers/<int:pk>/change/", providers.change, name="change_provider"),
    path("providers/<int:pk>/use/", providers.use, name="use_provider"),
    path("providers/<int:pk>/test/", providers.test, name="test_provider"),
]
