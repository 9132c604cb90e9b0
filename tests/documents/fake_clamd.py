"""A clamd on a real socket: speaks INSTREAM, and finds what the test calls evil."""

import socket
import threading
from pathlib import Path
from typing import Self

EVIL = b"the mark of the test's own virus"


class FakeClamd:
    """``says`` replaces every answer, ``asked`` counts the files that were looked at."""

    def __init__(self, path: Path) -> None:
        self.path, self.says, self.asked = path, "", 0
        self.line = socket.socket(socket.AF_UNIX)
        self.line.bind(str(path))
        self.line.listen(8)
        self.thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"unix:{self.path}"

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.line.shutdown(socket.SHUT_RDWR)
        self.line.close()
        self.thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                talk, _from = self.line.accept()
            except OSError:
                return
            with talk, talk.makefile("rb") as heard:
                command = heard.read(10)
                content = b""
                while command == b"zINSTREAM\0" and (size := int.from_bytes(heard.read(4), "big")):
                    content += heard.read(size)
                self.asked += 1
                found = "stream: Test.Evil-7 FOUND" if EVIL in content else "stream: OK"
                talk.sendall((self.says or found).encode() + b"\0")
