"""Paper into PDF: the only import of WeasyPrint, and it may fetch nothing but our own fonts.

The same paper gives the same bytes: a fresh font configuration each time, a fixed identifier,
and the dates of the paper itself. The result is PDF/A-3b.
"""

import base64
import hashlib
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import segno
from django.conf import settings
from django.template.loader import render_to_string
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from documents.blocks import (
    Badge,
    Coded,
    Cover,
    Facts,
    Paper,
    Para,
    Portraits,
    Section,
    Signatures,
    Table,
    texts,
)

FONTS = Path(settings.BASE_DIR) / "static" / "fonts"
SHEET = Path(settings.BASE_DIR) / "static" / "css" / "paper.css"


class OwnFilesOnly(URLFetcher):
    """Fetches our fonts and pictures that stand in the page itself; whatever a name may hold."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"file", "data"}, allow_redirects=False)

    def fetch(self, url: str, headers: Any = None) -> Any:
        """Refuse every file that is not one of our fonts."""
        parts = urlsplit(url)
        if parts.scheme == "file":
            path = Path(unquote(parts.path)).resolve()
            if path.parent != FONTS.resolve() or path.suffix != ".ttf":
                raise ValueError(f"not one of our fonts: {url}")
        return super().fetch(url, headers)


def render_paper(paper: Paper, language: str, *, small: bool = False) -> bytes:
    """The paper as PDF/A-3b; ``language`` is "zh", "en" or "both", ``small`` the size of a postcard (A6).

    Its ``data``, where it has any, lie in the file as JSON for machines.
    """
    html = render_to_string(
        "documents/paper.html",
        {
            "paper": paper,
            "language": language,
            "small": small,
            "lang": "en" if language == "en" else "zh-Hans",
            "title": texts(paper.title, language),
            "subtitle": texts(paper.subtitle, language),
            "house": texts(paper.house, language),
            "house_lines": [texts(line, language) for line in paper.house_lines],
            "dated": texts(paper.dated, language),
            "foot": texts(paper.foot, language),
            "blocks": _drawn(paper, language),
            "qr": qr_uri(_address(paper.check)) if paper.check else "",
            "digest": paper.digest[:24],
            "stamp": paper.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    )
    return _pdf(html, paper.digest, _embedded(paper))


def _embedded(paper: Paper) -> list[Attachment]:
    """What the paper says to machines, dated as the paper is."""
    if not paper.data:
        return []
    plain = json.dumps(paper.data, ensure_ascii=False, indent=1, sort_keys=True)
    return [
        Attachment(
            string=plain, name=f"{paper.number}.json", description=paper.number,
            created=paper.made_at, modified=paper.made_at, relationship="Data",
        )
    ]  # fmt: skip


def render_covers(covers: Sequence[Cover], language: str) -> bytes:
    """Address pages, one a letter: folded twice, the address stands where the envelope shows it."""
    html = render_to_string(
        "documents/covers.html",
        {
            "covers": [(cover, qr_uri(cover.code)) for cover in covers],
            "language": language,
            "lang": "en" if language == "en" else "zh-Hans",
            "stamp": covers[0].made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    )
    plain = "\n".join(repr(cover) for cover in covers)
    return _pdf(html, hashlib.sha256(plain.encode()).hexdigest())


def render_badge(badge: Badge) -> bytes:
    """A badge of card size, front and back side by side, to be cut out and folded; in both languages."""
    html = render_to_string(
        "documents/badge.html",
        {
            "badge": badge,
            "qr": qr_uri(_address(badge.check)),
            "stamp": f"{badge.made_at:%Y-%m-%dT%H:%M:%SZ}",
        },
    )
    return _pdf(html, hashlib.sha256(repr(badge).encode()).hexdigest())


def _pdf(html: str, identifier: str, attachments: Sequence[Attachment] = ()) -> bytes:
    """The page as PDF/A-3b, with our own sheet and fonts and nothing from elsewhere."""
    fonts = FontConfiguration()
    fetcher = OwnFilesOnly()
    sheet = CSS(
        string=SHEET.read_text().replace("../fonts", FONTS.resolve().as_uri()),
        font_config=fonts,
        url_fetcher=fetcher,
        base_url=None,
    )
    document = HTML(string=html, url_fetcher=fetcher, base_url=None)
    content: bytes = document.write_pdf(
        stylesheets=[sheet],
        font_config=fonts,
        pdf_variant="pdf/a-3b",
        pdf_identifier=identifier.encode(),
        output_intent="srgb",
        attachments=list(attachments),
    )
    return content


def _drawn(paper: Paper, language: str) -> list[dict[str, Any]]:
    """The blocks with their texts chosen and their numbers counted."""
    drawn: list[dict[str, Any]] = []
    section = clause = 0
    for block in paper.blocks:
        found: dict[str, Any] = {"kind": block.kind}
        match block:
            case Section():
                clause = 0
                section += block.numbered
                found["number"] = str(section) if block.numbered else ""
                found["text"] = texts(block.title, language)
            case Para():
                numbered = block.style == "clause"
                clause += numbered
                found["style"] = block.style
                found["number"] = f"{section}.{clause}" if numbered else ""
                marks = dict(texts(block.mark, language))
                found["lines"] = [
                    (tongue, text, marks.get(tongue, ""))
                    for tongue, text in texts(block.text, language)
                ]
            case Facts():
                found["rows"] = [
                    (texts(name, language), texts(value, language)) for name, value in block.rows
                ]
            case Table():
                found["head"] = _cells(block.head, block, language)
                found["rows"] = [_cells(row, block, language) for row in block.rows]
                found["total"] = _cells(block.total, block, language)
            case Portraits():
                found["people"] = [(uri, texts(below, language)) for uri, below in block.people]
            case Coded():
                found["picture"] = block.picture
                found["lines"] = texts(block.text, language)
            case Signatures():
                found["lead"] = texts(block.lead, language)
                found["sides"] = [
                    {
                        "side": texts(side.side, language),
                        "name": side.name,
                        "picture": side.picture,
                        "at": side.at,
                    }
                    for side in block.sides
                ]
        drawn.append(found)
    return drawn


def _cells(row: Any, table: Table, language: str) -> list[dict[str, Any]]:
    return [
        {
            "text": [] if number in table.pictures else texts(cell, language),
            "picture": cell if number in table.pictures and str(cell).startswith("data:") else "",
            "mark": "sum" if number in table.sums else "tight" if number in table.tight else "",
        }
        for number, cell in enumerate(row)
    ]


def _address(check: str) -> str:
    return f"{settings.PUBLIC_URL}{check}" if check.startswith("/") else check


def check_path(number: str) -> str:
    """Where the holder of a paper can find out whether it is genuine."""
    return f"/check/{quote(number, safe='')}/"


def qr_svg(said: str) -> bytes:
    """A QR code as SVG; what begins with a slash is an address of the public site."""
    picture = io.BytesIO()
    segno.make(_address(said), error="m", micro=False).save(
        picture, kind="svg", border=2, scale=8, light="#fff", svgns=True, xmldecl=False
    )
    return picture.getvalue()


def qr_path(said: str) -> tuple[int, str]:
    """A QR code for a page that draws it itself: how many modules wide it is, and a path of its rows.

    Two modules of rest are around it; what begins with a slash is an address of the public site.
    """
    rest = 2
    rows = segno.make(_address(said), error="m", micro=False).matrix
    drawn: list[str] = []
    for number, row in enumerate(rows):
        runs = "".join("1" if dark else "0" for dark in row)
        drawn += [
            f"M{found.start() + rest} {number + rest}.5h{found.end() - found.start()}"
            for found in re.finditer("1+", runs)
        ]
    return len(rows) + 2 * rest, "".join(drawn)


def qr_uri(said: str) -> str:
    """A QR code as a picture that stands in the page."""
    picture = io.BytesIO()
    segno.make(said, error="m", micro=False).save(picture, kind="svg", border=0, xmldecl=False)
    return "data:image/svg+xml;base64," + base64.b64encode(picture.getvalue()).decode()
