"""The outbox for those who keep it running: does it go, what stands in it, what a person must decide."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import clock
from notices import actions, lists
from notices.models import Notice
from notices.watching import DAY, watch, watch_house
from people.models import User
from people.rights import may
from workflow.guard import Guard, guarded
from workflow.steps import AlreadyDone, StateRefused, WrongInput
from workflow.web import demand, guard_of

LONGEST = 300

# part of the outbox -> what can be done there with many: name, words, whether it is the usual one
OFFERS: dict[str, list[tuple[str, Any, bool]]] = {
    "doubtful": [
        ("went", gettext_lazy("They went out"), True),
        ("stayed", gettext_lazy("They did not go out: send them now"), False),
    ],
    "failed": [
        ("again", gettext_lazy("Try them again"), True),
        ("drop", gettext_lazy("Let them be"), False),
    ],
    "waiting": [("drop", gettext_lazy("Stop them"), False)],
}

Do = Callable[[Notice, str, User, datetime], None]
DOINGS: dict[str, Do] = {
    "went": lambda notice, why, by, at: actions.judge_doubtful(
        notice=notice, was_sent=True, why=why, by=by, at=at
    ),
    "stayed": lambda notice, why, by, at: actions.judge_doubtful(
        notice=notice, was_sent=False, why=why, by=by, at=at
    ),
    "again": lambda notice, why, by, at: actions.queue_again(notice=notice, why=why, by=by, at=at),
    "drop": lambda notice, why, by, at: actions.drop(notice=notice, why=why, by=by, at=at),
}


def outbox(request: HttpRequest) -> HttpResponse:
    """What stands in the outbox, by state; a POST decides on the ticked ones, for one reason.

    Context: ``depths``, ``watch`` (see ``notices.watching``), ``view``, ``label``, ``page``,
    ``offers`` (name, words, usual), ``why``, ``problem``, ``problems``, ``ticked``, ``staff`` and whether
    any of it does not go (``staff_trouble``), ``at``. Operators get ``watch``, ``at`` and ``machine_only`` alone.
    """
    demand(request, "see_outbox")
    at = clock.now()
    if not may(
        request.user, actions.HANDLE
    ):  # whoever keeps the machine running decides on nothing
        if request.method == "POST":
            raise PermissionDenied
        shown = {"watch": watch_house(at), "machine_only": True, "at": at}
        return TemplateResponse(request, "notices/outbox.html", shown)
    found = lists.depths(request.user)
    urgent = next((depth.name for depth in found if depth.count), "waiting")
    view = request.GET.get("view", urgent)
    if view not in lists.OUTBOX:
        raise Http404
    context: dict[str, Any] = {"problem": "", "problems": [], "ticked": set(), "why": ""}
    if request.method == "POST":
        try:
            done = _decide(request, view, at, context)
        except AlreadyDone:
            messages.info(request, _("This was already done; nothing was done twice."))
            return redirect(_here(view))
        if done:
            messages.success(
                request,
                ngettext("%(count)d notice is decided.", "%(count)d notices are decided.", done)
                % {"count": done},
            )
        if not context["problem"] and not context["problems"]:
            return redirect(_here(view))
        found = lists.depths(request.user)
    label, states = lists.OUTBOX[view]
    rows = Notice.objects.visible_to(request.user).filter(state__in=states)
    context |= {
        "depths": found,
        "watch": watch(request.user, at),
        "view": view,
        "label": label,
        "page": lists.page_of(rows, view, request.GET),
        "offers": OFFERS.get(view, []),
        "staff": (staff := lists.to_staff(request.user)),
        "staff_trouble": any(one.is_in_trouble and one.queued_at > at - DAY for one in staff),
        "at": at,
        "guard_key": uuid.uuid4().hex,
    }
    wrong = context["problem"] or context["problems"]
    return TemplateResponse(request, "notices/outbox.html", context, status=422 if wrong else 200)


def _here(view: str) -> str:
    return f"{reverse('notices:outbox')}?view={view}"


def _decide(request: HttpRequest, view: str, at: datetime, context: dict[str, Any]) -> int:
    """Decide on the ticked ones one by one; one that cannot be decided so does not stop the others."""
    name = request.POST.get("do", "")
    if name not in {offer for offer, *_rest in OFFERS.get(view, [])}:
        raise Http404
    picked = [int(pk) for pk in request.POST.getlist("pick") if pk.isdecimal() and len(pk) < 18]
    why = request.POST.get("why", "").replace("\x00", "").strip()
    context |= {"why": why[:LONGEST], "ticked": set(picked)}
    if not picked:
        context["problem"] = _("Tick the notices that you decide on.")
    elif not why:
        context["problem"] = _("Say why; the reason stands on the timeline of every case.")
    elif len(why) > LONGEST:
        context["problem"] = _("Say it in at most %(most)d characters.") % {"most": LONGEST}
    if context["problem"]:
        return 0
    states = lists.OUTBOX[view][1]
    chosen = Notice.objects.visible_to(request.user).filter(pk__in=picked, state__in=states)
    done = 0
    # Many cases at once: the key of the form counts, the version of no single case can.
    with guarded(Guard(key=guard_of(request).key)):
        for notice in chosen.select_related("case", "contact_point").order_by("pk")[: lists.PAGE]:
            try:
                DOINGS[name](notice, why, request.user, at)
            except WrongInput as wrong:
                context["problems"].append((notice, str(wrong.message)))
            except StateRefused:
                said = _("Somebody else has settled this notice meanwhile.")
                context["problems"].append((notice, said))
            else:
                done += 1
    if not done and not context["problems"]:
        context["problem"] = _("Somebody else has settled these notices meanwhile.")
    return done
