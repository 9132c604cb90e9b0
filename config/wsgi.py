"""What the web server imports."""

import os

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("DOORSTEP_ROLE", "web")

application: WSGIHandler = get_wsgi_application()
