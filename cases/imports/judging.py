"""What would become of a row: a new case, nothing, a correction, or a rejection that says why.

In two parts, because the second is asked again when the file is taken over: what the row says in
itself (``understand``), and how that stands to what the house already has (``compare``). Both
are pure; ``house`` fetches what they compare with.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from cases.imports import cells
from cases.imports.cells import Wrong
from cases.imports.columns import FIELDS, POSITION, REQUIRED
from cases.imports.reading import MERGED, UNRECKONED, Row, column_at

Values = list[str | None]
"""What a row says, in the order of ``FIELDS``, each in its one spelling; None where it says nothing."""
Problem = dict[str, Any]

READERS: dict[str, Callable[[str], str]] = {
    "external_reference": cells.words(60),
    "name": cells.words(80),
    "name_en": cells.words(80),
    "id_kind": cells.chosen("id_kind", cells.ID_KINDS),
    "id_number": str,  # read by its kind
    "born_on": cells.day,
    "language": cells.chosen("language", cells.LANGUAGES),
    "zone": cells.zone,
    "country": cells.country,
    "region": cells.region,
    "employer": cells.words(120),
    "phone": cells.phone,
    "email": cells.email,
    "city": cells.words(40),
    "district": cells.words(40),
    "address": cells.words(200),
    "postcode": cells.postcode,
    "source": cells.chosen("source", cells.SOURCES),
    "kind": cells.chosen("kind", cells.DEBT_KINDS),
    "contract_number": cells.words(60),
    "contract_on": cells.day,
    "paid_out": cells.amount,
    "annual_rate": cells.rate,
    "cost_rate": cells.rate,
    "platform": cells.chosen("yes_or_no", cells.YES_OR_NO),
    "due_on": cells.day,
    "overdue_since": cells.day,
    "limitation_ends_on": cells.day,
    "principal": cells.amount,
    "interest": cells.amount,
    "fees": cells.amount,
    "currency": cells.currency,
    "stated_on": cells.day,
    "mandate": cells.words(40),
    "agent_notice_on": cells.day,
    "transfer_notice_on": cells.day,
}

(
    REFERENCE, NAME, NAME_EN, ID_KIND, ID_NUMBER, BORN_ON, LANGUAGE, ZONE, COUNTRY, REGION, EMPLOYER, PHONE, EMAIL,
    CITY, DISTRICT, ADDRESS, POSTCODE, SOURCE, KIND, CONTRACT_NUMBER, CONTRACT_ON, PAID_OUT, ANNUAL_RATE, COST_RATE,
    PLATFORM, DUE_ON,
    OVERDUE_SINCE, LIMITATION, PRINCIPAL, INTEREST, FEES, CURRENCY, STATED_ON, MANDATE,
    AGENT_NOTICE, TRANSFER_NOTICE,
) = range(len(FIELDS))  # fmt: skip

UNREAD = {UNRECKONED: "formula_unread", MERGED: "merged"}
"""What a workbook hides behind a cell, and what is wrong with it."""

_REQUIRED = [(POSITION[name], name) for name in REQUIRED]
TOLD = (("agent_notice", AGENT_NOTICE), ("transfer_notice", TRANSFER_NOTICE))
"""What the debtor was told in writing, as a circumstance, and where the file says since when."""
_PAST = [
    (POSITION[n], n)
    for n in (
        "contract_on", "due_on", "overdue_since", "stated_on", "agent_notice_on", "transfer_notice_on",
    )
]  # fmt: skip


@dataclass(slots=True)
class Judged:
    """What would become of a row, and why."""

    line: int
    outcome: str  # a value of ImportRow.Outcome
    values: Values = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    changes: dict[str, list[str | None]] = field(default_factory=dict)


class Reader:
    """Understands the rows of one file, and remembers which references it has seen."""

    def __init__(self, columns: Sequence[str], *, on: date) -> None:
        self.columns = list(columns)
        self.on = on.isoformat()
        self.plan = [
            (place, POSITION[name], name, READERS[name])
            for place, name in enumerate(columns)
            if name in READERS
        ]
        self.seen: dict[str, int] = {}
        self.names: dict[str, tuple[str, int]] = {}

    def understand(self, row: Row) -> Judged:
        """What the row says in itself; "created" stands for "nothing against it so far"."""
        if row.problem:
            place = row.problem.pop("place", None) if "place" in row.problem else None
            named = {"column": column_at(self.columns, place)} if place is not None else {}
            return Judged(row.line, "rejected", raw=row.cells, problems=[{**row.problem, **named}])
        values: Values = [None] * len(FIELDS)
        problems: list[Problem] = []
        for place, position, name, read in self.plan:
            text = row.cells[place].strip()
            if text:
                if text[0] == "#" and text in UNREAD:
                    problems.append({"code": UNREAD[text], "column": name})
                    values[position] = ""
                    continue
                try:
                    values[position] = read(text) or None
                except Wrong as wrong:
                    problems.append({"code": wrong.code, "column": name, "params": wrong.params})
                    values[position] = ""  # said, but not understood: not to be called empty
        self._read_number(values, problems)
        for position, name in _REQUIRED:
            if values[position] is None:
                problems.append({"code": "missing", "column": name})
        self._look_at_sums(values, problems)
        self._look_at_days(values, problems)
        if not values[ADDRESS] and (values[CITY] or values[DISTRICT] or values[POSTCODE]):
            problems.append({"code": "address_missing", "column": "address"})
        self._look_for_twin(row.line, values, problems)
        if not problems:
            self._look_for_name(row.line, values, problems)
        if problems:
            return Judged(row.line, "rejected", raw=row.cells, problems=problems)
        return Judged(row.line, "created", values=values)

    def _read_number(self, values: Values, problems: list[Problem]) -> None:
        """An ID card's number is checked by its digits, any other document's by its form."""
        number = values[ID_NUMBER]
        if not number:
            return
        try:
            if values[ID_KIND] == "passport":
                values[ID_NUMBER] = cells.passport(number)
                return
            values[ID_NUMBER] = number = cells.id_card(number)
        except Wrong as wrong:
            values[ID_NUMBER] = ""
            problems.append({"code": wrong.code, "column": "id_number", "params": wrong.params})
            return
        born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
        if values[BORN_ON] and values[BORN_ON] != born:
            problems.append(
                {"code": "born_differs", "column": "born_on",
                 "params": {"text": values[BORN_ON], "other": born}}
            )  # fmt: skip
        elif born > self.on:
            problems.append({"code": "born_ahead", "column": "id_number", "params": {"text": born}})

    def _look_at_sums(self, values: Values, problems: list[Problem]) -> None:
        parts = (values[PRINCIPAL], values[INTEREST], values[FEES])
        if values[PRINCIPAL] and all(part is None or part == "0.00" for part in parts):
            problems.append({"code": "nothing_owed", "column": "principal"})

    def _look_at_days(self, values: Values, problems: list[Problem]) -> None:
        """What has happened cannot lie ahead (days are compared as text: all are 2026-02-27)."""
        for position, name in _PAST:
            day = values[position]
            if day and day > self.on:
                problems.append({"code": "day_ahead", "column": name, "params": {"text": day}})
        born = values[BORN_ON]
        if born and born > self.on:
            problems.append({"code": "born_ahead", "column": "born_on", "params": {"text": born}})
        if values[DUE_ON] is None and values[OVERDUE_SINCE] is None:
            problems.append({"code": "due_missing", "column": "due_on"})
        due, ends = values[DUE_ON] or values[OVERDUE_SINCE], values[LIMITATION]
        if due and ends and ends < due:
            problems.append(
                {"code": "limitation_before_due", "column": "limitation_ends_on",
                 "params": {"text": ends}}
            )  # fmt: skip

    def _look_for_twin(self, line: int, values: Values, problems: list[Problem]) -> None:
        """The first row of a reference counts, whatever becomes of it; any later one is rejected."""
        reference = values[REFERENCE]
        if reference:
            first = self.seen.setdefault(reference, line)
            if first != line:
                problems.append(
                    {"code": "repeated", "column": "external_reference",
                     "params": {"text": reference, "line": first}}
                )  # fmt: skip

    def _look_for_name(self, line: int, values: Values, problems: list[Problem]) -> None:
        """One person has one ID number: two names under it are a mistake in one of two rows."""
        name, number = values[NAME] or "", values[ID_NUMBER] or ""
        first, where = self.names.setdefault(number, (name, line))
        if first != name:
            problems.append(
                {"code": "other_name", "column": "name", "params": {"other": first, "line": where}}
            )


# ---------------------------------------------------------------- against the house


@dataclass(slots=True)
class KnownCase:
    """A case of this creditor as it stands, in the spelling of ``Values``."""

    pk: int
    reference: str
    state: str
    team_id: int
    currency: str
    bound: bool
    """Payments, waivers or an agreement rest on its sums."""
    values: Values
    places: frozenset[str]
    reached_by: frozenset[str]


@dataclass(slots=True)
class KnownMandate:
    """A mandate of this creditor."""

    pk: int
    agent_id: int
    agent: str
    valid_from: str
    valid_until: str


@dataclass(slots=True)
class KnownPerson:
    """A debtor with whom the team deals already; ``held`` are addresses, numbers and accounts."""

    pk: int
    name: str
    held: set[str]
    place: tuple[str, str, str] = ("", "", "")
    """Country, part and town."""


@dataclass(slots=True)
class House:
    """What rows are compared with: by reference, by mandate number, by ID number."""

    team_id: int
    organisation_id: int
    on: str
    mandates: Mapping[str, KnownMandate]
    cases: Mapping[str, KnownCase] = field(default_factory=dict)
    people: Mapping[str, KnownPerson] = field(default_factory=dict)
    """By ID number, among the debtors of this team's cases of this creditor."""


