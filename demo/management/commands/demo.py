"""`manage.py demo load`: the demo's people and cases, once."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common import clock
from demo.loading import load
from people.models import User


class Command(BaseCommand):
    """Fill an empty database with the demo."""

    help = "Load the demo's people and cases into an empty database; does nothing the second time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Only one thing can be asked."""
        parser.add_argument("what", choices=["load"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it, unless somebody is there already."""
        if settings.ENV == "production":
            raise CommandError("The demo is not loaded in production; its passwords are known.")
        if User.objects.exclude(role=User.Role.SYSTEM).exists():
            self.stdout.write("The demo is there already.")
            return
        self.stdout.write(f"{load(clock.now())} cases loaded.")
