from django.urls import path

from visits.views import door, planning

app_name = "visits"

urlpatterns = [
    path("cases/<slug:reference>/visits/plan/", planning.plan, name="plan"),
    path("cases/<slug:reference>/refusal/", planning.refuse, name="refuse"),
    path("cases/<slug:reference>/refusal/lift/", planning.lift, name="lift"),
    path("visits/", planning.calendar, name="calendar"),
    path("visits/<slug:reference>/", planning.visit, name="visit"),
    path("visits/<slug:reference>/move/", planning.move, name="move"),
    path("visits/<slug:reference>/announce/", planning.announce, name="announce"),
    path("visits/<slug:reference>/cancel/", planning.cancel, name="cancel"),
    path("door/", door.today, name="today"),
    path("door/<slug:reference>/", door.door, name="door"),
    path("door/<slug:reference>/left/", door.left, name="left"),
    path("door/<slug:reference>/evidence/", door.evidence, name="evidence"),
    path("door/<slug:reference>/out/<slug:way>/", door.way_out, name="way_out"),
]
