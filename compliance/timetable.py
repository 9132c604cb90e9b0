"""How reminders are timed and from when a notice counts as served: the tables by which packs say so."""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from compliance.fault import Fault, both

STEPS: dict[str, tuple[str, str]] = {
    "before_due": ("before the due day", "到期前提醒"),
    "due_day": ("on the due day", "到期日提醒"),
    "missed": ("after a missed instalment", "逾期提醒"),
    "escalate": ("somebody of the house is told", "上报内部人员"),
}
TOLD: dict[str, tuple[str, str]] = {
    "debtor": ("the debtor", "债务人"),
    "supervisor": ("the supervisor", "主管"),
}
COUNTS: dict[str, tuple[str, str]] = {
    "sent": ("its sending", "发出"),
    "received": ("its delivery", "送达"),
    "spoken": ("a talk with the debtor", "与债务人通话"),
}
_STEP = {"kind": str, "days": int, "time": time, "to": str}


def faults_of_steps(steps: Any) -> Iterable[Fault]:
    """What is wrong with a schedule of reminders, so that a pack with such a schedule is not used."""
    for step in steps:
        whole = isinstance(step, Mapping) and step.keys() == _STEP.keys()
        if not (whole and all(type(step[name]) is kind for name, kind in _STEP.items())):
            yield Fault("step_incomplete", given=step)
        elif step["kind"] not in STEPS or step["to"] not in TOLD:
            yield Fault("step_unknown", given=f"{step['kind']}, {step['to']}")
        elif not _in_its_place(step):
            kind = STEPS[step["kind"]]
            yield Fault("step_misplaced", kind=both(step["kind"], kind[1]), days=step["days"])


def _in_its_place(step: Mapping[str, Any]) -> bool:
    """Whether its days lie before, on or after the due day as its kind says."""
    days: int = step["days"]
    if step["kind"] in ("before_due", "due_day"):
        return days < 0 if step["kind"] == "before_due" else days == 0
    return days > 0


def faults_of_service(channels: Any) -> Iterable[Fault]:
    """What is wrong with the rules of service, so that a pack with such rules is not used."""
    for channel, given in channels.items():
        whole = isinstance(given, Mapping) and given.keys() == {"counts", "deemed_days"}
        days = given.get("deemed_days") if whole else None
        if not (whole and given["counts"] in COUNTS and type(days) is int and days >= -1):
            yield Fault("service_incomplete", channel=channel, options=", ".join(COUNTS))
