"""The rules are fast enough to be asked of everything, every night."""

from dataclasses import replace
from datetime import date
from time import process_time

from compliance.ask import ask
from tests.compliance.given import LAWFUL


def test_both_packs_judge_a_visit_well_over_a_thousand_times_a_second() -> None:
    """A floor that no busy machine falls below; benchmarks/rules.py measures in earnest."""
    facts = replace(LAWFUL, packs=("cn", "story"))
    ask("visit.plan", facts, on=date(2026, 3, 2))
    begin = process_time()
    for _ in range(1_000):
        ask("visit.plan", facts, on=date(2026, 3, 2))
    assert process_time() - begin < 0.5
