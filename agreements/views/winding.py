"""What an agency still owes once its mandate has ended: to part with the data. Nothing else of the case is shown."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.actions import leaving
from agreements.views.leaving import DataReturnForm
from cases.models import Case
from common import clock
from workflow.paging import page_by_key
from workflow.web import demand, handle

PAGE = 50


@require_safe
def winding_up(request: HttpRequest) -> TemplateResponse:
    """The cases of ended mandates whose certificate is missing. Context: ``rows``, ``older``, ``newer``."""
    demand(request, leaving.CLOSE)
    found = Case.objects.to_wind_up(request.user).select_related("mandate", "agency", "creditor")
    key = request.GET.get("after", "")
    rows, last = page_by_key(found, key, most=PAGE)
    context = {
        "rows": rows,
        "older": f"?after={last}" if last else "",
        "newer": reverse("agreements:winding_up") if key else "",
    }
    return TemplateResponse(request, "agreements/winding_up.html", context)


def wind_up(request: HttpRequest, reference: str) -> HttpResponse:
    """Certify what the agency did with the data, without a look at the case itself."""
    case = get_object_or_404(
        Case.objects.to_wind_up(request.user).select_related("mandate", "agency", "creditor"),
        reference=reference,
    )
    return handle(
        request, right=leaving.CLOSE, case=case, form=DataReturnForm(request.POST or None),
        template="agreements/wind_up.html", to=reverse("agreements:winding_up"),
        do=lambda data: leaving.certify_data(case=case, **data, by=request.user, at=clock.now()),
        done=_("The certificate is made. Have it signed and sealed by the agency."),
    )  # fmt: skip
