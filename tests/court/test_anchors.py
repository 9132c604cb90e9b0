"""The signed daily heads: what a chain alone cannot show they do."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cases.models import Case
from court import running
from notices.models import StaffMessage
from tests import make
from timeline.chain import digest_of
from timeline.models import Anchor, Event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_anchors")]
DAY = make.moment("2026-03-06 00:30")


def past_the_guard(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("alter table timeline_event disable trigger user")
        cursor.execute(sql, params)
        cursor.execute("alter table timeline_event enable trigger user")


def proven() -> str:
    said = StringIO()
    try:
        call_command("verify_timeline", "--anchors", stdout=said, stderr=said)
    except CommandError:
        return said.getvalue()
    return ""


class TestAnchors:
    def test_are_made_once_a_day_and_hold(self) -> None:
        make.prepared_case()
        running.anchor(at=DAY)
        running.anchor(at=DAY)
        assert [a.day.isoformat() for a in Anchor.objects.all()] == ["2026-03-05"]
        running.anchor(at=make.moment("2026-03-09 01:00"))
        last = Anchor.objects.first()
        assert last is not None
        assert (last.day.isoformat(), last.since.isoformat()) == ("2026-03-08", "2026-03-06")
        assert proven() == ""

    def test_tell_a_chain_that_its_owner_hashed_anew(self) -> None:
        case = make.prepared_case()
        running.anchor(at=DAY)
        head = ""
        for event in Event.objects.filter(case=case).order_by("number"):
            event.actor_name, event.previous = "别人", head
            head = event.digest = digest_of(event)
            past_the_guard(
                "update timeline_event set actor_name=%s, previous=%s, digest=%s where id=%s",
                event.actor_name, event.previous, event.digest, event.pk,
            )  # fmt: skip
        Case.objects.filter(pk=case.pk).update(head=head)
        assert "the chain was hashed anew" in proven()

    def test_tell_the_events_that_an_older_copy_lacks(self) -> None:
        case = make.prepared_case()
        running.anchor(at=DAY)
        count = Case.objects.get(pk=case.pk).event_count
        past_the_guard("delete from timeline_stop where case_id = %s", case.pk)
        past_the_guard(
            "delete from timeline_event where case_id = %s and number > %s", case.pk, count - 2
        )
        kept = Event.objects.get(case=case, number=count - 2)
        Case.objects.filter(pk=case.pk).update(event_count=count - 2, head=kept.digest)
        assert f"{case.reference}: missing events {count - 1} to {count}" in proven()

    def test_are_mailed_to_those_who_keep_a_copy(self, settings: Any) -> None:
        settings.ANCHOR_TO = ["notary@example.org"]
        make.prepared_case()
        running.anchor(at=DAY)
        running.anchor(at=DAY)
        [message] = StaffMessage.objects.filter(kind="anchor")
        anchor = Anchor.objects.get()
        assert anchor.root in message.text
        assert anchor.mailed_to == ["notary@example.org"]
