"""The work list: what is asked for in the address, as a query with a stable key."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.dateparse import parse_datetime

from cases.models import Case
from cases.models.case import Step, grams_of
from people.models import User
from workflow.models import Duty

PAGE = 50
COUNTED = 1000  # more than this is shown as "1,000+": nobody reads further, and counting costs


@dataclass(frozen=True)
class Wanted:
    """What the reader asked for; every field is in the address and can be kept as a bookmark."""

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
            name: "".join(c for c in str(query.get(name, "")) if c.isprintable()).strip()[:80]
            for name in cls.__dataclass_fields__
        }
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
        now = {**self.__dict__, "after": "", "before": "", **changed}
        return "?" + urlencode({name: value for name, value in now.items() if value})

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
    refused_until: date | None
    closed_as: str
    creditor: str
    officer_name: str | None
    officer_account: str | None
    first_duty: dict[str, str] | None

    balance = Case.balance

    @property
    def officer(self) -> str:
        """The officer as ``User`` is named, "" where there is none."""
        return self.officer_name or self.officer_account or ""


COLUMNS = (
    "pk", "reference", "debtor_name", "debtor__zone", "state", "principal", "interest", "fees",
    "next_due_at", "held_until", "refused_until", "closed_as", "creditor__name",
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


def chosen(wanted: Wanted, user: User, at: datetime, tonight: datetime) -> QuerySet[Case]:
    """The cases that the filters leave, without order or page."""
    cases = Case.objects.visible_to(user)
    if wanted.view == "mine":
        cases = cases.filter(officer=user)
    if wanted.view != "all" and not wanted.step:
        cases = cases.exclude(state=Step.CLOSURE) if wanted.view == "mine" else cases
    if wanted.by_due:
        cases = cases.filter(next_due_at__isnull=False)
    if wanted.step:
        cases = cases.filter(state=wanted.step)
    if wanted.team:
        cases = cases.filter(team_id=int(wanted.team))
    if wanted.officer:
        cases = cases.filter(officer_id=int(wanted.officer))
    if wanted.due == "late":
        cases = cases.filter(next_due_at__lt=at)
    elif wanted.due == "today":
        cases = cases.filter(next_due_at__lt=tonight)
    elif wanted.due == "week":
        cases = cases.filter(next_due_at__lt=tonight + timedelta(days=6))
    if wanted.hold == "held":
        cases = cases.filter(held_until__isnull=False)
    elif wanted.hold == "refused":
        cases = cases.filter(refused_until__isnull=False)
    if wanted.q:
        cases = cases.filter(found_by(wanted.q))
    return cases


def found_by(text: str) -> Q:
    """Cases by the debtor's name (two characters are enough), or by a reference or its number."""
    if any(c.isdigit() and c.isascii() for c in text):
        plain = "".join(text.split())
        return (
            Q(reference__startswith=plain.upper())
            | Q(external_reference__startswith=plain)
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


def page_of(wanted: Wanted, user: User, at: datetime, tonight: datetime) -> Page:
    """One page by key: the ten-thousandth costs what the first does."""
    cases = chosen(wanted, user, at, tonight)
    count = cases.order_by()[: COUNTED + 1].count()
    listed = cases.annotate(
        first_duty=Subquery(
            Duty.objects.filter(case=OuterRef("pk"), done_at=None)
            .order_by("due_at")
            .values("says")[:1]
        )
    )
    backwards = bool(wanted.before)
    listed = _from_key(listed, wanted, backwards)  # type: ignore[assignment]
    rows = [Listed(*row) for row in listed.values_list(*COLUMNS)[: PAGE + 1]]
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


def _key(case: Listed, wanted: Wanted) -> str:
    if wanted.by_due and case.next_due_at:
        return f"{case.next_due_at.isoformat()}~{case.pk}"
    return str(case.pk)


def _from_key(cases: QuerySet[Case], wanted: Wanted, backwards: bool) -> QuerySet[Case]:
    key = wanted.before or wanted.after
    moment_text, _tilde, pk_text = key.rpartition("~")
    pk = int(pk_text) if pk_text.isdecimal() and len(pk_text) < 18 else None
    if not wanted.by_due:
        if pk is not None:
            cases = cases.filter(pk__gt=pk) if backwards else cases.filter(pk__lt=pk)
        return cases.order_by("pk" if backwards else "-pk")
    moment = _moment(moment_text)
    if pk is not None and moment is not None:
        beyond = (
            Q(next_due_at__lt=moment) | Q(next_due_at=moment, pk__lt=pk)
            if backwards
            else Q(next_due_at__gt=moment) | Q(next_due_at=moment, pk__gt=pk)
        )
        # The plain bound lets the index start where the page starts.
        bound = Q(next_due_at__lte=moment) if backwards else Q(next_due_at__gte=moment)
        cases = cases.filter(bound & beyond)
    return (
        cases.order_by("-next_due_at", "-pk") if backwards else cases.order_by("next_due_at", "pk")
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
