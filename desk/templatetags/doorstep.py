"""What the pages need to show money, times, people and rules the same way everywhere."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from itertools import groupby
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.case import Step
from cases.models.circumstances import kind_words
from common.clock import local
from common.money import show
from compliance.circumstances import ON_FILE
from compliance.verdict import Force, Severity
from desk.markup import fill
from desk.showing import (
    as_moment,
    day_words,
    figure_name,
    figure_words,
    moment_words,
    pack_title,
    since_style,
    tongue_now,
    unit,
    zone_or_house,
    zone_words,
)
from desk.told import actor_words
from people.masking import mask
from people.rights import may

register = template.Library()

# ---------------------------------------------------------------- words and figures


@register.filter
def tongue(texts: Any) -> str:
    """The text in the reader's language out of ``{"en": …, "zh": …}``; plain text stays as it is."""
    if not isinstance(texts, Mapping):
        return "" if texts is None else str(texts)
    return str(texts.get(tongue_now()) or texts.get("en") or texts.get("zh") or "")


register.filter("actor_words", actor_words)


@register.filter("may")
def carries(user: Any, right: str) -> bool:
    """Whether the reader carries that right: nobody is shown a door that is shut to them."""
    return bool(getattr(user, "is_authenticated", False)) and may(user, right)


@register.filter
def money(amount: Any) -> str:
    """``40,000.00``; a dash where there is no amount."""
    if amount in (None, ""):
        return "–"
    try:
        return show(Decimal(str(amount)))
    except InvalidOperation:
        return str(amount)


@register.simple_tag
def icon(name: str, says: Any = "") -> SafeString:
    """One icon of the vendored set; with words it is read aloud, without it is ornament."""
    return _icon(name, str(says))


@lru_cache(maxsize=1024)
def _icon(name: str, says: str) -> SafeString:
    if says:
        return fill(
            '<i class="bi bi-{name}" role="img" aria-label="{says}"></i>', name=name, says=says
        )
    return fill('<i class="bi bi-{name}" aria-hidden="true"></i>', name=name)


TONE_ICONS = {
    "green": "check-circle-fill",
    "amber": "hourglass-split",
    "red": "exclamation-octagon-fill",
    "violet": "pause-circle-fill",
    "plain": "dot",
}


@register.simple_tag
def pill(tone: str, says: Any, icon: str = "") -> SafeString:
    """A word with its meaning's colour and icon: green done, amber waiting, red refused, violet held."""
    return fill(
        '<span class="pill tone-{tone}">{icon}{says}</span>',
        tone=tone,
        icon=_icon(icon or TONE_ICONS.get(tone, "dot"), ""),
        says=says,
    )


# state -> tone, icon; for everything that has get_state_display()
_STATES = {
    # visits
    "planned": ("plain", "calendar-event"),
    "announced": ("amber", "send"),
    "noticed": ("green", "envelope-check"),
    "started": ("amber", "door-open"),
    "finished": ("green", "check-circle-fill"),
    "cancelled": ("plain", "calendar-x"),
    "aborted": ("red", "stop-circle-fill"),
    # agreements
    "draft": ("plain", "pencil"),
    "offered": ("amber", "hourglass-split"),
    "signed": ("green", "pen"),
    "kept": ("green", "check-circle-fill"),
    "broken": ("red", "exclamation-octagon-fill"),
    "superseded": ("plain", "layers"),
    "void": ("plain", "x-circle"),
    # approvals
    "waiting": ("amber", "hourglass-split"),
    "granted": ("green", "check-circle-fill"),
    "denied": ("red", "slash-circle-fill"),
    "withdrawn": ("plain", "arrow-counterclockwise"),
    # notices
    "queued": ("amber", "clock"),
    "sending": ("amber", "send"),
    "sent": ("amber", "send-check"),
    "delivered": ("green", "envelope-check"),
    "bounced": ("red", "envelope-x"),
    "failed": ("red", "exclamation-octagon-fill"),
    "suppressed": ("plain", "slash-circle"),
    "doubtful": ("amber", "question-circle-fill"),
    # imports
    "reading": ("amber", "hourglass-split"),
    "ready": ("amber", "eye"),
    "applying": ("amber", "hourglass-split"),
    "applied": ("green", "check-circle-fill"),
    "discarded": ("plain", "x-circle"),
    # rows of an import
    "created": ("green", "plus-circle-fill"),
    "updated": ("amber", "pencil"),
    "unchanged": ("plain", "dash"),
    "rejected": ("red", "slash-circle-fill"),
    # lines of a bank's statement
    "open": ("amber", "hourglass-split"),
    "booked": ("green", "check-circle-fill"),
    "aside": ("plain", "slash-circle"),
    "out": ("plain", "arrow-up-right"),
    "returned": ("plain", "arrow-return-left"),
    # versions of our words
    "proposed": ("amber", "hourglass-split"),
    "released": ("green", "check-circle-fill"),
}


