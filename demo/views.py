"""The demo's clock in the browser: three days' notice should not take three days to try."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from common import clock
from demo.forms import ClockForm
from demo.moving import FARTHEST, Backwards, move_clock

JUMPS = {
    "hour": (_("An hour on"), timedelta(hours=1)),
    "day": (_("A day on"), timedelta(days=1)),
    "lead": (_("Three days on"), timedelta(hours=73)),
    "week": (_("A week on"), timedelta(days=7)),
    "month": (_("A month on"), timedelta(days=31)),
}


def clock_page(request: HttpRequest) -> HttpResponse:
    """Show the demo's clock and move it forward; anywhere but in the demo there is no such page."""
    if settings.ENV != "demo" or not settings.CLOCK_FILE:
        raise Http404
    form = ClockForm(
        request.POST if "moment" in request.POST else None, initial={"moment": clock.now()}
    )
    if request.method == "POST":
        jump = JUMPS.get(request.POST.get("jump", ""))
        to = clock.now() + jump[1] if jump else None
        if to is None and form.is_valid():
            to = form.cleaned_data["moment"]
        if to and to - clock.now() > FARTHEST:
            form.add_error("moment", _("At most three years ahead.")) if form.is_bound else None
            to = None
        if to:
            try:
                move_clock(to)
            except Backwards:
                form.add_error("moment", _("The clock goes forward only."))
            else:
                messages.success(
                    request,
                    _("The demo's clock was moved. What is due by now goes out within a minute."),
                )
                back = request.POST.get("next", "")
                safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
                return HttpResponseRedirect(back if safe and back else request.path)
    context = {
        "form": form,
        "now": clock.now(),
        "jumps": [(name, label) for name, (label, _delta) in JUMPS.items()],
    }
    return TemplateResponse(request, "demo/clock.html", context)
