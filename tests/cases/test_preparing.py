"""Step 1: each act works, is recorded, and is refused where it must be."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.test import Client

from agreements.actions.closing import request_early_closure
from cases.actions import preparing
from cases.actions.assigning import assign_case
from cases.actions.contacting import log_contact
from cases.actions.holding import hold_case
from cases.models import Case, ClaimPaper, ContactAttempt, Mandate
from documents.storing import Unreadable
from people.models import Address, ContactPoint, Person
from tests import make
from timeline.models import Event
from workflow.approvals import decide_approval
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")


def last(case: Case) -> Event:
    return Event.objects.filter(case=case).order_by("-number")[0]


class TestUpdateDebtor:
    def test_corrects_the_person_and_what_the_case_is_found_by(self) -> None:
        case = make.case()
        preparing.update_debtor(
            case=case, changes={"name": "王海雁", "employer": "西溪工厂"}, by=make.clerk(), at=AT
        )
        case = Case.objects.get(pk=case.pk)
        assert case.debtor.name == case.debtor_name == "王海雁"
        assert "海雁" in case.grams

    def test_tells_which_fields_but_not_what_they_held(self) -> None:
        case = make.case()
        preparing.update_debtor(
            case=case, changes={"id_number": "330106198807152443"}, by=make.clerk(), at=AT
        )
        assert last(case).data == {"fields": ["id_number"]}

    def test_is_refused_to_an_officer(self) -> None:
        case = make.case()
        with pytest.raises(RightRefused):
            preparing.update_debtor(case=case, changes={"name": "x"}, by=make.officer(), at=AT)

    def test_is_refused_to_an_outsider(self) -> None:
        case = make.case()
        with pytest.raises(Outsider):
            preparing.update_debtor(case=case, changes={"name": "x"}, by=make.outsider(), at=AT)


class TestAddAddress:
    def test_belongs_to_the_debtor_unless_said_otherwise(self) -> None:
        case = make.case()
        address = preparing.add_address(
            case=case,
            address=Address(kind="agreed", city="杭州", text="龙井路 1 号茶馆", source="debtor"),
            by=make.clerk(), at=AT,
        )  # fmt: skip
        assert address.person == case.debtor
        assert last(case).kind == "address.added"

    def test_is_refused_for_a_person_of_another_case(self) -> None:
        case = make.case()
        stranger = Person.objects.create(name="别人")
        with pytest.raises(WrongInput):
            preparing.add_address(
                case=case, address=Address(person=stranger, text="某处"), by=make.clerk(), at=AT
            )
        assert not Address.objects.filter(person=stranger).exists()


class TestKeepingData:
    """In China each new address or number shows its source, and each person's data a legal basis."""

    def case(self) -> Case:
        case = make.case()
        Case.objects.filter(pk=case.pk).update(packs=["cn", "story"])
        return Case.objects.get(pk=case.pk)

    def point(self, **given: object) -> ContactPoint:
        return ContactPoint(channel="phone", value="13800000099", source="debtor", **given)

    def test_a_number_is_kept_with_the_day_and_what_shows_it(self) -> None:
        case = self.case()
        point = preparing.add_contact_point(
            case=case, by=make.clerk(), at=AT,
            point=self.point(source_on=date(2026, 3, 1), source_proof="来电告知，有录音"),
        )  # fmt: skip
        assert case.debtor.contact_points.get(pk=point.pk).source_proof == "来电告知，有录音"

    def test_a_number_without_proof_is_refused_with_the_row(self) -> None:
        case = self.case()
        with pytest.raises(PolicyRefused) as refused:
            preparing.add_contact_point(case=case, by=make.clerk(), at=AT, point=self.point())
        assert {found.rule for found in refused.value.findings} == {"CN-25"}
        assert not case.debtor.contact_points.filter(value="13800000099").exists()
        assert last(case).data["asked"] == "data.keep"

    def test_a_correction_that_names_another_source_needs_its_proof(self) -> None:
        case = self.case()
        point = case.debtor.contact_points.get(channel="phone")
        with pytest.raises(PolicyRefused):
            preparing.update_contact_point(
                case=case, point=point, changes={"source": "public"}, by=make.clerk(), at=AT
            )
        assert case.debtor.contact_points.get(pk=point.pk).source == "contract"

    def test_a_person_is_kept_on_a_basis(self) -> None:
        case = self.case()
        with pytest.raises(PolicyRefused) as refused:
            preparing.add_party(
                case=case, person=Person(name="孙玉兰"), role="contact", relation="同事", basis="",
                by=make.clerk(), at=AT,
            )  # fmt: skip
        (found,) = refused.value.findings
        assert (found.rule, found.citation.article) == ("CN-55", "art. 13")
        assert not Person.objects.filter(name="孙玉兰").exists()
        party = preparing.add_party(
            case=case, person=Person(name="孙玉兰"), role="contact", relation="同事", basis="",
            legal_basis="consent", by=make.clerk(), at=AT,
        )  # fmt: skip
        assert last(case).data["legal_basis"] == "consent"
        assert party.legal_basis == "consent"

    def test_a_person_without_a_basis_gets_no_number_until_one_is_set(self) -> None:
        case = make.case()
        party = preparing.add_party(
            case=case, person=Person(name="孙玉兰"), role="contact", relation="同事", basis="",
            by=make.clerk(), at=AT,
        )  # fmt: skip
        Case.objects.filter(pk=case.pk).update(packs=["cn", "story"])
        case = Case.objects.get(pk=case.pk)
        point = ContactPoint(
            person=party.person, channel="phone", value="13800000098", source="contract"
        )
        with pytest.raises(PolicyRefused):
            preparing.add_contact_point(case=case, point=point, by=make.clerk(), at=AT)
        preparing.set_legal_basis(
            case=case, party=party, legal_basis="consent", by=make.clerk(), at=AT
        )
        assert last(case).kind == "party.basis_set"
        preparing.add_contact_point(case=case, point=point, by=make.clerk(), at=AT)
        assert party.person.contact_points.count() == 1

    def test_a_basis_is_not_set_by_an_outsider_nor_an_officer(self) -> None:
        party = make.guarantor(self.case())
        for by, error in ((make.outsider(), Outsider), (make.officer(), RightRefused)):
            with pytest.raises(error):
                preparing.set_legal_basis(
                    case=party.case, party=party, legal_basis="consent", by=by, at=AT
                )


