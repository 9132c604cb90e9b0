"""What a debt may cost: ceilings by lender and day of the contract, and what was never agreed is not owed."""

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import Answer, Context, known, rule
from compliance.strict import EARLIER, LESS
from compliance.verdict import Finding
from compliance.words import Rate

PRICED = ("visit.plan", "visit.announce", "agreement.reach")
RATED = (*PRICED, "rate.state")
NO_SINGLE_SUM = ("credit_card",)  # paid out purchase by purchase
YEAR = Decimal(365)
CENT = Decimal("0.01")


@rule(
    answers=RATED,
    needs=("debts",),
    takes={"times": int, "contracts_from": object},
    strict={"times": LESS, "contracts_from": EARLIER},
    says={"": ("debt", "rate", "ceiling", "times", "lpr", "contract")},
)
def cost_within_lpr(facts: Facts, value: Entry, context: Context) -> Answer:
    """All that a contract asks in a year is no more than so many times the LPR of its day."""
    return list(_dear_by_lpr(facts, value, context))


def _dear_by_lpr(facts: Facts, value: Entry, context: Context) -> Iterator[Finding]:
    for debt in known(facts.debts):
        if debt.contract_on is not None and debt.contract_on < value["contracts_from"]:
            continue
        missing = debt.unknown("contract_on", "cost_rate")
        if missing:
            yield context.unknown(value, missing)
            continue
        contract, rate = known(debt.contract_on), debt.yearly_cost
        lpr = context.look_up("lpr.one_year", contract)
        if lpr is None:
            yield context.unknown(value, ("lpr",))
        elif rate > Decimal(lpr) * value["times"]:
            yield context.refuse(
                value,
                debt=debt.contract or "—",
                rate=Rate(rate),
                ceiling=Rate(Decimal(lpr) * value["times"]),
                times=value["times"],
                lpr=Rate(Decimal(lpr)),
                contract=contract,
            )


@rule(
    answers=RATED,
    needs=("debts",),
    takes={"percent": str, "contracts_from": object, "platform_only": bool},
    strict={"percent": LESS, "contracts_from": EARLIER, "platform_only": LESS},
    says={"": ("debt", "rate", "ceiling", "contract", "contracts_from")},
)
def cost_within_percent(facts: Facts, value: Entry, context: Context) -> Answer:
    """All that a contract of that day or later asks in a year is no more than so many per cent.

    ``platform_only`` leaves those alone that no internet platform helped to arrange.
    """
    return list(_dear_by_percent(facts, value, context))


def _dear_by_percent(facts: Facts, value: Entry, context: Context) -> Iterator[Finding]:
    ceiling = Decimal(value["percent"])
    for debt in known(facts.debts):
        if debt.contract_on is None:
            yield context.unknown(value, ("contract_on",))
            continue
        if debt.contract_on < value["contracts_from"]:
            continue
        if value["platform_only"] and debt.platform is False:
            continue
        missing = debt.unknown(*(("platform",) if value["platform_only"] else ()), "cost_rate")
        if missing:
            yield context.unknown(value, missing)
        elif debt.yearly_cost > ceiling:
            yield context.refuse(
                value,
                debt=debt.contract or "—",
                rate=Rate(debt.yearly_cost),
                ceiling=Rate(ceiling),
                contract=debt.contract_on,
                contracts_from=value["contracts_from"],
            )


@rule(
    answers=PRICED,
    needs=("debts", "natural_person_lender"),
    says={"": ("debt", "interest"), "unclear": ("debt", "interest")},
)
def interest_was_agreed(facts: Facts, value: Entry, context: Context) -> Answer:
    """Interest that was not agreed is not owed, nor between natural persons what was agreed unclearly."""
    found = []
    for debt in known(facts.debts):
        if debt.interest is None or (debt.interest > 0 and debt.interest_basis is None):
            found.append(context.unknown(value, debt.unknown("interest", "interest_basis")))
        elif debt.interest > 0 and debt.interest_basis == "none":
            found.append(context.refuse(value, debt=debt.contract or "—", interest=debt.interest))
        elif debt.interest > 0 and debt.interest_basis == "unclear" and facts.natural_person_lender:
            found.append(
                context.refuse(value, "unclear", debt=debt.contract or "—", interest=debt.interest)
            )
    return found


