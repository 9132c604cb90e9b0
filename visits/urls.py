"""The addresses of visits: at the desk, and at the door."""

from django.urls import path

from visits.views import (
    calendar,
    circumstance,
    crew,
    door,
    leaving,
    letting_in,
    officers,
    outlook,
    planning,
    quarantine,
    safety,
    slip,
    visit,
)

app_name = "visits"

urlpatterns = [
    path("cases/<slug:reference>/visits/plan/", planning.plan, name="plan"),
    path("cases/<slug:reference>/refusal/", visit.refuse, name="refuse"),
    path("cases/<slug:reference>/refusal/lift/", visit.lift, name="lift"),
    path("cases/<slug:reference>/circumstances/add/", circumstance.record, name="circumstance"),
    path(
        "cases/<slug:reference>/circumstances/<int:pk>/review/",
        circumstance.review,
        name="review_circumstance",
    ),
    path(
        "cases/<slug:reference>/circumstances/<int:pk>/end/",
        circumstance.end,
        name="end_circumstance",
    ),
    path("visits/", calendar.calendar, name="calendar"),
    path("ahead/", outlook.outlook, name="outlook"),
    path("visits/<slug:reference>/", visit.visit, name="visit"),
    path("visits/<slug:reference>/move/", planning.move, name="move"),
    path("visits/<slug:reference>/officers/", crew.swap, name="swap"),
    path("visits/<slug:reference>/announce/", visit.announce, name="announce"),
    path("visits/<slug:reference>/announce/<slug:language>/", visit.preview, name="preview"),
    path("visits/<slug:reference>/cancel/", planning.cancel, name="cancel"),
    path("visits/<slug:reference>/remark/", visit.remark, name="remark"),
    path("officers/", officers.officers, name="officers"),
    path("officers/<str:username>/", officers.officer, name="officer"),
    path("officers/<str:username>/photo.jpg", officers.photo, name="officer_photo"),
    path("officers/<str:username>/badge.pdf", officers.badge, name="badge"),
    path("officers/<str:username>/photograph/", officers.change_photo, name="change_photo"),
    path("officers/<str:username>/credentials/enter/", officers.enter, name="enter_credential"),
    path(
        "officers/<str:username>/credentials/<int:pk>/revoke/",
        officers.revoke,
        name="revoke_credential",
    ),
    path("safety/", safety.overview, name="safety"),
    path("safety/bar/", safety.alarm_bar, name="alarm_bar"),
    path("safety/alarms/<int:pk>/", safety.alarm, name="alarm"),
    path(
        "safety/incidents/<slug:reference>/<int:pk>/",
        safety.incident_record,
        name="incident_record",
    ),
    path("visits/<slug:reference>/slip/", slip.slip, name="slip"),
    path("quarantine/", quarantine.quarantine, name="quarantine"),
    path("quarantine/<int:pk>/", quarantine.decide, name="decide_quarantine"),
    path("door/", door.today, name="today"),
    path("door/<slug:reference>/check-in/", safety.check_in, name="check_in"),
    path("door/<slug:reference>/sos/", safety.sos, name="sos"),
    path("door/<slug:reference>/", door.door, name="door"),
    path("door/<slug:reference>/still/", slip.still, name="still"),
    path("door/<slug:reference>/way-in/", letting_in.way_in, name="way_in"),
    path("door/<slug:reference>/left/", leaving.left, name="left"),
    path("door/<slug:reference>/incident/", leaving.incident, name="incident"),
    path("door/<slug:reference>/evidence/", door.evidence, name="evidence"),
    path("door/<slug:reference>/out/<slug:way>/", leaving.way_out, name="way_out"),
]
