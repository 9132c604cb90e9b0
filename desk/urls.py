from django.urls import path

from desk.views import (
    asking,
    case,
    dashboard,
    exceptions,
    looking,
    replaying,
    review,
    rights,
    rules,
    timeline,
    work,
)

app_name = "desk"

urlpatterns = [
    path("", work.work, name="work"),
    path("find/", work.find, name="find"),
    path("cases/<slug:reference>/", case.case, name="case"),
    path("cases/<slug:reference>/timeline/", timeline.timeline, name="timeline"),
    path(
        "cases/<slug:reference>/timeline/<int:number>/replay/",
        replaying.replay,
        name="replay",
    ),
    path("cases/<slug:reference>/show/", looking.unmask, name="unmask"),
    path("cases/<slug:reference>/mask/", looking.mask, name="mask"),
    path("cases/<slug:reference>/looks/", looking.looks, name="looks"),
    path("approvals/", review.approvals, name="approvals"),
    path("approvals/<int:pk>/", review.approval, name="approval"),
    path("ask/", asking.ask, name="ask"),
    path("cases/<slug:reference>/ask/", asking.ask_case, name="ask_case"),
    path("exceptions/", exceptions.listed, name="exceptions"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/<slug:name>/", dashboard.behind, name="behind"),
    path("rights/", rights.rights, name="rights"),
    path("rules/", rules.rules, name="rules"),
    path("rules/<slug:name>/", rules.pack, name="rule_pack"),
    path("rules/<slug:name>/paper-<slug:language>.pdf", rules.paper, name="rule_pack_paper"),
    path("rules/<slug:name>/<slug:rule>/stopped/", rules.stopped, name="stopped"),
    path("duties/<int:pk>/", review.do_duty, name="duty"),
]
