"""Every reminder once and never outside the permitted hours: the calendar alone, lived through at random.

    python -m benchmarks.reminders [--debtors 600] [--seed 7]

For each debtor in each of five zones 400 days are lived through, nights of changing clocks among them. The
sweep looks when ``next_look`` says, unless a random outage lies over it; what ``reminder_by`` gives and was
not told yet is told. Counted are reminders told twice, told outside the hours or after they lost their sense,
and days on which one was due, nothing stood in the way and none came. It ends with 1 if there is any.
"""

import argparse
import os
import random
import sys
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

DAYS = 400
OPENS, CLOSES = time(8), time(20)
ZONES = ["Asia/Shanghai", "Asia/Kolkata", "Europe/London", "America/New_York", "Australia/Sydney"]


def main() -> int:
    """Live through it and say what was found."""
    given = argparse.ArgumentParser()
    given.add_argument("--debtors", type=int, default=600)
    given.add_argument("--seed", type=int, default=7)
    options = given.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    chance = random.Random(options.seed)
    found: Counter[str] = Counter()
    for zone in ZONES:
        for _number in range(options.debtors):
            live(zone, chance, found)
    faults = sum(found[name] for name in ("twice", "outside", "too late", "missing"))
    print(
        f"seed {options.seed}: {found['told']:,} reminders, {found['spared']:,} spared by outages"
    )
    print(
        ", ".join(f"{name}: {found[name]}" for name in ("twice", "outside", "too late", "missing"))
    )
    return 1 if faults else 0


def live(zone: str, chance: random.Random, found: Counter[str]) -> None:
    """One debtor's plan of a year, with two outages."""
    from agreements.kinds import window_closes
    from agreements.schedule import KINDS, Calendar, Rung
    from common.clock import day_begins, local

    steps = [(-3, "before_due"), (0, "due_day"), (1, "missed"), (4, "missed")]
    calendar = Calendar([Rung(kind, days, time(10)) for days, kind in steps], None, zone)
    begins = date(2026, 1, 1) + timedelta(days=chance.randrange(60))
    end = day_begins(begins + timedelta(days=DAYS), zone)
    outages = []
    for _number in range(2):
        down = day_begins(begins, zone) + timedelta(minutes=chance.randrange(DAYS * 1440))
        outages.append((down, down + timedelta(hours=chance.choice([1, 12, 40, 90]))))
    for month in range(12):
        due_on = begins + timedelta(days=20 + month * 30)
        told: set[tuple[str, int]] = set()
        at: datetime | None = day_begins(due_on - timedelta(days=3), zone)
        while at and at < end:
            now = next((up for down, up in outages if down <= at < up), at)
            rung = calendar.reminder_by(now, due_on, due_on)
            if rung:
                goes = lawful(max(calendar.moment_of(rung, due_on, due_on), now), zone)
                goes = next((lawful(up, zone) for down, up in outages if down <= goes < up), goes)
                closes = window_closes(KINDS[rung.kind], due_on, zone)
                if not closes or goes < closes:
                    key = (rung.kind, rung.days)
                    found["twice"] += key in told
                    told.add(key)
                    found["told"] += 1
                    found["outside"] += not OPENS <= local(goes, zone).time() < CLOSES
                    late = rung.days <= 0 and local(goes, zone).date() > due_on
                    found["too late"] += late
            at = calendar.next_look(now, due_on, due_on)
        for days, kind in steps:
            if (kind, days) in told:
                continue
            day = day_begins(due_on + timedelta(days=days), zone)
            near = any(down < day + timedelta(days=4) and up > day for down, up in outages)
            found["spared" if near else "missing"] += 1


def lawful(at: datetime, zone: str) -> datetime:
    """That moment, or the next at which somebody may be written to."""
    from common.clock import from_local, local

    there = local(at, zone)
    if OPENS <= there.time() < CLOSES:
        return at
    day = there.date() if there.time() < OPENS else there.date() + timedelta(days=1)
    return from_local(datetime.combine(day, OPENS), zone).astimezone(UTC)


if __name__ == "__main__":
    sys.exit(main())
