"""The addresses of our words."""

from django.urls import path, register_converter

from notices.views import approved, wording

app_name = "wording"


class Name:
    """What a text is called: a message by its name, the words of a page by the page and the place on it."""

    regex = r"[a-z_]+(?:\.[a-z_]+)?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Name, "wording")

_PLACE = "<wording:name>/<slug:channel>/"
_VERSION = f"{_PLACE}<slug:language>/<int:number>/"

urlpatterns = [
    path("", wording.wordings, name="wordings"),
    path("pages/", wording.pages, name="pages"),
    path("preview/", wording.preview, name="preview"),
    path("approved/", approved.approved, name="approved"),
    path("approved/new/", approved.enter, name="enter"),
    path("approved/<int:pk>/end/", approved.end, name="end"),
    path(_PLACE, wording.place, name="place"),
    path(f"{_PLACE}<slug:language>/new/", wording.edit, name="edit"),
    path(f"{_PLACE}<slug:language>/fall-back/<int:pk>/", wording.fall_back, name="fall_back"),
    path(_VERSION, wording.version, name="version"),
    path(f"{_VERSION}release/", wording.release, name="release"),
    path(f"{_VERSION}withdraw/", wording.withdraw, name="withdraw"),
]
