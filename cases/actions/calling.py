"""A call: the rules are asked before the number is dialled, and what came of it is logged in one form."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.actions.contacting import line_facts
from cases.actions.preferring import may_be_dialled
from cases.actions.still_open import while_open
from cases.facts import number_mark
from cases.guarantees import target_of
from cases.models import Call, Case
from cases.models.parties import LIABLE
from cases.policy import asks
from compliance.aims import Aim
from people.models import ContactPoint, User
from workflow.steps import Policy, StateRefused, WrongInput, begin, note

DIALLED = [ContactPoint.Channel.PHONE.value, ContactPoint.Channel.SMS.value]


def numbers_of(case: Case) -> QuerySet[ContactPoint]:
    """The telephone numbers of those who answer for the debt that may still be used."""
    liable = case.parties.filter(role__in=LIABLE).values("person")
    found: Any = ContactPoint.objects.filter(
        channel__in=DIALLED, do_not_contact=False, dead_at=None
    )
    numbers: QuerySet[ContactPoint] = (
        found.filter(person=case.debtor_id) | found.filter(person__in=liable)
    ).select_related("person")
    return numbers.order_by("person_id", "channel", "pk")


def may_call(
    case: Case, point: ContactPoint, by: User, call: Call | None = None,
    aim: str = Aim.COLLECTING.value,
) -> Policy:  # fmt: skip
    """Whether this number may be dialled now, from the caller's own line; ``call`` is one that is on."""
    return asks(
        "contact.log",
        channel="phone",
        aim=call.aim if call else aim,
        number=number_mark(point),
        but_call=call.pk if call else None,
        contact_sources=(point.source,),
        **target_of(case, point.person_id),
        **line_facts(case, by),
    )


def begin_call(
    *, case: Case, point: ContactPoint, by: User, at: datetime,
    aim: str = Aim.COLLECTING.value,
) -> Call:  # fmt: skip
    """Ask the rules and note that the call begins; only then is the number given out.

    From then on it counts as an attempt, until it is logged or said not to have been made. Raises
    ``PolicyRefused`` outside the hours, over a cap or while calls are barred.
    """
    if not numbers_of(case).filter(pk=point.pk).exists():
        raise WrongInput(_("This number is marked as not to be used. Choose another one."))
    if not may_be_dialled(case, point):
        raise WrongInput(_("The debtor asked to be written to in another way alone."))
    role = target_of(case, point.person_id)["target_role"]
    call = Call(
        case=case, contact_point=point, aim=aim, at=at, by=by,
        party=case.parties.filter(person=point.person_id, role=role).first(),
    )  # fmt: skip
    begin(
        call,
        event="call.begun",
        right="log_contact",
        policy=may_call(case, point, by, aim=aim),
        data={"channel": "phone", "aim": aim, "number": number_mark(point)},
        then=while_open("call.begun"),
        by=by,
        at=at,
    )
    return call


def say_not_made(*, call: Call, by: User, at: datetime) -> None:
    """The number was given out and never dialled: it counts no more, and that it was said stays on record."""

    def end(_case: Case, _by: User, _at: datetime) -> None:
        fresh = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
        if fresh.attempt_id or fresh.not_made_at:
            raise StateRefused(fresh, "say_not_made")
        fresh.not_made_at = at
        fresh.save(update_fields=["not_made_at"])

    note(
        call.case,
        event="call.not_made",
        right="log_contact",
        data={"begun_at": call.at, "number": number_mark(call.contact_point)},
        then=end,
        by=by,
        at=at,
    )
    call.refresh_from_db()
