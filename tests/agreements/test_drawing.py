"""Terms in writing: drawn up from a talk or from afar, waived by two people, changed, given up."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from agreements import plans
from agreements.actions import drawing
from agreements.actions.signing import confirm_term
from agreements.models import Agreement
from agreements.plans import Due
from cases.models import Case, Mandate
from notices.models import Notice
from people.models import User
from tests import make
from tests.agreements import cast
from timeline.models import Event
from visits.actions.planning import plan_visit
from visits.models import Visit
from workflow.approvals import SecondPersonNeeded, decide_approval
from workflow.steps import (
    Outsider,
    PolicyRefused,
    RightRefused,
    StateRefused,
    WrongInput,
)

pytestmark = pytest.mark.django_db
NOON = make.moment("2026-03-05 12:00")
FULL = "40000.00"


def whole() -> list[Due]:
    return cast.six_instalments(FULL)


def planned(case: Case) -> Visit:
    return plan_visit(
        case=case, place=case.debtor.addresses.get(), starts_at=make.moment("2026-03-12 10:00"),
        ends_at=make.moment("2026-03-12 10:45"), officers=make.crew(), purpose="商谈还款",
        intended_outcome="达成协议", by=make.clerk(), at=make.moment("2026-03-05 09:00"),
    )  # fmt: skip


def rules(refused: pytest.ExceptionInfo[PolicyRefused]) -> set[str]:
    return {finding.rule for finding in refused.value.findings}


class TestDrawUpAgreement:
    def test_writes_the_sums_the_plan_and_the_terms(self) -> None:
        agreement = cast.draft()
        assert (agreement.number, agreement.version, agreement.state) == (
            "HZ-2026-0147-A1", 1, "draft",
        )  # fmt: skip
        assert agreement.total == Decimal("39000.00")
        assert agreement.waived == Decimal("1000.00")
        assert [row.amount for row in agreement.instalments.all()] == [Decimal("6500.00")] * 6
        assert not agreement.instalments.filter(live=True).exists()
        keys = [clause["key"] for clause in agreement.clauses]
        assert keys[:5] == ["parties", "debt", "waiver", "instalments", "cost"]
        assert all(clause["text"]["zh"] and clause["text"]["en"] for clause in agreement.clauses)

    def test_tells_rate_total_cost_and_by_whose_authority_it_is_signed(self) -> None:
        texts = {clause["key"]: clause["text"] for clause in cast.draft().clauses}
        assert "年利率为 12%" in texts["cost"]["zh"]
        assert "rate is 12% a year" in texts["cost"]["en"]
        assert "39,000.00 元（大写：叁万玖仟元整），除此之外无须支付任何款项" in texts["cost"]["zh"]
        case = Case.objects.get()
        assert case.agency
        assert case.mandate
        assert (
            f"{case.agency.name}依据委托合同 {case.mandate.number} 的授权"
            in texts["authority"]["zh"]
        )

    def test_claims_no_authority_that_the_mandate_does_not_give(self) -> None:
        case = make.prepared_case()
        Mandate.objects.update(may_sign=False)
        keys = [clause["key"] for clause in cast.draft(cast.again(case)).clauses]
        assert "authority" not in keys

    def test_moves_the_case_and_tells_the_timeline(self) -> None:
        agreement = cast.draft()
        case = cast.again(agreement.case)
        assert case.state == "agreement"
        assert cast.kinds(case)[-2:] == ["case.agreed_remotely", "agreement.drawn_up"]
        told = Event.objects.get(case=case, kind="agreement.drawn_up").data
        assert told["total"] == "39000.00"
        assert told["instalments"][0] == ["2026-04-15", "6500.00"]
        assert cast.chain_holds(case)

    def test_from_afar_cancels_the_visit_and_frees_its_officers(self) -> None:
        case = make.prepared_case()
        visit = planned(case)
        cast.draft(case, waived=None, rows=whole(), at=NOON)
        visit = cast.again(visit)
        assert visit.state == "cancelled"
        assert not visit.crew.filter(active=True).exists()
        assert not Notice.objects.filter(state="queued").exists()

    def test_from_afar_wants_to_know_by_which_way(self) -> None:
        with pytest.raises(WrongInput) as wrong:
            cast.draft(waived=None, rows=whole(), channel="")
        assert wrong.value.field == "channel"

    def test_is_refused_without_a_record_of_the_talk(self) -> None:
        case = make.prepared_case()
        type(case).objects.filter(pk=case.pk).update(state="notice")
        for step in ("credential_display", "on_site_talk"):
            type(case).objects.filter(pk=case.pk).update(state=step)
        with pytest.raises(PolicyRefused) as refused:
            cast.draft(case, waived=None, rows=whole(), channel="")
        assert "ST-25" in rules(refused)
        assert cast.again(case).state == "on_site_talk"

    def test_is_refused_with_a_waiver_that_nobody_granted(self) -> None:
        case = make.prepared_case()
        with pytest.raises(PolicyRefused) as refused:
            drawing.draw_up_agreement(
                case=case, plan="equal", rows=cast.six_instalments(), waived=cast.WAIVED,
                channel="phone", by=make.clerk(), at=NOON,
            )  # fmt: skip
        assert rules(refused) == {"ST-27"}
        assert not Agreement.objects.exists()
        assert cast.kinds(case)[-1] == "policy.refused"

    def test_needs_nobody_s_word_within_what_the_mandate_leaves(self) -> None:
        rows = plans.equal(Decimal("39500.00"), first=cast.FIRST, count=5)
        agreement = cast.draft(
            waived={"fees": Decimal("242.00"), "interest": Decimal("258.00")}, rows=rows
        )
        assert agreement.waived == Decimal("500.00")
        assert agreement.waiver_approved is False

    def test_is_refused_when_it_would_take_too_long(self) -> None:
        with pytest.raises(PolicyRefused) as refused:
            cast.draft(waived=None, rows=plans.equal(Decimal(FULL), first=cast.FIRST, count=72))
        assert rules(refused) == {"ST-28"}

    def test_is_refused_without_a_mandate_in_force(self) -> None:
        case = make.prepared_case(under=make.mandate(number="WT-OLD", valid_until=date(2026, 3, 4)))
        with pytest.raises(PolicyRefused) as refused:
            cast.draft(case, waived=None, rows=whole(), at=NOON, by=make.administrator())
        assert "ST-17" in rules(refused)

    @pytest.mark.parametrize("rows", [[], [Due(date(2026, 4, 15), Decimal("39999.99"))]])
    def test_wants_instalments_that_tie(self, rows: list[Due]) -> None:
        case = make.prepared_case()
        with pytest.raises(WrongInput):
            drawing.draw_up_agreement(
                case=case, plan="custom", rows=rows, channel="phone", by=make.clerk(), at=NOON
            )
        assert not Agreement.objects.exists()

    def test_wants_instalments_that_lie_ahead(self) -> None:
        with pytest.raises(WrongInput):
            cast.draft(waived=None, rows=cast.six_instalments(FULL, date(2026, 3, 4)))

    def test_waives_no_more_than_is_owed(self) -> None:
        with pytest.raises(WrongInput):
            cast.draft(waived={"fees": Decimal("242.01")}, rows=whole())

    def test_is_possible_once(self) -> None:
        agreement = cast.draft()
        with pytest.raises(StateRefused):
            cast.draft(agreement.case, waived=None, rows=whole())

    @pytest.mark.parametrize("who", ["compliance", "administrator"])
    def test_is_for_desk_and_field_alone(self, who: str) -> None:
        by: User = {
            "compliance": make.compliance_officer, "administrator": make.administrator,
        }[who]()  # fmt: skip
        case = make.prepared_case()
        given = {"case": case, "plan": "equal", "rows": whole(), "channel": "phone", "at": NOON}
        if who == "administrator":
            drawing.draw_up_agreement(**given, by=by)
            return
        with pytest.raises(RightRefused):
            drawing.draw_up_agreement(**given, by=by)

    def test_is_not_for_outsiders(self) -> None:
        case = make.prepared_case()
        with pytest.raises(Outsider):
            drawing.draw_up_agreement(
                case=case, plan="equal", rows=whole(), channel="phone", by=make.outsider(), at=NOON
            )

    def test_says_that_a_barred_debt_need_not_be_paid(self) -> None:
        case = make.prepared_case()
        case.debts.update(limitation_ends_on=date(2026, 3, 1))
        agreement = cast.draft(case, waived=None, rows=whole())
        clause = next(c for c in agreement.clauses if c["key"] == "limitation")
        assert "2026年3月1日" in clause["text"]["zh"]
        assert "right to refuse" in clause["text"]["en"]


class TestRequestWaiver:
    def test_waits_for_the_supervisor_with_its_parts(self) -> None:
        case = make.prepared_case()
        approval = drawing.request_waiver(
            case=case, waived=cast.WAIVED, reason="困难", by=make.clerk(), at=NOON
        )
        assert (approval.kind, approval.state, approval.subject) == (
            "waiver",
            "waiting",
            "1,000.00",
        )
        assert approval.details == {
            "fees": "242.00", "interest": "758.00", "principal": "0.00", "amount": "1000.00",
        }  # fmt: skip

    def test_is_granted_at_the_minute_and_told(self) -> None:
        case = make.prepared_case()
        approval = cast.waiver_granted(case)
        assert approval.decided_at == make.moment("2026-03-05 14:52")
        told = Event.objects.get(case=case, kind="waiver.granted")
        assert told.data["amount"] == "1000.00"

    def test_is_never_granted_by_the_one_who_asked(self) -> None:
        approval = drawing.request_waiver(
            case=make.prepared_case(),
            waived=cast.WAIVED,
            reason="困难",
            by=make.supervisor(),
            at=NOON,
        )
        with pytest.raises(SecondPersonNeeded):
            decide_approval(
                approval=approval, granted=True, answer="", by=make.supervisor(), at=NOON
            )

    def test_is_not_for_a_clerk_to_grant(self) -> None:
        approval = drawing.request_waiver(
            case=make.prepared_case(), waived=cast.WAIVED, reason="困难", by=make.officer(), at=NOON
        )
        with pytest.raises(RightRefused):
            decide_approval(approval=approval, granted=True, answer="", by=make.clerk(), at=NOON)

    def test_covers_only_what_was_granted(self) -> None:
        case = make.prepared_case()
        cast.waiver_granted(case)
        with pytest.raises(PolicyRefused):
            cast.draft(
                case, waived={"interest": Decimal("1000.00")}, rows=cast.six_instalments("39000.00")
            )

    def test_lapses(self) -> None:
        case = make.prepared_case()
        cast.waiver_granted(case)
        with pytest.raises(PolicyRefused):
            cast.draft(case, at=cast.GRANTED + timedelta(days=8))

    def test_is_used_up_by_the_agreement_that_it_was_for(self) -> None:
        case = cast.signed().case
        with pytest.raises(PolicyRefused):
            drawing.renegotiate(
                case=cast.again(case), cause="income", reason="再减", plan="equal",
                rows=cast.six_instalments("38499.00"),
                waived={"interest": Decimal("400.00"), "principal": Decimal("101.00")},
                channel="phone", by=make.clerk(), at=cast.SIGNED + timedelta(days=1),
            )  # fmt: skip

    def test_of_nothing_is_no_waiver(self) -> None:
        with pytest.raises(WrongInput):
            drawing.request_waiver(
                case=make.prepared_case(), waived={}, reason="困难", by=make.clerk(), at=NOON
            )


class TestRedraft:
    def test_replaces_plan_and_terms_and_forgets_what_was_confirmed(self) -> None:
        agreement = cast.offered()
        drawing.redraft(
            agreement=agreement, plan="balloon",
            rows=plans.balloon(Decimal("39000.00"), first=cast.FIRST, count=3, low=Decimal("1000.00")),
            waived=cast.WAIVED, by=make.clerk(), at=cast.SIGNED,
        )  # fmt: skip
        agreement = cast.again(agreement)
        assert (agreement.state, agreement.plan, agreement.number) == (
            "draft", "balloon", "HZ-2026-0147-A1",
        )  # fmt: skip
        assert agreement.instalments.count() == 3
        assert not agreement.confirmations.exists()
        assert cast.kinds(agreement.case)[-1] == "agreement.redrafted"

    def test_comes_too_late_after_the_signatures(self) -> None:
        agreement = cast.signed()
        with pytest.raises(StateRefused):
            drawing.redraft(
                agreement=agreement, plan="equal", rows=cast.six_instalments("39000.00"),
                by=make.clerk(), at=cast.SIGNED + timedelta(hours=1),
            )  # fmt: skip


class TestOfferAgreement:
    def test_opens_the_terms_for_confirmation(self) -> None:
        agreement = cast.draft()
        with pytest.raises(StateRefused):
            confirm_term(agreement=agreement, term="debt", by=make.clerk(), at=cast.SIGNED)
        drawing.offer_agreement(agreement=agreement, by=make.clerk(), at=cast.SIGNED)
        confirm_term(agreement=agreement, term="debt", by=make.clerk(), at=cast.SIGNED)
        assert agreement.confirmations.get().term == "debt"

    def test_is_not_for_outsiders(self) -> None:
        with pytest.raises(Outsider):
            drawing.offer_agreement(agreement=cast.draft(), by=make.outsider(), at=cast.SIGNED)


class TestRenegotiate:
    def test_makes_a_new_version_while_the_old_one_holds(self) -> None:
        old = cast.signed()
        cast.swept("2026-04-12 00:01")
        at = make.moment("2026-04-12 09:00")
        new = drawing.renegotiate(
            case=cast.again(old.case), cause="income", reason="收入减少", plan="equal",
            rows=plans.equal(Decimal("39000.00"), first=date(2026, 5, 1), count=12),
            channel="phone", by=make.clerk(), at=at,
        )  # fmt: skip
        assert (new.version, new.number, new.supersedes) == (2, "HZ-2026-0147-A2", old)
        assert cast.again(old).state == "signed"
        assert cast.again(old.case).state == "agreement"
        assert [n.state for n in cast.reminders(old.case)] == ["suppressed"]

    def test_supersedes_the_old_one_with_the_signatures(self) -> None:
        old = cast.signed()
        at = make.moment("2026-04-12 09:00")
        new = drawing.renegotiate(
            case=cast.again(old.case), cause="income", reason="收入减少", plan="equal",
            rows=plans.equal(Decimal("39000.00"), first=date(2026, 5, 1), count=12),
            channel="phone", by=make.clerk(), at=at,
        )  # fmt: skip
        cast.sign_all(new, at)
        assert cast.again(old).state == "superseded"
        assert cast.again(new).state == "signed"
        assert not old.instalments.filter(live=True).exists()
        assert new.instalments.filter(live=True).count() == 12
        assert cast.again(old.case).state == "follow_up"
        assert cast.chain_holds(old.case)

    def test_needs_a_reason(self) -> None:
        case = cast.signed().case
        with pytest.raises(WrongInput) as wrong:
            drawing.renegotiate(
                case=cast.again(case), cause="income", reason="  ", plan="equal",
                rows=cast.six_instalments("39000.00"), channel="phone", by=make.clerk(),
                at=cast.SIGNED,
            )  # fmt: skip
        assert wrong.value.field == "reason"

    def test_needs_a_coded_reason_and_tells_it(self) -> None:
        case = cast.signed().case
        given = {
            "case": cast.again(case), "reason": "住院", "plan": "equal", "channel": "phone",
            "rows": cast.six_instalments("39000.00"), "by": make.clerk(), "at": cast.SIGNED,
        }  # fmt: skip
        with pytest.raises(WrongInput) as wrong:
            drawing.renegotiate(**given, cause="mood")
        assert wrong.value.field == "cause"
        new = drawing.renegotiate(**given, cause="illness")
        assert (new.cause, new.reason) == ("illness", "住院")
        assert case.events.get(kind="case.renegotiated").data["renewal"] == "illness"

    def test_can_be_dropped_and_the_old_one_goes_on(self) -> None:
        old = cast.signed()
        at = make.moment("2026-04-14 09:00")
        new = drawing.renegotiate(
            case=cast.again(old.case), cause="income", reason="收入减少", plan="equal",
            rows=plans.equal(Decimal("39000.00"), first=date(2026, 5, 1), count=12),
            channel="phone", by=make.clerk(), at=at,
        )  # fmt: skip
        drawing.drop_renegotiation(
            case=cast.again(old.case), why="未达成", by=make.clerk(), at=at + timedelta(hours=1)
        )
        assert cast.again(new).state == "void"
        assert cast.again(old).state == "signed"
        assert cast.again(old.case).state == "follow_up"
        cast.swept("2026-04-15 00:01")
        assert [n.kind for n in cast.reminders(old.case)] == ["reminder_due"]


class TestReturnCase:
    def test_voids_the_draft_and_goes_back(self) -> None:
        agreement = cast.offered()
        drawing.return_case(
            case=cast.again(agreement.case), why="债务人反悔", by=make.clerk(), at=cast.SIGNED
        )
        assert cast.again(agreement).state == "void"
        assert cast.again(agreement.case).state == "preparation"
        assert cast.kinds(agreement.case)[-2:] == ["agreement.voided", "case.returned"]

    def test_is_refused_while_the_plan_is_kept(self) -> None:
        case = cast.signed().case
        with pytest.raises(WrongInput):
            drawing.return_case(
                case=cast.again(case), why="想上门", by=make.clerk(), at=cast.SIGNED
            )

    def test_is_possible_when_the_plan_was_broken(self) -> None:
        agreement = cast.signed()
        for text in ("2026-04-16 00:01", "2026-04-22 10:00", "2026-04-23 00:01"):
            cast.swept(text)
        assert cast.again(agreement).state == "broken"
        drawing.return_case(
            case=cast.again(agreement.case), why="违约", by=make.supervisor(),
            at=make.moment("2026-04-23 09:00"),
        )  # fmt: skip
        assert cast.again(agreement).state == "void"
        assert cast.again(agreement.case).state == "preparation"
        assert not agreement.instalments.filter(live=True).exists()
        assert not Visit.objects.exists()

    def test_needs_a_reason(self) -> None:
        agreement = cast.offered()
        with pytest.raises(WrongInput):
            drawing.return_case(
                case=cast.again(agreement.case), why=" ", by=make.clerk(), at=cast.SIGNED
            )

    def test_is_not_for_a_case_in_preparation(self) -> None:
        with pytest.raises(StateRefused):
            drawing.return_case(case=make.case(), why="x", by=make.clerk(), at=NOON)


class TestMoney:
    """Where the money of a plan comes from."""

    def test_is_not_a_new_loan_and_nobody_forgot_to_ask(self) -> None:
        bank = make.creditor(slug="cn-bank", packs=["story", "cn"])
        for new_loan in (True, None):
            case = make.prepared_case(
                of_creditor=bank, reference=f"HZ-2026-03{new_loan!s:.2}",
                external_reference=f"L-{new_loan}", under=make.mandate(principal=bank, number="WT-L"),
            )  # fmt: skip
            with pytest.raises(PolicyRefused) as refused:
                cast.draft(case, new_loan=new_loan)
            assert {finding.rule for finding in refused.value.findings} == {"CN-35"}

    def test_is_kept_with_the_terms(self) -> None:
        assert cast.draft().terms["new_loan"] is False
