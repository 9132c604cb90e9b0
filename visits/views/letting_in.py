"""On the officer's phone: the QR code of the debtor's own pages, and the code that opens them once."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from common import clock
from notices import codes, links
from visits.actions import arriving, letting_in
from visits.views.planning import seen_visit
from workflow.web import handle


def way_in(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a code to the debtor who stands there; only to those who were named for the visit.

    Context: ``visit``, ``may_show``, ``address`` (of the link) and ``code``, ``until`` where one is out.
    """
    visit, at = seen_visit(request, reference), clock.now()
    here = reverse("visits:way_in", args=[visit.reference])
    mine = letting_in.is_of_the_crew(visit, request.user)
    code = letting_in.code_shown(visit, at) if mine else None
    shown = codes.code_of(code) if code else ""
    return handle(
        request, right=arriving.CONDUCT, case=visit.case, template="visits/door/way_in.html",
        context={
            "visit": visit, "back": reverse("visits:door", args=[visit.reference]),
            "may_show": mine and letting_in.may_be_shown(visit, at),
            "code": f"{shown[:3]} {shown[3:]}" if shown else "",
            "until": code.expires_at if code else None,
            "address": links.address_of(code.link) if code else "",
        },
        do=lambda _data: letting_in.show_code(visit=visit, by=request.user, at=at),
        done=_("Let the debtor scan the picture and enter the code."), to=here,
    )  # fmt: skip
