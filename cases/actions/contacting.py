"""Gentler channels first: each attempt is asked of the rules, logged, and counts."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.actions.still_open import while_open
from cases.facts import number_mark
from cases.models import Case, ContactAttempt
from cases.policy import asks
from people.models import Address, ContactPoint, User
from workflow.kept import kept
from workflow.steps import WrongInput, begin
from workflow.wording import mind_words


def log_contact(
    *,
    case: Case,
    channel: str,
    result: str,
    remark: str,
    by: User,
    at: datetime,
    happened_at: datetime | None = None,
    contact_point: ContactPoint | None = None,
) -> ContactAttempt:
    """Log one attempt that ``by`` made; the rules are asked for the moment it was made.

    A number that proved dead is marked, so that nobody tries it again.
    """
    when = happened_at or at
    if when > at:
        raise WrongInput(_("This lies in the future. Give the time of the attempt."), "happened_at")
    if contact_point and (contact_point.do_not_contact or contact_point.dead_at):
        raise WrongInput(
            _("This number is marked as not to be used. Choose another one."), "contact_point"
        )
    attempt = ContactAttempt(
        case=case,
        channel=channel,
        result=result,
        contact_point=contact_point,
        at=when,
        by=by,
        remark=remark,
    )

    def after(fresh: ContactAttempt, _by: User, _at: datetime) -> None:
        mind_words(fresh.case, [remark], by=by, at=at)
        if contact_point and result == ContactAttempt.Result.WRONG_NUMBER:
            ContactPoint.objects.filter(pk=contact_point.pk, dead_at=None).update(dead_at=at)
        if contact_point and result == ContactAttempt.Result.REFUSED:
            ContactPoint.objects.filter(pk=contact_point.pk).update(do_not_contact=True)

    begin(
        attempt,
        event="contact.logged",
        right="log_contact",
        policy=asks(
            "contact.log",
            at=when,
            channel=channel,
            number=number_mark(contact_point) if contact_point else None,
            contact_sources=sources_of(case, channel, contact_point),
        ),
        by=by,
        at=at,
        data={"channel": channel, "result": result, "at": when, "remark": remark},
        then=while_open("contact.logged", after),
    )
    return attempt


# Which numbers an attempt by a channel may have used, where none was named.
REACHED_BY = {
    "phone": ["phone", "sms"],
    "sms": ["sms", "phone"],
    "wechat": ["wechat", "phone"],
    "email": ["email"],
}


def sources_of(
    case: Case, channel: str, point: ContactPoint | None = None
) -> tuple[str, ...] | None:
    """Where the number or address that was used comes from; not known when there is none."""
    if point:
        return (point.source,)
    if channel in {"letter", "lawyers_letter"}:
        found = set(_sources_of_homes(person=case.debtor_id))
    else:
        found = set(_sources_of_points(tuple(REACHED_BY[channel]), person=case.debtor_id))
    return tuple(sorted(found)) or None


@kept
def _sources_of_homes(*, person: int) -> QuerySet[Any]:
    return Address.objects.filter(person=person).values_list("source", flat=True)


@kept
def _sources_of_points(channels: tuple[str, ...], *, person: int) -> QuerySet[Any]:
    usable = ContactPoint.objects.filter(person=person, do_not_contact=False, dead_at=None)
    return usable.filter(channel__in=channels).values_list("source", flat=True)
