"""Those who do no casework: auditors and operators open their own pages, and see masked data alone.

What they may open stands in ``people.rights.PAGES_OF``; a page that is not named there is shut, so that
a new one need not be thought of. Auditors see a case's people masked wherever a page tells of a case.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from people.masking import mask_people_in, people_of
from people.models import User
from people.rights import opens

READING = {"GET", "HEAD", "OPTIONS"}


class OwnPagesAlone:
    """Shut what is not theirs, and mask what a page of theirs says of people."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before the page is known."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _given: Any) -> None:
        """Refuse before anything is looked up, so that the object plays no part in the answer."""
        user, found = request.user, request.resolver_match
        if not isinstance(user, User) or found is None or not getattr(view, "login_required", True):
            return
        if not opens(user, found.view_name, sends=request.method not in READING):
            raise PermissionDenied

    def process_template_response(
        self, request: HttpRequest, response: TemplateResponse
    ) -> TemplateResponse:
        """Once the page of a case is drawn, mask its people in it."""
        user = request.user
        case = (response.context_data or {}).get("case")
        if isinstance(user, User) and user.sees_masked and getattr(case, "debtor", None):
            response.add_post_render_callback(lambda drawn: _mask(drawn, people_of(case)))
        return response


def _mask(drawn: Any, people: Iterable[Any]) -> None:
    drawn.content = mask_people_in(drawn.content.decode(), people)
