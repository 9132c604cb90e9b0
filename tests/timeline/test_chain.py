"""The timeline: append-only, chained, and found out whenever it was touched."""

import random

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from cases.models import Case
from tests import make
from timeline.chain import (
    Broken,
    OutsideTransaction,
    Verified,
    check,
    compose,
    record,
    record_for_house,
    verify,
    write_down,
)
from timeline.models import Event

pytestmark = pytest.mark.django_db


def touched(sql: str, params: list[object]) -> None:
    """Change an event as only the database's owner could, past the trigger."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table timeline_event disable trigger user")
        cursor.execute(sql, params)
        cursor.execute("alter table timeline_event enable trigger user")


@pytest.fixture
def case() -> Case:
    found = make.case()
    by, at = make.clerk(), make.moment("2026-02-27 10:00")
    with transaction.atomic():
        for number in range(2, 9):
            event = record(
                case=found, kind="contact.logged", by=by, at=at,
                data={"number": number, "what": "电话", "amount": "12.50"},
                findings=[{"rule": "X-1", "says": {"zh": "可以"}}],
            )  # fmt: skip
            Case.objects.filter(pk=found.pk).update(event_count=event.number, head=event.digest)
    found.refresh_from_db(fields=["event_count", "head"])
    return found


class TestRecord:
    def test_counts_from_one_and_names_the_event_before(self, case: Case) -> None:
        events = list(Event.objects.filter(case=case).order_by("number"))
        assert [event.number for event in events] == list(range(1, 9))
        assert events[0].previous == ""
        assert events[4].previous == events[3].digest

    def test_names_who_did_it_or_the_name_that_is_given_or_nobody(self, case: Case) -> None:
        at, by = make.moment("2026-02-27 10:00"), make.clerk()
        with transaction.atomic():
            events = [
                record(case=None, kind="x.y", by=by, at=at),
                record(case=None, kind="x.y", by=by, at=at, actor_name="debtor"),
                record(case=None, kind="x.y", by=None, at=at),
            ]
        assert [event.actor_name for event in events] == [str(by), "debtor", "—"]
        assert [event.actor for event in events] == [by, by, None]

    @pytest.mark.parametrize("many", [1, 2, 5])
    def test_of_composed_events_writes_the_same_chain_however_many_they_are(
        self, case: Case, many: int
    ) -> None:
        at, after = make.moment("2026-02-27 10:00"), (case.event_count, case.head)
        events = []
        for number in range(many):
            events.append(
                compose(
                    case=case, kind="x.y", by=make.clerk(), at=at, after=after,
                    data={"what": f"电话 \t\\N {number}"},
                )
            )  # fmt: skip
            after = events[-1].number, events[-1].digest
        with transaction.atomic():
            write_down(events)
        case.event_count, case.head = after
        assert verify(case) == Verified(8 + many, case.head)
        written = Event.objects.filter(case=case, kind="x.y").order_by("number")
        assert [event.data for event in written] == [event.data for event in events]
        assert (events[0].pk is not None) is (many == 1), "what asks for its key writes it alone"

    @pytest.mark.django_db(transaction=True)
    def test_is_refused_outside_a_transaction(self) -> None:
        at = make.moment("2026-02-27 10:00")
        with pytest.raises(OutsideTransaction):
            record(case=None, kind="x.y", by=None, at=at)
        with pytest.raises(OutsideTransaction):
            write_down([compose(case=None, kind="x.y", by=None, at=at, after=(0, ""))])
        assert not Event.objects.exists()


class TestDatabase:
    @pytest.mark.parametrize(
        "sql",
        [
            "update timeline_event set kind = 'x'",
            "delete from timeline_event",
            "truncate timeline_event cascade",
        ],
    )
    def test_refuses_to_change_or_remove_an_event(self, case: Case, sql: str) -> None:
        connection.cursor().execute("set constraints all immediate")
        with pytest.raises(ProgrammingError, match="final"), transaction.atomic():
            connection.cursor().execute(sql)


class TestVerify:
    def test_holds_for_an_untouched_chain(self, case: Case) -> None:
        assert verify(case) == Verified(8, case.head)

    def test_names_the_event_whose_details_were_changed(self, case: Case) -> None:
        touched(
            "update timeline_event set data = jsonb_set(data, '{amount}', '\"99.00\"')"
            " where case_id = %s and number = 5",
            [case.pk],
        )
        assert verify(case) == Broken(5, "data.amount was changed")

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("kind", "contact.lost"),
            ("occurred_at", "2026-02-27 11:00+08"),
            ("recorded_at", "2026-02-27 11:00+08"),
            ("actor_name", "somebody"),
            ("digest", "0" * 64),
            ("commitments", "{}"),
        ],
    )
    def test_names_the_event_whose_frame_was_changed(
        self, case: Case, column: str, value: str
    ) -> None:
        touched(
            f"update timeline_event set {column} = %s where case_id = %s and number = 3",
            [value, case.pk],
        )
        assert verify(case) == Broken(3, "its digest does not match")

    def test_finds_a_removed_event(self, case: Case) -> None:
        touched("delete from timeline_event where case_id = %s and number = 4", [case.pk])
        assert verify(case) == Broken(4, "an event is missing")

    def test_finds_a_removed_field(self, case: Case) -> None:
        touched(
            "update timeline_event set data = data - 'what' where case_id = %s and number = 6",
            [case.pk],
        )
        assert verify(case) == Broken(6, "a field was removed")

    def test_finds_a_cut_tail(self, case: Case) -> None:
        touched("delete from timeline_event where case_id = %s and number > 6", [case.pk])
        assert verify(case) == Broken(7, "the end of the timeline is missing or was replaced")

    def test_finds_two_events_that_changed_places(self, case: Case) -> None:
        move = "update timeline_event set number = {} where case_id = %s and number in {}"
        touched(move.format("number + 100", "(5, 7)"), [case.pk])
        touched(move.format("112 - number", "(105, 107)"), [case.pk])
        assert verify(case) == Broken(5, "it does not follow the event before it")

    def test_finds_any_one_changed_character_of_a_hundred(self, case: Case) -> None:
        events = list(Event.objects.filter(case=case).order_by("number"))
        dice = random.Random(20260302)
        for _turn in range(100):
            event = dice.choice(events)
            name = dice.choice(["kind", "actor_name", "digest"])
            held = getattr(event, name)
            place = dice.randrange(len(held))
            changed = "z" if held[place] != "z" else "y"
            setattr(event, name, held[:place] + changed + held[place + 1 :])
            assert check(events) == Broken(event.number, "its digest does not match")
            setattr(event, name, held)
        assert isinstance(check(events), Verified)

    def test_holds_for_a_copy_with_a_field_blacked_out(self, case: Case) -> None:
        events = list(Event.objects.filter(case=case).order_by("number"))
        del events[3].data["what"]
        del events[3].salts["data.what"]
        assert isinstance(check(events, redacted=True), Verified)
        assert check(events) == Broken(4, "a field was removed")


class TestHouse:
    """What belongs to no case has a chain of its own."""

    def test_has_one_chain_which_holds(self) -> None:
        by, at = make.clerk(), make.moment("2026-02-27 10:00")
        made = [record_for_house(kind="import.read", by=by, at=at, data={"n": n}) for n in range(3)]
        assert made[1].previous == made[0].digest
        assert made[2].number == made[0].number + 2
        assert verify(None) == Verified(made[2].number, made[2].digest)

    def test_is_written_by_one_at_a_time(self) -> None:
        by, at = make.clerk(), make.moment("2026-02-27 10:00")
        with transaction.atomic():
            record_for_house(kind="import.read", by=by, at=at)
            with connection.cursor() as cursor:
                cursor.execute(
                    "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"
                )
                assert cursor.fetchone() == (1,)

    def test_is_told_as_broken_where_it_was_touched(self) -> None:
        by, at = make.clerk(), make.moment("2026-02-27 10:00")
        made = [record_for_house(kind="import.read", by=by, at=at, data={"n": n}) for n in range(3)]
        touched("update timeline_event set data = '{\"n\": 7}' where id = %s", [made[1].pk])
        found = verify(None)
        assert isinstance(found, Broken)
        assert found.number == made[1].number
