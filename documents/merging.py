"""Several PDF files into one, to be printed in one go: the only import of pypdf."""

import io
from collections.abc import Sequence

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError


class Damaged(Exception):
    """This is no PDF that can be put together with others; ``place`` says which of the bundle."""

    def __init__(self, place: int) -> None:
        self.place = place
        super().__init__(f"part {place}")


def bundle(covers: bytes, letters: Sequence[bytes]) -> tuple[bytes, list[int]]:
    """Each letter behind its own address page, and on how many pages each of them stands.

    Printed on both sides no letter begins on the back of another: where the pages are odd in number
    a blank one follows. The same letters give the same bytes. Raises ``Damaged``.
    """
    writer, front = PdfWriter(), PdfReader(io.BytesIO(covers))
    pages: list[int] = []
    for place, content in enumerate(letters):
        try:
            inner = list(PdfReader(io.BytesIO(content)).pages)
        except (PyPdfError, ValueError, KeyError, RecursionError) as fault:
            raise Damaged(place) from fault
        if not inner:
            raise Damaged(place)
        cover = front.pages[place]
        writer.add_page(cover)
        writer.add_page(PageObject.create_blank_page(None, *_size(cover)))  # its back stays empty
        for page in inner:
            writer.add_page(page)
        if len(inner) % 2:
            writer.add_page(PageObject.create_blank_page(None, *_size(inner[-1])))
        pages.append(len(inner))
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue(), pages


def _size(page: PageObject) -> tuple[float, float]:
    return float(page.mediabox.width), float(page.mediabox.height)


def title_of(content: bytes) -> str:
    """What a PDF calls itself; "" where it does not, or is none."""
    try:
        held = PdfReader(io.BytesIO(content)).metadata
    except PyPdfError:
        return ""
    return (held.title if held else "") or ""
