from django.urls import path

from rulebook import views

app_name = "rulebook"

urlpatterns = [
    path("", views.versions, name="versions"),
    path("of/<slug:name>/new/", views.draft, name="draft"),
    path("<slug:reference>/", views.version, name="version"),
    path("<slug:reference>/values/", views.values, name="values"),
    path("<slug:reference>/values/<slug:topic>/<int:number>/", views.value, name="value"),
    path("<slug:reference>/diff/", views.diff, name="diff"),
    path("<slug:reference>/diff.pdf", views.diff_pdf, name="diff_pdf"),
    path("<slug:reference>/what-if/", views.what_if, name="what_if"),
    path("<slug:reference>/what-if/progress/", views.progress, name="progress"),
    path("<slug:reference>/what-if/stop/", views.stop, name="stop"),
    path("<slug:reference>/propose/", views.propose, name="propose"),
    path("<slug:reference>/take-back/", views.take_back, name="take_back"),
    path("<slug:reference>/withdraw/", views.withdraw, name="withdraw"),
    path("<slug:reference>/publish/", views.publish, name="publish"),
]
