"""Pages for those who have no account: each says no more than what its reader holds in hand."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache

from portal.checking import look_up
from portal.forms import CheckForm

LONGEST = 80


@never_cache
@login_not_required
def check(request: HttpRequest, number: str) -> HttpResponse:
    """Is this file the one that was issued? It is hashed and compared, never kept.

    The page is the same for every number, known or not: only who holds a paper learns of it.
    Context: ``number``, ``form``, ``found`` (``portal.checking.Found`` or None).
    """
    form = CheckForm(request.POST, request.FILES) if request.method == "POST" else CheckForm()
    found = look_up(form.cleaned_data["file"]) if form.is_bound and form.is_valid() else None
    return TemplateResponse(
        request,
        "portal/check.html",
        {"number": number[:LONGEST], "form": form, "found": found},
        status=422 if form.is_bound and found is None else 200,
    )
