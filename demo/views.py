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
from demo.moving import FARTHEST, Backwards, move_clock, move_on

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
    jump = JUMPS.get(request.POST.get("jump", ""))
    typed = request.method == "POST" and not jump
    form = ClockForm(request.POST if typed else None, initial={"moment": clock.now()})
    if request.method == "POST" and _moved(form, jump[1] if jump else None):
        messages.success(
            request, _("The demo's clock was moved. What is due by now goes out within a minute.")
        )
        back = request.POST.get("next", "")
        safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
        return HttpResponseRedirect(back if safe and back else request.path)
    context = {
        "form": form,
        "now": clock.now(),
        "jumps": [(name, label) for name, (label, _delta) in JUMPS.items()],
    }
    return TemplateResponse(request, "demo/clock.html", context, status=422 if form.errors else 200)


def _moved(form: ClockForm, by: timedelta | None) -> bool:
    """Whether the clock was moved, by so much or to what was typed; where it was not, the form says why."""
    if by is not None:
        move_on(by)
        return True
    if not form.is_valid():
        return False
    to = form.cleaned_data["moment"]
    if to - clock.now() > FARTHEST:
        form.add_error("moment", _("At most three years ahead."))
        return False
    try:
        move_clock(to)
    except Backwards:
        form.add_error("moment", _("The clock goes forward only."))
        return False
    return True
