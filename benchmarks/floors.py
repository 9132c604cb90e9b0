"""The floors: the same questions in plain SQL inside a signed-in view, nothing drawn."""

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import include, path

LIST = """
select c.reference, c.debtor_name, c.state, c.principal + c.interest + c.fees, o.name, c.next_due_at
from cases_case c join people_organisation o on o.id = c.creditor_id
where c.team_id = %s {more} order by c.id desc limit 51
"""


def _rows(sql: str, params: list[object]) -> list[list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [[str(value) for value in row] for row in cursor.fetchall()]


def listing(request: HttpRequest) -> JsonResponse:
    """Fifty cases of a team."""
    return JsonResponse({"rows": _rows(LIST.format(more=""), [request.user.team_id])})


def searching(request: HttpRequest) -> JsonResponse:
    """Fifty cases whose debtor's name holds two characters."""
    name = request.GET["q"]
    more = "and c.grams @> array[%s]::varchar[] and c.debtor_name like %s"
    sql = LIST.format(more=more)
    return JsonResponse({"rows": _rows(sql, [request.user.team_id, name, f"%{name}%"])})


def one(request: HttpRequest, reference: str) -> JsonResponse:
    """One case and its newest fifty events."""
    case = _rows(
        "select * from cases_case c join people_person p on p.id = c.debtor_id"
        " where reference = %s and team_id = %s",
        [reference, request.user.team_id],
    )
    events = _rows(
        "select number, kind, occurred_at, actor_name, data from timeline_event"
        " where case_id = %s order by number desc limit 50",
        [case[0][0]],
    )
    return JsonResponse({"case": case, "events": events})


urlpatterns = [
    path("floor/list/", listing),
    path("floor/search/", searching),
    path("floor/case/<slug:reference>/", one),
    path("", include("config.urls")),
]
