"""The rule packs as documents: the same TOML by which the house decides, in the reader's language."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case
from common.clock import HOUSE_ZONE, day_begins, local_day
from compliance.entry import Entry
from compliance.fault import sentences
from compliance.packs import PackUnreadable, load, names
from compliance.reading import Standing, figures, gist, lines, remedies, says, standing
from compliance.shelf import Pack
from compliance.values import KEYS
from compliance.verdict import Force
from compliance.words import Named, in_words, named
from desk.showing import figure_name, tongue_now
from people.models import Organisation, User
from timeline.models import Stop

TOPICS: dict[str, Any] = {
    "afterwards": gettext_lazy("What remains to be done"),
    "agencies": gettext_lazy("Creditors and agencies"),
    "agents": gettext_lazy("Agents and agencies"),
    "agreement": gettext_lazy("Agreements"),
    "banks": gettext_lazy("Banks"),
    "claim": gettext_lazy("The claim and the mandate"),
    "closing": gettext_lazy("Closing"),
    "conduct": gettext_lazy("Conduct"),
    "contact": gettext_lazy("Contacts and visits"),
    "crew": gettext_lazy("The officers"),
    "debt": gettext_lazy("The debt"),
    "door": gettext_lazy("At the door"),
    "events": gettext_lazy("Events"),
    "followup": gettext_lazy("Follow-up"),
    "guarantee": gettext_lazy("Guarantors"),
    "hours": gettext_lazy("Hours"),
    "house": gettext_lazy("House policy"),
    "lpr": gettext_lazy("Loan prime rate"),
    "notice": gettext_lazy("Notice"),
    "others": gettext_lazy("People who do not owe"),
    "pauses": gettext_lazy("Holds and refusals"),
    "people": gettext_lazy("People and data"),
    "price": gettext_lazy("Interest and charges"),
    "privacy": gettext_lazy("Privacy"),
    "retention": gettext_lazy("How long records are kept"),
    "safety": gettext_lazy("The officers' safety"),
    "validation": gettext_lazy("Validation of the debt"),
    "visits": gettext_lazy("Visits"),
    "wording": gettext_lazy("Wording"),
}
COLLECTORS: dict[str, Any] = {
    "own": gettext_lazy("creditors that collect themselves"),
    "agency": gettext_lazy("agencies"),
}
CONFIDENCE: dict[str, Any] = {
    "high": gettext_lazy("high"),
    "medium": gettext_lazy("medium"),
    "low": gettext_lazy("low"),
}


_SAID_IN_LINES = {"effects", "terms"}  # tables that are told line by line, not as figures


@dataclass(frozen=True)
class Row:
    """One dated value, told in the reader's language."""

    entry: Entry
    standing: Standing
    says: tuple[str, ...]
    remedies: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    acts: tuple[str, ...]
    binds: str
    put_to: str
    confidence: str

    @property
    def draft(self) -> bool:
        """Whether its source is not in force."""
        return self.entry.force is Force.DRAFT


@dataclass(frozen=True)
class Rule:
    """All values of one row of the research, today's first; ``stops`` counts them together."""

    id: str
    now: tuple[Row, ...]
    coming: tuple[Row, ...]
    past: tuple[Row, ...]
    stops: int


@dataclass(frozen=True)
class Topic:
    """The rules of one file."""

    name: str
    title: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Book:
    """One pack as a document."""

    pack: Pack
    topics: tuple[Topic, ...]
    sources: tuple[tuple[str, str, str], ...]  # title, address, and who has read it and when
    count: int
    unchecked: int
    drafts: int
    stops: int


def month_begins(at: datetime) -> datetime:
    """The first moment of the house's month."""
    return day_begins(local_day(at, HOUSE_ZONE).replace(day=1), HOUSE_ZONE)


def stops_seen(user: User, at: datetime) -> QuerySet[Stop]:
    """What the rules have stopped this month in the cases that this user may see."""
    found = Stop.objects.filter(at__gte=month_begins(at))
    if user.sees_every_team:
        return found.filter(case__isnull=False)
    return found.filter(case__in=Case.objects.visible_to(user))


