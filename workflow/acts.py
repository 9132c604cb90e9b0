"""What may be done now: every app registers its acts, the case page asks them all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from compliance.verdict import Verdict
from people.models import User
from people.rights import may


@dataclass(frozen=True)
class Act:
    """One thing that a person may do to a case, from its page.

    ``shown`` says whether it makes sense now (such as "there is a visit to announce");
    ``ask`` puts it to the rules with what is known before any form is filled in.
    """

    name: str
    label: Any
    right: str
    url: Callable[[Any], str]
    steps: frozenset[str]
    shown: Callable[[Any], bool] = bool
    ask: Callable[[Any, User, datetime], Verdict] | None = None
    primary: bool = False
    order: int = 50


@dataclass(frozen=True)
class Offer:
    """An act as it stands for this case, this person and this moment."""

    act: Act
    url: str
    verdict: Verdict | None

    @property
    def allowed(self) -> bool:
        """Whether no rule stands against it."""
        return self.verdict is None or self.verdict.allowed


_acts: dict[str, Act] = {}


def register(act: Act) -> None:
    """Offer an act on the case page; called once by the app that owns it."""
    _acts[act.name] = act


def offers(case: Any, by: User, at: datetime) -> list[Offer]:
    """What this person may do to the case now, each with the rules' answer; what is next comes first."""
    found = [
        Offer(act, act.url(case), act.ask(case, by, at) if act.ask else None)
        for act in _acts.values()
        if case.state in act.steps and may(by, act.right) and act.shown(case)
    ]
    return sorted(found, key=_place)


def _place(offer: Offer) -> tuple[bool, int, str]:
    """Where it stands in the list: the step that leads on, then by the order of the steps."""
    return (not (offer.act.primary and offer.allowed), offer.act.order, offer.act.name)