@register.simple_tag
def state_pill(subject: Any) -> SafeString:
    """The state (or, of an import's row, the outcome) of a visit, agreement, notice or approval."""
    name = "state" if hasattr(subject, "state") else "outcome"
    value = str(getattr(subject, name))
    tone, picture = _STATES.get(value, ("plain", "dot"))
    said = getattr(subject, f"get_{name}_display", lambda: value)()
    return pill(tone, said, picture)


# ---------------------------------------------------------------- times


@register.simple_tag
def when(moment: Any, zone: Any = "", style: str = "full", home: Any = "") -> SafeString | str:
    """A moment in the zone of its place, with its weekday; the zone's name shows on hover.

    Styles: full, short (no year), time, since (the day only where it is not today), day, named (with the zone).
    ``home`` is the zone that a reader expects, such as the debtor's: another one is written out.
    """
    found = as_moment(moment)
    if found is None:
        return "–" if moment in (None, "") else str(moment)
    zone = zone_or_house(zone)
    style = since_style(found, zone) if style == "since" else style
    return _when(found, found.isoformat(), zone, style, str(home), tongue_now())


@lru_cache(maxsize=4096)
def _when(moment: datetime, iso: str, zone: str, style: str, home: str, _tongue: str) -> SafeString:
    """Drawn once: what happens to a case in one act has one moment, and pages show it again."""
    return fill(
        '<time datetime="{iso}" title="{full} · {zone}">{said}</time>',
        iso=iso,
        full=moment_words(moment, zone),
        zone=zone_words(zone, moment),
        said=moment_words(moment, zone, style, home),
    )


@register.simple_tag
def day(given: Any, style: str = "full") -> SafeString | str:
    """A date with its weekday; styles ``full`` and ``short`` (without the year)."""
    if isinstance(given, str) and given:
        try:
            given = date.fromisoformat(given)
        except ValueError:
            return str(given)
    if isinstance(given, datetime) or not isinstance(given, date):
        return "–" if not given else str(given)
    return fill(
        '<time datetime="{iso}">{said}</time>', iso=given.isoformat(), said=day_words(given, style)
    )


@register.simple_tag
def due(moment: Any, now: Any, zone: Any = "") -> SafeString | str:
    """When something is due: red if overdue, amber if today, each with an icon and words."""
    found, at = as_moment(moment), as_moment(now)
    if found is None or at is None:
        return "–"
    place = zone_or_house(zone)
    there, today = local(found, place), local(at, place).date()
    late = at - found
    if late > timedelta():
        days = late.days
        said = (
            ngettext("%(days)d day late", "%(days)d days late", days) % {"days": days}
            if days
            else _("late since %(time)s") % {"time": f"{there:%H:%M}"}
            if there.date() == today
            else _("late since yesterday")
        )
        tone, picture = "late", "exclamation-circle-fill"
    elif there.date() == today:
        said, tone, picture = _("today %(time)s") % {"time": f"{there:%H:%M}"}, "today", "clock"
    elif there.date() == today + timedelta(days=1):
        said, tone, picture = _("tomorrow %(time)s") % {"time": f"{there:%H:%M}"}, "ahead", ""
    else:
        said, tone, picture = day_words(there.date(), "short"), "ahead", ""
    return fill(
        '<time class="due due-{tone}" datetime="{iso}" title="{named}">{icon}{said}</time>',
        tone=tone,
        iso=found.isoformat(),
        named=_named(found, place, get_language() or ""),
        icon=_icon(picture, "") if picture else "",
        said=said,
    )


