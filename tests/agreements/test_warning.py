"""Before a claim is lost: warned 180 and 30 days ahead, once each, of the end that stands."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from agreements.actions import closing
from agreements.actions.limitation import record_interruption
from agreements.actions.warning import NEAR, warn_of_limitation
from cases.models import Case, Debt
from people.models import User
from tests import make
from tests.agreements import cast
from tests.world import signed_in
from workflow.approvals import decide_approval
from workflow.models import Duty

pytestmark = pytest.mark.django_db
ENDS = date(2026, 9, 1)  # 180 days before: 5 March


def warned(text: str) -> int:
    return warn_of_limitation(make.moment(text), by=User.objects.system())


def duties() -> list[tuple[str, bool]]:
    found = Duty.objects.filter(kind=NEAR).order_by("pk")
    return [(duty.role, duty.done_at is None) for duty in found]


@pytest.fixture
def case() -> Case:
    case = make.prepared_case()
    case.debts.update(limitation_ends_on=ENDS)
    Case.objects.filter(pk=case.pk).update(packs=["cn", "story"])
    return cast.again(case)


class TestWarnOfLimitation:
    def test_tells_the_supervisor_180_days_ahead_and_not_before(self, case: Case) -> None:
        assert warned("2026-03-04 23:59") == 0
        assert warned("2026-03-05 00:00") == 1
        assert duties() == [("supervisor", True)]
        assert "in 180 days" in Duty.objects.get(kind=NEAR).says["en"]
        event = case.events.get(kind="limitation.warned")
        assert (event.data["left"], event.data["days"]) == (180, 180)

    def test_warns_once_each_however_often_it_runs(self, case: Case) -> None:
        for text in ("2026-03-05 00:00", "2026-03-05 01:00", "2026-06-01 00:00"):
            warned(text)
        assert duties() == [("supervisor", True)]
        for text in ("2026-08-02 00:00", "2026-08-03 00:00", "2026-09-01 12:00"):
            warned(text)
        assert duties() == [("supervisor", True), ("supervisor", True), ("compliance", True)]

    def test_that_stands_costs_no_query_of_its_own(
        self, case: Case, django_assert_max_num_queries: Any
    ) -> None:
        warned("2026-08-02 00:00")  # two of them: the supervisor's and compliance's
        system, later = User.objects.system(), make.moment("2026-08-02 01:00")
        # What stands, the claims it speaks of, what runs out, and which of that is known.
        with django_assert_max_num_queries(4):
            assert warn_of_limitation(later, by=system) == 0

    def test_warns_of_the_nearest_alone_after_an_outage(self, case: Case) -> None:
        assert warned("2026-08-20 00:00") == 1
        assert [role for role, _open in duties()] == ["supervisor", "compliance"]
        assert "in 12 days" in Duty.objects.filter(kind=NEAR)[0].says["en"]

    def test_is_silent_once_it_has_ended_and_of_closed_cases(self, case: Case) -> None:
        assert warned("2026-09-02 00:00") == 0
        asked = closing.request_early_closure(
            case=case, closed_as="withdrawn", reason="撤回", by=make.clerk(), at=cast.SIGNED
        )
        decide_approval(
            approval=asked, granted=True, answer="同意", by=make.supervisor(), at=cast.SIGNED
        )
        assert warned("2026-08-20 00:00") == 0

    def test_is_ticked_off_by_what_moves_the_end_and_comes_again_for_the_new_one(
        self, case: Case
    ) -> None:
        warned("2026-03-05 00:00")
        record_interruption(
            case=cast.again(case), debt=case.debts.get(), kind="demand", on=date(2026, 3, 6),
            way="by_hand", signer="debtor", by=make.clerk(), at=make.moment("2026-03-06 10:00"),
            filename="x.pdf", content=make.PDF,
        )  # fmt: skip
        assert case.debts.get().limitation_ends_on == date(2029, 3, 6)
        assert duties() == [("supervisor", False)]
        assert warned("2026-08-20 00:00") == 0
        assert warned("2028-10-01 00:00") == 1

    def test_is_ticked_off_where_the_creditor_corrects_the_end(self, case: Case) -> None:
        warned("2026-03-05 00:00")
        case.debts.update(limitation_ends_on=date(2028, 1, 1))
        assert warned("2026-03-06 00:00") == 0
        assert duties() == [("supervisor", False)]

    def test_knows_no_days_where_no_pack_gives_any(self, case: Case) -> None:
        Case.objects.filter(pk=case.pk).update(packs=["hk"])
        assert warned("2026-08-20 00:00") == 0


class TestRunningOut:
    def test_lists_the_soonest_first_by_key(self, case: Case, clock: object) -> None:
        clock.set(make.moment("2026-03-05 10:00"))  # type: ignore[attr-defined]
        other = make.prepared_case(reference="HZ-2026-0148", external_reference="X-2")
        other.debts.update(limitation_ends_on=date(2026, 3, 20))
        address = reverse("agreements:running_out")
        page = signed_in(make.supervisor()).get(address)
        left = [row["left"] for row in page.context["rows"]]
        assert left == [15, 180]
        first = other.debts.get()
        after = signed_in(make.supervisor()).get(f"{address}?after=2026-03-20~{first.pk}")
        assert [row["left"] for row in after.context["rows"]] == [180]
        soon = signed_in(make.supervisor()).get(f"{address}?view=soon")
        assert [row["debt"].case for row in soon.context["rows"]] == [other]

    def test_is_not_for_officers_and_shows_no_case_of_others(
        self, case: Case, clock: object
    ) -> None:
        clock.set(make.moment("2026-03-05 10:00"))  # type: ignore[attr-defined]
        address = reverse("agreements:running_out")
        assert signed_in(make.officer()).get(address).status_code == 403
        Debt.objects.update(limitation_ends_on=date(2026, 3, 20))
        far = make.team(name="上海一组", of=make.agency(slug="far-shore", name="彼岸信用服务"))
        stranger = User.objects.create_user(username="far", role="supervisor", team=far)
        assert signed_in(stranger).get(address).context["rows"] == []
