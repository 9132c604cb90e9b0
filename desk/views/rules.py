"""The rule book: each pack as people can read it, print it, and see what it stopped this month."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from common import clock
from common.clock import HOUSE_ZONE, local_day
from compliance.packs import PackUnreadable, load
from compliance.reading import gist
from compliance.shelf import Pack
from desk.rates import by_month
from desk.rulebook import book_of, counted, month_begins, most_stopped, shelf_of, stops_seen
from desk.rulebook_paper import LANGUAGES, rulebook_pdf
from desk.told import sentence
from desk.worklist import PAGE
from workflow.paging import page_by_key
from workflow.web import demand


def rules(request: HttpRequest) -> TemplateResponse:
    """Every pack that the house knows, those in use first; each opens as a document.

    Context: ``shelf`` (see ``desk.rulebook.shelf_of``), ``lpr`` (see ``desk.rates.by_month``).
    """
    demand(request, "read_rules")
    at = clock.now()
    return TemplateResponse(
        request,
        "desk/rules.html",
        {
            "shelf": shelf_of(request.user, at),
            "lpr": by_month(["cn"], today=local_day(at, HOUSE_ZONE)),
        },
    )


def pack(request: HttpRequest, name: str) -> TemplateResponse:
    """One pack as a document, with how often each rule stopped something this month.

    Context: ``book``, ``today``, ``month``, ``busiest`` (rule, count), ``papers``.
    """
    demand(request, "read_rules")
    at = clock.now()
    found = _pack(name, at)
    stops = counted(stops_seen(request.user, at).filter(pack=name), "rule")
    book = book_of(found, stops, local_day(at, HOUSE_ZONE))
    return TemplateResponse(
        request,
        "desk/rule_pack.html",
        {
            "book": book,
            "today": local_day(at, HOUSE_ZONE),
            "month": local_day(month_begins(at), HOUSE_ZONE),
            "busiest": most_stopped(book)[:8],
            "papers": [("zh", _("Chinese")), ("en", _("English")), ("both", _("Both languages"))],
        },
    )


def paper(request: HttpRequest, name: str, language: str) -> HttpResponse:
    """The same on paper, in Chinese, in English or in both."""
    demand(request, "read_rules")
    if language not in LANGUAGES:
        raise Http404
    at = clock.now()
    found = _pack(name, at)
    stops = counted(stops_seen(request.user, at).filter(pack=name), "rule")
    answer = HttpResponse(rulebook_pdf(found, stops, at, language), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}-{found.version}-{language}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


def stopped(request: HttpRequest, name: str, rule: str) -> TemplateResponse:
    """What one rule stopped this month, newest first, in the cases that this reader may see.

    Context: ``pack``, ``rule``, ``says``, ``rows`` (stop, sentence), ``count``, ``older``.
    """
    demand(request, "read_rules")
    at = clock.now()
    found = _pack(name, at)
    entry = next((entry for entry in found.entries if entry.id == rule), None)
    if entry is None:
        raise Http404
    stops = stops_seen(request.user, at).filter(pack=name, rule=rule)
    count = stops.count()
    stops = stops.select_related("event", "case__debtor")
    shown, last = page_by_key(stops, request.GET.get("after", ""), most=PAGE)
    return TemplateResponse(
        request,
        "desk/stopped.html",
        {
            "pack": found,
            "rule": rule,
            "says": gist(entry),
            "month": local_day(month_begins(at), HOUSE_ZONE),
            "rows": [(stop, sentence(stop.event)) for stop in shown],
            "number": count,
            "older": f"?after={last}" if last else "",
        },
    )


def _pack(name: str, at: datetime) -> Pack:
    """The version of the pack that counts today."""
    try:
        return load(name, local_day(at, HOUSE_ZONE))
    except PackUnreadable as unreadable:
        raise Http404 from unreadable
