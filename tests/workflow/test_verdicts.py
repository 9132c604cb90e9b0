"""What the rules' answer leaves behind: its duties, its overrides, and what a refusal can say of itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from cases.models import Case
from compliance.facts import Facts
from compliance.verdict import Finding, Severity, Verdict
from people.models import User
from tests import make
from tests.workflow.cast import AT, found
from timeline.chain import Verified, verify
from timeline.models import Event
from workflow.models import Duty
from workflow.steps import PolicyRefused, Step, carry_out, note

LATER = AT + timedelta(days=2)


def verdict(*findings: Finding, action: str = "test.act", **more: Any) -> Verdict:
    facts = more.pop("facts", Facts())
    return Verdict(action, AT.date(), findings, {"story": "1"}, facts, **more)


def saying(answer: Verdict) -> Callable[..., Verdict]:
    """A policy that always answers so."""

    def policy(_subject: Any, *, by: User, at: datetime) -> Verdict:
        return answer

    return policy


class TestRefusal:
    def test_is_lawful_at_the_latest_of_the_moments_that_heal_it(self) -> None:
        one, two = (verdict(found(), earliest=moment) for moment in (LATER, AT))
        assert PolicyRefused([one, two]).earliest == PolicyRefused([two, one]).earliest == LATER

    def test_is_never_lawful_by_itself_where_time_does_not_heal_one_of_them(self) -> None:
        assert PolicyRefused([verdict(found(), earliest=LATER), verdict(found())]).earliest is None
        assert PolicyRefused([]).earliest is None

    def test_asks_no_moment_of_what_is_allowed(self) -> None:
        assert PolicyRefused([verdict(found(), earliest=LATER), verdict()]).earliest == LATER

    def test_goes_by_the_clocks_of_the_place_that_was_refused(self) -> None:
        allowed = verdict(facts=Facts(zone="Asia/Shanghai"))
        unplaced, refused = verdict(found()), verdict(found(), facts=Facts(zone="Asia/Tokyo"))
        assert PolicyRefused([allowed, unplaced, refused]).zone == "Asia/Tokyo"
        assert PolicyRefused([allowed, unplaced]).zone == ""

    def test_names_the_rules_of_all_its_steps(self) -> None:
        refused = PolicyRefused([verdict(found(rule="T-1")), verdict(found(rule="T-2"))])
        assert [finding.rule for finding in refused.findings] == ["T-1", "T-2"]
        assert str(refused) == "T-1; T-2"


@pytest.mark.django_db
class TestAnswer:
    def test_raises_each_duty_once(self) -> None:
        case, by = make.case(), make.clerk()
        duty = found(Severity.DUTY, earliest=LATER)
        for _time in range(2):
            note(case, event="a.b", policy=saying(verdict(duty)), by=by, at=AT)
        (raised,) = Duty.objects.filter(case=case)
        assert (raised.kind, raised.rule, raised.key) == ("T-1", "T-1", f"{case.pk}:T-1")
        assert (raised.due_at, raised.raised_at) == (LATER, AT)
        assert raised.says == {"en": "Do it.", "zh": "请办理。"}
        assert Case.objects.get(pk=case.pk).next_due_at == LATER

    def test_raises_a_duty_without_a_moment_for_now(self) -> None:
        case = make.case()
        answer = verdict(found(Severity.DUTY))
        note(case, event="a.b", policy=saying(answer), by=make.clerk(), at=AT)
        assert Duty.objects.get(case=case).due_at == AT

    def test_of_each_visit_raises_duties_of_its_own(self) -> None:
        case, by = make.case(), make.clerk()
        for start in (AT, AT, LATER):
            answer = verdict(found(Severity.DUTY), facts=Facts(start=start))
            note(case, event="a.b", policy=saying(answer), by=by, at=AT)
        keys = Duty.objects.filter(case=case).order_by("pk").values_list("key", flat=True)
        assert list(keys) == [f"{case.pk}:T-1:{moment:%Y%m%dT%H%MZ}" for moment in (AT, LATER)]

    @pytest.mark.parametrize(
        ("action", "apart"),
        [("case.close", True), ("case.close_early", True), ("contact.log", False)],
    )
    def test_of_each_closing_raises_duties_of_its_own(self, action: str, apart: bool) -> None:
        case, by = make.case(), make.clerk()
        for moment in (AT, LATER):
            answer = verdict(found(Severity.DUTY), action=action, facts=Facts(at=moment))
            note(case, event="a.b", policy=saying(answer), by=by, at=AT)
        assert Duty.objects.filter(case=case).count() == (2 if apart else 1)

    def test_is_given_back_step_by_step(self) -> None:
        case, by = make.case(), make.clerk()
        warning, content = verdict(found(Severity.WARN)), verdict()
        answers = carry_out(
            Step(subject=case, event="a.b", policy=saying(warning)),
            Step(subject=case, event="c.d"),
            Step(subject=case, event="e.f", policy=saying(content)),
            by=by, at=AT,
        )  # fmt: skip
        assert answers == [warning, content]
        events = Event.objects.filter(case=case).order_by("number")[1:]
        assert [bool(event.findings) for event in events] == [True, False, False]
        assert ["decision" in event.data for event in events] == [True, False, True]

    def test_tells_which_rules_an_exception_healed(self) -> None:
        case = make.case()
        healed = found(rule="T-2", excepted={"approval": "1"})
        answer = verdict(healed, found(Severity.WARN))
        note(case, event="a.b", policy=saying(answer), by=make.clerk(), at=AT)
        told = Event.objects.get(case=case, kind="policy.overridden")
        assert told.data == {"asked": "test.act"}
        assert [finding["rule"] for finding in told.findings] == ["T-2"]
        case = Case.objects.get(pk=case.pk)
        assert verify(case) == Verified(case.event_count, case.head)
