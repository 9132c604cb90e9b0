"""The oracle: whatever befell the house, each notice that was promised is accounted for, once."""

from collections import Counter
from datetime import timedelta
from typing import Any

from cases.models import Case
from common import clock
from notices.channels.email import message_id
from notices.models import Notice
from timeline.chain import Verified, verify
from timeline.models import Event
from workflow.models import Duty

LEFT = {"sent", "delivered"}


def complaints(run: str, arrived: dict[str, int], causes: int) -> dict[str, Any]:
    """What does not hold, in sentences, and how many notices stand in which state.

    ``arrived``: how often the carrier has each Message-ID; ``causes``: how many notices the faults
    that were injected can have left in doubt at most.
    """
    wrong: list[str] = []
    notices = list(Notice.objects.filter(dedupe_key__startswith=f"{run}:").order_by("pk"))
    states = Counter(notice.state for notice in notices)
    events = _events(run)
    for notice in notices:
        times = arrived.get(message_id(notice.dedupe_key), 0)
        wrong += [
            f"{notice.dedupe_key} ({notice.state}, arrived {times}): {why}"
            for why in _of_one(notice, times, events)
        ]
    if states["doubtful"] > causes:
        whys = "; ".join(sorted({one.why for one in notices if one.state == "doubtful"}))
        wrong.append(
            f"{states['doubtful']} are in doubt, but at most {causes} can be explained: {whys}"
        )
    for case in Case.objects.filter(reference__startswith=f"{run}-"):
        found = verify(case)
        if not isinstance(found, Verified):
            wrong.append(f"{case.reference}: the chain breaks: {found}")
    return {"wrong": wrong, "states": dict(states), "keys": [n.dedupe_key for n in notices]}


def _of_one(notice: Notice, times: int, events: Counter[tuple[int, str]]) -> list[str]:
    why: list[str] = []
    if times > 1:
        why.append("it was delivered twice")
    if notice.state in LEFT and times != 1:
        why.append("it is said to have been sent and did not arrive")
    if notice.state in {"queued", "failed", "suppressed"} and times:
        why.append("it arrived and nobody knows")
    if notice.state == "sending":
        why.append("it is stuck in somebody's hand")
    if notice.state == "queued" and notice.next_at <= clock.now() - timedelta(minutes=5):
        why.append("it is due and nobody sends it")
    if notice.state in {"failed", "doubtful", "suppressed"} and not notice.why:
        why.append("nobody is told why")
    if notice.state in {"failed", "doubtful"} and not _somebody_is_asked(notice):
        why.append("nobody is asked to see to it")
    sent = events[notice.pk, "notice.sent"]
    if sent != (notice.state in LEFT | {"bounced"}):
        why.append(f"the timeline tells {sent} times that it was sent")
    if events[notice.pk, "notice.queued"] != 1:
        why.append("the timeline does not tell once that it was queued")
    return why


def _somebody_is_asked(notice: Notice) -> bool:
    return Duty.objects.filter(
        case=notice.case_id, kind=f"notice.settle:{notice.pk}", done_at=None
    ).exists()


def _events(run: str) -> Counter[tuple[int, str]]:
    told = Event.objects.filter(
        case__reference__startswith=f"{run}-", kind__startswith="notice."
    ).values_list("data__notice", "kind")
    return Counter((int(pk), kind) for pk, kind in told)


def keep_invariants() -> None:
    """All that must always hold, of the whole house."""
    from django.core.management import call_command

    call_command("check_invariants")
