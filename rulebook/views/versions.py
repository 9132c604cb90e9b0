"""The rules' versions in the browser: draft, look, propose, publish, compare."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from cases.models import Case
from common import clock
from common.clock import HOUSE_ZONE, local_day
from compliance import packs
from compliance.comparing import changes
from compliance.shelf import Pack, PackUnreadable
from desk.showing import tongue_now
from people.models import Organisation
from people.recent import recent_sign_in
from people.rights import may
from rulebook import actions, papers, rates
from rulebook.forms import DraftForm, NewPackForm, PublishForm
from rulebook.models import PackVersion, WhatIf
from rulebook.shown import compared
from rulebook.tasks import poke
from timeline.models import Event
from workflow.web import demand, handle

PAGE = 50
_State = PackVersion.State


@dataclass(frozen=True)
class Book:
    """The whole rule book, where a draft that is yet to be begun belongs."""

    version: str = ""

    def get_absolute_url(self) -> str:
        """The list of all versions."""
        return reverse("rulebook:versions")


@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    """Each pack with the version that judges now, those to come, and the drafts of others."""
    demand(request, "read_rules")
    rows: dict[str, list[PackVersion]] = {}
    for row in PackVersion.objects.defer("texts").select_related("drafted_by").order_by("-pk"):
        rows.setdefault(row.name, []).append(row)
    today = _today()
    shown = [
        {
            "pack": pack,
            "name": name,
            "published": [row for row in rows.get(name, []) if row.state == _State.PUBLISHED],
            "given_up": sum(row.state == _State.WITHDRAWN for row in rows.get(name, [])),
        }
        for name in packs.names()
        for pack in [_pack_on(name, today)]
    ]
    context = {
        "shown": shown,
        "waiting": [row for of_pack in rows.values() for row in of_pack if row.open],
        "may_draft": may(request.user, actions.DRAFT),
    }
    return TemplateResponse(request, "rulebook/versions.html", context)


def draft(request: HttpRequest, name: str) -> HttpResponse:
    """Begin a change of this pack."""
    demand(request, actions.DRAFT)
    if name not in packs.names():
        raise Http404
    pack = _pack_on(name, _today())
    return handle(
        request,
        case=Book(),
        form=DraftForm(request.POST or None),
        do=lambda given: actions.draft_change(name=name, by=request.user, at=clock.now(), **given),
        template="rulebook/draft.html",
        done=_("The draft is begun. Now choose the value that changes."),
        to=lambda made: reverse("rulebook:values", args=[made.reference]),
        right=actions.DRAFT,
        context={"pack": pack, "name": name},
    )


def begin(request: HttpRequest) -> HttpResponse:
    """Begin a pack of the house's own, stricter than others."""
    demand(request, actions.DRAFT)
    return handle(
        request,
        case=Book(),
        form=NewPackForm(request.POST or None),
        do=lambda given: actions.draft_pack(**given, by=request.user, at=clock.now()),
        template="rulebook/begin.html",
        done=_("The pack is begun. Now add its first line."),
        to=lambda made: reverse("rulebook:patterns", args=[made.reference]),
        right=actions.DRAFT,
    )


@require_safe
def version(request: HttpRequest, reference: str) -> HttpResponse:
    """One version: what it changes, whom that concerns, who did what with it."""
    demand(request, "read_rules")
    return TemplateResponse(request, "rulebook/version.html", _page(request, row_named(reference)))


@require_safe
def diff(request: HttpRequest, reference: str) -> HttpResponse:
    """Any two versions of a pack, value by value."""
    demand(request, "read_rules")
    row = row_named(reference)
    other = _against(request, row)
    found = changes(_before(row, other), readable(row)) if other or row.begins_pack else []
    others = PackVersion.objects.filter(name=row.name).exclude(pk=row.pk).defer("texts")
    return TemplateResponse(
        request,
        "rulebook/diff.html",
        {"row": row, "other": other, "others": others.order_by("-pk"), "found": compared(found)},
    )


