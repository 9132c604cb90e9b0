"""The keys of a bundle: what each signs, and that its own program checks with them all that it can, alone."""

import base64
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from court import actions, seal
from court.models import Bundle
from documents import sealing
from door.models import Pack, PackKey
from tests import walk
from tests.agreements import cast as agreed
from tests.court import cast
from tests.court.test_tampering import Files, Memory, listed
from tests.door.cast import Phone

pytestmark = pytest.mark.django_db(transaction=True)
ALONE = """
import runpy, sys
def watch(event, args):
    if event.startswith("socket."):
        raise SystemExit("the network was asked for: " + event)
    if event == "subprocess.Popen":
        print("ran", args[1][1])
sys.addaudithook(watch)
sys.argv = ["verify.py", "--lang", "en"]
runpy.run_path("verify.py", run_name="__main__")
"""


@pytest.fixture
def place(clock: Any) -> Path:
    """A bundle of a visited, signed case to whose door a pack was taken along."""
    clock.set("2026-03-05T14:50", zone="Asia/Shanghai")
    visit = walk.talked()
    Phone(clock).take(visit)
    agreed.signed(agreed.again(visit.case), channel="")
    return actions.file_of(cast.built(agreed.again(visit.case)))


def files_of(place: Path) -> Files:
    with zipfile.ZipFile(place) as zip_:
        return {name: zip_.read(name) for name in zip_.namelist()}


def signed_again(files: Files, **changed: Any) -> Files:
    """The manifest with other words in it, signed with the very key of the house."""
    manifest = json.loads(listed(files)["manifest.json"]) | changed
    content = json.dumps(manifest).encode()
    return {**files, "manifest.json": content, "manifest.sig": seal.sign(content)}


def found_in(place: Path, files: Files) -> set[str]:
    return {one.told("en") for one in cast.program(place).check(Memory(files))[0]}


class TestKeys:
    def test_say_what_each_signs_since_when_and_how_much(self, place: Path) -> None:
        files = files_of(place)
        manifest = json.loads(files["manifest.json"])
        rows = {row["kind"]: row for row in manifest["keys"]}
        assert set(rows) == {"house", "paper", "door"}
        assert rows["house"]["since"] == Bundle.objects.get().asked_at.isoformat()
        assert rows["door"]["since"] == PackKey.objects.get().since.isoformat()
        assert rows["paper"]["until"] > rows["paper"]["since"]
        kinds = [row["kind"] for row in manifest["documents"] if row.get("seal")]
        assert sorted(kinds) == ["agreement", "notice"]
        told = files["keys/README.txt"].decode()
        assert rows["paper"]["path"] in told
        assert "signs: what officers take along to a door on their phones" in told
        assert "签署对象: 来访人员出发前下载到手机的上门资料" in told
        assert "Without a signature of their own" in told

    def test_check_the_seals_and_the_packs(self, place: Path) -> None:
        found, told = cast.checked(place)
        assert found == []
        assert (told["seals"], told["packs"]) == (2, 1)

    def test_tell_a_paper_that_whoever_holds_the_houses_key_has_changed(self, place: Path) -> None:
        files = files_of(place)
        manifest = json.loads(files["manifest.json"])
        row = next(one for one in manifest["documents"] if one["kind"] == "agreement")
        content = bytearray(files[row["path"]])
        content[len(content) // 3] ^= 1
        files[row["path"]] = bytes(content)
        said = found_in(place, signed_again(files))
        assert any(f"{row['path']} does not carry the seal of {row['seal']}" in one for one in said)

    def test_tell_a_paper_behind_whose_seal_something_was_added(self, place: Path) -> None:
        verify = cast.program(place)
        files = files_of(place)
        row = next(r for r in json.loads(files["manifest.json"])["documents"] if r.get("seal"))
        content, certificate = files[row["path"]], files[row["seal"]]
        assert verify.seal_holds(content, certificate) is True
        assert verify.seal_holds(content + b"\n% more", certificate) is False

    def test_tell_a_seal_of_another_organisation(self, place: Path) -> None:
        verify = cast.program(place)
        files = files_of(place)
        row = next(r for r in json.loads(files["manifest.json"])["documents"] if r.get("seal"))
        other = sealing.make_seal(None, by=None, at=cast.AT).certificate.encode()
        assert verify.seal_holds(files[row["path"]], other) is False

    def test_tell_a_pack_that_another_key_has_signed(self, place: Path) -> None:
        files = files_of(place)
        [pack] = json.loads(files["manifest.json"])["packs"]
        stranger = ec.generate_private_key(ec.SECP256R1())
        forged = stranger.sign(bytes(32), ec.ECDSA(hashes.SHA256()))
        pack["signature"] = base64.b64encode(forged).decode()
        said = found_in(place, signed_again(files, packs=[pack]))
        assert said == {
            f"the pack that was taken along to visit {pack['visit']} does not carry the signature of"
            f" {pack['key']}"
        }

    def test_tell_a_pack_that_the_timeline_does_not_know(self, place: Path) -> None:
        files = files_of(place)
        [pack] = json.loads(files["manifest.json"])["packs"]
        [number] = pack["told_at"]
        said = found_in(place, signed_again(files, packs=[{**pack, "sha256": "ab" * 32}]))
        assert any(f"is not the one that event {number} recorded" in one for one in said)

    def test_tell_a_key_that_was_put_in_the_place_of_another(self, place: Path) -> None:
        files = files_of(place)
        [door] = [r for r in json.loads(files["manifest.json"])["keys"] if r["kind"] == "door"]
        pem = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )  # fmt: skip
        said = found_in(place, signed_again({**files, door["path"]: pem}))
        assert f"{door['path']} is not the key that the manifest names" in said

    def test_know_a_pack_whose_signature_was_never_kept(self, clock: Any) -> None:
        clock.set("2026-03-05T09:00", zone="Asia/Shanghai")
        visit = walk.noticed()
        Phone(clock).take(visit)
        Pack.objects.update(signature="")
        PackKey.objects.all().delete()
        found, told = cast.checked(actions.file_of(cast.built(agreed.again(visit.case))))
        assert found == []
        assert told["packs"] == 1


class TestVerifier:
    def test_opens_no_connection_and_runs_nothing_but_openssl(
        self, place: Path, tmp_path: Path
    ) -> None:
        self.unpacked(place, tmp_path)
        ran = self.run([sys.executable, "-I", "-S", "-c", ALONE], tmp_path)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        started = {line.split()[1] for line in ran.stdout.splitlines() if line.startswith("ran ")}
        assert started == {"dgst", "cms", "pkeyutl"}
        assert "OK: nothing was changed" in ran.stdout

    @staticmethod
    def unpacked(place: Path, folder: Path) -> None:
        with zipfile.ZipFile(place) as zip_:
            zip_.extractall(folder)

    @staticmethod
    def run(command: list[str], folder: Path) -> Any:
        openssl = shutil.which("openssl")
        assert openssl
        env = {"PATH": str(Path(openssl).parent)}
        return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
