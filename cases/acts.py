"""The acts of this app on the case page."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.actions.contacting import line_facts, sources_of
from cases.models.case import OPEN_STEPS, Step
from cases.policy import asks
from compliance.aims import Aim
from compliance.verdict import Verdict
from people.models import User
from workflow.acts import Act, register

OPEN = frozenset(step.value for step in OPEN_STEPS)
EVERY = frozenset(step.value for step in Step)
GENTLEST = Aim.ANSWERING.value
"""What an act of contact is offered for; for what it really is, is chosen and asked on its page."""
EARLY = frozenset({Step.PREPARATION.value, Step.NOTICE.value})


def _may_contact(case: Any, by: User, at: datetime) -> Verdict:
    """Whether any way is left: a call, or else a letter, which rings at nobody's door."""
    verdict = _may_use("phone", case, by, at)
    if verdict.allowed:
        return verdict
    other = _may_use("letter", case, by, at)
    return other if other.allowed else verdict


def _may_call(case: Any, by: User, at: datetime) -> Verdict:
    """What stands against any call; whose number it is, and from where, is asked when it is chosen."""
    verdict = asks("contact.log", channel="phone", aim=GENTLEST, **line_facts(case, by))(
        case, by=by, at=at
    )
    found = tuple(f for f in verdict.findings if f.unknown != ("contact_sources",))
    return replace(verdict, findings=found)


def _may_use(channel: str, case: Any, by: User, at: datetime) -> Verdict:
    return asks(
        "contact.log", channel=channel, aim=GENTLEST, contact_sources=sources_of(case, channel),
        **line_facts(case, by),
    )(case, by=by, at=at)  # fmt: skip


def _may_write(case: Any, by: User, at: datetime) -> Verdict:
    """What stands against any letter; which address it would go to is looked up when it is written."""
    verdict = asks("notice.send", channel="letter", aim=GENTLEST)(case, by=by, at=at)
    found = tuple(f for f in verdict.findings if f.unknown != ("contact_sources",))
    return replace(verdict, findings=found)


def _may_ask_lawyer(case: Any, by: User, at: datetime) -> Verdict:
    """What stands against a lawyer's letter, whatever it says and wherever it would go to."""
    verdict = asks("notice.send", channel="lawyers_letter", aim=Aim.COLLECTING.value)(
        case, by=by, at=at
    )
    found = tuple(f for f in verdict.findings if f.unknown != ("contact_sources",))
    return replace(verdict, findings=found)


def _at(name: str) -> Any:
    return lambda case: reverse(f"cases:{name}", args=[case.reference])


def register_all() -> None:
    """Offer them; called once when the app is ready."""
    for act in (
        Act("assess", _("Record ability to pay"), "log_contact", _at("assess"), EARLY, order=12),
        Act("add_paper", _("Add a paper of the claim"), "edit_case", _at("add_paper"), OPEN, order=10),
        Act("set_strategy", _("Write strategy and plan"), "edit_case", _at("strategy"), EARLY, order=14),
        Act("set_mandate", _("Choose the mandate"), "edit_case", _at("mandate"), EARLY, order=16),
        Act("assign_case", _("Assign to an officer"), "assign_case", _at("assign"), OPEN, order=70),
        Act(
            "call", _("Call the debtor"), "log_contact", _at("call"), OPEN,
            ask=_may_call, order=18,
        ),
        Act(
            "log_contact", _("Log a gentler contact"), "log_contact", _at("log_contact"), OPEN,
            ask=_may_contact, order=20,
        ),
        Act(
            "write_to_debtor", _("Write to the debtor"), "log_contact", _at("write"), OPEN,
            ask=_may_write, order=22,
        ),
        Act(
            "draft_lawyers_letter", _("Draft a lawyer's letter"), "draft_lawyers_letter",
            _at("draft_lawyers_letter"), EARLY, ask=_may_ask_lawyer, order=24,
        ),
        Act(
            "record_privacy", _("Record a privacy request or a leak"), "log_contact",
            _at("privacy"), EVERY, order=82,
        ),
        Act("hold_case", _("Hold the case"), "hold_case", _at("hold"), OPEN, order=80),
        Act(
            "ask_exception", _("Ask for an exception"), "request_approval", _at("ask_exception"),
            OPEN, order=85,
        ),
    ):  # fmt: skip
        register(act)
