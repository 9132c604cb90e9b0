"""What the terms of an agreement must respect, and what a signature needs."""

from decimal import Decimal

from common.money import ZERO
from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import AGREEMENT, Answer, Context, known, rule
from compliance.strict import LESS, MORE_OF, only_equal
from compliance.words import named


@rule(answers=("agreement.reach",), says={"": ()})
def talk_on_record(facts: Facts, value: Entry, context: Context) -> Answer:
    """An agreement stands on a talk that was written down, unless a gentler channel brought it."""
    if facts.talk_recorded is None:
        return None if facts.channel else context.unknown(value, ("talk_recorded",))
    return None if facts.talk_recorded else context.refuse(value)


@rule(
    answers=AGREEMENT,
    needs=("plan_total", "plan_balance"),
    says={"": ("total", "waiver", "balance", "gap")},
)
def plan_ties(facts: Facts, value: Entry, context: Context) -> Answer:
    """The instalments and the waiver together are the balance, to the cent."""
    planned, balance, waiver = known(facts.plan_total), known(facts.plan_balance), _waiver(facts)
    gap = balance - planned - waiver
    if gap == ZERO and waiver >= ZERO:
        return None
    return context.refuse(value, total=planned, waiver=waiver, balance=balance, gap=gap)


@rule(
    answers=AGREEMENT,
    needs=("plan_total", "plan_balance", "collector"),
    takes={"own_limit": str},
    strict={"own_limit": LESS},
    says={"": ("waiver", "limit")},
)
def waiver_approved(facts: Facts, value: Entry, context: Context) -> Answer:
    """A waiver above what the mandate leaves to the agency was approved by a second person.

    A creditor that collects by itself has the limit that the value names.
    """
    waiver = _waiver(facts)
    if waiver <= ZERO or facts.waiver_approved:
        return None
    limit = Decimal(value["own_limit"])
    if facts.collector != "own":
        limit = (facts.mandate.waiver_limit if facts.mandate else None) or ZERO
    if waiver <= limit:
        return None
    return context.refuse(value, waiver=waiver, limit=limit)


@rule(
    answers=("agreement.reach",),
    needs=("plan_months",),
    takes={"months": int},
    strict={"months": LESS},
    says={"": ("term", "months")},
)
def plan_not_too_long(facts: Facts, value: Entry, context: Context) -> Answer:
    """A plan runs for no more than so many months."""
    term = known(facts.plan_months)
    if 0 <= term <= value["months"]:
        return None
    return context.refuse(value, term=term, months=value["months"])


@rule(
    answers=("agreement.reach",),
    needs=("set_off_order",),
    takes={"order": list},
    strict={"order": only_equal("each order suits one side in one case and the other in another")},
    says={"": ("given", "order")},
)
def set_off_in_order(facts: Facts, value: Entry, context: Context) -> Answer:
    """A payment is set off in the order of the value."""
    if list(facts.set_off_order or ()) == value["order"]:
        return None
    return context.refuse(
        value,
        given=named("part", facts.set_off_order or ()) or "—",
        order=named("part", value["order"]),
    )


@rule(answers=("agreement.sign",), needs=("terms_confirmed",), says={"": ()})
def terms_understood(facts: Facts, value: Entry, context: Context) -> Answer:
    """The debtor has confirmed every term by itself."""
    return None if facts.terms_confirmed else context.refuse(value)


@rule(
    answers=("agreement.sign",),
    needs=("signed_by",),
    takes={"sides": list},
    strict={"sides": MORE_OF},
    says={"": ("missing",)},
)
def signed_by_all(facts: Facts, value: Entry, context: Context) -> Answer:
    """Every side has signed."""
    missing = [side for side in value["sides"] if side not in (facts.signed_by or ())]
    return context.refuse(value, missing=named("side", missing)) if missing else None


@rule(answers=("payment.record",), needs=("collector", "payment_to"), says={"": ()})
def agency_may_receive(facts: Facts, value: Entry, context: Context) -> Answer:
    """An agency takes money only if the mandate gives it the power to."""
    if facts.collector == "own" or facts.payment_to == "creditor":
        return None
    if facts.mandate is None:
        return context.unknown(value, ("mandate",))
    return None if facts.mandate.may_receive_money else context.refuse(value)


def _waiver(facts: Facts) -> Decimal:
    """What is waived; where nobody said so, whatever the plan leaves of the balance."""
    if facts.waiver is not None:
        return facts.waiver
    return known(facts.plan_balance) - known(facts.plan_total)
