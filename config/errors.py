"""What a person sees when a page cannot be made."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from psycopg_pool import PoolTimeout

AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""What Django raises when the database is away, restarting, or too slow to answer."""


def server_error(request: HttpRequest) -> HttpResponse:
    """500 for a fault of ours; 503, and when to come back, while the database is away.

    Either way nothing was done by halves: every change is one transaction.
    """
    away = isinstance(sys.exc_info()[1], AWAY)
    answer = HttpResponse(render_to_string("500.html"), status=503 if away else 500)
    if away:
        answer["Retry-After"] = "10"
    return answer
