"""What must always hold is found when it does not: each test breaks the data on purpose."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from notices import actions, relay
from notices.models import Notice
from tests import make
from tests.conftest import Mailbox
from tests.notices.cast import MONDAY, queued
from workflow.models import Duty
from workflow.steps import note

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def complaints() -> list[str]:
    """What the command says does not hold."""
    said = StringIO()
    try:
        call_command("check_invariants", stdout=StringIO(), stderr=said)
    except CommandError:
        assert said.getvalue()
    return said.getvalue().splitlines()


class TestNoticeThatWasSent:
    def test_holds_for_what_the_relay_and_people_do(self, mailbox: Mailbox) -> None:
        case = make.case()
        for number in range(2):
            queued(case, key=str(number))
        relay.send_due(MONDAY)
        first = Notice.objects.order_by("pk")[0]
        actions.record_bounce(notice=first, by=make.clerk(), at=MONDAY, why="returned")
        assert complaints() == []

    def test_of_which_the_timeline_does_not_tell_is_found(self) -> None:
        notice = queued(make.case())
        Notice.objects.update(state="sent", sent_at=MONDAY)
        (said,) = complaints()
        assert said.startswith(f"n{notice.pk}: the timeline does not tell once")
        assert "(sent, told 0)" in said

    def test_of_which_the_timeline_tells_twice_is_found(self, mailbox: Mailbox) -> None:
        case = make.case()
        notice = queued(case)
        relay.send_due(MONDAY)
        note(case, event="notice.sent", by=make.clerk(), at=MONDAY, data={"notice": notice.pk})
        (said,) = complaints()
        assert f"n{notice.pk}: " in said
        assert "(delivered, told 2)" in said

    def test_and_stands_there_as_if_it_had_not_been_is_found(self, mailbox: Mailbox) -> None:
        notice = queued(make.case())
        relay.send_due(MONDAY)
        Notice.objects.update(state="queued")
        (said,) = complaints()
        assert f"n{notice.pk}: " in said
        assert "(queued, told 1)" in said


class TestNoticeThatFailed:
    def test_holds_when_a_person_was_asked_and_also_when_that_is_done(self) -> None:
        case = make.case()
        first, second = queued(case, key="1"), queued(case, key="2")
        actions.fail(notice=first, why="552 5.2.2 Mailbox full", at=MONDAY)
        actions.fail(notice=second, why="552 5.2.2 Mailbox full", at=MONDAY)
        Duty.objects.filter(kind=f"notice.settle:{first.pk}").update(
            done_at=MONDAY, done_by=make.clerk()
        )
        assert complaints() == []

    @pytest.mark.parametrize("state", ["failed", "doubtful"])
    def test_and_is_shown_to_nobody_is_found(self, state: str) -> None:
        case = make.case()
        notice, other = queued(case, key="1"), queued(case, key="2")
        actions.fail(notice=other, why="552 5.2.2 Mailbox full", at=MONDAY)
        Notice.objects.filter(pk=notice.pk).update(state=state)
        (said,) = complaints()
        assert said == (
            f"n{notice.pk}: a notice failed or is in doubt and nobody was asked to see to it ({state})"
        )


class TestFilesThatAreNoDocuments:
    @pytest.mark.parametrize("name", ["arriving/3f2a", "rulebook/published.json"])
    def test_are_not_missed_among_the_documents(self, name: str, tmp_path: Path) -> None:
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
        assert complaints() == []

    def test_and_a_stray_one_is_found(self, tmp_path: Path) -> None:
        (tmp_path / "stray.pdf").touch()
        assert complaints() == ["stray.pdf: the file belongs to nothing"]