class TestAddParty:
    def test_adds_a_guarantor_with_the_basis(self) -> None:
        case = make.case()
        party = preparing.add_party(
            case=case, person=Person(name="王建国"), role="guarantor", relation="父亲",
            basis="保证合同 2024-05-10", by=make.clerk(), at=AT,
        )  # fmt: skip
        assert party.person.pk
        assert last(case).data["role"] == "guarantor"

    def test_wants_a_basis_for_somebody_who_is_to_be_liable(self) -> None:
        case = make.case()
        with pytest.raises(WrongInput) as wrong:
            preparing.add_party(
                case=case, person=Person(name="王建国"), role="guarantor", relation="", basis=" ",
                by=make.clerk(), at=AT,
            )  # fmt: skip
        assert wrong.value.field == "basis"
        assert not case.parties.exists()
        assert not Person.objects.filter(name="王建国").exists()


class TestAssessAbility:
    def test_says_what_is_left_to_pay_with(self) -> None:
        case = make.case()
        made = preparing.assess_ability(
            case=case, income=Decimal("9200.00"), outgoings=Decimal("6100.50"), dependants=2,
            assets="", source="电话", by=make.clerk(), at=AT,
        )  # fmt: skip
        assert made.left_to_pay_with == Decimal("3099.50")
        assert last(case).data["left_to_pay_with"] == "3099.50"

    def test_never_leaves_less_than_nothing(self) -> None:
        case = make.case()
        made = preparing.assess_ability(
            case=case, income=Decimal("1000.00"), outgoings=Decimal("6100.50"), dependants=0,
            assets="", source="", by=make.clerk(), at=AT,
        )  # fmt: skip
        assert made.left_to_pay_with == Decimal("0.00")


