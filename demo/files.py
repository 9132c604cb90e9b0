"""The demo's invented files: papers that look like papers, and a drawn signature."""

import io
import wave
from datetime import UTC, datetime
from functools import cache

from PIL import Image, ImageDraw

from documents.blocks import Paper, Para, words
from documents.render import render_paper


@cache
def paper(title: str, title_en: str) -> bytes:
    """A one-page specimen, marked as invented; the same for every case, for it says nothing."""
    return render_paper(
        Paper(
            title=words(title, title_en),
            number="SPECIMEN",
            house="演示样张 · Specimen",
            house_lines=["虚构文件，仅供演示 · invented, for the demo only"],
            made_at=datetime(2026, 1, 1, tzinfo=UTC),
            dated="",
            blocks=[Para(words("本页代替真实文件。", "This page stands for a real document."))],
        ),
        "both",
    )


@cache
def sound() -> bytes:
    """A second of silence in place of a recording."""
    kept = io.BytesIO()
    with wave.open(kept, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes([128]) * 8000)
    return kept.getvalue()


def signature(seed: int) -> bytes:
    """A signature as somebody may draw it."""
    image = Image.new("RGBA", (600, 200), (255, 255, 255, 0))
    points = [(40 + n * 60, 100 + ((seed * 37 + n * 53) % 120) - 60) for n in range(9)]
    ImageDraw.Draw(image).line(points, fill=(15, 20, 60, 255), width=5, joint="curve")
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()
