"""Codes of facts and rules by the names that the rules use for them."""

from decimal import Decimal

from django import template

from compliance.words import Named, Rate, in_words
from desk.showing import tongue_now

register = template.Library()


@register.filter
def named(code: object, kind: str) -> str:
    """What goes by this code among things of that kind, such as ``"visit_log"|named:"record"``."""
    return in_words(Named(f"{kind}.{code}"), tongue_now())


@register.filter
def percent(rate: Decimal) -> str:
    """A rate as people read it, such as 12.6%."""
    return in_words(Rate(rate), tongue_now())
