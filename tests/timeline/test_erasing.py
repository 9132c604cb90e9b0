"""Values leave an event by one narrow way alone, and the chain says so and holds."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from cases.models import Case
from tests import make
from timeline.chain import ERASED, Broken, Verified, check, record, verify
from timeline.erasing import take_out
from timeline.models import Event

pytestmark = pytest.mark.django_db
AT = make.moment("2031-04-17 03:00")


def tell(case: Case, kind: str, data: dict[str, Any], findings: Any = ()) -> Event:
    event = record(case=case, kind=kind, by=make.clerk(), at=AT, data=data, findings=findings)
    Case.objects.filter(pk=case.pk).update(event_count=event.number, head=event.digest)
    return event


@pytest.fixture
def case() -> Case:
    found = make.case()
    tell(
        found, "contact.logged", {"words": "青鸟", "notice": 7}, [{"rule": "X-1"}, {"rule": "X-2"}]
    )
    return found


@pytest.fixture
def told(case: Case) -> Event:
    """The event from which something is to go, named by a later one."""
    event = Event.objects.get(case=case, kind="contact.logged")
    gone = ["data.words", "findings.0", "findings.1"]
    tell(case, ERASED, {"certificate": "DC-1", "fields": {str(event.number): gone}})
    return event


def attempt(sql: str, *given: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, given)


class TestTakeOut:
    def test_removes_value_and_salt_and_the_chain_still_holds(
        self, case: Case, told: Event
    ) -> None:
        before = told.commitments, told.digest
        take_out(case, {str(told.number): ["data.words", "findings.0", "findings.1"]})
        told.refresh_from_db()
        case.refresh_from_db(fields=["event_count", "head"])
        assert told.data == {"notice": 7}
        assert told.findings == []
        assert set(told.salts) == {"data.notice"}
        assert (told.commitments, told.digest) == before
        assert isinstance(verify(case), Verified)

    def test_is_refused_where_no_later_event_names_the_field(self, case: Case) -> None:
        event = Event.objects.get(case=case, kind="contact.logged")
        with pytest.raises(ProgrammingError, match="its chain says so"), transaction.atomic():
            take_out(case, {str(event.number): ["data.words"]})

    def test_is_refused_for_more_than_was_named(self, case: Case, told: Event) -> None:
        with pytest.raises(ProgrammingError, match="its chain says so"), transaction.atomic():
            take_out(case, {str(told.number): ["data.words", "data.notice"]})

    def test_is_refused_where_another_case_names_it(self, case: Case) -> None:
        other = make.case(reference="HZ-2026-0999", external_reference="X-999")
        event = Event.objects.get(case=case, kind="contact.logged")
        tell(other, ERASED, {"fields": {str(event.number): ["data.words"]}})
        with pytest.raises(ProgrammingError, match="its chain says so"), transaction.atomic():
            take_out(case, {str(event.number): ["data.words"]})


class TestDatabase:
    @pytest.mark.parametrize(
        "change",
        [
            "kind = 'x'",
            "number = number + 100",
            "occurred_at = occurred_at + interval '1 hour'",
            "recorded_at = recorded_at + interval '1 hour'",
            "actor_name = 'x'",
            "actor_id = null",
            "case_id = null",
            "previous = 'x'",
            "digest = 'x'",
            "commitments = '{}'",
            "commitments = commitments - 'data.words'",
            "data = '{}', salts = '{}', findings = '[]', commitments = '{}'",
            "data = jsonb_set(data, '{words}', '\"x\"')",
            "data = data || '{\"more\": 1}'",
            "data = data - 'words'",
            "data = '[]'",
            "data = 'null'",
            "salts = salts - 'data.words'",
            "salts = salts - 'data.notice', data = data - 'words'",
            "salts = jsonb_set(salts, '{data.words}', '\"x\"')",
            'salts = salts || \'{"data.more": "x"}\'',
            "data = data - 'words', salts = salts - 'data.words' - 'data.notice'",
            "data = data - 'words' - 'notice', salts = '{}', findings = '[]'",
            "findings = '[{\"rule\": \"X-1\"}]', salts = salts - 'findings.1'",
            "findings = '[]'",
            'findings = \'[{"rule": "X-1"}, {"rule": "X-3"}]\'',
            "findings = '{}'",
            "id = id + 100000",
            "data = data",
            "data = (data - 'words') || '{\"notice\": 7.0}', findings = '[]',"
            " salts = salts - 'data.words' - 'findings.0' - 'findings.1'",
        ],
    )
    def test_lets_nothing_else_pass(self, case: Case, told: Event, change: str) -> None:
        with pytest.raises(ProgrammingError):
            attempt(f"update timeline_event set {change} where id = %s", told.pk)

    def test_never_lets_the_event_that_tells_of_it_be_changed(
        self, case: Case, told: Event
    ) -> None:
        teller = Event.objects.get(case=case, kind=ERASED)
        tell(case, ERASED, {"fields": {str(teller.number): ["data.certificate", "data.fields"]}})
        with pytest.raises(ProgrammingError):
            attempt("update timeline_event set data = '{}', salts = '{}' where id = %s", teller.pk)

    def test_lets_no_event_be_removed(self, told: Event) -> None:
        with pytest.raises(ProgrammingError):
            attempt("delete from timeline_event where id = %s", told.pk)


class TestCheck:
    def test_finds_a_field_that_nobody_said_was_deleted(self, case: Case, told: Event) -> None:
        take_out(case, {str(told.number): ["data.words", "findings.0", "findings.1"]})
        events = list(Event.objects.filter(case=case).order_by("number"))
        assert isinstance(check(events), Verified)
        del events[1].data["notice"]
        found = check(events)
        assert isinstance(found, Broken)
        assert (found.number, found.why) == (events[1].number, "a field was removed")

    def test_finds_one_that_was_put_back_otherwise(self, case: Case, told: Event) -> None:
        take_out(case, {str(told.number): ["data.words", "findings.0", "findings.1"]})
        events = list(Event.objects.filter(case=case).order_by("number"))
        events[1].data["words"] = "另一句"
        assert isinstance(check(events), Broken)
