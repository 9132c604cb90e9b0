"""The register of officers: who they are, what they hold and until when, and their badge on paper."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from common import clock
from common.clock import HOUSE_ZONE, local_day
from people.models import OfficerCredential, OfficerPhoto, User
from people.rights import may
from timeline.models import Event
from visits import badges, forms, registry
from visits.actions import credentialing
from visits.models import VisitOfficer
from workflow.web import demand, handle

SEES = "see_officers"
PAGE = 50
MOST_TOLD = 30


def officers(request: HttpRequest) -> TemplateResponse:
    """The officers with what they hold, fifty a page by key.

    Context: ``rows`` (officer, held), ``views``, ``view``, ``older``.
    """
    demand(request, SEES)
    today = _today()
    view = request.GET.get("view", "")
    found = registry.with_standing(registry.officers_seen(request.user), today)
    if view == "lapsing":
        found = registry.lapsing(found, today)
    elif view == "out":
        found = registry.not_in_force(found, today)
    else:
        view = ""
    page = list(_from_key(found, request.GET.get("after", "")).order_by("badge", "pk")[: PAGE + 1])
    kept = f"view={view}&" if view else ""
    last = page[PAGE - 1] if len(page) > PAGE else None
    return TemplateResponse(
        request,
        "visits/officers.html",
        {
            "rows": [(one, registry.standing(one.credentials.all(), today)) for one in page[:PAGE]],
            "views": [
                ("", _("All")),
                ("lapsing", _("Lapses within 30 days")),
                ("out", _("May not go today")),
            ],
            "view": view,
            "older": f"?{kept}after={last.badge}~{last.pk}" if last else "",
        },
    )


def _from_key(found: QuerySet[User], key: str) -> QuerySet[User]:
    badge, _tilde, pk = key.rpartition("~")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 18) or "\x00" in badge:
        return found
    return found.filter(Q(badge__gt=badge) | Q(badge=badge, pk__gt=int(pk)))


def officer(request: HttpRequest, username: str) -> TemplateResponse:
    """One officer: photograph, what they hold and held, for whom they may go, what was done when.

    Context: ``officer``, ``held``, ``credentials``, ``mandates``, ``ahead``, ``told``, ``may_keep``.
    """
    found = _seen(request, username)
    today = _today()
    credentials = list(found.credentials.select_related("revoked_by"))
    ahead = (
        VisitOfficer.objects.filter(officer=found, active=True, visit__starts_at__gt=clock.now())
        .exclude(visit__state__in=["cancelled", "finished", "aborted"])
        .select_related("visit__case__debtor", "visit__place")
        .order_by("visit__starts_at")[:20]
    )
    return TemplateResponse(
        request,
        "visits/officer.html",
        {
            "officer": found,
            "has_photo": OfficerPhoto.objects.filter(officer=found).exists(),
            "held": registry.standing(credentials, today),
            "credentials": [(one, _state(one, today)) for one in credentials],
            "mandates": list(registry.mandates_of(found, today)[:50]),
            "ahead": [part.visit for part in ahead],
            "told": list(
                Event.objects.filter(
                    case=None, kind__startswith="officer.", data__officer_id=found.pk
                ).order_by("-number")[:MOST_TOLD]
            ),
            "may_keep": may(request.user, credentialing.KEEP),
            "today": today,
        },
    )


def photo(request: HttpRequest, username: str) -> HttpResponse:
    """The photograph itself."""
    kept = OfficerPhoto.objects.filter(officer=_seen(request, username)).first()
    if kept is None:
        raise Http404
    answer = HttpResponse(bytes(kept.jpeg), content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=300"
    return answer


def badge(request: HttpRequest, username: str) -> HttpResponse:
    """The badge to print, front and back, in both languages."""
    found = _seen(request, username)
    made = badges.badge_of(found, clock.now())
    if made is None:
        messages.info(request, _("There is no badge without a number and a permit in force."))
        return HttpResponseRedirect(reverse("visits:officer", args=[found.username]))
    answer = HttpResponse(badges.badge_pdf(made), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="badge-{found.badge}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def change_photo(request: HttpRequest, username: str) -> HttpResponse:
    """Another photograph."""
    found = _seen(request, username)
    return _act(
        request, found, forms.PhotoForm(request.POST or None, request.FILES or None),
        title=_("Another photograph"), button=_("Keep the photograph"),
        do=lambda data: credentialing.keep_photo(
            officer=found, content=data["file"].read(), by=request.user, at=clock.now()
        ),
        done=_("The photograph is kept. It stands on notices and on the card from now on."),
    )  # fmt: skip


def enter(request: HttpRequest, username: str) -> HttpResponse:
    """Enter a credential, or one in place of another."""
    found = _seen(request, username)
    old = request.GET.get("replaces", "")
    one = _credential(found, int(old)) if old.isdecimal() and len(old) < 18 else None
    first = {"kind": one.kind, "issued_by": one.issued_by, "replaces": one.pk} if one else {}
    form = forms.CredentialForm(request.POST or None, officer=found, initial=first)
    return _act(
        request, found, form, title=_("Enter a credential"), button=_("Enter"),
        do=lambda data: credentialing.enter_credential(
            officer=found, **data, by=request.user, at=clock.now()
        ),
        done=_("It is entered; the rules count it from its first day."),
    )  # fmt: skip


def revoke(request: HttpRequest, username: str, pk: int) -> HttpResponse:
    """Revoke a credential at once."""
    found = _seen(request, username)
    demand(request, credentialing.KEEP)
    one = _credential(found, pk)
    if one is None:
        raise Http404
    return _act(
        request, found, forms.RevokeForm(request.POST or None),
        title=_("Revoke: %(what)s") % {"what": one}, button=_("Revoke now"),
        hint=_("It counts no more from this moment. Visits ahead are flagged, and a visit that is under way goes no further."),
        do=lambda data: credentialing.revoke_credential(
            credential=one, why=data["why"], by=request.user, at=clock.now()
        ),
        done=lambda flagged: _("It is revoked. Visits that need another officer now: %(count)d.") % {"count": flagged},
    )  # fmt: skip


def _act(request: HttpRequest, found: User, form: Any, **given: Any) -> HttpResponse:
    """One form of the register; back to the officer's page."""
    home = reverse("visits:officer", args=[found.username])
    shown = {name: given.pop(name, "") for name in ("title", "button", "hint")}
    return handle(
        request, case=None, form=form, right=credentialing.KEEP, to=home,
        template="visits/officer_form.html", context={"officer": found, "back": home, **shown},
        **given,
    )  # fmt: skip


def _seen(request: HttpRequest, username: str) -> User:
    """The officer, if this person answers for them; whoever may not look is told so first."""
    demand(request, SEES)
    return get_object_or_404(registry.officers_seen(request.user), username=username)


def _credential(found: User, pk: int) -> OfficerCredential | None:
    return found.credentials.filter(pk=pk).first()


def _state(one: OfficerCredential, today: date) -> str:
    if one.revoked_at:
        return "revoked"
    if one.valid_from > today:
        return "coming"
    return "in_force" if one.valid_on(today) else "ended"


def _today() -> date:
    return local_day(clock.now(), HOUSE_ZONE)
