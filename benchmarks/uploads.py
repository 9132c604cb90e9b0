"""Sixty hostile files sent to a site that is used meanwhile: what becomes of them, of its memory, of other pages.

    ./doorstep run --port 8148 &
    ./doorstep manage shell -c "from benchmarks import uploads; uploads.run('http://127.0.0.1:8148')"

Needs the demo's data and accounts, and a machine that does nothing else. What is kept (a file is kept as it came in
before its rows are read) is told at the end with how a browser gets it.
"""

import io
import itertools
import multiprocessing
import os
import random
import re
import statistics
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from struct import pack

import requests
from django.conf import settings
from PIL import Image

from cases.models import Case, ImportRow
from documents.models import Document
from people.models import User
from tests.documents.test_taking_in import TYPES, packed

SEED, FILES, SENDERS = 20261128, 60, 2
PASSWORD = "door-step-2026"  # noqa: S105 - the demo's, for every account
WHERE = ["/imports/new/", "/money-in/statements/new/", "/cases/{case}/papers/add/"]
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
MB = 1024 * 1024


def run(site: str, rounds: int = 300) -> None:
    """Measure and print."""
    case = Case.objects.visible_to(User.objects.get(username="clerk")).order_by("-pk")[0]
    files = list(itertools.islice(itertools.cycle(hostile()), FILES))
    random.Random(SEED).shuffle(files)
    kept, pages = _kept(), Pages(site, case)
    newest = Document.objects.order_by("-pk").values_list("pk", flat=True)[0]
    quiet = pages.asked(rounds)
    # What packs bodies is not to hold up who asks for pages.
    fork = multiprocessing.get_context("fork")
    answers = fork.SimpleQueue()
    senders = [
        fork.Process(target=_send, args=(site, case.reference, files[at::SENDERS], answers.put))
        for at in range(SENDERS)
    ]
    memory, beside = Memory(), []
    for each in (memory, *senders):
        each.start()
    while any(sender.is_alive() for sender in senders):
        beside += pages.asked(1)
    memory.over.wait(5)  # what the worker reads, it reads after the answer
    memory.stop()
    for name, status, took in sorted(answers.get() for _file in files):
        print(f"{status} {took:6.2f} s {name}")
    print("\n| | before | meanwhile | meanwhile / before |\n| --- | --- | --- | --- |")
    for name, part in (("median", 50), ("p95", 95)):
        first, then = (statistics.quantiles(x, n=100)[part - 1] * 1000 for x in (quiet, beside))
        print(f"| other pages, {name}, ms | {first:.0f} | {then:.0f} | {then / first:.2f} |")
    for role, (first, most) in memory.seen.items():
        print(
            f"| {role}, largest process, MB | {first / MB:.0f} | {most / MB:.0f} | {most / first:.2f} |"
        )
    print(f"\npages meanwhile: {len(beside)}; kept before {kept}, after {_kept()}")
    new = Document.objects.filter(pk__gt=newest).order_by("pk")
    shown = [f"{one.filename} {one.mime} {pages.shown(one)}" for one in new]
    print("kept, and how each is handed out:", *shown, sep="\n")


def hostile() -> Iterator[tuple[str, bytes]]:
    """Files that are not what they say, or swell, or lead elsewhere; a name and what is in it."""
    zeros, head = b"0" * MB, b"%PDF-1.7\n"
    yield "swells.xlsx", _packed(("xl/workbook.xml", zeros * 200))
    cells = f"{SHEET}<row>{'<c/>' * 16000}{'</row>' * 300}"
    yield "cells.xlsx", _packed(("xl/worksheets/sheet1.xml", cells.encode()))
    yield "entities.xlsx", _packed(("xl/workbook.xml", _entities()))
    inner = _packed(("a.zip", _packed(("b", zeros * 50))))
    yield "nested.docx", _packed(("word/document.xml", inner))
    yield "slip.docx", _packed(("../../../tmp/slip", b"x"), ("/etc/cron.d/slip", b"x"))
    yield "many.xlsx", _packed(*((f"xl/{number}.xml", b"") for number in range(60_000)))
    yield "flood.png", _flood(60_000)
    yield "flood.jpg", _flood(60_000)
    yield "cut.jpg", _picture("JPEG")[:200]
    yield "page.png", b"<!doctype html><script>alert(1)</script>"
    yield "drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    yield "both.jpg", _picture("JPEG") + b"<script>alert(1)</script>" + zeros * 25
    yield "program.pdf", b"MZ\x90\x00" + zeros
    yield "large.pdf", head + zeros * 150
    yield "../../../etc/passwd\u202e.pdf", b"\x7fELF" + zeros
    yield "n" * 300 + ".csv", b"\x00" * MB
    yield "cell.csv", b"a,b\n" + b"x" * 10 * MB + b",1\n"
    yield "open.csv", b'a,b\n"' + b"x,\n" * MB
    yield "wide.csv", b"," * 10 * MB
    yield "statement.xml", b'<?xml version="1.0"?>' + _entities()


