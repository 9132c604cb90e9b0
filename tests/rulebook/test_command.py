"""``manage.py rulebook``: the versions without a browser."""

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import TestCase

from compliance import packs
from tests import make
from tests.rulebook import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shelf")]


@pytest.fixture(autouse=True)
def then(clock: Any) -> None:
    clock.set(cast.AT)


def run(*words: str) -> str:
    told = io.StringIO()
    with TestCase.captureOnCommitCallbacks(execute=True):
        call_command("rulebook", *words, stdout=told)
    return told.getvalue()


class TestDiff:
    def test_tells_each_part_in_a_line(self) -> None:
        version = cast.drafted()
        assert run("diff", version.based_on.reference, version.reference) == (
            "ST-01 replaced from 2026-07-01\n    closes: 20:00 -> 19:00\n"
        )

    def test_wants_two_versions_of_one_pack(self) -> None:
        one, other = cast.drafted(), cast.begun(name="cn")
        with pytest.raises(CommandError, match="versions of different packs"):
            run("diff", one.reference, other.reference)
        with pytest.raises(CommandError, match="There is no version R-0"):
            run("diff", one.reference, "R-0")


class TestPublish:
    def test_needs_a_second_person_with_the_right(self) -> None:
        version = cast.proposed()
        for who, told in [
            (make.compliance_officer(), "somebody else has to publish"),
            (make.clerk(), "may not publish rules"),
        ]:
            with pytest.raises(CommandError, match=told):
                run("publish", version.reference, "--by", who.username, "--answer", "好")
        make.supervisor()
        said = run("publish", version.reference, "--by", "supervisor", "--answer", "同意")
        assert said == "story 2026.2 is published; it judges acts from 2026-07-01 on.\n"
        assert packs.load("story").version == "2026.2"


class TestCheck:
    def test_is_content_with_what_was_published(self) -> None:
        cast.published()
        assert run("check") == "All versions are as they were published.\n"

    def test_stops_where_the_storage_is_not_the_truth(self, shelf: Any) -> None:
        version = cast.published()
        (shelf.home() / f"{version.digest}.json").write_text("{}")
        (shelf.home() / shelf.INDEX).touch()
        with pytest.raises(CommandError, match="is not what was published"):
            run("check")

    def test_lists_every_version(self) -> None:
        cast.published()
        said = run("list")
        assert "story          2026.2     published  2026-07-01" in said
        assert "house-hz       2026.1     published  with the program" in said
