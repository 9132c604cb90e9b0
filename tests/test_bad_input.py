"""Whatever is typed or sent: never an error page, always a word at the field, and nothing half-done.

Driven by the table of addresses and by the form classes themselves: a new form is tried by itself once
its address stands in the table of ``test_rights``, and fails here if nothing leads to it.
"""

import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import product
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.urls import get_resolver, reverse
from django.utils import translation
from django.utils.html import escape

from agreements import papers
from cases.models import Case
from notices.texts.changing import propose_wording, release_wording
from notices.texts.filed import filed
from tests import make, walk
from tests.agreements import cast
from tests.test_consistency import routes
from tests.test_rights import OF_A_KEY, TABLE, ask_with_key, methods_of
from tests.world import NOW, World, build, rolled_back, rows_of_house, signed_in
from visits.actions import arriving, recording
from visits.models import Visit
from workflow.forms import DeskForm, MoneyField, PlaceTimeField

HTML = "<script>alert(1)</script><img src=x onerror=alert(2)>"
ODD_TEXTS = {
    "html": HTML,
    "emoji": "😀👩‍👩‍👧‍👦 é́́",
    "right to left": "\u202egnp.exe\u202c مرحبا",
    "quotes": "'\"`;--{{7*7}}{% now %}%s%(x)s\\",
    "lines": "一\r\n二\u2028三\x0b四",
    "formula": "=cmd|' /C calc'!A0",
}
"""Texts that may well be taken in; then they are kept and shown as what they are: text."""
BAD: list[tuple[Callable[[forms.Field], bool], list[Any]]] = [
    (
        lambda f: isinstance(f, MoneyField) and f.decimal_places == 4,  # a rate
        ["abc", "-1", "-0.01", "1.23456", "NaN", "Infinity", "1e400", "9" * 20, "1,2,x", "0x10", "\x00"],
    ),
    (
        lambda f: isinstance(f, MoneyField),
        ["abc", "-1", "-0.01", "1.234", "NaN", "Infinity", "1e400", "9" * 20, "1,2,x", "0x10", "\x00"],
    ),
    (
        lambda f: isinstance(f, PlaceTimeField),
        ["2026-02-31T10:00", "0001-01-01T00:00", "9999-12-31T23:59", "10:00", "tomorrow", "0", "\x00",
         "2026-03-05T25:00", "1" * 500],
    ),
    (
        lambda f: isinstance(f, forms.DateField),
        ["2026-02-31", "0001-01-01", "9999-12-31", "0000-00-00", "31", "-1", "tomorrow", "\x00",
         "1" * 500],
    ),
    (
        lambda f: isinstance(f, forms.IntegerField),
        ["-1", "1.5", "two", "9" * 30, "1e3", "½", "\x00", HTML],
    ),
    (
        lambda f: isinstance(f, forms.FileField),
        ["exe", "html", "svg", "svgz", "bare", "empty", "huge", "broken", "bomb"],
    ),
    (
        lambda f: isinstance(f, forms.ModelChoiceField),
        ["0", "-1", "9" * 20, "abc", "\x00", HTML, "foreign"],
    ),
    (lambda f: isinstance(f, forms.ChoiceField), ["nonsense", "\x00", HTML, "-1", "x" * 500]),
    (lambda f: isinstance(f, forms.BooleanField), []),
    (
        lambda f: isinstance(f, forms.CharField),
        ["too long", "a\x00b"],
    ),
]  # fmt: skip
PICTURE = cast.drawn()


