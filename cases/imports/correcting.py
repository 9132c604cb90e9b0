"""A case that the creditor's new file states otherwise: corrected, one by one, on the record."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cases.actions.circumstances import mark_case
from cases.actions.settling import AGENCY, PLACE, settle_packs
from cases.imports.cells import shown_by
from cases.imports.columns import FIELDS
from cases.imports.judging import (
    CITY,
    DISTRICT,
    POSTCODE,
    SOURCE,
    SUMS,
    TOLD,
    Values,
    limitation_end,
)
from cases.models import Case, Circumstance, Debt, ImportRow, LedgerEntry, Mandate
from cases.models.case import search_keys
from common.clock import local_day
from people.models import Address, ContactPoint, Person, Source, User
from workflow.steps import note

OF_PERSON = {
    "name", "name_en", "id_number", "born_on", "language", "zone", "country", "region", "employer",
}  # fmt: skip
OF_DEBT = {
    "kind", "contract_number", "contract_on", "paid_out", "annual_rate", "cost_rate", "platform",
    "due_on", "limitation_ends_on", "principal", "interest", "fees",
}  # fmt: skip
_DAYS = {
    "agent_notice_on",
    "transfer_notice_on",
    "born_on",
    "contract_on",
    "due_on",
    "limitation_ends_on",
    "overdue_since",
}
_AMOUNTS = {"paid_out", "annual_rate", "cost_rate", *SUMS}


def correct_case(
    *,
    case: Case,
    row: ImportRow,
    values: Values,
    changes: Mapping[str, Any],
    origin: Mapping[str, Any],
    by: User,
    at: datetime,
) -> None:
    """Write what the creditor states anew; sums move by ledger entries of kind "correction".

    The timeline tells which fields were corrected and how the sums moved; personal data are
    named, not repeated. The row is marked in the same transaction, so that a run that broke off
    goes on behind it.
    """
    said = {name: _typed(name, values[FIELDS.index(name)]) for name in changes}

    def write(locked: Case, _by: User, _at: datetime) -> None:
        _correct_person(locked, said, values, str(origin["batch"]), at)
        _correct_debt(locked, said, values, at)
        if "overdue_since" in said:
            locked.overdue_since = said["overdue_since"]
        if "mandate" in said:
            locked.mandate = Mandate.objects.get(
                number=said["mandate"], principal=locked.creditor_id
            )
            locked.agency = locked.mandate.agent
        if {"mandate", "country", "region"} & said.keys():
            settle_packs(locked, AGENCY if "mandate" in said else PLACE, by, at)
        for kind, _place in TOLD:
            if f"{kind}_on" in said:
                _correct_notice(locked, kind, said[f"{kind}_on"], by, at)
        row.corrected_at = at
        row.save(update_fields=["corrected_at"])

    note(
        case,
        event="case.corrected",
        right="import_cases",
        by=by,
        at=at,
        data={
            **origin,
            "row": row.line,
            "fields": sorted(changes),
            **{f"{name}_was": changes[name][0] for name in SUMS if name in changes},
            **{name: changes[name][1] for name in SUMS if name in changes},
        },
        then=write,
    )


def _correct_person(
    locked: Case, said: Mapping[str, Any], values: Values, batch: str, at: datetime
) -> None:
    person = Person.objects.select_for_update().get(pk=locked.debtor_id)
    named = OF_PERSON & said.keys()
    for name in named:
        setattr(person, name, said[name])
    if named:
        person.save(update_fields=sorted(named))
        locked.debtor, locked.debtor_name = person, person.name
        locked.grams = search_keys(person, locked.reference, locked.external_reference)
    source = values[SOURCE] or Source.UNKNOWN
    shown = {"source_on": local_day(at, locked.zone), "source_proof": shown_by(batch)}
    if "address" in said:
        Address.objects.create(
            person=person,
            kind=Address.Kind.HOME,
            city=values[CITY] or "",
            district=values[DISTRICT] or "",
            text=said["address"],
            postcode=values[POSTCODE] or "",
            source=source,
            **shown,
        )
    for channel in ("phone", "email"):
        if channel in said:
            ContactPoint.objects.create(
                person=person, channel=channel, value=said[channel], source=source, **shown
            )


def _correct_notice(locked: Case, kind: str, day: date, by: User, at: datetime) -> None:
    """The debtor was told in writing on that day; another day on record is taken back."""
    Circumstance.objects.filter(case=locked, kind=kind, ended_at=None).update(
        ended_at=at, ended_by=by
    )
    Circumstance(
        case=locked, kind=kind, since=day, source=Circumstance.Source.PAPER, recorded_at=at,
        recorded_by=by,
    ).save(force_insert=True)  # fmt: skip
    mark_case(locked)


def _correct_debt(locked: Case, said: Mapping[str, Any], values: Values, at: datetime) -> None:
    named = OF_DEBT & said.keys()
    if not named:
        return
    debt = Debt.objects.select_for_update().filter(case=locked).order_by("pk")[0]
    day = local_day(at, locked.zone)
    for component in (
        LedgerEntry.Component.FEES,
        LedgerEntry.Component.INTEREST,
        LedgerEntry.Component.PRINCIPAL,
    ):
        if component.value not in said:
            continue
        by_so_much = said[component.value] - getattr(debt, component.value)
        setattr(locked, component.value, getattr(locked, component.value) + by_so_much)
        LedgerEntry(
            case=locked,
            component=component,
            kind=LedgerEntry.Kind.CORRECTION,
            amount=by_so_much,
            booked_on=day,
            recorded_at=at,
        ).save(force_insert=True)
    for name in named:
        setattr(debt, name, said[name])
    if "due_on" in named and "limitation_ends_on" not in named:
        ends = limitation_end(values)
        debt.limitation_ends_on = date.fromisoformat(ends) if ends else None
    debt.save()


def _typed(name: str, value: str | None) -> Any:
    if value is None:
        return None
    if name in _DAYS:
        return date.fromisoformat(value)
    if name == "platform":
        return value == "yes"
    return Decimal(value) if name in _AMOUNTS else value
