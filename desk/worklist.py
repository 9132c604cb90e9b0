"""The work list: what is asked for in the address, as a query with a stable key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language

from cases.models import Case
from cases.models.case import Step, grams_of
from common.clock import HOUSE_ZONE, day_begins, day_ends, local_day
from common.vault import Unreadable, looks_sealed, seal, unseal
from people.absences import Absence
from people.models import User
from workflow.kept import kept
from workflow.models import Duty

PAGE = 50
COUNTED = 1000  # more than this is shown as "1,000+": nobody reads further, and counting costs


def tonight(at: datetime) -> datetime:
    """When the house's day of that moment is over: what is due before is due today."""
    return day_ends(local_day(at, HOUSE_ZONE), HOUSE_ZONE)


IN_ADDRESS = "address.q"
"""What words of a search are sealed for: a name in an address would lie in logs and histories."""
LONGEST = 600  # signs of eighty that are sealed


@lru_cache(maxsize=256)
def sealed(words: str) -> str:
    """Words of a search as an address holds them."""
    return seal(words, IN_ADDRESS)


def words_of(given: str) -> str:
    """What was searched for, out of an address; what somebody typed there by hand is taken as it is."""
    try:
        return unseal(given, IN_ADDRESS)
    except Unreadable:
        return "" if looks_sealed(given) else given


@dataclass(frozen=True)
class Wanted:
    """What the reader asked for; every field is in the address, words sealed, and can be kept as a bookmark."""

    view: str = "waiting"  # waiting: by due time; all: newest first; mine: the reader's own
    q: str = ""
    step: str = ""
    team: str = ""
    officer: str = ""
    due: str = ""  # late, today, week
    hold: str = ""  # held, refused
    after: str = ""
    before: str = ""

    @classmethod
    def from_query(cls, query: Any) -> "Wanted":
        """Read the address; what is not understood is left out."""
        given = {
            name: "".join(c for c in str(query.get(name, "")) if c.isprintable()).strip()[:LONGEST]
            for name in cls.__dataclass_fields__
        }
        given["q"] = words_of(given["q"])
        given = {name: text[:80] for name, text in given.items()}
        if given["view"] not in {"waiting", "all", "mine"}:
            given["view"] = "all" if any(given[n] for n in ("q", "step", "hold")) else "waiting"
        if given["step"] not in Step.values:
            given["step"] = ""
        for name in ("team", "officer"):
            if not (given[name].isdecimal() and len(given[name]) < 10):
                given[name] = ""
        if given["due"] not in {"late", "today", "week"}:
            given["due"] = ""
        if given["hold"] not in {"held", "refused"}:
            given["hold"] = ""
        return cls(**given)

    def address(self, **changed: str) -> str:
        """The query string with some of it changed; another filter begins at the first page."""
        now = {**self.__dict__, "after": "", "before": "", "q": self.sealed_words, **changed}
        return "?" + urlencode({name: value for name, value in now.items() if value})

    @property
    def sealed_words(self) -> str:
        """The words of the search as an address holds them."""
        return sealed(self.q)

    @property
    def by_due(self) -> bool:
        """Whether the list runs by due time rather than newest first."""
        return self.view == "waiting" or bool(self.due)


@dataclass(slots=True)
class Listed:
    """What a row shows of a case, and no more: two hundred model objects a page would cost most of it."""

    pk: int
    reference: str
    debtor_name: str
    zone: str
    state: str
    principal: Decimal
    interest: Decimal
    fees: Decimal
    next_due_at: datetime | None
    held_until: date | None
    marks: list[str] | None
    refused_until: date | None
    closed_as: str
    creditor_name: str
    creditor_name_en: str
    officer_name: str | None
    officer_account: str | None
    first_duty: dict[str, str] | None

    balance = Case.balance

    @property
    def creditor(self) -> str:
        """The creditor as ``Organisation`` is named, in the reader's language."""
        chinese = (get_language() or "zh").startswith("zh")
        return self.creditor_name if chinese else self.creditor_name_en or self.creditor_name

    @property
    def officer(self) -> str:
        """The officer as ``User`` is named, "" where there is none."""
        return self.officer_name or self.officer_account or ""


