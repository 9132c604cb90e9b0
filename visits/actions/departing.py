"""Before anybody sets out: how many go, and whether anything comes along that could frighten."""

from datetime import datetime

from django.utils.translation import gettext as _

from common.clock import local_day
from people.models import User
from visits import policy
from visits.actions.arriving import CONDUCT, only_the_crew
from visits.models import Visit
from workflow.steps import StateRefused, Step, WrongInput, carry_out


def depart(*, visit: Visit, people: int, props: bool, by: User, at: datetime) -> None:
    """The officers set out, so many people in all, drivers included; asked anew it is answered anew.

    Nothing is kept of a departure that the rules refuse but the refusal itself.
    """
    only_the_crew(visit, by)
    if local_day(at, visit.zone) != local_day(visit.starts_at, visit.zone):
        raise WrongInput(_("This is answered on the day of the visit, before you set out."))
    if at >= visit.ends_at:
        raise WrongInput(_("The time that the debtor was told is over. Plan another visit."))

    def keep(fresh: Visit, _by: User, _at: datetime) -> None:
        if fresh.state != Visit.State.NOTICED:
            raise StateRefused(fresh, "visit.depart")
        fresh.departed_at, fresh.people_going = at, people
        fresh.save(update_fields=["departed_at", "people_going"])

    carry_out(
        Step(
            subject=visit,
            event="visit.departed",
            right=CONDUCT,
            policy=policy.may_depart(people=people, props=props),
            data={"reference": visit.reference, "people": people},
            then=keep,
        ),
        by=by,
        at=at,
    )
