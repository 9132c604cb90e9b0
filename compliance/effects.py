"""What a circumstance does at once, as the packs say: what stops, for how long, and what is to be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from compliance.circumstances import KINDS
from compliance.fault import Fault, both

SCOPES = ("none", "reminders", "visits", "all")  # from the mildest on
FOR = ("clerk", "supervisor", "compliance")
_FIELDS = {"stops", "days", "review_days", "duty", "duty_hours", "duty_for"}
_DUTY = {"duty", "duty_hours", "duty_for"}


@dataclass(frozen=True, slots=True)
class Effect:
    """What follows when one kind of circumstance is recorded.

    ``stops`` is the scope of the hold ("none": there is none), ``days`` its length where nobody knows
    when the circumstance ends, ``review_days`` when a person looks at it again. ``duty`` is what has to
    be done within ``duty_hours``, in both languages, and ``duty_for`` the role that does it.
    """

    stops: str = "none"
    days: int = 0
    review_days: int = 0
    duty: Mapping[str, str] = field(default_factory=dict)
    duty_hours: int = 0
    duty_for: str = ""


NOTHING = Effect()


def effect_of(effects: Mapping[str, Mapping[str, Any]] | None, kind: str) -> Effect:
    """What the packs say of that kind; nothing where they are silent."""
    given = (effects or {}).get(kind)
    return Effect(**given) if given else NOTHING


def strictest(values: Sequence[Mapping[str, Mapping[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Of several packs: per kind the widest stop, the longest hold, the earliest review and duty."""
    kinds = dict.fromkeys(kind for value in values for kind in value)
    return {kind: _of_kind([value[kind] for value in values if kind in value]) for kind in kinds}


def _of_kind(given: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    reviews = [one["review_days"] for one in given if one.get("review_days")]
    duties = [one for one in given if one.get("duty")]
    found: dict[str, Any] = {
        "stops": max((one.get("stops", "none") for one in given), key=SCOPES.index),
        "days": max(one.get("days", 0) for one in given),
        "review_days": min(reviews, default=0),
    }
    if duties:
        soonest = min(duties, key=lambda one: one["duty_hours"])
        found |= {name: soonest[name] for name in _DUTY}
    return found


def faults(effects: Any) -> Iterable[Fault]:
    """What is wrong with a table of effects, so that a pack with such a table is not used."""
    if not isinstance(effects, dict):
        yield Fault("effects_by_kind")
        return
    for kind, given in effects.items():
        if kind not in KINDS:
            yield Fault("effect_of_nothing", kind=kind)
            continue
        name = both(kind, KINDS[kind][1])
        if not isinstance(given, dict) or not given.keys() <= _FIELDS:
            yield Fault("effect_unknown", kind=name)
        elif given.get("stops", "none") not in SCOPES:
            yield Fault("effect_stops", stops=given["stops"], kind=name, options=", ".join(SCOPES))
        elif given.get("stops", "none") != "none" and not given.get("days"):
            yield Fault("effect_without_days", kind=name)
        elif _DUTY & given.keys() and not _is_duty(given):
            yield Fault("effect_duty", kind=name)


def _is_duty(given: Mapping[str, Any]) -> bool:
    says = given.get("duty")
    return (
        isinstance(says, dict)
        and all(says.get(language) for language in ("en", "zh"))
        and type(given.get("duty_hours")) is int
        and given.get("duty_for") in FOR
    )
