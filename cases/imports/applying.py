"""New cases out of a checked file: all of them in one transaction, or none.

What is written is what ``cases.actions.opening.open_case`` writes for one case, row for row; a
test compares the two. It is spelt out here once more because a hundred thousand cases by that way
would take ten minutes.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import connection, models

from cases.actions.opening import city_code
from cases.imports.cells import shown_by
from cases.imports.copying import NULL, Target, array, json_string, text
from cases.imports.judging import (
    ADDRESS,
    ANNUAL_RATE,
    CITY,
    CONTRACT_NUMBER,
    CONTRACT_ON,
    COST_RATE,
    COUNTRY,
    CURRENCY,
    DISTRICT,
    DUE_ON,
    EMAIL,
    EMPLOYER,
    FEES,
    ID_NUMBER,
    INTEREST,
    KIND,
    LANGUAGE,
    MANDATE,
    NAME,
    NAME_EN,
    OVERDUE_SINCE,
    PAID_OUT,
    PHONE,
    PLATFORM,
    POSTCODE,
    PRINCIPAL,
    REFERENCE,
    REGION,
    SOURCE,
    STATED_ON,
    TOLD,
    ZONE,
    House,
    Judged,
    Values,
    birth_of,
    limitation_end,
)
from cases.imports.moulds import FirstEvents
from cases.models import Case, Circumstance, Debt, ImportBatch, LedgerEntry
from cases.models.case import Step, search_keys
from cases.settling import situation_of
from common.clock import local_day
from common.sealed import field_of
from compliance.applying import packs_for
from people.models import Address, ContactPoint, Person, Source, User
from timeline.models import Event

_ID, _EMPLOYER = field_of(Person, "id_number"), field_of(Person, "employer")
_PLACE, _POINT = field_of(Address, "text"), field_of(ContactPoint, "value")
DEFAULT_ZONE = "Asia/Shanghai"
CREDITOR_LOCK = 7_300_003  # advisory lock class: one taking over a creditor at a time
REFERENCE_LOCK = 7_300_004  # advisory lock number: one giver of references at a time
EVENT = "case.imported"

Place = tuple[str, str, str]
Somebody = tuple[int, set[str], Place]
Chunk = list[tuple[Target, list[str]]]
Keys = list[tuple[int, int]]

PERSON = Target(
    Person,
    [
        "id", "name", "name_en", "id_number", "born_on", "language", "zone", "country", "region", "locality",
        "employer",
    ],
)  # fmt: skip
ADDRESS_ROW = Target(
    Address,
    ["person_id", "city", "district", "text", "postcode", "source", "source_on", "source_proof"],
    {"kind": Address.Kind.HOME},
)
POINT = Target(
    ContactPoint, ["person_id", "channel", "value", "source", "source_on", "source_proof"]
)
DEBT = Target(
    Debt,
    [
        "case_id", "kind", "contract_number", "contract_on", "paid_out", "annual_rate",
        "cost_rate", "platform", "due_on",
        "limitation_ends_on", "principal", "interest", "fees", "stated_on",
    ],
)  # fmt: skip
ENTRY = Target(
    LedgerEntry,
    ["case_id", "component", "amount", "booked_on", "recorded_at"],
    {"kind": LedgerEntry.Kind.OPENING},
)
NOTICE = Target(
    Circumstance,
    ["case_id", "kind", "since", "recorded_at", "recorded_by_id"],
    {"source": Circumstance.Source.PAPER},
)


class _Named(NamedTuple):
    """As much of a person as ``search_keys`` looks at."""

    name: str
    name_en: str


@dataclass
class Lines:
    """One chunk's rows, table by table, in COPY's text format."""

    people: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    debts: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)


class Opener:
    """Spells out the rows of new cases of one batch; ``by`` and ``at`` are those who took it over."""

    def __init__(self, batch: ImportBatch, by: User, at: datetime) -> None:
        self.at = at.isoformat()
        self.moment = at
        self.by = str(by.pk)
        # Told on the timeline only where the file has such a column at all.
        self.told = [(kind, place) for kind, place in TOLD if f"{kind}_on" in batch.columns]
        creditor, document = batch.creditor, batch.document
        self.events = FirstEvents(
            kind=EVENT,
            by=by,
            at=at,
            fixed={
                "creditor": creditor.name,
                "batch": batch.number,
                "file": document.filename,
                "sha256": document.sha256,
            },
            varying=[
                "external_reference",
                "principal",
                "interest",
                "fees",
                "row",
                *(f"{kind}_on" for kind, _place in self.told),
            ],
        )
        day = local_day(at, DEFAULT_ZONE)
        self.prefix = f"{city_code(batch.team.city)}-{day:%Y}-"
        self.last = self._last_number()
        self.shown_by = (day.isoformat(), text(shown_by(batch.number)))
        self.days: dict[str, str] = {}
        step = Step.PREPARATION.value
        self.case = Target(
            Case,
            [
                "id", "reference", "external_reference", "agency_id", "mandate_id", "debtor_id",
                "debtor_name", "packs", "currency", "principal", "interest", "fees", "overdue_since", "head", "grams",
                "marks",
            ],
            {
                "state": step,
                "creditor_id": str(creditor.pk),
                "team_id": str(batch.team_id),
                "opened_at": self.at,
                "step_dates": text(f'{{"{step}": "{self.at}"}}'),
                "event_count": "1",
            },
        )  # fmt: skip
        self.event = Target(
            Event,
            ["case_id", "data", "salts", "commitments", "digest"],
            {
                "number": "1",
                "kind": EVENT,
                "occurred_at": self.at,
                "recorded_at": self.at,
                "actor_id": str(by.pk),
                "actor_name": text(str(by)),
            },
        )
        self.creditor = creditor
        self.packs: dict[tuple[Place, bool, str], str] = {}
        self.before: dict[str, Somebody] = {}

    def _last_number(self) -> int:
        """The last number given under this prefix; nobody else gives one until we are through."""
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [REFERENCE_LOCK])
            cursor.execute(
                "select coalesce(max(substr(reference, %s)::bigint), 0) from cases_case"
                " where reference like %s and substr(reference, %s) ~ '^[0-9]{1,12}$'",
                [len(self.prefix) + 1, f"{self.prefix}%", len(self.prefix) + 1],
            )
            return int(cursor.fetchone()[0])

    def spell_out(self, rows: list[Judged], keys: Keys, house: House) -> Chunk:
        """The rows of all tables for these rows of the file, in the order in which they lean."""
        lines = Lines()
        # Whoever came in the chunk before this one may not be written yet, so house cannot know.
        people = self.before
        here: dict[str, Somebody] = {}
        for row, (person_key, case_key) in zip(rows, keys, strict=False):
            values = row.values
            number = values[ID_NUMBER] or ""
            person = here.get(number) or people.get(number)
            if person is None and number in house.people:
                known = house.people[number]
                person = (known.pk, known.held, known.place)
            if person is None:
                person = (person_key, set(), _place(values))
                self._write_person(lines, person_key, values, person[2])
            here[number] = person
            self._write_reach(lines, person, values)
            self._write_case(lines, row.line, case_key, person, values, house)
        self.before = here
        return [
            (PERSON, lines.people),
            (ADDRESS_ROW, lines.addresses),
            (POINT, lines.points),
            (self.case, lines.cases),
            (DEBT, lines.debts),
            (NOTICE, lines.notices),
            (ENTRY, lines.entries),
            (self.event, lines.events),
        ]

    def _write_person(self, lines: Lines, key: int, values: Values, place: Place) -> None:
        lines.people.append(
            PERSON.line(
                str(key),
                text(values[NAME]),
                text(values[NAME_EN] or ""),
                _ID.shut(values[ID_NUMBER] or ""),
                birth_of(values) or NULL,
                values[LANGUAGE] or User.Language.CHINESE.value,
                values[ZONE] or DEFAULT_ZONE,
                place[0],
                place[1],
                text(place[2]),
                _EMPLOYER.shut(values[EMPLOYER] or ""),
            )
        )

    def _write_reach(self, lines: Lines, person: Somebody, values: Values) -> None:
        """Where the debtor lives and can be reached, each once however many debts there are."""
        key, held = str(person[0]), person[1]
        source = values[SOURCE] or Source.UNKNOWN.value
        place = values[ADDRESS]
        if place and place not in held:
            held.add(place)
            lines.addresses.append(
                ADDRESS_ROW.line(
                    key,
                    text(values[CITY] or ""),
                    text(values[DISTRICT] or ""),
                    _PLACE.shut(place),
                    values[POSTCODE] or "",
                    source,
                    *self.shown_by,
                )
            )
        for channel, value in (("phone", values[PHONE]), ("email", values[EMAIL])):
            if value and value not in held:
                held.add(value)
                lines.points.append(
                    POINT.line(key, channel, _POINT.shut(value), source, *self.shown_by)
                )

    def _write_case(
        self, lines: Lines, line: int, key: int, person: Somebody, values: Values, house: House
    ) -> None:
        self.last += 1
        reference = f"{self.prefix}{self.last:04d}"
        external, name = values[REFERENCE] or "", values[NAME] or ""
        principal = values[PRINCIPAL] or "0.00"
        interest, fees = values[INTEREST] or "0.00", values[FEES] or "0.00"
        data, salts, commitments, digest = self.events.cast(
            {
                "external_reference": json_string(external),
                "principal": f'"{principal}"',
                "interest": f'"{interest}"',
                "fees": f'"{fees}"',
                "row": str(line),
                **{f"{kind}_on": json_string(values[place] or "") for kind, place in self.told},
            }
        )
        told = [(kind, values[place] or "") for kind, place in self.told if values[place]]
        mandate = house.mandates.get(values[MANDATE] or "")
        kind = values[KIND] or Debt.Kind.CONSUMER_LOAN.value
        case = str(key)
        keys = search_keys(_Named(name, values[NAME_EN] or ""), reference, external)  # type: ignore[arg-type]
        lines.cases.append(
            self.case.line(
                case,
                reference,
                text(external),
                str(mandate.agent_id) if mandate else NULL,
                str(mandate.pk) if mandate else NULL,
                str(person[0]),
                text(name),
                self._packs(person[2], mandate is not None, kind),
                values[CURRENCY] or "CNY",
                principal,
                interest,
                fees,
                values[OVERDUE_SINCE] or values[DUE_ON] or NULL,
                digest,
                array(keys),
                array([kind for kind, _day in told]) if told else NULL,
            )
        )
        lines.notices += [NOTICE.line(case, kind, day, self.at, self.by) for kind, day in told]
        today = self._day_there(values[ZONE] or DEFAULT_ZONE)
        lines.debts.append(
            DEBT.line(
                case,
                kind,
                text(values[CONTRACT_NUMBER] or external),
                values[CONTRACT_ON] or NULL,
                values[PAID_OUT] or NULL,
                values[ANNUAL_RATE] or NULL,
                values[COST_RATE] or NULL,
                values[PLATFORM] or NULL,
                values[DUE_ON] or NULL,
                limitation_end(values) or NULL,
                principal,
                interest,
                fees,
                values[STATED_ON] or today,
            )
        )
        for component, amount in (("fees", fees), ("interest", interest), ("principal", principal)):
            if amount != "0.00":
                lines.entries.append(ENTRY.line(case, component, amount, today, self.at))
        lines.events.append(self.event.line(case, text(data), salts, commitments, digest))

    def _packs(self, place: Place, by_agency: bool, kind: str) -> str:
        """The packs that apply, settled once for each of the few places and kinds of a file."""
        asked = (place, by_agency, kind)
        if asked not in self.packs:
            debtor = Person(country=place[0], region=place[1], locality=place[2])
            where = situation_of(
                creditor=self.creditor, debtor=debtor, by_agency=by_agency, debts=frozenset({kind})
            )
            self.packs[asked] = array([one.pack for one in packs_for(where)])
        return self.packs[asked]

    def _day_there(self, zone: str) -> str:
        """The day that it is at the debtor's place, as the ledger books it."""
        if zone not in self.days:
            self.days[zone] = local_day(self.moment, zone).isoformat()
        return self.days[zone]


def _place(values: Values) -> Place:
    """Country, part and town of a new debtor; a town matters only where a country is named."""
    country = values[COUNTRY] or ""
    return country, values[REGION] or "", (values[CITY] or "") if country else ""


def lock_creditor(batch: ImportBatch) -> None:
    """Let nobody else take over a file of this creditor until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [CREDITOR_LOCK, batch.creditor_id])


def check_links_at_once() -> None:
    """Let foreign keys be checked chunk by chunk, while the rows are warm, not all at the end."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")


def keys_for(count: int) -> Keys:
    """Keys for so many people and cases, of the tables' own sequences."""
    return list(zip(_next_keys(Person, count), _next_keys(Case, count), strict=True))


def _next_keys(model: type[models.Model], count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]
