"""Parts of a page that are the same for many readers, drawn once for each language."""

from functools import lru_cache
from typing import Any

from django import template
from django.template import TemplateSyntaxError
from django.template.base import NodeList, Parser, Token
from django.template.loader_tags import BlockNode
from django.urls import get_script_prefix
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from desk.templatetags.doorstep import drawn

register = template.Library()


class Fixed(template.Node):
    """Draws its content once and keeps it.

    Nothing personal can be kept by mistake: the content is drawn in an empty context, so that it
    sees no reader, no request and no token.
    """

    child_nodelists = ("content",)

    def __init__(self, content: NodeList) -> None:
        self.content = content
        self.drawn: dict[tuple[str | None, str], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        """What was drawn, or is drawn now, in the reader's language."""
        key = (get_language(), get_script_prefix())
        if key not in self.drawn:
            self.drawn[key] = self.content.render(context.new({}))
        return self.drawn[key]


@register.tag
def fixed(parser: Parser, _token: Token) -> Fixed:
    """``{% fixed %}…{% endfixed %}``: words, addresses and files alone, nothing that the view hands over."""
    content = parser.parse(("endfixed",))
    parser.delete_first_token()
    if content.get_nodes_by_type(BlockNode):
        raise TemplateSyntaxError("a block differs from page to page: close “fixed” before it")
    return Fixed(content)


@register.simple_tag
def rail_part(name: str, rail: Any) -> SafeString:
    """A component that hangs from the rail alone, by the name of its template."""
    return _rail_part(name, tuple(rail), get_language() or "")


@lru_cache(maxsize=512)
def _rail_part(name: str, rail: tuple[Any, ...], _language: str) -> SafeString:
    """Drawn once for the same entries in one language; they tell of a role, not of a person."""
    return drawn(name, {"rail": rail})
