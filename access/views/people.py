"""Who has a second factor, for those who answer for the house; and a lost one, reset by two people."""

from allauth.mfa.models import Authenticator
from django import forms
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from access import factors, resetting
from common import clock
from people.models import User
from people.recent import recent_sign_in
from people.rights import may
from workflow.approvals import decide_approval
from workflow.forms import DeskForm, words_field
from workflow.models import Approval
from workflow.paging import page_by_key
from workflow.web import demand, handle, plain

PAGE = 50


class ResetForm(DeskForm):
    """Why somebody needs a new one."""

    reason = words_field(
        label=gettext_lazy("What happened, and how you know that it is this person"), most=500
    )


class ResetAnswerForm(DeskForm):
    """Yes or no, and why."""

    answer = words_field(label=gettext_lazy("How you know, or why not"), most=500)
    granted = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[("yes", gettext_lazy("Grant")), ("no", gettext_lazy("Deny"))],
        widget=forms.RadioSelect,
    )


@require_safe
def everybody(request: HttpRequest) -> TemplateResponse:
    """Everybody who may sign in. Context: ``rows`` (with ``has_factor``), ``older``."""
    demand(request, resetting.SEE)
    held = Authenticator.objects.filter(user=OuterRef("pk"), type__in=factors.REAL)
    people = User.objects.filter(is_active=True).exclude(role=User.Role.SYSTEM)
    rows, last = page_by_key(
        people.select_related("team").annotate(has_factor=Exists(held)),
        request.GET.get("after", ""), most=PAGE, rising=True,
    )  # fmt: skip
    context = {"rows": rows, "older": f"?after={last}" if last else ""}
    return TemplateResponse(request, "people/everybody.html", context)


@require_safe
def somebody(request: HttpRequest, username: str) -> TemplateResponse:
    """One person's factors, what was asked, and what may be done. Context: see the template."""
    demand(request, resetting.SEE)
    found, at = _person(username), clock.now()
    waiting = resetting.waiting_of(found, at)
    me: User = request.user
    others = waiting is not None and me.pk not in {waiting.requested_by_id, found.pk}
    asked = Approval.objects.filter(kind=resetting.KIND, details__user=found.pk)
    return TemplateResponse(
        request, "people/somebody.html",
        {
            "person": found, "waiting": waiting,
            "factors": [(one, factors.named(one)) for one in factors.held_by(found)],
            "may_ask": may(me, resetting.ASK) and waiting is None and me.pk != found.pk,
            "may_decide": may(me, resetting.DECIDE) and others,
            "before": asked.exclude(state=Approval.State.WAITING)
            .select_related("requested_by", "decided_by").order_by("-pk")[:10],
        },
    )  # fmt: skip


@recent_sign_in
def ask_reset(request: HttpRequest, username: str) -> HttpResponse:
    """An administrator asks."""
    demand(request, resetting.ASK)
    found = _person(username)
    return handle(
        request, case=None, form=ResetForm(request.POST or None), right=resetting.ASK,
        template="people/reset.html",
        context={
            "person": found, "title": _("Reset the second factor"), "button": _("Ask a second person"),
            "hint": _("Once somebody else agrees, all factors of this person go, open sessions end, and a new factor is set up at the next sign-in with the password."),
        },
        do=lambda data: resetting.ask_reset(user=found, by=request.user, at=clock.now(), **data),
        done=_("A second person is asked."), to=lambda _asked: _page_of(found),
    )  # fmt: skip


@recent_sign_in
def decide_reset(request: HttpRequest, username: str) -> HttpResponse:
    """Somebody else agrees, or does not."""
    demand(request, resetting.DECIDE)
    found = _person(username)
    waiting = resetting.waiting_of(found, clock.now())
    if waiting is None:
        raise Http404
    return handle(
        request, case=None, form=ResetAnswerForm(request.POST or None), right=resetting.DECIDE,
        template="people/reset.html",
        context={
            "person": found, "title": _("Reset the second factor"), "button": _("Decide"),
            "hint": f"{waiting.requested_by}: {waiting.reason}",
        },
        do=lambda data: decide_approval(
            approval=waiting, granted=data["granted"] == "yes", answer=data["answer"],
            by=request.user, at=clock.now(),
        ),
        done=_("The decision is recorded."), to=lambda _done: _page_of(found),
    )  # fmt: skip


def _person(username: str) -> User:
    people = User.objects.exclude(role=User.Role.SYSTEM).select_related("team")
    return get_object_or_404(people, username=plain(username))


def _page_of(person: User) -> str:
    return reverse("people:somebody", args=[person.username])
