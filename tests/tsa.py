"""A time-stamp authority on loopback: `openssl ts` behind HTTP, as RFC 3161 has it (3.4)."""

import contextlib
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

NAME = "Loopback Time Stamping"
SETUP = """
[req]
distinguished_name = name
prompt = no
x509_extensions = extensions
[name]
CN = Loopback Time Stamping
[extensions]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = one
[one]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@contextlib.contextmanager
def authority(folder: Path) -> Iterator[str]:
    """The address of an authority that stamps whatever it is asked to."""
    (folder / "setup").write_text(SETUP)
    (folder / "serial").write_text("01\n")
    _openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key",
             "-out", "tsa.pem", "-days", "30", "-config", "setup")  # fmt: skip
    asking = threading.Lock()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """One query, one reply."""
            with asking:
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                (folder / "query").write_bytes(asked)
                _openssl(folder, "ts", "-reply", "-queryfile", "query", "-out", "reply",
                         "-config", "setup")  # fmt: skip
                reply = (folder / "reply").read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_said: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def _openssl(folder: Path, *given: str) -> None:
    subprocess.run(["openssl", *given], cwd=folder, check=True, capture_output=True)
