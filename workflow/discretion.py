"""What stands on a timeline of a complaint, and from whom it is kept: those complained of."""

from typing import Any

from django.db.models import Q

from compliance.aims import Aim
from people.models import User
from timeline.models import Event

OF_COMPLAINTS = Q(kind__startswith="complaint.") | Q(data__aim=Aim.COMPLAINT.value)
"""The events that tell of one: its own, and those of the letters about it."""


def shown_to(user: User, case: Any) -> Q:
    """The events of the case that this user may read."""
    return ~OF_COMPLAINTS if case.keeps_from(user) else Q()


def is_kept_from(event: Event, case: Any, user: User) -> bool:
    """The same of an event at hand."""
    of_one = event.kind.startswith("complaint.") or event.data.get("aim") == Aim.COMPLAINT.value
    return bool(of_one and case.keeps_from(user))
