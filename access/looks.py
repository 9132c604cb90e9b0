"""Looks that were refused: who asked for what is not theirs, when, and at which address.

One row a person, object and minute, counted up, and at most ``MOST`` rows a person and minute: whoever
tries references by the thousand fills no table. Written the same way whether the object exists or not,
so that neither the answer nor its time tells the two apart.
"""

from datetime import datetime
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from access.models import RefusedLook
from people.models import User
from workflow.web import plain

MOST = 60
"""Addresses of one person that are kept apart within one minute; the others are counted together."""
LONGEST = 200
_WRITE = """
    with room as (
        select count(*) < %(most)s as there_is from access_refusedlook
        where who_id = %(who)s and minute = %(minute)s
    )
    insert into access_refusedlook (who_id, minute, status, route, path, first_at, last_at, count)
    select %(who)s, %(minute)s, %(status)s,
           case when there_is then %(route)s else '' end,
           case when there_is then %(path)s else '' end,
           %(at)s, %(at)s, 1
    from room
    on conflict (who_id, minute, status, route, path)
    do update set count = access_refusedlook.count + 1, last_at = excluded.last_at
"""


def is_refused(request: HttpRequest, answer: HttpResponseBase) -> bool:
    """Whether somebody who is signed in, or holds a key, was refused a page of the house.

    The pages of debtors are not meant: their addresses are secrets, and no colleague's business.
    """
    found = request.resolver_match
    if answer.status_code not in {403, 404} or found is None or not isinstance(request.user, User):
        return False
    inside = getattr(found.func, "login_required", True) or found.namespace == "api"
    return inside and getattr(request, "reached_view", False)


def keep(*, who: User, status: int, route: str, path: str, at: datetime) -> None:
    """Write the look down, in one statement; ``path`` is the address without what follows the "?"."""
    given: dict[str, Any] = {
        "who": who.pk, "minute": at.replace(second=0, microsecond=0), "status": status,
        "route": route[:80], "path": plain(path)[:LONGEST], "at": at, "most": MOST,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, given)


def seen_by(reader: User) -> Any:
    """Those of the own team's people; all of them for those who see every team."""
    found = RefusedLook.objects.select_related("who__team")
    if reader.sees_every_team:
        return found
    return found.filter(who__team=reader.team_id) if reader.team_id else found.none()