@require_safe
def diff_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """The same on paper."""
    demand(request, "read_rules")
    row = row_named(reference)
    other = _against(request, row)
    if other is None and not row.begins_pack:
        raise Http404  # it came with the program: nothing was before it
    old, new = _before(row, other), readable(row)
    content = papers.diff_pdf(
        old, new, row, changes(old, new), at=clock.now(), language=tongue_now()
    )
    answer = HttpResponse(content, content_type="application/pdf")
    name = "-".join([row.name, *([old.version] if other else []), new.version]) + ".pdf"
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


@require_POST
def what_if(request: HttpRequest, reference: str) -> HttpResponse:
    """Have it worked out whom the draft concerns."""
    row = row_named(reference)

    def do(_given: dict[str, Any]) -> WhatIf:
        run = actions.ask_what_if(version=row, by=request.user, at=clock.now())
        poke(run.pk)
        return run

    return _act(request, row, do, done="", right="")


@require_safe
def progress(request: HttpRequest, reference: str) -> HttpResponse:
    """How far the worker is; when it is through, the page is drawn anew."""
    demand(request, "read_rules")
    run = row_named(reference).runs.first()
    if run is None or run.state != WhatIf.State.RUNNING:
        return HttpResponseClientRefresh()
    return TemplateResponse(request, "components/progress_bar.html", _running(run))


@require_POST
def stop(request: HttpRequest, reference: str) -> HttpResponse:
    """Have the worker stop."""
    row = row_named(reference)
    run = row.runs.first()

    def do(_given: dict[str, Any]) -> None:
        if run is not None:
            actions.stop_what_if(run=run, by=request.user, at=clock.now())

    return _act(request, row, do, done="", right="")


@require_POST
def propose(request: HttpRequest, reference: str) -> HttpResponse:
    """Put it before a second person."""
    return _press(
        request, reference, actions.propose, _("It is proposed. Somebody else has to publish it.")
    )


@require_POST
def take_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Make it a draft again."""
    return _press(request, reference, actions.take_back, _("It is a draft again."))


@require_POST
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Give it up."""
    return _press(
        request, reference, actions.withdraw, _("It was withdrawn and will never take effect.")
    )


@require_POST
def delete(request: HttpRequest, reference: str) -> HttpResponse:
    """Throw it away."""
    row = row_named(reference)
    demand(request, actions.DRAFT)

    def do(_given: dict[str, Any]) -> None:
        actions.delete_draft(version=row, by=request.user, at=clock.now())

    return handle(
        request, case=row, do=do, template="rulebook/version.html",
        done=_("The draft was thrown away."), right=actions.DRAFT,
        to=reverse("rulebook:versions"), context=_page(request, row),
    )  # fmt: skip


@recent_sign_in
def publish(request: HttpRequest, reference: str) -> HttpResponse:
    """The second person's word: from its day on the version judges."""
    row = row_named(reference)
    return handle(
        request,
        case=row,
        form=PublishForm(request.POST or None),
        do=lambda given: actions.publish(
            version=row, by=request.user, at=clock.now(), answer=given["answer"]
        ),
        template="rulebook/publish.html",
        done=_("Published. It judges every act from its day on."),
        right=actions.PUBLISH,
        context={"row": row, "own": request.user.pk in (row.drafted_by_id, row.proposed_by_id)},
    )


# ---------------------------------------------------------------- what the pages show


def _page(request: HttpRequest, row: PackVersion) -> dict[str, Any]:
    base = row.based_on
    found = changes(actions.base_of(row), readable(row)) if base or row.begins_pack else []
    run = row.runs.select_related("asked_by").first()
    user = request.user
    return {
        "row": row,
        "guard_key": uuid.uuid4().hex,
        "pack": readable(row),
        "found": compared(found),
        **_rates(row, user),
        "run": run,
        "outdated": bool(run and run.digest != row.digest),
        **(_changed(request, run) if run else {}),
        "trail": Event.objects.filter(
            case=None, kind__startswith="rules.", data__reference=row.reference
        ).order_by("number"),
        "may_draft": may(user, actions.DRAFT),
        "may_look": may(user, actions.DRAFT) or may(user, actions.PUBLISH),
        "may_publish": may(user, actions.PUBLISH)
        and user.pk not in (row.drafted_by_id, row.proposed_by_id),
        "joining": list(row.creditors.order_by("pk")) if row.begins_pack else [],
        "used_by": Organisation.objects.filter(packs__contains=[row.name]),
        **(_running(run) if run and run.state == WhatIf.State.RUNNING else {}),
    }


