"""Where payment providers call: no session and no form, only a call that can be shown to be theirs."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from banking.actions.hearing import TOO_LARGE, hear_call
from banking.models import ProviderAccount
from banking.providers import Call
from common import clock


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def call(request: HttpRequest, slug: str) -> HttpResponse:
    """Hear a provider, and answer what it waits for; a repeated call changes nothing and is answered the same."""
    rows = ProviderAccount.objects.select_related("creditor", "team")
    account = get_object_or_404(rows, slug=slug)
    try:
        body = request.body
    except RequestDataTooBig:
        return HttpResponse(status=TOO_LARGE)
    headers = {name.lower(): value for name, value in request.headers.items()}
    answer = hear_call(account, Call(body, headers), clock.now())
    return HttpResponse(
        answer.body, status=answer.status, content_type=f"{answer.mime}; charset=utf-8"
    )
