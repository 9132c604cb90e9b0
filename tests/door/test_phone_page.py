"""The app's one page and what makes it install: all that it needs is kept, and it says nothing of any visit."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage
from django.test import Client
from django.urls import reverse
from django.utils import translation

from config.static_files import HashedFiles
from door import phone
from door.words import words
from tests import make

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPTS = sorted((ROOT / "static/js/door").glob("*.js"))
SOURCE = "\n".join(path.read_text() for path in SCRIPTS)


def reader(who: Any, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(who)
    return client


@pytest.mark.django_db
class TestPage:
    def test_says_nothing_of_any_visit_nor_of_who_reads_it(self) -> None:
        officer = make.crew()[0]
        make.prepared_case()
        for language in ("en", "zh-hans"):
            page = reader(officer, language).get(reverse("door:app")).content.decode()
            # The public keys are random letters and figures: a badge may stand in them by chance.
            page = re.sub(r'"(x|y|kid)": "[^"]+"', "", page)
            for word in (
                "王海燕",
                "李伟",
                "021",
                "HZ-2026",
                "债",
                "欠款",
                "debt",
                "overdue",
                "creditor",
            ):
                assert word not in page.casefold(), word
            assert "<title>Doorstep</title>" in page

    def test_is_for_those_who_go_to_doors(self) -> None:
        assert reader(make.clerk()).get(reverse("door:app")).status_code == 403
        answer = Client().get(reverse("door:app"))
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("people:sign_in"))

    def test_is_where_the_plain_list_leads_officers(self) -> None:
        today = reverse("visits:today")
        assert reverse("door:app") in reader(make.crew()[0]).get(today).content.decode()
        assert reverse("door:app") not in reader(make.supervisor()).get(today).content.decode()

    def test_has_every_word_and_template_that_its_script_asks_for(self) -> None:
        page = reader(make.crew()[0]).get(reverse("door:app")).content.decode()
        drawn = set(re.findall(r'draw\("([a-z-]+)"', SOURCE))
        assert drawn - set(re.findall(r'<template id="t-([a-z-]+)"', page)) == set()
        asked = set(re.findall(r'(?:say|sayCount|Refused)\(\s*"(\w+)"', SOURCE))
        asked |= {
            word
            for pair in re.findall(r'say\([^")]*\? "(\w+)" : "(\w+)"\)', SOURCE)
            for word in pair
        }
        assert len(asked) > 60
        assert asked - set(words()) == set()

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_has_places_for_the_same_things_in_both_languages(self, language: str) -> None:
        english = words_in("en")
        for key, said in words_in(language).items():
            assert set(re.findall(r"{\w+}", said)) == set(re.findall(r"{\w+}", english[key])), key


def words_in(language: str) -> dict[str, str]:
    with translation.override(language):
        return words()


@pytest.mark.django_db
class TestWorker:
    def test_may_serve_the_app_and_is_never_kept(self) -> None:
        answer = reader(make.crew()[0]).get(reverse("door:worker"))
        assert answer.headers["Service-Worker-Allowed"] == "/door/app/"
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert "no-store" in answer.headers["Cache-Control"]

    def test_keeps_every_file_that_the_page_and_its_modules_name(self) -> None:
        page = reader(make.crew()[0]).get(reverse("door:app")).content.decode()
        named = set(re.findall(r'(?:href|src)="/static/([^"]+)"', page))
        for path in SCRIPTS:
            for other in re.findall(r'^import .* from "([^"]+)"', path.read_text(), re.MULTILINE):
                named.add(str((path.parent / other).resolve().relative_to(ROOT / "static")))
        assert named - set(phone.FILES) == set()
        assert [name for name in phone.FILES if not finders.find(name)] == []

    def test_names_files_as_the_modules_name_each_other_when_they_are_hashed(
        self, tmp_path: Path
    ) -> None:
        """A module that was kept under one name and is asked for by another would not be there without a signal."""
        storage = HashedFiles(location=tmp_path, base_url="/static/")
        found = {}
        for name in phone.FILES:
            source = Path(str(finders.find(name)))
            target = tmp_path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            found[name] = (FileSystemStorage(location=tmp_path), name)
        for path in (ROOT / "static/vendor/bootstrap-icons").rglob("*"):
            if path.is_file():
                name = str(path.relative_to(ROOT / "static"))
                (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name).write_bytes(path.read_bytes())
                found[name] = (FileSystemStorage(location=tmp_path), name)
        hashed = {
            name: new
            for name, new, _done in storage.post_process(found)
            if not str(new).endswith((".gz", ".br"))
        }
        kept = {hashed[name] for name in phone.FILES}
        asked = 0
        for path in SCRIPTS:
            module = tmp_path / hashed[f"js/door/{path.name}"]
            for other in re.findall(r'^import .* from "([^"]+)"', module.read_text(), re.MULTILINE):
                assert (
                    str((module.parent / other).resolve().relative_to(tmp_path.resolve())) in kept
                )
                asked += 1
        assert asked > 15


@pytest.mark.django_db
class TestManifest:
    def test_installs_the_app_alone(self) -> None:
        answer = reader(make.crew()[0]).get(reverse("door:manifest"))
        told = json.loads(answer.content)
        assert (told["scope"], told["start_url"]) == ("/door/app/", "/door/app/")
        assert answer.headers["Content-Type"] == "application/manifest+json"
        for icon in told["icons"]:
            assert finders.find(icon["src"].removeprefix("/static/")), icon
