"""What the terms of an agreement must respect, and what a signature needs."""

from datetime import timedelta
from decimal import Decimal

from common.money import ZERO
from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import AGREEMENT, Answer, Context, known, rule, utc
from compliance.strict import FEWER_OF, LESS, MORE, MORE_OF, only_equal
from compliance.words import Until, named


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
    needs=("debts", "plan_months"),
    takes={"months": int, "kind": str},
    strict={"months": LESS, "kind": only_equal("it names the debts of which the source speaks")},
    says={"": ("debt", "term", "months")},
)
def plan_of_kind_not_too_long(facts: Facts, value: Entry, context: Context) -> Answer:
    """A plan for a debt of one kind, such as a credit card's, runs for no more than so many months."""
    term = known(facts.plan_months)
    if term <= value["months"]:
        return None
    return [
        context.refuse(value, debt=debt.contract or "—", term=term, months=value["months"])
        for debt in known(facts.debts)
        if debt.kind == value["kind"]
    ]


@rule(answers=("agreement.reach",), needs=("common_debtors",), says={"": ("spouses",)})
def common_debtors_sign(facts: Facts, value: Entry, context: Context) -> Answer:
    """Where a spouse answers for the debt too, both sign, or the change binds only the one who did."""
    others = list(known(facts.common_debtors))
    return context.refuse(value, spouses=others) if others else None


@rule(answers=("agreement.reach",), needs=("limitation_ends_on",), says={"": ("ends",)})
def barred_debt_is_told(facts: Facts, value: Entry, context: Context) -> Answer:
    """Whoever signs for a debt that is barred by time gives up a right, and is told so in the terms."""
    ends = known(facts.limitation_ends_on)
    return None if context.day <= ends else context.refuse(value, ends=ends)


@rule(
    answers=("agreement.reach",),
    needs=("set_off_order",),
    takes={"order": list, "agreeable": bool, "designated": bool},
    strict={
        "order": only_equal("each order suits one side in one case and the other in another"),
        "agreeable": only_equal("the law leaves it to both sides, or it does not"),
        "designated": only_equal("the law leaves it to the debtor, or it does not"),
    },
    says={"": ("given", "order")},
)
def set_off_in_order(facts: Facts, value: Entry, context: Context) -> Answer:
    """A payment is set off in the order of the value, or in another on which both sides agree in the terms, if they may."""
    if list(facts.set_off_order or ()) == value["order"]:
        return None
    if facts.set_off_agreed and value["agreeable"]:
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


@rule(
    answers=("agreement.sign",),
    needs=("waits_for", "declined_by"),
    says={"": ("missing",), "declined": ("declined",)},
)
def others_signed(facts: Facts, value: Entry, context: Context) -> Answer:
    """Whoever else was asked to sign has signed; who declined is not passed over in silence."""
    found = []
    if facts.declined_by:
        found.append(context.refuse(value, "declined", declined=list(facts.declined_by)))
    if facts.waits_for:
        found.append(context.refuse(value, missing=list(facts.waits_for)))
    return found


@rule(
    answers=("agreement.ask_signer",),
    needs=("target_role",),
    takes={"of_the_debt": list, "bases": list, "by_consent": list},
    strict={"of_the_debt": FEWER_OF, "bases": FEWER_OF, "by_consent": FEWER_OF},
    says={"": ("role",), "spouse": ("bases",), "consent": ("role",)},
)
def signer_may_be_told(facts: Facts, value: Entry, context: Context) -> Answer:
    """Only who is a party of the debt, or whom the debtor agreed to have told, is asked to sign.

    A spouse counts as a party for a common debt that a paper proves. What is unknown counts as no.
    """
    role = known(facts.target_role)
    if role in value["of_the_debt"]:
        return None
    shown = named("role", [role])
    if role not in value["by_consent"]:
        return context.refuse(value, role=shown)
    if facts.debtor_agreed:
        return None
    if role != "spouse":
        return context.refuse(value, "consent", role=shown)
    if facts.common_debt in value["bases"] and facts.role_is_proven:
        return None
    return context.refuse(value, "spouse", bases=named("common_debt", value["bases"]))


@rule(
    answers=("agreement.sign",),
    needs=("at", "offered_at"),
    takes={"minutes": int},
    strict={"minutes": MORE},
    says={"": ("minutes", "ready")},
)
def time_to_read(facts: Facts, value: Entry, context: Context) -> Answer:
    """Nobody signs before the debtor has had the terms for so many minutes."""
    ready = utc(known(facts.offered_at)) + timedelta(minutes=value["minutes"])
    if utc(known(facts.at)) >= ready:
        return None
    return context.refuse(value, earliest=ready, minutes=value["minutes"], ready=Until(ready))


@rule(answers=("agreement.sign",), needs=("counsel",), says={"": (), "objects": ()})
def counsel_has_answered(facts: Facts, value: Entry, context: Context) -> Answer:
    """Where a lawyer was asked about the terms, the signing waits for a yes."""
    if facts.counsel in {"none", "confirmed"}:
        return None
    return context.refuse(value, "objects" if facts.counsel == "objects" else "")


@rule(
    answers=("agreement.accelerate",),
    needs=("acceleration_clause", "plan_broken", "days_to_pay"),
    takes={"days": int},
    strict={"days": MORE},
    says={"": ("given", "days"), "clause": (), "kept": ()},
)
def acceleration_agreed(facts: Facts, value: Entry, context: Context) -> Answer:
    """The whole sum is asked at once only by a clause, of a broken plan, with so many days to pay."""
    if not facts.acceleration_clause:
        return context.refuse(value, "clause")
    if not facts.plan_broken:
        return context.refuse(value, "kept")
    given = known(facts.days_to_pay)
    return (
        None if given >= value["days"] else context.refuse(value, given=given, days=value["days"])
    )


@rule(answers=("payment.record", "cash.take"), needs=("collector", "payment_to"), says={"": ()})
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
