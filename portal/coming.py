"""The visit as the debtor meets it: who comes and when; that it suits, another time or place, one way alone, or no."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from cases.actions import preferring
from cases.models import Case, Refusal
from notices.models import Notice
from people.models import Address
from portal import reading
from portal.own import Own, own_page, tried
from visits import asked, tokens
from visits.actions import debtors
from visits.actions.announcing import is_current
from visits.actions.planning import AHEAD
from visits.actions.refusing import record_refusal
from visits.acts import live
from visits.finding import Finder
from visits.models import Visit
from workflow.web import plain

POST = ("POST",)
BOTH = ("GET", "HEAD", "POST")


def seen_visit(case: Case) -> Visit | None:
    """The visit of which the debtor was told; one that is only planned is the house's own affair."""
    visit = live(case)
    if visit is None or (visit.state == Visit.State.PLANNED and not visit.notices.exists()):
        return None
    visit.case = case
    return visit


@own_page("visit")
def meeting(own: Own) -> HttpResponseBase:
    """Who comes, when, where and why, and what can be done about it; or that nobody comes.

    A new notice that lies here is shown with it, and counts as delivered then. Context: ``visit``,
    ``standing``, ``check``, ``movable``, ``notice``, ``waits`` (it is on its way), ``ways``, ``refused_until``.
    """
    return _page(own)


@own_page("", methods=POST)
def confirm(own: Own) -> HttpResponseBase:
    """The time suits."""
    visit = _ahead(own)
    wrong = tried(own, lambda: debtors.confirm_visit(visit=visit, by=own.by, at=own.at))
    return _page(own, wrong) if wrong else own.on("meeting")


@own_page("", methods=POST)
def refuse(own: Own) -> HttpResponseBase:
    """No visit: one press, honoured at once."""
    wrong = tried(
        own,
        lambda: record_refusal(
            case=own.case, how=Refusal.How.IN_WRITING, by=own.by, at=own.at,
            remark=plain(own.request.POST.get("remark", ""))[:400],
        ),
    )  # fmt: skip
    return _page(own, wrong) if wrong else own.on("meeting")


@own_page("", methods=POST)
def one_way(own: Own) -> HttpResponseBase:
    """To be written to by one channel alone, or by any again."""
    channel = own.request.POST.get("channel", "")[:16]
    wrong = tried(
        own,
        lambda: preferring.choose_channel(
            case=own.case, channel=channel, by=own.by, at=own.at
        ),
    )  # fmt: skip
    return _page(own, wrong) if wrong else own.on("meeting")


@own_page("move", methods=BOTH)
def move(own: Own) -> HttpResponseBase:
    """Another place first, then one of the times that are free and lawful there; nothing else is offered.

    Context: ``visit``, ``place`` (chosen, or None), ``places``, ``days`` (each with its slots), ``zone_there``.
    """
    visit = _ahead(own)
    if not own.sends:
        return _times(own, visit, _place(own, own.request.GET.get("place", "")))
    post = own.request.POST
    if post.get("starts_at"):
        return _move(own, visit, _place(own, post.get("place", "")), post["starts_at"])
    if post.get("text", "").strip():
        return _named(own, visit)
    return _on_at(own, _place(own, post.get("place", "")) or visit.place)


def _on_at(own: Own, place: Address) -> HttpResponseBase:
    """On to the times at that place."""
    answer = own.on("move", said=False)
    answer["Location"] += f"?place={place.pk}"
    return answer


def _move(own: Own, visit: Visit, place: Address | None, given: str) -> HttpResponseBase:
    try:
        starts_at = datetime.fromisoformat(given[:40])
    except ValueError:
        starts_at = own.at
    if starts_at.tzinfo is None:
        starts_at = own.at  # which no slot can begin at
    where = place or visit.place
    wrong = tried(
        own,
        lambda: debtors.move_to(
            visit=visit, place=where, starts_at=starts_at, by=own.by, at=own.at
        ),
    )  # fmt: skip
    return _times(own, visit, where, wrong) if wrong else own.on("meeting")


def _named(own: Own, visit: Visit) -> HttpResponseBase:
    """A place in the debtor's words: kept, and the times there shown."""
    named: list[Address] = []
    wrong = tried(
        own,
        lambda: named.append(
            debtors.name_place(
                case=own.case, city=plain(own.request.POST.get("city", "")),
                text=plain(own.request.POST.get("text", "")), by=own.by, at=own.at,
            )
        ),
    )  # fmt: skip
    if wrong or not named:
        return _times(own, visit, None, wrong)
    return _on_at(own, named[0])


def _times(own: Own, visit: Visit, place: Address | None, wrong: str = "") -> HttpResponseBase:
    days: list[Any] = []
    zone = visit.zone
    if place:
        finder = Finder(visit, place, own.at)
        days, zone = list(finder.days()), finder.zone
    return own.page(
        "portal/own/move.html", status=422 if wrong else 200, visit=visit, place=place, days=days, wrong=wrong,
        places=debtors.places_of(own.case), zone_there=zone, city=visit.place.city,
    )  # fmt: skip


def _place(own: Own, given: str) -> Address | None:
    """One of the debtor's own places, by its key."""
    if not (given.isascii() and given.isdecimal() and len(given) < 10):
        return None
    return next((one for one in debtors.places_of(own.case) if one.pk == int(given)), None)


def _ahead(own: Own) -> Visit:
    """The visit ahead of which the debtor was told; 404 where there is none, or it is under way."""
    visit = seen_visit(own.case)
    if visit is None or visit.state not in AHEAD:
        raise Http404
    return get_object_or_404(
        Visit.objects.select_related(
            "case__debtor", "case__creditor", "case__agency", "case__mandate", "place"
        ),
        pk=visit.pk,
    )


def _page(own: Own, wrong: str = "") -> HttpResponseBase:
    visit = seen_visit(own.case)
    notice = _new_notice(own, visit) if visit else None
    if notice and notice.state == Notice.State.SENT and own.reader is None:
        reading.opened(notice, own.at)
        visit = Visit.objects.select_related("case", "place").get(pk=visit.pk) if visit else None
    labels = dict(Notice.Channel.choices)
    return own.page(
        "portal/own/meeting.html", status=422 if wrong else 200, wrong=wrong, visit=visit, notice=notice,
        standing=asked.standing(visit, own.at) if visit else None,
        check=tokens.check_of(visit) if visit else None,
        movable=visit is not None and visit.state in AHEAD,
        waits=notice is not None and notice.state in reading.WAITS,
        ways=[(name, labels[name]) for name in preferring.choices_of(own.case, own.at)],
        only_by=own.case.get_only_by_display() if own.case.only_by else "",
        refused_until=own.refused_until,
    )  # fmt: skip


def _new_notice(own: Own, visit: Visit) -> Notice | None:
    """The notice of the visit as it now is, where it goes to these pages."""
    found = reading.for_visit(own.link, visit).order_by("-pk").first()
    return found if found and is_current(found, visit) else None
