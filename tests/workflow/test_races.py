"""Many people at one thing at the same moment: one of them does it, the others are told.

The long form is ``./doorstep test tests/workflow/test_races.py --races 1000``: a thousand races of fifty for
one step, and ten thousand tries at a slot that is free once.
"""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.db import connection

from cases.models import Case
from tests import make, walk
from timeline.chain import Verified, verify
from timeline.models import Event
from visits.actions.planning import cancel_visit, plan_visit
from visits.models import Visit, VisitOfficer
from workflow.steps import StateRefused, Step, WrongInput, carry_out

AT = make.moment("2026-03-02 09:30")
CLIENTS = 50
BOOKERS = 10
LATE = (StateRefused, WrongInput)


@pytest.fixture
def races(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--races"))


def race(presses: Sequence[Callable[[], object]]) -> Counter[str]:
    """Let all press at once; says how many won, came late, or fell over something else."""
    gate, results = threading.Barrier(len(presses)), []

    def press(one: Callable[[], object]) -> None:
        try:
            gate.wait(60)
            one()
            results.append("won")
        except LATE:
            results.append("late")
        except Exception as error:
            results.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[one]) for one in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return Counter(results)


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(0)
class TestRaces:
    def test_of_fifty_for_one_step_have_one_winner_each(self, races: int) -> None:
        case, by = make.case(), make.clerk()
        for number in range(races):
            # There and back again, so that each race begins from the same step.
            forth, back = "serve_notice", "return_to_preparation"
            for name, args in ((forth, {"at": AT}), (back, {"at": AT})):
                event = f"race.{name}_{number}"

                def press(
                    event: str = event, name: str = name, args: dict[str, object] = args
                ) -> None:
                    carry_out(
                        Step(subject=Case(pk=case.pk), event=event, transition=name, args=args),
                        by=by, at=AT,
                    )  # fmt: skip

                if name == back:
                    press()
                else:
                    assert race([press] * CLIENTS) == {"won": 1, "late": CLIENTS - 1}
                assert Event.objects.filter(case=case, kind=event).count() == 1
        case = Case.objects.get(pk=case.pk)
        assert verify(case) == Verified(case.event_count, case.head)

    def test_of_ten_for_one_slot_send_no_officer_to_two_doors(self, races: int) -> None:
        crew, by = make.crew(), make.clerk()
        cases = [
            make.prepared_case(reference=f"HZ-2026-8{n:03d}", external_reference=f"race-{n}")
            for n in range(BOOKERS)
        ]

        def planner(case: Case) -> Callable[[], object]:
            fresh = Case.objects.get(pk=case.pk)
            return lambda: plan_visit(
                case=fresh, place=fresh.debtor.addresses.order_by("pk")[0],
                starts_at=walk.VISIT_AT, ends_at=walk.VISIT_AT + timedelta(hours=1), officers=crew,
                purpose="商谈逾期贷款的还款安排", intended_outcome="达成双方都能接受的还款方案",
                by=by, at=AT,
            )  # fmt: skip

        for _ in range(races):
            assert race([planner(case) for case in cases]) == {"won": 1, "late": BOOKERS - 1}
            won = Visit.objects.get(state="planned")
            assert VisitOfficer.objects.filter(active=True).count() == len(crew)
            cancel_visit(visit=won, why="again", by=by, at=AT)
