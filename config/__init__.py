"""Wires the house together; imported by none of the apps."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
