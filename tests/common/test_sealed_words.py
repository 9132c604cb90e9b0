"""Words in JSON lie sealed, each value by itself; codes stay for the database to look into."""

import secrets
from importlib import import_module
from typing import Any

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from cases.models import Case
from common import vault
from common.resealing_words import SealWords, reseal_words, words_fields, words_left
from common.sealed_words import ALWAYS, MARK, opened, shut
from people.masking import DETAILS
from tests import make
from timeline.chain import Verified, verify, write_down
from timeline.models import Event
from workflow.models import Approval
from workflow.steps import note

AT = make.moment("2026-03-02 10:00")
PLACE = "timeline_event.data"


class TestValues:
    @pytest.mark.parametrize(
        "value",
        ["住院", "in hospital", ["ST-04", "two words"], {"zh": "好"}, {"phone": "13800000000"}],
    )
    def test_with_words_are_sealed_and_opened_as_they_were(self, value: Any) -> None:
        stored = shut({"remark": value}, PLACE)
        assert list(stored["remark"]) == [MARK]
        assert opened(stored, PLACE) == {"remark": value}
        assert opened(stored["remark"], PLACE) == value

    @pytest.mark.parametrize(
        "value",
        ["ST-04", "2026-03-02T10:00:00+08:00", "12.50", 7, None, True, [], {}, ["a", 1], ""],
    )
    def test_without_words_stay_as_they_are(self, value: Any) -> None:
        assert shut({"step": value}, PLACE) == {"step": value}

    def test_that_are_personal_by_their_name_are_sealed_though_they_are_figures(self) -> None:
        stored = shut({"to_account": "6217000000000007", "address": ""}, PLACE)
        assert stored["address"] == ""
        assert opened(stored, PLACE)["to_account"] == "6217000000000007"
        assert set(DETAILS) <= ALWAYS

    def test_open_nowhere_else(self) -> None:
        with pytest.raises(vault.Unreadable):
            opened(shut({"remark": "住院"}, PLACE), "workflow_approval.details")


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select string_agg(data::text, ' ') from timeline_event")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
class TestEvents:
    def test_say_in_the_database_codes_alone(self) -> None:
        case = make.case()
        note(
            case,
            event="x.said",
            data={"what": "ill", "remark": "住院 观察"},
            by=make.clerk(),
            at=AT,
        )
        assert "住院" not in stored()
        event = Event.objects.get(kind="x.said", data__what="ill")
        assert event.data["remark"] == "住院 观察"
        assert (
            Event.objects.filter(kind="x.said").values_list("data__remark", flat=True)[0]
            == "住院 观察"
        )
        case = Case.objects.get(pk=case.pk)
        assert isinstance(verify(case), Verified)

    def test_written_many_at_once_are_sealed_too(self) -> None:
        from timeline.chain import compose

        case, by = make.case(), make.clerk()
        number, head = case.event_count, case.head
        with transaction.atomic():
            first = compose(
                case=case, kind="x", by=by, at=AT, after=(number, head), data={"remark": "失业"}
            )
            second = compose(
                case=case,
                kind="x",
                by=by,
                at=AT,
                after=(first.number, first.digest),
                data={"remark": "丧亲"},
            )
            write_down([first, second])
        assert [e.data["remark"] for e in Event.objects.filter(kind="x").order_by("number")] == [
            "失业",
            "丧亲",
        ]
        assert "失业" not in stored()

    def test_of_before_are_sealed_by_the_migration_and_opened_on_its_way_back(self) -> None:
        case = make.case()
        note(case, event="x.said", data={"remark": "住院", "n": 7}, by=make.clerk(), at=AT)
        sealing = import_module(
            "timeline.migrations.0007_seal_words_of_events"
        ).Migration.operations[2]
        assert isinstance(sealing, SealWords)
        sealing.database_backwards("timeline", None, None, None)
        assert "住院" in stored()
        assert Event.objects.get(kind="x.said").data == {"remark": "住院", "n": 7}
        sealing.database_forwards("timeline", None, None, None)
        sealing.database_forwards("timeline", None, None, None)
        assert "住院" not in stored()
        case = Case.objects.get(pk=case.pk)
        assert isinstance(verify(case), Verified)

    def test_are_sealed_anew_with_a_newer_key(self, settings: Any) -> None:
        case = make.case()
        note(case, event="x.said", data={"remark": "住院"}, by=make.clerk(), at=AT)
        settings.DATA_KEYS = [secrets.token_urlsafe(64), *settings.DATA_KEYS]
        assert ("timeline_event", "data") in words_fields()
        assert words_left("timeline_event", "data") > 0
        call_command("reseal", verbosity=0)
        assert words_left("timeline_event", "data") == 0
        assert sum(reseal_words("timeline_event", "data")) == 0
        settings.DATA_KEYS = settings.DATA_KEYS[:1]
        assert Event.objects.get(kind="x.said").data == {"remark": "住院"}

    @pytest.mark.parametrize(
        "change",
        [
            "data = data || '{\"n\": 8}'",
            "data = data - 'n'",
            'data = data || \'{"more": {"~": "x"}}\'',
            'data = data || \'{"remark": {"~": "x"}}\', kind = \'other\'',
        ],
    )
    def test_are_as_final_while_they_are_sealed_anew(self, change: str) -> None:
        note(make.case(), event="x.said", data={"remark": "住院", "n": 7}, by=make.clerk(), at=AT)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local doorstep.resealing = 'on'")
            with (
                pytest.raises(ProgrammingError, match=r"final|nothing leaves"),
                transaction.atomic(),
            ):
                cursor.execute(f"update timeline_event set {change} where kind = 'x.said'")

    def test_that_were_sealed_over_something_else_break_their_chain(self) -> None:
        case = make.case()
        note(case, event="x.said", data={"remark": "住院"}, by=make.clerk(), at=AT)
        false = shut({"remark": "出院"}, PLACE)
        from psycopg.types.json import Jsonb

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local doorstep.resealing = 'on'")
            cursor.execute(
                "update timeline_event set data = %s where kind = 'x.said'", [Jsonb(false)]
            )
        case = Case.objects.get(pk=case.pk)
        assert not isinstance(verify(case), Verified)

    def test_are_not_sealed_anew_by_whoever_does_not_own_the_table(self) -> None:
        note(make.case(), event="x.said", data={"remark": "住院"}, by=make.clerk(), at=AT)
        call_command("grant_site", "doorstep_site", verbosity=0)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local role doorstep_site")
            cursor.execute("set local doorstep.resealing = 'on'")
            with pytest.raises(ProgrammingError, match="final"), transaction.atomic():
                cursor.execute(
                    """update timeline_event set data = '{"remark": {"~": "x"}}' where kind = 'x.said'"""
                )
            cursor.execute("reset role")


@pytest.mark.django_db
def test_what_somebody_asks_a_second_person_for_says_no_account_in_the_database() -> None:
    Approval.objects.create(
        case=make.case(), kind="refund", subject="1", reason="多付", requested_by=make.clerk(), requested_at=AT,
        expires_at=AT, details={"to_account": "6217000000000007", "user": 7},
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("select details::text from workflow_approval")
        assert "6217" not in cursor.fetchone()[0]
    assert Approval.objects.get(details__user=7).details["to_account"] == "6217000000000007"