class TestAddPaper:
    def test_keeps_the_file_with_its_digest(self) -> None:
        case = make.case()
        paper = preparing.add_paper(
            case=case, kind="contract", filename="../../借款合同.pdf", content=make.PDF,
            original_held=True, kept_at="档案柜 3", by=make.clerk(), at=AT,
        )  # fmt: skip
        assert paper.document.filename == "借款合同.pdf"
        assert paper.document.file.read() == make.PDF
        assert last(case).data["sha256"] == paper.document.sha256

    @pytest.mark.parametrize(
        ("filename", "content"),
        [
            ("合同.pdf", b""),
            ("合同.pdf", b"MZ\x90\x00 not a pdf"),
            ("合同.exe", b"MZ\x90\x00"),
            ("合同.jpg", b"\xff\xd8\xff broken"),
            ("合同", b"%PDF-1.4"),
            ("页面.html", b"<script>alert(1)</script>"),
            ("图.png", b"<svg onload=alert(1)>"),
            ("大.pdf", b"%PDF-" + b"0" * (20 * 1024 * 1024 + 1)),
        ],
    )
    def test_refuses_what_is_not_what_it_says_and_keeps_nothing(
        self, filename: str, content: bytes
    ) -> None:
        case = make.case()
        with pytest.raises(Unreadable):
            preparing.add_paper(
                case=case, kind="contract", filename=filename, content=content,
                original_held=False, kept_at="", by=make.clerk(), at=AT,
            )  # fmt: skip
        assert not ClaimPaper.objects.exists()
        assert last(case).kind == "case.opened"


class TestSetMandate:
    def test_is_refused_for_another_creditor_s_mandate(self) -> None:
        case = make.case()
        other = make.mandate(
            principal=make.creditor(slug="other", name="别家银行"), number="WT-OTHER"
        )
        with pytest.raises(WrongInput):
            preparing.set_mandate(case=case, mandate=other, by=make.clerk(), at=AT)

    def test_leaves_the_case_to_the_creditor_when_there_is_none(self) -> None:
        case = make.case()
        preparing.set_mandate(case=case, mandate=None, by=make.clerk(), at=AT)
        case = Case.objects.get(pk=case.pk)
        assert case.mandate is None
        assert case.agency is None


class TestDrawUpMandate:
    @pytest.mark.parametrize(
        ("receives", "limit"), [(False, Decimal("100.00")), (True, Decimal("0.00"))]
    )
    def test_is_refused_with_cash_but_no_money_or_no_sum(
        self, receives: bool, limit: Decimal
    ) -> None:
        with pytest.raises(IntegrityError, match="mandate_cash_only_with_money"):
            preparing.draw_up_mandate(
                principal=make.creditor(), agent=make.agency(), number="WT-CASH", scope="催收",
                methods=["visit"], valid_from=date(2026, 1, 1), valid_until=date(2026, 12, 31),
                may_receive_money=receives, cash_limit=limit,
            )  # fmt: skip

    def test_says_on_the_case_s_page_how_much_cash_may_be_taken(self, client: Client) -> None:
        case = make.case()
        client.force_login(make.clerk())
        client.cookies["django_language"] = "en"
        page = f"/cases/{case.reference}/"
        assert "no cash at the door" in client.get(page).content.decode()
        Mandate.objects.filter(pk=case.mandate_id).update(
            may_receive_money=True, cash_limit=Decimal("2000.00")
        )
        assert "cash at the door up to" in client.get(page).content.decode()
        assert "2,000.00" in client.get(page).content.decode()


class TestAssignCase:
    def test_is_the_supervisor_s_and_within_the_team(self) -> None:
        case = make.case()
        with pytest.raises(RightRefused):
            assign_case(case=case, officer=make.officer(), by=make.clerk(), at=AT)
        assign_case(case=case, officer=make.officer(), by=make.supervisor(), at=AT)
        assert Case.objects.get(pk=case.pk).officer == make.officer()

    def test_refuses_an_officer_of_another_team(self) -> None:
        case = make.case()
        stranger = make.officer(badge="900", in_team=make.team(name="成都一组", city="成都"))
        with pytest.raises(WrongInput):
            assign_case(case=case, officer=stranger, by=make.supervisor(), at=AT)


