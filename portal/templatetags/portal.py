"""What the debtor's pages say in the reader's language."""

from typing import Any

from django import template

from workflow.reasons import tongue_now

register = template.Library()


@register.filter
def named(one: Any) -> str:
    """An organisation or a person by the name that the reader can read."""
    return str((one.name_en if tongue_now() == "en" else "") or one.name)
