"""Ask clamd about a file that came from outside, before anything is done with it.

``DOORSTEP_CLAMD`` says where it listens (``unix:/run/clamav/clamd.ctl`` or ``tcp://host:3310``); empty, nothing is asked.
The command is INSTREAM of clamd(8): pieces with their length before them, and an empty one as the end.
"""

import hashlib
import logging
import socket
import threading
from collections import OrderedDict
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

SECONDS = 30
PIECE = 64 * 1024
MOST_ANSWER = 4096
MOST_CLEAN = 256
log = logging.getLogger("documents")
_clean: OrderedDict[str, None] = OrderedDict()
_lock = threading.Lock()


class Refused(Exception):
    """The file is not taken in; the message says why and what to do."""


class Infected(Refused):
    """clamd knows what is in it; ``name`` is what it calls that."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("The virus scanner found “%(name)s” in this file, so it was not taken in. Tell whoever sent it to you, and your administrator.") % {"name": name}
        )  # fmt: skip
        self.name = name


class NotScanned(Refused):
    """Nobody looked at it; it can be sent again later."""

    def __init__(self) -> None:
        super().__init__(
            _("Files are scanned for viruses, and the scanner cannot be reached just now. Nothing was taken in; try again in a few minutes.")
        )  # fmt: skip


def scan(content: bytes) -> str:
    """Its digest, if it may be taken in; raises ``Infected`` or ``NotScanned``.

    What was just found clean is not asked about again: a form asks first, and whoever writes the file once more.
    """
    digest = hashlib.sha256(content).hexdigest()
    if not settings.CLAMD:
        return digest
    with _lock:
        if _clean.pop(digest, "") is None:
            return digest
    try:
        said = _ask(content)
    except OSError as error:
        log.error("The virus scanner cannot be reached: %s.", type(error).__name__)
        raise NotScanned from error
    if said.endswith(" FOUND"):
        name = said.removesuffix(" FOUND").rpartition(": ")[2]
        raise Infected("".join(c for c in name if c.isalnum() or c in "._-/")[:80])
    if not said.endswith(": OK"):
        log.error("The virus scanner could not look at a file: %s", said[:80].encode("ascii", "replace"))  # fmt: skip
        raise NotScanned
    with _lock:
        _clean[digest] = None
        while len(_clean) > MOST_CLEAN:
            _clean.popitem(last=False)
    return digest


def _ask(content: bytes) -> str:
    with _connected() as line:
        line.sendall(b"zINSTREAM\0")
        for begin in range(0, len(content), PIECE):
            piece = content[begin : begin + PIECE]
            line.sendall(len(piece).to_bytes(4, "big") + piece)
        line.sendall(bytes(4))
        said = b""
        while not said.endswith(b"\0") and len(said) < MOST_ANSWER:
            more = line.recv(MOST_ANSWER)
            if not more:
                break
            said += more
    return said.rstrip(b"\0\n").decode("utf-8", "replace")


def _connected() -> socket.socket:
    where = urlsplit(settings.CLAMD)
    if where.scheme == "tcp":
        return socket.create_connection((where.hostname or "", where.port or 3310), SECONDS)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(SECONDS)
    try:
        line.connect(where.path)
    except OSError:
        line.close()
        raise
    return line
