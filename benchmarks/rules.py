"""How many planned visits both packs judge in a second; needs no database.

./doorstep manage shell -c "from benchmarks import rules; rules.run()"
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from time import process_time

from compliance.ask import ask, earliest
from compliance.facts import Facts
from compliance.fortnight import Fortnight, fortnight
from compliance.packs import names
from compliance.supposed import supposed

START = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)
AT = START - timedelta(days=4)
LAWFUL = supposed("visit.plan", packs=("cn", "story"), at=AT, start=START)
LATE = replace(
    LAWFUL, start=START + timedelta(hours=6), end=START + timedelta(hours=7),
    past_visits=(START - timedelta(days=2),),
)  # fmt: skip


def ahead(facts: Facts) -> Fortnight:
    """The lawful slots of fourteen days."""
    return fortnight(
        "visit.plan",
        facts,
        zone="Asia/Shanghai",
        first=date(2026, 3, 2),
        now=START - timedelta(days=3),
    )


def run(seconds: float = 2.0) -> None:
    """Print evaluations a second for what is allowed, what is refused, and the search alone."""
    day, china = date(2026, 3, 1), replace(LAWFUL, packs=("cn",))
    all_packs = supposed("visit.plan", packs=tuple(names()), at=AT, start=START)
    for facts, lawful in ((china, True), (LAWFUL, True), (LATE, False)):
        verdict = ask("visit.plan", facts, on=day)
        assert verdict.allowed is lawful, [finding.rule for finding in verdict.blocks]
    jobs = {
        "cn alone, allowed": lambda: ask("visit.plan", china, on=day),
        "cn and story, allowed": lambda: ask("visit.plan", LAWFUL, on=day),
        "cn and story, refused, with earliest": lambda: ask("visit.plan", LATE, on=day),
        "earliest lawful moment": lambda: earliest("visit.plan", LATE, after=START),
        "fortnight of 672 half-hours, two packs": lambda: ahead(LAWFUL),
        "fortnight of 672 half-hours, all packs": lambda: ahead(all_packs),
    }
    print(f"| {'job':<40} | {'a second':>9} |\n| {'-' * 40} | {'-' * 9} |")
    for name, job in jobs.items():
        job()
        count, begin = 0, process_time()
        while process_time() - begin < seconds:
            job()
            count += 1
        print(f"| {name:<40} | {count / (process_time() - begin):>9,.1f} |")
