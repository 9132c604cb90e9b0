"""Where carriers call back: no session and no form, only a call that can be shown to be theirs."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from common import clock
from notices import receipts
from notices.channels import Forged, carriers
from notices.models import ChannelAccount

log = logging.getLogger(__name__)

LONGEST = 1024 * 1024  # bytes of one call; a full page of receipts is a tenth of it


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def call(request: HttpRequest, slug: str) -> HttpResponse:
    """Hear what a carrier tells; a repeated call changes nothing and is answered as the first was."""
    account = ChannelAccount.objects.filter(slug=slug).first()
    carrier = carriers().get(account.provider) if account else None
    if account is None or carrier is None:
        raise Http404
    length = request.headers.get("Content-Length") or "0"
    if not (length.isascii() and length.isdecimal()):
        return HttpResponse(status=400)
    if len(length) > 12 or int(length) > LONGEST:
        return HttpResponse(status=413)
    at = clock.now()
    try:
        heard = carrier.hear(account, request)
    except Forged:
        log.warning("A call for %s could not be shown to be its carrier's.", account)
        ChannelAccount.objects.filter(pk=account.pk).update(
            forged_at=at, forged_count=F("forged_count") + 1
        )
        return HttpResponse(status=403)
    except (ValueError, LookupError, TypeError, AttributeError) as nonsense:  # of another build
        log.warning("A call for %s could not be understood: %s", account, nonsense)
        return HttpResponse(status=400)
    receipts.keep(account, heard.said, at)
    return HttpResponse(heard.answer, content_type=f"{heard.mime}; charset=utf-8")
