"""What the debtor's pages say in the reader's language."""

from typing import Any

from django import template
from django.urls import reverse

from workflow.reasons import tongue_now

register = template.Library()


@register.filter
def named(one: Any) -> str:
    """An organisation or a person by the name that the reader can read."""
    return str((one.name_en if tongue_now() == "en" else "") or one.name)


@register.simple_tag(takes_context=True)
def own_url(context: Any, name: str, *more: Any) -> str:
    """The address of another page of this link; to staff who look on, the address under which they see that page."""
    looks_on = context.get("house_view")
    if looks_on:
        return str(looks_on.address(name, *more))
    return reverse(name, args=[context["token"], *more])
