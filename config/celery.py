"""The task queue: Redis only wakes the workers, what is due is always decided by the database."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("doorstep")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["config", "cases.imports"])


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Having a receiver here is what stops Celery from putting its own log format over ours."""
    from logging.config import dictConfig

    from django.conf import settings

    dictConfig(settings.LOGGING)


@task_prerun.connect
def look_at_the_shelf(**_: Any) -> None:
    """Each task sees what was published before it began."""
    from rulebook import shelving

    shelving.look()


@beat_init.connect
def beat_at_once(**_: Any) -> None:
    """Give a sign of life at the start, not only after the first interval."""
    app.send_task("config.tasks.heartbeat")