@lru_cache(maxsize=4096)
def _named(moment: datetime, zone: str, _language: str) -> str:
    return moment_words(moment, zone, "named")


@register.filter
def zone_name(zone: Any) -> str:
    """What people call a time zone: "Beijing time"."""
    return zone_words(str(zone))


@register.filter
def place_input(moment: Any, zone: Any = "") -> str:
    """A moment as a datetime-local field of that place wants it: ``2026-03-06T08:00``."""
    found = as_moment(moment)
    return f"{local(found, zone_or_house(zone)):%Y-%m-%dT%H:%M}" if found else ""


@register.filter
def place_day(moment: Any, zone: Any = "") -> date | None:
    """The day that it is there at that moment."""
    found = as_moment(moment)
    return local(found, zone_or_house(zone)).date() if found else None


@register.filter
def by_day(events: Iterable[Any], zone: Any = "") -> list[tuple[date, list[Any]]]:
    """Events (with ``at``) in runs of one day of that zone, in the order given."""
    place = zone_or_house(zone)
    return [
        (there, list(run))
        for there, run in groupby(events, lambda event: local(event.at, place).date())
    ]


# ---------------------------------------------------------------- the seven steps


@register.filter
def step_number(state: Any) -> int:
    """1 for preparation … 7 for closure; 0 for what is no step."""
    values = list(Step.values)
    return values.index(str(state)) + 1 if str(state) in values else 0


@register.simple_tag
def step_dots(state: Any) -> SafeString:
    """Seven dots for a list's row, with the step in words beside them."""
    return _dots(str(state), get_language() or "")


@cache
def _dots(state: str, _language: str) -> SafeString:
    """Drawn once for each step and language: a list shows them fifty times."""
    here = step_number(state)
    context = {
        "dots": ["done" if n < here else "now" if n == here else "ahead" for n in range(1, 8)],
        "number": here,
        "label": dict(Step.choices).get(state, state),
    }
    return drawn("components/step_dots.html", context)


def drawn(name: str, context: dict[str, Any]) -> SafeString:
    """A small component without the white space around it, so that an empty one is empty."""
    # The template has escaped what it was given; only white space is taken off.
    text = render_to_string(name, context).strip()
    return SafeString(text)  # nosec B703


@register.simple_tag
def overlays(case: Any) -> SafeString:
    """What stops a case without being a step: a hold, a refusal, what happened; and how it was closed."""
    marks = tuple(mark for mark in case.marks or () if mark not in ON_FILE)
    if not (case.held_until or case.refused_until or case.closed_as or marks):
        return SafeString("")
    key = (case.held_until, case.refused_until, case.closed_as, marks)
    return _overlays(key, get_language() or "")


@lru_cache(maxsize=2048)
def _overlays(key: tuple[Any, ...], _language: str) -> SafeString:
    """Drawn once for each day and language: many cases of a list share them."""
    held, refused, closed, marks = key
    shown = {"held_until": held, "refused_until": refused, "marks": [*map(kind_words, marks)]}
    shown["closed"] = dict(Case.ClosedAs.choices).get(closed, "")
    return drawn("components/overlays.html", shown)


# ---------------------------------------------------------------- rules


@register.filter
def pack_name(name: Any) -> str:
    """What a rule pack is called; its short name where it cannot be read."""
    return pack_title(str(name))


@register.filter
def force_label(force: Any) -> str:
    """What the force of a rule is called."""
    return tongue(Force(force).label) if force in set(Force) else str(force)


@register.simple_tag
def force_badge(force: Any) -> SafeString:
    """The force of a rule, which is shown and never blurred."""
    return fill(
        '<span class="force force-{force}">{label}</span>', force=force, label=force_label(force)
    )


