"""What a person asks about their data: taken in, who asks made sure of, answered by compliance, told and followed."""

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.preparing import add_party
from cases.actions.privacy import prove_identity, receive_request, record_privacy
from cases.models import Case, DataRequest, Mandate
from people.accounts import note_change
from people.models import Person, User
from privacy.actions import answer_request, correct, take_copy
from tests import make
from tests.retention.closed import BEFORE, DUE, closed_case, text_of
from timeline.chain import Verified, verify
from timeline.models import Event
from workflow.approvals import SecondPersonNeeded, SubordinateDecides
from workflow.models import Duty
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db
AT = make.moment("2026-03-02 10:00")


def a_case() -> Case:
    return make.case(of_creditor=make.creditor(packs=("cn",)))


def again(request: DataRequest) -> DataRequest:
    return DataRequest.objects.select_related("case", "person").get(pk=request.pk)


def received(case: Case, kind: str = "access", at: Any = AT, **given: Any) -> DataRequest:
    made = receive_request(
        case=case, asked=kind, remark="本人提出", by=make.clerk(), at=at, **given
    )
    return again(made)


def known(case: Case, kind: str = "access", at: Any = AT, **given: Any) -> DataRequest:
    """A request of which it is known who asks."""
    request = received(case, kind, at, **given)
    prove_identity(request=request, identity="paper", words="核对身份证", by=make.clerk(), at=at)
    return again(request)


def answered(request: DataRequest, decision: str = "grant", at: Any = AT) -> DataRequest:
    answer_request(
        request=request, decision=decision, grounds="经核实。", by=make.compliance_officer(), at=at
    )
    return again(request)


def kinds(case: Case) -> list[str]:
    return list(Event.objects.filter(case=case).order_by("number").values_list("kind", flat=True))


class TestReceive:
    def test_gives_it_a_number_a_clock_and_a_duty_of_compliance(self) -> None:
        case = a_case()
        request = received(case)
        assert (request.number, request.state) == ("Q-2026-0001", "received")
        assert request.due_at == make.moment("2026-03-18 00:00")
        duty = Duty.objects.get(case=case, kind="privacy.request")
        assert (duty.role, duty.due_at, duty.rule) == ("compliance", request.due_at, "CN-62")
        assert kinds(case)[-1] == "privacy.requested"

    def test_from_the_page_for_debtors_knows_who_asks(self) -> None:
        request = received(a_case(), how="portal", identity="portal")
        assert (request.state, request.identity) == ("identified", "portal")

    def test_is_refused_of_somebody_who_has_no_part_in_the_case(self) -> None:
        stranger = Person.objects.create(name="别人")
        with pytest.raises(WrongInput):
            received(a_case(), person=stranger)

    def test_is_refused_to_an_outsider(self) -> None:
        with pytest.raises(Outsider):
            receive_request(case=a_case(), asked="access", remark="x", by=make.outsider(), at=AT)
        assert not DataRequest.objects.exists()


class TestProveIdentity:
    def test_is_told_and_moves_it_on(self) -> None:
        case = a_case()
        assert known(case).state == "identified"
        assert kinds(case)[-1] == "privacy.identified"

    def test_is_refused_by_state_the_second_time(self) -> None:
        request = known(a_case())
        with pytest.raises(StateRefused):
            prove_identity(request=request, identity="paper", words="x", by=make.clerk(), at=AT)

    def test_is_refused_to_an_outsider(self) -> None:
        request = received(a_case())
        with pytest.raises(Outsider):
            prove_identity(request=request, identity="paper", words="x", by=make.outsider(), at=AT)


