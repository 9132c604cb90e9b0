"""Whether there is a lawful claim, who may press it, against whom, and whether it is time."""

from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import AGREEMENT, CONTACT, VISIT, Answer, Context, known, rule
from compliance.strict import FEWER_OF, MORE
from compliance.words import named

PLANNING = ("visit.plan", "visit.announce")
CHANNEL_OF = {"lawyers_letter": "letter"}  # a lawyer's letter is a letter to the mandate


@rule(
    answers=PLANNING,
    needs=("claim_papers",),
    takes={"instruments": list, "transfers": list},
    strict={"instruments": FEWER_OF, "transfers": FEWER_OF},
    says={"": ("held", "instruments", "transfers")},
)
def claim_proven(facts: Facts, value: Entry, context: Context) -> Answer:
    """The papers show both the promise and the paying out: an instrument and a transfer."""
    papers = set(facts.claim_papers or ())
    if papers & set(value["instruments"]) and papers & set(value["transfers"]):
        return None
    return context.refuse(
        value,
        held=named("paper", sorted(papers)) or "—",
        instruments=named("paper", value["instruments"]),
        transfers=named("paper", value["transfers"]),
    )


@rule(
    answers=(*VISIT, *CONTACT, *AGREEMENT),
    needs=("collector",),
    says={
        "": ("day",),
        "early": ("day", "valid_from"),
        "expired": ("day", "until"),
        "subdelegated": ("day",),
        "method": ("day", "method", "methods"),
        "sign": ("day",),
    },
)
def mandate_in_force(facts: Facts, value: Entry, context: Context) -> Answer:
    """An agency acts under a mandate that is in force, not passed on, and covers what it does."""
    if facts.collector == "own":
        return None
    mandate = facts.mandate
    if mandate is None or not mandate.principal or not mandate.agent:
        return context.refuse(value, day=context.day)
    if mandate.valid_from is None or mandate.valid_until is None:
        return context.unknown(value, ("mandate",))
    if context.day > mandate.valid_until:
        return context.refuse(value, "expired", day=context.day, until=mandate.valid_until)
    found = []
    if context.day < mandate.valid_from:
        found.append(
            context.refuse(
                value,
                "early",
                earliest=context.starts(mandate.valid_from),
                day=context.day,
                valid_from=mandate.valid_from,
            )
        )
    if mandate.subdelegated:
        found.append(context.refuse(value, "subdelegated", day=context.day))
    if context.action == "agreement.sign" and not mandate.may_sign:
        found.append(context.refuse(value, "sign", day=context.day))
    if context.action in CONTACT and facts.channel is None:
        found.append(context.unknown(value, ("channel",)))
    method = "visit" if context.action in VISIT else facts.channel
    if context.action not in AGREEMENT and method:
        method = CHANNEL_OF.get(method, method)
        if method not in mandate.methods:
            found.append(
                context.refuse(
                    value,
                    "method",
                    day=context.day,
                    method=named("channel", [method]),
                    methods=named("channel", mandate.methods) or "—",
                )
            )
    return found


@rule(
    answers=(*VISIT, *CONTACT),
    needs=("target_role",),
    takes={"roles": list},
    strict={"roles": FEWER_OF},
    says={"": ("role", "roles")},
)
def liable_people_only(facts: Facts, value: Entry, context: Context) -> Answer:
    """Only those who are liable are visited or contacted for the debt."""
    if facts.target_role in value["roles"]:
        return None
    return context.refuse(
        value, role=named("role", [facts.target_role or ""]), roles=named("role", value["roles"])
    )


@rule(
    answers=("visit.plan", "visit.announce", *CONTACT),
    needs=("contact_sources",),
    takes={"sources": list},
    strict={"sources": FEWER_OF},
    says={"": ("found", "sources")},
)
def lawful_sources(facts: Facts, value: Entry, context: Context) -> Answer:
    """Addresses and numbers come from lawful sources alone."""
    given = facts.contact_sources or ()
    wrong = sorted(set(given) - set(value["sources"]))
    if not wrong:
        return None
    return context.refuse(
        value, found=named("source", wrong), sources=named("source", value["sources"])
    )


@rule(
    answers=PLANNING,
    needs=("gentler_tried",),
    takes={"channels": int},
    strict={"channels": MORE},
    says={"": ("tried", "count", "channels")},
)
def gentler_first(facts: Facts, value: Entry, context: Context) -> Answer:
    """A visit comes last: so many gentler channels were tried before."""
    tried = sorted(set(facts.gentler_tried or ()) - {"visit"})
    if len(tried) >= value["channels"]:
        return None
    return context.refuse(
        value,
        tried=named("channel", tried) or "—",
        count=len(tried),
        channels=value["channels"],
    )


@rule(
    answers=PLANNING,
    needs=("place_kind",),
    takes={"places": list},
    strict={"places": FEWER_OF},
    says={"": ("place", "places")},
)
def discreet_place(facts: Facts, value: Entry, context: Context) -> Answer:
    """A visit goes to a discreet place; to any other only if the debtor agreed to it."""
    if facts.place_kind in value["places"] or facts.place_consent:
        return None
    return context.refuse(
        value,
        place=named("place", [facts.place_kind or ""]),
        places=named("place", value["places"]),
    )


@rule(
    answers=(*PLANNING, "agreement.reach"),
    needs=("limitation_ends_on",),
    takes={"days": int},
    strict={"days": MORE},
    says={"": ("ends", "left", "days")},
)
def limitation_near(facts: Facts, value: Entry, context: Context) -> Answer:
    """The limitation period ends within so many days."""
    ends = known(facts.limitation_ends_on)
    left = (ends - context.day).days
    if left < 0 or left >= value["days"]:
        return None
    return context.refuse(value, ends=ends, left=left, days=value["days"])


@rule(
    answers=VISIT,
    needs=("limitation_ends_on",),
    says={"": ("ends", "day")},
)
def limitation_passed(facts: Facts, value: Entry, context: Context) -> Answer:
    """The limitation period has ended before the day of the visit."""
    ends = known(facts.limitation_ends_on)
    if context.day <= ends:
        return None
    return context.refuse(value, ends=ends, day=context.day)
