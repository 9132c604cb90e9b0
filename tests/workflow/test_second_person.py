"""The second person is one: neither who asked, nor somebody who answers to them; and in time."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from people.account_changes import AccountChange
from people.accounts import TENDED_FOR, note_change
from people.models import User
from tests import make
from tests.notices.cast import paper
from workflow.approvals import (
    LAPSES_AFTER,
    Lapsed,
    SecondPersonNeeded,
    SubordinateDecides,
    decide_approval,
    must_be_second,
    request_approval,
)
from workflow.models import Approval

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")


def asked(kind: str, by: User) -> Approval:
    """What somebody asked for, as far as it is looked at before anything is decided."""
    many = {"notice_run", "second_factor"}
    return Approval(
        kind=kind, case=None if kind in many else make.case(), reason="x", requested_by=by,
        requested_at=AT, expires_at=AT + LAPSES_AFTER,
    )  # fmt: skip


def decide(approval: Approval, by: User, at: Any = AT) -> None:
    decide_approval(approval=approval, granted=False, answer="不同意", by=by, at=at)


@pytest.mark.parametrize("kind", Approval.Kind.values)
class TestEveryKind:
    def test_is_never_decided_by_whoever_asked(self, kind: str) -> None:
        chief = make.compliance_officer()
        with pytest.raises(SecondPersonNeeded):
            decide(asked(kind, chief), chief)

    def test_is_never_decided_by_somebody_below_in_the_same_team(self, kind: str) -> None:
        chief = make.compliance_officer()
        chief.team = make.team()
        with pytest.raises(SubordinateDecides):
            decide(asked(kind, chief), make.supervisor())

    def test_is_never_decided_by_an_account_that_the_asker_has_set_up(self, kind: str) -> None:
        administrator, fresh = make.administrator(), make.compliance_officer(username="fresh")
        note_change(account=fresh, by=administrator, at=AT - timedelta(days=29), what="made")
        with pytest.raises(SubordinateDecides):
            decide(asked(kind, administrator), fresh)

    def test_lapses(self, kind: str) -> None:
        approval = asked(kind, make.clerk())
        with pytest.raises(Lapsed):
            decide(approval, make.compliance_officer(), at=approval.expires_at)


class TestSecondPerson:
    def test_may_be_of_the_same_rank_and_team(self) -> None:
        must_be_second(make.supervisor(), make.supervisor(username="other"), AT)

    def test_may_stand_below_in_another_team(self) -> None:
        chief = make.compliance_officer()
        chief.team = make.team(name="成都一组", city="成都")
        must_be_second(chief, make.supervisor(), AT)

    @pytest.mark.parametrize("role", ["counsel", "auditor", "operator"])
    def test_is_not_one_of_the_team_whose_role_has_no_rank(self, role: str) -> None:
        apart = make.user(username="apart", role=role, in_team=make.team())
        with pytest.raises(SubordinateDecides):
            must_be_second(make.clerk(), apart, AT)
        must_be_second(apart, make.clerk(), AT)
        must_be_second(apart, make.user(username="other", role=role, in_team=apart.team), AT)

    @pytest.mark.parametrize("granted", [True, False])
    def test_stands_on_the_timeline_with_the_day_until_which_a_grant_holds(
        self, granted: bool
    ) -> None:
        case, boss = make.case(), make.compliance_officer()
        approval = request_approval(
            case=case, kind="exception", subject="T-1", reason="书面同意", by=make.clerk(), at=AT,
            evidence=lambda: paper(case), evidence_kind="consent",
        )  # fmt: skip
        decide_approval(approval=approval, granted=granted, answer="好", by=boss, at=AT)
        told = case.events.get(kind="approval.granted" if granted else "approval.denied")
        assert (told.data["asked_by"], told.data["answer"]) == (str(make.clerk()), "好")
        assert told.data.get("until") == (approval.expires_at.isoformat() if granted else None)

    def test_may_stand_above(self) -> None:
        must_be_second(make.clerk(), make.supervisor(), AT)

    def test_is_one_again_thirty_days_after_the_asker_had_a_hand_in_the_account(self) -> None:
        administrator, chief = make.administrator(), make.compliance_officer()
        note_change(account=chief, by=administrator, at=AT, what="changed")
        with pytest.raises(SubordinateDecides):
            must_be_second(administrator, chief, AT + TENDED_FOR - timedelta(seconds=1))
        must_be_second(administrator, chief, AT + TENDED_FOR)

    def test_is_told_why_not_and_offered_no_form(self, clock: Any) -> None:
        clock.set(AT)
        case, chief = make.case(), make.compliance_officer()
        chief.team = case.team
        chief.save(update_fields=["team"])
        approval = request_approval(
            case=case,
            kind="early_closure",
            subject="withdrawn",
            reason="债权人撤回",
            by=chief,
            at=AT,
        )
        client = Client()
        client.force_login(make.supervisor())
        address = reverse("desk:approval", args=[approval.pk])
        assert client.get(address).context["may_decide"] is False
        answer = client.post(address, {"answer": "好", "granted": "yes", "guard_key": "k"})
        assert answer.status_code == 409
        approval.refresh_from_db()
        assert approval.state == Approval.State.WAITING


class TestAccounts:
    def client(self) -> Client:
        administrator = make.administrator()
        administrator.is_staff = True
        administrator.save(update_fields=["is_staff"])
        client = Client()
        client.force_login(administrator)
        return client

    def changes(self) -> list[tuple[str, str, str]]:
        return list(AccountChange.objects.values_list("account__username", "by__username", "what"))

    def test_that_are_made_in_the_administration_are_remembered(self, clock: Any) -> None:
        clock.set(AT)
        given = {
            "username": "fresh", "usable_password": "true", "password1": "quiet-river-stone-9",
            "password2": "quiet-river-stone-9", "role": "supervisor", "full_name": "新人",
            "photo-TOTAL_FORMS": "0", "photo-INITIAL_FORMS": "0",
        }  # fmt: skip
        answer = self.client().post(reverse("admin:people_user_add"), given)
        assert answer.status_code == 302
        assert self.changes() == [("fresh", "administrator", "made")]
        assert AccountChange.objects.get().at == pytest.approx(AT, abs=timedelta(minutes=1))

    def test_whose_password_is_set_there_are_remembered(self) -> None:
        chief = make.compliance_officer()
        answer = self.client().post(
            reverse("admin:auth_user_password_change", args=[chief.pk]),
            {"usable_password": "true", "password1": "quiet-river-stone-9",
             "password2": "quiet-river-stone-9"},
        )  # fmt: skip
        assert answer.status_code == 302
        assert self.changes() == [("compliance", "administrator", "changed")]

    def test_of_one_s_own_are_not(self) -> None:
        chief = make.compliance_officer()
        note_change(account=chief, by=chief, at=AT, what="changed")
        assert self.changes() == []
