"""What the debtor does about a visit by a link: says that it suits, moves it. Refusing is everybody's action."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions.preparing import add_address
from cases.models import Case
from common.clock import local_day
from documents.letterhead import moment
from notices import to_staff
from notices.models import Notice, StaffMessage
from notices.texts.composing import CannotCompose
from notices.ways import by_channel
from people.models import Address, Source, User
from visits.actions.announcing import announce_visit
from visits.actions.planning import AHEAD, move_visit
from visits.finding import Finder
from visits.models import Visit
from workflow.duties import raise_duty
from workflow.reasons import tongue_now
from workflow.steps import PolicyRefused, StateRefused, Step, WrongInput, carry_out, note

TO_ANNOUNCE = timedelta(hours=4)
PLACES = (Address.Kind.HOME, Address.Kind.AGREED, Address.Kind.CREDITOR_OFFICE)
GONE = gettext_lazy("This time is not free any more. Please choose another one.")
OWN_WAYS = (Notice.Channel.PORTAL, Notice.Channel.EMAIL, Notice.Channel.LETTER)
"""How the new notice goes: to the page that lies open before the debtor, else by what brings all of it."""


def places_of(case: Case) -> list[Address]:
    """Where the debtor may be met: what is on file from a lawful source, and no workplace or hospital."""
    found = case.debtor.addresses.filter(kind__in=PLACES).exclude(source=Source.UNKNOWN)
    return list(found.order_by("kind", "pk"))


def name_place(*, case: Case, city: str, text: str, by: User, at: datetime) -> Address:
    """The debtor names a place at which to be met; it is kept as one that the debtor agreed to."""
    city, text = city.strip()[:40], text.strip()[:200]
    if not text:
        raise WrongInput(_("Write where you would like to meet."), "text")
    agreed = case.debtor.addresses.filter(kind=Address.Kind.AGREED, city=city).order_by("pk")
    same = next((one for one in agreed if one.text == text), None)  # sealed: compared here
    if same:
        return same
    place = Address(
        kind=Address.Kind.AGREED, city=city, text=text, source=Source.DEBTOR, consented=True,
        source_on=local_day(at, case.zone), source_proof=_("named by the debtor, by a link"),
    )  # fmt: skip
    return add_address(case=case, address=place, by=by, at=at)


def confirm_visit(*, visit: Visit, by: User, at: datetime) -> None:
    """The debtor says that the time suits; said again it changes nothing."""
    if visit.confirmed_at:
        return

    def keep(fresh: Visit, _by: User, _at: datetime) -> None:
        if fresh.state not in AHEAD:
            raise StateRefused(fresh, "visit.confirmed")
        fresh.confirmed_at = at
        fresh.save(update_fields=["confirmed_at"])

    carry_out(
        Step(
            subject=visit, event="visit.confirmed", data={"reference": visit.reference}, then=keep
        ),
        by=by,
        at=at,
    )


def move_to(*, visit: Visit, place: Address, starts_at: datetime, by: User, at: datetime) -> Visit:
    """Move the visit to a slot that is free and lawful, tell the officers once, and announce it anew.

    Raises ``WrongInput`` where the slot was taken meanwhile, and what ``move_visit`` raises.
    """
    slot = Finder(visit, place, at).slot_at(starts_at)
    if slot is None:
        raise WrongInput(str(GONE), "starts_at")
    before = {part.officer for part in visit.crew.filter(active=True).select_related("officer")}
    was = moment(visit.starts_at, visit.zone, visit.case.zone)

    def tell(moved: Visit, _by: User, _at: datetime) -> None:
        now = moment(moved.starts_at, moved.zone, moved.case.zone)
        _tell_officers(
            moved, sorted(before | set(slot.officers), key=lambda one: one.pk), was, now, at
        )

    moved = move_visit(
        visit=visit, place=place, starts_at=slot.starts_at, ends_at=slot.ends_at,
        officers=slot.officers, by=by, at=at, why=_("The debtor chose another time or place."),
        also=tell,
    )  # fmt: skip
    _announce(moved, by, at)
    return moved


def _tell_officers(
    visit: Visit, people: list[User], was: Any, now: Any, at: datetime
) -> None:  # fmt: skip
    """An e-mail to each, once for this slot: when it was and when it is, and no word of the debtor."""
    to_staff.write_to_each(
        people, kind=StaffMessage.Kind.VISIT, at=at,
        key=lambda one: f"visit-moved:{visit.pk}:{visit.starts_at.isoformat()}:{at.isoformat()}:{one.pk}",
        say=lambda: (
            _("Visit %(visit)s was moved") % {"visit": visit.reference},
            _("The debtor has moved visit %(visit)s: not %(was)s, but %(now)s. Look it up before you go.")
            % {"visit": visit.reference, "was": was[tongue_now()], "now": now[tongue_now()]},
        ),
    )  # fmt: skip


def _announce(visit: Visit, by: User, at: datetime) -> None:
    """Send the new notice at once; where that cannot be, a clerk does it."""
    case = visit.case
    way = next((one for one in OWN_WAYS if by_channel(case, one, at)), None)
    if way:
        try:
            announce_visit(
                visit=visit, language=case.debtor.language, channels=[way.value], by=by, at=at
            )
            return
        except (PolicyRefused, StateRefused, WrongInput, CannotCompose):
            pass  # what stands against it is on the timeline, or for a person to look at

    def ask(locked: Case, _by: User, _at: datetime) -> None:
        raise_duty(
            case=locked, kind="visit.announce_anew", at=at, role=User.Role.CLERK,
            due_at=min(at + TO_ANNOUNCE, visit.starts_at),
            key=f"visit.announce_anew:{visit.pk}:{visit.starts_at.isoformat()}",
            says={
                "en": "The debtor has moved the visit: announce it anew.",
                "zh": "债务人已改期：请重新发出上门通知。",
            },
        )  # fmt: skip

    note(
        case, event="visit.to_announce", by=by, at=at, data={"reference": visit.reference}, then=ask
    )