def file_of(kind: str) -> SimpleUploadedFile:
    """A file that is not what it says, or says what nobody wants."""
    if kind == "huge":
        return SimpleUploadedFile("scan.pdf", make.PDF + b"0" * (20 * 1024 * 1024))
    name, content = {
        "exe": ("contract.pdf", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff"),
        "html": ("photo.png", b"<!doctype html><script>alert(1)</script>"),
        "svg": ("photo.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        "svgz": ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        "bare": ("contract", make.PDF),
        "empty": ("contract.pdf", b""),
        "broken": ("photo.png", PICTURE[:60]),
        "bomb": ("photo.png", bombed()),
    }[kind]
    return SimpleUploadedFile(name, content)


def bombed() -> bytes:
    """A picture of a few bytes that says it has four thousand million points."""
    import struct
    import zlib

    head = b"IHDR" + struct.pack(">IIBBBBB", 65_000, 65_000, 8, 2, 0, 0, 0)
    return PICTURE[:8] + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


# ---------------------------------------------------------------- where the forms are


def stay(_world: World) -> None:
    """Nothing has to be done before."""


def asked(world: World) -> None:
    arriving.ask_consent(
        visit=cast.again(world.at_door), kind="recording", given=True, by_whom="",
        by=world.people["officer"], at=NOW,
    )  # fmt: skip


def identified(world: World) -> None:
    asked(world)
    arriving.identify_debtor(
        visit=cast.again(world.at_door), name_said="王海燕", second_fact="2427",
        by=world.people["officer"], at=NOW,
    )  # fmt: skip


def shown(world: World) -> None:
    identified(world)
    visit, by = cast.again(world.at_door), world.people["officer"]
    for officer in make.crew():
        arriving.show_credential(visit=visit, officer=officer, by=by, at=NOW)
    arriving.ask_consent(visit=visit, kind="talk", given=True, by_whom="王海燕", by=by, at=NOW)
    for paper in visit.case.papers.all():
        arriving.show_paper(visit=visit, paper=paper, by=by, at=NOW)
    arriving.open_talk(visit=visit, by=by, at=NOW)


def talked(world: World) -> None:
    shown(world)
    recording.record_talk(
        visit=cast.again(world.at_door), by=world.people["officer"], at=NOW,
        record={"met": "王海燕", "reason": "lost_work", "willingness": "ready", "statement": "想还。"},
    )  # fmt: skip


def left(world: World) -> None:
    talked(world)
    recording.finish_visit(
        visit=cast.again(world.at_door),
        outcome="talked",
        why="",
        by=world.people["officer"],
        at=NOW,
    )


AHEAD = "HZ-2026-0230"  # the case of a visit for which the officers set out now


def leaving(_world: World) -> None:
    walk.noticed(
        reference=AHEAD, external_reference="W-230", starts_at=make.moment("2026-03-05 17:00")
    )


def own_words(_world: World) -> None:
    """The agency has a text of its own, which it can give up."""
    text = filed("reminder_due")["sms", "zh"]
    made = propose_wording(
        wording="reminder_due", channel="sms", language="zh", subject=text.subject,
        body=f"{text.body}谢谢。", reason="该机构的用语", valid_on=date(2026, 3, 2),
        based_on=0, organisation=make.agency(), by=make.compliance_officer(), at=NOW,
    )  # fmt: skip
    release_wording(version=made, answer="同意", by=make.supervisor(), at=NOW)


DOOR = {"who": asked, "credentials": identified, "talk": shown, "outcome": talked}
PLACES: dict[str, tuple[str, Callable[[World], None], dict[str, Any]]] = {
    **{
        name: (name, stay, {})
        for name, route in TABLE.items()
        if "POST" in methods_of(route) and name not in {"visits:door", "visits:left", "people:sign_out"}
    },
    "banking: went back": ("banking:line", stay, {}),
    **{f"door: {q}": ("visits:door", before, {"question": q}) for q, before in DOOR.items()},
    "door: left": ("visits:remark", left, {}),
    "door: unsafe": ("visits:way_out", stay, {}),
    "door: depart": ("visits:door", leaving, {"question": "depart"}),
    "wording:fall_back": ("wording:fall_back", own_words, {}),
}  # fmt: skip
"""Each place where something can be sent: its address, what must have happened, what else is sent."""
ROLES = {
    "cases:release_lawyers_letter": "counsel",
    "cases:return_lawyers_letter": "counsel",  # who fills it in, where it is not the supervisor or the clerk
    "visits:door": "officer", "visits:evidence": "officer", "visits:way_out": "officer",
    "visits:check_in": "officer", "visits:sos": "officer", "visits:way_in": "officer",
    "visits:remark": "officer", "visits:decide_quarantine": "compliance", "desk:approval": "compliance",
    **{name: "compliance" for name, route in TABLE.items() if route.writes in {"draft_rules", "keep_house_papers", "edit_wording", "hold_records", "stop_deleting", "decide_data_request", "handle_complaint", "settle_review"}},
    **{name: "administrator" for name, route in TABLE.items() if route.writes in {"keep_accounts", "keep_seals", "ask_factor_reset"}},
}  # fmt: skip
CLERKS = {
    "edit_case", "handle_letters", "announce_visit", "record_payment", "close_case",
    "import_cases", "draw_up_agreement", "plan_visit", "log_contact", "request_approval",
    "draft_run", "keep_account",
}  # fmt: skip
ELSEWHERE = {
    "ResetAnswerForm",  # only where a reset was asked for; tests/access/test_resetting.py
    "ComplainForm",  # the open page behind a visit's code; tests/quality/test_outside.py
    "ClockForm",  # the demo's alone; tests/demo
    "CheckForm",  # the open page at a paper's QR code; tests/portal
    "MeansForm",  # the debtor's own page; tests/portal/test_own_offering.py
    "LinesForm",  # what the forms of a contact and of a trace share, never shown alone
    "_OfDebt",  # what the forms of an account share, never shown alone
    "_LineForm",  # what the forms of one value in a file of rules share, never shown alone
    "OfLineForm",  # what the forms of a bank statement's line share, never shown alone
    "SettingsForm",  # what the forms of accounts at carriers and providers share, never shown alone
    "WishesForm",  # asks by GET and keeps nothing; tests/agreements/test_options.py
    "LookForm",  # asks by GET and keeps nothing; tests/notices/test_wording_pages.py
}


def address_of(world: World, place: str) -> str:
    name = PLACES[place][0]
    args = TABLE[name].args
    if place == "banking: went back":
        return reverse(name, args=[world.back.pk])
    if place == "door: left":
        return reverse(name, args=[world.at_door.reference])
    if place == "door: unsafe":
        return reverse(name, args=[world.at_door.reference, "unsafe"])
    if place == "door: depart":
        return reverse(name, args=[Visit.objects.get(case__reference=AHEAD).reference])
    return reverse(name, args=args(world) if args else [])


def client_of(world: World, place: str, language: str = "en") -> Any:
    name = PLACES[place][0]
    role = ROLES.get(name) or ("clerk" if TABLE[name].writes in CLERKS else "supervisor")
    who = world.counsel if role == "counsel" else world.people[role]
    return signed_in(who, language)


def form_at(world: World, place: str, language: str = "en") -> Any:
    """The form that stands there, or None."""
    answer = client_of(world, place, language).get(address_of(world, place))
    assert "sign-in" not in getattr(answer, "url", ""), "a test before has signed this person out"
    found = answer.context and answer.context.get("form")
    return found if isinstance(found, forms.BaseForm) else None


def good(field: forms.Field, name: str) -> Any:
    """What the field would like to have."""
    if isinstance(field, forms.FileField):
        return SimpleUploadedFile("signature.png", PICTURE)
    if isinstance(field, MoneyField):
        return "1.00"
    if isinstance(field, PlaceTimeField):
        return "2026-03-05T15:30"
    if isinstance(field, forms.DateField):
        return "2026-03-20"
    if isinstance(field, forms.IntegerField):
        return "1"
    if isinstance(field, forms.BooleanField):
        return "on"
    if isinstance(field, forms.ModelMultipleChoiceField):
        return [str(row.pk) for row in field.queryset]
    if isinstance(field, forms.ModelChoiceField):
        first = field.queryset.first()
        return str(first.pk) if first else ""
    if isinstance(field, forms.ChoiceField):
        return str(next((value for value, _label in field.choices if value), ""))
    return {"zone": "Asia/Shanghai", "second_fact": "2427", "rows": "", "drawn": "", "value": "13800000001", "id_number": "E12345678"}.get(
        name, f"字{name}"[: getattr(field, "max_length", None) or 99]
    )  # fmt: skip


def bad(field: forms.Field) -> list[Any]:
    """Everything that the field must refuse."""
    return next((values for fits, values in BAD if fits(field)), [])


def made_bad(field: forms.Field, value: Any) -> Any:
    if isinstance(field, forms.FileField):
        return file_of(value)
    if value == "too long":
        most = getattr(field, "max_length", None)
        return ("长" if (most or 0) < 10_000 else "x") * ((most or 5000) + 1)
    if value == "foreign":
        model = field.queryset.model  # type: ignore[attr-defined]
        known = set(field.queryset.values_list("pk", flat=True))  # type: ignore[attr-defined]
        others = model._base_manager.exclude(pk__in=known).order_by("pk")
        return str(others.values_list("pk", flat=True).first() or 2**31 - 9)
    return value


def fields_of(form: Any) -> dict[str, forms.Field]:
    read_later = {"UploadForm", "StatementForm"}  # tests/cases/imports, tests/banking
    imported = "file" if form.__class__.__name__ in read_later else ""
    return {n: field for n, field in form.fields.items() if not field.disabled and n != imported}


def shown_text(answer: Any) -> str:
    return answer.content.decode()


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), rolled_back():
        yield build()


@pytest.fixture
def world(built: World, clock: Any) -> Iterator[World]:
    clock.set(NOW)
    with rolled_back():
        yield built


class TestForms:
    def test_are_all_reached(self, world: World) -> None:
        reached = set()
        for place in PLACES:
            with rolled_back():
                PLACES[place][1](world)
                form = form_at(world, place)
                reached |= {type(form)} if form is not None else set()
        ours = {
            kind for kind in every_form(DeskForm)
            if not kind.__module__.startswith("tests.") and kind.__name__ not in ELSEWHERE
        }  # fmt: skip
        assert {f"{kind.__module__}.{kind.__name__}" for kind in ours - reached} == set()


def every_form(kind: type[DeskForm]) -> set[type[DeskForm]]:
    below = set(kind.__subclasses__())
    return below.union(*(every_form(each) for each in below))


@pytest.mark.parametrize("place", PLACES)
class TestEachForm:
    """All fields of a form get a bad value at once, one round after the other."""

    def rounds(
        self, world: World, place: str, language: str
    ) -> Iterator[tuple[Any, dict[str, Any], set[str]]]:
        form = form_at(world, place, language)
        if not isinstance(form, DeskForm):
            return
        fields = fields_of(form)
        for number in range(max((len(bad(field)) for field in fields.values()), default=0)):
            data = {name: good(field, name) for name, field in fields.items()} | PLACES[place][2]
            wrong = set()
            for name, field in fields.items():
                values = bad(field)
                if values:
                    data[name] = made_bad(field, values[number % len(values)])
                    wrong.add(name)
            yield form, data, wrong

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_says_at_each_field_what_to_mend(self, world: World, place: str, language: str) -> None:
        PLACES[place][1](world)
        client, address = client_of(world, place, language), address_of(world, place)
        before = rows_of_house()
        for form, data, wrong in self.rounds(world, place, language):
            with rolled_back():
                answer = client.post(address, {**data, "guard_key": "k"})
            assert answer.status_code == 422, data
            with translation.override(language):
                errors = {
                    n: [str(e) for e in es] for n, es in answer.context["form"].errors.items()
                }
            assert set(errors) >= wrong, (data, errors)
            page = shown_text(answer)
            for name in wrong:
                for message in errors[name]:
                    assert escape(message) in page, (name, message)
                    assert "This field" not in message
                    assert "Ensure" not in message
                    if language != "en":
                        assert re.search("[\u4e00-\u9fff]", message), message
            assert rows_of_house() == before
            for name, field in fields_of(form).items():
                kept = data.get(name, "")
                text = isinstance(field, forms.CharField) and not field.widget.is_hidden
                text &= not isinstance(field.widget, forms.PasswordInput)  # never sent back
                if text and isinstance(kept, str) and "\x00" not in kept:
                    assert escape(kept)[:500] in page, name

    def test_wants_what_it_needs_and_keeps_nothing_else(self, world: World, place: str) -> None:
        PLACES[place][1](world)
        form = form_at(world, place)
        if not isinstance(form, DeskForm):
            return
        client, address = client_of(world, place), address_of(world, place)
        before = rows_of_house()
        for blank in ("", " \t ", "\u200b\u2060\ufeff"):
            data = {
                name: blank
                for name, field in fields_of(form).items()
                if not isinstance(field, forms.FileField | forms.BooleanField)
            }
            for extra in ({"guard_key": "k"}, {}):
                with rolled_back():
                    answer = client.post(address, {**data, **PLACES[place][2], **extra})
                if any(field.required for field in fields_of(form).values()):
                    assert answer.status_code == 422
                    needed = {n for n, field in fields_of(form).items() if field.required}
                    assert set(answer.context["form"].errors) >= needed, blank
                    assert rows_of_house() == before
        with rolled_back():
            answer = client.post(address, PLACES[place][2])
        assert answer.status_code < 500
        if answer.status_code == 422 and any(f.required for f in fields_of(form).values()):
            assert answer.context["form"].errors

    def test_takes_odd_text_for_text(self, world: World, place: str) -> None:
        PLACES[place][1](world)
        form = form_at(world, place)
        if not isinstance(form, DeskForm):
            return
        client, address = client_of(world, place), address_of(world, place)
        free = {
            name for name, field in fields_of(form).items()
            if type(field) is forms.CharField and name not in {"zone", "second_fact", "drawn", "rows"}
        }  # fmt: skip
        for odd, text in ODD_TEXTS.items() if free else ():
            data = {name: good(field, name) for name, field in fields_of(form).items()}
            data |= {name: text[: form.fields[name].max_length or 99] for name in free}
            with rolled_back():
                answer = client.post(address, {**data, **PLACES[place][2], "guard_key": "k"})
                assert answer.status_code in {200, 302, 409, 422}, odd
                if answer.status_code == 302:
                    answer = client.get(answer.url)
                assert "<script>alert(1)" not in shown_text(answer), odd
                assert "<img src=x" not in shown_text(answer), odd

    def test_bears_bytes_that_are_no_text(self, world: World, place: str) -> None:
        PLACES[place][1](world)
        form = form_at(world, place)
        if not isinstance(form, DeskForm):
            return
        names = [
            n for n, field in fields_of(form).items() if not isinstance(field, forms.FileField)
        ]
        body = "&".join(f"{name}=%ED%A0%80%FF%C0%80" for name in names) + "&guard_key=%ED%A0%80"
        with rolled_back():
            answer = client_of(world, place).post(
                address_of(world, place), body, content_type="application/x-www-form-urlencoded"
            )
        assert answer.status_code in {302, 409, 422}

    def test_bears_a_guard_that_is_none(self, world: World, place: str) -> None:
        PLACES[place][1](world)
        client, address = client_of(world, place), address_of(world, place)
        form = form_at(world, place)
        fields = fields_of(form) if isinstance(form, DeskForm) else {}
        for guard in [
            {"guard_key": "k\x00", "guard_version": "²"}, {"guard_version": "9" * 9},
            {"guard_key": "x" * 9000, "guard_version": "-1"}, {"guard_version": "١"},
        ]:  # fmt: skip
            with rolled_back():
                data = {name: good(field, name) for name, field in fields.items()}
                answer = client.post(address, {**data, **PLACES[place][2], **guard})
            assert answer.status_code < 500


NASTY = [
    "\x00", "a\x00b", "9" * 30, "-1", "²", "١٢", "0001-01-01", "9999-12-31", "2026-02-31", HTML, "%",
    "'", "\\", "\u202e", "😀", "x" * 4000, "2026-03-05T10:00~\x00", "9999-12-31T23:59:59+00:00~1",
    "0001-01-01T00:00:00+14:00~1", "~", "2026-03-05T10:00:00+08:00~" + "9" * 17,
]  # fmt: skip
PARAMETERS = [
    "q", "view", "step", "team", "officer", "due", "hold", "after", "before", "tab", "group", "actor",
    "prove", "week", "mine", "from", "rule", "show", "question", "next", "plan", "count", "low",
    "low_count", "first_on", "rows", "state", "page", "older", "newer",
]  # fmt: skip


@contextmanager
def what_is_read() -> Iterator[set[str]]:
    """The names after the question mark that were asked for; "*" where all were."""
    read: set[str] = set()

    def noting(way: str, one: bool) -> Callable[..., Any]:
        original = getattr(QueryDict, way)

        def noted(asked: QueryDict, *given: Any, **named: Any) -> Any:
            if len(asked):
                read.add(given[0] if one else "*")
            return original(asked, *given, **named)

        return noted

    with pytest.MonkeyPatch.context() as patch:
        for way in ("__getitem__", "__contains__", "get", "getlist"):
            patch.setattr(QueryDict, way, noting(way, one=True))
        for way in ("__iter__", "items", "lists", "values", "dict", "copy", "urlencode"):
            patch.setattr(QueryDict, way, noting(way, one=False))
        yield read


@pytest.mark.parametrize("name", [n for n, route in TABLE.items() if "GET" in methods_of(route)])
class TestAddresses:
    def test_bear_anything_after_the_question_mark(self, world: World, name: str) -> None:
        route = TABLE[name]
        address = reverse(name, args=route.args(world) if route.args else [])
        client = signed_in(world.people["supervisor"])
        if route.reads == "announce_visit" and name.endswith("preview"):
            return  # reads none, and a PDF takes its time
        for nasty in NASTY:
            with rolled_back(), what_is_read() as read:
                answer = client.get(address, dict.fromkeys(PARAMETERS, nasty))
            assert answer.status_code in {200, 302, 400, 403, 404}, nasty
            if not read & {*PARAMETERS, "*"}:  # whatever stands there, it is the same page
                break

    def test_bear_a_parameter_of_their_own(self, world: World, name: str) -> None:
        """One at a time, lest one of them hide the others."""
        if name not in {"desk:work", "desk:timeline", "desk:case", "visits:calendar", "visits:day", "cases:imports",
                        "cases:import", "notices:letters", "notices:runs", "notices:outbox", "desk:behind",
                        "agreements:draw_up", "visits:plan"}:  # fmt: skip
            return
        route = TABLE[name]
        address = reverse(name, args=route.args(world) if route.args else [])
        client = signed_in(world.people["supervisor"])
        nasties = ("\x00", "9" * 30, "9999-12-31T23:59:59+00:00~1", "-1", "²", "9999-12-31")
        for parameter, view in product(PARAMETERS, ({}, {"view": "all"})):
            for nasty in nasties:
                with rolled_back(), what_is_read() as read:
                    answer = client.get(address, {**view, parameter: nasty})
                assert answer.status_code in {200, 302, 400, 403, 404}, (parameter, nasty)
                if not read & {parameter, "*"}:
                    break


class TestNumbersInAddresses:
    def test_may_be_longer_than_any_key(self, world: World) -> None:
        client = signed_in(world.people["clerk"])
        for address in [
            "/notices/99999999999999999999999/", "/duties/99999999999999999999999/",
            "/approvals/99999999999999999999999/", f"/cases/{'9' * 300}/", "/documents/" + "x" * 500,
            f"/cases/{world.case.reference}/addresses/99999999999999999999999/",
            f"/cases/{world.refused.reference}/holds/99999999999999999999999/review/",
        ]:  # fmt: skip
            assert client.get(address, follow=True).status_code == 404, address


class TestKeyedBodies:
    BODIES: list[Any] = [
        "", "{", "[]", "null", "1", '"x"', '{"a":', "\x00", "[" * 100_000, '{"remark": "\\ud800"}',
    ]  # fmt: skip
    WHOLE = {
        "api:visits": {
            "place": 1, "starts_at": "2026-03-12T14:30", "ends_at": "2026-03-12T15:30",
            "officers": ["021", "034"], "purpose": "商谈", "intended_outcome": "分期",
        },
        "api:contacts": {
            "channel": "phone", "result": "no_answer", "remark": "x",
            "happened_at": "2026-03-05T10:00",
        },
        "api:payments": {
            "amount": "10.00", "method": "transfer", "received_at": "2026-03-05T10:00",
            "payer": "王海燕", "bank_reference": "1",
        },
    }  # fmt: skip
    VALUES: list[Any] = [
        None, True, 1.5, -1, 0, 10**30, "", "\x00", "\ud800", "x" * 5000, [], {}, ["\ud800"], [1],
        ["\x00"], "NaN", "Infinity", "1e999999", "-1", "2026-02-31", "0001-01-01T00:00",
        "9999-12-31T23:59", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", HTML, "\u202e",
    ]  # fmt: skip

    @pytest.mark.parametrize("name", [n for n, route in OF_A_KEY.items() if route.only == "POST"])
    def test_that_make_no_sense_are_told_so(self, world: World, name: str) -> None:
        key = world.key_of(world.people["clerk"])
        address = reverse(name, args=[world.case.reference])
        whole = dict(self.WHOLE[name])
        if "place" in whole:
            whole["place"] = world.case.debtor.addresses.get().pk
        before = rows_of_house()
        bodies = [*self.BODIES]
        bodies += [json.dumps({**whole, field: value}) for field in whole for value in self.VALUES]
        for body in bodies:
            with rolled_back():
                answer = post_json(address, body, key)
                assert answer.status_code in {201, 409, 422}, body[:300]
                if answer.status_code == 422:
                    assert answer.json()["message"]
                    assert rows_of_house() == before, body[:300]

    def test_with_a_key_of_an_odd_kind_open_nothing(self, world: World) -> None:
        address = reverse("api:case", args=[world.case.reference])
        for key in ("\x00", "é" * 43, "x" * 9000, " "):
            assert ask_with_key(address, "GET", key).status_code == 401

    def test_bear_an_odd_key_of_repetition(self, world: World) -> None:
        key = world.key_of(world.people["clerk"])
        address = reverse("api:contacts", args=[world.case.reference])
        body = json.dumps(self.WHOLE["api:contacts"])
        for once in ("\x00", "é", "x" * 500):
            with rolled_back():
                assert post_json(address, body, key, once).status_code in {201, 422}


def post_json(address: str, body: str, key: str, once: str = "") -> Any:
    from django.test import Client

    headers = {"Authorization": f"Bearer {key}"} | ({"Idempotency-Key": once} if once else {})
    return Client().post(address, body, content_type="application/json", headers=headers)


class TestPresses:
    """What is sent without a form: a line that was ticked, a term, an answer at the door."""

    SENT = {
        "visits:door": ["answer", "badge", "paper", "question", "begin"],
        "agreements:terms": ["term"],
        "notices:letters": ["post", "number-1", "do"],
        "notices:run": ["post", "number-1"],
        "visits:plan": ["take", "try", "starts_at", "minutes", "place", "officers"],
        "agreements:look": ["plan", "first_on", "count", "low", "rows"],
        "set_language": ["language", "next"],
        "people:password": ["old_password", "new_password1", "new_password2"],
        "people:sign_in": ["username", "password", "next"],
    }  # fmt: skip

    @pytest.mark.parametrize("name", SENT)
    def test_bear_anything(self, world: World, name: str) -> None:
        route = TABLE.get(name)
        address = reverse(name, args=route.args(world) if route and route.args else [])
        who = "officer" if name == "visits:door" else "clerk"
        client = signed_in(world.people[who])
        before = rows_of_house()
        for nasty in NASTY:
            for field in self.SENT[name]:
                with rolled_back():
                    data = {field: nasty} | ({"try": "1"} if name == "visits:plan" else {})
                    if name == "visits:door":
                        data = {"question": "recording", **data}
                    answer = client.post(address, data)
                    assert answer.status_code in {200, 302, 404, 409, 422}, (field, nasty)
                    assert rows_of_house() == before


class TestHostileNames:
    """What came in by a file or by hand, seen again where it would do harm."""

    @pytest.fixture
    def hostile(self, world: World) -> Case:
        case: Case = world.case
        for field in ("name", "name_en", "employer"):
            setattr(case.debtor, field, HTML[:80])
        case.debtor.save()
        case.debtor_name = HTML[:80]
        case.strategy = case.proposed_plan = HTML
        case.save(update_fields=["debtor_name", "strategy", "proposed_plan"])
        for address in case.debtor.addresses.all():
            address.text = address.city = HTML[:40]
            address.save()
        case.debtor.contact_points.update(value=HTML)
        case.creditor.name = case.creditor.name_en = HTML
        case.creditor.save()
        return case

    def test_are_text_on_every_page(self, world: World, hostile: Case) -> None:
        for role in ("clerk", "supervisor", "officer", "compliance"):
            client = signed_in(world.people[role])
            for name, route in TABLE.items():
                if "GET" not in methods_of(route) or name.endswith(("preview", "draft")):
                    continue
                with rolled_back():
                    answer = client.get(reverse(name, args=route.args(world) if route.args else []))
                    if answer.status_code != 200 or answer.streaming:
                        continue
                    page = answer.content.decode(errors="replace")
                    if "html" in answer["Content-Type"]:
                        assert "<script>alert(1)" not in page, (name, role)
                        assert "<img src=x" not in page, (name, role)

    def test_are_text_in_letters_and_agreements(self, world: World, hostile: Case) -> None:
        from pypdf import PdfReader

        client = signed_in(world.people["clerk"])
        letter = client.get(reverse("visits:preview", args=[world.visit.reference, "both"])).content
        agreement = world.draft
        agreement.case.debtor.name = HTML[:80]
        agreement.case.debtor.save()
        for pdf in (letter, papers.agreement_pdf(cast.again(agreement))):
            text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
            assert "<script>alert(1)" in re.sub(r"\s", "", text)


class TestPlansLineByLine:
    @pytest.mark.parametrize(
        "rows",
        ["2026-02-31 100", "0001-01-01 40000.00", "9999-12-31 40000.00", "2026-04-15 " + "9" * 1500,
         "2026-04-15 1.2.3", "2026-04-15 -5", "2026-04-15 ,", "2026-04-15 .", "x", "2026-04-15",
         "2026-04-15 0", "\u202e2026-04-15 5", "２０２６-04-15 5", "2026-04-15 1e9",
         "2026-04-15 20000.00\n2026-04-15 20000.00", "2026-04-15 20000.005\n2026-05-15 19999.995"],
    )  # fmt: skip
    @pytest.mark.parametrize("name", ["agreements:draw_up", "agreements:look"])
    def test_are_told_what_cannot_be_read(self, world: World, name: str, rows: str) -> None:
        before = rows_of_house()
        with rolled_back():
            answer = signed_in(world.people["clerk"]).post(
                reverse(name, args=[world.case.reference]),
                {"plan": "custom", "rows": rows, "language": "zh", "channel": "phone"},
            )
        assert answer.status_code in {200, 422}
        assert answer.context["form"].errors["rows"]
        assert rows_of_house() == before

    @pytest.mark.parametrize("low", ["0", "0.01", "999999999999.99", "40000.00", "39999.99"])
    @pytest.mark.parametrize("plan", ["stepped", "balloon"])
    def test_bear_any_small_instalment(self, world: World, plan: str, low: str) -> None:
        with rolled_back():
            answer = signed_in(world.people["clerk"]).post(
                reverse("agreements:look", args=[world.case.reference]),
                {"plan": plan, "low": low, "low_count": "6", "count": "12", "language": "zh",
                 "channel": "phone", "first_on": "2199-12-31"},
            )  # fmt: skip
        assert answer.status_code == 200


class TestRoutesWithForms:
    def test_are_in_the_table(self) -> None:
        """A new address that takes a POST is tried here without further ado."""
        known = {place for place, _b, _d in PLACES.values()} | {"visits:left", "people:sign_out"}
        assert {n for n, r in TABLE.items() if "POST" in methods_of(r)} <= known
        assert {n for n, _p in routes(get_resolver().url_patterns)} >= known
