"""Cash at the door: by whose power, how much, counted by whom, and when none is taken at all."""

from compliance.entry import Entry
from compliance.facts import Facts, OfficerFacts
from compliance.rule import CASH, Answer, Context, known, rule
from compliance.strict import MORE, only_equal


@rule(
    answers=CASH,
    needs=("cash_amount",),
    says={"": ("amount", "limit"), "none": (), "over": ("until",)},
)
def cash_within_mandate(facts: Facts, value: Entry, context: Context) -> Answer:
    """Cash is taken only by a mandate in force that gives the power to, up to its highest sum a visit."""
    mandate = facts.mandate
    if mandate is None or mandate.cash_limit is None:
        return context.refuse(value, "none")
    if mandate.valid_until is None:
        return context.unknown(value, ("mandate",))
    begun = mandate.valid_from is None or mandate.valid_from <= context.day
    if not begun or mandate.valid_until < context.day:
        return context.refuse(value, "over", until=mandate.valid_until)
    amount = known(facts.cash_amount)
    if amount <= mandate.cash_limit:
        return None
    return context.refuse(value, amount=amount, limit=mandate.cash_limit)


@rule(
    answers=CASH,
    needs=("cash_counted_by",),
    takes={"officers": int},
    strict={"officers": MORE},
    says={"": ("counted", "officers")},
)
def cash_counted_by_two(facts: Facts, value: Entry, context: Context) -> Answer:
    """So many officers have counted, each by themselves."""
    counted = len(set(known(facts.cash_counted_by)))
    if counted >= value["officers"]:
        return None
    return context.refuse(value, counted=counted, officers=value["officers"])


@rule(
    answers=CASH,
    needs=("identified",),
    says={"": ("officers",), "debtor": (), "lapsed": ("officers", "day")},
)
def cash_after_credentials(facts: Facts, value: Entry, context: Context) -> Answer:
    """Nobody takes money before it is sure who pays and every officer has shown a permit that is in force."""
    if not facts.identified:
        return context.refuse(value, "debtor")
    if not facts.officers or any(officer.shown is None for officer in facts.officers):
        return context.unknown(value, ("shown",))
    hidden = [_named(officer) for officer in facts.officers if not officer.shown]
    if hidden:
        return context.refuse(value, officers=hidden)
    if any(None in (one.credential_from, one.credential_until) for one in facts.officers):
        return context.unknown(value, ("credential_until",))
    lapsed = [
        _named(officer)
        for officer in facts.officers
        if officer.revoked
        or not known(officer.credential_from) <= context.day <= known(officer.credential_until)
    ]
    return context.refuse(value, "lapsed", officers=lapsed, day=context.day) if lapsed else None


def _named(officer: OfficerFacts) -> str:
    return f"{officer.name} {officer.badge}".strip()


@rule(answers=CASH, says={"": ("refused",)})
def cash_not_after_refusal(facts: Facts, value: Entry, context: Context) -> Answer:
    """Whoever has refused the visit is not asked for money at the door, and none is taken."""
    refused = facts.refused_at
    if refused is None or facts.refusal_lifted:
        return None
    if context.moment is not None and refused > context.moment:  # what was taken before stands
        return None
    return context.refuse(value, refused=refused)


@rule(
    answers=CASH,
    needs=("cash_currency",),
    takes={"currency": str},
    strict={"currency": only_equal("it names another currency")},
    says={"": ("currency",)},
)
def cash_in_own_currency(facts: Facts, value: Entry, context: Context) -> Answer:
    """Foreign notes are never taken: nobody at a door can check them, or say what they are worth."""
    if facts.cash_currency == value["currency"]:
        return None
    return context.refuse(value, currency=facts.cash_currency)


@rule(answers=CASH, needs=("others_present",), says={"": ()})
def cash_not_before_others(facts: Facts, value: Entry, context: Context) -> Answer:
    """While somebody else is there no money changes hands: it would tell of the debt."""
    return context.refuse(value) if facts.others_present else None
