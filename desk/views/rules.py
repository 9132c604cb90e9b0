"""The rules that govern a visit, as people can read them."""

from django.http import HttpRequest
from django.template.response import TemplateResponse

from compliance.packs import describe, names
from people.models import Organisation


def rules(request: HttpRequest) -> TemplateResponse:
    """Each pack with its entries: what it says, its force, source, since when, checked or not."""
    used = {
        pack
        for packs in Organisation.objects.filter(kind="creditor").values_list("packs", flat=True)
        for pack in packs
    }
    packs = [{"name": name, "entries": describe(name), "used": name in used} for name in names()]
    return TemplateResponse(request, "desk/rules.html", {"packs": packs})
