"""The acts of this app on the case page, each with what the rules say of it."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from agreements.policy import closing_facts, may_close, may_reach, may_sign
from cases.models.case import OPEN_STEPS, Step
from common.money import ZERO
from compliance.verdict import Verdict
from people.models import User
from workflow.acts import Act, register

TALK = frozenset({Step.ON_SITE_TALK.value})
EARLY = frozenset({Step.PREPARATION.value, Step.NOTICE.value})
MAKING = frozenset({Step.AGREEMENT.value})
FOLLOWING = frozenset({Step.FOLLOW_UP.value})
OPEN = frozenset(step.value for step in OPEN_STEPS)
CLOSED = frozenset({Step.CLOSURE.value})


def live(case: Any, *states: str) -> Agreement | None:
    """The agreement of the case in one of these states; without a query where they are at hand."""
    if hasattr(case, "live_agreements"):
        found: list[Agreement] = [one for one in case.live_agreements if one.state in states]
        return found[0] if found else None
    return Agreement.objects.filter(case=case, state__in=states).first()


def making(case: Any) -> Agreement | None:
    """The draft or offer, if there is one."""
    return live(case, "draft", "offered")


def held(case: Any) -> Agreement | None:
    """The agreement in force, if there is one."""
    return live(case, "signed", "broken")


def _reach(channel: str) -> Any:
    def ask(case: Any, by: User, at: datetime) -> Verdict:
        policy = may_reach(total=case.balance, waived={}, months=1, channel=channel, new_loan=False)
        return policy(case, by=by, at=at)

    return ask


def _sign(case: Any, by: User, at: datetime) -> Verdict:
    agreement = making(case)
    assert agreement is not None  # noqa: S101 - the act is shown only where there is one
    agreement.case = case
    return may_sign(("debtor", "creditor"))(agreement, by=by, at=at)


def _close(case: Any, by: User, at: datetime) -> Verdict:
    return may_close(case, by=by, at=at)


def _to_wind_up(case: Any) -> bool:
    return case.balance == ZERO and not all(closing_facts(case).values())


def _at(name: str) -> Any:
    return lambda case: reverse(f"agreements:{name}", args=[case.reference])


def _on(name: str) -> Any:
    return lambda case: reverse(f"agreements:{name}", args=[making(case).number])


def _state(case: Any) -> str:
    agreement = making(case)
    return agreement.state if agreement else ""


def register_all() -> None:
    """Offer them; called once when the app is ready."""
    draw = "draw_up_agreement"
    for act in (
        Act("draw_up", _("Draw up the agreement"), draw, _at("draw_up"), TALK,
            ask=_reach(""), primary=True, order=5),
        Act("agree_remotely", _("Terms agreed without a visit"), draw, _at("draw_up"), EARLY,
            ask=_reach("phone"), order=40),
        Act("options", _("Ways to pay, side by side"), draw, _at("options"),
            TALK | MAKING | EARLY | FOLLOWING, shown=lambda case: case.balance > ZERO, order=38),
        Act("request_waiver", _("Ask for a waiver"), "request_approval", _at("waiver"),
            TALK | MAKING | EARLY, shown=lambda case: case.balance > ZERO, order=42),
        Act("offer", _("Read the draft and offer it"), draw, _on("agreement"), MAKING,
            shown=lambda case: _state(case) == "draft", primary=True, order=4),
        Act("sign", _("Confirm the terms and sign"), draw, _on("terms"), MAKING,
            shown=lambda case: _state(case) == "offered", ask=_sign, primary=True, order=4),
        Act("redraft", _("Change the terms"), draw, _on("redraft"), MAKING,
            shown=lambda case: bool(making(case)), order=44),
        Act("drop", _("Drop the new version"), draw, _at("drop"), MAKING,
            shown=lambda case: bool(making(case) and held(case)), order=46),
        Act("return_case", _("No agreement: back to preparation"), draw, _at("back"),
            TALK | MAKING, shown=lambda case: not held(case), order=60),
        Act("return_broken", _("Plan broken: back to preparation"), draw, _at("back"), FOLLOWING,
            shown=lambda case: getattr(held(case), "state", "broken") == "broken"
            and case.balance > ZERO, order=60),
        Act("record_payment", _("Record a payment"), "record_payment", _at("pay"), OPEN,
            shown=lambda case: case.balance > ZERO, order=30),
        Act("keep_payment", _("Money came though nothing is owed"), "record_payment", _at("pay"),
            OPEN | CLOSED, shown=lambda case: case.balance <= ZERO or case.state == Step.CLOSURE,
            order=70),
        Act("renegotiate", _("Renegotiate"), draw, _at("renegotiate"), FOLLOWING,
            shown=lambda case: case.balance > ZERO, order=44),
        Act("wind_up", _("Certificate, papers back, report"), "close_case", _at("close"), FOLLOWING,
            shown=_to_wind_up, primary=True, order=4),
        Act("close", _("Close the case"), "close_case", _at("close"), FOLLOWING, ask=_close,
            order=50),
        Act("close_early", _("Close early"), "request_approval", _at("close_early"), OPEN, order=90),
        Act("after_closing", _("What follows the closing"), "close_case", _at("close"), CLOSED,
            order=5),
        Act("reopen", _("Open the case again"), "request_approval", _at("reopen"), CLOSED, order=10),
    ):  # fmt: skip
        register(act)
