"""Everything a person sees is really put into Chinese."""

import subprocess
from pathlib import Path

CATALOGUE = Path(__file__).resolve().parent.parent / "locale/zh_Hans/LC_MESSAGES/django.po"


def left(kind: str) -> list[str]:
    """The messages of that kind in the catalogue."""
    found = subprocess.run(
        ["msgattrib", f"--{kind}", "--no-obsolete", str(CATALOGUE)],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return [line for line in found.splitlines() if line.startswith("msgid ") and line != 'msgid ""']


class TestCatalogue:
    def test_leaves_no_message_in_english(self) -> None:
        assert left("untranslated") == []

    def test_leaves_no_message_half_done(self) -> None:
        assert left("only-fuzzy") == []
