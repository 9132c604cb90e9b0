"""Each request sees what was published before it began."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from rulebook import shelving


def look_at_the_shelf(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Look at the stamp of the published rule versions before anything is decided."""

    def middleware(request: HttpRequest) -> HttpResponse:
        shelving.look()
        return get_response(request)

    return middleware
