"""The rules that govern a visit, as people can read them."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from common import clock
from common.clock import local_day
from compliance.entry import Entry
from compliance.packs import load, names
from compliance.words import in_words, named
from desk.rates import by_month
from desk.showing import HOUSE_ZONE, tongue_now
from people.models import Organisation


def rules(request: HttpRequest) -> TemplateResponse:
    """Each pack with its entries: what it says, its force, source, since when, checked or not."""
    today = local_day(clock.now(), HOUSE_ZONE)
    used = {
        pack
        for packs in Organisation.objects.filter(kind="creditor").values_list("packs", flat=True)
        for pack in packs
    }
    packs = [
        {
            "pack": pack,
            "used": name in used,
            "entries": [{"entry": entry, "words": words(entry)} for entry in pack.entries],
        }
        for name in names()
        for pack in [load(name)]
    ]
    return TemplateResponse(
        request, "desk/rules.html", {"packs": packs, "lpr": by_month(["cn"], today=today)}
    )


def words(entry: Entry) -> Mapping[str, str] | str:
    """What the entry says, with its own figures filled in and those of a case left open."""
    first = next(iter(entry.says.values()), None)
    if first is None:
        return _plain(entry)
    return {tongue: _filled(text, entry) for tongue, text in first.items()}


def _plain(entry: Entry) -> str:
    """An entry that only holds a value and refuses nothing, in a sentence."""
    said = [_VALUES[key](value) for key, value in entry.keys.items() if key in _VALUES]
    return " ".join(said) or entry.note


def _listed(kind: str, codes: list[str]) -> str:
    return in_words(named(kind, codes), tongue_now())


_VALUES: dict[str, Any] = {
    "notice.fields": lambda fields: (
        _("The notice of a visit contains: %(parts)s.") % {"parts": _listed("notice", fields)}
    ),
    "lpr.one_year": lambda rate: (
        _("The one-year loan prime rate is %(rate)s a year.") % {"rate": f"{rate}%"}
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
    "wording.outside": lambda words: (
        _("These words stand on no envelope and in no subject line: %(words)s.")
        % {"words": ", ".join(words.get(tongue_now(), ()))}
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
}


def _filled(text: str, entry: Entry) -> str:
    def figure(found: re.Match[str]) -> str:
        value: Any = entry.fields.get(found[1])
        if value is None or isinstance(value, dict | list):
            return "…"
        return in_words(value, "en") if isinstance(value, time) else str(value)

    return re.sub(r"\{(\w+)[^}]*\}", figure, text)
