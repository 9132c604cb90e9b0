"""Django's own command line, with this project's settings."""

import os
import sys


def main() -> None:
    """Run one management command; without any setting it is the demo that it acts on."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if "DATABASE_URL" not in os.environ:
        os.environ.setdefault("DOORSTEP_ENV", "demo")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