class TestAnswer:
    def test_of_an_access_makes_a_copy_a_letter_and_does_the_duty(self) -> None:
        case = a_case()
        request = answered(known(case))
        assert request.state == "granted"
        assert request.answer is not None
        assert request.copy_pdf is not None
        held = json.loads(request.copy_json.file.read())  # type: ignore[union-attr]
        assert case.debtor.id_number in str(held["data"]["person"])
        assert held["data"]["addresses"]
        assert "debts" in held["data"]
        assert case.debtor.id_number in text_of(request.copy_pdf.file.read())
        assert Duty.objects.get(kind="privacy.request").done_at == AT
        assert Duty.objects.get(kind="privacy.hand_over").role == "clerk"
        assert kinds(case)[-1] == "privacy.answered"
        assert isinstance(verify(Case.objects.get(pk=case.pk)), Verified)

    def test_masks_everybody_else_in_the_copy(self) -> None:
        case = a_case()
        add_party(
            case=case, person=Person(name="孙玉兰", id_number=""), role="contact", relation="同事",
            basis="", legal_basis="consent", by=make.clerk(), at=AT,
        )  # fmt: skip
        record_privacy(case=case, asked="breach", remark="邮件误发给孙玉兰", by=make.clerk(), at=AT)
        request = answered(known(case))
        assert "孙玉兰" not in request.copy_json.file.read().decode()  # type: ignore[union-attr]

    def test_of_a_contact_person_holds_nothing_of_the_debt(self) -> None:
        case = a_case()
        party = add_party(
            case=case, person=Person(name="孙玉兰", id_number=""), role="contact", relation="同事",
            basis="", legal_basis="consent", by=make.clerk(), at=AT,
        )  # fmt: skip
        request = answered(known(case, person=party.person))
        text = request.copy_json.file.read().decode()  # type: ignore[union-attr]
        assert set(json.loads(text)["data"]) == {"person", "recipients"}
        assert case.debtor.name not in text

    def test_is_refused_before_it_is_known_who_asks(self) -> None:
        request = received(a_case())
        with pytest.raises(StateRefused):
            answered(request)
        assert again(request).copy_pdf is None

    def test_is_refused_to_whoever_took_it_in(self) -> None:
        boss = make.compliance_officer()
        case = a_case()
        made = received(case)
        DataRequest.objects.filter(pk=made.pk).update(received_by=boss)
        with pytest.raises(SecondPersonNeeded):
            answer_request(request=again(made), decision="refuse", grounds="x", by=boss, at=AT)

    def test_is_refused_to_an_account_that_whoever_took_it_in_has_set_up(self) -> None:
        boss, made = make.compliance_officer(), received(a_case())
        note_change(account=boss, by=made.received_by, at=AT, what="made")
        with pytest.raises(SubordinateDecides):
            answer_request(request=made, decision="refuse", grounds="x", by=boss, at=AT)

    def test_is_refused_to_a_supervisor_and_without_grounds(self) -> None:
        request = known(a_case())
        with pytest.raises(RightRefused):
            answer_request(
                request=request, decision="grant", grounds="x", by=make.supervisor(), at=AT
            )
        with pytest.raises(WrongInput):
            answer_request(
                request=request, decision="grant", grounds=" ", by=make.compliance_officer(), at=AT
            )

    def test_is_given_once(self) -> None:
        request = answered(known(a_case()))
        with pytest.raises(StateRefused):
            answered(request)

    def test_of_a_withdrawal_takes_the_consents_back(self) -> None:
        case = a_case()
        case.debtor.contact_points.update(consented=True)
        answered(known(case, "withdrawal"))
        assert not case.debtor.contact_points.filter(consented=True).exists()


class TestCorrection:
    def test_changes_the_data_by_the_desk_and_keeps_what_stood_there(self) -> None:
        case = a_case()
        request = answered(known(case, "correction", field="name", wanted="王海艳"))
        assert Duty.objects.get(kind="privacy.correct").role == "clerk"
        correct(request=request, by=make.clerk(), at=AT)
        case, request = Case.objects.get(pk=case.pk), again(request)
        assert (request.person.name, case.debtor_name, request.held) == (
            "王海艳", "王海艳", "王海燕",
        )  # fmt: skip
        assert kinds(case)[-2:] == ["debtor.updated", "privacy.corrected"]
        assert Duty.objects.get(kind="privacy.correct").done_at == AT

    def test_is_refused_before_compliance_grants_it(self) -> None:
        request = known(a_case(), "correction", field="name", wanted="王海艳")
        with pytest.raises(WrongInput):
            correct(request=request, by=make.clerk(), at=AT)

    def test_is_refused_a_second_time_and_to_compliance(self) -> None:
        request = answered(known(a_case(), "correction", field="name", wanted="王海艳"))
        with pytest.raises(RightRefused):
            correct(request=request, by=make.compliance_officer(), at=AT)
        correct(request=request, by=make.clerk(), at=AT)
        with pytest.raises(WrongInput):
            correct(request=again(request), by=make.clerk(), at=AT)


