"""What the answers of the debtor's side have in common: nothing of them is kept, told on or run."""

from typing import TypeVar

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase

from documents.models import Document

Answer = TypeVar("Answer", bound=HttpResponseBase)
LONGEST = 80
"""As long as anything may be that stands in an address or is answered at the door."""


def private(answer: Answer) -> Answer:
    """No other site hears of its address; our own does, or a browser would not say where a form comes from."""
    answer["Referrer-Policy"] = "same-origin"
    return answer


def without_scripts(answer: Answer) -> Answer:
    """A file that is looked at in the browser runs nothing and is taken for nothing else."""
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def file_of(document: Document) -> FileResponse:
    """A paper of the case, under its number: a name that says nothing. 404 where its bytes are deleted."""
    if document.erased_at:
        raise Http404
    ending = document.filename.rpartition(".")[2].lower()[:5]
    answer = FileResponse(document.file.open("rb"), content_type=document.mime)
    answer["Content-Disposition"] = f'inline; filename="{document.number}.{ending}"'
    return without_scripts(answer)
