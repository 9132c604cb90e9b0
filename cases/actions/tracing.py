"""When the debtor cannot be reached: asking somebody else how, and nothing more."""

from datetime import datetime

from django.utils.translation import gettext as _

from cases.actions.contacting import default_line, line_facts
from cases.actions.still_open import while_open
from cases.facts import number_mark
from cases.models import Case, ContactAttempt, Party
from cases.models.parties import NEVER_TRACED
from cases.policy import asks
from people.models import ContactPoint, User
from workflow.steps import WrongInput, begin
from workflow.wording import mind_words


def trace_debtor(
    *,
    case: Case,
    party: Party,
    channel: str,
    result: str,
    disclosed: bool,
    remark: str,
    by: User,
    at: datetime,
    happened_at: datetime | None = None,
    contact_point: ContactPoint | None = None,
    line: str = "",
) -> ContactAttempt:
    """Log that somebody who does not owe was asked how the debtor can be reached.

    Whoever said no is left alone for good. What was said of the debt is a breach and refused as one.
    """
    when = happened_at or at
    if when > at:
        raise WrongInput(_("This lies in the future. Give the time of the attempt."), "happened_at")
    if party.case_id != case.pk:
        raise WrongInput(_("This person has no part in the case."))
    if party.role in NEVER_TRACED:
        raise WrongInput(_("This person answers for the debt. Log a contact instead."))
    if contact_point and contact_point.person_id != party.person_id:
        raise WrongInput(_("This number is somebody else's."), "contact_point")
    attempt = ContactAttempt(
        case=case, party=party, traced=True, channel=channel, result=result,
        contact_point=contact_point, at=when, by=by, remark=remark,
        line=line or default_line(case, by),
    )  # fmt: skip

    def after(fresh: ContactAttempt, _by: User, _at: datetime) -> None:
        mind_words(fresh.case, [remark], by=by, at=at)
        if result == ContactAttempt.Result.REFUSED:
            Party.objects.filter(pk=party.pk, left_alone_at=None).update(left_alone_at=at)

    begin(
        attempt,
        event="contact.traced",
        right="log_contact",
        policy=asks(
            "contact.trace",
            at=when,
            channel=channel,
            outcome=result,
            target_role=party.role,
            do_not_contact=party.left_alone_at is not None,
            disclosed=disclosed,
            words=remark,
            number=number_mark(contact_point) if contact_point else None,
            contact_sources=_sources(party, contact_point),
            **line_facts(case, by, line),
        ),
        by=by,
        at=at,
        data={
            "channel": channel, "result": result, "at": when, "remark": remark,
            "role": party.role,
        },
        then=while_open("contact.traced", after),
    )  # fmt: skip
    return attempt


def _sources(party: Party, point: ContactPoint | None) -> tuple[str, ...] | None:
    """Where the number comes from; whoever stands in the case without one was named there."""
    if point:
        return (point.source,)
    found = party.person.contact_points.values_list("source", flat=True)
    return tuple(sorted(set(found))) or None
