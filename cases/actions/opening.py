"""Taking a debt in: the case, its debtor, where to find them, and the sum as it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cases.models import Case, Debt, LedgerEntry, Mandate
from cases.models.case import Step, search_keys
from cases.settling import situation_of
from common.clock import local_day
from compliance.applying import packs_for
from people.models import Address, ContactPoint, Organisation, Person, Team, User
from workflow.steps import begin


@dataclass(frozen=True)
class Claimed:
    """The debt as the creditor states it; amounts in the case's currency."""

    contract_number: str
    principal: Decimal
    interest: Decimal
    fees: Decimal
    stated_on: date
    kind: str = Debt.Kind.CONSUMER_LOAN
    contract_on: date | None = None
    paid_out: Decimal | None = None
    annual_rate: Decimal | None = None
    cost_rate: Decimal | None = None
    platform: bool | None = None
    due_on: date | None = None
    limitation_ends_on: date | None = None


def next_reference(team: Team, day: date) -> str:
    """A reference nobody has yet: the team's city, the year and a number."""
    prefix = f"{city_code(team.city)}-{day:%Y}-"
    last = (
        Case.objects.filter(reference__startswith=prefix)
        .order_by("-pk")
        .values_list("reference", flat=True)
        .first()
    )
    return f"{prefix}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def city_code(city: str) -> str:
    """Two letters for the cities where the house has teams, DS elsewhere."""
    return {"杭州": "HZ", "成都": "CD"}.get(city, "DS")


def open_case(
    *,
    reference: str,
    external_reference: str,
    creditor: Organisation,
    team: Team,
    debtor: Person,
    claimed: Claimed,
    by: User,
    at: datetime,
    addresses: Sequence[Address] = (),
    contact_points: Sequence[ContactPoint] = (),
    mandate: Mandate | None = None,
    overdue_since: date | None = None,
    currency: str = "CNY",
    origin: dict[str, Any] | None = None,
    event: str = "case.opened",
) -> Case:
    """Open a case in preparation; ``debtor`` and the rest may be new and unsaved.

    ``origin`` tells the timeline where it came from (such as an import's batch and row).
    """
    where = situation_of(
        creditor=creditor,
        debtor=debtor,
        by_agency=mandate is not None,
        debts=frozenset({str(claimed.kind)}),
    )
    case = Case(
        reference=reference,
        external_reference=external_reference,
        creditor=creditor,
        agency=mandate.agent if mandate else None,
        mandate=mandate,
        team=team,
        debtor=debtor,
        debtor_name=debtor.name,
        packs=[one.pack for one in packs_for(where)],
        currency=currency,
        principal=claimed.principal,
        interest=claimed.interest,
        fees=claimed.fees,
        overdue_since=overdue_since or claimed.due_on,
        opened_at=at,
        step_dates={Step.PREPARATION.value: at.isoformat()},
        grams=search_keys(debtor, reference, external_reference),
    )

    def save_debtor() -> None:
        if debtor.pk is None:
            debtor.save(force_insert=True)
        case.debtor = debtor
        for row in (*addresses, *contact_points):
            row.person = debtor
            if row.pk is None:
                row.save(force_insert=True)

    def write_claim(_case: Any, _by: User, _at: datetime) -> None:
        Debt(
            case=case,
            kind=claimed.kind,
            contract_number=claimed.contract_number,
            contract_on=claimed.contract_on,
            paid_out=claimed.paid_out,
            annual_rate=claimed.annual_rate,
            cost_rate=claimed.cost_rate,
            platform=claimed.platform,
            due_on=claimed.due_on,
            limitation_ends_on=claimed.limitation_ends_on,
            principal=claimed.principal,
            interest=claimed.interest,
            fees=claimed.fees,
            stated_on=claimed.stated_on,
        ).save(force_insert=True)
        LedgerEntry.objects.bulk_create(opening_entries(case, claimed, at))

    begin(
        case,
        event=event,
        right="import_cases",
        by=by,
        at=at,
        first=save_debtor,
        data={
            "creditor": creditor.name,
            "external_reference": external_reference,
            "principal": claimed.principal,
            "interest": claimed.interest,
            "fees": claimed.fees,
            **(origin or {}),
        },
        then=write_claim,
    )
    return case


def opening_entries(case: Case, claimed: Claimed, at: datetime) -> list[LedgerEntry]:
    """The ledger's first entries: each part of the sum that is not nothing."""
    parts = [
        (LedgerEntry.Component.FEES, claimed.fees),
        (LedgerEntry.Component.INTEREST, claimed.interest),
        (LedgerEntry.Component.PRINCIPAL, claimed.principal),
    ]
    return [
        LedgerEntry(
            case=case,
            component=component,
            kind=LedgerEntry.Kind.OPENING,
            amount=amount,
            booked_on=local_day(at, case.debtor.zone),
            recorded_at=at,
        )
        for component, amount in parts
        if amount
    ]
