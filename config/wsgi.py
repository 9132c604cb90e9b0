"""What the web server imports."""

import os

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DOORSTEP_ROLE", "web")

application: WSGIHandler = get_wsgi_application()

# Read all addresses and the views behind them before the web server forks, not with the first request.
get_resolver().url_patterns  # noqa: B018
