#!/usr/bin/env python3
"""Checks a bundle for a court with Python 3.8 or newer and the openssl command; it needs nothing else.

    python3 -I verify.py [BUNDLE.zip | FOLDER] [--key PUBLISHED.pem] [--lang zh|en|both] [--json]

Without a name it checks the folder in which it lies. It opens no connection and writes no file but two
passing ones for openssl. It ends with
0  all of it holds                                全部一致
1  something was changed, and what is named       有改动，并已指明
2  this cannot be read as a bundle                无法作为案卷包读取
3  all digests hold, but no openssl is here to check the signature
                                                  摘要全部一致，但本机没有 openssl，签名未能校验
"""

import argparse
import base64
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
import zlib

FORMAT, VERSION = "doorstep-court-bundle", 1
MOST_FILES, MOST_BYTES, MOST_INDEX, MOST_LINE = 50000, 16 << 30, 64 << 20, 16 << 20
CHUNK = 1 << 20
SAFE = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*\Z")

WORDS = {
    "not_a_bundle": ("This is no bundle: {why}", "这不是案卷包：{why}"),
    "hostile": ("{path} is not a plain file of a bundle: {why}", "{path} 不是案卷包中的普通文件：{why}"),
    "changed": ("{path} was changed", "{path} 被改动过"),
    "missing": ("{path} is missing", "缺少 {path}"),
    "added": ("{path} was added: the manifest does not know it", "{path} 是后来加入的：清单中没有它"),
    "unreadable": ("{path} cannot be read: {why}", "{path} 无法读取：{why}"),
    "signature": (
        "{path} does not carry the signature of {key}: it was changed, or somebody else has signed it",
        "{path} 上没有 {key} 的有效签名：内容被改动过，或由他人签名",
    ),
    "other_key": (
        "the bundle is signed with a key that is not the published one",
        "案卷包所用的签名密钥不是公布的那一把",
    ),
    "chain": ("chain breaks at {number}: {why}", "链条在第 {number} 个事件处断开：{why}"),
    "head": (
        "head mismatch: {says} says {expected} events, here are {found}",
        "链首不符：{says}载明 {expected} 个事件，此处只有 {found} 个",
    ),
    "head_digest": (
        "head mismatch: {says} knows another event {number} than the one that is here",
        "链首不符：{says}所载的第 {number} 个事件与此处的不是同一个",
    ),
    "document": (
        "{path} ({title}) is not the file that event {number} of the timeline recorded",
        "{path}（{title}）不是时间线第 {number} 个事件所记录的那份文件",
    ),
    "decision": (
        "decisions.jsonl parts from event {number} of the timeline",
        "decisions.jsonl 与时间线第 {number} 个事件不一致",
    ),
    "rules": (
        "{path} is not the version of the rules that the decisions name",
        "{path} 不是决定所依据的那个规则版本",
    ),
    "key": ("{path} is not the key that the manifest names", "{path} 不是清单所载的那一把密钥"),
    "seal": (
        "{path} does not carry the seal of {key}: it was changed, or somebody else has sealed it",
        "{path} 上没有 {key} 的有效印章：内容被改动过，或由他人加盖",
    ),
    "pack_signature": (
        "the pack that was taken along to visit {visit} does not carry the signature of {key}",
        "第 {visit} 号上门所带资料上没有 {key} 的有效签名",
    ),
    "pack": (
        "the pack that was taken along to visit {visit} is not the one that event {number} recorded",
        "第 {visit} 号上门所带资料不是时间线第 {number} 个事件所记录的那一份",
    ),
    "proof": ("the proof of {path} does not lead to its root", "{path} 的证明与其根摘要不符"),
}  # fmt: skip
WHY = {
    "an event is missing": "缺少一个事件",
    "an event stands out of its order": "事件的次序被打乱",
    "it does not follow the event before it": "它与前一个事件不相衔接",
    "its digest does not match": "它的摘要不符",
    "it holds a field that was never recorded": "其中有一项从未被记录",
    "a field was removed": "其中有一项被删去",
    "it is not an event": "它不是一个事件",
    "the manifest": "清单",
}


class NoBundle(Exception):
    """This cannot be read as a bundle."""