COLUMNS = (
    "pk", "reference", "debtor_name", "debtor__zone", "state", "principal", "interest", "fees",
    "next_due_at", "held_until", "marks", "refused_until", "closed_as", "creditor__name",
    "creditor__name_en",
    "officer__full_name", "officer__username", "first_duty",
)  # fmt: skip
"""Where each of ``Listed`` comes from, in its order."""


@dataclass(frozen=True)
class Page:
    """One page of the list, and the addresses of its neighbours ("" where there is none)."""

    cases: list[Listed]
    newer: str
    older: str
    count: int | None  # None: more than COUNTED


class Counted(Subquery):
    """How many rows a query finds."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


@dataclass(frozen=True)
class Shape:
    """What of a wish decides how the query is put; all else are values that it takes."""

    role: str
    view: str
    q: str
    step: str
    hold: str
    by_due: bool
    backwards: bool
    only_open: bool
    stands_in: bool = False


def chosen(shape: Shape, values: Mapping[str, Any]) -> QuerySet[Case]:
    """The cases that the filters leave, without order or page."""
    sight = {name: values[name] for name in ("team_id", "today") if name in values}
    cases = Case.objects.visible_to(User(role=shape.role, **sight))
    if shape.view == "mine":
        cases = cases.filter(_own(shape, values))
        cases = cases if shape.step else cases.exclude(state=Step.CLOSURE)
    if shape.only_open:
        cases = cases.exclude(state=Step.CLOSURE)
    if shape.by_due:
        cases = cases.filter(next_due_at__isnull=False)
    if shape.step:
        cases = cases.filter(state=shape.step)
    if "team" in values:
        cases = cases.filter(team=values["team"])
    if "officer" in values:
        cases = cases.filter(officer=values["officer"])
    if "due_before" in values:
        cases = cases.filter(next_due_at__lt=values["due_before"])
    if shape.hold == "held":
        cases = cases.filter(held_until__isnull=False)
    elif shape.hold == "refused":
        cases = cases.filter(refused_until__isnull=False)
    if shape.q:
        cases = cases.filter(found_by(shape.q))
    return cases


def _own(shape: Shape, values: Mapping[str, Any]) -> Q:
    """The reader's own cases, and what has newly fallen to them for somebody who is absent today."""
    if not shape.stands_in:
        return Q(officer=values["reader"])
    new = Duty.objects.filter(case=OuterRef("pk"), done_at=None, raised_at__gte=values["since"])
    # The plain list lets the index be entered; what is new is looked up in the cases of the absent alone.
    return Q(officer__in=values["holders"]) & (Q(officer=values["reader"]) | Q(Exists(new)))


def found_by(text: str) -> Q:
    """Cases by the debtor's name (two characters are enough), or by a reference or its number."""
    if any(c.isdigit() and c.isascii() for c in text):
        plain = "".join(text.split())
        return (
            Q(reference__startswith=plain.upper())
            | Q(external_reference__startswith=plain)
            | Q(external_reference__startswith=plain.upper())
            | Q(grams__contains=[plain[:30]])
        )
    plain = "".join(text.casefold().split())
    # Pairs narrow through the index (single letters would only widen the scan); the text decides.
    pieces = [gram for gram in grams_of(plain) if len(gram) == 2] or grams_of(plain)
    if not plain.isascii():
        return Q(grams__contains=pieces) & Q(debtor_name__contains=plain)
    return Q(grams__contains=pieces) & (
        Q(debtor__name_en__icontains=text) | Q(debtor_name__icontains=text)
    )


def open_cases(wanted: Wanted, user: User, at: datetime, tonight: datetime) -> QuerySet[Case]:
    """The open cases that the filters leave, on whichever page: those that a run is to reach."""
    values = _values(wanted, user, at, tonight)
    return chosen(_shape(wanted, user, values, only_open=True), values)


def wanted_cases(wanted: Wanted, user: User, at: datetime, tonight: datetime) -> QuerySet[Case]:
    """All the cases that the filters leave, closed ones too, on whichever page: those that a file is to hold."""
    values = _values(wanted, user, at, tonight)
    return chosen(_shape(wanted, user, values, only_open=False), values)


def _shape(wanted: Wanted, user: User, values: Mapping[str, Any], *, only_open: bool) -> Shape:
    return Shape(
        user.role, wanted.view, wanted.q, wanted.step, wanted.hold, wanted.by_due,
        bool(wanted.before), only_open, "holders" in values,
    )  # fmt: skip


