"""An organisation has words of its own over the house's, which hold for all that have none."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from cases.lawyers_draft import template_for
from cases.models import Case
from notices.models import MessageVersion
from notices.texts.changing import (
    now_standing,
    propose_fall_back,
    propose_wording,
    release_wording,
)
from notices.texts.composing import compose
from notices.texts.filed import filed
from people.models import Organisation
from tests import make
from tests.notices.test_pages import signed_in
from timeline.models import Event
from workflow.approvals import SecondPersonNeeded
from workflow.steps import RightRefused, WrongInput

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")
LATER = make.moment("2026-03-03 10:00")
PLACE = {"wording": "settlement", "channel": "email", "language": "zh"}
OURS = "您的款项已全部付清，谢谢。"
THEIRS = "您已还清全部款项，感谢您的配合。"
LETTER = {"wording": "lawyers_letter", "channel": "lawyers_letter", "language": "zh"}


def proposed(body: str, whose: Organisation | None, **given: Any) -> MessageVersion:
    return propose_wording(
        **{
            **PLACE, "subject": "", "body": body, "reason": "该机构的用语", "valid_on": date(2026, 3, 2),
            "based_on": 0, "organisation": whose, "by": make.compliance_officer(), "at": AT, **given,
        }
    )  # fmt: skip


def released(version: MessageVersion) -> MessageVersion:
    return release_wording(version=version, answer="同意", by=make.supervisor(), at=AT)


def body_for(case: Case) -> str:
    return compose(
        wording="settlement", channel="email", case=case, recipient=case.debtor, language="zh", at=LATER
    ).body  # fmt: skip


def of_another_creditor() -> Case:
    """A case in which the creditor itself writes."""
    case = make.case(
        reference="HZ-2026-0300", external_reference="X-300",
        of_creditor=make.creditor(slug="other-bank", name="东海银行"),
        who=make.debtor(name="王三", id_number=""),
    )  # fmt: skip
    Case.objects.filter(pk=case.pk).update(agency=None)
    return Case.objects.get(pk=case.pk)


class TestOwnWords:
    def test_hold_for_that_organisation_alone(self) -> None:
        mine, other = make.case(), of_another_creditor()
        released(proposed(THEIRS, make.agency()))
        assert THEIRS in body_for(mine)
        assert filed("settlement")["email", "zh"].body in body_for(other)

    def test_stand_over_the_houses_whichever_came_last(self) -> None:
        mine, other = make.case(), of_another_creditor()
        released(proposed(THEIRS, make.agency()))
        released(proposed(OURS, None))
        assert THEIRS in body_for(mine)
        assert OURS in body_for(other)

    def test_fall_back_to_the_houses_where_there_are_none(self) -> None:
        released(proposed(OURS, None))
        assert OURS in body_for(make.case())

    def test_wait_for_a_second_person_like_the_houses(self) -> None:
        version = proposed(THEIRS, make.agency())
        assert now_standing(*PLACE.values(), at=LATER, organisation=make.agency()).number == 0
        with pytest.raises(SecondPersonNeeded):
            release_wording(version=version, answer="同意", by=make.compliance_officer(), at=AT)

    def test_are_refused_for_what_the_rules_forbid(self) -> None:
        with pytest.raises(WrongInput):
            proposed(OURS + "再不还款我们就上门找你单位", make.agency())

    def test_may_be_proposed_while_the_houses_wait(self) -> None:
        first, second = proposed(OURS, None), proposed(THEIRS, make.agency())
        assert (first.number, second.number) == (1, 2)
        with pytest.raises(WrongInput, match="waits for release"):
            proposed(THEIRS + "再见。", make.agency())

    def test_stand_on_the_houses_timeline_with_whose_they_are(self) -> None:
        proposed(THEIRS, make.agency())
        event = Event.objects.get(case=None, kind="wording.proposed")
        assert event.data["organisation"] == str(make.agency())

    def test_are_kept_with_the_message(self) -> None:
        case = make.case()
        version = released(proposed(THEIRS, make.agency()))
        made = compose(
            wording="settlement", channel="email", case=case, recipient=case.debtor, language="zh",
            at=LATER,
        )  # fmt: skip
        assert made.made_from[0]["version"] == version.number
        assert made.made_from[0]["sha256"] == version.digest

    def test_belong_to_nobody_else_ever_after(self) -> None:
        version = proposed(THEIRS, make.agency())
        with pytest.raises(DatabaseError), transaction.atomic():
            MessageVersion.objects.filter(pk=version.pk).update(organisation=None)


class TestFallBack:
    def proposed(self, **given: Any) -> MessageVersion:
        return propose_fall_back(
            **{
                **PLACE, "organisation": make.agency(), "reason": "统一用语",
                "valid_on": date(2026, 3, 2), "by": make.compliance_officer(), "at": AT, **given,
            }
        )  # fmt: skip

    def test_lets_the_houses_hold_again_whatever_it_is_by_then(self) -> None:
        case = make.case()
        released(proposed(THEIRS, make.agency()))
        released(self.proposed())
        released(proposed(OURS, None))
        assert OURS in body_for(case)

    def test_changes_nothing_until_it_is_released(self) -> None:
        case = make.case()
        released(proposed(THEIRS, make.agency()))
        self.proposed()
        assert THEIRS in body_for(case)

    def test_is_refused_where_there_is_nothing_to_give_up(self) -> None:
        with pytest.raises(WrongInput, match="no text of its own"):
            self.proposed()

    def test_is_refused_to_a_supervisor(self) -> None:
        with pytest.raises(RightRefused):
            self.proposed(by=make.supervisor())


class TestLawyersLetter:
    SHORT = "{debtor_name} 女士/先生：\n\n{firm_name}受{creditor_name}委托致函。截至{as_of}，合计 {total_open} 元未清偿。"

    def test_begins_with_the_firms_own_draft(self) -> None:
        firm = make.law_firm()
        released(proposed(self.SHORT, firm, **LETTER))
        case = make.case()
        assert template_for(case, firm, LATER).endswith("合计 40,000.00 元未清偿。")
        assert "委托人提供的材料" in template_for(case, None, LATER)

    def test_is_refused_with_what_nobody_fills_in(self) -> None:
        with pytest.raises(WrongInput) as wrong:
            proposed(self.SHORT + "{shoe_size}", None, **LETTER)
        assert "{shoe_size}" in str(wrong.value.message)

    def test_is_refused_without_what_must_be_told(self) -> None:
        with pytest.raises(WrongInput) as wrong:
            proposed(self.SHORT.replace("{total_open}", "一些"), None, **LETTER)
        assert "{total_open} is missing" in str(wrong.value.message)

    def test_leaves_out_the_line_of_an_agency_where_there_is_none(self) -> None:
        text = template_for(of_another_creditor(), make.law_firm(), AT)
        assert "代为办理" not in text

    def test_is_looked_at_with_a_real_case(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case()
        page = signed_in(make.compliance_officer()).get(
            reverse("wording:preview"),
            {"case": case.reference, "wording": "lawyers_letter", "language": "zh"},
        )
        assert "40,000.00" in page.content.decode()


class TestPages:
    def test_show_whose_text_holds_and_lead_to_an_own_one(self, clock: Any) -> None:
        clock.set(AT)
        client, agency = signed_in(make.compliance_officer()), make.agency()
        address = reverse("wording:place", args=["settlement", "email"]) + f"?show={agency.pk}"
        page = client.get(address).content.decode()
        edit = reverse("wording:edit", args=["settlement", "email", "zh"]) + f"?show={agency.pk}"
        assert edit in page
        made = client.post(
            edit, {"guard_key": "k", "body": THEIRS, "reason": "用语", "valid_on": "2026-03-02"}
        )
        version = MessageVersion.objects.get()
        assert (made.url, version.organisation) == (version.get_absolute_url(), agency)
        assert str(agency) in client.get(made.url).content.decode()
        listed = client.get(reverse("wording:wordings")).content.decode()
        assert version.get_absolute_url() in listed
        assert f"?show={agency.pk}" not in listed  # it has none that was released yet
        released(version)
        assert f"?show={agency.pk}" in client.get(reverse("wording:wordings")).content.decode()

    def test_lead_from_an_own_text_back_to_the_houses(self, clock: Any) -> None:
        clock.set(AT)
        client, agency = signed_in(make.compliance_officer()), make.agency()
        released(proposed(THEIRS, agency))
        address = reverse("wording:place", args=["settlement", "email"]) + f"?show={agency.pk}"
        back = reverse("wording:fall_back", args=["settlement", "email", "zh", agency.pk])
        assert back in client.get(address).content.decode()
        client.post(back, {"guard_key": "k", "reason": "统一用语", "valid_on": "2026-03-02"})
        assert MessageVersion.objects.get(number=2).falls_back

    def test_know_no_organisation_that_is_none(self, clock: Any) -> None:
        clock.set(AT)
        client = signed_in(make.compliance_officer())
        for wrong in ("999999", "x", "1" * 20):
            assert client.get(reverse("wording:wordings"), {"show": wrong}).status_code == 404

    def test_try_no_organisations_own_text_on_anothers_case(self, clock: Any) -> None:
        clock.set(AT)
        version = proposed("{text}\n谢谢。", make.agency(), wording="letter")
        case = of_another_creditor()
        page = signed_in(make.compliance_officer()).get(
            reverse("wording:preview"),
            {
                "case": case.reference, "wording": "letter", "language": "zh",
                "try": f"letter/email/zh/{version.number}",
            },
        )  # fmt: skip
        assert page.status_code == 422
        assert "another one writes in this case" in page.content.decode()
