"""A bank's file of whichever kind: told by what is in it, never by its name. Pure."""

from dataclasses import dataclass

from banking import iso20022, reading, swift
from banking.reading import Sheet
from cases.imports.reading import Unfit

MOST_BYTES = 10 * 1024 * 1024
NAMES = {swift.BANK: "MT940", iso20022.BANK: "CAMT.053"}


@dataclass(frozen=True)
class Understood:
    """The lines, and as what the file is kept."""

    sheet: Sheet
    mime: str


def understand(content: bytes) -> Understood:
    """The lines of the file; raises ``Unfit`` or ``Faulty``."""
    if len(content) > MOST_BYTES:
        raise Unfit("too_large", size=len(content) // 1024 // 1024, most=MOST_BYTES // 1024 // 1024)
    if iso20022.is_xml(content):
        return Understood(iso20022.read(content), "application/xml")
    if swift.is_mt940(content):
        return Understood(swift.read(content), "text/plain")
    return Understood(reading.read(content), "text/csv")
