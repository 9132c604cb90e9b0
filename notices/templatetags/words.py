"""The words of a page in its template: ``{% words "home.open" total_open=case.balance|money %}``."""

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def words(context: Any, name: str, look: str = "", **given: Any) -> SafeString:
    """These words, a paragraph a line, as plain text; ``look`` is a class of the paragraphs.

    The page's context has them as ``words`` (``notices.texts.showing.Words``).
    """
    kind = format_html(' class="{}"', look) if look else ""
    return format_html_join(
        "\n", "<p{}>{}</p>", ((kind, line) for line in context["words"].say(name, given))
    )
