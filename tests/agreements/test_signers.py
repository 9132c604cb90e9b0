"""Who else must sign: asked by the rules, named in the terms, waited for, heard when they decline."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.actions import drawing, signers, signing
from agreements.actions.signers import ask_to_sign
from agreements.models import Agreement, Signatory
from agreements.parity import gaps
from cases.actions.preparing import add_party
from cases.models import Case, Party
from people.models import Address, Person
from tests import make
from tests.agreements import cast
from tests.agreements.test_sealed_paper import bytes_of, text_of
from timeline.models import Event
from workflow.models import Duty
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db
AT = cast.SIGNED
AGREED = date(2026, 3, 4)


def known(party: Party, number: str = "33010619900101123X") -> Party:
    """With an identity paper and a home, as an agreement needs them."""
    party.person.id_number, party.person.born_on = number, date(1990, 1, 1)
    party.person.save()
    Address.objects.create(
        person=party.person, city="杭州市", text="文三路 8 号", kind="home", source="contract"
    )
    return party


def guarantor(case: Case, name: str = "孙国梁", **terms: Any) -> Party:
    return known(make.guarantor(case, name=name, **{"guarantee": "joint", **terms}))


def beside(case: Case, role: str, name: str = "林志强", **given: Any) -> Party:
    basis = {"spouse": "夫妻共同借款", "co_debtor": "共同借款人"}.get(role, "")
    return known(
        add_party(
            case=case, person=Person(name=name), role=role, relation="配偶", basis=basis,
            legal_basis="consent", by=make.clerk(), at=make.moment("2026-02-27 09:05"), **given,
        ),
        "330106199202023456",
    )  # fmt: skip


def asked(agreement: Agreement, party: Party, **given: Any) -> Signatory:
    ask_to_sign(
        **{
            "agreement": agreement, "party": party, "debtor_agreed_on": None, "by": make.clerk(),
            "at": AT, **given,
        }
    )  # fmt: skip
    return agreement.signatories.get(party=party)


def offered_to(*parties: Party, confirmed: bool = True, **given: Any) -> Agreement:
    """Terms that name these people, offered; the debtor has confirmed each."""
    agreement = cast.draft(cast.again(parties[0].case), language="both")
    for party in parties:
        asked(agreement, party, **given)
    agreement = cast.again(agreement)
    drawing.offer_agreement(agreement=agreement, by=make.clerk(), at=AT)
    for clause in agreement.clauses if confirmed else ():
        signing.confirm_term(agreement=agreement, term=clause["key"], by=make.clerk(), at=AT)
    return cast.again(agreement)


def signs(agreement: Agreement, one: Signatory | str, **given: Any) -> bool:
    """Debtor, creditor or somebody else signs on the screen; who is somebody else promises first."""
    who: dict[str, Any] = {
        "side": one, "name": dict(cast.SIDES).get(str(one), ""), "id_checked": one != "creditor",
    }  # fmt: skip
    if isinstance(one, Signatory):
        signing.confirm_term(
            agreement=agreement, term=one.term, signatory=one, by=make.clerk(), at=AT
        )
        who = {
            "id_checked": True,
            "side": one.role,
            "name": one.party.person.name,
            "signatory": one,
        }
    return signing.sign(
        **{
            "agreement": agreement, "content": cast.drawn(), "by": make.clerk(), "at": AT,
            **who, **given,
        }
    )  # fmt: skip


def clause_of(agreement: Agreement, key: str) -> dict[str, str]:
    return next(one["text"] for one in agreement.clauses if one["key"] == key)


@pytest.fixture
def case(clock: Any) -> Case:
    clock.set(AT)
    return make.prepared_case()


class TestAskToSign:
    def test_names_a_guarantor_with_kind_period_and_sum_in_both_languages(self, case: Case) -> None:
        party = guarantor(case, guarantee_months=24)
        agreement = cast.draft(cast.again(case))
        one = asked(agreement, party)
        text = clause_of(agreement, one.term)
        assert "连带责任保证" in text["zh"]
        assert "joint and several guarantee" in text["en"]
        for tongue in ("zh", "en"):
            assert "24" in text[tongue]
            assert "39,000.00" in text[tongue]
            assert "695" in text[tongue]
        assert "孙国梁（保证人）" in clause_of(agreement, "parties")["zh"]
        assert "孙国梁 (guarantor)" in clause_of(agreement, "parties")["en"]
        assert not any(one["key"] == "guarantee" for one in agreement.clauses)
        assert not gaps(agreement.clauses, [tuple(p) for p in agreement.terms["names"]])
        told = Event.objects.get(kind="signatory.asked").data
        assert (told["name"], told["role"]) == ("孙国梁", "guarantor")
        assert cast.chain_holds(case)

    def test_counts_an_unclear_guarantee_as_a_general_one(self, case: Case) -> None:
        agreement = cast.draft(cast.again(guarantor(case, guarantee="unclear").case))
        one = asked(agreement, case.parties.get())
        assert "686" in clause_of(agreement, one.term)["zh"]

    def test_makes_confirmations_and_signatures_of_other_terms_void(self, case: Case) -> None:
        party = guarantor(case)
        agreement = cast.offered(cast.again(case))
        asked(agreement, party)
        agreement = cast.again(agreement)
        assert agreement.state == "draft"
        assert not agreement.confirmations.exists()

    @pytest.mark.parametrize("role", ["contact", "third_party"])
    def test_is_refused_for_who_only_knows_the_debtor(self, case: Case, role: str) -> None:
        party = beside(case, role)
        with pytest.raises(PolicyRefused) as refused:
            asked(cast.draft(cast.again(case)), party, debtor_agreed_on=AGREED)
        assert "ST-42" in {finding.rule for finding in refused.value.findings}
        assert not Signatory.objects.exists()
        assert Event.objects.filter(kind="policy.refused").exists()

    def test_is_refused_for_a_spouse_of_whom_nothing_is_on_record(self, case: Case) -> None:
        party = beside(case, "spouse")
        with pytest.raises(PolicyRefused) as refused:
            asked(cast.draft(cast.again(case)), party)
        assert "夫妻共同债务" in refused.value.findings[0].says["zh"]

    def test_is_refused_for_a_common_debt_without_a_paper(self, case: Case) -> None:
        party = beside(case, "spouse", common_debt="both_signed")
        with pytest.raises(PolicyRefused):
            asked(cast.draft(cast.again(case)), party)

    def test_asks_a_spouse_by_the_debtors_leave_who_then_need_not_sign(self, case: Case) -> None:
        party = beside(case, "spouse")
        agreement = cast.draft(cast.again(case))
        one = asked(agreement, party, debtor_agreed_on=AGREED)
        text = clause_of(agreement, one.term)
        assert "没有义务签署" in text["zh"]
        assert "need not sign" in text["en"]
        assert one.debtor_agreed_on == AGREED

    def test_asks_who_joins_the_debt_by_the_debtors_leave_alone(self, case: Case) -> None:
        party = beside(case, "joining")
        agreement = cast.draft(cast.again(case))
        with pytest.raises(PolicyRefused):
            asked(agreement, party)
        one = asked(agreement, party, debtor_agreed_on=AGREED)
        assert "552" in clause_of(agreement, one.term)["en"]

    def test_is_refused_twice_and_for_who_wants_to_be_left_alone(self, case: Case) -> None:
        party = guarantor(case)
        agreement = cast.draft(cast.again(case))
        asked(agreement, party)
        with pytest.raises(WrongInput):
            asked(agreement, party)
        party.left_alone_at = AT
        with pytest.raises(WrongInput):
            asked(agreement, party)

    def test_is_refused_on_a_day_that_lies_ahead(self, case: Case) -> None:
        party = beside(case, "spouse")
        with pytest.raises(WrongInput):
            asked(cast.draft(cast.again(case)), party, debtor_agreed_on=date(2026, 3, 6))

    def test_is_refused_once_it_is_signed(self, case: Case) -> None:
        party = guarantor(case)
        agreement = cast.signed(cast.again(case))
        with pytest.raises(StateRefused):
            asked(agreement, party)

    def test_is_refused_to_an_outsider_and_to_who_draws_up_nothing(self, case: Case) -> None:
        party = guarantor(case)
        agreement = cast.draft(cast.again(case))
        with pytest.raises(Outsider):
            asked(agreement, party, by=make.outsider())
        with pytest.raises(RightRefused):
            asked(agreement, party, by=make.compliance_officer())

    def test_leaves_no_blank_of_theirs(self, case: Case) -> None:
        party = make.guarantor(case, guarantee="joint")
        agreement = cast.draft(cast.again(case))
        asked(agreement, party)
        creditor = case.creditor
        creditor.country = "CN"
        creditor.save()
        with pytest.raises(WrongInput, match="孙国梁"):
            drawing.offer_agreement(agreement=cast.again(agreement), by=make.clerk(), at=AT)


class TestLeaveOut:
    def test_takes_the_person_out_of_the_terms_again(self, case: Case) -> None:
        party = guarantor(case)
        agreement = cast.draft(cast.again(case))
        signers.leave_out(signatory=asked(agreement, party), by=make.clerk(), at=AT)
        agreement = cast.again(agreement)
        assert not agreement.signatories.exists()
        assert any(one["key"] == "guarantee" for one in agreement.clauses)
        assert Event.objects.filter(kind="signatory.left_out").exists()

    def test_is_refused_for_who_has_declined(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        one = agreement.signatories.get()
        signers.decline(signatory=one, why="不同意", by=make.clerk(), at=AT)
        with pytest.raises(WrongInput):
            signers.leave_out(signatory=one, by=make.clerk(), at=AT)

    def test_is_refused_to_an_outsider(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        with pytest.raises(Outsider):
            signers.leave_out(signatory=agreement.signatories.get(), by=make.outsider(), at=AT)


class TestSign:
    def test_waits_for_the_guarantor_after_both_sides(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        assert not signs(agreement, "debtor")
        assert not signs(agreement, "creditor")
        assert cast.again(agreement).state == "offered"
        one = agreement.signatories.get()
        assert signs(agreement, one)
        agreement = cast.again(agreement)
        assert (agreement.state, cast.again(case).state) == ("signed", "follow_up")
        party = cast.again(one.party)
        assert party.consented_on == date(2026, 3, 5)

    def test_is_refused_by_the_rule_while_somebody_is_missing(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        signs(agreement, "debtor")
        signs(agreement, "creditor")
        with pytest.raises(PolicyRefused) as refused:
            signing.conclude(agreement=agreement, by=make.clerk(), at=AT)
        assert [finding.rule for finding in refused.value.findings] == ["ST-41"]
        assert "孙国梁" in refused.value.findings[0].says["zh"]

    def test_is_refused_before_the_own_promise_was_confirmed(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        one = agreement.signatories.get()
        with pytest.raises(PolicyRefused) as refused:
            signing.sign(
                agreement=agreement, side="guarantor", signatory=one, name="孙国梁",
                content=cast.drawn(), id_checked=True, by=make.clerk(), at=AT,
            )  # fmt: skip
        assert "ST-30" in {finding.rule for finding in refused.value.findings}

    def test_is_refused_without_an_identity_paper_compared(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        Case.objects.filter(pk=case.pk).update(packs=["cn", "story"])
        agreement = cast.again(agreement)
        with pytest.raises(PolicyRefused) as refused:
            signs(agreement, agreement.signatories.get(), id_checked=False)
        assert "CN-67" in {finding.rule for finding in refused.value.findings}

    def test_is_refused_for_a_role_that_is_not_theirs(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        with pytest.raises(WrongInput):
            signs(agreement, "guarantor", name="孙国梁")
        with pytest.raises(WrongInput):
            signs(agreement, agreement.signatories.get(), side="spouse")

    def test_confirms_no_promise_of_somebody_else(self, case: Case) -> None:
        first, second = guarantor(case), guarantor(case, name="钱有为")
        agreement = offered_to(first, second)
        one, other = agreement.signatories.order_by("pk")
        with pytest.raises(WrongInput):
            signing.confirm_term(
                agreement=agreement, term=other.term, signatory=one, by=make.clerk(), at=AT
            )

    def test_twice_signs_once(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        one = agreement.signatories.get()
        signs(agreement, one)
        with pytest.raises(WrongInput, match="已经签字"):
            signs(agreement, one)

    def test_makes_a_spouses_debt_a_common_one_with_the_agreement_as_proof(
        self, case: Case
    ) -> None:
        agreement = offered_to(beside(case, "spouse"), debtor_agreed_on=AGREED)
        one = agreement.signatories.get()
        for who in ("debtor", "creditor", one):
            signs(agreement, who)
        party = cast.again(one.party)
        assert party.common_debt == "ratified"
        assert party.proof == cast.again(agreement).document

    def test_makes_who_joins_a_co_debtor(self, case: Case) -> None:
        agreement = offered_to(beside(case, "joining"), debtor_agreed_on=AGREED)
        one = agreement.signatories.get()
        for who in ("debtor", "creditor", one):
            signs(agreement, who)
        assert cast.again(one.party).role == "co_debtor"
        assert agreement.number in cast.again(one.party).basis

    def test_stands_in_the_certificate_with_the_checks_of_each(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        one = agreement.signatories.get()
        for who in ("debtor", "creditor", one):
            signs(agreement, who)
        text = re.sub(r"\s+", "", text_of(bytes_of(cast.again(agreement).document)))
        assert "保证人" in text
        assert text.count("已核对身份证件") == 2
        assert "33010619900101123X" in text

    def test_gives_the_guarantor_a_copy_without_what_is_the_debtors_own(self, case: Case) -> None:
        debtor = case.debtor
        debtor.id_number = "330106198807152848"
        debtor.save()
        agreement = offered_to(guarantor(case), beside(case, "co_debtor"))
        for who in ("debtor", "creditor", *agreement.signatories.all()):
            signs(agreement, who)
        one = agreement.signatories.get(role="guarantor")
        text = re.sub(r"\s+", "", text_of(bytes_of(one.copy)))
        assert "33010619900101123X" in text
        for hidden in (debtor.id_number, "330106199202023456", "林志强", str(debtor.homes[0].text)):
            assert re.sub(r"\s+", "", hidden) not in text
        assert "39,000.00" in text
        told = Event.objects.filter(kind="signatory.bound").count()
        assert told == 2
        assert Duty.objects.filter(kind="paper.hand_over").exists() or case.notices.filter(
            recipient=one.party.person
        )


class TestSignOnPaper:
    def put(self, agreement: Agreement, **given: Any) -> None:
        signing.sign_on_paper(
            **{
                "agreement": agreement, "name": "王海燕", "signed_for": "李伟",
                "content": cast.drawn(), "filename": "scan.png", "place": "柜 3", "id_checked": True,
                "by": make.clerk(), "at": AT, **given,
            }
        )  # fmt: skip

    def test_keeps_every_name_on_the_scan(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        one = agreement.signatories.get()
        self.put(agreement, others={one.pk: "孙国梁"})
        sides = list(agreement.signatures.order_by("pk").values_list("side", "name", "id_checked"))
        assert sides == [
            ("debtor", "王海燕", True), ("creditor", "李伟", False), ("guarantor", "孙国梁", True),
        ]  # fmt: skip
        assert cast.again(agreement).state == "signed"

    def test_is_refused_while_a_name_is_missing(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        with pytest.raises(WrongInput):
            self.put(agreement)
        assert not agreement.signatures.exists()


class TestDecline:
    def test_keeps_it_from_coming_into_force_and_tells_the_desk(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        one = agreement.signatories.get()
        signers.decline(signatory=one, why="不愿继续担保", by=make.clerk(), at=AT)
        assert Event.objects.get(kind="signatory.declined").data["why"] == "不愿继续担保"
        duty = Duty.objects.get(kind="signing.declined")
        assert "孙国梁" in duty.says["zh"]
        with pytest.raises(PolicyRefused) as refused:
            signs(agreement, "debtor")
        assert "拒绝签署" in refused.value.findings[0].says["zh"]

    def test_is_forgotten_where_the_person_signs_after_all(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        one = agreement.signatories.get()
        signers.decline(signatory=one, why="再想想", by=make.clerk(), at=AT)
        signs(agreement, one)
        assert cast.again(one).declined_at is None

    def test_is_refused_twice_after_the_signature_and_to_an_outsider(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        one = agreement.signatories.get()
        with pytest.raises(Outsider):
            signers.decline(signatory=one, why="", by=make.outsider(), at=AT)
        signers.decline(signatory=one, why="", by=make.clerk(), at=AT)
        with pytest.raises(WrongInput):
            signers.decline(signatory=one, why="", by=make.clerk(), at=AT)
        signs(agreement, one)
        with pytest.raises(WrongInput):
            signers.decline(signatory=one, why="", by=make.clerk(), at=AT)

    def test_is_refused_before_the_terms_were_offered(self, case: Case) -> None:
        party = guarantor(case)
        one = asked(cast.draft(cast.again(case)), party)
        with pytest.raises(StateRefused):
            signers.decline(signatory=one, why="", by=make.clerk(), at=AT)


class TestGoOnWithout:
    def test_writes_a_new_version_that_says_what_is_not_guaranteed(self, case: Case) -> None:
        agreement = offered_to(guarantor(case), beside(case, "co_debtor"))
        one = agreement.signatories.get(role="guarantor")
        signers.decline(signatory=one, why="", by=make.clerk(), at=AT)
        new = signers.go_on_without(signatory=one, by=make.clerk(), at=AT)
        assert (new.version, new.state, cast.again(agreement).state) == (2, "draft", "void")
        assert new.total == agreement.total
        assert [row.amount for row in new.instalments.all()] == [
            row.amount for row in agreement.instalments.all()
        ]
        assert "695" in clause_of(new, "guarantee")["en"]
        assert "保证人不承担责任" in clause_of(new, "guarantee")["zh"]
        assert [one.role for one in new.signatories.all()] == ["co_debtor"]
        assert cast.again(one).declined_at
        told = Event.objects.get(kind="agreement.gone_on_without").data
        assert (told["replaced"], told["name"]) == (agreement.number, "孙国梁")
        assert cast.chain_holds(case)

    def test_comes_into_force_without_that_signature(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        one = agreement.signatories.get()
        new = signers.go_on_without(signatory=one, by=make.clerk(), at=AT)
        cast.sign_all(new, AT)
        assert cast.again(new).state == "signed"
        assert cast.again(one.party).consented_on is None

    def test_records_the_rule_on_the_missing_consent(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        Case.objects.filter(pk=case.pk).update(packs=["cn", "story"])
        try:
            signers.go_on_without(
                signatory=cast.again(agreement.signatories.get()), by=make.clerk(), at=AT
            )
            found = Event.objects.get(kind="agreement.gone_on_without").findings
        except PolicyRefused as refused:  # of other things that this case lacks in China
            found = [f.as_dict() for verdict in refused.verdicts for f in verdict.findings]
        assert "CN-53" in {finding["rule"] for finding in found}

    def test_is_refused_where_the_balance_has_changed(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        Case.objects.filter(pk=case.pk).update(fees=case.fees + 1)
        with pytest.raises(WrongInput):
            signers.go_on_without(
                signatory=cast.again(agreement.signatories.get()), by=make.clerk(), at=AT
            )

    def test_is_refused_once_it_is_signed_and_to_an_outsider(self, case: Case) -> None:
        agreement = offered_to(guarantor(case))
        one = agreement.signatories.get()
        with pytest.raises(Outsider):
            signers.go_on_without(signatory=one, by=make.outsider(), at=AT)
        for who in ("debtor", "creditor", one):
            signs(agreement, who)
        with pytest.raises((StateRefused, WrongInput)):
            signers.go_on_without(signatory=cast.again(one), by=make.clerk(), at=AT)


class TestPages:
    def test_are_walked_from_the_choice_to_the_signature(self, case: Case) -> None:
        party = guarantor(case)
        agreement = cast.draft(cast.again(case))
        client = Client()
        client.force_login(make.clerk())
        page = agreement.get_absolute_url()
        ask = reverse("agreements:ask_signer", args=[agreement.number])
        assert ask in client.get(page).content.decode()
        assert client.post(ask, {"party": party.pk}).status_code == 302
        one = agreement.signatories.get()
        assert "孙国梁" in client.get(page).content.decode()
        client.post(reverse("agreements:offer", args=[agreement.number]))
        agreement = cast.again(agreement)
        for clause in agreement.clauses:
            signing.confirm_term(agreement=agreement, term=clause["key"], by=make.clerk(), at=AT)
        sign = reverse("agreements:sign_other", args=[agreement.number, one.pk])
        assert (
            sign
            in client.get(reverse("agreements:terms", args=[agreement.number])).content.decode()
        )
        shown = client.get(sign).content.decode()
        assert 'name="drawn"' not in shown
        assert client.post(sign, {"term": one.term}).status_code == 302
        assert 'name="drawn"' in client.get(sign).content.decode()
        for name in ("decline", "without"):
            address = reverse(f"agreements:{name}", args=[agreement.number, one.pk])
            assert client.get(address).status_code == 200
        answer = client.post(
            reverse("agreements:decline", args=[agreement.number, one.pk]), {"why": "不同意"}
        )
        assert answer.status_code == 302
        made = client.post(reverse("agreements:without", args=[agreement.number, one.pk]))
        assert made.status_code == 302
        assert case.agreements.count() == 2

    def test_take_a_draft_with_a_line_for_each(self, case: Case) -> None:
        party = guarantor(case)
        agreement = cast.draft(cast.again(case))
        asked(agreement, party)
        client = Client()
        client.force_login(make.clerk())
        content = client.get(reverse("agreements:draft", args=[agreement.number])).content
        assert text_of(content).count("保证人") >= 2

    def test_enter_an_identity_paper(self, case: Case) -> None:
        party = make.guarantor(case)
        client = Client()
        client.force_login(make.clerk())
        address = reverse("cases:party_identity", args=[case.reference, party.pk])
        assert client.post(address, {}).status_code == 422
        answer = client.post(address, {"id_number": "33010619900101123X", "born_on": "1990-01-01"})
        assert answer.status_code == 302
        assert cast.again(party.person).id_number == "33010619900101123X"
        told = Event.objects.get(kind="party.identity_entered").data
        assert told["name"] == "孙国梁"
        assert "330106" not in str(told)
