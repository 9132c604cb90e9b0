"""Who may be approached beside the debtor: those who answer for the debt, and others only to ask the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.contacting import log_contact
from cases.actions.preparing import add_contact_point, add_party
from cases.actions.tracing import trace_debtor
from cases.facts import facts_for
from cases.guarantees import target_of
from cases.models import Case, ContactAttempt, Party
from people.models import Address, ContactPoint, Person
from tests import make
from timeline.models import Event
from workflow.steps import Outsider, PolicyRefused, WrongInput

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-05 10:00")


@pytest.fixture
def case() -> Case:
    """A case of a bank in China, of whose debtor nothing was heard for three calls."""
    bank = make.creditor(slug="cn-bank", packs=["cn"])
    found = make.case(of_creditor=bank, under=make.mandate(number="WT-CN", principal=bank))
    make.house_papers(found)
    for days in (3, 2, 1):
        log_contact(
            case=Case.objects.get(pk=found.pk), channel="phone", result="no_answer", remark="",
            by=make.clerk(), at=AT - timedelta(days=days),
        )  # fmt: skip
    return Case.objects.get(pk=found.pk)


def party(case: Case, role: str = "contact", **given: Any) -> Party:
    found = add_party(
        case=Case.objects.get(pk=case.pk), person=Person(name="孙玉兰"), role=role, relation="同事",
        basis="" if role in {"contact", "third_party"} else "合同上签字", by=make.clerk(), at=AT,
        **{"legal_basis": "consent", **given},
    )  # fmt: skip
    add_contact_point(
        case=Case.objects.get(pk=case.pk), by=make.clerk(), at=AT,
        point=ContactPoint(person=found.person, channel="phone", value="13800000077", source="contract"),
    )  # fmt: skip
    return found


def ask(case: Case, of: Party, **given: Any) -> ContactAttempt:
    asked = {
        "channel": "phone", "result": "third_party", "disclosed": False, "remark": "愿意转告",
        "by": make.clerk(), "at": AT,
    }  # fmt: skip
    return trace_debtor(case=Case.objects.get(pk=case.pk), party=of, **{**asked, **given})


def rules(refused: Any) -> set[str]:
    return {finding.rule for finding in refused.value.findings}


class TestTraceDebtor:
    def test_keeps_who_was_asked_and_counts_as_no_gentler_channel(self, case: Case) -> None:
        ask(case, party(case, "third_party"), channel="wechat", result="no_answer")
        kept = ContactAttempt.objects.get(traced=True)
        assert (kept.party.role, kept.line) == ("third_party", make.clerk().phone)
        assert Event.objects.get(kind="contact.traced").data["role"] == "third_party"
        known = facts_for(Case.objects.get(pk=case.pk), at=AT)
        assert known.gentler_tried == ("phone",)
        assert [one.role for one in known.contacts or ()][-1] == "third_party"

    def test_is_refused_while_the_debtor_can_be_reached(self, case: Case) -> None:
        log_contact(
            case=case, channel="wechat", result="reached", remark="", by=make.clerk(),
            at=AT - timedelta(hours=1),
        )  # fmt: skip
        with pytest.raises(PolicyRefused) as refused:
            ask(case, party(case))
        assert rules(refused) == {"CN-27"}
        assert not ContactAttempt.objects.filter(traced=True).exists()

    @pytest.mark.parametrize(
        ("given", "rule"),
        [({"disclosed": True}, "CN-28"), ({"remark": "说他欠 4,300 元"}, "CN-28"),
         ({"line": "private"}, "CN-24")],
    )  # fmt: skip
    def test_is_refused_when_it_told_of_the_debt_or_came_from_a_private_line(
        self, case: Case, given: dict[str, Any], rule: str
    ) -> None:
        with pytest.raises(PolicyRefused) as refused:
            ask(case, party(case), **given)
        assert rules(refused) == {rule}

    def test_leaves_alone_for_good_whoever_said_no(self, case: Case) -> None:
        asked = party(case)
        ask(case, asked, result="refused")
        asked.refresh_from_db()
        assert asked.left_alone_at == AT
        with pytest.raises(PolicyRefused) as refused:
            ask(case, asked, at=AT + timedelta(days=300))
        assert "CN-29" in rules(refused)

    def test_is_for_those_who_do_not_owe_and_for_the_people_of_the_case(self, case: Case) -> None:
        with pytest.raises(WrongInput):
            ask(case, party(case, "guarantor"))
        contact = party(case)
        with pytest.raises(WrongInput):
            ask(case, contact, contact_point=case.debtor.contact_points.get(channel="phone"))
        with pytest.raises(WrongInput):
            ask(case, contact, happened_at=AT + timedelta(hours=1))
        with pytest.raises(Outsider):
            ask(case, contact, by=make.outsider())

    def test_is_done_from_the_people_s_tab_with_its_script(
        self, case: Case, client: Client, clock: Any
    ) -> None:
        asked = party(case)
        clock.set(AT)
        client.force_login(make.clerk())
        address = reverse("cases:trace", args=[case.reference, asked.pk])
        assert address in client.get(f"{case.get_absolute_url()}?tab=people").content.decode()
        page = client.get(address).content.decode()
        assert case.debtor.name in page
        given = {"channel": "phone", "result": "third_party", "line": make.clerk().phone,
                 "remark": "愿意转告", "guard_key": "a"}  # fmt: skip
        refused = client.post(address, given)
        assert (refused.status_code, "CN-28" in refused.content.decode()) == (409, True)
        answer = client.post(address, {**given, "silent": "on", "guard_key": "b"})
        assert answer.status_code == 302, answer.context["form"].errors
        assert ContactAttempt.objects.filter(traced=True, party=asked).exists()


class TestLogContact:
    def test_is_refused_when_nobody_said_who_called(self, case: Case) -> None:
        with pytest.raises(PolicyRefused) as refused:
            log_contact(
                case=case, channel="phone", result="reached", remark="", by=make.clerk(), at=AT
            )
        assert rules(refused) == {"CN-23"}
        log_contact(
            case=case, channel="phone", result="reached", remark="", by=make.clerk(), at=AT,
            stated=True,
        )  # fmt: skip
        assert ContactAttempt.objects.get(result="reached").identity_stated is True

    def test_is_refused_from_a_private_line(self, case: Case) -> None:
        with pytest.raises(PolicyRefused) as refused:
            log_contact(
                case=case, channel="sms", result="delivered", remark="", by=make.clerk(), at=AT,
                line="private",
            )  # fmt: skip
        assert rules(refused) == {"CN-24"}

    def test_knows_by_the_number_who_was_called(self, case: Case) -> None:
        signed = party(case, "co_debtor")
        log_contact(
            case=case, channel="phone", result="no_answer", remark="", by=make.clerk(), at=AT,
            contact_point=signed.person.contact_points.get(),
        )  # fmt: skip
        assert ContactAttempt.objects.get(party=signed).traced is False

    def test_is_refused_for_a_spouse_without_a_common_debt(self, case: Case) -> None:
        spouse = party(case, "spouse")
        call = {
            "case": case, "channel": "phone", "result": "no_answer", "remark": "",
            "by": make.clerk(), "at": AT, "contact_point": spouse.person.contact_points.get(),
        }  # fmt: skip
        with pytest.raises(PolicyRefused) as refused:
            log_contact(**call)
        assert rules(refused) == {"CN-30"}

    def test_is_refused_for_a_contact_person(self, case: Case) -> None:
        contact = party(case)
        with pytest.raises(PolicyRefused) as refused:
            log_contact(
                case=case, channel="phone", result="no_answer", remark="", by=make.clerk(), at=AT,
                contact_point=contact.person.contact_points.get(),
            )  # fmt: skip
        assert rules(refused) == {"CN-26"}


class TestAddParty:
    def test_keeps_why_a_spouse_answers_and_the_paper_that_shows_it(self, case: Case) -> None:
        spouse = party(
            case, "spouse", common_debt="both_signed", filename="合同.pdf", content=make.PDF
        )
        assert target_of(case, spouse.person_id) == {
            "target_role": "spouse", "common_debt": "both_signed", "role_is_proven": True,
        }  # fmt: skip
        assert Event.objects.get(kind="party.added").data["common_debt"] == "both_signed"

    def test_asks_only_of_a_spouse_why_the_debt_is_common(self, case: Case) -> None:
        with pytest.raises(WrongInput):
            party(case, "guarantor", common_debt="ratified")

    def test_tells_the_rules_at_whose_door_a_visit_would_be(self, case: Case) -> None:
        heir = party(case, "heir")
        Address.objects.create(
            person=heir.person, kind="home", text="文一路 1 号", source="contract"
        )
        assert target_of(case, heir.person_id)["target_role"] == "heir"
        assert target_of(case, heir.person_id)["role_is_proven"] is False
        assert target_of(case, case.debtor_id) == {"target_role": "debtor"}
