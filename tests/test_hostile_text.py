"""Whatever a person has written stays text: on every page, in papers, in e-mails, in files for spreadsheets.

Every field into which words can be written is filled with texts that would do something if a page took
them for markup, an e-mail for a header or a spreadsheet for a formula.
"""

import csv
import io
import re
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from itertools import cycle
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as used
from django.contrib.staticfiles import finders
from django.db import Error, models, transaction
from django.urls import reverse
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from agreements.models import Agreement
from agreements.papers.account import account_pdf
from agreements.papers.agreement import agreement_pdf
from cases.models import Case
from documents.render import FONTS
from looking.models import Unmasking
from notices.channels import Message, email
from tests.conftest import CHROMIUM, FOLDER, Clock, Mailbox
from tests.exports.cast import agreed, asked, content, made
from tests.hostile import FORMULAS, INJECTED, KINDS, MARK, PAYLOADS, intruders
from tests.portal.own_cast import Inside, inside
from tests.portal.test_in_a_browser import PAGES as OWN
from tests.test_bad_input import left
from tests.test_consistency import our_models
from tests.test_rights import TABLE, methods_of
from tests.world import NOW, World, build, rolled_back, signed_in
from workflow.steps import note

WHO = ["supervisor", "clerk", "compliance", "officer", "administrator"]
NOT_TYPED = re.compile(
    r"\.(\w*(sha256|digest|nonce|mark|fingerprint|sealed|certificate|_key|_id)|key|slug|head|root|previous"
    r"|language|country|region|currency|zone|mime|kind|rule|role|channel|provider|layout|encoding|state"
    r"|wording|version|pack|erased_by|erased_under|position|password|username|group|forged_why|names|serial)$"
)
"""Digests, secrets, and codes that the product chooses from a list of its own or draws itself."""
OF_THE_PRODUCT = {
    **dict.fromkeys(
        [
            "documents.Document.number", "notices.LetterRun.number", "cases.Case.reference", "cases.DataRequest.number",
            "cases.ImportBatch.number", "cases.LawyersLetter.number", "visits.Visit.reference", "agreements.Agreement.number",
            "agreements.Payment.number", "agreements.Refund.number", "banking.Statement.number", "outreach.NoticeRun.number",
            "quality.Complaint.number", "quality.Sample.number", "exports.Export.number", "court.Bundle.number",
            "rulebook.PackVersion.reference", "rulebook.PackVersion.name", "workflow.Approval.subject", "exports.Export.why",
        ],
        "A number or code that the product gives, and pages are addressed by.",
    ),
    "cases.LedgerEntry.remark": "The ledger is final in the database, and the product writes its remarks.",
    "documents.Document.title": "A paper is final in the database; its title is filled where one is taken in.",
    "documents.Document.filename": "Final as well.",
    "timeline.Event.actor_name": "The timeline is final; events with hostile words are written to it instead.",
    "door.Item.text": "JSON as a phone has sent it, which is read before it is kept.",
    "notices.MessageVersion.subject": "A version of a text is final in the database, and read by a person before.",
    "notices.MessageVersion.body": "Final as well.",
    "agreements.CashNumber.spoiled_why": "The database wants it empty unless the number was spoiled.",
    "agreements.Refund.bank_reference": "The database wants it empty until the money was sent.",
    "agreements.Signature.place": "The database wants it empty for a signature that is not on paper.",
    "visits.Incident.done": "The database wants it empty while an incident is open; Incident.what is filled.",
    "documents.Seal.subject": "Part of a certificate.",
}  # fmt: skip


@dataclass
class Filled:
    """The world with its words exchanged; which fields and payloads that were."""

    world: World
    own: Inside | None = None
    fields: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    placed: set[str] = field(default_factory=set)


def typed() -> Iterator[tuple[type[models.Model], Any]]:
    """The fields of our tables into which a person can write what he likes."""
    for model in our_models():
        for one in model._meta.concrete_fields:
            name = f"{model._meta.label}.{one.name}"
            free = isinstance(one, models.CharField | models.TextField) and not one.choices
            if free and not NOT_TYPED.search(name) and name not in OF_THE_PRODUCT:
                yield model, one


