"""How banks lay out their exports: one file a bank, told apart by the headings that it needs."""

import tomllib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
MANY = frozenset({"remark"})
"""What may stand in several columns, which are read one after the other."""


@dataclass(frozen=True)
class Layout:
    """One bank's export: its name, what each heading holds, and which columns it cannot do without."""

    key: str
    zh: str
    en: str
    headings: dict[str, str]
    needs: frozenset[str]

    def named(self, language: str) -> str:
        """The bank's name in that language."""
        return self.zh if language.startswith("zh") else self.en

    def columns_of(self, cells: Sequence[str]) -> list[str]:
        """What each cell of a heading holds; "" for what is not used."""
        return [self.headings.get(plain(cell), "") for cell in cells]


def plain(heading: str) -> str:
    """The heading without spaces, wide forms, units and the English that some banks put behind it."""
    text = "".join(unicodedata.normalize("NFKC", heading).split())
    return text.partition("[")[0].lstrip("\ufeff'`")


@cache
def layouts() -> dict[str, Layout]:
    """Every bank's layout by its key, in the order of their files."""
    found = {}
    for path in sorted(HERE.glob("*.toml")):
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        headings = {
            plain(heading): name for name, known in told["columns"].items() for heading in known
        }
        found[path.stem] = Layout(
            path.stem, told["zh"], told["en"], headings, frozenset(told["needs"]["columns"])
        )
    return found


def fitting(cells: Sequence[str]) -> Layout | None:
    """The bank whose layout this heading is: of those whose needs it meets the one that knows most of it."""
    fits = [
        (len(list(filter(None, columns))), layout)
        for layout in layouts().values()
        for columns in [layout.columns_of(cells)]
        if layout.needs <= set(columns)
    ]
    return max(fits, key=lambda fit: fit[0])[1] if fits else None


def known_to_any(cells: Sequence[str]) -> list[str]:
    """What each cell holds by whichever bank knows it; tells a heading from other rows."""
    known = {
        heading: name for layout in layouts().values() for heading, name in layout.headings.items()
    }
    return [known.get(plain(cell), "") for cell in cells]
