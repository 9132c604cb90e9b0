"""Seeing in full what is masked, masking it again, and who has looked."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.models import Case
from cases.personal import held_of
from cases.views.preparing import seen_case
from common import clock
from common.clock import local
from looking import actions, session
from looking.forms import UnmaskForm
from looking.models import Look, Unmasking
from people.masking import Group
from people.recent import recent_sign_in
from workflow.paging import page_after
from workflow.web import demand, handle

PAGE = 50
TAB_OF = {Group.HEALTH: "overview"}


@recent_sign_in
def unmask(request: HttpRequest, reference: str) -> HttpResponse:
    """Say why, then see one group of the case's data in full for some minutes."""
    case = seen_case(request, reference)
    wanted = request.GET.get("group", "")
    initial = {"group": wanted if wanted in Group.values else Group.NUMBERS}
    form = UnmaskForm(request.POST or None, by=request.user, initial=initial)

    def do(data: dict[str, Any]) -> str:
        until = actions.unmask(
            case=case, by=request.user, at=clock.now(), seen=held_of(case, data["group"]), **data
        )
        session.show(request, case.reference, data["group"], until)
        return str(data["group"])

    def to(group: str | None) -> str:
        tab = TAB_OF.get(Group(group), "people") if group else "people"
        return f"{case.get_absolute_url()}?tab={tab}"

    return handle(
        request, case=case, form=form, do=do, right=actions.RIGHT, template="desk/unmask.html",
        context={"unmasked_minutes": int(settings.UNMASKED_FOR.total_seconds() // 60)},
        done=lambda _group: _("It is masked again at %(time)s.") % {"time": _ends(request, case)}, to=to,
    )  # fmt: skip


def _ends(request: HttpRequest, case: Case) -> str:
    return f"{local(max(session.shown(request, case.reference).values()), case.zone):%H:%M}"


@require_POST
def mask(request: HttpRequest, reference: str) -> HttpResponse:
    """Mask it before the minutes are over."""
    case = seen_case(request, reference)
    session.mask_again(request, case.reference)
    return HttpResponseRedirect(f"{case.get_absolute_url()}?tab=people")


@require_safe
def looks(request: HttpRequest, reference: str) -> HttpResponse:
    """Who looked at the case, when and at what, newest first; and who saw data in full.

    Context: ``case``, ``looks``, ``newer``, ``older``, ``unmaskings``.
    """
    demand(request, "see_looks")
    case = seen_case(request, reference)
    after = request.GET.get("after", "")
    found, older = page_after(
        Look.objects.filter(case=case).select_related("user"), "last_at", after, most=PAGE
    )
    unmaskings = Unmasking.objects.filter(case=case).select_related("user")[:PAGE]
    context = {
        "case": case, "looks": found, "older": older, "newer": request.path if after else "",
        "unmaskings": list(unmaskings),
    }  # fmt: skip
    return TemplateResponse(request, "desk/looks.html", context)
