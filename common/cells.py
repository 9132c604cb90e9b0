"""Cells of a file for spreadsheets: none of them is taken for a formula."""

import re

_GUARDED = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""What a spreadsheet may take for the beginning of a formula; the last four are full-width."""
_ESCAPED = re.compile(rf"'+[{re.escape(_GUARDED)}]")


def escaped(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula; ``unescaped`` gives it back."""
    if cell and (cell[0] in _GUARDED or _ESCAPED.match(cell)):
        return f"'{cell}"
    return cell


def unescaped(cell: str) -> str:
    """The cell without the one apostrophe that ``escaped`` has put before it."""
    return cell[1:] if cell[:1] == "'" and _ESCAPED.match(cell) else cell