class Found(dict):
    """One thing that is not as it was."""

    def __str__(self):
        return " / ".join(self.told(language) for language in ("zh", "en"))

    def told(self, language):
        """What it is, in one sentence."""
        words = WORDS[self["code"]][language == "zh"]
        parts = {}
        for name, value in self.items():
            text = str(value)
            if language == "zh":
                text = WHY.get(text, text)
                text = re.sub(r"^(.*) was changed$", r"\1 被改动", text)
                text = re.sub(r"^the anchor of (.*)$", r"\1 的存证", text)
            parts[name] = "".join(c if c.isprintable() else "?" for c in text)[:300]
        return words.format(**parts)


# ---------------------------------------------------------------- reading, whatever it is


class Folder:
    """An unpacked bundle."""

    def __init__(self, place):
        self.place, self.sizes, self.odd = place, {}, []
        for base, folders, files in os.walk(place, followlinks=False):
            for name in list(folders) + files:
                full = os.path.join(base, name)
                path = os.path.relpath(full, place).replace(os.sep, "/")
                kind = os.lstat(full).st_mode
                if name == "__pycache__" and stat.S_ISDIR(kind):
                    folders.remove(name)
                elif stat.S_ISDIR(kind):
                    continue
                elif not stat.S_ISREG(kind) or not SAFE.match(path):
                    self.odd.append(Found(code="hostile", path=path, why="link or odd name"))
                else:
                    self.sizes[path] = os.lstat(full).st_size
                if len(self.sizes) > MOST_FILES:
                    raise NoBundle("too many files")

    def open(self, path):
        """The file's bytes."""
        if path not in self.sizes:
            raise KeyError(path)
        return open(os.path.join(self.place, *path.split("/")), "rb")


class Zip:
    """A bundle as it was handed over; nothing of it is written to the disk."""

    def __init__(self, place):
        try:
            self.zip = zipfile.ZipFile(place)
        except (zipfile.BadZipFile, OSError, ValueError, EOFError) as fault:
            raise NoBundle(str(fault))
        self.sizes, self.odd = {}, []
        entries = self.zip.infolist()
        if len(entries) > MOST_FILES:
            raise NoBundle("too many files")
        for entry in entries:
            name, mode = entry.filename, entry.external_attr >> 16
            if name.endswith("/") and SAFE.match(name[:-1]):
                continue
            why = ""
            if not SAFE.match(name) or ".." in name.split("/"):
                why = "its name leads elsewhere"
            elif name in self.sizes:
                why = "it is there twice"
            elif mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                why = "it is a link"
            elif entry.flag_bits & 1:
                why = "it is locked"
            if why:
                self.odd.append(Found(code="hostile", path=name, why=why))
            else:
                self.sizes[name] = entry.file_size

    def open(self, path):
        """The file's bytes."""
        if path not in self.sizes:
            raise KeyError(path)
        return self.zip.open(path)


FAULTS = (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)


def small(source, path, most=MOST_INDEX):
    """A file that has to be held whole; raises ValueError when it is larger than it may be."""
    with source.open(path) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError("too large")
    return content


def digest_of(source, path, size):
    """The file's SHA-256, or None as soon as it is longer than it should be."""
    digest, read = hashlib.sha256(), 0
    with source.open(path) as file:
        while True:
            chunk = file.read(CHUNK)
            if not chunk:
                return digest.hexdigest() if read == size else None
            read += len(chunk)
            if read > size:
                return None
            digest.update(chunk)


