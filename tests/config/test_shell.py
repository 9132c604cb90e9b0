"""The hard shell: what every answer tells browsers, how often strangers may ask, what a PDF fetches, what nobody can change."""

import io
import logging
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as used
from django.contrib import admin
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse
from pypdf import PdfReader

from cases.models import Case
from config import limits
from config.logs import OneLine, logging_config
from documents.blocks import Facts, Paper, Para
from documents.render import OwnFilesOnly, render_paper
from notices.links import link_for, token_of
from tests import make
from tests.config.test_settings import STRICT
from tests.test_consistency import ROOT, routes

OPEN_PAGE = "/door/visit/"


class TestHeaders:
    @pytest.mark.django_db
    @pytest.mark.parametrize("address", ["/sign-in/", "/", "/no-such-page/", "/healthz"])
    def test_are_on_every_answer(self, address: str) -> None:
        answer = Client().get(address)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["X-Frame-Options"] == "DENY"
        assert "camera=(self)" in answer["Permissions-Policy"]
        policy = answer["Content-Security-Policy"]
        for part in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):  # fmt: skip
            assert part in policy
        assert "unsafe" not in policy
        assert not re.search(r"https?:|\*", policy)

    @pytest.mark.django_db
    def test_let_no_page_of_somebody_stay_in_a_browser(self) -> None:
        client = Client()
        client.force_login(make.clerk())
        for address in ("/", reverse("desk:approvals"), reverse("people:security")):
            assert "no-store" in client.get(address)["Cache-Control"], address
        assert client.post(reverse("people:sign_out"))["Clear-Site-Data"] == '"cache"'

    @pytest.mark.django_db
    def test_give_no_other_site_anything(self) -> None:
        answer = Client().get("/sign-in/", headers={"Origin": "https://evil.example"})
        assert not [name for name in answer.headers if name.startswith("Access-Control")]

    def test_in_production_are_those_of_a_site_that_is_https_alone(self) -> None:
        wanted = (
            "from config import settings as s; print(s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS,"
            " s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_NAME,"
            " s.CSRF_COOKIE_NAME, s.DEVICE_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME, s.PORTAL_COOKIE_NAME,"
            " s.SECURE_SSL_REDIRECT, s.DEBUG)"
        )
        told = subprocess.run(
            [sys.executable, "-c", wanted], cwd=ROOT, env={"PATH": "/usr/bin:/bin", **STRICT},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert told.stdout.split() == [
            "31536000", "True", "True", "True", "True", "__Host-session", "__Host-csrf", "__Host-known",
            "__Host-language", "__Secure-portal", "True", "False",
        ]  # fmt: skip

    def test_keep_pages_out_of_the_browsers_own_store(self) -> None:
        base = (ROOT / "templates" / "base.html").read_text()
        assert '"historyCacheSize":0' in base
        assert '"allowEval":false' in base

    @pytest.mark.django_db
    @pytest.mark.parametrize("method", ["trace", "put", "delete", "patch"])
    def test_no_page_answers_a_method_that_is_not_its_own(self, method: str) -> None:
        answer = getattr(Client(), method)(reverse("people:sign_out"))
        assert answer.status_code in {302, 403, 405}


class TestProgramsInClear:
    @pytest.mark.django_db
    @pytest.mark.parametrize("address", ["/api/cases/HZ-1/", "/carriers/x/", "/paid/x/"])
    def test_are_refused_rather_than_led_on(self, address: str, settings: Any) -> None:
        settings.SECURE_SSL_REDIRECT = True
        assert Client().post(address).status_code == 403
        assert (
            Client().post(address, secure=True).status_code != 403 or address != "/api/cases/HZ-1/"
        )
        assert Client().get("/sign-in/").status_code == 301


class TestLog:
    @pytest.mark.django_db
    def test_tells_who_was_not_let_where(self, caplog: pytest.LogCaptureFixture) -> None:
        outsider = make.outsider()
        client = Client()
        client.force_login(outsider)
        case = make.case()
        assert client.get(case.get_absolute_url()).status_code == 404
        assert (
            f"User {outsider.pk} was not let to GET {case.get_absolute_url()} (404)." in caplog.text
        )
        assert client.get(reverse("people:everybody")).status_code == 403
        assert (
            f"User {outsider.pk} was not let to GET {reverse('people:everybody')} (403)."
            in caplog.text
        )

    SECRET = "2a-kNdeLtGiCc365eVURH6LhQ"

    def test_holds_no_address_that_opens_a_door(self) -> None:
        """Whoever holds the token of a link, a visit or a calendar comes in by it: no log may give it away."""
        found = [
            reverse(
                name, kwargs={key: self.SECRET if key in {"token", "given"} else 5 for key in kinds}
            )
            for name, pattern in routes(get_resolver().url_patterns)
            if {"token", "given"} & (kinds := pattern.pattern.converters).keys()
            and "upload" not in name  # of an officer who is signed in
        ]
        assert {"/m/", "/v/", "/s/"} <= {address[:3] for address in found}
        for address in found:
            for said in (f"Not Found: {address}", f"GET {address}?a=1", f"'{address}' broke"):
                try:
                    raise LookupError(said)
                except LookupError as error:
                    given = (type(error), error, error.__traceback__)
                record = logging.LogRecord("x", logging.ERROR, "x", 1, "%s", (said,), given)
                line = line_formatter().format(record)
                assert self.SECRET not in line, address
                assert address.partition(self.SECRET)[0] + "…" in line

    @pytest.mark.django_db
    def test_tells_of_a_form_without_its_token_and_not_of_the_link(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        case = make.case()
        link = link_for(case=case, person=case.debtor, at=make.moment("2026-03-02 10:00"))
        address = reverse("portal:messages", args=[token_of(link)])
        assert Client(enforce_csrf_checks=True).post(address).status_code == 403
        (record,) = [one for one in caplog.records if one.name == "django.security.csrf"]
        assert token_of(link) in record.getMessage()
        assert line_formatter().format(record).endswith("Forbidden (CSRF cookie not set.): /m/…/")

    def test_gives_each_message_one_line_at_a_moment_of_utc(self) -> None:
        formatter = line_formatter()
        record = logging.LogRecord("access", logging.WARNING, "x", 1, "refused %s", ("a\r\n2026 INFO access: User 1 signed in",), None)  # fmt: skip
        line = formatter.format(record)
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ WARNING access: refused a", line)
        assert "\n" not in line
        assert "\\r\\n2026 INFO" in line


def line_formatter() -> logging.Formatter:
    said = dict(logging_config()["formatters"]["line"])
    said.pop("()")
    return OneLine(said["format"], said["datefmt"], said["style"])


class TestLimits:
    @pytest.fixture
    def twelve(self, settings: Any) -> limits.OpenPages:
        settings.OPEN_PER_MINUTE = 12
        return limits.OpenPages(lambda _request: HttpResponse())

    def asked(self, gate: limits.OpenPages, address: str, *, method: str = "get", at: str = "203.0.113.9") -> Any:  # fmt: skip
        request: Any = getattr(RequestFactory(), method)(address, REMOTE_ADDR=at)
        match = get_resolver().resolve(address)
        request.resolver_match = match
        request.user = type("Nobody", (), {"is_authenticated": False})()
        return gate.process_view(request, match.func, match.args, match.kwargs)

    def test_answer_an_address_that_asks_too_often_with_when_to_come_again(self, twelve: limits.OpenPages) -> None:  # fmt: skip
        assert [self.asked(twelve, "/sign-in/") for _ in range(12)] == [None] * 12
        answer = self.asked(twelve, "/sign-in/")
        assert answer.status_code == 429
        assert 0 < int(answer["Retry-After"]) <= 61
        assert self.asked(twelve, "/sign-in/", at="198.51.100.7") is None

    def test_let_pass_again_after_a_minute(self, twelve: limits.OpenPages, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
        for _ in range(13):
            self.asked(twelve, "/sign-in/")
        later = limits.time.monotonic() + 61
        monkeypatch.setattr(limits.time, "monotonic", lambda: later)
        assert self.asked(twelve, "/sign-in/") is None

    def test_count_what_costs_more_for_more(self, twelve: limits.OpenPages) -> None:
        address = reverse("portal:check", args=["D-1"])
        assert self.asked(twelve, address, method="post") is None
        assert self.asked(twelve, address, method="post").status_code == 429

    def test_let_machines_ask_more_often_and_health_always(self, twelve: limits.OpenPages) -> None:
        machine = reverse("carrier", args=["x"])
        assert [self.asked(twelve, machine) for _ in range(120)] == [None] * 120
        assert self.asked(twelve, machine).status_code == 429
        assert [self.asked(twelve, "/healthz") for _ in range(50)] == [None] * 50

    def test_stand_before_every_open_page(self, twelve: limits.OpenPages) -> None:
        """Whatever needs no sign-in is counted, with no exception but the two of the load balancer."""
        free = []
        for name, pattern in routes(get_resolver().url_patterns):
            if getattr(pattern.callback, "login_required", True) or name.startswith("admin:"):
                continue
            request: Any = RequestFactory().get("/", REMOTE_ADDR=name)
            request.resolver_match = type("Match", (), {"view_name": name})()
            request.user = type("Nobody", (), {"is_authenticated": False})()
            gate = limits.OpenPages(lambda _request: HttpResponse())
            passed = [gate.process_view(request, pattern.callback, (), {}) for _ in range(121)]
            if passed[-1] is None:
                free.append(name)
        assert sorted(free) == ["healthz", "readyz"]

    def test_keep_no_more_addresses_than_fit(self, twelve: limits.OpenPages, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
        monkeypatch.setattr(limits, "MOST_KEPT", 5)
        for number in range(20):
            twelve.count(f"198.51.100.{number}", False, 1, 12)
        assert len(twelve.seen) == 5

    @pytest.mark.django_db
    def test_are_in_force_in_the_site_itself(self, settings: Any) -> None:
        settings.OPEN_PER_MINUTE = 3
        client = Client()
        answers = [client.get("/sign-in/", REMOTE_ADDR="192.0.2.77").status_code for _ in range(4)]  # fmt: skip
        assert answers == [200, 200, 200, 429]


HOSTILE = [
    '<img src="http://127.0.0.1:{port}/x">',
    '<link rel=stylesheet href="http://127.0.0.1:{port}/x.css">',
    '<link rel=attachment href="file:///etc/passwd">',
    '<style>@import url(http://127.0.0.1:{port}/x);</style>',
    '<style>body{{background:url(http://127.0.0.1:{port}/x)}}</style>',
    '<iframe src="file:///etc/passwd"></iframe>',
    '<object data="file:///etc/passwd"></object>',
    '<svg><image href="http://127.0.0.1:{port}/x"/></svg>',
    '<base href="http://127.0.0.1:{port}/">',
    '<meta http-equiv=refresh content="0;url=http://127.0.0.1:{port}/">',
    '"><script src="http://127.0.0.1:{port}/x"></script>',
    '&lt;img src="http://127.0.0.1:{port}/x"&gt;',
]  # fmt: skip


class TestPapers:
    def test_show_names_with_html_as_text_and_fetch_nothing(self) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(8)
            listener.settimeout(0.2)
            texts = [text.format(port=listener.getsockname()[1]) for text in HOSTILE]
            said = tuple({"zh": text, "en": text} for text in texts)
            paper = Paper(
                number="X-1", title=said[0], dated=said[1], house=said[2], house_lines=said[3:5], made_at=make.moment("2026-03-02 10:00"),
                blocks=[*(Para(text) for text in said), Facts([(text, text) for text in said])],
            )  # fmt: skip
            made = render_paper(paper, "en")
            with pytest.raises(TimeoutError):
                listener.accept()
        reader = PdfReader(io.BytesIO(made))
        text = "".join("".join(page.extract_text() for page in reader.pages).split())
        for one in texts:
            assert "".join(one.split()) in text
        assert "root:" not in text
        assert not [path for path in reader.attachments if "passwd" in path]

    @pytest.mark.parametrize(
        "address",
        [
            "http://127.0.0.1/x", "https://example.com/x", "ftp://example.com/x", "file:///etc/passwd",
            f"file://{ROOT}/config/settings.py", f"file://{ROOT}/static/fonts/../../config/settings.py",
            f"file://{ROOT}/static/fonts/%2e%2e/%2e%2e/config/settings.py", "gopher://x", "javascript:1",
        ],
    )  # fmt: skip
    def test_fetch_no_address_but_our_own_fonts(self, address: str) -> None:
        with pytest.raises(Exception, match=r"."):
            OwnFilesOnly().fetch(address)

    def test_fetch_our_own_fonts(self) -> None:
        font = next((Path(used.BASE_DIR) / "static" / "fonts").glob("*.ttf"))
        assert OwnFilesOnly().fetch(font.as_uri())


class TestAdministration:
    @pytest.mark.django_db
    def test_can_look_at_cases_and_change_nothing_of_them(self) -> None:
        case = make.case()
        client = Client()
        client.force_login(make.administrator())
        base = "/administration/cases/case/"
        assert client.get(base).status_code == 200
        assert client.get(f"{base}add/").status_code == 403
        page = client.get(f"{base}{case.pk}/change/")
        assert page.status_code == 200
        assert b'name="_save"' not in page.content
        assert client.post(f"{base}{case.pk}/change/", {"state": "closure"}).status_code == 403
        assert client.post(f"{base}{case.pk}/delete/", {"post": "yes"}).status_code == 403
        answer = client.post(base, {"action": "delete_selected", "_selected_action": case.pk, "post": "yes"})  # fmt: skip
        assert answer.status_code in {200, 302, 403}
        assert Case.objects.get().state == "preparation"

    def test_holds_nothing_of_a_case_but_cases_and_visits_to_look_at(self) -> None:
        """What changes a case is an action; a new model in the administration has to be looked at here."""
        held = {model._meta.label for model in admin.site._registry}
        assert held == {
            "people.Organisation", "people.Team", "people.User", "cases.Case", "cases.Mandate", "api.ApiKey",
            "visits.Visit",
        }  # fmt: skip

    @pytest.mark.django_db
    @pytest.mark.parametrize("role", ["clerk", "supervisor", "compliance_officer", "outsider"])
    def test_opens_to_nobody_else(self, role: str) -> None:
        client = Client()
        client.force_login(getattr(make, role)())
        assert client.get("/administration/").status_code == 302
        assert client.get("/administration/people/user/").status_code == 302
