"""The acts of this app on the case page."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models.case import OPEN_STEPS, Step
from cases.policy import asks
from compliance.verdict import Verdict
from people.models import User
from visits import policy
from visits.models import Visit
from visits.notice import compose
from visits.policy import counts_crew
from workflow.acts import Act, register

OPEN = frozenset(step.value for step in OPEN_STEPS)
EARLY = frozenset({Step.PREPARATION.value})
WITH_VISIT = frozenset({Step.PREPARATION.value, Step.NOTICE.value})
AT_DOOR = frozenset({Step.NOTICE.value, Step.CREDENTIAL_DISPLAY.value, Step.ON_SITE_TALK.value})


def live(case: Any) -> Visit | None:
    """The visit that lies ahead or is under way; loaded once with the case page."""
    if not hasattr(case, "live_visits"):
        case.live_visits = list(
            case.visits.filter(
                state__in=["planned", "announced", "noticed", "started"]
            ).select_related("place")
        )
    return case.live_visits[0] if case.live_visits else None


def _is(*states: str) -> Any:
    def shown(case: Any) -> bool:
        visit = live(case)
        return visit is not None and visit.state in states

    return shown


def _of_visit(name: str) -> Any:
    def url(case: Any) -> str:
        visit = live(case)
        return reverse(f"visits:{name}", args=[visit.reference]) if visit else ""

    return url


def _of_case(name: str) -> Any:
    return lambda case: reverse(f"visits:{name}", args=[case.reference])


# What only a chosen slot, place and crew can tell.
OF_THE_SLOT = {
    "start", "end", "place_kind", "place_consent", "contact_sources", "purpose", "intended_outcome",
}  # fmt: skip


def _may_plan(case: Any, by: User, at: datetime) -> Verdict:
    """What can be said before a slot is chosen: what stands against any visit at all."""
    verdict = asks("visit.plan")(case, by=by, at=at)
    known = tuple(
        finding
        for finding in verdict.findings
        if not (finding.unknown and set(finding.unknown) <= OF_THE_SLOT)
        and not counts_crew(finding)
    )
    healed = [finding.earliest for finding in known if finding.blocks]
    soonest = max((at for at in healed if at), default=None) if all(healed) else None
    return replace(verdict, findings=known, earliest=soonest)


def _may_announce(case: Any, by: User, at: datetime) -> Verdict:
    visit = live(case)
    assert visit is not None  # noqa: S101 - the act is shown only then
    visit.case = case
    return policy.may_announce(compose(visit, at).missing)(visit, by=by, at=at)


def register_all() -> None:
    """Offer them; called once when the app is ready."""
    ahead = ("planned", "announced", "noticed")
    for act in (
        Act("plan_visit", _("Plan a visit"), "plan_visit", _of_case("plan"), EARLY,
            shown=lambda case: live(case) is None, ask=_may_plan, primary=True, order=30),
        Act("announce_visit", _("Announce the visit"), "announce_visit", _of_visit("announce"), EARLY,
            shown=_is("planned"), ask=_may_announce, primary=True, order=31),
        Act("open_door", _("Go to the door"), "conduct_visit", _of_visit("door"), AT_DOOR,
            shown=_is("noticed", "started"), primary=True, order=5),
        Act("move_visit", _("Move the visit"), "plan_visit", _of_visit("move"), WITH_VISIT,
            shown=_is(*ahead), order=32),
        Act("cancel_visit", _("Cancel the visit"), "plan_visit", _of_visit("cancel"), WITH_VISIT,
            shown=_is(*ahead), order=33),
        Act(
            "record_circumstance", _("Record what happened"), "record_circumstance",
            _of_case("circumstance"), OPEN, order=78,
        ),
        Act("record_refusal", _("Record a refusal of visits"), "record_refusal", _of_case("refuse"),
            OPEN, order=75),
        Act("ask_to_lift", _("Ask to lift the refusal"), "request_approval", _of_case("lift"), OPEN,
            shown=lambda case: case.refused_until is not None, order=76),
    ):  # fmt: skip
        register(act)