COMPARED = [
    (position, FIELDS[position])
    for position in (
        NAME, NAME_EN, BORN_ON, LANGUAGE, ZONE, COUNTRY, REGION, EMPLOYER, KIND, CONTRACT_NUMBER, CONTRACT_ON, PAID_OUT,
        ANNUAL_RATE, DUE_ON, OVERDUE_SINCE, LIMITATION, PRINCIPAL, INTEREST, FEES, MANDATE, AGENT_NOTICE,
        TRANSFER_NOTICE,
    )
]  # fmt: skip
SUMS = ("principal", "interest", "fees")
SUMS_OPEN = {"preparation", "notice", "credential_display", "on_site_talk"}


def compare(judged: Judged, house: House) -> Judged:
    """How what the row says stands to what the house has; an understood row in, its fate out.

    An empty cell says nothing and changes nothing.
    """
    values = judged.values
    known = house.cases.get(values[REFERENCE] or "")
    if known is None:
        problems = [*_mandate_problems(values, house), *_name_problems(values, house)]
        if problems:
            return Judged(judged.line, "rejected", problems=problems)
        return judged
    named: Problem = {"column": "external_reference", "params": {"case": known.reference}}
    if known.team_id != house.team_id:
        return Judged(
            judged.line, "rejected", problems=[{**named, "code": "other_team", "params": {}}]
        )
    if known.values[ID_NUMBER] and known.values[ID_NUMBER] != values[ID_NUMBER]:
        return Judged(
            judged.line,
            "rejected",
            problems=[{**named, "code": "id_differs", "column": "id_number"}],
        )
    changes = differences(values, known)
    if not changes:
        return Judged(judged.line, "unchanged", values=values)
    if problems := _change_problems(values, known, changes, named, house):
        return Judged(judged.line, "rejected", problems=problems)
    return Judged(judged.line, "updated", values=values, changes=changes)


