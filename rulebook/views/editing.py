"""What a draft says: its values changed, ended, added and marked as checked, and its sources."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common import clock
from common.clock import HOUSE_ZONE, local_day
from compliance import packs
from compliance.drafting import CannotChange, Written, written_at, written_in
from compliance.entry import Entry
from compliance.shelf import Pack, PackUnreadable
from desk.rulebook import TOPICS, told
from rulebook import actions, editing
from rulebook.forms import CheckedForm, SourceForm
from rulebook.models import PackVersion
from rulebook.shown import files_of, sources_of
from rulebook.value_forms import CHANGE, END, NewValueForm, ValueForm
from rulebook.views.versions import readable, row_named
from workflow.web import demand, handle, plain


@dataclass(frozen=True)
class Line:
    """One value of a pack as a list shows it."""

    written: Written
    entry: Entry | None
    new: bool = False

    @property
    def topic(self) -> str:
        """The file in which it stands."""
        return self.written.file.removesuffix(".toml")

    @property
    def title(self) -> str:
        """What the topic is called."""
        return str(TOPICS.get(self.topic, self.topic))

    @property
    def says(self) -> str:
        """What it says, in the reader's language."""
        return told(self.entry) if self.entry else ""


@require_safe
def values(request: HttpRequest, reference: str) -> HttpResponse:
    """Every value of the draft, to choose the one that changes."""
    demand(request, actions.DRAFT)
    row = row_named(reference)
    shown = _asked_for(request, _lines(readable(row), row.files))
    new = editing.new_lines(row) if row.state == PackVersion.State.DRAFT else set()
    shown = [replace(one, new=(one.written.file, one.written.number) in new) for one in shown]
    context = {"row": row, "topics": _by_topic(shown), "find": _words(request), "count": len(shown)}
    return TemplateResponse(request, "rulebook/values.html", context)


def value(request: HttpRequest, reference: str, topic: str, number: int) -> HttpResponse:
    """Change one value of the draft, or let it end."""
    demand(request, actions.DRAFT)
    row = row_named(reference)
    written = _written(row, f"{topic}.toml", number)
    form = ValueForm(
        request.POST or None,
        written=written,
        sources=sources_of(row),
        house=bool(readable(row).tightens),
        initial={"becomes": CHANGE, "since": row.first_day},
    )

    def do(given: dict[str, Any]) -> PackVersion:
        place = {"version": row, "file": written.file, "number": written.number}
        who = {"by": request.user, "at": clock.now(), "seen_digest": _seen(request)}
        if given["becomes"] == END:
            return actions.end_value(**place, since=given["since"], **who)
        return actions.change_value(**place, since=given["since"], figures=form.changes(), **who)

    return handle(
        request, case=row, form=form, do=do, template="rulebook/value.html",
        done=_("The draft is changed."), right=actions.DRAFT,
        context={"row": row, "written": written, "line": _line(row, written)},
    )  # fmt: skip


@require_safe
def patterns(request: HttpRequest, reference: str) -> HttpResponse:
    """Every value of a pack, to choose the one after which a new line is made."""
    demand(request, actions.DRAFT)
    row = row_named(reference)
    own = readable(row)
    name = request.GET.get("pack", "") or next(iter(own.tightens), row.name)
    pack = _pattern_pack(row, name)
    shown = _asked_for(request, _lines(pack, _files(row, pack)))
    context = {
        "row": row, "topics": _by_topic(shown), "find": _words(request), "pack": pack,
        "packs": [row.name, *(one for one in packs.names() if one != row.name)],
        "tightened": pack.name in own.tightens,
    }  # fmt: skip
    return TemplateResponse(request, "rulebook/patterns.html", context)


def add(request: HttpRequest, reference: str, name: str, topic: str, number: int) -> HttpResponse:
    """Write one more line, after the pattern of one that there is."""
    demand(request, actions.DRAFT)
    row = row_named(reference)
    own, pack = readable(row), _pattern_pack(row, name)
    try:
        pattern = written_at(_files(row, pack), f"{topic}.toml", number)
    except CannotChange as cannot:
        raise Http404 from cannot
    tightened = pack.name in own.tightens
    form = NewValueForm(
        request.POST or None,
        written=replace(pattern, table=_fresh(pattern.table, house=pack.name != row.name)),
        sources=sources_of(row),
        house=bool(own.tightens),
        initial={
            "row": pattern.table.get("id") if tightened else "",
            "topic": topic, "since": row.first_day,
        },
    )  # fmt: skip

    def do(given: dict[str, Any]) -> PackVersion:
        return editing.add_value(
            version=row, topic=given["topic"], table=form.value(), by=request.user, at=clock.now()
        )

    return handle(
        request, case=row, form=form, do=do, template="rulebook/value.html",
        done=_("The line is in the draft."), right=actions.DRAFT,
        context={"row": row, "written": pattern, "pattern": pack, "tightened": tightened},
    )  # fmt: skip