def fill(to: Filled) -> None:
    """Another payload in every row of every field, as long as the field takes it; all have their turn."""
    waiting = list(PAYLOADS)
    for model, one in typed():
        name = f"{model._meta.label}.{one.name}"
        rows = list(model._base_manager.order_by("pk").values_list("pk", flat=True))
        for pk in rows:
            most = one.max_length or 400
            text = next((text for text in waiting if len(text) <= most), "<b>"[:most])
            try:
                with transaction.atomic():
                    model._base_manager.filter(pk=pk).update(**{one.name: text})
            except Error:
                to.refused.add(name)
            else:
                to.fields[name] = to.fields.get(name, 0) + 1
                to.placed.add(text)
                if text in waiting:  # the one that has stood longest is the next
                    waiting.remove(text)
                    waiting.append(text)


def tell(world: World) -> None:
    """Hostile words on the timeline, which nobody can change afterwards."""
    case = Case.objects.get(pk=world.case.pk)
    for start in range(0, len(PAYLOADS), 40):
        words = PAYLOADS[start : start + 40]
        data = {"words": " ".join(words), "reason": words[0], "list": words[:3]}
        note(case, event="case.noted", by=world.people["clerk"], at=NOW, data=data)


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Filled]:
    clock = Clock(FOLDER / "clock")
    with django_db_blocker.unblock(), rolled_back():
        clock.set(NOW)
        world = build()
        left(world)
        filled = Filled(world)
        for who in ("supervisor", "clerk"):
            for group in ("identity", "numbers", "addresses", "accounts", "health"):
                Unmasking.objects.create(
                    case=world.case, group=group, why="review", user=world.people[who], at=NOW,
                    until=NOW + timedelta(minutes=30),
                )  # fmt: skip
        tell(world)
        debtor = world.at_door.case.debtor
        answer = debtor.id_number
        fill(filled)
        debtor.__class__.objects.filter(pk=debtor.pk).update(id_number=answer)
        filled.own = inside(Case.objects.get(pk=world.at_door.case_id), NOW)
        yield filled
    clock.reset()


@pytest.fixture
def filled(built: Filled, clock: Any) -> Iterator[Filled]:
    clock.set(NOW)
    with rolled_back():
        yield built


def pages(world: World) -> Iterator[tuple[str, str, Any]]:
    """Every page of the house that one of the five may open, as the first of them sees it."""
    for name, route in TABLE.items():
        if "GET" not in methods_of(route):
            continue
        address = reverse(name, args=route.args(world) if route.args else [])
        for who in WHO:
            with rolled_back():
                client = signed_in(world.people[who])
                client.raise_request_exception = False
                answer = client.get(address)
            assert Case.objects.exists(), (name, who)
            assert answer.status_code < 500, (name, who, answer.exc_info)
            if answer.status_code == 200:
                yield f"{name} ({who})", address, answer
                break


def own_pages(own: Inside) -> Iterator[tuple[str, str, Any]]:
    """The debtor's own, some time after the link was opened: a session of a later moment would not be believed."""
    Clock(FOLDER / "clock").set(NOW + timedelta(minutes=5))
    own.client.raise_request_exception = False
    for where in OWN:
        address = f"/m/{own.token}/{where}/"
        with rolled_back():
            answer = own.client.get(address, headers={"Accept-Language": "en"})
        assert answer.status_code in {200, 404}, (
            where,
            answer.status_code,
        )  # 404: the visit is over
        yield f"own: {where}", address, answer


@pytest.fixture(scope="module")
def opened(built: Filled, django_db_blocker: Any) -> list[tuple[str, str, Any]]:
    """All pages, asked for once."""
    Clock(FOLDER / "clock").set(NOW)  # the test before has put it back
    with django_db_blocker.unblock():
        assert built.own
        return [*pages(built.world), *own_pages(built.own)]


def html_of(answer: Any) -> str:
    """The page's text, or nothing where it is a file."""
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    return answer.content.decode() if is_page else ""


