"""The rules that govern a visit, as people can read them."""

import re
from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse

from compliance.entry import Entry
from compliance.packs import load, names
from people.models import Organisation


def rules(request: HttpRequest) -> TemplateResponse:
    """Each pack with its entries: what it says, its force, source, since when, checked or not."""
    used = {
        pack
        for packs in Organisation.objects.filter(kind="creditor").values_list("packs", flat=True)
        for pack in packs
    }
    packs = [
        {
            "pack": pack,
            "used": name in used,
            "entries": [{"entry": entry, "words": words(entry)} for entry in pack.entries],
        }
        for name in names()
        for pack in [load(name)]
    ]
    return TemplateResponse(request, "desk/rules.html", {"packs": packs})


def words(entry: Entry) -> dict[str, str]:
    """What the entry says, with its own figures filled in and those of a case left open."""
    first = next(iter(entry.says.values()), {})
    return {tongue: _filled(text, entry) for tongue, text in first.items()}


def _filled(text: str, entry: Entry) -> str:
    def figure(found: re.Match[str]) -> str:
        value: Any = entry.fields.get(found[1])
        return "…" if value is None or isinstance(value, dict | list) else str(value)

    return re.sub(r"\{(\w+)[^}]*\}", figure, text)
