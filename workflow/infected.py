"""A file in which the virus scanner found something: refused, and put on the house's record."""

import hashlib
import logging
from datetime import datetime

from documents.scanning import Infected
from people.models import User
from timeline.chain import record_for_house

log = logging.getLogger("documents")


def note(infected: Infected, content: bytes, *, by: User | None, at: datetime) -> None:
    """Record that such a file was refused; call it outside of what is undone. Its name may name people: it is left out."""
    digest = hashlib.sha256(content).hexdigest()
    log.warning("A file with %s was refused (user %s).", infected.name, getattr(by, "pk", None))
    record_for_house(
        kind="file.refused", by=by, at=at,
        data={"found": infected.name, "sha256": digest, "size": len(content)},
    )  # fmt: skip
