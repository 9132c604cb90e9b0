from django.urls import path

from rulebook.views import editing, rates
from rulebook.views import versions as views

app_name = "rulebook"

urlpatterns = [
    path("", views.versions, name="versions"),
    path("of/<slug:name>/new/", views.draft, name="draft"),
    path("new-pack/", views.begin, name="begin"),
    path("lpr/", rates.enter, name="lpr"),
    path("lpr/four-times/", rates.four_times, name="four_times"),
    path("<slug:reference>/", views.version, name="version"),
    path("<slug:reference>/values/", editing.values, name="values"),
    path("<slug:reference>/values/<slug:topic>/<int:number>/", editing.value, name="value"),
    path(
        "<slug:reference>/values/<slug:topic>/<int:number>/checked/",
        editing.checked,
        name="checked",
    ),
    path("<slug:reference>/values/<slug:topic>/<int:number>/take-out/", editing.drop, name="drop"),
    path("<slug:reference>/lines/", editing.patterns, name="patterns"),
    path("<slug:reference>/lines/<slug:name>/<slug:topic>/<int:number>/", editing.add, name="add"),
    path("<slug:reference>/sources/", editing.sources, name="sources"),
    path("<slug:reference>/delete/", views.delete, name="delete"),
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
