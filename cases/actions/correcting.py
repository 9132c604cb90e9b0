"""A number that the debtor corrects at the door, where the office may have changed it meanwhile."""

from copy import copy
from datetime import datetime

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from cases.models import Case
from cases.policy import may_keep
from common.clock import local_day
from people.models import PROOF_LENGTH, ContactPoint, Source, User
from workflow.steps import WrongInput, note


class Outdated(Exception):
    """The number was changed by somebody else after it was read; ``point`` is as it stands there now."""

    def __init__(self, point: ContactPoint) -> None:
        self.point = point
        super().__init__("contact_point.corrected")


def stamp_of(point: ContactPoint) -> str:
    """What tells the number as it stands from what it may be changed into, without telling it."""
    return salted_hmac("cases.contact_point", f"{point.pk}:{point.value}").hexdigest()[:24]


def correct_number(
    *, case: Case, point: ContactPoint, stamp: str, value: str, proof: str, by: User, at: datetime
) -> None:
    """Write what the debtor said at the door over the number that was read under ``stamp``.

    ``proof`` says where that can be looked up, such as the visit at which it was said.

    Raises ``Outdated`` where another stands there by now: nobody's correction is overwritten.
    """
    value = value.strip()
    if not value:
        raise WrongInput(_("Write the number as the debtor said it."), "value")
    if point.person_id != case.debtor_id:
        raise WrongInput(_("Only the debtor's own numbers are corrected at the door."))
    if not constant_time_compare(stamp_of(point), stamp):  # said before any rule is asked
        raise Outdated(point)
    changed = copy(point)
    changed.value, changed.source, changed.dead_at = value[:120], Source.DEBTOR, None
    changed.source_on, changed.source_proof = local_day(at, case.zone), proof[:PROOF_LENGTH]
    written = ["value", "source", "source_on", "source_proof", "dead_at"]

    def save(_locked: Case, _by: User, _at: datetime) -> None:
        fresh = ContactPoint.objects.select_for_update().get(pk=point.pk)
        if not constant_time_compare(stamp_of(fresh), stamp):
            raise Outdated(fresh)
        for name in written:
            setattr(fresh, name, getattr(changed, name))
        fresh.save(update_fields=written)

    note(
        case, event="contact_point.corrected", right="correct_number", policy=may_keep(changed),
        by=by, at=at, data={"channel": point.channel}, then=save,
    )  # fmt: skip
