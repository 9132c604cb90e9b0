"""Many letters posted by one press, each recorded on its own case."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import clock
from notices import actions
from notices.channels import CARRIED
from notices.models import Notice
from notices.printing import MOST
from workflow.guard import Guard, guarded
from workflow.steps import StateRefused, WrongInput
from workflow.web import guard_of


def tell_posted(request: HttpRequest, posted: int) -> None:
    """Say how many letters were recorded, where any were."""
    if posted:
        messages.success(
            request,
            ngettext("%(count)d letter is posted.", "%(count)d letters are posted.", posted)
            % {"count": posted},
        )


def post_letters(request: HttpRequest, numbers: Mapping[int, str]) -> tuple[int, dict[int, str]]:
    """Record these letters one by one, each under its number; one that cannot be does not stop the rest.

    Says how many were recorded, and of the others by their key what stands against them.
    """
    chosen = Notice.objects.visible_to(request.user).filter(pk__in=numbers, channel__in=CARRIED)
    at, posted, problems = clock.now(), 0, {}
    # Many cases at once: the key of the form counts, the version of no single case can.
    with guarded(Guard(key=guard_of(request).key)):
        for notice in chosen.select_related("case__debtor", "document").order_by("pk")[:MOST]:
            try:
                actions.mark_sent(notice=notice, by=request.user, at=at, number=numbers[notice.pk])
            except WrongInput as wrong:
                problems[notice.pk] = str(wrong.message)
            except StateRefused:
                problems[notice.pk] = _("Somebody else has settled this letter meanwhile.")
            else:
                posted += 1
    return posted, problems
