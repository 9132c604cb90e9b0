"""Lawyers' letters in the browser: the list, the draft, the lawyer's look, and what became of it."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cases import lawyers_forms
from cases.actions import lawyers_letters as actions
from cases.lawyers_draft import first_firm, template_for
from cases.models import LawyersLetter
from cases.views.preparing import seen_case
from common import clock
from people.rights import may
from workflow.forms import DeskForm
from workflow.paging import number_in
from workflow.web import demand, handle

PAGE = 50
S = LawyersLetter.State
VIEWS: dict[str, tuple[Any, list[str]]] = {
    "waiting": (gettext_lazy("With the lawyer"), [S.WAITING]),
    "returned": (gettext_lazy("Sent back"), [S.RETURNED]),
    "released": (gettext_lazy("Released"), [S.RELEASED]),
    "withdrawn": (gettext_lazy("Withdrawn"), [S.WITHDRAWN]),
}


@require_safe
def letters(request: HttpRequest) -> TemplateResponse:
    """The letters of the own firm, or of the cases that one sees, newest first.

    Context: ``view``, ``views``, ``letters``, ``older``, ``newer``.
    """
    demand(request, "see_lawyers_letters")
    view = request.GET.get("view", "waiting")
    if view not in VIEWS:
        raise Http404
    found = LawyersLetter.objects.visible_to(request.user).filter(state__in=VIEWS[view][1])
    found = found.select_related("case", "firm", "drafted_by", "lawyer", "notice").order_by("-pk")
    key = number_in(request.GET.get("before", ""))
    rows = list((found.filter(pk__lt=key) if key else found)[: PAGE + 1])
    context = {
        "view": view,
        "views": [(name, label, f"?view={name}") for name, (label, _states) in VIEWS.items()],
        "letters": rows[:PAGE],
        "older": f"?view={view}&before={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
        "newer": f"?view={view}" if key else "",
    }
    return TemplateResponse(request, "cases/lawyers_letters.html", context)


def draft(request: HttpRequest, reference: str) -> HttpResponse:
    """Draft a letter for a law firm to look at."""
    case = seen_case(request, reference)
    firm = first_firm()
    text = template_for(case, firm, clock.now())
    form = lawyers_forms.DraftForm(request.POST or None, initial={"text": text})
    return handle(
        request,
        right=actions.DRAFT,
        case=case,
        form=form,
        do=lambda data: actions.draft_letter(
            case=case, **data, by=request.user, at=clock.now()
        ),
        done=_("The letter is with the lawyer."),
        to=lambda made: made.get_absolute_url(),
        template="cases/form.html",
        context={
            "title": _("Draft a lawyer's letter"),
            "button": _("Send it to the lawyer"),
            "hint": _("The lawyer reads and edits it, and releases it under the firm's own head or sends it back. Only then can it be posted."),
        },
    )  # fmt: skip


@require_safe
def letter(request: HttpRequest, number: str) -> TemplateResponse:
    """One letter, and what may be done with it. Context: ``case``, ``letter``, ``lawyer``, ``desk``."""
    found = _seen(request, number)
    context = {
        "case": found.case,
        "letter": found,
        "lawyer": may(request.user, actions.REVIEW) and found.state == S.WAITING,
        "desk": may(request.user, actions.DRAFT) and found.state in {S.WAITING, S.RETURNED},
        "guard_key": "",
        "guard_version": found.case.version,
    }
    return TemplateResponse(request, "cases/lawyers_letter.html", context)


def edit(request: HttpRequest, number: str) -> HttpResponse:
    """The lawyer puts the words right; or the desk mends what was sent back, and asks once more."""
    found = _seen(request, number)
    lawyer = may(request.user, actions.REVIEW)
    form = lawyers_forms.LetterTextForm(request.POST or None, initial={"text": found.text})
    do = actions.edit_letter if lawyer else actions.send_in_again
    return _act(
        request, found, form, right=actions.REVIEW if lawyer else actions.DRAFT,
        title=_("Edit the letter"), button=_("Save") if lawyer else _("Send it to the lawyer"),
        do=lambda data: do(letter=found, by=request.user, at=clock.now(), **data),
        done=_("The letter is saved.") if lawyer else _("The letter is with the lawyer."),
    )  # fmt: skip


def send_back(request: HttpRequest, number: str) -> HttpResponse:
    """The lawyer sends it back with a reason."""
    found = _seen(request, number)
    return _act(
        request, found, lawyers_forms.ReasonForm(request.POST or None), right=actions.REVIEW,
        title=_("Send the letter back"), button=_("Send back"),
        do=lambda data: actions.send_back(
            letter=found, by=request.user, at=clock.now(), **data
        ),
        done=_("The letter went back to the desk."),
    )  # fmt: skip


def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """The desk does not want it any more."""
    found = _seen(request, number)
    return _act(
        request, found, lawyers_forms.ReasonForm(request.POST or None), right=actions.DRAFT,
        title=_("Withdraw the letter"), button=_("Withdraw"),
        do=lambda data: actions.withdraw_letter(
            letter=found, by=request.user, at=clock.now(), **data
        ),
        done=_("The letter is withdrawn."),
    )  # fmt: skip


@require_POST
def release(request: HttpRequest, number: str) -> HttpResponse:
    """The lawyer puts the firm's name to it."""
    found = _seen(request, number)
    demand(request, actions.REVIEW)
    return handle(
        request,
        right=actions.REVIEW,
        case=found.case,
        do=lambda _data: actions.release_letter(
            letter=found, by=request.user, at=clock.now()
        ),
        done=_("The letter is released and waits to be posted."),
        to=found.get_absolute_url(),
        template="cases/lawyers_letter.html",
        context={"letter": found, "lawyer": found.state == S.WAITING, "desk": False},
    )  # fmt: skip


def _act(
    request: HttpRequest,
    found: LawyersLetter,
    form: DeskForm,
    *,
    right: str,
    title: Any,
    button: Any,
    do: Callable[[dict[str, Any]], Any],
    done: Any,
) -> HttpResponse:
    return handle(
        request,
        right=right,
        case=found.case,
        form=form,
        do=do,
        done=done,
        to=found.get_absolute_url(),
        template="cases/form.html",
        context={"title": title, "button": button, "hint": found.number},
    )


def _seen(request: HttpRequest, number: str) -> LawyersLetter:
    """The letter, if its case or its firm is one's own."""
    letters = LawyersLetter.objects.visible_to(request.user).select_related(
        "case__debtor", "case__creditor", "case__team", "firm", "drafted_by", "lawyer", "document",
        "notice",
    )  # fmt: skip
    return get_object_or_404(letters, number=number)
