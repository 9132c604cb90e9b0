"""A lawyer's letter: drafted at the desk, released by a lawyer or sent back, posted like any letter."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from pypdf import PdfReader

from cases.actions import lawyers_letters as letters
from cases.facts import facts_for
from cases.lawyers_draft import template_for
from cases.models import Case, LawyersLetter
from notices import actions, printing
from notices.models import Notice
from notices.service import effective_from
from people.models import User
from tests import make
from tests.notices.cast import chain_holds
from tests.notices.test_pages import signed_in
from workflow.models import Duty
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")
LATER = AT + timedelta(hours=3)
TEXT = "王海燕女士：\n\n请您与我们联系，核对账目，商定您能够承受的还款安排。"


def again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def drafted(case: Case | None = None, text: str = TEXT) -> LawyersLetter:
    return letters.draft_letter(
        case=case or make.case(), firm=make.law_firm(), text=text, by=make.clerk(), at=AT
    )


def returned() -> LawyersLetter:
    letter = drafted()
    letters.send_back(letter=letter, reason="金额与合同不符", by=make.counsel(), at=LATER)
    return the(letter)


def released() -> LawyersLetter:
    letter = drafted()
    letters.release_letter(letter=letter, by=make.counsel(), at=LATER)
    return the(letter)


def the(letter: LawyersLetter) -> LawyersLetter:
    return LawyersLetter.objects.select_related("case", "notice", "document").get(pk=letter.pk)


def open_duties(case: Case) -> list[tuple[str, str]]:
    return [
        (duty.kind.partition(":")[0], duty.role)
        for duty in Duty.objects.filter(case=case, done_at=None)
        if duty.kind.startswith("lawyers_letter.")
    ]


class TestTemplate:
    @pytest.mark.parametrize(
        ("language", "said"), [("zh", "合计 40,000.00 元"), ("en", "CNY 40,000.00")]
    )
    def test_names_the_sums_in_the_debtors_language(self, language: str, said: str) -> None:
        case = make.case()
        case.debtor.language = language
        case.debtor.save()
        text = template_for(again(case), make.law_firm(), AT)
        assert said in text
        assert "0571-8800 0001" in text

    def test_holds_no_word_that_the_rules_forbid(self) -> None:
        bank = make.creditor(slug="cn-bank", packs=["cn", "story"])
        case = make.case(of_creditor=bank, under=make.mandate(number="WT-CN", principal=bank))
        make.house_papers(case)
        text = template_for(case, make.law_firm(), AT)
        assert drafted(case, text).state == "waiting"


class TestDraftLetter:
    def test_gives_the_firm_a_letter_and_its_lawyers_a_duty(self) -> None:
        letter = drafted()
        assert (letter.state, letter.number) == ("waiting", "HZ-2026-0147-L1")
        assert open_duties(letter.case) == [("lawyers_letter.review", "counsel")]
        assert letter.case.events.get(kind="lawyers_letter.drafted").actor == make.clerk()
        assert Notice.objects.count() == 0
        assert chain_holds(letter.case)

    def test_is_refused_for_words_that_a_pack_forbids(self) -> None:
        case = make.case()
        with pytest.raises(PolicyRefused):
            drafted(case, "再不还款我们就上门找你单位")
        assert LawyersLetter.objects.count() == 0
        assert case.events.filter(kind="policy.refused").exists()

    def test_is_refused_where_another_one_is_being_worked_on(self) -> None:
        letter = drafted()
        with pytest.raises(WrongInput):
            drafted(again(letter.case))

    def test_is_refused_for_what_is_no_law_firm(self) -> None:
        with pytest.raises(WrongInput) as wrong:
            letters.draft_letter(
                case=make.case(), firm=make.agency(), text=TEXT, by=make.clerk(), at=AT
            )
        assert wrong.value.field == "firm"

    def test_is_refused_without_words(self) -> None:
        with pytest.raises(WrongInput):
            drafted(text="  ")

    def test_is_refused_in_a_closed_case(self) -> None:
        case = make.case()
        Case._base_manager.filter(pk=case.pk).update(
            state="closure", closed_at=AT, closed_as="withdrawn"
        )
        with pytest.raises(StateRefused):
            drafted(again(case))

    def test_is_refused_to_an_outsider_and_to_an_officer(self) -> None:
        case = make.case()
        for by, error in ((make.outsider(), Outsider), (make.crew()[0], RightRefused)):
            with pytest.raises(error):
                letters.draft_letter(case=case, firm=make.law_firm(), text=TEXT, by=by, at=AT)


class TestEditLetter:
    def test_lets_the_lawyer_put_the_words_right(self) -> None:
        letter = drafted()
        letters.edit_letter(
            letter=letter, text=f"{TEXT}\n\n请于方便时来电。", by=make.counsel(), at=LATER
        )
        assert "请于方便时来电" in the(letter).text
        assert letter.case.events.get(kind="lawyers_letter.edited").actor == make.counsel()

    def test_puts_the_lawyers_words_to_the_rules_as_well(self) -> None:
        with pytest.raises(PolicyRefused):
            letters.edit_letter(
                letter=drafted(), text="再不还款我们就上门找你单位", by=make.counsel(), at=LATER
            )

    def test_is_refused_to_the_desk_and_once_it_is_released(self) -> None:
        with pytest.raises(RightRefused):
            letters.edit_letter(letter=drafted(), text=TEXT, by=make.clerk(), at=LATER)
        with pytest.raises(StateRefused):
            letters.edit_letter(
                letter=letter_of(reference="HZ-2026-0148"), text=TEXT, by=make.counsel(), at=LATER
            )


def letter_of(reference: str) -> LawyersLetter:
    """A released letter of another case."""
    case = make.case(reference=reference, external_reference=reference)
    letter = drafted(case)
    letters.release_letter(letter=letter, by=make.counsel(), at=LATER)
    return the(letter)


class TestSendBack:
    def test_says_why_and_gives_the_clerk_a_duty(self) -> None:
        letter = returned()
        assert (letter.state, letter.reason, letter.lawyer) == (
            "returned", "金额与合同不符", make.counsel(),
        )  # fmt: skip
        assert open_duties(letter.case) == [("lawyers_letter.mend", "clerk")]

    def test_lets_the_desk_mend_it_and_ask_once_more(self) -> None:
        letter = returned()
        letters.send_in_again(letter=letter, text=TEXT + "（已更正）", by=make.clerk(), at=LATER)
        assert (the(letter).state, the(letter).reason) == ("waiting", "")
        assert open_duties(letter.case) == [("lawyers_letter.review", "counsel")]

    def test_is_refused_to_a_lawyer_of_another_firm(self) -> None:
        letter = drafted()
        other = make.counsel(username="counsel2", of=make.law_firm(slug="other", name="别家律所"))
        with pytest.raises(Outsider):
            letters.send_back(letter=letter, reason="x", by=other, at=LATER)


class TestReleaseLetter:
    def test_makes_a_paper_under_the_firms_own_head_with_its_licence(self) -> None:
        letter = released()
        assert letter.document is not None
        with letter.document.file.open("rb") as file:
            pages = PdfReader(io.BytesIO(file.read())).pages
        said = "".join(page.extract_text() for page in pages).replace("\n", "")
        for words in ("钱江律师事务所", "LS-2026-001", "律师函", "沈岚", "核对账目"):
            assert words in said
        assert "清水信用服务" not in said

    def test_puts_it_among_the_letters_to_be_posted(self) -> None:
        letter = released()
        assert letter.notice is not None
        assert (letter.notice.channel, letter.notice.state) == ("lawyers_letter", "queued")
        assert letter.notice.document == letter.document
        assert printing.loaded(Notice.objects.all()) == [letter.notice]
        assert open_duties(letter.case) == []
        event = letter.case.events.get(kind="lawyers_letter.released")
        assert letter.document
        assert event.data["document_sha256"] == letter.document.sha256

    def test_counts_as_a_gentler_channel_and_towards_the_caps_once_it_is_posted(self) -> None:
        letter = released()
        facts = facts_for(again(letter.case), at=LATER)
        assert "lawyers_letter" not in (facts.gentler_tried or ())
        actions.mark_sent(notice=letter.notice, by=make.clerk(), at=LATER, number="RA123456785CN")
        facts = facts_for(again(letter.case), at=LATER)
        assert "lawyers_letter" in (facts.gentler_tried or ())
        assert [one.channel for one in facts.contacts or ()] == ["lawyers_letter"]

    def test_counts_as_served_by_what_the_pack_says_of_lawyers_letters(self) -> None:
        letter = released()
        assert letter.notice
        assert effective_from(letter.notice, AT) == make.moment("2026-03-06 00:00")

    def test_is_refused_by_the_rules_that_came_in_between(self) -> None:
        letter = drafted()
        case = again(letter.case)
        mandate = case.mandate
        assert mandate
        type(mandate).objects.filter(pk=mandate.pk).update(methods=["phone"])
        with pytest.raises(PolicyRefused):
            letters.release_letter(letter=letter, by=make.counsel(), at=LATER)
        assert the(letter).state == "waiting"
        assert (Notice.objects.count(), case.documents.count()) == (0, 0)

    def test_is_refused_twice_and_after_it_was_withdrawn(self) -> None:
        letter = released()
        with pytest.raises(StateRefused):
            letters.release_letter(letter=letter, by=make.counsel(), at=LATER)

    @pytest.mark.parametrize("who", [make.clerk, make.supervisor, make.compliance_officer])
    def test_is_refused_to_everybody_but_a_lawyer(self, who: Any) -> None:
        with pytest.raises(RightRefused):
            letters.release_letter(letter=drafted(), by=who(), at=LATER)


class TestWithdrawLetter:
    def test_ends_the_duties_and_makes_room_for_another(self) -> None:
        letter = drafted()
        letters.withdraw_letter(letter=letter, reason="债务人已联系", by=make.clerk(), at=LATER)
        assert the(letter).state == "withdrawn"
        assert open_duties(letter.case) == []
        assert drafted(again(letter.case)).number == "HZ-2026-0147-L2"

    def test_is_refused_once_it_is_released(self) -> None:
        with pytest.raises(StateRefused):
            letters.withdraw_letter(letter=released(), reason="x", by=make.clerk(), at=LATER)


class TestWhatALawyerSees:
    def test_is_the_case_of_a_letter_of_the_own_firm_and_no_other(self) -> None:
        letter = drafted()
        other = make.case(reference="HZ-2026-0148", external_reference="XH-2")
        lawyer = make.counsel()
        assert list(Case.objects.visible_to(lawyer)) == [letter.case]
        assert not other.may_be_seen_by(lawyer)
        stranger = make.counsel(username="c2", of=make.law_firm(slug="other", name="别家律所"))
        assert list(Case.objects.visible_to(stranger)) == []
        assert list(LawyersLetter.objects.visible_to(stranger)) == []


class TestPages:
    def page(self, name: str, *args: Any, by: User) -> Any:
        return signed_in(by).get(reverse(f"cases:{name}", args=args))

    def test_lead_from_the_draft_to_the_release(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case()
        firm = make.law_firm()
        desk, lawyer = signed_in(make.clerk()), signed_in(make.counsel())
        draft = reverse("cases:draft_lawyers_letter", args=[case.reference])
        assert "钱江律师事务所" in desk.get(draft).content.decode()
        answer = desk.post(draft, {"guard_key": "k1", "firm": firm.pk, "text": TEXT})
        letter = LawyersLetter.objects.get()
        assert answer.url == letter.get_absolute_url()
        assert letter.number in lawyer.get(reverse("cases:lawyers_letters")).content.decode()
        page = lawyer.get(letter.get_absolute_url()).content.decode()
        release = reverse("cases:release_lawyers_letter", args=[letter.number])
        assert release in page
        assert release not in desk.get(letter.get_absolute_url()).content.decode()
        lawyer.post(release, {"guard_key": "k2"})
        letter = the(letter)
        assert letter.state == "released"
        assert letter.notice
        assert "Lawyer&#x27;s letter" in desk.get(reverse("notices:letters")).content.decode() or (
            letter.notice.get_absolute_url()
            in desk.get(reverse("notices:letters")).content.decode()
        )

    def test_let_the_lawyer_send_it_back_and_the_desk_mend_it(self, clock: Any) -> None:
        clock.set(AT)
        letter = drafted()
        desk, lawyer = signed_in(make.clerk()), signed_in(make.counsel())
        back = reverse("cases:return_lawyers_letter", args=[letter.number])
        lawyer.post(back, {"guard_key": "k1", "reason": "请附合同编号"})
        page = desk.get(letter.get_absolute_url()).content.decode()
        assert "请附合同编号" in page
        edit = reverse("cases:edit_lawyers_letter", args=[letter.number])
        desk.post(edit, {"guard_key": "k2", "text": TEXT + "合同编号 XH-2024-5521。"})
        assert the(letter).state == "waiting"

    def test_refuse_forbidden_words_in_place(self, clock: Any) -> None:
        clock.set(AT)
        case, firm = make.case(), make.law_firm()
        answer = signed_in(make.clerk()).post(
            reverse("cases:draft_lawyers_letter", args=[case.reference]),
            {"guard_key": "k1", "firm": firm.pk, "text": "再不还款我们就上门找你单位"},
        )
        assert answer.status_code == 409

    def test_send_the_lawyer_to_the_letters_first(self) -> None:
        answer = signed_in(make.counsel()).get("/")
        assert answer.url == reverse("cases:lawyers_letters")

    def test_are_shut_to_those_who_have_nothing_to_do_with_it(self) -> None:
        letter = drafted()
        for name in ("lawyers_letter", "edit_lawyers_letter", "return_lawyers_letter"):
            assert self.page(name, letter.number, by=make.outsider()).status_code == 404
        assert self.page("lawyers_letters", by=make.crew()[0]).status_code == 403
        assert self.page("return_lawyers_letter", letter.number, by=make.clerk()).status_code == 403
