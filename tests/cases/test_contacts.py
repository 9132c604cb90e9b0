"""How often a debtor was reached, by whomever: what the rules are told, and what they then refuse."""

from datetime import timedelta
from typing import Any

import pytest

from cases.actions.contacting import log_contact
from cases.facts import facts_for, number_mark
from cases.models import Case, ContactAttempt, Mandate
from compliance.facts import ContactFacts
from people.models import ContactPoint
from tests import make, walk
from workflow.steps import PolicyRefused

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-05 10:00")


def call(case: Case, result: str, minute: int = 0, **given: Any) -> ContactAttempt:
    when = AT + timedelta(minutes=minute)
    return log_contact(
        case=Case.objects.get(pk=case.pk), channel="phone", result=result, remark="",
        by=make.clerk(), at=when, stated=True, **given,
    )  # fmt: skip


def at_bank(**given: Any) -> Case:
    """A case of a bank whose rules are those of mainland China."""
    bank = make.creditor(slug="cn-bank", packs=["cn"])
    case = make.case(of_creditor=bank, under=make.mandate(number="WT-CN", principal=bank), **given)
    make.house_papers(case)
    return case


def others_mandate() -> Mandate:
    """A mandate of another agency, which may have its work done by this house's teams."""
    found = make.mandate(number="WT-CD", agent=make.agency(slug="shu-trust", name="蜀信信用管理"))
    Mandate.objects.filter(pk=found.pk).update(subdelegation=True)
    return found


def told(case: Case) -> list[ContactFacts]:
    return list(facts_for(Case.objects.get(pk=case.pk), at=AT).contacts or ())


class TestFactsOfContacts:
    def test_hold_calls_notices_and_visits_of_the_last_sixty_days(self) -> None:
        visit = walk.talked()
        found = told(visit.case)
        assert [(one.channel, one.outcome, one.spoken) for one in found] == [
            ("phone", "no_answer", False),
            ("sms", "delivered", False),
            ("lawyers_letter", "delivered", False),
            ("letter", "delivered", False),
            ("visit", "", True),
        ]
        assert all(one.ours for one in found)
        later = facts_for(visit.case, at=AT + timedelta(days=61))
        assert later.contacts == ()

    def test_hold_those_of_another_case_of_the_debtor_and_say_whose_they_were(self) -> None:
        case = at_bank()
        other = make.case(
            reference="CD-2026-0001", external_reference="CD-1", who=case.debtor,
            under=others_mandate(),
        )  # fmt: skip
        call(other, "reached")
        call(case, "reached", 1)
        assert [one.ours for one in told(case)] == [False, True]

    def test_know_a_number_by_a_mark_that_two_rows_of_it_share(self) -> None:
        case = at_bank()
        phone = case.debtor.contact_points.get(channel="phone")
        twin = ContactPoint.objects.create(
            person=case.debtor, channel="sms", value=phone.value, source="contract"
        )
        call(case, "no_answer", contact_point=twin)
        assert number_mark(twin) == number_mark(phone) == told(case)[0].number == str(phone.pk)
        assert phone.value not in str(told(case))


class TestLogContact:
    def test_is_refused_for_a_fourth_answered_call_whoever_made_the_others(self) -> None:
        case = at_bank()
        other = make.case(
            reference="CD-2026-0001", external_reference="CD-1", who=case.debtor,
            under=others_mandate(),
        )  # fmt: skip
        for minute in range(3):
            call(other, "reached", minute)
        with pytest.raises(PolicyRefused) as refused:
            call(case, "reached", 5)
        assert [finding.rule for finding in refused.value.findings] == ["CN-05"]
        assert refused.value.earliest == make.moment("2026-03-06 08:00")
        assert ContactAttempt.objects.filter(case=case).count() == 0

    def test_is_refused_for_a_seventh_attempt_on_one_number_and_not_on_another(self) -> None:
        case = at_bank()
        phone = case.debtor.contact_points.get(channel="phone")
        second = ContactPoint.objects.create(
            person=case.debtor, channel="phone", value="13800000002", source="contract"
        )
        for minute in range(6):
            call(case, "no_answer", minute, contact_point=phone)
        with pytest.raises(PolicyRefused) as refused:
            call(case, "no_answer", 7, contact_point=phone)
        assert [finding.rule for finding in refused.value.findings] == ["CN-06"]
        call(case, "no_answer", 8, contact_point=second)
        assert ContactAttempt.objects.filter(case=case).count() == 7

    def test_lets_a_clerk_write_where_no_call_may_be_made_any_more(
        self, client: Any, clock: Any
    ) -> None:
        case = at_bank()
        for minute in range(3):
            call(case, "reached", minute)
        clock.set(AT + timedelta(minutes=10))
        client.force_login(make.clerk())
        page = client.get(case.get_absolute_url()).content.decode()
        assert f"/cases/{case.reference}/contacts/log/" in page