def parsed(content):
    """JSON, with every kind of nonsense told as one."""
    try:
        return json.loads(content.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply")


# ---------------------------------------------------------------- signatures


def openssl(arguments, files, given=b""):
    """Whether openssl says yes with these files in a place of their own; None where there is no openssl."""
    command = shutil.which("openssl")
    if command is None:
        return None
    with tempfile.TemporaryDirectory() as place:
        for name, part in files.items():
            with open(os.path.join(place, name), "wb") as file:
                file.write(part)
        answer = subprocess.run(
            [command, *arguments], cwd=place, input=given, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        made = os.path.join(place, "signer")
        if answer.returncode == 0 and os.path.exists(made):
            with open(made, "rb") as file:
                return file.read()
    return answer.returncode == 0


def openssl_says(key, signature, content):
    """Whether openssl finds the signature good; None where there is no openssl."""
    return openssl(
        ["dgst", "-sha256", "-verify", "key", "-signature", "signature"],
        {"key": key, "signature": signature}, content,
    )  # fmt: skip


def openssl_says_of_digest(key, signature, digest):
    """The same where only the SHA-256 of what was signed is here."""
    return openssl(
        ["pkeyutl", "-verify", "-pubin", "-inkey", "key", "-sigfile", "signature", "-in", "digest",
         "-pkeyopt", "digest:sha256"],
        {"key": key, "signature": signature, "digest": digest},
    )  # fmt: skip


SEAL_AT = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


def seal_holds(content, certificate):
    """Whether the last seal in a PDF covers the whole of it and is of this certificate; None without openssl."""
    places = SEAL_AT.findall(content)
    if not places:
        return False
    start, length, after, rest = (int(number) for number in places[-1])
    held = content[start + length : after]
    if start or after + rest != len(content) or held[:1] + held[-1:] != b"<>":
        return False
    try:
        seal = bytes.fromhex(held[1:-1].decode("ascii"))
    except ValueError:
        return False
    # Who vouches for the certificate is not asked: it is compared with the one in keys/.
    signer = openssl(
        ["cms", "-verify", "-binary", "-noverify", "-inform", "DER", "-in", "seal",
         "-content", "content", "-signer", "signer"],
        {"seal": seal, "content": content[:length] + content[after:]},
    )  # fmt: skip
    if not isinstance(signer, bytes):
        return signer
    return fingerprint(signer) == fingerprint(certificate)


def fingerprint(pem):
    """The SHA-256 of the key or certificate that comes first in the file, whatever its spelling."""
    lines = []
    for line in pem.decode("ascii", "replace").splitlines():
        if "-----END" in line:
            break
        if "-----" not in line:
            lines.append(line)
    try:
        return hashlib.sha256(base64.b64decode("".join(lines), validate=True)).hexdigest()
    except ValueError:
        return hashlib.sha256(pem).hexdigest()


# ---------------------------------------------------------------- the timeline


def sha(text):
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def canonical(value):
    """The one spelling of a value that digests are taken of."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def event_fault(event, number, head):
    """Why the chain breaks at this event; "" if it does not."""
    if event["number"] != number:
        later = event["number"] > number
        return "an event is missing" if later else "an event stands out of its order"
    if event["previous"] != head:
        return "it does not follow the event before it"
    told = [
        event["previous"], event["number"], event["kind"], event["occurred_at"],
        event["recorded_at"], event["actor_id"], event["actor_name"], event["commitments"],
    ]  # fmt: skip
    if event["digest"] != sha(canonical(told)):
        return "its digest does not match"
    fields, salts, committed = event["fields"], event["salts"], event["commitments"]
    gone = set(event.get("redacted", ()))
    if not set(fields) <= set(committed) or not set(fields) <= set(salts):
        return "it holds a field that was never recorded"
    if set(fields) & gone or not gone <= set(committed):
        return "a field was removed"
    for name, value in fields.items():
        if sha("%s|%s|%s" % (salts[name], name, canonical(value))) != committed[name]:
            return name + " was changed"
    return ""


class Timeline:
    """What the other parts of the bundle are held against."""

    def __init__(self):
        self.count, self.broken, self.digests, self.files, self.decided = 0, False, {}, {}, {}
        self.redacted, self.absent, self.erased = 0, {}, 0

    def take(self, event):
        """Remember of an event what is asked later."""
        number, fields = event["number"], event["fields"]
        self.absent[number] = (
            set(event["commitments"]) - set(fields) - set(event.get("redacted", ()))
        )
        if (
            event["kind"] == "records.erased"
        ):  # what was deleted by its term is named by the chain itself
            for other, names in fields.get("data.fields", {}).items():
                if int(other) < number:
                    self.erased += bool(self.absent.get(int(other), set()) & set(names))
                    self.absent[int(other)] = self.absent.get(int(other), set()) - set(names)
        self.count += 1
        self.digests[number] = event["digest"]
        for name in ("sha256", "document_sha256"):
            if isinstance(fields.get("data." + name), str):
                self.files.setdefault(number, set()).add(fields["data." + name])
        found = [fields[name] for name in sorted(fields) if name.startswith("findings.")]
        self.decided[number] = sha(canonical([fields.get("data.decision"), found]))
        self.redacted += bool(event.get("redacted"))


def lines_of(source, path):
    """The file's lines, none of them longer than may be."""
    with source.open(path) as file:
        while True:
            line = file.readline(MOST_LINE + 1)
            if not line:
                return
            if len(line) > MOST_LINE:
                raise ValueError("a line is too long")
            yield line


def check_timeline(source, manifest, found):
    """Every event against the one before it, and the end against what the manifest says."""
    chain, head = Timeline(), ""
    try:
        for line in lines_of(source, "timeline.jsonl"):
            try:
                event = parsed(line)
                why = "" if chain.broken else event_fault(event, chain.count + 1, head)
                chain.take(event)
                head = event["digest"]
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                why = "" if chain.broken else "it is not an event"
                chain.count += 1
            if why:
                chain.broken = True
                found.append(Found(code="chain", number=chain.count, why=why))
    except KeyError:
        return chain  # it is missing, and that was said
    except FAULTS as fault:
        found.append(Found(code="unreadable", path="timeline.jsonl", why=fault))
    left = [number for number, names in chain.absent.items() if names]
    if left and not chain.broken:
        found.append(Found(code="chain", number=min(left), why="a field was removed"))
    says = manifest["timeline"]
    if chain.count != says["events"]:
        found.append(
            Found(code="head", says="the manifest", expected=says["events"], found=chain.count)
        )
    elif head != says["head"]:
        found.append(Found(code="head_digest", says="the manifest", number=chain.count))
    return chain


# ---------------------------------------------------------------- the other parts


def check_files(source, manifest, found):
    """Every file by its size and digest; what is missing and what was added."""
    found += source.odd
    listed, left = {}, MOST_BYTES
    for row in manifest["files"]:
        path, size = row["path"], row["size"]
        listed[path] = row
        if path not in source.sizes:
            found.append(Found(code="missing", path=path))
            continue
        left -= size
        try:
            if left < 0:
                raise ValueError("the bundle is larger than it may be")
            if digest_of(source, path, size) != row["sha256"]:
                found.append(Found(code="changed", path=path))
        except FAULTS:
            found.append(Found(code="changed", path=path))
    for path in sorted(set(source.sizes) - set(listed) - {"manifest.json", "manifest.sig"}):
        found.append(Found(code="added", path=path))
    return listed


def check_documents(manifest, listed, chain, found):
    """Each document by the digest that the timeline recorded when it came."""
    for row in manifest["documents"]:
        path = row.get("path", "")
        if path and listed.get(path, {}).get("sha256") != row["sha256"]:
            found.append(Found(code="changed", path=path))
        for number in row["told_at"]:
            told = chain.files.get(number)
            if number in chain.digests and (not told or row["sha256"] not in told):
                found.append(
                    Found(
                        code="document",
                        path=path or row["number"],
                        number=number,
                        title=row["title"],
                    )
                )


def check_decisions(source, chain, found):
    """Each decision against the event that tells of it."""
    try:
        for line in lines_of(source, "decisions.jsonl"):
            row = parsed(line)
            said = sha(canonical([row.get("decision"), row.get("findings", [])]))
            if chain.decided.get(row["event"]) != said and not chain.broken:
                found.append(Found(code="decision", number=row["event"]))
    except KeyError:
        return  # it is missing, and that was said
    except FAULTS + (TypeError, AttributeError) as fault:
        found.append(Found(code="unreadable", path="decisions.jsonl", why=fault))


def check_rules(source, manifest, found):
    """Each version of the rules by the digest that the decisions keep of it."""
    for row in manifest["rules"]:
        digest, folder = hashlib.sha256(), row["path"]
        try:
            for name in sorted(row["files"]):
                content = small(source, folder + "/" + name)
                digest.update(("%s/%s\0%d\0" % (row["name"], name, len(content))).encode())
                digest.update(content)
            if digest.hexdigest() != row["digest"]:
                found.append(Found(code="rules", path=folder))
        except (KeyError, *FAULTS):
            found.append(Found(code="rules", path=folder))


def check_keys(source, manifest, found):
    """Each public key and certificate by the fingerprint that the manifest gives."""
    for row in manifest["keys"]:
        try:
            if fingerprint(small(source, row["path"])) != row["fingerprint"]:
                found.append(Found(code="key", path=row["path"]))
        except (KeyError, *FAULTS):
            found.append(Found(code="key", path=row["path"]))


def check_seals(source, manifest, found):
    """The seal inside each paper that left the house under one; how many there are."""
    sealed = [row for row in manifest["documents"] if row.get("seal") and row.get("path")]
    for row in sealed:
        try:
            good = seal_holds(small(source, row["path"]), small(source, row["seal"]))
        except (KeyError, *FAULTS):
            good = False
        if good is False:
            found.append(Found(code="seal", path=row["path"], key=row["seal"]))
    return len(sealed)


def check_packs(source, manifest, chain, found):
    """What officers took along to the door: the signature, and the event that recorded it."""
    for row in manifest["packs"]:
        for number in row["told_at"]:
            if number in chain.digests and row["sha256"] not in chain.files.get(number, ()):
                found.append(Found(code="pack", visit=row["visit"], number=number))
        if not row["signature"]:
            continue  # what went out before signatures were kept
        try:
            good = openssl_says_of_digest(
                small(source, row["key"]), base64.b64decode(row["signature"]),
                bytes.fromhex(row["sha256"]),
            )  # fmt: skip
        except (KeyError, *FAULTS):
            good = False
        if good is False:
            found.append(Found(code="pack_signature", visit=row["visit"], key=row["key"]))
    return len(manifest["packs"])


def root_of(leaf, index, size, path):
    """The root to which a leaf and its path lead (RFC 9162, 2.1.3.2); None where they lead nowhere."""
    if not 0 <= index < size:
        return None
    at, last = index, size - 1
    digest = hashlib.sha256(b"\0" + leaf).digest()
    for step in path:
        if last == 0:
            return None
        other = bytes.fromhex(step)
        if at & 1 or at == last:
            digest = hashlib.sha256(b"\1" + other + digest).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            digest = hashlib.sha256(b"\1" + digest + other).digest()
        at, last = at >> 1, last >> 1
    return digest.hex() if last == 0 else None


def check_anchors(source, manifest, chain, keys, found):
    """Each signed daily head: its signature, the way to its root, and the event that it knows."""
    for row in manifest["anchors"]:
        name = row["path"]
        try:
            statement, proof = small(source, name), parsed(small(source, row["proof"]))
            said = parsed(statement)
            pem = small(source, row["key"])
            good = openssl_says(pem, small(source, row["signature"]), statement)
            if good is False:
                found.append(Found(code="signature", path=name, key=row["key"]))
            keys.add(fingerprint(pem))
            kind, case, number, head = proof["leaf"]
            leaf = canonical(proof["leaf"]).encode()
            root = root_of(leaf, proof["index"], said["size"], proof["path"])
            if root != said["root"] or (kind, case) != ("case", manifest["case"]):
                found.append(Found(code="proof", path=name))
            says = "the anchor of " + said["day"]
            if number > chain.count:
                found.append(Found(code="head", says=says, expected=number, found=chain.count))
            elif chain.digests.get(number) != head:
                found.append(Found(code="head_digest", says=says, number=number))
        except (KeyError, TypeError, AttributeError, *FAULTS) as fault:
            found.append(Found(code="unreadable", path=name, why=fault))


# ---------------------------------------------------------------- all of it


def signed_by(source, content, manifest, published, found):
    """The fingerprint of the key that signed the manifest, and whether openssl could look."""
    name = str(manifest["seal"]["key"])
    try:
        pem, signature = small(source, name), small(source, "manifest.sig", 1 << 16)
    except (KeyError, *FAULTS):
        found.append(Found(code="signature", path="manifest.json", key=name))
        return "", True
    print_ = fingerprint(pem)
    if published is not None and fingerprint(published) != print_:
        found.append(Found(code="other_key"))
    good = openssl_says(pem, signature, content)
    if good is False:
        found.append(Found(code="signature", path="manifest.json", key=name))
    return print_, good is not None


def check(source, published=None):
    """Everything that is not as it was, and what is to be told of the bundle itself."""
    found, keys = [], set()
    try:
        content = small(source, "manifest.json")
        manifest = parsed(content)
        if manifest["format"] != FORMAT or manifest["version"] != VERSION:
            raise NoBundle("manifest.json: its format is not %s %s" % (FORMAT, VERSION))
        key, looked = signed_by(source, content, manifest, published, found)
        listed = check_files(source, manifest, found)
        chain = check_timeline(source, manifest, found)
        check_documents(manifest, listed, chain, found)
        check_decisions(source, chain, found)
        check_rules(source, manifest, found)
        check_anchors(source, manifest, chain, keys, found)
        check_keys(source, manifest, found)
        seals = check_seals(source, manifest, found)
        packs = check_packs(source, manifest, chain, found)
        told = {
            "case": manifest["case"], "number": manifest["number"], "events": chain.count,
            "files": len(listed), "anchors": [row["day"] for row in manifest["anchors"]],
            "redacted": bool(manifest["redacted"]), "redacted_events": chain.redacted,
            "erased_events": chain.erased,
            "withheld": sum("path" not in row for row in manifest["documents"]),
            "made_at": manifest["made_at"][:16].replace("T", " ") + " UTC", "key": key, "signature_checked": looked,
            "verifier": listed.get("verify.py", {}).get("sha256", ""),
            "anchor_keys": sorted(keys - {key}), "seals": seals, "packs": packs,
        }  # fmt: skip
    except (KeyError, TypeError, AttributeError, *FAULTS) as fault:
        raise NoBundle("manifest.json: %s %s" % (type(fault).__name__, fault))
    unique = []
    for one in found:
        if one not in unique:
            unique.append(one)
    return unique, told


def opened(place):
    """The bundle, packed or unpacked."""
    return Folder(place) if os.path.isdir(place) else Zip(place)


TOLD = {
    "zh": [
        "案件 {case}，案卷包 {number}，制作于 {made_at}",
        "事件 {events} 个（其中 {redacted_events} 个有遮盖，{erased_events} 个的部分内容已依保存期限删除），文件 {files} 份，未附文件 {withheld} 份，存证 {days} 日",
        "另已核对：加盖电子印章的文件 {seals} 份，带往门前的资料 {packs} 份",
        "签名密钥指纹：{key}",
        "清单所列 verify.py 的摘要：{verifier}",
        "请将以上两项与对方公布的数值比对：替换了密钥或本程序的人，也能让本程序说“一致”。",
    ],
    "en": [
        "Case {case}, bundle {number}, made at {made_at}",
        "{events} events ({redacted_events} with parts blacked out, {erased_events} with parts deleted by their term), {files} files, {withheld} withheld, {days} daily anchors",
        "Checked besides: {seals} papers under a seal, {packs} packs that were taken along to the door",
        "Fingerprint of the signing key: {key}",
        "Digest of verify.py as listed: {verifier}",
        "Compare these two with the published ones: whoever replaces the key or this program can make it say yes.",
    ],
}
ENDS = {
    0: ("OK: nothing was changed since the bundle was signed.", "一致：自签名之后没有任何改动。"),
    1: ("NOT OK: this was changed.", "不一致：有改动。"),
    2: ("This is no bundle.", "这不是案卷包。"),
    3: (
        "All digests hold, but the signature could not be checked: openssl is not on this computer.",
        "摘要全部一致，但签名未能校验：本机没有 openssl。",
    ),
}


def main(given=None):
    """Check, tell, and end with a code."""
    parser = argparse.ArgumentParser(description="Check a bundle for a court. 校验案卷包。")
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("bundle", nargs="?", default=here)
    parser.add_argument("--key", help="the published public key (PEM) 公布的公钥")
    parser.add_argument("--lang", choices=["zh", "en", "both"], default="both")
    parser.add_argument("--json", action="store_true", help="tell it for a program 供程序读取")
    options = parser.parse_args(given)
    told, found = {}, []
    try:
        published = open(options.key, "rb").read() if options.key else None
        found, told = check(opened(options.bundle), published)
        code = 1 if found else 0 if told["signature_checked"] else 3
    except (NoBundle, OSError) as fault:
        code, found = 2, [Found(code="not_a_bundle", why=fault)]
    if options.json:
        rows = [dict(one, en=one.told("en"), zh=one.told("zh")) for one in found]
        print(json.dumps({"code": code, "found": rows, "bundle": told}, indent=1, default=str))
        return code
    for language in ("zh", "en") if options.lang == "both" else (options.lang,):
        for line in TOLD[language] if told else []:
            print(line.format(days=len(told["anchors"]), **told))
        for one in found:
            print(" - " + one.told(language))
        print(ENDS[code][language == "zh"])
        print()
    return code


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(main())
