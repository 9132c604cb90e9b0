"""The addresses of notices."""

from django.urls import path

from notices.views import accounts, letters, notice, outbox, runs, slips

app_name = "notices"

urlpatterns = [
    path("", letters.letters, name="letters"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("slips/", slips.slips, name="slips"),
    path("runs/", runs.runs, name="runs"),
    path("runs/<slug:number>/", runs.run, name="run"),
    path("runs/<slug:number>/<slug:which>/", runs.run_file, name="run_file"),
    path("<int:pk>/", notice.notice, name="notice"),
    path("<int:pk>/post/", notice.post, name="post"),
    path("<int:pk>/deliver/", notice.deliver, name="deliver"),
    path("<int:pk>/return/", notice.bounce, name="bounce"),
    path("<int:pk>/judge/", notice.judge, name="judge"),
    path("<int:pk>/again/", notice.again, name="again"),
    path("<int:pk>/stop/", notice.drop, name="drop"),
    path("channels/", accounts.accounts, name="accounts"),
    path("channels/at/<str:name>/", accounts.open_account, name="open_account"),
    path("channels/<int:pk>/", accounts.account, name="account"),
    path("channels/<int:pk>/change/", accounts.change, name="change_account"),
    path("channels/<int:pk>/use/", accounts.use, name="use_account"),
    path("channels/<int:pk>/try/", accounts.try_out, name="try_account"),
]
