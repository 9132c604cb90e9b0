"""Our words are changed: proposed by compliance, released by a second person, kept for ever."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from cases.models import Case
from notices.models import MessageVersion, Notice
from notices.texts.changing import now_standing, propose_wording, release_wording, withdraw_wording
from notices.texts.composing import compose
from notices.texts.filed import filed
from people.models import User
from tests import make
from tests.notices.cast import queued
from timeline.models import Event
from workflow.approvals import SecondPersonNeeded
from workflow.steps import RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db

MONDAY = make.moment("2026-03-02 10:00")
TUESDAY = make.moment("2026-03-03 10:00")
PLACE = ("settlement", "email", "zh")
NEW = "您的款项已全部付清，谢谢。证明见附件，请妥善保存。"


def proposed(
    body: str = NEW, *, by: User | None = None, at: datetime = MONDAY,
    valid_on: date = date(2026, 3, 2), place: tuple[str, str, str] = PLACE, based_on: int = 0,
) -> MessageVersion:  # fmt: skip
    wording, channel, language = place
    return propose_wording(
        wording=wording, channel=channel, language=language, subject="", body=body,
        reason="语气更温和", valid_on=valid_on, based_on=based_on,
        by=by or make.compliance_officer(), at=at,
    )  # fmt: skip


def released(body: str = NEW, *, at: datetime = MONDAY, **given: Any) -> MessageVersion:
    version = proposed(body, at=at, **given)
    return release_wording(version=version, answer="同意", by=make.supervisor(), at=at)


def composed(at: datetime, wording: str = "settlement") -> Any:
    case = Case.objects.first() or make.case()
    return compose(
        wording=wording, channel="email", case=case, recipient=case.debtor, language="zh", at=at
    )


def told(kind: str) -> dict[str, Any]:
    return dict(Event.objects.get(case=None, kind=kind).data)


class TestProposeWording:
    def test_changes_nothing_until_it_is_released(self) -> None:
        version = proposed()
        assert (version.number, version.state) == (1, "proposed")
        assert now_standing(*PLACE, at=TUESDAY).number == 0
        assert NEW not in composed(TUESDAY).body

    def test_records_who_and_when_with_the_old_text_and_the_new(self) -> None:
        proposed()
        event = Event.objects.get(case=None, kind="wording.proposed")
        assert event.actor_name == str(make.compliance_officer())
        assert event.occurred_at == MONDAY
        assert event.data["before"]["body"] == filed("settlement")["email", "zh"].body
        assert event.data["after"]["body"] == NEW

    def test_is_refused_with_the_words_and_the_lawful_wording(self) -> None:
        with pytest.raises(WrongInput) as wrong:
            proposed(NEW + "再不还款我们就上门找你单位")
        said = " ".join(wrong.value.message["body"])
        assert "再不还款我们就上门" in said
        assert "Write instead, for example" in said
        assert not MessageVersion.objects.exists()

    def test_keeps_on_record_that_forbidden_words_were_tried(self) -> None:
        with pytest.raises(WrongInput):
            proposed(NEW + "法院传票已寄出")
        assert told("wording.refused")["words"] == ["法院传票"]

    def test_is_refused_where_something_that_must_be_told_is_missing(self) -> None:
        with pytest.raises(WrongInput) as wrong:
            proposed("您好，请付款。", place=("reminder_due", "email", "zh"))
        assert "{amount_missing} is missing" in " ".join(wrong.value.message["body"])

    def test_keeps_a_program_out(self) -> None:
        with pytest.raises(WrongInput) as wrong:
            proposed(NEW + "{{ settings.SECRET_KEY }}")
        assert "{{ settings.SECRET_KEY }}" in " ".join(wrong.value.message["body"])

    def test_is_refused_while_another_waits(self) -> None:
        proposed()
        with pytest.raises(WrongInput, match="waits for release"):
            proposed(NEW + "祝您生活愉快。")

    def test_is_refused_where_nothing_is_changed(self) -> None:
        with pytest.raises(WrongInput, match="Nothing is changed"):
            proposed(filed("settlement")["email", "zh"].body + "\r\n")

    @pytest.mark.parametrize("place", [("x", "email", "zh"), ("frame", "sms", "zh"), ("settlement", "email", "fr")])  # fmt: skip
    def test_is_refused_where_there_is_no_such_text(self, place: tuple[str, str, str]) -> None:
        with pytest.raises(WrongInput, match="no such text"):
            proposed(place=place)

    def test_is_refused_to_whoever_is_not_of_compliance(self) -> None:
        for user in (make.clerk(), make.supervisor(), make.administrator()):
            with pytest.raises(RightRefused):
                proposed(by=user)


class TestReleaseWording:
    def test_lets_messages_be_composed_from_it(self) -> None:
        released()
        found = composed(TUESDAY)
        assert NEW in found.body
        assert found.made_from[0]["version"] == 1

    def test_takes_effect_on_its_day_and_not_before(self) -> None:
        released(valid_on=date(2026, 3, 4))
        assert composed(make.moment("2026-03-03 23:59")).made_from[0]["version"] == 0
        assert composed(make.moment("2026-03-04 00:00")).made_from[0]["version"] == 1

    def test_never_takes_effect_before_it_was_released(self) -> None:
        version = released(valid_on=date(2026, 2, 1))
        assert version.valid_from == MONDAY

    def test_needs_a_second_person(self) -> None:
        version = proposed()
        with pytest.raises(SecondPersonNeeded):
            release_wording(version=version, answer="同意", by=make.compliance_officer(), at=MONDAY)
        assert MessageVersion.objects.get().state == "proposed"

    def test_may_be_done_by_another_of_compliance(self) -> None:
        other = make.compliance_officer(username="compliance-2")
        version = release_wording(version=proposed(), answer="同意", by=other, at=MONDAY)
        assert version.state == "released"

    def test_records_the_answer_with_the_old_text_and_the_new(self) -> None:
        released()
        data = told("wording.released")
        assert data["answer"] == "同意"
        assert data["proposed_by"] == str(make.compliance_officer())
        assert data["before"]["version"] == 0
        assert data["after"]["body"] == NEW

    def test_is_refused_twice(self) -> None:
        version = released()
        with pytest.raises(StateRefused):
            release_wording(version=version, answer="同意", by=make.supervisor(), at=TUESDAY)

    def test_is_refused_to_a_clerk(self) -> None:
        with pytest.raises(RightRefused):
            release_wording(version=proposed(), answer="同意", by=make.clerk(), at=MONDAY)

    def test_does_not_let_a_later_version_take_effect_before_an_earlier(self) -> None:
        released(valid_on=date(2026, 3, 20))
        second = proposed(NEW + "祝您生活愉快。", at=TUESDAY, valid_on=date(2026, 3, 10))
        with pytest.raises(WrongInput, match="2026-03-20"):
            release_wording(version=second, answer="同意", by=make.supervisor(), at=TUESDAY)

    def test_keeps_each_text_and_goes_back_to_an_older_one_by_a_new_version(self) -> None:
        released()
        old = filed("settlement")["email", "zh"].body
        back = released(old, at=TUESDAY, valid_on=date(2026, 3, 3))
        assert (back.number, back.body) == (2, old)
        assert list(MessageVersion.objects.order_by("number").values_list("body", flat=True)) == [
            NEW, old,
        ]  # fmt: skip


class TestWithdrawWording:
    def test_keeps_it_and_never_uses_it(self) -> None:
        version = withdraw_wording(version=proposed(), by=make.compliance_officer(), at=MONDAY)
        assert version.state == "withdrawn"
        assert composed(TUESDAY).made_from[0]["version"] == 0
        assert told("wording.withdrawn")["version"] == 1

    def test_makes_way_for_another(self) -> None:
        withdraw_wording(version=proposed(), by=make.compliance_officer(), at=MONDAY)
        assert proposed(at=TUESDAY).number == 2

    def test_is_refused_once_it_was_released(self) -> None:
        with pytest.raises(StateRefused):
            withdraw_wording(version=released(), by=make.compliance_officer(), at=TUESDAY)

    def test_is_refused_to_a_supervisor(self) -> None:
        with pytest.raises(RightRefused):
            withdraw_wording(version=proposed(), by=make.supervisor(), at=MONDAY)


class TestTheDatabase:
    @pytest.mark.parametrize("given", [{"body": "x"}, {"number": 9}, {"language": "en"}])
    def test_never_lets_the_words_of_a_version_change(self, given: dict[str, Any]) -> None:
        proposed()
        with pytest.raises(DatabaseError, match="final"), transaction.atomic():
            MessageVersion.objects.update(**given)

    def test_never_lets_a_version_go(self) -> None:
        released()
        with pytest.raises(DatabaseError, match="final"), transaction.atomic():
            MessageVersion.objects.all().delete()

    def test_never_lets_what_was_decided_be_decided_anew(self) -> None:
        released()
        with pytest.raises(DatabaseError, match="final"), transaction.atomic():
            MessageVersion.objects.update(state="withdrawn")


class TestANotice:
    def test_keeps_its_text_when_the_words_change_afterwards(self) -> None:
        old = queued(make.case(), subject="A message for you", body="Please call us.")
        before = (old.subject, old.body, old.text_sha256)
        released()
        now = Notice.objects.get(pk=old.pk)
        assert (now.subject, now.body, now.text_sha256) == before


class TestTheFrame:
    def test_stands_around_every_text_once_it_is_released(self) -> None:
        frame = filed("frame")["email", "zh"].body.replace("您好：", "，您好！")
        released(frame, place=("frame", "email", "zh"))
        assert composed(TUESDAY).body.startswith("王海燕 ，您好！")
