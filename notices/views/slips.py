"""Many scanned return slips in one go."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from common import clock
from notices import actions, forms
from notices.slips import Slip, take_slips
from people.rights import may
from workflow.guard import Guard, guarded
from workflow.steps import AlreadyDone, WrongInput
from workflow.web import guard_of


def slips(request: HttpRequest) -> HttpResponse:
    """Send scans in; the answer says of each file what came of it.

    Context: ``form``, ``slips`` or None, ``guard_key``.
    """
    if not may(request.user, actions.HANDLE):
        raise PermissionDenied
    form = forms.SlipsForm(request.POST or None, request.FILES or None)
    taken: list[Slip] | None = None
    if request.method == "POST":
        if not form.is_bound:
            form = forms.SlipsForm(request.POST, request.FILES)
        form.sender = request.user
        if form.is_valid():
            try:
                with guarded(Guard(key=guard_of(request).key)):
                    taken = take_slips(
                        files=[(file.name, file.read()) for file in form.cleaned_data["scans"]],
                        delivered_at=form.cleaned_data["delivered_at"], by=request.user,
                        at=clock.now(),
                    )  # fmt: skip
            except AlreadyDone:
                messages.info(request, _("This was already done; nothing was done twice."))
                return redirect("notices:slips")
            except WrongInput as wrong:
                form.add_error(wrong.field or None, wrong.message)
    context = {
        "form": form if taken is None else forms.SlipsForm(),
        "slips": taken,
        "guard_key": uuid.uuid4().hex,
        "guard_version": "",
    }
    status = 422 if request.method == "POST" and taken is None else 200
    return TemplateResponse(request, "notices/slips.html", context, status=status)
