"""Sealed columns: plain in Python, sealed however they are written, found by a mark, sealed anew with a new key."""

import secrets
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F, Q

from common import vault
from common.resealing import Column, open_rows, reseal, seal_rows, walk
from common.sealed import field_of
from people.models import Person

NUMBERS = Column.of(field_of(Person, "id_number"))
NUMBER, OTHER = "310101198001010010", "310101198001010029"


def stored(person: Person, column: str = "id_number") -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"select {column} from people_person where id = %s", [person.pk])
        return str(cursor.fetchone()[0])


def write_plain(person: Person, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("update people_person set id_number = %s where id = %s", [text, person.pk])


@pytest.fixture
def person(db: Any) -> Person:
    return Person.objects.create(name="王小明", id_number=NUMBER)


class TestWriting:
    def test_is_sealed_by_save(self, person: Person) -> None:
        assert vault.unseal(stored(person), "people_person.id_number") == NUMBER
        assert Person.objects.get(pk=person.pk).id_number == NUMBER

    def test_is_sealed_by_update_bulk_create_and_bulk_update(self, person: Person) -> None:
        Person.objects.filter(pk=person.pk).update(id_number=OTHER)
        assert vault.unseal(stored(person), "people_person.id_number") == OTHER
        [made] = Person.objects.bulk_create([Person(name="李", id_number=OTHER)])
        assert vault.unseal(stored(made), "people_person.id_number") == OTHER
        made.id_number = NUMBER
        Person.objects.bulk_update([made], ["id_number"])
        assert Person.objects.get(id_number=NUMBER) == made

    def test_is_found_by_its_new_value_however_it_was_written(self, person: Person) -> None:
        person.id_number = OTHER
        person.save(update_fields=["id_number"])
        assert Person.objects.get(id_number=OTHER) == person
        assert not Person.objects.filter(id_number=NUMBER).exists()

    def test_is_not_read_where_something_else_was_written_past_it(self, person: Person) -> None:
        write_plain(person, NUMBER)
        with pytest.raises(vault.Unreadable):
            Person.objects.get(pk=person.pk)

    def test_leaves_nothing_plain_that_was_never_there(self, db: Any) -> None:
        nobody = Person.objects.create(name="李")
        assert stored(nobody) == ""
        assert Person.objects.filter(id_number="").get() == nobody


class TestFinding:
    def test_answers_what_it_is_and_what_it_is_not(self, person: Person) -> None:
        other = Person.objects.create(name="李", id_number=OTHER)
        people = Person.objects.order_by("pk")
        assert people.get(id_number=NUMBER) == person
        assert list(people.filter(id_number__in=[NUMBER, OTHER, ""])) == [person, other]
        assert list(people.exclude(id_number=NUMBER)) == [other]
        assert list(people.filter(Q(id_number=NUMBER) | ~Q(id_number=""))) == [person, other]
        assert not people.filter(id_number__in=[]).exists()

    @pytest.mark.parametrize(
        "asked", ["contains", "startswith", "gt", "regex", "lower", "icontains"]
    )
    def test_refuses_what_could_find_nothing(self, person: Person, asked: str) -> None:
        with pytest.raises(FieldError):
            Person.objects.filter(**{f"id_number__{asked}": "3101"}).exists()

    def test_is_compared_with_no_other_column(self, person: Person) -> None:
        with pytest.raises(FieldError):
            Person.objects.filter(id_number=F("name")).exists()

    def test_goes_by_its_index(self, person: Person) -> None:
        with connection.cursor() as cursor:
            cursor.execute("set local enable_seqscan = off")
        plan = Person.objects.filter(id_number=NUMBER).order_by().explain()
        assert "person_found_by_id_number" in plan


class TestResealing:
    def test_seals_rows_that_were_plain_and_opens_them_again(self, person: Person) -> None:
        write_plain(person, NUMBER)
        seal_rows(NUMBERS)
        assert Person.objects.get(id_number=NUMBER) == person
        before = stored(person)
        seal_rows(NUMBERS)
        assert stored(person) == before
        open_rows(NUMBERS)
        assert stored(person) == NUMBER

    def test_seals_a_plain_text_that_only_looks_sealed(self, person: Person) -> None:
        write_plain(person, vault.seal(NUMBER, "people_person.name"))
        seal_rows(NUMBERS)
        assert Person.objects.get(pk=person.pk).id_number.count(".") == 2

    def test_goes_on_where_it_was_stopped(self, person: Person, settings: Any) -> None:
        Person.objects.bulk_create([Person(name="李", id_number=OTHER) for _ in range(4)])
        settings.DATA_KEYS = [secrets.token_urlsafe(64), *settings.DATA_KEYS]
        assert next(reseal(NUMBERS, batch=2)) == 2
        assert list(reseal(NUMBERS, batch=2)) == [2, 1]
        assert list(reseal(NUMBERS, batch=2)) == []

    def test_finds_all_rows_while_two_keys_are_in_use(self, person: Person, settings: Any) -> None:
        settings.DATA_KEYS = [secrets.token_urlsafe(64), *settings.DATA_KEYS]
        newer = Person.objects.create(name="李", id_number=NUMBER)
        assert list(Person.objects.filter(id_number=NUMBER)) == [person, newer]

    def test_lets_the_old_key_go_when_the_command_has_run(
        self, person: Person, settings: Any
    ) -> None:
        old = settings.DATA_KEYS
        settings.DATA_KEYS = [secrets.token_urlsafe(64), *old]
        with pytest.raises(CommandError, match="1 values are not sealed"):
            call_command("reseal", "--check", stdout=StringIO())
        told = StringIO()
        call_command("reseal", stdout=told)
        assert "people_person.id_number: 1 sealed anew, 0 left" in told.getvalue()
        settings.DATA_KEYS = settings.DATA_KEYS[:1]
        assert Person.objects.get(id_number=NUMBER) == person
        call_command("reseal", "--check", stdout=StringIO())

    def test_leaves_a_row_to_whoever_changed_it_meanwhile(
        self, person: Person, settings: Any
    ) -> None:
        settings.DATA_KEYS = [secrets.token_urlsafe(64), *settings.DATA_KEYS]

        def changed(one: Column, old: str) -> str:
            Person.objects.filter(pk=person.pk).update(id_number=OTHER)
            return one.shut(NUMBER)

        list(walk(NUMBERS, changed, 10))
        assert Person.objects.get(pk=person.pk).id_number == OTHER