def differences(values: Values, known: KnownCase) -> dict[str, list[str | None]]:
    """Field -> what is held and what the row says, for all that the row says otherwise."""
    changes: dict[str, list[str | None]] = {}
    held = known.values
    for position, name in COMPARED:
        said = values[position]
        if said is not None and said != held[position]:
            changes[name] = [held[position], said]
    if not held[ID_NUMBER] and values[ID_NUMBER]:
        changes["id_number"] = [None, values[ID_NUMBER]]
    if values[ADDRESS] and values[ADDRESS] not in known.places:
        changes["address"] = [None, values[ADDRESS]]
    for position, name in ((PHONE, "phone"), (EMAIL, "email")):
        said = values[position]
        if said and said not in known.reached_by:
            changes[name] = [None, said]
    if values[CURRENCY] and values[CURRENCY] != known.currency:
        changes["currency"] = [known.currency, values[CURRENCY]]
    return changes


def _change_problems(
    values: Values, known: KnownCase, changes: Mapping[str, Any], named: Problem, house: House
) -> list[Problem]:
    problems: list[Problem] = []
    if known.state == "closure":
        problems.append({**named, "code": "closed"})
    elif any(name in changes for name in SUMS) and (known.bound or known.state not in SUMS_OPEN):
        problems.append({**named, "code": "sums_bound", "column": "principal"})
    if "currency" in changes:
        params = {"case": known.reference, "text": known.currency}
        problems.append({"code": "currency_differs", "column": "currency", "params": params})
    if "mandate" in changes:
        problems += _mandate_problems(values, house)
    return problems