@rule(answers=PRICED, needs=("debts",), says={"": ("debt", "principal", "paid_out")})
def principal_was_paid_out(facts: Facts, value: Entry, context: Context) -> Answer:
    """No more principal is asked for than was really paid out; what was kept back at once was not."""
    found = []
    for debt in known(facts.debts):
        if debt.kind in NO_SINGLE_SUM:
            continue
        missing = debt.unknown("principal", "paid_out")
        if missing:
            found.append(context.unknown(value, missing))
        elif known(debt.principal) > known(debt.paid_out):
            found.append(
                context.refuse(
                    value,
                    debt=debt.contract or "—",
                    principal=debt.principal,
                    paid_out=debt.paid_out,
                )
            )
    return found


@rule(
    answers=PRICED,
    needs=("debts",),
    takes={"times": int},
    strict={"times": LESS},
    says={"": ("debt", "asked", "most", "first_principal", "first_on", "ceiling")},
)
def rollover_within_first_loan(facts: Facts, value: Entry, context: Context) -> Answer:
    """A loan rolled over never costs more than its first principal and that at the ceiling for all the time."""
    found = []
    for debt in known(facts.debts):
        if debt.first_on is None and debt.first_principal is None:
            continue  # it was never rolled over
        missing = debt.unknown("first_on", "first_principal", "principal", "interest", "fees")
        if missing:
            found.append(context.unknown(value, missing))
            continue
        lpr = context.look_up("lpr.one_year", known(debt.first_on))
        if lpr is None:
            found.append(context.unknown(value, ("lpr",)))
            continue
        ceiling = Decimal(lpr) * value["times"]
        asked = known(debt.principal) + known(debt.interest) + known(debt.fees)
        most = most_owed(known(debt.first_principal), ceiling, known(debt.first_on), context.day)
        if asked > most:
            found.append(
                context.refuse(
                    value,
                    debt=debt.contract or "—",
                    asked=asked,
                    most=most,
                    first_principal=debt.first_principal,
                    first_on=debt.first_on,
                    ceiling=Rate(ceiling),
                )
            )
    return found


def most_owed(principal: Decimal, percent: Decimal, since: date, day: date) -> Decimal:
    """Principal and simple interest at that yearly rate from one day to another, to the cent."""
    days = max((day - since).days, 0)
    interest = principal * percent / 100 * days / YEAR
    return principal + interest.quantize(CENT, rounding=ROUND_HALF_UP)


@rule(
    answers=RATED,
    needs=("debts",),
    says={"": ("debt", "rate", "most"), "none": ("debt", "rate", "most")},
)
def default_rate_as_agreed(facts: Facts, value: Entry, context: Context) -> Answer:
    """Where no rate was agreed for the time after the due day, the agreed one goes on, else the LPR runs."""
    found = []
    for debt in known(facts.debts):
        if debt.default_rate is None or debt.default_agreed:
            continue
        if debt.default_agreed is None:
            found.append(context.unknown(value, ("default_agreed",)))
            continue
        agreed = debt.interest_basis == "agreed"
        if agreed and debt.annual_rate is not None:
            most = debt.annual_rate
        else:
            lpr = context.look_up("lpr.one_year", debt.due_on) if debt.due_on else None
            if lpr is None:
                found.append(context.unknown(value, ("lpr",)))
                continue
            most = Decimal(lpr)
        if debt.default_rate > most:
            found.append(
                context.refuse(
                    value,
                    "" if agreed else "none",
                    debt=debt.contract or "—",
                    rate=Rate(debt.default_rate),
                    most=Rate(most),
                )
            )
    return found
