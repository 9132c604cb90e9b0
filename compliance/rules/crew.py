"""Who goes, and with what permit and training."""

from datetime import timedelta

from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import DOOR, VISIT, Answer, Context, rule
from compliance.strict import LESS, MORE


@rule(
    answers=VISIT,
    takes={"officers": int},
    strict={"officers": MORE},
    says={"": ("named", "officers"), "present": ("named", "officers", "here")},
)
def crew_size(facts: Facts, value: Entry, context: Context) -> Answer:
    """At least so many officers are named, and stand at the door together."""
    badges = sorted({officer.badge for officer in facts.officers if officer.badge})
    if len(badges) < value["officers"]:
        return context.refuse(value, named=len(badges), officers=value["officers"])
    if context.action != "visit.start":
        return None
    if any(officer.present is None for officer in facts.officers):
        return context.unknown(value, ("present",))
    here = {officer.badge for officer in facts.officers if officer.present and officer.badge}
    if len(here) >= value["officers"]:
        return None
    return context.refuse(
        value, "present", named=len(badges), officers=value["officers"], here=len(here)
    )


@rule(
    answers=VISIT,
    takes={"officers": int},
    strict={"officers": LESS},
    says={"": ("named", "officers")},
)
def crew_limit(facts: Facts, value: Entry, context: Context) -> Answer:
    """No more than so many people go, so that nobody feels crowded."""
    count = len(facts.officers)
    if count <= value["officers"]:
        return None
    return context.refuse(value, named=count, officers=value["officers"])


@rule(
    answers=(*VISIT, *DOOR),
    says={"": ("officer", "day", "until"), "revoked": ("officer", "day"), "early": ("officer", "day", "valid_from")},
)  # fmt: skip
def credentials_valid(facts: Facts, value: Entry, context: Context) -> Answer:
    """Every officer's permit is in force on the day of the visit, and not revoked while they stand there."""
    found = []
    # At the door itself the permits were asked for when the visit began; only what is known since counts.
    if context.action not in DOOR and any(
        None in (one.credential_from, one.credential_until) for one in facts.officers
    ):
        found.append(context.unknown(value, ("credential_until",)))
    for officer in facts.officers:
        name = f"{officer.name} {officer.badge}".strip()
        begins, ends = officer.credential_from, officer.credential_until
        if officer.revoked:
            found.append(context.refuse(value, "revoked", officer=name, day=context.day))
        elif begins is None or ends is None:
            continue  # said above, once for all
        elif context.day > ends:
            found.append(context.refuse(value, officer=name, day=context.day, until=ends))
        elif context.day < begins:
            found.append(
                context.refuse(
                    value,
                    "early",
                    earliest=context.starts(begins),
                    officer=name,
                    day=context.day,
                    valid_from=begins,
                )
            )
    return found


@rule(
    answers=VISIT,
    takes={"days": int},
    strict={"days": LESS},
    says={"": ("officer", "day", "trained", "days", "until")},
)
def trained_within(facts: Facts, value: Entry, context: Context) -> Answer:
    """Every officer was trained and examined no longer ago than so many days."""
    found = []
    if any(officer.trained_on is None for officer in facts.officers):
        found.append(context.unknown(value, ("trained_on",)))
    for officer in facts.officers:
        trained = officer.trained_on
        if trained is None:
            continue
        until = trained + timedelta(days=value["days"])
        if trained <= context.day <= until:
            continue
        found.append(
            context.refuse(
                value,
                earliest=context.starts(trained) if context.day < trained else None,
                officer=f"{officer.name} {officer.badge}".strip(),
                day=context.day,
                trained=trained,
                days=value["days"],
                until=until,
            )
        )
    return found
