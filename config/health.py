"""Whether this process lives, and whether all it needs is there."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis

from config.tasks import HEARTBEAT

log = logging.getLogger(__name__)


class NotReady(Exception):
    """Says in one sentence what is missing."""


def database() -> None:
    """PostgreSQL answers."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")


def migrations() -> None:
    """Every migration of this code has been run."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady("The database lacks migrations; run manage.py migrate.")


def broker() -> None:
    """Redis answers."""
    with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as redis:
        redis.ping()


def heartbeat() -> None:
    """Beat has sent and a worker has run a task lately."""
    with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as redis:
        if not redis.exists(HEARTBEAT):
            raise NotReady("No sign of life from beat and worker within the last minutes.")


def pdf_subsetting() -> None:
    """WeasyPrint finds HarfBuzz' subsetter, without which each PDF takes seconds."""
    from weasyprint.text import ffi

    if getattr(ffi, "harfbuzz_subset", None) is None:
        raise NotReady("The system library libharfbuzz-subset0 is missing; PDFs will be slow.")


def fonts() -> None:
    """The fonts of our documents are where their style sheet looks for them."""
    if not any((settings.BASE_DIR / "static").rglob("*.ttf")):
        raise NotReady("The fonts of the documents are missing under static/.")


CHECKS: dict[str, Callable[[], None]] = {
    "database": database,
    "migrations": migrations,
    "broker": broker,
    "heartbeat": heartbeat,
    "pdf_subsetting": pdf_subsetting,
    "fonts": fonts,
}


@require_safe
@never_cache
@login_not_required
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
@login_not_required
def ready(request: HttpRequest) -> JsonResponse:
    """What is there and what is not: 200 when all is, else 503."""
    found: dict[str, str] = {}
    for name, check in CHECKS.items():
        try:
            check()
        except NotReady as missing:
            found[name] = str(missing)
        except Exception:
            # What exactly failed is for the log: this page is open to everybody.
            log.exception("The readiness check %s failed.", name)
            found[name] = "no answer"
        else:
            found[name] = "ok"
    well = all(word == "ok" for word in found.values())
    return JsonResponse(found, status=200 if well else 503)