def _packed(*parts: tuple[str, bytes]) -> bytes:
    return packed((TYPES, b"<Types/>"), *parts)


def _entities() -> bytes:
    named = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE a [<!ENTITY e0 "ha">{named}]><a>&e9;</a>'.encode()


def _flood(side: int) -> bytes:
    """The head of a picture of so many pixels each way, and none of them."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    drawn = chunk(b"IDAT", zlib.compress(b"\0" * 10 * MB))
    return b"\x89PNG\r\n\x1a\n" + head + drawn + chunk(b"IEND", b"")


def _picture(kind: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (400, 300), "navy").save(made, kind)
    return made.getvalue()


def _signed_in(site: str, name: str) -> requests.Session:
    session = requests.Session()
    session.headers["Referer"] = site
    page = session.get(f"{site}/sign-in/")
    told = session.post(page.url, {**_filled(page.text), "username": name, "password": PASSWORD})
    assert "password" not in told.url, told.url
    assert told.ok
    return session


def _filled(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms, and the first real choice of each list."""
    given = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', page, re.DOTALL):
        given[name] = (re.findall(r'<option value="([^"]+)"', options) or [""])[0]
    return given


def _send(
    site: str,
    case: str,
    files: list[tuple[str, bytes]],
    told: Callable[[tuple[str, int, float]], None],
) -> None:
    session, where = _signed_in(site, "clerk"), itertools.cycle(WHERE)
    for (name, content), path in zip(files, where, strict=False):
        url = site + path.format(case=case)
        given = _filled(session.get(url).text)
        began = time.perf_counter()
        try:
            status = session.post(url, given, files={"file": (name, content)}).status_code
        except requests.ConnectionError:  # cut off before all was sent
            status = 0
        told((f"{path} {name[:40]!a} {len(content):,}", status, time.perf_counter() - began))


class Pages:
    """What somebody else looks at: lists, a case, its timeline."""

    def __init__(self, site: str, case: Case) -> None:
        self.session, self.site = _signed_in(site, "supervisor"), site
        paths = ["/", f"/cases/{case.reference}/", f"/cases/{case.reference}/timeline/", "/rights/"]
        self.urls = itertools.cycle([site + path for path in paths])

    def asked(self, rounds: int) -> list[float]:
        """How long each of so many took, in seconds."""
        took = []
        for url in itertools.islice(self.urls, rounds):
            began = time.perf_counter()
            assert self.session.get(url).status_code == 200, url
            took.append(time.perf_counter() - began)
        return took

    def shown(self, document: Document) -> str:
        """How the browser is told to take that file, or that it gets none."""
        told = self.session.get(f"{self.site}/documents/{document.number}/")
        return told.headers.get("Content-Disposition", "")[:10] or f"{told.status_code}"


class Memory(threading.Thread):
    """The resident memory of the largest process of each kind, in bytes: at first, and at most."""

    ROLES = ("web", "worker")

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.seen: dict[str, tuple[int, int]] = {}

    def run(self) -> None:
        """Look fifty times a second."""
        of = {role: list(self._processes(role)) for role in self.ROLES}
        while not self.over.wait(0.02):
            for role, found in of.items():
                now = max((self._resident(pid) for pid in found), default=0)
                first, most = self.seen.get(role, (now, 0))
                self.seen[role] = first, max(most, now)

    def stop(self) -> None:
        """Look no more."""
        self.over.set()
        self.join()

    @staticmethod
    def _processes(role: str) -> Iterator[int]:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                told = (folder / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if f"DOORSTEP_ROLE={role}".encode() in told:
                yield int(folder.name)

    @staticmethod
    def _resident(pid: int) -> int:
        try:
            return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf(
                "SC_PAGE_SIZE"
            )
        except OSError:
            return 0


def _kept() -> dict[str, int]:
    """What a file that is taken in leaves behind."""
    held = sum(1 for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())
    rows = {"documents": Document, "cases": Case, "rows of files": ImportRow}
    return {"files": held} | {name: model.objects.count() for name, model in rows.items()}