def counted(stops: QuerySet[Stop], by: str) -> dict[str, int]:
    """How many of them there are of each pack or rule: one query, counted by the database."""
    rows = stops.order_by().values_list(by).annotate(count=Count("pk"))
    return {str(name): int(count) for name, count in rows}


def shelf_of(user: User, at: datetime) -> list[dict[str, Any]]:
    """Every pack with its size and how often it stopped something; a broken one with what is wrong."""
    used = set().union(
        *Organisation.objects.filter(kind=Organisation.Kind.CREDITOR).values_list(
            "packs", flat=True
        )
    )
    stops = counted(stops_seen(user, at), "pack")
    shelf: list[dict[str, Any]] = []
    for name in names():
        row: dict[str, Any] = {"name": name, "used": name in used, "stops": stops.get(name, 0)}
        try:
            pack = load(name, local_day(at, HOUSE_ZONE))
        except PackUnreadable as unreadable:
            shelf.append({**row, "pack": None, "why": told_of(unreadable)})
            continue
        rules = {entry.id for entry in pack.entries}
        unchecked = sum(not entry.checked for entry in pack.entries)
        shelf.append({**row, "pack": pack, "rules": len(rules), "unchecked": unchecked})
    return sorted(shelf, key=lambda row: (not row["used"], row["name"]))


def told_of(unreadable: PackUnreadable) -> str:
    """What is wrong with the pack, in the reader's language."""
    return sentences(unreadable.why, tongue_now())


def book_of(pack: Pack, stops: Mapping[str, int], day: date) -> Book:
    """The pack as a document of that day, in the language that is set now."""
    topics = tuple(
        Topic(topic, str(TOPICS.get(topic, topic)), _rules(entries, stops, day))
        for topic, entries in groupby(pack.entries, lambda entry: entry.topic)
    )
    return Book(
        pack=pack,
        topics=topics,
        sources=tuple(_source(one) for one in pack.sources.values()),
        count=len(pack.entries),
        unchecked=sum(not entry.checked for entry in pack.entries),
        drafts=sum(entry.force is Force.DRAFT for entry in pack.entries),
        stops=sum(stops.values()),
    )


def _source(given: Mapping[str, Any]) -> tuple[str, str, str]:
    """A text that the pack's values may cite."""
    read = (
        f"{given['checked_by']} · {given['checked_on']:%Y-%m-%d}" if given.get("checked_by") else ""
    )
    title = given["title_zh" if tongue_now() == "zh" else "title"]
    return str(title), str(given.get("url", "")), read


def _rules(entries: Iterable[Entry], stops: Mapping[str, int], day: date) -> tuple[Rule, ...]:
    found: dict[str, list[Row]] = {}
    for entry in entries:
        found.setdefault(entry.id, []).append(_row(entry, day))
    return tuple(
        Rule(
            id=id_,
            now=tuple(row for row in rows if row.standing is Standing.NOW),
            coming=tuple(row for row in rows if row.standing is Standing.COMING),
            past=tuple(row for row in reversed(rows) if row.standing is Standing.PAST),
            stops=stops.get(id_, 0),
        )
        for id_, rows in found.items()
    )


def _row(entry: Entry, day: date) -> Row:
    tongue = tongue_now()
    return Row(
        entry=entry,
        standing=standing(entry, day),
        says=tuple(text[tongue] for text in says(entry).values())
        or (tuple(line[tongue] for line in lines(entry)) or tuple(filter(None, [told(entry)]))),
        remedies=tuple(dict.fromkeys(text[tongue] for text in remedies(entry).values())),
        figures=tuple(
            (figure_name(name), said[tongue])
            for name, said in figures(entry).items()
            if name not in _SAID_IN_LINES
        ),
        acts=tuple(in_words(Named(f"action.{act}"), tongue) for act in sorted(entry.actions)),
        binds=_people(entry.binds, entry.binds_collectors),
        put_to=_people(entry.only_for, entry.only_by),
        confidence=str(CONFIDENCE.get(entry.confidence, entry.confidence)),
    )


