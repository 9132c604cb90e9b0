"""Each term confirmed, both sides signed, and what follows in the same change."""

import io
from datetime import timedelta
from decimal import Decimal

import pypdf
import pytest
from PIL import Image

from agreements.actions import signing
from agreements.actions.paying import record_payment
from agreements.models import Agreement
from documents.models import Document
from documents.storing import Unreadable
from tests import make
from tests.agreements import cast
from timeline.models import Event
from workflow.models import Duty
from workflow.steps import (
    Outsider,
    PolicyRefused,
    RightRefused,
    StateRefused,
    WrongInput,
)

pytestmark = pytest.mark.django_db


def put(agreement: Agreement, side: str = "debtor", **given: object) -> bool:
    said = {
        "name": "王海燕", "content": cast.drawn(), "by": make.clerk(), "at": cast.SIGNED, **given,
    }  # fmt: skip
    return signing.sign(agreement=agreement, side=side, **said)  # type: ignore[arg-type]


def text_of(document: Document) -> str:
    with document.file.open("rb") as file:
        pages = pypdf.PdfReader(io.BytesIO(file.read())).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


class TestConfirmTerm:
    def test_keeps_each_by_itself_and_only_once(self) -> None:
        agreement = cast.offered(confirmed=False)
        for _press in range(2):
            signing.confirm_term(
                agreement=agreement, term="account", by=make.clerk(), at=cast.SIGNED
            )
        assert [c.term for c in agreement.confirmations.all()] == ["account"]
        told = Event.objects.filter(case=agreement.case, kind="term.confirmed").first()
        assert told is not None
        assert "收款账户" in told.data["item"]

    def test_knows_no_other_terms(self) -> None:
        with pytest.raises(WrongInput):
            signing.confirm_term(
                agreement=cast.offered(), term="moon", by=make.clerk(), at=cast.SIGNED
            )

    def test_is_not_for_outsiders(self) -> None:
        with pytest.raises(Outsider):
            signing.confirm_term(
                agreement=cast.offered(), term="debt", by=make.outsider(), at=cast.SIGNED
            )