class TestPayloads:
    def test_are_many_and_no_two_alike(self) -> None:
        assert len(set(PAYLOADS)) == len(PAYLOADS) >= 200
        marks = [MARK.search(payload) for payload in PAYLOADS]
        assert len({mark.group() for mark in marks if mark}) == len(PAYLOADS)

    def test_are_found_where_a_page_takes_them_for_markup(self) -> None:
        """Else the test of the pages could not fail: tried in each place without escaping."""
        places = ["<p>{}</p>", '<p title="{}">x</p>', "<p title='{}'>x</p>", "<p title={}>x</p>", '<a href="{}">x</a>',
                  "<script>let a = '{}'</script>", "<textarea>{}</textarea>", "<title>{}</title>", "<style>{}</style>",
                  "<!-- {} -->"]  # fmt: skip
        for payload in PAYLOADS:
            assert any(intruders(place.replace("{}", payload))[0] for place in places), payload


class TestFields:
    def test_hold_all_payloads(self, filled: Filled) -> None:
        assert set(PAYLOADS) - filled.placed == set()

    def test_are_all_filled_where_there_is_a_row(self, filled: Filled) -> None:
        expected = {
            f"{model._meta.label}.{one.name}" for model, one in typed() if model._base_manager.exists()
        }  # fmt: skip
        assert " ".join(sorted(expected - set(filled.fields))) == ""
        assert len(filled.fields) >= 100
        known = {f"{m._meta.label}.{one.name}" for m in our_models() for one in m._meta.fields}
        assert set(OF_THE_PRODUCT) - known == set()


class TestPages:
    def test_show_whatever_was_written_as_text(self, opened: list[Any]) -> None:
        wrong, seen, asked_for = {}, set(), 0
        for name, _address, answer in opened:
            found, said = intruders(html_of(answer))
            asked_for += 1
            seen |= said
            if found:
                wrong[name] = found[:5]
        assert wrong == {}
        assert asked_for >= 150
        assert len(seen) >= 200  # else the pages would show little of what was filled in

    def test_run_nothing_in_a_browser(self, opened: list[Any]) -> None:
        """The pages with the most payloads, with their own headers, styles and scripts, in Chromium."""
        every = {
            address: (name, answer, len(intruders(html_of(answer))[1]))
            for name, address, answer in opened
            if html_of(answer)
        }
        named = [a for a, (name, _page, _n) in every.items() if name.split(" ")[0] in SHOWN]
        most = sorted(every, key=lambda address: -every[address][2])[:30]
        chosen = list(dict.fromkeys([*named, *most]))
        assert len(chosen) >= 30
        with ThreadPoolExecutor(1) as apart:  # its loop would give this thread another connection
            assert apart.submit(seen_running, chosen, every).result() == []


SHOWN = {
    "desk:work", "desk:case", "desk:timeline", "visits:visit", "agreements:agreement", "notices:notice", "desk:dashboard",
    "quality:complaints", "quality:matter", "exports:exports", "notices:outbox", "agreements:account", "own:",
}  # fmt: skip
TOUCH = """() => {
    for (const one of document.querySelectorAll('main *')) {
        for (const event of ['mouseover', 'pointerenter', 'focus', 'toggle'])
            one.dispatchEvent(new Event(event));
    }
    const found = [...document.querySelectorAll('*')].filter(one => /zq\\d+z/.test(
        one.tagName.toLowerCase() + ' ' + one.getAttributeNames().join(' ')));
    return [...found.map(one => one.outerHTML.slice(0, 120)), ...('__ran' in window ? ['it ran'] : [])];
}"""


def seen_running(chosen: list[str], every: dict[str, Any]) -> list[Any]:
    """What the browser has to say of those pages: what ran, what became markup, what the policy refused."""
    complaints: list[Any] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        page = chromium.new_page()
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda line: (
                complaints.append(f"{page.url}: {line.text}")
                if "Security Policy" in line.text
                else None
            ),
        )
        page.route("**/*", lambda route: answered(route, every, complaints))
        for address in chosen:
            page.goto(f"http://house.example{address}", wait_until="load")
            complaints += [(address, ran) for ran in page.evaluate(TOUCH)]
        chromium.close()
    return complaints