def _people(creditors: frozenset[str], collectors: frozenset[str]) -> str:
    """The kinds of creditor and of collector by their names; nothing where it is all of them."""
    kinds = dict(Organisation.CreditorType.choices)
    said = [str(kinds.get(kind, kind)) for kind in sorted(creditors)]
    said += [str(COLLECTORS.get(kind, kind)) for kind in sorted(collectors)]
    return _(", ").join(said)


def told(entry: Entry) -> str:
    """What the value says in one sentence; of one that only holds a figure, what the figure means."""
    words = gist(entry)
    if words:
        return words[tongue_now()]
    known = [_VALUES[key](value) for key, value in entry.keys.items() if key in _VALUES]
    return " ".join(known) or _meant(entry)


def _meant(entry: Entry) -> str:
    """What its figures are there for, by the names of their keys."""
    zh = tongue_now() == "zh"
    known = [KEYS[key].means_zh if zh else KEYS[key].means for key in entry.keys]
    said = ("；" if zh else "; ").join(known)
    return said[:1].upper() + said[1:] + ("。" if zh else ".") if said else ""


def _listed(kind: str, codes: list[str]) -> str:
    return in_words(named(kind, codes), tongue_now())


_VALUES: dict[str, Any] = {
    "notice.fields": lambda fields: (
        _("The notice of a visit contains: %(parts)s.") % {"parts": _listed("notice", fields)}
    ),
    "lpr.one_year": lambda rate: (
        _("The one-year loan prime rate is %(rate)s a year.") % {"rate": f"{rate}%"}
    ),
    "hold.interest_stops": lambda reasons: (
        _("No interest is added while one of these holds lasts: %(holds)s.")
        % {"holds": _listed("hold", reasons)}
    ),
    "agreement.grace_days": lambda days: (
        _(
            "An instalment that is unpaid for more than %(days)s days breaks the plan; no visit follows by itself."
        )
        % {"days": days}
    ),
    "reminder.schedule": lambda steps: (
        _("Reminders go out on these days, counted from the due day: %(days)s.")
        % {"days": ", ".join(f"{step['days']:+d}" if step["days"] else "0" for step in steps)}
    ),
    "service.rules": lambda channels: (
        _("For each channel, from when a notice counts as served: %(channels)s.")
        % {"channels": _listed("channel", list(channels))}
    ),
    "limitation.years": lambda years: (
        _(
            "The limitation period runs for %(years)s years, here from the due day itself, and anew from every promise or part payment."
        )
        % {"years": years}
    ),
    "leave.minutes": lambda minutes: (
        _("Once asked to leave, the officers are gone within %(minutes)s minutes.")
        % {"minutes": minutes}
    ),
    "pack.good_hours": lambda hours: (
        _("What a phone took along to a door is good for %(hours)s hours.") % {"hours": hours}
    ),
    "safety.check_in_minutes": lambda minutes: (
        _("At a door the officers say every %(minutes)s minutes that they are well.")
        % {"minutes": minutes}
    ),
    "safety.escalate_minutes": lambda minutes: (
        _("An alarm that nobody has taken up goes to the next people every %(minutes)s minutes.")
        % {"minutes": minutes}
    ),
    "wording.outside": lambda words: (
        _("These words stand on no envelope and in no subject line: %(words)s.")
        % {"words": ", ".join(words.get(tongue_now(), ()))}
    ),
}


def most_stopped(book: Book) -> list[tuple[str, int]]:
    """The rules of the book that stopped something this month, the busiest first."""
    counts: Counter[str] = Counter()
    for topic in book.topics:
        for rule in topic.rules:
            if rule.stops:
                counts[rule.id] = max(counts[rule.id], rule.stops)
    return counts.most_common()
