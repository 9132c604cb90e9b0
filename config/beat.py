"""What beat sends, and how often: one table for all apps.

Beat only ticks, in UTC, and a tick carries no time. Each task named here asks the database what is due by
now and not yet done, so that a tick lost, late or doubled changes nothing. A new tick is one more line.
"""

from datetime import timedelta
from typing import Any

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

TICKS: dict[str, timedelta] = {
    "config.tasks.heartbeat": MINUTE,
    "notices.tasks.sweep": MINUTE,
    "notices.tasks.send_to_staff": MINUTE,
    "notices.tasks.follow_carriers": MINUTE,
    "config.tasks.clear_sessions": HOUR,
    "cases.tasks.sweep_holds": MINUTE,
    "cases.tasks.settle_packs": HOUR,
    "cases.imports.tasks.sweep": MINUTE,
    "agreements.tasks.sweep_instalments": MINUTE,
    "agreements.tasks.warn_of_limitation_ends": HOUR,
    "agreements.tasks.sweep_interest": MINUTE,
    "agreements.tasks.sweep_cash": MINUTE,
    "agreements.tasks.sweep_ended_mandates": HOUR,
    "banking.tasks.sweep": MINUTE,
    "outreach.tasks.sweep": MINUTE,
    "visits.tasks.sweep_missed": MINUTE,
    "visits.tasks.sweep_crews": HOUR,
    "visits.tasks.sweep_safety": MINUTE,
    "visits.tasks.sweep_checks": MINUTE,
    "visits.tasks.sweep_slips": MINUTE,
    "visits.tasks.judge_visits_made": MINUTE,
    "door.tasks.sweep": MINUTE,
    "door.tasks.sweep_arriving": HOUR,
    # Once a night by what it finds to do; hourly, so that a visit that is moved is looked at again.
    "visits.tasks.look_at_visits_ahead": HOUR,
    "rulebook.tasks.sweep": MINUTE,
    "court.tasks.sweep": MINUTE,
    "exports.tasks.sweep": MINUTE,
    "court.tasks.anchor": HOUR,  # once a day by what it finds to do
    "looking.tasks.tell_looks": HOUR,  # once a day by what it finds to do
    "retention.tasks.sweep": HOUR,  # each case once a day, by the day on which it is looked at again
}

# A tick that no worker took within two intervals is dropped: the next one does its work.
SCHEDULE: dict[str, dict[str, Any]] = {
    task: {"task": task, "schedule": every, "options": {"expires": 2 * every.total_seconds()}}
    for task, every in TICKS.items()
}