def answered(route: Any, every: dict[str, Any], complaints: list[str]) -> None:
    """What the site would answer: a page that was asked for before, a file of its own; else there is none."""
    parts = urlsplit(route.request.url)
    if parts.hostname != "house.example":
        complaints.append(f"asked for {route.request.url}")
        route.abort()
    elif parts.path in every and route.request.resource_type == "document":
        answer = every[parts.path][1]
        route.fulfill(status=200, headers=dict(answer.headers), body=answer.content)
    elif parts.path.startswith(used.STATIC_URL) and (
        file := finders.find(parts.path.removeprefix(used.STATIC_URL))
    ):
        route.fulfill(path=file)
    else:
        route.fulfill(status=204)


# ---------------------------------------------------------------- papers

_watched: list[tuple[str, str]] | None = None


OWN_URLS = (f"{FONTS.resolve().as_uri()}/", "data:image/svg+xml;base64,")
"""Our fonts, and the QR code that stands in the page itself."""


def _watch(event: str, given: tuple[Any, ...]) -> None:
    reaches = event in {
        "socket.connect",
        "socket.getaddrinfo",
        "subprocess.Popen",
        "urllib.Request",
    }
    ours = event == "urllib.Request" and str(given[0]).startswith(OWN_URLS)
    if _watched is not None and not ours and (event == "open" or reaches):
        _watched.append((event, str(given[0] if event == "open" else given)))


@contextmanager
def watched() -> Iterator[list[tuple[str, str]]]:
    """Every file that Python opens meanwhile, and every address that it asks for."""
    global _watched
    if not getattr(sys, "_doors_watched", False):
        sys.addaudithook(_watch)
        sys._doors_watched = True  # type: ignore[attr-defined]
    _watched = kept = []
    yield kept
    _watched = None


OURS = [
    FONTS.resolve(), Path(used.BASE_DIR).resolve(), Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve() / "lib",
    Path("/usr/share/zoneinfo"), Path("/usr/share/fonts"), Path(gettempdir()),
]  # fmt: skip
"""Our fonts, sheets, templates and words, and what Python itself reads."""
NEVER = re.compile(r"passwd|\.env|/var/(?!.*fontconfig)|settings\.py$")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen(8)
        one.settimeout(0.1)
        yield one


@pytest.mark.parametrize("kind", KINDS)
class TestPapers:
    @pytest.mark.parametrize("paper", ["agreement", "account"])
    def test_show_it_as_text_and_fetch_nothing(
        self, filled: Filled, listener: socket.socket, kind: str, paper: str
    ) -> None:
        said = KINDS[kind].format(port=listener.getsockname()[1])
        agreement = Agreement.objects.get(pk=filled.world.draft.pk)
        case = agreement.case
        debtor, creditor = case.debtor, case.creditor
        debtor.name = debtor.name_en = creditor.name = creditor.name_en = said
        debtor.save()
        creditor.save()
        debtor.addresses.update(text=said, city=said[:40], district=said[:40])
        fresh = Agreement.objects.get(pk=agreement.pk)
        with watched() as happened:
            pdf = agreement_pdf(fresh) if paper == "agreement" else account_pdf(fresh.case, at=NOW)
        reader = PdfReader(io.BytesIO(pdf))
        text = "".join("".join(page.extract_text() for page in reader.pages).split())
        assert "".join(said.split()) in text
        assert "root:" not in text
        assert not [name for name in reader.attachments if "passwd" in name]
        assert [one for one in happened if one[0] != "open"] == []
        files = {Path(name).resolve() for what, name in happened if what == "open" and "/" in name}
        assert [f for f in files if not any(f.is_relative_to(ours) for ours in OURS)] == []
        assert [f for f in files if NEVER.search(str(f))] == []
        with pytest.raises(TimeoutError):
            listener.accept()


# ---------------------------------------------------------------- e-mails


