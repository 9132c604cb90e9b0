"""Look at a stranger's PDF in a process of its own: is a seal in it, and does it still hold?

Run as a script it reads the file from its input and writes one line of JSON. It knows no Django and no
database, gets five seconds of computing and little memory, so that a file made to hurt hurts nobody.
"""

import io
import json
import logging
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

SECONDS = 5
MEMORY = 700 * 1024 * 1024
MOST_SIGNATURES = 4
AT_ONCE = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Looked:
    """What was seen. ``said``: ``none``, ``intact``, ``broken``, ``unreadable`` or ``busy``."""

    said: str
    fingerprint: str = ""
    stamped_by: str = ""
    """The time-stamp authority whose stamp in the seal holds; who vouches for it is not asked."""
    stamped_at: datetime | None = None


def look(content: bytes) -> Looked:
    """Whether the file carries a seal that holds for the whole of it, and of which certificate."""
    if not content.startswith(b"%PDF-") or b"/ByteRange" not in content:
        return Looked("none")
    if not AT_ONCE.acquire(blocking=False):
        return Looked("busy")
    try:
        done = subprocess.run(  # noqa: S603 - our own script, the file comes by its input
            [sys.executable, "-I", str(Path(__file__).resolve())],
            input=content, capture_output=True, timeout=2 * SECONDS, check=True,
        )  # fmt: skip
        told = json.loads(done.stdout)
        at = told.get("stamped_at")
        return Looked(
            str(told["said"]), str(told["fingerprint"]), str(told.get("stamped_by", "")),
            datetime.fromisoformat(at) if at else None,
        )  # fmt: skip
    except (subprocess.SubprocessError, OSError, ValueError, KeyError):
        return Looked("unreadable")
    finally:
        AT_ONCE.release()


def _read(content: bytes) -> dict[str, Any]:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    found = list(PdfFileReader(io.BytesIO(content)).embedded_signatures)
    if not found:
        return {"said": "none", "fingerprint": ""}
    if len(found) > MOST_SIGNATURES:
        return {"said": "unreadable", "fingerprint": ""}
    last = found[-1]
    certificate = last.signer_cert
    context = ValidationContext(trust_roots=[certificate], allow_fetching=False)
    status = validate_pdf_signature(last, signer_validation_context=context)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    holds = status.intact and status.valid and whole
    told = {"said": "intact" if holds else "broken", "fingerprint": certificate.sha256.hex()}
    stamp = status.timestamp_validity
    if holds and stamp is not None and stamp.intact and stamp.valid:
        told["stamped_by"] = str(stamp.signing_cert.subject.human_friendly)[:200]
        told["stamped_at"] = stamp.timestamp.isoformat()
    return told


def _main() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    logging.disable(logging.CRITICAL)
    try:
        told = _read(sys.stdin.buffer.read())
    except Exception:  # a damaged or hostile file may break anything
        told = {"said": "unreadable", "fingerprint": ""}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    _main()
