"""After every page: was somebody refused what is not theirs? Then it is written down."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from access import looks
from common import clock


class RefusedLooksAreKept:
    """Write down who was refused which page; the answer itself stays as it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the answer once it is there."""
        answer = self.get_response(request)
        if looks.is_refused(request, answer):
            found: Any = request.resolver_match
            looks.keep(
                who=request.user, status=answer.status_code, route=found.view_name,
                path=request.path, at=clock.now(),
            )  # fmt: skip
        return answer

    def process_view(self, request: Any, _view: Any, _args: Any, _given: Any) -> None:
        """From here on it is about rights; a form without its token never comes so far."""
        request.reached_view = True
