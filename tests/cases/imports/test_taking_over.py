"""A checked file becomes cases: exactly those that the single action would have opened."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import models

from cases.actions.opening import Claimed, open_case
from cases.imports.cells import shown_by
from cases.imports.moulds import FirstEvents
from cases.models import Case, Debt, ImportBatch, LedgerEntry
from cases.policy import may_contact
from common.clock import local_day
from people.models import Address, ContactPoint, Person
from tests import make
from tests.cases.imports import cast
from timeline.chain import Verified, canonical, commit_to, digest_of, verify
from timeline.models import Event

pytestmark = pytest.mark.django_db


def held(row: models.Model, *but: str) -> dict[str, Any]:
    """The row's columns, but its own key and what must differ."""
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in {"id", *but}
    }


class TestTakeOver:
    def test_leaves_the_rows_that_the_single_action_leaves(self) -> None:
        make.mandate()
        batch = cast.take_over(
            cast.check(
                cast.csv_of(
                    cast.row(
                        5521, name="王海燕", 英文姓名="Wang Haiyan", email="haiyan@debtor.example",
                        邮编="310012", mandate="WT-2026-01", 合同日期="2024-05-10", 放款金额="50,000",
                        年利率="12%", 语言="英文", 工作单位="西湖茶社", 数据日期="2026-02-26",
                    )
                )
            )
        )  # fmt: skip
        imported = Case.objects.get()
        # What the file says of a source, the file itself shows, from its day on.
        shown = {
            "source_on": local_day(cast.AT, "Asia/Shanghai"), "source_proof": shown_by(batch.number),
        }  # fmt: skip
        single = open_case(
            reference="HZ-2026-9999",
            external_reference="XH-9998",
            creditor=make.creditor(),
            team=make.team(),
            debtor=Person(
                name="王海燕", name_en="Wang Haiyan", id_number=cast.id_number(5521),
                born_on=date(1988, 7, 15), language="en", employer="西湖茶社",
            ),
            claimed=Claimed(
                contract_number="HT-5521", principal=Decimal("38600.00"),
                interest=Decimal("1158.00"), fees=Decimal("242.00"), stated_on=date(2026, 2, 26),
                contract_on=date(2024, 5, 10), paid_out=Decimal("50000.00"),
                annual_rate=Decimal("12.0000"), due_on=date(2025, 11, 10),
                limitation_ends_on=date(2028, 11, 10),
            ),
            by=make.clerk(),
            at=cast.AT,
            addresses=[
                Address(kind="home", city="杭州", district="西湖区", text="文三路 5521 号",
                        postcode="310012", source="contract", **shown),
            ],
            contact_points=[
                ContactPoint(channel="phone", value="13800005521", source="contract", **shown),
                ContactPoint(channel="email", value="haiyan@debtor.example", source="contract", **shown),
            ],
            mandate=make.mandate(),
            origin={
                "batch": batch.number, "file": "batch.csv", "sha256": batch.document.sha256, "row": 2,
            },
            event="case.imported",
        )  # fmt: skip
        single = Case.objects.get(pk=single.pk)
        assert held(
            imported, "reference", "external_reference", "debtor_id", "head", "grams"
        ) == held(single, "reference", "external_reference", "debtor_id", "head", "grams")
        # Keys of search differ by the references alone.
        of_references = {"9999", "9998", "5521", "0001", "1"}
        assert set(imported.grams) - of_references == set(single.grams) - of_references
        assert held(imported.debtor) == held(single.debtor)
        for model, owner in (
            (Address, "person"),
            (ContactPoint, "person"),
            (Debt, "case"),
            (LedgerEntry, "case"),
        ):
            pair = [
                [
                    held(row, f"{owner}_id")
                    for row in model.objects.filter(**{owner: of}).order_by("pk")
                ]
                for of in (
                    (imported.debtor, single.debtor) if owner == "person" else (imported, single)
                )
            ]
            assert pair[0] == pair[1], model
        told, also = imported.events.get(), single.events.get()
        drawn = ("case_id", "salts", "commitments", "digest", "data")
        assert held(told, *drawn) == held(also, *drawn)
        assert told.data == also.data | {"external_reference": "XH-5521"}
        assert told.salts.keys() == also.salts.keys()
        assert verify(imported) == Verified(1, imported.head)

    def test_settles_the_packs_by_the_country_of_each_row(self) -> None:
        rows = [
            cast.row(5521, 国家="英国", 州或省="GB-SCT", 时区="Europe/London"),
            cast.row(5522, 国家="US", 州或省="MA", city="Boston"),
            cast.row(5523),
        ]
        cast.take_over(cast.check(cast.csv_of(*rows)))
        found = Case.objects.order_by("external_reference").select_related("debtor")
        assert [case.packs for case in found] == [
            ["gb", "gb-sct", "story"], ["us", "us-ma", "story"], ["story"],
        ]  # fmt: skip
        assert [(c.debtor.country, c.debtor.region, c.debtor.locality) for c in found] == [
            ("GB", "SCT", "杭州"), ("US", "MA", "Boston"), ("", "", ""),
        ]  # fmt: skip

    def test_settles_them_anew_when_the_creditor_says_that_a_debtor_has_moved(self) -> None:
        cast.take_over(cast.check(cast.csv_of(cast.row(5521))))
        cast.take_over(cast.check(cast.csv_of(cast.row(5521, 国家="Singapore")), name="moved.csv"))
        case = Case.objects.get()
        assert case.packs == ["sg", "intl-strict", "story"]
        assert case.events.filter(kind="packs.changed").count() == 1

    def test_casts_events_as_the_chain_itself_does(self) -> None:
        by = make.clerk()
        batch = cast.take_over(cast.check(cast.csv_of(cast.row(1, external_reference='X"\\1-燕'))))
        event = Event.objects.get(case__creditor=batch.creditor)
        fields = {f"data.{name}": value for name, value in event.data.items()}
        assert event.commitments == commit_to(event.salts, fields)
        assert event.digest == digest_of(event)
        assert event.data["external_reference"] == 'X"\\1-燕'
        data, *_rest = FirstEvents(
            kind="case.imported", by=by, at=cast.AT, fixed={"b": "甲"}, varying=["a"]
        ).cast({"a": canonical("乙")})
        assert data == '{"a":"乙","b":"甲"}'

    def test_draws_a_salt_of_its_own_for_every_field(self) -> None:
        cast.take_over(cast.check(cast.csv_of(*(cast.row(n) for n in range(1, 6)))))
        salts = [
            salt for event in Event.objects.exclude(case=None) for salt in event.salts.values()
        ]
        assert len(salts) == len(set(salts)) == 5 * 9
        assert {len(salt) for salt in salts} == {16}

    def test_tells_batch_file_and_row_on_every_timeline(self) -> None:
        batch = cast.take_over(cast.check(cast.csv_of(cast.row(1), cast.row(2))))
        events = Event.objects.exclude(case=None).order_by("case_id")
        assert [event.data["row"] for event in events] == [2, 3]
        assert {event.data["batch"] for event in events} == {batch.number}
        assert {event.data["file"] for event in events} == {"batch.csv"}
        assert {event.data["sha256"] for event in events} == {batch.document.sha256}

    def test_numbers_the_cases_on_from_the_last(self) -> None:
        make.case(reference="HZ-2026-0147", external_reference="OLD-1")
        cast.take_over(cast.check(cast.csv_of(cast.row(1), cast.row(2))))
        assert [case.reference for case in Case.objects.order_by("pk")] == [
            "HZ-2026-0147", "HZ-2026-0148", "HZ-2026-0149",
        ]  # fmt: skip

    def test_writes_names_as_they_are(self) -> None:
        names = [
            "<script>alert(1)</script>",
            'O\'Brien "Jr"',
            "张\\三",
            "李🙂四",
            "{a,b}",
            "\\N",
            "NULL",
        ]
        cast.take_over(
            cast.check(cast.csv_of(*(cast.row(n, name=name) for n, name in enumerate(names, 1))))
        )
        assert [case.debtor_name for case in Case.objects.order_by("pk")] == names
        assert [case.debtor.name for case in Case.objects.order_by("pk")] == names

    def test_knows_two_debts_of_one_person_as_one_debtor(self) -> None:
        one, other = cast.row(1), cast.row(2, id_number=cast.id_number(1), phone="13800000001")
        cast.take_over(cast.check(cast.csv_of(one, other)))
        later = cast.row(3, id_number=cast.id_number(1), address="文三路 1 号")
        cast.take_over(cast.check(cast.csv_of(later)))
        assert Case.objects.count() == 3
        person = Person.objects.get()
        assert sorted(person.addresses.values_list("text", flat=True)) == [
            "文三路 1 号",
            "文三路 2 号",
        ]
        assert sorted(person.contact_points.values_list("value", flat=True)) == [
            "13800000001", "13800000003",
        ]  # fmt: skip

    def test_shares_no_person_with_another_team(self) -> None:
        cast.take_over(cast.check(cast.csv_of(cast.row(1))))
        other = make.team(name="成都一组", city="成都")
        clerk = make.outsider()
        batch = cast.check(
            cast.csv_of(cast.row(2, id_number=cast.id_number(1))), by=clerk, team=other
        )
        cast.take_over(batch, by=clerk)
        assert Person.objects.count() == 2

    def test_changes_nothing_when_the_same_file_comes_twice(self) -> None:
        content = cast.csv_of(*(cast.row(n) for n in range(1, 4)))
        cast.take_over(cast.check(content))
        again = cast.check(content)
        assert cast.counts(again) == (0, 0, 3, 0)
        assert Case.objects.count() == 3
        assert Event.objects.exclude(case=None).count() == 3

    def test_opens_nothing_twice_when_two_batches_were_looked_at_side_by_side(self) -> None:
        content = cast.csv_of(cast.row(1), cast.row(2))
        first, second = cast.check(content), cast.check(content)
        assert cast.counts(cast.take_over(first)) == (2, 0, 0, 0)
        assert cast.counts(cast.take_over(second)) == (0, 0, 2, 0)
        assert Case.objects.count() == 2

    def test_corrects_instead_of_opening_when_a_case_was_opened_meanwhile(self) -> None:
        first = cast.check(cast.csv_of(cast.row(1)))
        second = cast.check(cast.csv_of(cast.row(1, principal="38000.00"), cast.row(2)))
        cast.take_over(first)
        assert cast.counts(cast.take_over(second)) == (1, 1, 0, 0)
        assert Case.objects.get(external_reference="XH-1").principal == Decimal("38000.00")

    def test_rejects_what_a_mandate_no_longer_covers_on_the_day(self) -> None:
        make.mandate(valid_until=date(2026, 2, 28))
        batch = cast.check(cast.csv_of(cast.row(1, mandate="WT-2026-01"), cast.row(2)))
        assert cast.counts(batch) == (2, 0, 0, 0)
        cast.take_over(batch, at=make.moment("2026-03-01 09:00"))
        assert cast.counts(batch) == (1, 0, 0, 1)
        assert cast.problems(batch) == {2: [("mandate", "mandate_ended")]}
        raw = batch.rows.get(line=2).raw
        assert raw[0] == "XH-1"
        assert raw[-1] == "WT-2026-01"

    def test_ties_the_balance_to_the_ledger(self) -> None:
        cast.take_over(cast.check(cast.csv_of(cast.row(1, fees="0", interest="¥1,158"))))
        case = Case.objects.get()
        assert case.balance == Decimal("39758.00")
        assert list(case.ledger.order_by("pk").values_list("component", "amount")) == [
            ("interest", Decimal("1158.00")), ("principal", Decimal("38600.00")),
        ]  # fmt: skip

    def test_is_told_on_the_chain_of_the_house(self) -> None:
        batch = cast.take_over(cast.check(cast.csv_of(cast.row(1))))
        told = list(
            Event.objects.filter(case=None).order_by("number").values_list("kind", flat=True)
        )
        assert told == ["import.uploaded", "import.taking_over", "import.taken_over"]
        assert verify(None).size == 3  # type: ignore[union-attr]
        assert batch.state == ImportBatch.State.APPLIED