class TestSign:
    def test_keeps_one_side_and_waits_for_the_other(self) -> None:
        agreement = cast.offered()
        assert put(agreement) is False
        signature = agreement.signatures.get()
        assert (signature.side, signature.name) == ("debtor", "王海燕")
        assert signature.document.kind == "signature"
        assert cast.again(agreement).state == "offered"
        told = Event.objects.get(case=agreement.case, kind="agreement.side_signed").data
        assert told["sha256"] == signature.document.sha256

    def test_puts_it_into_force_with_the_second(self) -> None:
        agreement = cast.offered()
        put(agreement)
        assert put(agreement, "creditor", name="李伟") is True
        agreement = cast.again(agreement)
        assert (agreement.state, agreement.signed_at) == ("signed", cast.SIGNED)
        assert cast.again(agreement.case).state == "follow_up"
        assert agreement.instalments.filter(live=True).count() == 6
        assert cast.kinds(agreement.case)[-5:] == [
            "agreement.signed", "waiver.booked", "document.made", "notice.queued",
            "case.follow_up_begun",
        ]  # fmt: skip
        assert cast.chain_holds(agreement.case)

    def test_books_the_waiver_part_by_part(self) -> None:
        case = cast.again(cast.signed().case)
        assert (case.fees, case.interest, case.principal) == (
            Decimal("0.00"), Decimal("400.00"), Decimal("38600.00"),
        )  # fmt: skip
        waived = case.ledger.filter(kind="waiver").order_by("component")
        assert [(e.component, e.amount) for e in waived] == [
            ("fees", Decimal("-242.00")), ("interest", Decimal("-758.00")),
        ]  # fmt: skip

    def test_sends_a_copy_of_the_signed_paper(self) -> None:
        agreement = cast.signed()
        copy = agreement.case.notices.get(kind="agreement_copy")
        assert (copy.channel, copy.state, copy.document) == ("email", "queued", agreement.document)
        assert "债" not in copy.subject

    def test_writes_a_letter_where_there_is_no_e_mail(self) -> None:
        case = make.prepared_case(contact_points=[])
        agreement = cast.signed(case)
        copy = agreement.case.notices.get(kind="agreement_copy")
        assert (copy.channel, copy.address[:2]) == ("letter", "杭州")

    def test_asks_the_desk_to_hand_it_over_where_there_is_neither(self) -> None:
        case = make.prepared_case(contact_points=[], address=make.home(source="unknown"))
        agreement = cast.signed(case)
        assert not agreement.case.notices.exists()
        assert Duty.objects.get(kind="paper.hand_over").role == "clerk"

    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("zh", ["还款协议"]),
            ("en", ["Repaymentagreement"]),
            ("both", ["还款协议", "Repaymentagreement"]),
        ],
    )
    def test_prints_the_paper_in_the_language_that_was_chosen(
        self, language: str, words: list[str]
    ) -> None:
        agreement = cast.signed(language=language)
        assert agreement.document is not None
        text = text_of(agreement.document)
        for word in [*words, "39,000.00", "6,500.00", "HZ-2026-0147-A1"]:
            assert word in text

    def test_is_refused_while_a_term_is_open(self) -> None:
        agreement = cast.offered(confirmed=False)
        with pytest.raises(PolicyRefused) as refused:
            put(agreement)
        assert {f.rule for f in refused.value.findings} == {"ST-30"}
        assert not agreement.signatures.exists()
        assert cast.kinds(agreement.case)[-1] == "policy.refused"

    def test_is_refused_when_the_sums_tie_no_more(self) -> None:
        agreement = cast.offered()
        record_payment(
            case=cast.again(agreement.case), amount=Decimal("100.00"), method="transfer",
            received_at=cast.SIGNED, by=make.clerk(), at=cast.SIGNED,
        )  # fmt: skip
        with pytest.raises(PolicyRefused) as refused:
            put(agreement)
        assert "ST-26" in {f.rule for f in refused.value.findings}

    def test_is_refused_when_the_mandate_does_not_cover_it(self) -> None:
        case = make.prepared_case()
        agreement = cast.offered(case)
        case.mandate.may_sign = False
        case.mandate.save()
        with pytest.raises(PolicyRefused) as refused:
            put(agreement)
        assert "ST-17" in {f.rule for f in refused.value.findings}

    def test_is_not_possible_on_a_draft(self) -> None:
        agreement = cast.offered()
        from agreements.actions.drawing import redraft

        redraft(
            agreement=agreement, plan="equal", rows=cast.six_instalments(), waived=cast.WAIVED,
            by=make.clerk(), at=cast.SIGNED,
        )  # fmt: skip
        with pytest.raises((StateRefused, PolicyRefused)):
            put(cast.again(agreement))

    def test_signs_no_side_twice(self) -> None:
        agreement = cast.offered()
        put(agreement)
        with pytest.raises(WrongInput):
            put(agreement)

    def test_takes_no_empty_box(self) -> None:
        blank = io.BytesIO()
        Image.new("RGBA", (600, 200), (255, 255, 255, 0)).save(blank, "PNG")
        with pytest.raises(WrongInput):
            put(cast.offered(), content=blank.getvalue())

    def test_takes_no_other_file(self) -> None:
        with pytest.raises(Unreadable):
            put(cast.offered(), content=make.PDF)

    @pytest.mark.parametrize("given", [{"name": "  "}, {"content": b""}])
    def test_wants_a_name_and_a_drawing(self, given: dict[str, object]) -> None:
        with pytest.raises(WrongInput):
            put(cast.offered(), **given)

    def test_is_not_for_compliance(self) -> None:
        with pytest.raises(RightRefused):
            put(cast.offered(), by=make.compliance_officer())

    def test_is_not_for_outsiders(self) -> None:
        with pytest.raises(Outsider):
            put(cast.offered(), by=make.outsider())

    def test_can_be_concluded_later_when_something_stood_against_it(self) -> None:
        case = make.prepared_case()
        agreement = cast.offered(case)
        put(agreement)
        from agreements.models import Signature

        Signature.objects.create(  # as if the second screen had been cut off after keeping it
            agreement=agreement, side="creditor", name="李伟", at=cast.SIGNED,
            document=agreement.signatures.get().document, recorded_by=make.clerk(),
        )  # fmt: skip
        assert signing.has_all_signatures(agreement)
        signing.conclude(
            agreement=cast.again(agreement), by=make.clerk(), at=cast.SIGNED + timedelta(minutes=2)
        )
        assert cast.again(agreement).state == "signed"
        with pytest.raises((StateRefused, PolicyRefused)):
            signing.conclude(agreement=agreement, by=make.clerk(), at=cast.SIGNED)


