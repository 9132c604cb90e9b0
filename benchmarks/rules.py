"""How many planned visits both packs judge in a second; needs no database.

./doorstep manage shell -c "from benchmarks import rules; rules.run()"
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import process_time

from compliance.ask import ask, earliest
from compliance.facts import DebtFacts, Facts, MandateFacts, OfficerFacts, PaperFacts
from compliance.fortnight import Fortnight, fortnight
from compliance.packs import names
from compliance.supposed import supposed

START = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)
OFFICERS = tuple(
    OfficerFacts(
        badge=badge, name=badge, credential_from=date(2025, 6, 1),
        credential_until=date(2027, 12, 31), trained_on=date(2025, 9, 1),
    )
    for badge in ("021", "034")
)  # fmt: skip
LAWFUL = Facts(
    packs=("cn", "story"), zone="Asia/Shanghai", creditor_type="bank", collector="agency",
    at=START - timedelta(days=4), start=START, end=START + timedelta(hours=1),
    served_at=START - timedelta(days=4), place_kind="home", purpose="协商还款",
    intended_outcome="达成分期协议", target_role="debtor", officers=OFFICERS, past_visits=(),
    no_contact_order=False, holds=(), claim_papers=("contract", "disbursement"),
    mandate=MandateFacts(
        principal="A", agent="B", valid_from=date(2026, 1, 1), valid_until=date(2026, 12, 31),
        methods=("visit",), waiver_limit=Decimal("0.00"),
    ),
    contact_sources=("contract",), gentler_tried=("phone", "sms"),
    limitation_ends_on=date(2028, 11, 10), natural_person_lender=False,
    circumstances=(), contacts=(), record_confirmed=True,
    house_papers=(
        PaperFacts("processing_contract", date(2026, 1, 1)),
        PaperFacts("impact_assessment", date(2026, 1, 1)),
    ),
    debts=(
        DebtFacts(
            contract="HT-1", kind="consumer_loan", contract_on=date(2024, 5, 10),
            due_on=date(2025, 11, 10), cost_rate=Decimal("12.00"), annual_rate=Decimal("12.00"),
            interest_basis="agreed", principal=Decimal("38600.00"), interest=Decimal("1158.00"),
            fees=Decimal("242.00"), paid_out=Decimal("50000.00"), platform=False,
        ),
    ),
)  # fmt: skip
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
    all_packs = supposed(
        "visit.plan", packs=tuple(names()), at=START - timedelta(days=4), start=START
    )
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
