"""An answer of the rules in words, for a terminal."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from compliance.ask import PLANNED
from compliance.fortnight import Fortnight
from compliance.verdict import Finding
from desk.asking import Answer
from desk.showing import day_words, figure_name, figure_words, moment_words, tongue_now
from desk.told import ASKED


def lines(answer: Answer) -> Iterator[str]:
    """The whole answer: what was asked, every finding with its source and figures, the fortnight."""
    question, verdict = answer.question, answer.verdict
    zone = question.zone
    yield f"{ASKED[question.action]}: {moment_words(question.starts_at, zone, 'named')}"
    yield str(_("Lawful") if verdict.allowed and not answer.past else _("Not allowed"))
    if answer.past:
        yield f"  {_('Already past')}"
    for finding in verdict.findings:
        yield ""
        yield from _finding(finding, zone)
    if not verdict.findings:
        yield f"  {_('No rule has anything to say against it.')}"
    yield ""
    if verdict.earliest:
        yield _("Lawful from %(start)s") % {"start": moment_words(verdict.earliest, zone, "named")}
    elif not verdict.allowed:
        yield _("Time alone does not make it lawful.")
    packs = ", ".join(f"{name} {version}" for name, version in verdict.packs.items())
    yield f"{_('Rule packs asked:')} {packs}"
    for one in question.added:
        yield f"  {one.pack}: {_('added by the place of the visit')}"
    if question.action in PLANNED or question.action == "visit.start":
        yield ""
        yield from _ahead(answer.ahead)


def _finding(finding: Finding, zone: str) -> Iterator[str]:
    tongue = tongue_now()
    yield f"{finding.rule} · {finding.severity.label[tongue]} · {finding.force.label[tongue]}"
    yield f"  {finding.says.get(tongue, '')}"
    if finding.remedy.get(tongue):
        yield f"  → {finding.remedy[tongue]}"
    source = finding.citation.text[tongue]
    yield f"  {source}{f' <{finding.citation.url}>' if finding.citation.url else ''}"
    if not finding.checked:
        yield f"  {_('Nobody has yet compared this value with its source.')}"
    for name, value in finding.inputs.items():
        yield f"  {figure_name(name)}: {figure_words(value, zone)}"


def _ahead(ahead: Fortnight) -> Iterator[str]:
    yield _("The coming fortnight")
    for day, slots in ahead.days:
        spans = ahead.spans(slots)
        lawful = [f"{s.first.wall:%H:%M}–{s.until:%H:%M}" for s in spans if not s.shown]
        yield f"  {day_words(day, 'short')}  {', '.join(lawful) or _('none')}"


def as_json(answer: Answer) -> dict[str, Any]:
    """The same as JSON can hold it."""
    return {
        **answer.verdict.as_dict(),
        "past": answer.past,
        "lawful_slots": [
            slot.begins.isoformat()
            for _day, slots in answer.ahead.days
            for slot in slots
            if slot.lawful
        ],
        "asked_at": _iso(answer.question.now),
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat()
