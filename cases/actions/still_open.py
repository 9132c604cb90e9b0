"""What a closed case bears no more: nobody is contacted under it, and nothing is prepared."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cases.models.case import Step
from people.models import User
from workflow.steps import StateRefused, case_of


def while_open(
    event: str, then: Callable[[Any, User, datetime], None] | None = None
) -> Callable[[Any, User, datetime], None]:
    """Do ``then`` under the lock, unless the case was closed; then it is refused by its state."""

    def only_while_open(subject: Any, by: User, at: datetime) -> None:
        case = case_of(subject)
        if case.state == Step.CLOSURE:
            raise StateRefused(case, event)
        if then:
            then(subject, by, at)

    return only_while_open