class TestWhatTheDebtorWasTold:
    """The notice of the agency and of a transfer may come with the file."""

    def row(self, **other: str) -> dict[str, str]:
        return cast.row(
            1, mandate="WT-2026-01", 催收主体告知日期="2026-01-12", 债权转让通知日期="", **other
        )

    def test_stands_as_a_circumstance_from_that_day_on(self) -> None:
        make.mandate()
        cast.take_over(cast.check(cast.csv_of(self.row())))
        case = Case.objects.get()
        found = case.circumstances.get()
        assert (found.kind, found.since, found.source) == (
            "agent_notice", date(2026, 1, 12), "paper",
        )  # fmt: skip
        assert (found.recorded_by, found.recorded_at) == (make.clerk(), cast.AT)
        assert case.marks == ["agent_notice"]

    def test_is_told_on_a_timeline_that_holds(self) -> None:
        make.mandate()
        cast.take_over(cast.check(cast.csv_of(self.row())))
        case = Case.objects.get()
        event = case.events.get(kind="case.imported")
        assert event.data["agent_notice_on"] == "2026-01-12"
        assert event.data["transfer_notice_on"] == ""
        assert verify(case) == Verified(1, case.head)

    def test_is_enough_for_the_rule_that_asks_for_it(self) -> None:
        lender = make.creditor(slug="bank-cn", packs=["cn"])
        make.mandate(principal=lender)
        row = self.row()
        without = {
            **cast.row(2, mandate="WT-2026-01"),
            "催收主体告知日期": "",
            "债权转让通知日期": "",
        }
        batch = cast.check(cast.csv_of(row, without), creditor=lender)
        cast.take_over(batch)
        said = {
            case.external_reference: {
                finding.rule
                for finding in may_contact("phone")(
                    case, by=make.clerk(), at=make.moment("2026-03-02 10:00")
                ).blocks
            }
            for case in Case.objects.all()
        }
        assert "CN-18" not in said["XH-1"]
        assert "CN-18" in said["XH-2"]

    def test_changes_nothing_when_the_same_file_comes_again(self) -> None:
        make.mandate()
        cast.take_over(cast.check(cast.csv_of(self.row())))
        again = cast.check(cast.csv_of(self.row()))
        assert cast.counts(again) == (0, 0, 1, 0)

    def test_is_corrected_by_a_file_that_names_another_day(self) -> None:
        make.mandate()
        cast.take_over(cast.check(cast.csv_of(self.row())))
        later = {**self.row(), "催收主体告知日期": "2026-01-20", "债权转让通知日期": "2026-01-05"}
        batch = cast.check(cast.csv_of(later))
        assert batch.rows.get().changes == {
            "agent_notice_on": ["2026-01-12", "2026-01-20"],
            "transfer_notice_on": [None, "2026-01-05"],
        }
        cast.take_over(batch)
        case = Case.objects.get()
        open_ones = case.circumstances.filter(ended_at=None).order_by("kind")
        assert list(open_ones.values_list("kind", "since")) == [
            ("agent_notice", date(2026, 1, 20)), ("transfer_notice", date(2026, 1, 5)),
        ]  # fmt: skip
        assert case.marks == ["agent_notice", "transfer_notice"]
        assert verify(case) == Verified(case.event_count, case.head)

    def test_is_not_taken_when_the_day_has_not_come(self) -> None:
        make.mandate()
        ahead = {**self.row(), "催收主体告知日期": "2026-03-12"}
        batch = cast.check(cast.csv_of(ahead))
        assert cast.counts(batch) == (0, 0, 0, 1)
        assert batch.rows.get().problems[0]["code"] == "day_ahead"
