"""The debtor hears that somebody else has signed or does not, by the ordinary way and without a name."""

from datetime import date, timedelta
from typing import Any

import pytest

from agreements.actions import by_link, signers
from agreements.actions.word import AT_THE_TABLE, word_may_go
from agreements.models import Agreement
from cases.actions import holding
from cases.models import Case
from notices.models import Notice
from notices.relay import send_due
from tests import make
from tests.agreements import cast
from tests.agreements.test_signers import asked, beside, guarantor, offered_to, signs
from tests.agreements.test_signers_by_link import ready, send
from timeline.models import Event
from workflow.models import Duty
from workflow.steps import Outsider, StateRefused

pytestmark = pytest.mark.django_db
AT = cast.SIGNED
SOON = AT + timedelta(minutes=5)
SECRETS = ("孙国梁", "林志强", "保证", "guarant", "不愿继续担保")


@pytest.fixture
def case(clock: Any) -> Case:
    clock.set(AT)
    return make.prepared_case()


@pytest.fixture
def agreement(case: Case) -> Agreement:
    return offered_to(guarantor(case), beside(case, "co_debtor"))


def word(case: Case) -> Notice:
    return case.notices.get(kind="signing_word")


def signs_first(agreement: Agreement) -> None:
    signs(agreement, agreement.signatories.get(role="guarantor"))


def declines(agreement: Agreement, **given: Any) -> None:
    signers.decline(
        **{
            "signatory": agreement.signatories.get(role="guarantor"), "why": "不愿继续担保",
            "by": make.clerk(), "at": AT, **given,
        }
    )  # fmt: skip


class TestWordOfASignature:
    def test_goes_to_the_debtor_and_names_nobody(self, case: Case, agreement: Agreement) -> None:
        signs_first(agreement)
        notice = word(case)
        assert (notice.recipient, notice.language) == (case.debtor, "zh")
        assert "其中一位现已签署" in notice.body
        assert agreement.number in notice.body
        for secret in SECRETS:
            assert secret not in notice.subject + notice.body
        told = Event.objects.get(kind="notice.queued", data__kind="signing_word").data
        assert told["notice"] == notice.pk
        assert cast.chain_holds(case)

    def test_is_in_the_debtors_language(self, case: Case, agreement: Agreement) -> None:
        case.debtor.language = "en"
        case.debtor.save()
        signs_first(cast.again(agreement))
        assert "One of them has signed now." in word(case).body

    def test_waits_an_hour_where_they_sit_together(self, case: Case, agreement: Agreement) -> None:
        signs_first(agreement)
        assert word(case).due_at == AT + AT_THE_TABLE

    def test_is_no_news_once_all_have_signed(self, case: Case, agreement: Agreement) -> None:
        signs_first(agreement)
        for who in ("debtor", "creditor", agreement.signatories.get(role="co_debtor")):
            signs(agreement, who)
        assert case.notices.filter(kind="agreement_copy", recipient=case.debtor).exists()
        send_due(AT + AT_THE_TABLE)
        assert word(case).state == "suppressed"

    def test_is_not_written_of_the_last_one_of_whom_the_copy_tells(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        for who in ("debtor", "creditor"):
            signs(agreement, who)
        signs_first(agreement)
        assert not case.notices.filter(kind="signing_word").exists()

    def test_is_not_written_of_the_debtors_own(self, case: Case, agreement: Agreement) -> None:
        signs(agreement, "debtor")
        assert not case.notices.filter(kind="signing_word").exists()

    def test_goes_at_once_where_it_was_signed_at_home(
        self, case: Case, agreement: Agreement
    ) -> None:
        one = agreement.signatories.get(role="guarantor")
        one.party.person.contact_points.create(
            channel="email", value="sun@example.org", source="contract"
        )
        by_link.sign_by_link(
            sent=ready(send(agreement, one)), name="孙国梁", content=cast.drawn(), at=SOON
        )
        assert word(case).due_at == SOON

    def test_is_a_duty_where_the_debtor_cannot_be_written_to(
        self, case: Case, agreement: Agreement
    ) -> None:
        case.debtor.contact_points.all().delete()
        case.debtor.addresses.all().update(source="unknown")
        signs_first(cast.again(agreement))
        assert not case.notices.filter(kind="signing_word").exists()
        duty = Duty.objects.get(kind="signing.tell")
        assert agreement.number in duty.says["zh"]
        assert "孙国梁" not in duty.says["zh"]

    def test_does_not_go_while_all_contact_is_on_hold(
        self, case: Case, agreement: Agreement
    ) -> None:
        signs_first(agreement)
        holding.hold_case(
            case=cast.again(case), reason="hospital", scope="all", starts_on=date(2026, 3, 5),
            review_on=date(2026, 3, 10), until=date(2026, 3, 12), remark="住院",
            by=make.clerk(), at=SOON,
        )  # fmt: skip
        held = word(case)
        assert word_may_go(held, AT + AT_THE_TABLE)
        send_due(AT + AT_THE_TABLE)
        assert word(case).state != "sent"


class TestWordOfANo:
    def test_goes_to_the_debtor_at_once_without_name_or_reason(
        self, case: Case, agreement: Agreement
    ) -> None:
        declines(agreement)
        notice = word(case)
        assert notice.due_at == AT
        assert "表示不签署" in notice.body
        for secret in SECRETS:
            assert secret not in notice.subject + notice.body

    def test_is_no_news_where_the_person_signs_after_all(
        self, case: Case, agreement: Agreement
    ) -> None:
        declines(agreement)
        signs_first(agreement)
        first = case.notices.get(kind="signing_word", about__declined=True)
        assert str(word_may_go(first, AT))

    def test_is_no_news_once_a_version_without_that_person_is_drawn(
        self, case: Case, agreement: Agreement
    ) -> None:
        declines(agreement)
        one = agreement.signatories.get(role="guarantor")
        signers.go_on_without(signatory=one, by=make.clerk(), at=SOON)
        assert str(word_may_go(word(case), SOON))

    def test_is_not_written_where_the_no_is_refused(self, case: Case, agreement: Agreement) -> None:
        with pytest.raises(Outsider):
            declines(agreement, by=make.outsider())
        assert not case.notices.filter(kind="signing_word").exists()

    def test_is_not_written_before_the_terms_were_offered(self, case: Case) -> None:
        one = asked(cast.draft(cast.again(case)), guarantor(case))
        with pytest.raises(StateRefused):
            declines(one.agreement)
        assert not case.notices.filter(kind="signing_word").exists()
