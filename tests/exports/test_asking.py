"""Asking for a file with data of people: alone where it is masked and little, else by two."""

from datetime import timedelta
from typing import Any

import pytest

from cases.models import Case
from exports import actions, running
from exports.models import Export
from notices.models import StaffMessage
from people.models import User
from tests import make
from tests.exports.cast import AT, again, agreed, asked, made
from timeline.models import Event
from workflow.approvals import Lapsed, SecondPersonNeeded, SubordinateDecides, decide_approval
from workflow.models import Approval
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db


def kinds(case: Case) -> list[str]:
    events = Event.objects.filter(case=case, kind__startswith="export.").order_by("number")
    return list(events.values_list("kind", flat=True))


class TestAskExport:
    def test_of_a_masked_timeline_needs_nobody_else(self) -> None:
        export = asked()
        assert (export.state, export.approval, export.number) == ("making", None, "X-2026-0001")

    def test_of_data_in_full_waits_for_a_second_person(self) -> None:
        export = asked(in_full=True)
        assert export.state == "asked"
        assert export.approval is not None
        assert export.approval.kind == Approval.Kind.EXPORT

    def test_of_more_cases_than_one_may_take_alone_waits_too(self, settings: Any) -> None:
        settings.EXPORT_ALONE = 1
        make.prepared_case()
        make.case(
            reference="HZ-2026-0900", external_reference="E-900", who=make.debtor(name="李四")
        )
        export = asked(kind="cases", form="csv", cases=Case.objects.all())
        assert (export.state, export.total, export.case) == ("asked", 2, None)

    def test_is_recorded_for_the_house_and_on_the_case(self) -> None:
        export = asked()
        told = Event.objects.get(case=export.case, kind="export.asked")
        assert told.data["for"] == "核对链条"
        assert (told.data["in_full"], told.data["alone"]) == (False, True)
        assert Event.objects.filter(case=None, kind="export.asked").count() == 1

    def test_tells_those_who_may_agree_and_not_the_asker(self) -> None:
        chief, other = make.compliance_officer(), make.supervisor(username="zweite")
        stranger = make.supervisor(username="far", in_team=make.team(name="成都一组"))
        asked(in_full=True)
        told = set(
            StaffMessage.objects.filter(kind="export").values_list("person__username", flat=True)
        )
        assert told == {chief.username, other.username}
        assert stranger.username not in told

    def test_is_refused_to_a_role_that_may_not(self) -> None:
        with pytest.raises(RightRefused):
            asked(by=make.clerk())
        assert not Export.objects.exists()

    def test_takes_no_case_of_another_team(self) -> None:
        case = make.prepared_case()
        with pytest.raises(WrongInput):
            asked(case, by=make.supervisor(username="far", in_team=make.team(name="成都一组")))

    def test_is_refused_to_whom_the_case_keeps_something_from(self) -> None:
        case, by = make.prepared_case(), make.supervisor()
        Case.objects.filter(pk=case.pk).update(kept_from=[by.pk])
        with pytest.raises(RightRefused):
            asked(case, by=by)

    def test_of_too_many_cases_is_refused_in_words(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(actions, "MOST", 0)
        with pytest.raises(WrongInput, match="0"):
            asked()


class TestSight:
    def seen_by(self, user: User) -> list[str]:
        found = Export.objects.visible_to(user).order_by("pk")
        return list(found.values_list("number", flat=True))

    def test_is_of_ones_own_of_the_teams_to_who_decides_and_of_all_to_who_answers_for_all(
        self,
    ) -> None:
        boss, chief = make.supervisor(), make.compliance_officer()
        mine = asked(by=boss)
        theirs = asked(mine.case, by=chief)
        assert theirs.team == mine.team == boss.team
        other = make.supervisor(username="other")
        far = make.supervisor(username="far", in_team=make.team(name="成都一组"))
        assert self.seen_by(boss) == self.seen_by(other) == [mine.number, theirs.number]
        assert self.seen_by(chief) == [mine.number, theirs.number]
        assert self.seen_by(far) == []

    def test_of_who_decides_nothing_is_of_ones_own_alone(self) -> None:
        asked()
        counsel = make.user(username="lawyer", role="counsel", in_team=make.team())
        assert self.seen_by(counsel) == []
        Export.objects.update(asked_by=counsel)
        assert len(self.seen_by(counsel)) == 1
        Export.objects.update(team=None)
        assert self.seen_by(make.user(username="loose", role="supervisor")) == []

    def test_is_none_for_roles_that_take_nothing_out_and_for_whom_it_is_kept_from(self) -> None:
        export = asked()
        assert self.seen_by(make.clerk()) == self.seen_by(make.officer()) == []
        boss = make.supervisor()
        Case.objects.filter(pk=export.case_id).update(kept_from=[boss.pk])
        assert self.seen_by(boss) == []
        assert len(self.seen_by(make.supervisor(username="other"))) == 1


class TestDecision:
    def test_lets_the_file_be_made(self) -> None:
        export = agreed(asked(in_full=True))
        assert export.state == "making"
        assert kinds(export.case) == ["export.asked", "export.granted"]

    def test_that_says_no_ends_it_and_tells_the_asker(self) -> None:
        export = agreed(asked(in_full=True), granted=False)
        assert export.state == "denied"
        assert kinds(export.case) == ["export.asked", "export.denied"]
        assert StaffMessage.objects.filter(kind="export", person=export.asked_by).count() == 1

    def test_is_never_the_askers(self) -> None:
        export = asked(in_full=True)
        with pytest.raises(SecondPersonNeeded):
            agreed(export, by=make.supervisor())

    def test_is_never_that_of_somebody_who_answers_to_the_asker(self) -> None:
        chief = make.user(username="chief", role="compliance", in_team=make.team())
        export = asked(in_full=True, by=chief)
        with pytest.raises(SubordinateDecides):
            agreed(export, by=make.supervisor())

    def test_is_refused_to_a_role_that_may_not(self) -> None:
        export = asked(in_full=True, by=make.compliance_officer())
        with pytest.raises(RightRefused):
            agreed(export, by=make.clerk())

    def test_is_refused_to_another_teams_leader(self) -> None:
        export = asked(in_full=True)
        with pytest.raises(Outsider):
            agreed(export, by=make.supervisor(username="far", in_team=make.team(name="成都一组")))

    def test_is_refused_to_whom_the_case_keeps_something_from(self) -> None:
        export, second = asked(in_full=True), make.supervisor(username="zweite")
        Case.objects.update(kept_from=[second.pk])
        with pytest.raises(Outsider):
            agreed(export, by=second)
        assert again(export).state == "asked"

    def test_is_made_once(self) -> None:
        export = agreed(asked(in_full=True))
        with pytest.raises(StateRefused):
            agreed(export)

    def test_comes_too_late_after_a_week(self) -> None:
        export = asked(in_full=True)
        assert export.approval
        late = AT + timedelta(days=7)
        running.sweep(at=late - timedelta(seconds=1))
        assert again(export).state == "asked"
        running.sweep(at=late)
        assert again(export).state == "lapsed"
        with pytest.raises(Lapsed):
            decide_approval(
                approval=export.approval, granted=True, answer="", by=make.compliance_officer(),
                at=late,
            )  # fmt: skip


class TestWithdrawExport:
    def test_takes_it_back(self) -> None:
        export = asked(in_full=True)
        actions.withdraw_export(export=export, by=make.supervisor(), at=AT)
        assert again(export).state == "withdrawn"
        assert Approval.objects.get(kind="export").state == "withdrawn"
        assert kinds(export.case)[-1] == "export.withdrawn"

    def test_is_the_askers_alone(self) -> None:
        export = asked(in_full=True)
        with pytest.raises(WrongInput):
            actions.withdraw_export(export=export, by=make.compliance_officer(), at=AT)

    def test_is_refused_once_it_is_decided(self) -> None:
        export = agreed(asked(in_full=True))
        with pytest.raises(StateRefused):
            actions.withdraw_export(export=export, by=make.supervisor(), at=AT)

    def test_is_refused_to_an_outsider(self) -> None:
        export = asked(in_full=True)
        with pytest.raises(Outsider):
            actions.withdraw_export(
                export=export, by=make.supervisor(username="far", in_team=make.team(name="成都一组")),
                at=AT,
            )  # fmt: skip


class TestFetchExport:
    def test_is_recorded_on_the_timeline_of_every_case_in_it(self) -> None:
        one = make.prepared_case()
        two = make.case(
            reference="HZ-2026-0900", external_reference="E-900", who=make.debtor(name="李四")
        )
        export = made(asked(kind="cases", form="csv", cases=Case.objects.all()))
        actions.fetch_export(export=export, by=make.supervisor(), at=AT)
        assert kinds(one) == kinds(two) == ["export.fetched"]
        assert export.fetches.count() == 1

    def test_is_the_askers_alone(self) -> None:
        export = made(asked())
        with pytest.raises(WrongInput, match="申请人"):
            actions.fetch_export(export=export, by=make.compliance_officer(), at=AT)
        assert not export.fetches.exists()

    def test_is_refused_before_the_file_is_made(self) -> None:
        with pytest.raises(WrongInput):
            actions.fetch_export(export=asked(), by=make.supervisor(), at=AT)

    def test_ends_after_seventy_two_hours(self) -> None:
        export = made(asked())
        end = AT + timedelta(hours=72)
        actions.fetch_export(export=export, by=make.supervisor(), at=end - timedelta(seconds=1))
        with pytest.raises(WrongInput):
            actions.fetch_export(export=export, by=make.supervisor(), at=end)
        assert export.fetches.count() == 1

    def test_is_refused_once_a_case_in_it_has_passed_to_another_team(self) -> None:
        export = made(asked())
        Case.objects.update(team=make.team(name="成都一组"))
        with pytest.raises(Outsider):
            actions.fetch_export(export=export, by=make.supervisor(), at=AT)

    def test_is_refused_to_a_role_that_may_no_longer(self) -> None:
        export, by = made(asked()), make.supervisor()
        by.role = "counsel"
        by.save(update_fields=["role"])
        with pytest.raises(RightRefused):
            actions.fetch_export(export=export, by=by, at=AT)
