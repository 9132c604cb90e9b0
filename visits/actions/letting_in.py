"""Whoever was visited gets a way into their own matter: a link on the slip, and a code that is shown at the door.

The code stands in for what only the debtor knows, so it is shown only once it is settled who stands there. It is
good for minutes, once, and for that one link; only so many are made within an hour, and each is on the timeline.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from notices import codes, links
from notices.models import OneTimeCode, PortalLink
from people.models import User
from visits.actions.arriving import CONDUCT
from visits.models import Visit
from visits.slip import SENT_AWAY
from workflow.steps import StateRefused, WrongInput, note

SHOWN = "portal.code_shown"
STILL = timedelta(minutes=30)
"""How long after the visit the officers may still stand there, with the debtor who looks for a telephone."""
Purpose = PortalLink.Purpose


def may_be_shown(visit: Visit, at: datetime) -> bool:
    """Whether a code can be shown now: the debtor was identified, and the officers are there or have just left unasked."""
    if visit.identified_at is None or visit.outcome in SENT_AWAY:
        return False
    if visit.state == Visit.State.STARTED:
        return True
    ended = visit.finished_at if visit.state == Visit.State.FINISHED else None
    return ended is not None and at < ended + STILL


def is_of_the_crew(visit: Visit, user: User) -> bool:
    """Whether this is one of those who were named to the debtor."""
    return visit.crew.filter(officer=user, active=True).exists()


def link_of_visit(visit: Visit, at: datetime) -> PortalLink | None:
    """The link of this visit, if it was made and is still good."""
    found = PortalLink.objects.filter(visit=visit, purpose=Purpose.OWN).order_by("-pk").first()
    return found if found and links.is_open(found, at) else None


def give_link(visit: Visit, at: datetime) -> PortalLink:
    """The link of this visit, made where there is none; the slip and the officers' phone name the same."""
    return link_of_visit(visit, at) or links.link_for(
        case=visit.case, person=visit.case.debtor, at=at, purpose=Purpose.OWN, visit=visit
    )


def code_shown(visit: Visit, at: datetime) -> OneTimeCode | None:
    """The code that is out for this visit and still good."""
    link = link_of_visit(visit, at)
    code = link.codes.filter(channel=codes.AT_DOOR).order_by("-pk").first() if link else None
    return code if code and codes.is_good(code, at) else None


def show_code(*, visit: Visit, by: User, at: datetime) -> None:
    """Make a code for the debtor who stands there; the one before is good no more.

    Raises ``WrongInput`` for whoever was not named for the visit, before it is known who stands there, and where too
    many were made; ``StateRefused`` once the officers are long gone.
    """

    def made(case: Any) -> dict[str, Any]:
        fresh = Visit.objects.select_related("case__debtor").get(pk=visit.pk)
        if not is_of_the_crew(fresh, by):
            raise WrongInput(_("You are not one of the officers who were named for this visit."))
        if fresh.identified_at is None:
            raise WrongInput(_("First make sure that it is the debtor who stands before you."))
        if not may_be_shown(fresh, at):
            raise StateRefused(fresh, SHOWN)
        link = give_link(fresh, at)
        if not codes.may_make(link, at):
            raise WrongInput(
                _("A code was shown just now, or three within the hour. Please wait a little.")
            )
        code = codes.make(link=link, channel=codes.AT_DOOR, shown_to=by.badge, at=at)
        return {"reference": fresh.reference, "link": link.pk, "until": code.expires_at}

    note(visit.case, event=SHOWN, right=CONDUCT, by=by, at=at, data=made)
