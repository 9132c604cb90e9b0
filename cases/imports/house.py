"""What rows are compared with, fetched for a few thousand rows at a time."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection

from cases.imports.columns import FIELDS, POSITION
from cases.imports.judging import (
    EMPLOYER,
    ID_NUMBER,
    REFERENCE,
    House,
    KnownCase,
    KnownMandate,
    KnownPerson,
    Values,
)
from cases.models import ImportBatch, Mandate
from common.sealed import field_of
from common.vault import FOUND_BY
from people.models import Address, ContactPoint, Person

_ID, _EMPLOYER = field_of(Person, "id_number"), field_of(Person, "employer")
_PLACE, _POINT = field_of(Address, "text"), field_of(ContactPoint, "value")

# One statement for all that a row is compared with, in the spelling of the cells.
_CASES = """
select c.external_reference, c.id, c.reference, c.state, c.team_id, c.currency,
       exists (select from cases_ledgerentry l
               where l.case_id = c.id and l.kind not in ('opening', 'correction')),
       array(select text from people_address a where a.person_id = p.id),
       array(select value from people_contactpoint k where k.person_id = p.id),
       case when p.name = c.debtor_name then p.name end, p.name_en, nullif(p.id_number, ''),
       p.born_on::text, p.language, p.zone, nullif(p.country, ''), nullif(p.region, ''), p.employer, d.kind, d.contract_number,
       d.contract_on::text, d.paid_out::text, d.annual_rate::text,
       d.cost_rate::text, case d.platform when true then 'yes' when false then 'no' end,
       d.due_on::text,
       c.overdue_since::text, d.limitation_ends_on::text, d.principal::text, d.interest::text,
       d.fees::text, m.number,
       (select min(k.since)::text from cases_circumstance k
        where k.case_id = c.id and k.kind = 'agent_notice' and k.ended_at is null),
       (select min(k.since)::text from cases_circumstance k
        where k.case_id = c.id and k.kind = 'transfer_notice' and k.ended_at is null)
from unnest(%s::text[]) wanted
join lateral (select * from cases_case c
              where c.creditor_id = %s and c.external_reference = wanted limit 1) c on true
join people_person p on p.id = c.debtor_id
join lateral (select * from (select * from cases_debt d where d.case_id = c.id offset 0) d
              order by d.id limit 1) d on true
left join cases_mandate m on m.id = c.mandate_id
"""
_PLACES = [
    POSITION[name]
    for name in (
        "name", "name_en", "id_number", "born_on", "language", "zone", "country", "region", "employer",
        "kind", "contract_number", "contract_on", "paid_out", "annual_rate", "cost_rate", "platform", "due_on", "overdue_since",
        "limitation_ends_on", "principal", "interest", "fees", "mandate",
        "agent_notice_on", "transfer_notice_on",
    )
]  # fmt: skip
_PEOPLE = """
select wanted, p.id, p.name,
       array(select text from people_address a where a.person_id = p.id),
       array(select value from people_contactpoint k where k.person_id = p.id),
       p.country, p.region, p.locality
from unnest(%s::text[], %s::text[]) w(wanted, front)
join lateral (select p.id, p.name, p.country, p.region, p.locality
              from (select id, name, country, region, locality from people_person where left(id_number, %s) = front offset 0) p
              where exists (select from (select creditor_id, team_id from cases_case c
                                         where c.debtor_id = p.id offset 0) c
                            where c.creditor_id = %s and c.team_id = %s)
              order by p.id limit 1) p on true
"""
# Each wanted one goes to its index alone: "offset 0" keeps the planner, which knows nothing yet of
# a table that has just grown by a hundred thousand rows, from walking the table in order instead.


def house_of(batch: ImportBatch, on: date) -> House:
    """The creditor's mandates, the team, the day; cases and people come with ``look_up``."""
    mandates = Mandate.objects.filter(principal=batch.creditor_id).select_related("agent")
    return House(
        team_id=batch.team_id,
        organisation_id=batch.team.organisation_id,
        on=on.isoformat(),
        mandates={
            mandate.number: KnownMandate(
                mandate.pk,
                mandate.agent_id,
                mandate.agent.name,
                mandate.valid_from.isoformat(),
                mandate.valid_until.isoformat(),
            )
            for mandate in mandates
        },
    )


def look_up(house: House, batch: ImportBatch, rows: Iterable[Values]) -> None:
    """Fetch the cases and people that these rows may be about, in place of those before."""
    rows = [values for values in rows if values]
    with connection.cursor() as cursor:
        cursor.execute(_CASES, [[values[REFERENCE] for values in rows], batch.creditor_id])
        house.cases = {row[0]: _known(row) for row in cursor.fetchall()}
        numbers = {v[ID_NUMBER] or "" for v in rows if v[REFERENCE] not in house.cases} - {""}
        house.people = {}
        if numbers:
            # One front a key, of which most houses have one; who came first counts.
            wanted = [(number, front) for number in numbers for front in _ID.fronts(number)]
            numbers_of, fronts = (list(part) for part in zip(*wanted, strict=True))
            cursor.execute(
                _PEOPLE, [numbers_of, fronts, FOUND_BY, batch.creditor_id, batch.team_id]
            )
            for row in sorted(cursor, key=lambda row: row[1], reverse=True):
                house.people[row[0]] = _somebody(row)


def _somebody(row: tuple[Any, ...]) -> KnownPerson:
    held = {*map(_PLACE.opened, row[3]), *map(_POINT.opened, row[4])}
    return KnownPerson(row[1], row[2], held, tuple(row[5:8]))


def _known(row: tuple[Any, ...]) -> KnownCase:
    values: Values = [None] * len(FIELDS)
    for place, value in zip(_PLACES, row[9:], strict=True):
        values[place] = value
    values[ID_NUMBER] = _ID.opened(values[ID_NUMBER] or "") or None
    values[EMPLOYER] = _EMPLOYER.opened(values[EMPLOYER] or "")
    return KnownCase(
        pk=row[1],
        reference=row[2],
        state=row[3],
        team_id=row[4],
        currency=row[5],
        bound=row[6],
        places=frozenset(map(_PLACE.opened, row[7])),
        reached_by=frozenset(map(_POINT.opened, row[8])),
        values=values,
    )
