"""QR codes that stand in the page itself, so that they are there without a signal too."""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString

from desk.markup import fill
from documents.render import qr_path

register = template.Library()


@register.simple_tag
def qr(said: str, label: str) -> SafeString:
    """The QR code of an address (what begins with a slash is one of the public site), named by ``label``."""
    return _drawn(said, str(label))


@lru_cache(maxsize=512)
def _drawn(said: str, label: str) -> SafeString:
    size, path = qr_path(said)
    return fill(
        '<svg class="qr-code" viewBox="0 0 {size} {size}" role="img" aria-label="{label}" shape-rendering="crispEdges">'
        '<rect width="{size}" height="{size}" fill="#fff"></rect><path stroke="#000" d="{path}"></path></svg>',
        size=size, path=path, label=label,
    )  # fmt: skip
