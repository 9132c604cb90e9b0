"""One notice: what was said, to whom, what became of it, and what a person has to say to that."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock
from looking.models import look
from notices import actions, forms
from notices.models import Notice
from notices.service import served
from people.models import User
from people.rights import may
from timeline.models import Event
from workflow.forms import DeskForm
from workflow.reasons import read_again
from workflow.web import handle

HISTORY = {
    "notice.queued": gettext_lazy("Put into the outbox"),
    "notice.queued_again": gettext_lazy("To be sent again"),
    "notice.postponed": gettext_lazy("Moved to a lawful time"),
    "notice.printed": gettext_lazy("Printed to be posted"),
    "notice.rescheduled": gettext_lazy("Missed, moved to a lawful time"),
    "notice.sent": gettext_lazy("Sent"),
    "notice.delivered": gettext_lazy("Delivered"),
    "notice.proven": gettext_lazy("Return slip kept"),
    "notice.bounced": gettext_lazy("Came back"),
    "notice.failed": gettext_lazy("Could not be sent"),
    "notice.suppressed": gettext_lazy("Stopped"),
    "notice.doubtful": gettext_lazy("In doubt"),
}


@dataclass(frozen=True)
class Told:
    """One line of the notice's own history."""

    at: Any
    label: Any
    actor: str
    why: str


def notice(request: HttpRequest, pk: int) -> TemplateResponse:
    """The notice as it was sent, and what became of it.

    Context: ``case``, ``notice``, ``history``, ``doings`` (label, address, primary), ``served``
    (``notices.service.Served``), ``text_sha256``.
    """
    found = _seen(request, pk)
    look(found.case_id, request.user, "notice", clock.now(), str(found.pk))
    events = Event.objects.filter(case=found.case, kind__in=HISTORY, data__notice=found.pk)
    history = [
        Told(
            event.occurred_at,
            HISTORY[event.kind],
            event.actor_name,
            _why(event.data),
        )
        for event in events.order_by("number")
    ]
    context = {
        "case": found.case,
        "notice": found,
        "history": history,
        "doings": _doings(found, request.user) if may(request.user, actions.HANDLE) else [],
        "served": served(found),
        "text_sha256": found.text_sha256 or actions.as_sent(found)["text_sha256"],
        "at": clock.now(),
    }
    return TemplateResponse(request, "notices/notice.html", context)


def _why(data: dict[str, Any]) -> str:
    """The reason as the event tells it, in the reader's language where it has both."""
    return read_again(data.get("why") or data.get("judged") or "", data.get("says", {}))


def post(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter was posted."""
    found = _seen(request, pk)
    form = forms.PostForm(request.POST or None, notice=found)
    return _act(
        request, found, form, title=_("The letter was posted"), button=_("Record"),
        do=lambda data: actions.mark_sent(
            notice=found, by=request.user, at=clock.now(), **data
        ),
        done=_("The letter is posted."),
    )  # fmt: skip


def deliver(request: HttpRequest, pk: int) -> HttpResponse:
    """It has reached the person."""
    found = _seen(request, pk)
    form = forms.DeliveryForm(request.POST or None, request.FILES or None, notice=found)

    def do(data: dict[str, Any]) -> None:
        file = data["file"]
        actions.record_delivery(
            notice=found, by=request.user, at=clock.now(), delivered_at=data["delivered_at"],
            filename=file.name if file else "", content=file.read() if file else b"",
        )  # fmt: skip

    return _act(
        request, found, form, title=_("It was delivered"), button=_("Record the delivery"), do=do,
        hint=_("What hangs on it, such as the lead time of a visit, runs from this moment."),
        done=_("The delivery is recorded."),
    )  # fmt: skip


def bounce(request: HttpRequest, pk: int) -> HttpResponse:
    """It came back."""
    found = _seen(request, pk)
    form = forms.BounceForm(request.POST or None, notice=found)
    return _act(
        request, found, form, title=_("It came back"), button=_("Record the return"),
        do=lambda data: actions.record_bounce(
            notice=found, by=request.user, at=clock.now(), **data
        ),
        hint=_("A visit that hangs on it is taken off the calendar."),
        done=_("The return is recorded."),
    )  # fmt: skip


def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether a notice in doubt went out."""
    found = _seen(request, pk)
    form = forms.JudgeForm(request.POST or None)
    return _act(
        request, found, form, title=_("Did it go out?"), button=_("Decide"),
        do=lambda data: actions.judge_doubtful(
            notice=found, was_sent=data["was_sent"] == "yes", why=data["why"],
            by=request.user, at=clock.now(),
        ),
        hint=_("A second message is a burden on the debtor: say no only if you are sure."),
        done=_("The decision is recorded."),
    )  # fmt: skip


def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a failed notice anew."""
    found = _seen(request, pk)
    form = forms.WhyForm(request.POST or None)
    return _act(
        request, found, form, title=_("Try again"), button=_("Put it back into the queue"),
        do=lambda data: actions.queue_again(
            notice=found, why=data["why"], by=request.user, at=clock.now()
        ),
        hint=_("All is checked again before it goes."),
        done=_("It is in the queue again."),
    )  # fmt: skip


def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a notice before it leaves, or let one be that failed."""
    found = _seen(request, pk)
    form = forms.WhyForm(request.POST or None)
    failed = found.state == Notice.State.FAILED
    return _act(
        request, found, form,
        title=_("Let this notice be") if failed else _("Stop this notice"),
        button=_("Let it be") if failed else _("Stop it"),
        do=lambda data: actions.drop(
            notice=found, why=data["why"], by=request.user, at=clock.now()
        ),
        done=_("It will not be sent."),
    )  # fmt: skip


def _seen(request: HttpRequest, pk: int) -> Notice:
    """The notice, if this user may see its case; a stranger gets 404."""
    notices = Notice.objects.visible_to(request.user).select_related(
        "case__debtor", "case__creditor", "case__team", "case__officer", "recipient", "document",
        "proof", "contact_point", "visit", "approved",
    )  # fmt: skip
    return get_object_or_404(notices, pk=pk)


def _act(
    request: HttpRequest,
    found: Notice,
    form: DeskForm,
    *,
    title: str,
    button: str,
    do: Callable[[dict[str, Any]], Any],
    done: str,
    hint: str = "",
) -> HttpResponse:
    if not may(request.user, actions.HANDLE):
        raise PermissionDenied
    return handle(
        request,
        case=found.case,
        form=form,
        do=do,
        done=done,
        template="notices/act.html",
        to=found.get_absolute_url(),
        context={"notice": found, "title": title, "button": button, "hint": hint},
    )


def _doings(found: Notice, user: User) -> list[tuple[Any, str, bool]]:
    """What can be recorded of it as it stands: label, address, whether it is the usual one."""
    letter = found.is_carried
    offered = {
        Notice.State.QUEUED: [("post", _("Posted"), True)] * letter
        + [("drop", _("Stop it"), False)],
        Notice.State.SENDING: [("drop", _("Stop it"), False)] * found.is_stoppable,
        Notice.State.SENT: [
            ("deliver", _("Record the delivery"), True),
            ("bounce", _("Record the return"), False),
        ],
        Notice.State.DELIVERED: [("bounce", _("Record the return"), False)],
        Notice.State.DOUBTFUL: [("judge", _("Say whether it went out"), True)],
        Notice.State.FAILED: [("again", _("Try again"), True)] * (not actions.unreachable(found))
        + [("drop", _("Let it be"), False)],
    }
    return [
        (label, reverse(f"notices:{name}", args=[found.pk]), primary)
        for name, label, primary in offered.get(Notice.State(found.state), [])
    ]
