"""Word and Excel files are archives: what is in one, before anybody opens it."""

import io
import zipfile
import zlib
from collections.abc import Callable

MOST_PARTS = 2000
MOST_UNPACKED = 200 * 1024 * 1024
MOST_RATIO = 200
"""Times its packed size; text reaches some thirty."""
_SMALL = 5 * 1024 * 1024
_PIECE = 256 * 1024
INSIDE = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}


def fault_of(ending: str, content: bytes) -> str:
    """``""``, or what is wrong: ``other`` (none of this kind), ``swollen``, ``macros``, ``locked`` or ``damaged``.

    Every part is unpacked once into nothing, for what an archive says of its own size is not believed.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _fault(archive, ending)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError, zlib.error):  # fmt: skip
        return "damaged"


def _fault(archive: zipfile.ZipFile, ending: str) -> str:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    checks: list[tuple[Callable[[], bool], str]] = [
        (lambda: len(parts) > MOST_PARTS or len(set(names)) != len(names), "swollen"),
        (lambda: "[Content_Types].xml" not in names or INSIDE[ending] not in names, "other"),
        (lambda: any(part.flag_bits & 1 for part in parts), "locked"),
        (lambda: any(name.lower().endswith("vbaproject.bin") for name in names), "macros"),
        (lambda: any(part.external_attr >> 16 & 0o170000 == 0o120000 for part in parts), "other"),
        (lambda: sum(part.file_size for part in parts) > MOST_UNPACKED, "swollen"),
    ]
    fault = next((said for check, said in checks if check()), "")
    if fault:
        return fault
    left = MOST_UNPACKED
    for part in parts:
        most = min(left, max(_SMALL, part.compress_size * MOST_RATIO))
        size = 0
        with archive.open(part) as packed:
            while piece := packed.read(_PIECE):
                size += len(piece)
                if size > most:
                    return "swollen"
        left -= size
    return ""
