"""Where an address lies, as an officer's telephone measured it at its door."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from cases.actions.preparing import EDIT
from cases.policy import may_keep
from people.models import Address, User
from visits.models import Position, Visit
from workflow.steps import AlreadyDone, WrongInput, note

NEAR_M = 200
"""Metres by which a telephone may be off and still tell one house's neighbourhood from the next."""
AT_THE_DOOR = (Position.Kind.CHECK_IN, Position.Kind.CHECK_OUT)
"""A call for help may come from anywhere."""


def measured_at(visits: Sequence[Visit]) -> dict[int, list[Position]]:
    """What telephones measured at the addresses of these visits, by the key of the address, the newest first. One query.

    Of visits of these very cases alone: another case of the same debtor may be kept from the reader.
    """
    rows = (
        Position.objects.filter(
            visit__case__in={visit.case_id for visit in visits},
            visit__place__in={visit.place_id for visit in visits},
            visit__started_at__isnull=False, kind__in=AT_THE_DOOR, accuracy_m__lte=NEAR_M,
        )
        .select_related("visit", "officer")
        .order_by("-at", "-pk")
    )  # fmt: skip
    found: dict[int, list[Position]] = {}
    for row in rows:
        found.setdefault(row.visit.place_id, []).append(row)
    return found


def take_position(*, visit: Visit, measured: int, by: User, at: datetime) -> None:
    """Let the visit's address lie where a telephone measured it on arriving or leaving.

    ``measured`` is the key of one of the positions of that address. What was entered before is replaced; the timeline
    tells by which visit, and never where.
    """
    offered = {row.pk: row for row in measured_at([visit]).get(visit.place_id, [])}
    chosen = offered.get(measured)
    if chosen is None:
        raise WrongInput(_("This was not measured at that address."), "measured")

    def write(_case: object, _by: User, _at: datetime) -> None:
        place = Address.objects.select_for_update(of=("self",)).get(pk=visit.place_id)
        if place.position == str(chosen.sealed):
            raise AlreadyDone
        place.position = str(chosen.sealed)
        place.save(update_fields=["position"])

    note(
        visit.case, event="address.located", right=EDIT, policy=may_keep(visit.place), by=by, at=at,
        data={"visit": chosen.visit.reference, "accuracy_m": chosen.accuracy_m, "measured_at": chosen.at},
        then=write,
    )  # fmt: skip