class TestLogContact:
    def test_is_logged_and_counts_as_a_gentler_channel(self) -> None:
        case = make.case()
        log_contact(
            case=case, channel="phone", result="no_answer", remark="未接", by=make.clerk(), at=AT
        )
        assert ContactAttempt.objects.get(case=case).channel == "phone"
        assert last(case).kind == "contact.logged"

    def test_is_refused_at_night_where_the_debtor_lives_with_rule_and_hour(self) -> None:
        case = make.case(of_creditor=make.creditor(packs=["cn", "story"]))
        make.house_papers(case)
        with pytest.raises(PolicyRefused) as refused:
            log_contact(
                case=case, channel="phone", result="reached", remark="", by=make.clerk(),
                at=make.moment("2026-03-02 22:30"), stated=True,
            )  # fmt: skip
        assert refused.value.earliest == make.moment("2026-03-03 08:00")
        assert not ContactAttempt.objects.exists()
        assert last(case).kind == "policy.refused"

    def test_marks_a_dead_number_and_refuses_to_use_it_again(self) -> None:
        case = make.case()
        point = case.debtor.contact_points.get(channel="phone")
        log_contact(
            case=case, channel="phone", result="wrong_number", remark="", contact_point=point,
            by=make.clerk(), at=AT,
        )  # fmt: skip
        point.refresh_from_db()
        assert point.dead_at == AT
        with pytest.raises(WrongInput):
            log_contact(
                case=case, channel="phone", result="reached", remark="", contact_point=point,
                by=make.clerk(), at=make.moment("2026-03-03 10:00"),
            )  # fmt: skip

    def test_is_refused_for_a_number_of_unknown_source(self) -> None:
        case = make.case(
            of_creditor=make.creditor(packs=["cn", "story"]),
            contact_points=[ContactPoint(channel="phone", value="13900000000", source="unknown")],
        )
        with pytest.raises(PolicyRefused):
            log_contact(
                case=case, channel="phone", result="reached", remark="",
                contact_point=case.debtor.contact_points.get(), by=make.clerk(), at=AT,
            )  # fmt: skip

    def test_is_refused_for_a_time_that_lies_ahead(self) -> None:
        case = make.case()
        with pytest.raises(WrongInput):
            log_contact(
                case=case, channel="phone", result="reached", remark="", by=make.clerk(), at=AT,
                happened_at=make.moment("2026-03-02 11:00"),
            )  # fmt: skip


class TestClosedCase:
    @pytest.fixture
    def closed(self) -> Case:
        case = make.prepared_case()
        asked = request_early_closure(
            case=case, closed_as="withdrawn", reason="债权人撤回", by=make.clerk(), at=AT
        )
        decide_approval(approval=asked, granted=True, answer="同意", by=make.supervisor(), at=AT)
        return Case.objects.get(pk=case.pk)

    def test_bears_no_contact_with_the_debtor(self, closed: Case) -> None:
        before = ContactAttempt.objects.count()
        with pytest.raises(StateRefused):
            log_contact(
                case=closed, channel="phone", result="reached", remark="", by=make.clerk(),
                at=make.moment("2026-03-04 10:00"),
            )  # fmt: skip
        assert ContactAttempt.objects.count() == before
        assert last(closed).kind == "state.refused"

    def test_takes_no_preparation_and_no_hold(self, closed: Case) -> None:
        who, told_before = make.clerk(), last(closed).number
        for again in (
            lambda: preparing.assess_ability(
                case=closed, income=Decimal("1.00"), outgoings=Decimal("1.00"), dependants=0,
                assets="", source="", by=who, at=AT,
            ),
            lambda: preparing.set_strategy(
                case=closed, strategy="x", proposed_plan="", by=who, at=AT
            ),
            lambda: preparing.set_mandate(case=closed, mandate=None, by=who, at=AT),
            lambda: preparing.add_party(
                case=closed, person=Person(name="某人"), role="contact", relation="", basis="",
                by=who, at=AT,
            ),
            lambda: preparing.add_paper(
                case=closed, kind="other", filename="x.pdf", content=make.PDF,
                original_held=False, kept_at="", by=who, at=AT,
            ),
            lambda: assign_case(
                case=closed, officer=None, by=make.supervisor(), at=AT
            ),
            lambda: hold_case(
                case=closed, reason="hospital", scope="all", starts_on=date(2026, 3, 2),
                review_on=date(2026, 3, 9), until=date(2026, 3, 16), remark="", by=who, at=AT,
            ),
        ):  # fmt: skip
            with pytest.raises(StateRefused):
                again()
        told = Event.objects.filter(case=closed, number__gt=told_before)
        assert set(told.values_list("kind", flat=True)) == {"state.refused"}
        assert not Person.objects.filter(name="某人").exists()

    def test_still_lets_the_debtors_own_data_be_corrected(self, closed: Case) -> None:
        preparing.update_debtor(case=closed, changes={"name": "王海雁"}, by=make.clerk(), at=AT)
        assert last(closed).kind == "debtor.updated"


class TestOpening:
    def test_leaves_ledger_debt_and_balance_that_tie(self) -> None:
        case = make.case()
        assert case.balance == Decimal("40000.00")
        assert sum(entry.amount for entry in case.ledger.all()) == Decimal("40000.00")
        debt = case.debts.get()
        assert (debt.contract_on, debt.limitation_ends_on) == (
            date(2024, 5, 10),
            date(2028, 11, 10),
        )
