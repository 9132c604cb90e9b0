"""Personal data on a page: masked, unless this session has asked to see them in full."""

from typing import Any

from django import template

from looking.session import shown
from people.masking import GROUP_OF, Group, mask, mask_in, mask_place, people_of
from people.models import Address

register = template.Library()


@register.simple_tag(takes_context=True)
def personal(context: Any, case: Any, value: Any, kind: str) -> str:
    """The value in full where its group of this case is shown now, else masked; "" where there is none.

    Kinds: those of ``people.masking.mask``, and ``place`` of an address as a row.
    """
    if value in ("", None):
        return ""
    if case is not None and GROUP_OF[kind] in shown(context.get("request"), case.reference):
        return str(value)
    return mask_place(value) if isinstance(value, Address) else mask(value, kind)


@register.simple_tag(takes_context=True)
def shown_groups(context: Any, case: Any) -> dict[str, Any]:
    """The groups of the case that are shown in full now, each with the moment at which that ends."""
    return shown(context.get("request"), case.reference)


@register.simple_tag(takes_context=True)
def masked_text(context: Any, case: Any, text: Any) -> str:
    """A text of ours as it was written, with the numbers and places of the case's people masked in it.

    It stands in full where both their addresses and their numbers are shown now.
    """
    seen = shown(context.get("request"), case.reference)
    if Group.ADDRESSES in seen and Group.NUMBERS in seen:
        return str(text)
    people = context.render_context.get("people of the case")
    if people is None:
        people = context.render_context["people of the case"] = people_of(case)
    said = str(text)
    for person in people:
        said = mask_in(said, person, names=False)
    return said
