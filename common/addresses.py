"""From where a request comes."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address of whoever asks; behind a proxy that is the last that it has written down itself."""
    if settings.ADDRESS_HEADER:
        passed: str = request.META.get(settings.ADDRESS_HEADER, "")
        if passed.strip():
            return passed.rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
