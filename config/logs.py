"""One readable log on the console for all processes; ./doorstep puts the name of each before its lines."""

import logging
import re
import time
from typing import Any

_OPENS = re.compile(r"(/(?:m|v|s|calendar|check/officer)/)[^/\s?'\"]+")
"""Addresses whose second part is all that whoever comes by them has to hold: a link, a visit, an own calendar."""


class OneLine(logging.Formatter):
    """One line a message, at a moment of UTC: what came from outside begins no line of its own, and no token is told."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """The line and what follows it, such as a traceback, without what opens a door."""
        return _OPENS.sub(r"\1…", super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's own name
        """The message with its control signs spelt out; a traceback that follows keeps its lines."""
        record.message = "".join(
            c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode()
            for c in record.message
        )
        return super().formatMessage(record)


def logging_config() -> dict[str, Any]:
    """What logging.config.dictConfig takes."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": "config.logs.OneLine",
                "format": "{asctime}Z {levelname:<7} {name}: {message}",
                "datefmt": "%Y-%m-%dT%H:%M:%S",
                "style": "{",
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "django.server": {"level": "WARNING"},
            "fontTools": {"level": "ERROR"},
            "weasyprint": {"level": "ERROR"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.worker.request": {"level": "WARNING"},  # a hint that came too late is no news
            "celery.beat": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
        },
    }
