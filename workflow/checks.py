"""What must hold before anything starts: the rules can be read, and the libraries are the right ones."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.core.checks import CheckMessage, Error, register

from compliance.packs import problems


@register()
def rule_packs_are_sound(**_given: Any) -> list[CheckMessage]:
    """Every value has its source, every id is asked, dates do not overlap, every file reads."""
    return [Error(problem, hint="See docs/rules.md.", id="doorstep.E001") for problem in problems()]


@register()
def one_state_machine(**_given: Any) -> list[CheckMessage]:
    """django-fsm and django-fsm-2 write the same folder; having both breaks one of them later."""
    try:
        version("django-fsm")
    except PackageNotFoundError:
        return []
    return [
        Error(
            "Both django-fsm and django-fsm-2 may be installed.",
            hint="Remove django-fsm and install django-fsm-2 again.",
            id="doorstep.E002",
        )
    ]
