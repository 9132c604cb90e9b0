"""A thousand random tamperings of one bundle, more by ``--tamperings``: every one is found, and named."""

import functools
import hashlib
import json
import random
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from court import actions, seal
from tests import make
from tests.court import cast

pytestmark = pytest.mark.django_db(transaction=True)
Files = dict[str, bytes]


class Memory:
    """An unpacked bundle that lies in memory: what the program asks of a folder or a ZIP."""

    odd: list[Any] = []

    def __init__(self, files: Files) -> None:
        self.files, self.sizes = files, {path: len(content) for path, content in files.items()}

    def open(self, path: str) -> Any:
        import io

        return io.BytesIO(self.files[path])


def listed(files: Files) -> Files:
    """The manifest written anew over what is there, as somebody without the key can do."""
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = [
        {"path": path, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for path, content in sorted(files.items())
        if not path.startswith("manifest.")
    ]
    lines = files["timeline.jsonl"].splitlines()
    manifest["timeline"] = {"events": len(lines), "head": json.loads(lines[-1])["digest"]}
    return {**files, "manifest.json": json.dumps(manifest).encode()}


@functools.cache
def stranger() -> rsa.RSAPrivateKey:
    """The key of somebody who wants to be taken for the house."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def resealed(files: Files) -> Files:
    """The whole bundle signed anew with another's key, which is put in the place of the house's."""
    manifest = json.loads(files["manifest.json"])
    name, encoding = manifest["seal"]["key"], serialization.Encoding.PEM
    pem = stranger().public_key().public_bytes(
        encoding, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    changed = listed({**files, name: pem})
    signature = stranger().sign(changed["manifest.json"], padding.PKCS1v15(), hashes.SHA256())
    return {**changed, "manifest.sig": signature}


def lines_of(files: Files) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files["timeline.jsonl"].splitlines()]


def with_lines(files: Files, rows: list[dict[str, Any]]) -> Files:
    text = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows)
    return {**files, "timeline.jsonl": text.encode()}


def tampered(kind: str, files: Files, dice: random.Random, verify: Any) -> tuple[Files, str]:
    """The bundle after one tampering of that kind, and what has to be said of it."""
    path = dice.choice(sorted(set(files) - {"manifest.json", "manifest.sig"}))
    rows = lines_of(files)
    at = dice.randrange(1, len(rows) - 1)
    if kind == "byte":
        place = dice.randrange(len(files[path]))
        changed = bytearray(files[path])
        changed[place] ^= 1 << dice.randrange(8)
        return {**files, path: bytes(changed)}, f"{path} was changed"
    if kind in ("manifest.json", "manifest.sig"):
        changed = bytearray(files[kind])
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
        return {**files, kind: bytes(changed)}, "manifest.json"
    if kind == "removed":
        return {name: one for name, one in files.items() if name != path}, f"{path} is missing"
    if kind == "added":
        return {**files, f"documents/x{at}.jpg": b"x"}, f"documents/x{at}.jpg was added"
    if kind == "renamed":
        rest = {name: one for name, one in files.items() if name != path}
        return {**rest, f"{path}x": files[path]}, f"{path} is missing"
    if kind == "edited":
        rows[at]["actor_name"] += "x"
        return with_lines(files, rows), f"chain breaks at {at + 1}"
    if kind == "event removed":
        del rows[at]
        return with_lines(files, rows), f"chain breaks at {at + 1}: an event is missing"
    if kind == "event inserted":
        rows.insert(at, dict(rows[at - 1]))
        return with_lines(files, rows), f"chain breaks at {at + 1}"
    if kind == "reordered":
        rows[at], rows[at - 1] = rows[at - 1], rows[at]
        return with_lines(files, rows), f"chain breaks at {at}"
    if kind == "cut":
        return with_lines(files, rows[:at]), f"head mismatch: the manifest says {len(rows)} events"
    if kind == "resealed":
        paper = "README.txt" if path.endswith(".jsonl") else path
        return resealed(listed({**files, paper: files[paper] + b" "})), "not the published one"
    if kind == "manifest":
        paper = "README.txt" if path.endswith(".jsonl") else path
        return listed({**files, paper: files[paper] + b" "}), "does not carry the signature"
    head = rows[at - 1]["digest"]
    for row in rows[at:]:
        row["actor_name"], row["previous"] = row["actor_name"] + "x", head
        told = [row[name] for name in ("previous", "number", "kind", "occurred_at", "recorded_at",
                                       "actor_id", "actor_name", "commitments")]  # fmt: skip
        head = row["digest"] = verify.sha(verify.canonical(told))
    return listed(with_lines(files, rows)), "does not carry the signature"


KINDS = ["byte", "removed", "added", "renamed", "edited", "event removed", "event inserted",
         "reordered", "cut", "manifest", "whole re-hash", "resealed",
         "manifest.json", "manifest.sig"]  # fmt: skip


class TestBundle:
    def test_tells_and_names_every_tampering(self, request: pytest.FixtureRequest) -> None:
        place = actions.file_of(cast.built(make.prepared_case()))
        verify = cast.program(place)
        verify.openssl_says = functools.lru_cache(maxsize=None)(verify.openssl_says)
        with zipfile.ZipFile(place) as zip_:
            files = {name: zip_.read(name) for name in zip_.namelist()}
        published = seal.public_pem()
        assert verify.check(Memory(files), published)[0] == []
        dice, missed = random.Random(147), []
        for number in range(request.config.getoption("--tamperings")):
            kind = KINDS[number % len(KINDS)]
            changed, named = tampered(kind, files, dice, verify)
            try:
                said = [one.told("en") for one in verify.check(Memory(changed), published)[0]]
            except verify.NoBundle as fault:
                said = [str(fault)]
            if not any(named in one for one in said):
                missed.append((number, kind, named, said[:3]))
        assert missed == []

    def test_is_checked_by_python_alone_from_the_zip_and_from_the_folder(
        self, tmp_path: Path
    ) -> None:
        place = actions.file_of(cast.built(make.prepared_case()))
        folder = tmp_path / "unpacked"
        with zipfile.ZipFile(place) as zip_:
            zip_.extractall(folder)
        shutil.copy(place, tmp_path / "b.zip")
        for given in ([], [str(tmp_path / "b.zip")]):
            ran = self.run(folder, given)
            assert ran.returncode == 0, ran.stdout
            assert "一致" in ran.stdout
            assert "OK: nothing was changed" in ran.stdout
        self.edit(folder / "timeline-en.pdf")
        ran = self.run(folder, ["--lang", "en"])
        assert ran.returncode == 1
        assert "timeline-en.pdf was changed" in ran.stdout

    def test_says_with_a_code_of_its_own_that_no_openssl_was_there(self, tmp_path: Path) -> None:
        place = actions.file_of(cast.built(make.prepared_case()))
        with zipfile.ZipFile(place) as zip_:
            zip_.extractall(tmp_path)
        ran = self.run(tmp_path, [], path="/nowhere")
        assert ran.returncode == 3, ran.stdout
        assert "openssl is not on this computer" in ran.stdout

    def test_that_leads_out_of_its_folder_is_refused(self, tmp_path: Path) -> None:
        place = tmp_path / "b.zip"
        shutil.copy(actions.file_of(cast.built(make.prepared_case())), place)
        with zipfile.ZipFile(place, "a") as zip_:
            zip_.writestr("../../evil.sh", "x")
        found, _told = cast.checked(place)
        assert [one["code"] for one in found] == ["hostile"]

    @staticmethod
    def run(folder: Path, given: list[str], path: str = "") -> Any:
        import os

        command = [sys.executable, "-I", "-S", "verify.py", *given]
        env = {"PATH": path or os.environ["PATH"], "PYTHONPATH": ""}
        return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)

    @staticmethod
    def edit(file: Path) -> None:
        content = bytearray(file.read_bytes())
        content[200] ^= 1
        file.write_bytes(bytes(content))