def _rates(row: PackVersion, user: Any) -> dict[str, Any]:
    """The contracts whose rate this version brings; nothing where it brings none."""
    if row.based_on is None or row.name != rates.PACK:
        return {}
    base = readable(row.based_on)
    brought = rates.brought(base, readable(row))
    some, number = rates.waiting(brought, base, user)
    return {"brought": brought, "rated": some, "rated_number": number}


def _changed(request: HttpRequest, run: WhatIf) -> dict[str, Any]:
    """A page of the visits for which it makes a difference, of the cases that this person may see."""
    rows = run.changed.filter(visit__case__in=Case.objects.visible_to(request.user))
    after = request.GET.get("after", "")
    last = run.changed.filter(pk=after).first() if after.isdecimal() and len(after) < 18 else None
    if last is not None:
        rows = rows.filter(
            Q(starts_at__gt=last.starts_at) | Q(starts_at=last.starts_at, pk__gt=last.pk)
        )
    some = list(rows.select_related("visit__case").order_by("starts_at", "pk")[: PAGE + 1])
    here = run.version.get_absolute_url()
    return {
        "rows": some[:PAGE],
        "newer": f"{here}#what-if" if last is not None else "",
        "older": f"{here}?after={some[PAGE - 1].pk}#what-if" if len(some) > PAGE else "",
    }


def _running(run: WhatIf) -> dict[str, Any]:
    reference = run.version.reference
    return {
        "url": reverse("rulebook:progress", args=[reference]),
        "stop_url": "" if run.stop_asked else reverse("rulebook:stop", args=[reference]),
        "done": min(run.done, run.total),
        "total": run.total,
        "label": _("Looking at past decisions") if run.visits_done
        else _("Looking at the visits ahead"),
    }  # fmt: skip


def _press(request: HttpRequest, reference: str, do: Any, done: str) -> HttpResponse:
    row = row_named(reference)
    return _act(
        request, row, lambda _g: do(version=row, by=request.user, at=clock.now()), done,
        right=actions.DRAFT,
    )  # fmt: skip


def _act(request: HttpRequest, row: PackVersion, do: Any, done: str, *, right: str) -> HttpResponse:
    if not (may(request.user, actions.DRAFT) or may(request.user, actions.PUBLISH)):
        raise PermissionDenied
    return handle(
        request, case=row, do=do, template="rulebook/version.html", done=done, right=right,
        context=_page(request, row),
    )  # fmt: skip


def row_named(reference: str) -> PackVersion:
    """The version of that reference, with the people who had to do with it."""
    related = ("based_on", "drafted_by", "proposed_by", "decided_by")
    found: PackVersion = get_object_or_404(
        PackVersion.objects.select_related(*related), reference=reference
    )
    return found


def readable(row: PackVersion) -> Pack:
    """The version as the rules read it."""
    try:
        return actions.pack_of(row)
    except PackUnreadable as unreadable:
        raise Http404 from unreadable


def _against(request: HttpRequest, row: PackVersion) -> PackVersion | None:
    """The version to compare with: the one that was asked for, else the one it was made from.

    A pack's first version has none, and no version is compared with itself.
    """
    wanted = request.GET.get("against", "")
    if wanted.replace("-", "").isalnum() and wanted != row.reference:
        return get_object_or_404(PackVersion, reference=wanted, name=row.name)
    return row.based_on


def _before(row: PackVersion, other: PackVersion | None) -> Pack:
    """The other side of a comparison; a pack's first version stands beside nothing."""
    return actions.base_of(row) if other is None else readable(other)


def _pack_on(name: str, day: Any) -> Pack | None:
    try:
        return packs.load(name, day)
    except PackUnreadable:
        return None


def _today() -> Any:
    return local_day(clock.now(), HOUSE_ZONE)