class TestDeletion:
    def test_of_an_open_case_is_refused_with_the_rules_that_keep_the_records(self) -> None:
        case = a_case()
        request = known(case, "deletion")
        with pytest.raises(WrongInput):
            answered(request)
        request = answered(request, "refuse")
        assert request.state == "refused"
        assert "CN-60" in str(request.told["kept"])
        letter = text_of(request.answer.file.read())  # type: ignore[union-attr]
        assert "CN-60" in letter
        assert "第47条" in letter

    def test_forgets_a_contact_person_who_asks_with_a_certificate(self) -> None:
        case = a_case()
        party = add_party(
            case=case, person=Person(name="孙玉兰", id_number=""), role="contact", relation="同事",
            basis="", legal_basis="consent", by=make.clerk(), at=AT,
        )  # fmt: skip
        request = answered(known(case, "deletion", person=party.person))
        party.person.refresh_from_db()
        assert (party.person.name, request.state) == ("—", "granted")
        assert request.told["deleted"][0]["certificate"] == case.erasures.get().number
        assert isinstance(verify(Case.objects.get(pk=case.pk)), Verified)
        assert case.debtor.name == "王海燕"

    def test_of_a_closed_case_deletes_what_is_due_and_names_what_stays(self) -> None:
        case = closed_case()
        Mandate.objects.update(valid_until=date(2040, 1, 1))  # the agency's people still see it
        request = answered(known(case, "deletion", at=BEFORE), at=BEFORE)
        assert request.state == "partly"
        assert {one["record"] for one in request.told["deleted"]} >= {"contact_person"}
        kept = {one["record"]: one["due_on"] for one in request.told["kept"]}
        assert kept["visit_log"] == "2031-03-06"
        assert date.fromisoformat(kept["case_file"]) == DUE.date()


class TestTakeCopy:
    def test_is_recorded_and_ends_after_fourteen_days(self) -> None:
        case = a_case()
        request = answered(known(case))
        taken = take_copy(request=request, form="pdf", by=make.supervisor(), at=AT)
        assert taken == request.copy_pdf
        assert kinds(case)[-1] == "data.copy_taken"
        with pytest.raises(WrongInput):
            take_copy(
                request=request,
                form="pdf",
                by=make.supervisor(),
                at=make.moment("2026-03-16 10:00"),
            )

    def test_is_refused_to_a_clerk_and_where_none_was_granted(self) -> None:
        request = answered(known(a_case()))
        with pytest.raises(RightRefused):
            take_copy(request=request, form="pdf", by=make.clerk(), at=AT)
        other = make.case(reference="HZ-2026-0002", external_reference="X-2")
        with pytest.raises(WrongInput):
            take_copy(request=known(other), form="pdf", by=make.supervisor(), at=AT)

    def test_is_the_only_way_to_the_file(self, clock: Any) -> None:
        clock.set(AT)
        request = answered(known(a_case()))
        client = client_of(make.compliance_officer())
        number = request.copy_pdf.number  # type: ignore[union-attr]
        assert client.get(reverse("documents:document", args=[number])).status_code == 404


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


class TestPages:
    def test_lead_from_the_menu_to_the_copy(self, clock: Any) -> None:
        clock.set(AT)
        case = a_case()
        clerk, boss = client_of(make.clerk()), client_of(make.compliance_officer())
        asked = {"asked": "access", "how": "letter", "remark": "请求复制", "person": case.debtor_id}
        clerk.post(reverse("cases:privacy", args=[case.reference]), asked)
        listed = clerk.get(reverse("privacy:requests")).content.decode()
        assert "Q-2026-0001" in listed
        proof = {"identity": "paper", "words": "核对身份证"}
        clerk.post(reverse("privacy:identity", args=["Q-2026-0001"]), proof)
        said = {"decision": "grant", "grounds": "已核实"}
        assert clerk.post(reverse("privacy:answer", args=["Q-2026-0001"]), said).status_code == 403
        assert boss.post(reverse("privacy:answer", args=["Q-2026-0001"]), said).status_code == 302
        page = boss.get(reverse("privacy:request", args=["Q-2026-0001"])).content.decode()
        assert "Copy of the data" in page
        taken = boss.post(reverse("privacy:copy", args=["Q-2026-0001", "json"]))
        assert case.debtor.id_number in b"".join(taken.streaming_content).decode()
        assert clerk.post(reverse("privacy:copy", args=["Q-2026-0001", "json"])).status_code == 403