@register.filter
def severity_label(severity: Any) -> str:
    """What the severity of a finding is called."""
    return tongue(Severity(severity).label) if severity in set(Severity) else str(severity)


@register.filter
def citation_text(citation: Any) -> str:
    """Title and article of a source in one line, from a Citation or from its stored form."""
    if isinstance(citation, Mapping):
        from compliance.verdict import Citation

        known = {name: citation.get(name, "") for name in Citation.__dataclass_fields__}
        citation = Citation(**known)
    return tongue(getattr(citation, "text", citation))


@register.filter
def is_checked(finding: Any) -> bool:
    """Whether a person has compared the rule's value with its source."""
    if isinstance(finding, Mapping):
        return bool(finding.get("checked_by") and finding.get("checked_on"))
    return bool(getattr(finding, "checked", False))


@register.filter
def excepting(findings: Sequence[Any]) -> list[Any]:
    """Those of the findings from which an exception can be granted."""
    return [found for found in findings if str(_part(found, "severity")) == "block_unless"]


def _part(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


@register.filter
def figures(inputs: Any, zone: Any = "") -> list[tuple[str, str]]:
    """The figures that a rule used, as pairs of a name and a value in the reader's language."""
    place = zone_or_house(zone)
    names = inputs.items() if isinstance(inputs, Mapping) else inputs or ()
    return [(figure_name(name), figure_words(value, place)) for name, value in names]


register.filter(figure_name)
register.filter(unit)


# ---------------------------------------------------------------- people and files


@register.filter
def masked(value: Any, kind: str = "name") -> str:
    """Personal data with all hidden but what tells two rows apart; kinds name, id, phone, email."""
    return mask(value, kind)


@register.filter
def initials(person: Any) -> str:
    """One or two letters for the round mark of a person: the given name in Chinese."""
    name = str(person or "").strip()
    if not name:
        return "?"
    if name.isascii():
        return "".join(word[0] for word in name.split()[:2]).upper()
    return name[-1]


_FILE_ICONS = {
    "application/pdf": "file-earmark-pdf",
    "image/": "file-earmark-image",
    "audio/": "file-earmark-music",
    "video/": "file-earmark-play",
    "text/csv": "file-earmark-spreadsheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml": "file-earmark-spreadsheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml": "file-earmark-word",
    "text/": "file-earmark-text",
}


@register.filter
def file_icon(mime: Any) -> str:
    """The icon of a kind of file."""
    return next(
        (name for start, name in _FILE_ICONS.items() if str(mime).startswith(start)),
        "file-earmark",
    )


@register.filter
def digest_short(digest: Any) -> str:
    """The first eight characters of a SHA-256, enough to compare by eye."""
    return str(digest or "")[:8]


# ---------------------------------------------------------------- the timeline

_TONES = {
    "policy.refused": "red",
    "state.refused": "red",
    "visit.refused": "red",
    "refusal.recorded": "red",
    "notice.bounced": "red",
    "notice.failed": "red",
    "instalment.missed": "red",
    "agreement.broken": "red",
    "visit.aborted": "red",
    "incident.opened": "red",
    "policy.overridden": "amber",
    "approval.requested": "amber",
    "case.held": "violet",
    "hold.placed": "violet",
    "agreement.signed": "green",
    "agreement.kept": "green",
    "case.closed": "green",
    "payment.received": "green",
}


@register.filter
def event_tone(kind: Any) -> str:
    """How an event of the timeline stands out: red, amber, violet, green, look, or not at all."""
    kind = str(kind)
    if kind.startswith(("data.", "timeline.")):
        return "look"
    return _TONES.get(kind, "plain")


# ---------------------------------------------------------------- the door


@register.filter
def dot_states(dots: Any) -> list[str]:
    """Which of the questions are done, which is the one now, which lie ahead; of ``at`` and ``of``."""
    at, of = int(_part(dots, "at") or 0), int(_part(dots, "of") or 0)
    return ["done" if n < at else "now" if n == at else "ahead" for n in range(1, min(of, 20) + 1)]
