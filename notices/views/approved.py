"""What carriers have approved: the list beside our own words, and the form to enter one."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common import clock
from notices.models import ApprovedTemplate, ChannelAccount
from notices.texts.approved import EDIT, end_template, keep_template, ours, plain, read_parameters
from notices.texts.standing import standing_for
from notices.texts.wordings import LANGUAGES, OUTSIDE
from notices.wording_forms import TemplateForm
from people.rights import may
from workflow.web import demand, handle

MOST = 200


class Approved:
    """The list of approved texts, to which a form goes back."""

    version = ""

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("wording:approved")


@require_safe
def approved(request: HttpRequest) -> HttpResponse:
    """What carriers have approved, and whether it is what we say now."""
    demand(request, "release_wording")
    return TemplateResponse(request, "wording/approved.html", _page(request))


def enter(request: HttpRequest) -> HttpResponse:
    """Enter what a carrier has approved."""
    demand(request, EDIT)
    form = TemplateForm(request.POST or None, accounts=_accounts())

    def do(given: dict[str, Any]) -> ApprovedTemplate:
        parameters = read_parameters(given.pop("parameters"))
        return keep_template(parameters=parameters, by=request.user, at=clock.now(), **given)

    return handle(
        request, case=Approved(), form=form, do=do, template="wording/enter.html", right=EDIT,
        done=_("It is entered, and used from now on."),
        context={"accounts": _accounts().exists()},
    )  # fmt: skip


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Use it no longer."""
    demand(request, EDIT)
    row = get_object_or_404(ApprovedTemplate, pk=min(pk, 2**62))
    return handle(
        request, case=Approved(), template="wording/approved.html", right=EDIT,
        do=lambda _given: end_template(template=row, by=request.user, at=clock.now()),
        done=_("It is used no longer."), context=_page(request),
    )  # fmt: skip


def _accounts() -> Any:
    rows = ChannelAccount.objects.filter(channel__in=OUTSIDE, is_active=True)
    return rows.select_related("organisation").order_by("organisation_id", "channel")


def _page(request: HttpRequest) -> dict[str, Any]:
    rows = list(
        ApprovedTemplate.objects.filter(is_active=True)
        .select_related("account__organisation", "changed_by")
        .order_by("account_id", "wording", "language")[:MOST]
    )
    holds = standing_for(
        {row.account.organisation_id for row in rows}, {row.wording for row in rows}, OUTSIDE,
        LANGUAGES, at=clock.now(),
    )  # fmt: skip
    return {
        "rows": [
            (
                row,
                ours(row.text, row.parameters)
                == plain(
                    holds[row.account.organisation_id][
                        row.wording, row.account.channel, row.language
                    ].text.body
                ),
            )
            for row in rows
        ],
        "may_edit": may(request.user, EDIT),
        "guard_key": uuid.uuid4().hex,
    }