@require_POST
def drop(request: HttpRequest, reference: str, topic: str, number: int) -> HttpResponse:
    """Take a line out again that the draft has brought in."""
    demand(request, actions.DRAFT)
    row = row_named(reference)
    written = _written(row, f"{topic}.toml", number)

    def do(_given: dict[str, Any]) -> PackVersion:
        place = {"file": written.file, "number": written.number}
        return editing.drop_value(
            version=row, **place, by=request.user, at=clock.now(), seen_digest=_seen(request)
        )

    shown = _lines(readable(row), row.files)
    return handle(
        request, case=row, do=do, template="rulebook/values.html",
        done=_("The line was taken out of the draft."), right=actions.DRAFT,
        to=reverse("rulebook:values", args=[reference]),
        context={"row": row, "topics": _by_topic(shown), "find": "", "count": len(shown)},
    )  # fmt: skip


def checked(request: HttpRequest, reference: str, topic: str, number: int) -> HttpResponse:
    """Write beside a value who has compared it with its source."""
    demand(request, actions.DRAFT)
    row = row_named(reference)
    written = _written(row, f"{topic}.toml", number)
    today = local_day(clock.now(), HOUSE_ZONE)
    table = written.table
    form = CheckedForm(
        request.POST or None,
        today=today,
        initial={
            "checked_by": table.get("checked_by") or str(request.user),
            "checked_on": table.get("checked_on") or today,
        },
    )

    def do(given: dict[str, Any]) -> PackVersion:
        place = {"version": row, "file": written.file, "number": written.number}
        who = {"by": request.user, "at": clock.now(), "seen_digest": _seen(request)}
        return editing.mark_checked(**place, **given, **who)

    return handle(
        request, case=row, form=form, do=do, template="rulebook/checked.html",
        done=_("It stands in the draft. It counts once a second person has published it."),
        right=actions.DRAFT,
        context={"row": row, "written": written, "line": _line(row, written)},
    )  # fmt: skip


def sources(request: HttpRequest, reference: str) -> HttpResponse:
    """The texts on which the values may rest, and a form for one more."""
    demand(request, actions.DRAFT)
    row = row_named(reference)
    form = SourceForm(
        request.POST or None,
        today=local_day(clock.now(), HOUSE_ZONE),
        house=bool(readable(row).tightens),
        initial={"force": "policy", "confidence": "medium"},
    )

    def do(given: dict[str, Any]) -> PackVersion:
        return editing.add_source(version=row, source=given, by=request.user, at=clock.now())

    return handle(
        request, case=row, form=form, do=do, template="rulebook/sources.html",
        done=_("The source is listed. Values of this draft can now cite it."),
        to=reverse("rulebook:sources", args=[reference]), right=actions.DRAFT,
        context={"row": row, "listed": sources_of(row)},
    )  # fmt: skip


# ---------------------------------------------------------------- what the pages show


def _lines(pack: Pack, files: Mapping[str, bytes]) -> list[Line]:
    """Every value with the place at which it is written."""
    entries = {
        (entry.topic, entry.id, entry.rule, entry.since, tuple(sorted(entry.keys))): entry
        for entry in pack.entries
    }
    found = []
    for one in written_in(files):
        table = one.table
        place = (
            one.file.removesuffix(".toml"), table.get("id"), table.get("rule", ""),
            table.get("since"), tuple(sorted(table.get("keys", ()))),
        )  # fmt: skip
        found.append(Line(one, entries.get(place)))
    return found


def _line(row: PackVersion, written: Written) -> Line:
    """The value that is being looked at, as a list would show it."""
    return next(one for one in _lines(readable(row), row.files) if one.written == written)


def _seen(request: HttpRequest) -> str:
    """The draft as the page showed it, by its digest."""
    return plain(request.POST.get("seen", ""))[:64]


def _words(request: HttpRequest) -> str:
    return plain(request.GET.get("find", "")).strip()[:60]


def _asked_for(request: HttpRequest, lines: list[Line]) -> list[Line]:
    """The lines in whose number or words the reader's words are found."""
    words = _words(request).casefold()
    return [
        one
        for one in lines
        if not words
        or words in str(one.written.table.get("id", "")).casefold()
        or words in one.says.casefold()
        or words in one.title.casefold()
    ]


def _by_topic(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    return [(title, list(some)) for title, some in groupby(lines, lambda one: one.title)]


def _written(row: PackVersion, file: str, number: int) -> Written:
    try:
        return written_at(row.files, file, number)
    except CannotChange as cannot:
        raise Http404 from cannot


def _pattern_pack(row: PackVersion, name: str) -> Pack:
    """The pack of which a line serves as a pattern; of the draft's own, the draft itself."""
    if name == row.name:
        return readable(row)
    try:
        return packs.load(name)
    except PackUnreadable as unreadable:
        raise Http404 from unreadable


def _files(row: PackVersion, pack: Pack) -> Mapping[str, bytes]:
    return row.files if pack.name == row.name else files_of(pack)


def _fresh(table: Mapping[str, Any], *, house: bool) -> dict[str, Any]:
    """A line as a pattern: without its days, its checks and, in another pack, its source."""
    left_out = {"since", "until", "checked_by", "checked_on", "note"}
    if house:
        left_out |= {"source", "article", "article_zh", "url", "binds", "binds_collectors"}
    found = {name: part for name, part in table.items() if name not in left_out}
    return found | ({"force": "policy", "confidence": "high"} if house else {})