def hostile_message(text: str) -> Message:
    return Message(
        key=f"case:{text}", to="haiyan@debtor.example", subject=text, text=text, language="en", sender=text,
        reply_to="office@house.example",
    )  # fmt: skip


class TestEmails:
    def test_hold_it_as_plain_text_under_the_same_headers(self) -> None:
        plain = email.compose(hostile_message("a")).message()
        for text in [*PAYLOADS, *INJECTED]:
            raw = email.compose(hostile_message(text)).message().as_bytes()
            read = message_from_bytes(raw, policy=policy.default)
            assert read.keys() == plain.keys(), text
            assert read.get_content_type() == "text/plain"
            assert [a.addr_spec for a in read["To"].addresses] == ["haiyan@debtor.example"]
            assert len(read["From"].addresses) == 1
            assert "zq.example" not in read["From"].addresses[0].domain
            assert not read.is_multipart()
            kept = read.get_content().splitlines()
            assert "".join("".join(kept).split()) == "".join("".join(text.splitlines()).split())

    def test_arrive_with_one_reader_each(self, mailbox: Mailbox) -> None:
        with email.house_line() as line:
            for text in INJECTED:
                line.send(hostile_message(text))
        arrived = mailbox.wait(len(INJECTED))
        assert len(arrived) == len(INJECTED)
        assert {one["X-Envelope-To"] for one in arrived} == {"haiyan@debtor.example"}
        assert not [one for one in arrived if one["Bcc"] or one.get_content_type() != "text/plain"]


# ---------------------------------------------------------------- files for spreadsheets

A_NUMBER = re.compile(r"[-+]?[\d ,.]+%?")


def formulas(file: bytes) -> list[str]:
    """The cells that a spreadsheet would take for a formula."""
    rows = csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""))
    return [
        cell for row in rows for cell in row
        if cell[:1] in tuple("=+-@\t\r\n＝＋－＠") and cell and not A_NUMBER.fullmatch(cell)
    ]  # fmt: skip


class TestSpreadsheets:
    @pytest.mark.parametrize("turn", range(0, len(FORMULAS), 11))
    def test_hold_no_formula_in_a_list_of_cases(self, filled: Filled, turn: int) -> None:
        for number, case in enumerate(Case.objects.order_by("pk")):
            said = FORMULAS[(turn + number) % len(FORMULAS)]
            case.debtor.__class__.objects.filter(pk=case.debtor_id).update(
                name=said, id_number=said[:30]
            )
            case.debtor.contact_points.update(value=said)
            case.debtor.addresses.update(city=said[:40], text=said)
            case.creditor.__class__.objects.filter(pk=case.creditor_id).update(name=said)
        export = asked(
            kind="cases", form="csv", cases=Case.objects.all(), in_full=True, by=filled.world.people["supervisor"],
        )  # fmt: skip
        file = content(made(agreed(export, by=filled.world.people["compliance"])))
        assert b"SUM(A1:A9)" in file
        assert formulas(file) == []

    def test_hold_no_formula_in_any_other_file(self, filled: Filled) -> None:
        texts = cycle(FORMULAS)
        for model, one in typed():
            if (one.max_length or 400) >= 60:
                for pk in model._base_manager.values_list("pk", flat=True):
                    try:
                        with transaction.atomic():
                            model._base_manager.filter(pk=pk).update(**{one.name: next(texts)})
                    except Error:
                        continue
        files = {
            name: b"".join(answer) if answer.streaming else answer.content
            for name, _address, answer in pages(filled.world)
            if "csv" in answer.headers.get("Content-Type", "")
        }
        assert files
        assert {name: formulas(file) for name, file in files.items() if formulas(file)} == {}

    def test_are_all_of_plain_text(self) -> None:
        """No workbook is written anywhere; one that is would need its cells tried here."""
        root = Path(used.BASE_DIR)
        names = {model.__module__.split(".")[0] for model in our_models()} | {"common", "exports"}
        sources = [file for name in names for file in (root / name).rglob("*.py")]
        assert [
            file for file in sources if re.search(r"Workbook\(|xlsxwriter", file.read_text())
        ] == []
