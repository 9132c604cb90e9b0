"""Long lists drawn in one pass: fifty rows of a Django template take longer than all else on the page.

A row is a pattern with named places; ``fill`` escapes whatever is put into them.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from desk.markup import fill, joined
from desk.showing import tongue_now, zone_or_house, zone_words
from desk.templatetags.doorstep import (
    digest_short,
    drawn,
    due,
    event_tone,
    figures,
    icon,
    money,
    overlays,
    step_dots,
    tongue,
    when,
)
from desk.templatetags.eyes import seen_by
from desk.told import Told, sentence
from desk.worklist import Listed, words_of
from timeline.models import Event

register = template.Library()
register.filter("searched", words_of)


@register.filter
def in_words(event: Event) -> str:
    """What the event tells, in one sentence."""
    return sentence(event)


_CASE = """
  <tr data-row>
    <th scope="row"><a class="row-link" href="{page}">{reference}</a></th>
    <td class="nowrap card-title">{debtor}</td>
    <td class="card-end">{step}</td>
    <td class="num card-side">{balance}</td>
    <td class="clip">{duty}</td>
    <td class="card-end">{due}</td>
    <td class="nowrap card-none">{officer}</td>
    <td class="clip card-none at-wide">{creditor}</td>
    <td class="card-wide card-last">{overlays}</td>
  </tr>"""


@register.simple_tag
def case_rows(cases: Iterable[Listed], at: datetime, reader: Any = None) -> SafeString:
    """The rows of the work list; the columns are named in its template."""
    before, _mark, after = reverse("desk:case", args=["-"]).partition("-")
    rows = [
        fill(
            _CASE,
            page=f"{before}{case.reference}{after}",
            reference=case.reference,
            debtor=seen_by(case.debtor_name, reader),
            step=step_dots(case.state),
            balance=money(case.balance),
            duty=tongue(case.first_duty),
            due=due(case.next_due_at, at, case.zone) if case.next_due_at else "",
            officer=case.officer,
            creditor=case.creditor,
            overlays=overlays(case),
        )
        for case in cases
    ]
    return joined(rows)


_EVENT = """
    <li class="tl-event tone-{tone}{stands_out}" id="event-{number}">
      <span class="tl-mark">{icon}</span>
      <div class="tl-words">
        <span class="tl-sentence">{sentence}</span>
        <span class="tl-who">{actor}</span>{details}
      </div>
      <span class="tl-at">{at}</span>
    </li>"""

_DETAILS = """
        <details class="more">
          <summary>{details}</summary>{findings}
          <dl class="figures-used">{figures}
            <dt>{event}</dt><dd class="code">{number} · {kind}</dd>
            <dt>{digest}</dt><dd class="code" title="{whole}">{short}…</dd>
          </dl>{replay}
        </details>"""

_REPLAY = """
          <p><a class="btn btn-quiet btn-sm" href="{page}">{icon}{replay}</a></p>"""

_FIGURE = """
            <dt>{name}</dt><dd>{value}</dd>"""


@register.simple_tag
def event_rows(events: Iterable[Told], zone: str, replays: str = "") -> SafeString:
    """The events of one day of a timeline; ``replays`` is the case's reference for who may replay."""
    place = zone_or_house(zone)
    return joined(
        [
            fill(
                _EVENT,
                tone=event_tone(event.kind),
                stands_out=" stands-out" if event.stands_out else "",
                number=event.number,
                icon=icon(event.icon),
                sentence=event.sentence,
                actor=event.actor,
                details=_details(event, place, replays)
                if event.findings or event.details or (event.decided and replays)
                else "",
                at=when(event.at, place, "time"),
            )
            for event in events
        ]
    )


@cache
def _words(_tongue: str) -> dict[str, str]:
    """What stands at every event, looked up once for each language."""
    return {
        "details": _("Details"), "event": _("event"), "digest": _("digest"), "replay": _("Replay"),
        "clocks": _("times by the clocks of"),
    }  # fmt: skip


def _details(event: Told, zone: str, replays: str) -> SafeString:
    """What lies behind an event; findings are few, so that their own component draws them."""
    words = _words(tongue_now())
    there = zone_or_house(event.zone or zone)
    told = [(words["clocks"], zone_words(there, event.at))] if there != zone else []
    return fill(
        _DETAILS,
        details=words["details"],
        findings=joined(
            [
                drawn("components/timeline_finding.html", {"finding": finding, "zone": there})
                for finding in event.findings
            ]
        ),
        figures=joined(
            [
                fill(_FIGURE, name=name, value=value)
                for name, value in [*told, *figures(event.details, there)]
            ]
        ),
        event=words["event"],
        number=event.number,
        kind=event.kind,
        digest=words["digest"],
        whole=event.digest,
        short=digest_short(event.digest),
        replay=fill(
            _REPLAY,
            page=reverse("desk:replay", args=[replays, event.number]),
            icon=icon("arrow-repeat"),
            replay=words["replay"],
        )
        if event.decided and replays
        else "",
    )