class TestLawyer:
    def test_is_asked_and_answers(self) -> None:
        agreement = cast.draft()
        signing.ask_lawyer(agreement=agreement, lawyer="何律师", by=make.clerk(), at=cast.SIGNED)
        assert Duty.objects.get(kind="lawyer.confirm").done_at is None
        signing.record_lawyer_confirmation(
            agreement=agreement, lawyer="何律师", remark="无异议", by=make.clerk(),
            at=cast.SIGNED + timedelta(days=1),
        )  # fmt: skip
        agreement = cast.again(agreement)
        assert agreement.lawyer_confirmed_at == cast.SIGNED + timedelta(days=1)
        assert Duty.objects.get(kind="lawyer.confirm").done_at is not None
        assert cast.kinds(agreement.case)[-2:] == ["lawyer.asked", "lawyer.confirmed"]

    def test_has_nothing_to_say_on_what_is_void(self) -> None:
        from agreements.actions.drawing import return_case

        agreement = cast.draft()
        return_case(case=cast.again(agreement.case), why="x", by=make.clerk(), at=cast.SIGNED)
        with pytest.raises(StateRefused):
            signing.ask_lawyer(
                agreement=cast.again(agreement), lawyer="何律师", by=make.clerk(), at=cast.SIGNED
            )

    def test_holds_the_signing_until_it_is_a_yes(self) -> None:
        agreement = cast.offered()
        signing.ask_lawyer(agreement=agreement, lawyer="何律师", by=make.clerk(), at=cast.SIGNED)
        with pytest.raises(PolicyRefused) as refused:
            put(cast.again(agreement))
        assert [finding.rule for finding in refused.value.findings] == ["ST-40"]
        signing.record_lawyer_confirmation(
            agreement=cast.again(agreement), lawyer="何律师", remark="第三期日期有误",
            confirmed=False, by=make.clerk(), at=cast.SIGNED,
        )  # fmt: skip
        held = cast.again(agreement)
        assert (held.counsel, held.lawyer_remark) == ("objects", "第三期日期有误")
        assert cast.kinds(held.case)[-1] == "lawyer.declined"
        with pytest.raises(PolicyRefused):
            put(held)
        signing.record_lawyer_confirmation(
            agreement=held, lawyer="何律师", remark="", by=make.clerk(), at=cast.SIGNED
        )
        put(cast.again(agreement))
        assert agreement.signatures.count() == 1

    def test_says_in_words_what_is_objected_to(self) -> None:
        with pytest.raises(WrongInput) as refused:
            signing.record_lawyer_confirmation(
                agreement=cast.draft(), lawyer="何律师", remark=" ", confirmed=False,
                by=make.clerk(), at=cast.SIGNED,
            )  # fmt: skip
        assert refused.value.field == "remark"

    def test_is_asked_anew_of_other_terms(self) -> None:
        from agreements.actions.drawing import redraft

        agreement = cast.draft()
        signing.record_lawyer_confirmation(
            agreement=agreement, lawyer="何律师", remark="", by=make.clerk(), at=cast.SIGNED
        )
        redraft(
            agreement=cast.again(agreement), plan="equal", rows=cast.six_instalments(),
            waived=cast.WAIVED, by=make.clerk(), at=cast.SIGNED,
        )  # fmt: skip
        assert cast.again(agreement).counsel == "asked"
        assert (
            Duty.objects.get(kind="lawyer.confirm", done_at=None)
            .says["zh"]
            .startswith("请记录律师")
        )


class TestTimeToRead:
    def test_holds_the_signing_where_the_house_asks_for_it_and_says_until_when(self) -> None:
        case = make.prepared_case()
        type(case).objects.filter(pk=case.pk).update(packs=["story", "house-hz"])
        agreement = cast.offered(cast.again(case))
        given = agreement.offered_at
        assert given is not None
        with pytest.raises(PolicyRefused) as refused:
            put(agreement, at=given + timedelta(minutes=9))
        assert [finding.rule for finding in refused.value.findings if finding.rule == "HZ-READ"]
        (held,) = [one for one in refused.value.findings if one.rule == "HZ-READ"]
        assert held.earliest == given + timedelta(minutes=10)
