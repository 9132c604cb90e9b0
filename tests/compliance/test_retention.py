"""How long records are kept: the day before, the day itself and the day after each boundary."""

from datetime import date
from pathlib import Path

import pytest

from compliance import packs
from compliance.records import RECORDS, faults
from compliance.retention import Kept, keep, span_after_closure
from compliance.spans import after, months_on, years_on
from compliance.verdict import Force

CLOSED = date(2026, 3, 5)


def kept(record: str, kind: str | None = "bank", **given: object) -> Kept:
    given = {"closed_on": CLOSED, "packs": ("cn", "story"), **given}
    return keep(record, creditor_type=kind, **given)  # type: ignore[arg-type]


class TestKeep:
    def test_holds_a_visit_record_of_a_bank_two_years_and_deletes_it_after_five(self) -> None:
        found = kept("visit_log")
        assert found.keep_until == date(2028, 3, 5)
        assert found.delete_on == date(2031, 3, 6)
        assert found.restricted_from == date(2026, 3, 6)
        assert {one.rule: one.force for one in found.why} == {
            "CN-63": Force.REGULATION, "CN-KEEP": Force.POLICY,
        }  # fmt: skip

    def test_says_until_when_and_for_an_open_case_how_long_alone(self) -> None:
        told = {one.rule: one for one in kept("visit_log").why}
        assert told["CN-63"].says["zh"] == "自结案之日起至少保存 2 年，至 2028年3月5日（周日）"
        assert told["CN-63"].undated == {
            "en": "kept at least 2 years from the closing of the case", "zh": "自结案之日起至少保存 2 年",
        }  # fmt: skip
        assert (
            told["CN-KEEP"].undated["zh"]
            == "自结案之日起保存 5 年；诉讼时效届满更晚的，以届满日为准"
        )

    def test_says_nothing_of_a_day_that_is_not_known_yet(self) -> None:
        told = {one.rule: one for one in kept("agreement_recording").why}
        assert told["CN-CARD70"].says["zh"].endswith("时即删除")

    def test_holds_that_of_a_consumer_finance_company_five_years_and_says_it_is_policy(
        self,
    ) -> None:
        found = kept("visit_log", "consumer_finance")
        assert found.keep_until == date(2031, 3, 5)
        assert found.delete_on == date(2031, 3, 6)
        assert {one.rule: one.force for one in found.why}["CN-64"] == Force.POLICY

    def test_has_no_minimum_for_a_private_lender(self) -> None:
        found = kept("visit_log", "private")
        assert (found.keep_until, found.delete_on) == (None, date(2031, 3, 6))

    def test_gives_every_minimum_where_nobody_knows_the_kind_of_creditor(self) -> None:
        assert kept("visit_log", None).keep_until == date(2031, 3, 5)

    @pytest.mark.parametrize(
        ("limitation", "goes_on"),
        [
            (date(2031, 3, 5), date(2031, 3, 6)),
            (date(2031, 3, 6), date(2031, 3, 7)),
            (date(2025, 1, 1), date(2031, 3, 6)),
        ],
    )
    def test_waits_for_the_end_of_limitation_if_that_is_later(
        self, limitation: date, goes_on: date
    ) -> None:
        assert kept("agreement", limitation_ends_on=limitation).delete_on == goes_on

    @pytest.mark.parametrize("hold", ["complaint", "suit", "police"])
    def test_deletes_nothing_while_something_holds_it(self, hold: str) -> None:
        found = kept("recording", holds=(hold,))
        assert (found.delete_on, found.held_by) == (None, (hold,))
        assert found.restricted_from == date(2026, 3, 6)

    def test_is_not_stopped_by_a_hold_that_the_packs_do_not_name(self) -> None:
        assert kept("recording", holds=("hardship",)).delete_on == date(2031, 3, 6)

    def test_deletes_a_note_on_special_care_with_the_closing(self) -> None:
        found = kept("vulnerability_note")
        assert (found.delete_on, found.restricted_from) == (CLOSED, None)

    def test_keeps_that_note_while_a_complaint_is_open(self) -> None:
        found = kept("vulnerability_note", holds=("complaint",))
        assert found.delete_on is None
        assert found.restricted_from == date(2026, 3, 6)

    def test_deletes_a_contact_persons_data_when_the_debtor_is_reached_again(self) -> None:
        found = kept("contact_person", events={"contact_restored": date(2026, 2, 27)})
        assert found.delete_on == date(2026, 2, 28)

    def test_says_no_day_for_an_event_that_has_not_come(self) -> None:
        assert kept("contact_person").delete_on is None

    def test_keeps_the_recording_of_an_agreement_until_the_debt_is_settled(self) -> None:
        assert kept("agreement_recording").delete_on is None
        found = kept("agreement_recording", events={"settled": CLOSED})
        assert (found.keep_until, found.delete_on) == (CLOSED, date(2031, 3, 6))

    def test_counts_the_assessment_from_the_day_on_which_it_was_made(self) -> None:
        found = kept("impact_assessment", events={"made": date(2025, 2, 28)})
        assert found.keep_until == date(2028, 2, 28)
        assert found.delete_on == date(2031, 3, 6)

    def test_keeps_what_the_law_wants_longer_than_the_house_would(self) -> None:
        found = kept("impact_assessment", events={"made": date(2029, 3, 10)})
        assert found.delete_on == date(2032, 3, 11)

    def test_knows_an_answer_for_every_class_of_records(self) -> None:
        for record in RECORDS:
            assert kept(record).why, record

    def test_says_nothing_where_no_pack_has_a_term(self) -> None:
        found = kept("visit_log", packs=("story",))
        assert (found.keep_until, found.delete_on, found.why) == (None, None, ())


