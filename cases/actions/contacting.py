"""Gentler channels first: each attempt is asked of the rules, logged, and counts."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.actions.still_open import while_open
from cases.facts import number_mark
from cases.guarantees import target_of
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
    stated: bool | None = None,
    line: str = "",
) -> ContactAttempt:
    """Log one attempt that ``by`` made; the rules are asked for the moment it was made.

    Whom the number belongs to is who was contacted; none means the debtor. ``stated`` says whether the
    caller said who called and for whom, ``line`` from where the call came, if not from the caller's own
    work telephone. A number that proved dead is marked, so that nobody tries it again.
    """
    when = happened_at or at
    if when > at:
        raise WrongInput(_("This lies in the future. Give the time of the attempt."), "happened_at")
    if contact_point and (contact_point.do_not_contact or contact_point.dead_at):
        raise WrongInput(
            _("This number is marked as not to be used. Choose another one."), "contact_point"
        )
    person = contact_point.person_id if contact_point else case.debtor_id
    target = target_of(case, person)
    lines = line_facts(case, by, line)
    attempt = ContactAttempt(
        case=case,
        party=case.parties.filter(person=person, role=target["target_role"]).first(),
        line=line or default_line(case, by),
        identity_stated=stated,
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
            outcome=result,
            identity_stated=stated,
            **target,
            **lines,
            number=number_mark(contact_point) if contact_point else None,
            contact_sources=sources_of(case, channel, contact_point),
        ),
        by=by,
        at=at,
        data={"channel": channel, "result": result, "at": when, "remark": remark},
        then=while_open("contact.logged", after),
    )
    return attempt


def lines_of(case: Case, by: User) -> dict[str, str]:
    """The telephones that are registered for whoever works on the case, with whose they are."""
    house = case.agency or case.creditor
    lines = {by.phone: str(by), house.phone: house.name}
    return {number: owner for number, owner in lines.items() if number}


def default_line(case: Case, by: User) -> str:
    """The line that somebody uses who says nothing else: the own work telephone, else the house's."""
    return next(iter(lines_of(case, by)), "")


def line_facts(case: Case, by: User, line: str = "") -> dict[str, Any]:
    """Whether the line is one of the registered ones; where none is, that is not known."""
    used = line or default_line(case, by)
    return {"line_registered": used in lines_of(case, by) if used else None}


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
