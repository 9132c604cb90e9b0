"""Cases for the engine's tests, what their timelines tell, and a policy that says no."""

from datetime import datetime
from typing import Any

from cases.models import Case
from compliance.facts import Facts
from compliance.verdict import Citation, Finding, Force, Severity, Verdict
from people.models import User
from tests import make
from timeline.models import Event

AT = make.moment("2026-03-02 10:00")


def refusing(subject: Any, *, by: User, at: datetime) -> Verdict:
    """A policy that always says no."""
    return Verdict("test.act", at.date(), (found(),), {"story": "1"}, Facts())


def found(severity: Severity = Severity.BLOCK, **more: Any) -> Finding:
    """What a rule of the tests' own finds."""
    given: dict[str, Any] = {
        "rule": "T-1", "severity": severity, "force": Force.POLICY, "remedy": {},
        "citation": Citation("A test", "测试"), "says": {"en": "Do it.", "zh": "请办理。"},
    }  # fmt: skip
    return Finding(**given | more)


def two_cases() -> list[Case]:
    """Of one creditor."""
    return [make.case(), make.case(reference="HZ-2026-0148", external_reference="XH-1")]


def kinds(case: Case) -> list[str]:
    """What its timeline tells, oldest first."""
    return list(Event.objects.filter(case=case).order_by("number").values_list("kind", flat=True))