def page_of(
    wanted: Wanted, user: User, at: datetime, tonight: datetime, *, only_open: bool = False
) -> Page:
    """One page by key: the ten-thousandth costs what the first does."""
    values = _values(wanted, user, at, tonight)
    shape = _shape(wanted, user, values, only_open=only_open)
    backwards = shape.backwards
    # What somebody typed, or for whom somebody stands in, is no shape to keep.
    ask = _listed if wanted.q or shape.stands_in else _listed_again
    found: list[Any] = list(ask(shape, **values))
    count = found[0][-1] if found else 0
    rows = [Listed(*row[:-1]) for row in found]
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    if backwards:
        rows.reverse()
    first, last = (_key(rows[0], wanted), _key(rows[-1], wanted)) if rows else ("", "")
    has_newer = more if backwards else bool(wanted.after)
    has_older = bool(wanted.before) if backwards else more
    return Page(
        cases=rows,
        newer=wanted.address(before=first) if has_newer and rows else "",
        older=wanted.address(after=last) if has_older and rows else "",
        count=count if count <= COUNTED else None,
    )


def _values(wanted: Wanted, user: User, at: datetime, tonight: datetime) -> dict[str, Any]:
    """The values of the query, by the names under which it knows them."""
    values: dict[str, Any] = dict(user.sight)
    if wanted.view == "mine":
        values["reader"] = user.pk
        values |= _stood_in_for(user)
    if wanted.team:
        values["team"] = int(wanted.team)
    if wanted.officer:
        values["officer"] = int(wanted.officer)
    if wanted.due:
        ends = {"late": at, "today": tonight, "week": tonight + timedelta(days=6)}
        values["due_before"] = ends[wanted.due]
    moment_text, _tilde, pk_text = (wanted.before or wanted.after).rpartition("~")
    moment = _moment(moment_text)
    if pk_text.isdecimal() and len(pk_text) < 18 and (moment or not wanted.by_due):
        values["key"] = int(pk_text)
        if moment and wanted.by_due:
            values["key_due"] = moment
    return values


def _stood_in_for(user: User) -> dict[str, Any]:
    """Whose cases the reader looks after today, and since when; nothing where nobody is absent."""
    away = list(
        Absence.objects.on(user.today).filter(stand_in=user).values_list("person", "first_day")
    )
    if not away:
        return {}
    since = day_begins(min(first for _person, first in away), HOUSE_ZONE)
    return {"holders": [user.pk, *(person for person, _first in away)], "since": since}


def _listed(shape: Shape, **values: Any) -> QuerySet[Case]:
    """The rows of one page and one more, each with how many there are in all."""
    cases = chosen(shape, values)
    first_duty = Duty.objects.filter(case=OuterRef("pk"), done_at=None).order_by("due_at")
    listed: Any = _from_key(cases, shape, values).annotate(
        first_duty=Subquery(first_duty.values("says")[:1]),
        counted=Counted(cases.order_by().values("pk")[: COUNTED + 1]),
    )
    found: QuerySet[Case] = listed.values_list(*COLUMNS, "counted")[: PAGE + 1]
    return found


_listed_again = kept(_listed)


def _key(case: Listed, wanted: Wanted) -> str:
    if wanted.by_due and case.next_due_at:
        return f"{case.next_due_at.isoformat()}~{case.pk}"
    return str(case.pk)


def _from_key(cases: QuerySet[Case], shape: Shape, values: Mapping[str, Any]) -> QuerySet[Case]:
    key, due, back = values.get("key"), values.get("key_due"), shape.backwards
    if not shape.by_due:
        if key is not None:
            cases = cases.filter(pk__gt=key) if back else cases.filter(pk__lt=key)
        return cases.order_by("pk" if back else "-pk")
    if key is not None:
        beyond = (
            Q(next_due_at__lt=due) | Q(next_due_at=due, pk__lt=key)
            if back
            else Q(next_due_at__gt=due) | Q(next_due_at=due, pk__gt=key)
        )
        # The plain bound lets the index start where the page starts.
        bound = Q(next_due_at__lte=due) if back else Q(next_due_at__gte=due)
        cases = cases.filter(bound & beyond)
    return cases.order_by("-next_due_at", "-pk") if back else cases.order_by("next_due_at", "pk")


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
