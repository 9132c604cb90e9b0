"""One form, one action, one answer in words: what every changing view has in common."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from documents.storing import Unreadable
from people.rights import may
from workflow.approvals import Lapsed, SecondPersonNeeded, SubordinateDecides
from workflow.forms import DeskForm
from workflow.guard import Guard, guarded
from workflow.steps import (
    AlreadyDone,
    Outsider,
    PolicyRefused,
    RightRefused,
    StaleForm,
    StateRefused,
    WrongInput,
)


def handle(
    request: HttpRequest,
    *,
    case: Any,
    do: Callable[[dict[str, Any]], Any],
    template: str,
    done: Any,
    form: forms.BaseForm | None = None,
    right: str = "",
    to: str | Callable[[Any], str] = "",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Show the form, or carry out the action and say what came of it.

    ``do`` gets the form's cleaned data and makes one call into the domain; its result goes to
    ``to`` (where to go next, by default the case page) and to ``done`` if that is callable.
    The template gets ``form``, ``case``, ``guard_key``, and ``refusal`` or ``stale`` after a no.
    ``right`` is asked before the form is shown or read, so that nobody fills in what they may not send;
    the action asks it once more.
    Answers: 200 the form, 302 done, 409 refused or stale, 422 to be mended. A file that cannot be taken in is told
    at the field ``file``.
    """
    demand(request, right)
    shown: dict[str, Any] = {"form": form, "case": case, **(context or {})}
    if request.method != "POST":
        return _page(request, template, shown)
    if form is not None and not form.is_bound:  # an empty request is an empty form, and told so
        form.data, form.files, form.is_bound = request.POST, request.FILES, True
    if isinstance(form, DeskForm):
        form.sender = request.user  # type: ignore[assignment]  # signed in by now
    if form is not None and not form.is_valid():
        return _page(request, template, shown, status=422)
    try:
        with guarded(guard_of(request)):
            result = do(dict(getattr(form, "cleaned_data", {})))
    except AlreadyDone:
        messages.info(request, _("This was already done; nothing was done twice."))
        # Where the first press went to, as far as that is known without its result.
        if callable(to):  # a page of no case has to say itself where that is
            to = "" if case else to(None)
        return HttpResponseRedirect(to or case.get_absolute_url())
    except PolicyRefused as refused:
        return _page(request, template, {**shown, "refusal": refused}, status=409)
    except StateRefused as refused:
        return _page(request, template, {**shown, "state_refusal": refused}, status=409)
    except StaleForm as stale:
        return _page(request, template, {**shown, "stale": stale}, status=409)
    except (RightRefused, PermissionDenied) as refused:
        raise PermissionDenied from refused
    except Outsider as refused:
        raise Http404 from refused
    except SubordinateDecides:
        said = _(
            "Whoever asked for this leads your team, or has set up or changed your account within thirty days. Somebody else has to decide."
        )
        return _page(request, template, {**shown, "wrong": said}, status=409)
    except SecondPersonNeeded:
        said = _("You asked for this yourself. Somebody else has to decide.")
        return _page(request, template, {**shown, "wrong": said}, status=409)
    except Lapsed:
        said = _("Nobody decided in time, so this request has lapsed. It can be asked again.")
        return _page(request, template, {**shown, "wrong": said}, status=409)
    except WrongInput as wrong:
        return _to_mend(request, template, shown, form, wrong)
    except Unreadable as unreadable:
        return _to_mend(request, template, shown, form, WrongInput(str(unreadable), "file"))
    said = done(result) if callable(done) else done
    if said:
        messages.success(request, said)
    where = to(result) if callable(to) else to
    return HttpResponseRedirect(where or case.get_absolute_url())


def _to_mend(
    request: HttpRequest,
    template: str,
    shown: dict[str, Any],
    form: forms.BaseForm | None,
    wrong: WrongInput,
) -> HttpResponse:
    """The form once more, with what is wrong at its field."""
    if form is not None:
        form.add_error(wrong.field if wrong.field in form.fields else None, wrong.message)
    return _page(request, template, {**shown, "wrong": wrong.message}, status=422)


def press(request: HttpRequest, do: Callable[[], Any], *, moved: str) -> bool:
    """Do once what a button on a page asks for; says whether it was done, and tells what stood against it.

    ``moved`` is told where the subject is no longer in a state for it; %(state)s in it is that state.
    """
    try:
        with guarded(guard_of(request)):
            do()
    except AlreadyDone:
        messages.info(request, _("This was already done; nothing was done twice."))
    except StateRefused as refused:
        messages.warning(request, moved % {"state": refused.subject.get_state_display()})
    except StaleForm:
        messages.warning(request, _("Something has changed meanwhile. Look again."))
    except WrongInput as wrong:
        messages.error(request, str(wrong.message))
    except RightRefused as refused:
        raise PermissionDenied from refused
    except Outsider as refused:
        raise Http404 from refused
    else:
        return True
    return False


def demand(request: HttpRequest, right: str) -> None:
    """Stop whoever does not carry the right; ``""`` is everybody's."""
    if right and not may(request.user, right):  # type: ignore[arg-type]  # signed in by now
        raise PermissionDenied


def plain(text: str) -> str:
    """Without what a database or a reader cannot bear, such as NUL or half a character."""
    return "".join(c for c in text if c.isprintable())


def guard_of(request: HttpRequest) -> Guard:
    """The form's own key and the version of the case that its reader saw."""
    version = request.POST.get("guard_version", "")
    key = plain(request.POST.get("guard_key", ""))[:64]
    return Guard(
        key=key, version=int(version) if version.isdecimal() and len(version) < 10 else None
    )


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> TemplateResponse:
    stale = context.get("stale")
    # After a no the form gets a new key, for it was not done; a stale one keeps its old version
    # until the person has looked at the case as it is now.
    context["guard_key"] = uuid.uuid4().hex
    context["guard_version"] = getattr(
        getattr(stale, "case", None) or context["case"], "version", ""
    )
    return TemplateResponse(request, template, context, status=status)