def _mandate_problems(values: Values, house: House) -> list[Problem]:
    """A mandate that is named has to be this creditor's, to this team's organisation, in force."""
    number = values[MANDATE]
    if not number:
        return []
    mandate = house.mandates.get(number)
    params: dict[str, Any] = {"text": number}
    if mandate is None:
        code = "mandate_unknown"
    elif mandate.agent_id != house.organisation_id:
        code = "mandate_other"
        params["agent"] = mandate.agent
    elif house.on > mandate.valid_until:
        code = "mandate_ended"
        params["until"] = mandate.valid_until
    elif house.on < mandate.valid_from:
        code = "mandate_ahead"
        params["since"] = mandate.valid_from
    else:
        return []
    return [{"code": code, "column": "mandate", "params": params}]


def _name_problems(values: Values, house: House) -> list[Problem]:
    """The same, against the people whom this team already deals with for this creditor."""
    someone = house.people.get(values[ID_NUMBER] or "")
    if someone is None or someone.name == values[NAME]:
        return []
    return [{"code": "other_name_held", "column": "name", "params": {"other": someone.name}}]


def limitation_end(values: Values) -> str | None:
    """The last day of limitation: as stated, else three years after the due date.

    Civil Code of the People's Republic, arts. 188 and 202: three years, ending on the same day
    of the month, or on its last where there is no such day.
    """
    if values[LIMITATION]:
        return values[LIMITATION]
    due = values[DUE_ON] or values[OVERDUE_SINCE]
    if not due:
        return None
    day = date.fromisoformat(due)
    try:
        return day.replace(year=day.year + 3).isoformat()
    except ValueError:
        return (day - timedelta(days=1)).replace(year=day.year + 3).isoformat()


def birth_of(values: Values) -> str | None:
    """The date of birth: as stated, else the one in the ID card's number."""
    number = values[ID_NUMBER] or ""
    if values[BORN_ON] or values[ID_KIND] == "passport" or len(number) != 18:
        return values[BORN_ON]
    return f"{number[6:10]}-{number[10:12]}-{number[12:14]}"


def sum_of(values: Values) -> Decimal:
    """What is owed in all."""
    return sum((Decimal(values[part] or 0) for part in (PRINCIPAL, INTEREST, FEES)), Decimal(0))
