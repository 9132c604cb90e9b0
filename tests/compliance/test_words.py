"""Figures in words, in both languages."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from compliance import packs
from compliance.facts import Facts
from compliance.rule import RULES
from compliance.verdict import Force, Severity
from compliance.words import NAMES, Named, Rate, Slot, Until, Weekdays, in_words

EVENING = datetime(2026, 3, 5, 20, 30)


@pytest.mark.parametrize(
    ("figure", "english", "chinese"),
    [
        (EVENING, "Thu 5 Mar 2026, 20:30", "2026年3月5日（周四）20:30"),
        (date(2026, 3, 9), "Mon 9 Mar 2026", "2026年3月9日（周一）"),
        (time(8, 0), "08:00", "08:00"),
        (Slot(EVENING, EVENING.replace(hour=21)), "Thu 5 Mar 2026, 20:30–21:30", "2026年3月5日（周四）20:30–21:30"),
        (Until(datetime(2026, 3, 9)), "Sun 8 Mar 2026, 24:00", "2026年3月8日（周日）24:00"),
        (Until(EVENING), "Thu 5 Mar 2026, 20:30", "2026年3月5日（周四）20:30"),
        (Decimal(40000), "40,000.00", "40,000.00"),
        (Rate(Decimal("13.8000")), "13.8%", "13.8%"),
        (Rate(Decimal(20)), "20%", "20%"),
        (Weekdays(("mon", "tue", "wed", "thu", "fri", "sat")), "Mon to Sat", "周一至周六"),
        (Weekdays(("mon", "tue", "wed", "thu", "fri", "sat", "sun")), "every day", "每天"),
        (Weekdays(("sat", "tue")), "Tue, Sat", "周二、周六"),
        ([Named("channel.sms"), Named("channel.phone")], "SMS, telephone", "短信、电话"),
        (Named("channel.pigeon"), "pigeon", "pigeon"),
        (72, "72", "72"),
    ],
)  # fmt: skip
def test_a_figure_is_written_as_people_read_it(figure: Any, english: str, chinese: str) -> None:
    assert in_words(figure, "en") == english
    assert in_words(figure, "zh") == chinese


def test_every_fact_that_a_rule_needs_has_a_name_in_both_languages() -> None:
    for rule in RULES.values():
        for names in rule.needs.values():
            assert set(names) <= NAMES.keys()
            assert set(names) <= set(Facts.__dataclass_fields__)


def test_every_severity_and_force_has_a_label() -> None:
    for one in (*Severity, *Force):
        assert set(one.label) == {"en", "zh"}
        assert all(one.label.values())


def test_every_list_in_the_packs_is_of_words_that_have_a_name() -> None:
    kinds = {
        "roles": "role", "places": "place", "sources": "source", "order": "part", "sides": "side",
        "instruments": "paper", "transfers": "paper", "reasons": "hold", "closings": "closed_as",
    }  # fmt: skip
    for pack in packs.names():
        for entry in packs.describe(pack):
            for field, kind in kinds.items():
                for code in entry.fields.get(field, ()):
                    assert f"{kind}.{code}" in NAMES
            for code in entry.keys.get("notice.fields", ()):
                assert f"notice.{code}" in NAMES