class TestSpans:
    def test_end_on_the_last_of_february_for_the_29th(self) -> None:
        assert years_on(date(2024, 2, 29), 3) == date(2027, 2, 28)
        assert after(date(2024, 2, 29), "1y") == date(2025, 2, 28)

    @pytest.mark.parametrize(
        ("day", "months", "ends"),
        [
            (date(2025, 8, 31), 6, date(2026, 2, 28)),
            (date(2026, 6, 30), 6, date(2026, 12, 30)),
            (date(2026, 7, 15), 6, date(2027, 1, 15)),
            (date(2026, 11, 30), 1, date(2026, 12, 30)),
            (date(2026, 12, 31), 2, date(2027, 2, 28)),
        ],
    )
    def test_of_months_end_on_the_last_day_of_a_short_one(
        self, day: date, months: int, ends: date
    ) -> None:
        assert months_on(day, months) == ends


class TestFaults:
    @pytest.mark.parametrize(
        ("term", "says"),
        [
            ({"record": "gossip", "from": "closure", "minimum": "2y"}, "unknown record"),
            ({"record": "notice", "from": "birth", "minimum": "2y"}, "unknown event"),
            ({"record": "notice", "from": "closure"}, "without any length"),
            ({"record": "notice", "from": "closure", "minimum": "two"}, "no span"),
            ({"record": "notice", "from": "closure", "minimum": "2y", "x": 1}, "unknown parts"),
            ({"record": "notice", "from": "closure", "minimum": "2y", "extended_by": "x"}, "extended"),
        ],
    )  # fmt: skip
    def test_are_told_by_the_check(self, tmp_path: Path, term: dict[str, str], says: str) -> None:
        assert any(says in fault for fault in faults([term]))
        written = ", ".join(f'{name} = "{part}"' for name, part in term.items())
        folder = tmp_path / "spoilt"
        folder.mkdir()
        (folder / "pack.toml").write_text(
            'name = "spoilt"\nversion = "1"\njurisdiction = "CN"\n[title]\nen = "a"\nzh = "甲"\n'
            '[about]\nen = "a"\nzh = "甲"\n[source.s]\ntitle = "t"\ntitle_zh = "题"\n'
        )
        (folder / "keep.toml").write_text(
            '[[value]]\nid = "X-1"\nsince = 2025-01-01\nforce = "policy"\nconfidence = "low"\n'
            f'source = "s"\nterms = [{{ {written} }}]\nkeys = {{ "retention.terms" = "terms" }}\n'
        )
        assert any(says in problem for problem in packs.problems(tmp_path))


class TestSpanAfterClosure:
    def test_is_the_longest_that_the_packs_name_for_that_kind_of_creditor(self) -> None:
        day = date(2026, 3, 5)
        for kind, span in (("bank", "5y"), ("consumer_finance", "5y")):
            assert (
                span_after_closure("recording", packs=["cn"], creditor_type=kind, day=day) == span
            )
        assert span_after_closure("recording", packs=["gb"], creditor_type="bank", day=day) == "6y"

    def test_is_unknown_where_no_pack_says(self) -> None:
        day = date(2026, 3, 5)
        assert (
            span_after_closure("recording", packs=["story"], creditor_type="bank", day=day) is None
        )
