"""Who sees where a visit goes: its officers on its day, by rule and on record; all others only after saying why."""

from datetime import datetime
from typing import Any

from common.clock import local_day
from looking.models import looks
from looking.session import shown
from people.masking import Group, mask_place
from people.models import User
from visits.models import Visit

AT_WORK = {Visit.State.ANNOUNCED, Visit.State.NOTICED, Visit.State.STARTED}


def goes_there(visit: Visit, user: User, at: datetime) -> bool:
    """Whether this person is one of its officers and it is the day of the visit there, or it is under way (CN-54)."""
    if visit.state not in AT_WORK:
        return False
    today = local_day(visit.starts_at, visit.zone) == local_day(at, visit.zone)
    crew = {part.officer_id for part in visit.crew.all() if part.active}
    return user.pk in crew and (today or visit.state == Visit.State.STARTED)


def tell_places(request: Any, visits: list[Visit], at: datetime) -> list[Visit]:
    """Give each visit its ``where``: in full for those who go there today, and that they saw it is kept, else masked.

    ``in_full`` says which of both it is.
    One statement for all of them; their crews are to be at hand.
    """
    seen: list[tuple[int, str]] = []
    for visit in visits:
        full = Group.ADDRESSES in shown(request, visit.case.reference)
        if goes_there(visit, request.user, at):
            full = True
            seen.append((visit.case_id, visit.reference))
        visit.in_full = full
        visit.where = str(visit.place) if full else mask_place(visit.place)
    looks(seen, request.user, "door", at)
    return visits
