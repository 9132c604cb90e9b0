"""Any sequence of actions, by anybody, at any pace: whatever is refused, the case stays sound.

Hypothesis draws the sequences; each step names an action, who does it, how much time went by and a
number by which the action chooses among what there is to choose from, so that a failing sequence is
printed as plain data and can be walked again. ``DOORSTEP_LONG=1500`` walks so many.
"""

import inspect
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from agreements import plans
from agreements.actions import (
    closing,
    disputing,
    drawing,
    following,
    giving_back,
    moving,
    paying,
    signing,
    voiding,
)
from agreements.actions.stopping import OWED
from agreements.models import Agreement, Allocation, Dispute, Instalment
from agreements.policy import owed_by_component
from cases.actions import (
    assigning,
    circumstances,
    contacting,
    excepting,
    holding,
    preparing,
    writing,
)
from cases.models import Case, ClaimPaper, ContactAttempt, Hold, LedgerEntry, Refusal
from common.clock import from_local, local_day
from common.money import ZERO, money
from documents.models import Document
from documents.storing import Unreadable
from notices import actions as letters
from notices import relay
from notices.models import Notice
from people.models import Address, ContactPoint, Person, User
from tests import make, walk
from tests.agreements import cast
from timeline.chain import Verified, verify
from visits.actions import (
    announcing,
    arriving,
    befalling,
    departing,
    planning,
    recording,
    refusing,
    safety,
)
from visits.models import TalkRecord, Visit
from workflow.approvals import Lapsed, SecondPersonNeeded, decide_approval
from workflow.models import Approval, Duty
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused, WrongInput

LONG = bool(os.environ.get("DOORSTEP_LONG"))

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(36_000 if LONG else 600)]

QUIET = (RightRefused, Outsider, WrongInput, SecondPersonNeeded, Lapsed, Unreadable)
"""Refusals that leave no trace at all."""
TOLD = (PolicyRefused, StateRefused)
"""Refusals that may be told on the timeline, and move nothing."""
EDGES = {
    "preparation": {"notice", "agreement", "closure"},
    "notice": {"credential_display", "agreement", "preparation", "closure"},
    "credential_display": {"on_site_talk", "preparation", "closure"},
    "on_site_talk": {"agreement", "preparation", "closure"},
    "agreement": {"follow_up", "preparation", "closure"},
    "follow_up": {"agreement", "preparation", "closure"},
    "closure": {"follow_up"},
}
AHEAD = ["planned", "announced", "noticed"]
OTHER = "HZ-2026-0900"
"""The case for which money comes in by mistake, and back."""
CHECK_CHAIN_EVERY = 5


class World:
    """One case, the people around it, and the time that it is."""

    def __init__(self, case: Case, at: datetime) -> None:
        self.pk, self.at, self.lot = case.pk, at, 0
        self.crew = make.crew()
        self.people = {
            "clerk": make.clerk(),
            "officer": self.crew[0],
            "supervisor": make.supervisor(),
            "compliance": make.compliance_officer(),
            "administrator": make.administrator(),
            "outsider": make.outsider(),
        }
        self.by = self.people["clerk"]
        self.mandate = case.mandate

    @property
    def case(self) -> Case:
        return Case.objects.select_related("debtor", "creditor").get(pk=self.pk)

    @property
    def who(self) -> dict[str, Any]:
        return {"by": self.by, "at": self.at}

    def pick(self, things: Any, skip: int = 1) -> Any:
        """One of the things, by the step's number; none there means that there is nothing to do."""
        things = list(things)
        if not things:
            raise NothingThere
        return things[(self.lot // skip) % len(things)]

    def visit(self, *states: str) -> Visit:
        """The newest visit in one of the states; else the newest of all, to be refused."""
        visits = self.case.visits.order_by("-pk")
        return self.pick((visits.filter(state__in=states) or visits)[:1])

    def agreement(self, *states: str) -> Agreement:
        agreements = self.case.agreements.order_by("-version")
        return self.pick((agreements.filter(state__in=states) or agreements)[:1])

    def waive(self) -> dict[str, Decimal]:
        if self.lot % 3:
            return {}
        owed = owed_by_component(self.case)
        return {"fees": owed["fees"], "interest": money(owed["interest"] / 2)}

    def rows(self, waived: dict[str, Decimal]) -> list[plans.Due]:
        whole = self.case.balance - sum(waived.values(), ZERO)
        if not self.lot % 29:
            whole += Decimal("0.01")  # a plan that does not tie
        first = local_day(self.at, "Asia/Shanghai") + timedelta(days=self.pick([0, 5, 30], 3))
        return plans.equal(whole, first=first, count=self.pick([1, 2, 6, 12], 7))


class NothingThere(Exception):
    """The step names nothing that the case has."""


Action = Callable[[World], Any]
ACTIONS: dict[str, Action] = {}


def action(function: Action) -> Action:
    ACTIONS[function.__name__] = function
    return function


# ---------------------------------------------------------------- the case


@action
def log_contact(w: World) -> None:
    points: list[ContactPoint | None] = [None, *ContactPoint.objects.filter(person=w.case.debtor)]
    contacting.log_contact(
        case=w.case, channel=w.pick(ContactAttempt.Channel.values),
        result=w.pick(ContactAttempt.Result.values, 3), remark="", contact_point=w.pick(points, 11),
        **w.who,
    )  # fmt: skip


@action
def add_paper(w: World) -> None:
    preparing.add_paper(
        case=w.case, kind=w.pick(["contract", "disbursement", "statement"]), filename="paper.pdf",
        content=w.pick([make.PDF, make.PDF, b"nothing"], 3), original_held=bool(w.lot % 2),
        kept_at="档案柜 3", **w.who,
    )  # fmt: skip


@action
def correct_debtor(w: World) -> None:
    preparing.update_debtor(
        case=w.case,
        changes={"name": w.pick(["王海燕", "王海雁"]), "born_on": date(1984, 2, 29)},
        **w.who,
    )


@action
def add_address(w: World) -> None:
    place = Address(
        person=w.case.debtor, kind=w.pick(["home", "work"]), city="杭州", text="文三路 8 号",
        source=w.pick(["contract", "unknown"], 2),
    )  # fmt: skip
    preparing.add_address(case=w.case, address=place, **w.who)


@action
def correct_address(w: World) -> None:
    preparing.update_address(
        case=w.case, address=w.pick(w.case.debtor.addresses.order_by("-pk")),
        changes={"verified_on": local_day(w.at, "Asia/Shanghai")}, **w.who,
    )  # fmt: skip


@action
def add_number(w: World) -> None:
    point = ContactPoint(
        channel=w.pick(["phone", "email"]), value=f"1380000{w.lot:04d}", source="debtor"
    )
    preparing.add_contact_point(case=w.case, point=point, **w.who)


@action
def correct_number(w: World) -> None:
    preparing.update_contact_point(
        case=w.case, point=w.pick(ContactPoint.objects.filter(person=w.case.debtor).order_by("-pk")),
        changes={"consented": bool(w.lot % 2)}, **w.who,
    )  # fmt: skip


@action
def add_party(w: World) -> None:
    preparing.add_party(
        case=w.case, person=Person(name="王建国"), role=w.pick(["guarantor", "co_debtor", "contact"]),
        relation="父亲", basis=w.pick(["在合同上签字", ""], 3), **w.who,
    )  # fmt: skip


@action
def correct_guarantee(w: World) -> None:
    preparing.update_guarantee(
        case=w.case, party=w.pick(w.case.parties.order_by("-pk")),
        changes={"guarantee": w.pick(["general", "joint", "unclear"]), "guarantee_months": 6},
        **w.who,
    )  # fmt: skip


@action
def set_basis(w: World) -> None:
    preparing.set_legal_basis(
        case=w.case, party=w.pick(w.case.parties.order_by("-pk")),
        legal_basis=w.pick(["contract", "consent", "counsel"]), **w.who,
    )  # fmt: skip


@action
def correct_terms(w: World) -> None:
    preparing.update_terms(
        case=w.case, debt=w.pick(w.case.debts.order_by("pk")),
        changes={"annual_rate": w.pick([Decimal("10.8000"), Decimal("36.0000")])}, **w.who,
    )  # fmt: skip


@action
def something_happens(w: World) -> None:
    day = local_day(w.at, "Asia/Shanghai")
    befalling.record_circumstance(
        case=w.case, kind=w.pick(["hospitalised", "bereaved", "dispute", "attorney", "no_show"]),
        since=day - timedelta(days=w.pick([0, 3], 5)), source="debtor",
        until=w.pick([None, day + timedelta(days=10)], 3), **w.who,
    )  # fmt: skip


@action
def it_is_over(w: World) -> None:
    found = w.pick(w.case.circumstances.order_by("-pk"))
    circumstances.end_circumstance(circumstance=found, why="已出院", **w.who)


@action
def it_goes_on(w: World) -> None:
    found = w.pick(w.case.circumstances.order_by("-pk"))
    ahead = local_day(w.at, "Asia/Shanghai") + timedelta(days=w.pick([0, 7]))
    circumstances.review_circumstance(circumstance=found, review_on=ahead, remark="", **w.who)


@action
def write(w: World) -> None:
    writing.write_to_debtor(
        case=w.case, channel=w.pick(["email", "letter"]),
        text=w.pick(["请与我们联系，商量还款办法。", "再不还款我们就上门找你单位", ""], 3), **w.who,
    )  # fmt: skip


@action
def set_strategy(w: World) -> None:
    preparing.set_strategy(case=w.case, strategy="先电话沟通", proposed_plan="分六期", **w.who)


@action
def change_mandate(w: World) -> None:
    preparing.set_mandate(
        case=w.case, mandate=w.pick([None, w.mandate, w.mandate, w.mandate]), **w.who
    )


@action
def assign(w: World) -> None:
    assigning.assign_case(case=w.case, officer=w.pick([*w.crew, None]), **w.who)


@action
def assess(w: World) -> None:
    preparing.assess_ability(
        case=w.case, income=Decimal(9000), outgoings=Decimal(w.lot % 9500), dependants=1,
        assets="", source="本人陈述", **w.who,
    )  # fmt: skip


@action
def hold(w: World) -> None:
    today = local_day(w.at, "Asia/Shanghai")
    holding.hold_case(
        case=w.case, reason=w.pick(Hold.Reason.values), scope=w.pick(Hold.Scope.values, 3),
        starts_on=today, review_on=today + timedelta(days=w.lot % 4),
        until=today + timedelta(days=w.pick([1, 3, 20], 5)), remark="", **w.who,
    )  # fmt: skip


@action
def review_hold(w: World) -> None:
    holding.review_hold(hold=w.pick(w.case.holds.all()), remark="看过", **w.who)


@action
def release_hold(w: World) -> None:
    holding.release_hold(hold=w.pick(w.case.holds.order_by("-pk")), why="原因已消除", **w.who)


@action
def sweep(w: World) -> None:
    """What the clock's work does, all of it."""
    system = User.objects.system()
    holding.end_due_holds(at=w.at, by=system)
    holding.raise_reviews(at=w.at, by=system)
    circumstances.end_due_circumstances(at=w.at, by=system)
    circumstances.raise_circumstance_reviews(at=w.at, by=system)
    relay.deem_due(w.at)
    relay.follow_up(w.at)
    announcing.unbook_hopeless(at=w.at, by=system)
    following.sweep(w.at)


@action
def relay_mail(w: World) -> None:
    relay.send_due(w.at)


@action
def ask_exception(w: World) -> None:
    excepting.ask_exception(
        case=w.case, rule=w.pick(["VP-01", "CN-25", "nothing"]), reason="债务人书面要求",
        evidence_kind="consent", filename="letter.pdf", content=make.PDF,
        until=w.at + timedelta(days=3), **w.who,
    )  # fmt: skip


@action
def decide(w: World) -> None:
    waiting = w.case.approvals.filter(state="waiting")
    decide_approval(
        approval=w.pick(waiting or w.case.approvals.all()), granted=bool(w.lot % 4),
        answer="已核实", **w.who,
    )  # fmt: skip


# ---------------------------------------------------------------- visits


def slot(w: World) -> tuple[datetime, datetime]:
    """Some afternoon ahead; now and then a time at which nobody may come."""
    day = local_day(w.at, "Asia/Shanghai") + timedelta(days=w.pick([4, 6, 1, 9], 3))
    hour = w.pick([14, 10, 16, 14, 22], 5)
    starts = from_local(datetime.combine(day, time(hour, 30)), "Asia/Shanghai").astimezone(UTC)
    return starts, starts + timedelta(hours=1)


@action
def plan(w: World) -> None:
    starts, ends = slot(w)
    planning.plan_visit(
        case=w.case, place=w.case.debtor.addresses.order_by("pk")[0], starts_at=starts,
        ends_at=ends, officers=w.crew[: w.pick([2, 2, 2, 2, 1], 2)], purpose="商谈还款安排",
        intended_outcome="达成还款方案", **w.who,
    )  # fmt: skip


@action
def move(w: World) -> None:
    starts, ends = slot(w)
    planning.move_visit(
        visit=w.visit(*AHEAD), place=w.case.debtor.addresses.order_by("pk")[0],
        starts_at=starts, ends_at=ends, officers=w.crew, why="债务人要求", **w.who,
    )  # fmt: skip


@action
def cancel(w: World) -> None:
    planning.cancel_visit(visit=w.visit(*AHEAD), why="不再需要", **w.who)


@action
def announce(w: World) -> None:
    announcing.announce_visit(
        visit=w.visit("planned"), language=w.pick(["zh", "en", "both"]),
        channels=w.pick([["letter"], ["letter"], ["email"], ["email", "letter"]], 3), **w.who,
    )  # fmt: skip


@action
def post(w: World) -> None:
    queued = w.case.notices.filter(channel="letter", state="queued").order_by("-pk")
    letters.mark_sent(notice=w.pick(queued or w.case.notices.all()), **w.who)


@action
def deliver(w: World) -> None:
    sent = w.case.notices.filter(state="sent").order_by("-pk")
    letters.record_delivery(
        notice=w.pick(sent or w.case.notices.all()), delivered_at=w.at,
        filename="回执.pdf", content=w.pick([b"", make.PDF, b"x"], 3), **w.who,
    )  # fmt: skip


@action
def bounce(w: World) -> None:
    sent = w.case.notices.filter(state__in=["sent", "delivered"]).order_by("-pk")
    letters.record_bounce(
        notice=w.pick(sent or w.case.notices.all()), why="查无此人", dead=bool(w.lot % 2), **w.who
    )


@action
def queue_again(w: World) -> None:
    letters.queue_again(notice=w.pick(w.case.notices.order_by("-pk")), why="再试", **w.who)


@action
def judge(w: World) -> None:
    letters.judge_doubtful(
        notice=w.pick(w.case.notices.order_by("-pk")),
        was_sent=bool(w.lot % 2),
        why="已核对",
        **w.who,
    )


@action
def drop(w: World) -> None:
    letters.drop(notice=w.pick(w.case.notices.order_by("-pk")), why="不再需要", **w.who)


@action
def check_in(w: World) -> None:
    arriving.check_in(visit=w.visit("noticed"), officer=w.pick(w.crew), **w.who)


@action
def begin(w: World) -> None:
    arriving.begin_visit(visit=w.visit("noticed"), **w.who)


@action
def identify(w: World) -> None:
    arriving.identify_debtor(
        visit=w.visit("started"), name_said="王海燕", second_fact=w.pick(["2427", "1988-07-15", "1"]),
        **w.who,
    )  # fmt: skip


@action
def show(w: World) -> None:
    arriving.show_credential(visit=w.visit("started"), officer=w.pick(w.crew), **w.who)


@action
def show_paper(w: World) -> None:
    arriving.show_paper(visit=w.visit("started"), paper=w.pick(w.case.papers.all()), **w.who)


@action
def consent(w: World) -> None:
    arriving.ask_consent(
        visit=w.visit("started"), kind=w.pick(["talk", "recording", "filming", "entry"]),
        given=bool(w.lot % 5), by_whom="王海燕", **w.who,
    )  # fmt: skip


@action
def open_talk(w: World) -> None:
    arriving.open_talk(visit=w.visit("started"), **w.who)


@action
def record_talk(w: World) -> None:
    recording.record_talk(
        visit=w.visit("started"), **w.who,
        record={"met": "王海燕", "reason": "lost_work", "willingness": "ready", "statement": "想还。"},
    )  # fmt: skip


@action
def finish(w: World) -> None:
    recording.finish_visit(
        visit=w.visit("started"), outcome=w.pick(Visit.Outcome.values[:5]), why="", **w.who
    )


@action
def way_out(w: World) -> None:
    out = w.pick(
        [
            refusing.refuse_at_door, refusing.nobody_in, refusing.someone_else, refusing.unsafe,
            refusing.postponed, refusing.spare_vulnerable, refusing.crew_short,
            refusing.leave_before_others,
        ]
    )  # fmt: skip
    out(visit=w.visit("started", *AHEAD), remark="", **w.who)


@action
def somebody_else_was_there(w: World) -> None:
    refusing.note_third_party(
        visit=w.visit("started", "finished"), remark=w.pick(["", "邻居在场片刻"]), **w.who
    )


@action
def say_what_was_seen(w: World) -> None:
    befalling.name_what_was_seen(
        visit=w.visit("finished", "aborted"), remark=w.pick(["", "门口有人哭"], 3),
        kind=w.pick(sorted({*befalling.AT_THE_DOOR, "dispute"})), **w.who,
    )  # fmt: skip


@action
def set_out(w: World) -> None:
    departing.depart(visit=w.visit(*AHEAD), people=w.pick([2, 2, 5]), props=not w.lot % 7, **w.who)


@action
def report_incident(w: World) -> None:
    refusing.report_incident(
        visit=w.visit("finished", "aborted"), remark=w.pick(["", "语气过重"]), **w.who
    )


@action
def say_that_all_is_well(w: World) -> None:
    safety.answer_check_in(visit=w.visit("started"), **w.who)


@action
def call_for_help(w: World) -> None:
    here = w.pick([None, {"lat": "30.27", "lon": "120.15", "accuracy_m": 18}, {"lat": "99"}])
    safety.call_sos(visit=w.visit("started"), remark="", position=here, **w.who)


@action
def keep_a_place(w: World) -> None:
    safety.record_position(
        visit=w.visit("started", "finished"), kind=w.pick(["check_in", "check_out", "sos", "way"]),
        lat="30.27", lon="120.15", accuracy_m=18, **w.who,
    )  # fmt: skip


@action
def watch_over_officers(w: World) -> None:
    system = User.objects.system()
    safety.ask_after_officers(at=w.at, by=system)
    safety.climb_alarms(at=w.at, by=system)


@action
def take_up_alarm(w: World) -> None:
    safety.take_up_alarm(alarm=w.pick(w.case.alarms.all()[:1]), said="", **w.who)


@action
def close_incident(w: World) -> None:
    incident = w.pick(w.case.incidents.all()[:1])
    safety.close_incident(incident=incident, done=w.pick(["已谈话", " "]), **w.who)


@action
def record_refusal(w: World) -> None:
    how = w.pick([Refusal.How.BY_TELEPHONE, Refusal.How.IN_WRITING])
    refusing.record_refusal(case=w.case, how=how, remark="", **w.who)


@action
def ask_to_lift(w: World) -> None:
    refusal = w.pick(Refusal.objects.filter(case=w.case).order_by("-pk"))
    refusing.ask_to_lift(refusal=refusal, reason="债务人书面邀请", **w.who)


@action
def add_evidence(w: World) -> None:
    recording.add_evidence(
        visit=w.visit("started", "finished"), filename=w.pick(["a.pdf", "a.mp3"], 5), caption="收入证明",
        content=w.pick([make.PDF, b"x"], 3), inside=bool(w.lot % 2), **w.who,
    )  # fmt: skip


@action
def add_remark(w: World) -> None:
    recording.add_remark(
        visit=w.visit("finished", "aborted"), remark=w.pick(["", "已离开"]), **w.who
    )


@action
def attest(w: World) -> None:
    recording.attest(visit=w.visit("finished", "aborted"), officer=w.pick(w.crew), **w.who)


# ---------------------------------------------------------------- agreements


@action
def draw_up(w: World) -> None:
    waived = w.waive()
    drawing.draw_up_agreement(
        case=w.case, plan="equal", rows=w.rows(waived), waived=waived,
        channel=w.pick(["phone", "phone", ""], 2), **w.who,
    )  # fmt: skip


@action
def redraft(w: World) -> None:
    waived = w.waive()
    drawing.redraft(
        agreement=w.agreement("draft", "offered"), plan="equal", rows=w.rows(waived),
        waived=waived, **w.who,
    )  # fmt: skip


@action
def request_waiver(w: World) -> None:
    w.lot -= w.lot % 3
    drawing.request_waiver(case=w.case, waived=w.waive(), reason="生活困难", **w.who)


@action
def offer(w: World) -> None:
    drawing.offer_agreement(agreement=w.agreement("draft"), **w.who)


@action
def confirm(w: World) -> None:
    agreement = w.agreement("offered")
    had = set(agreement.confirmations.values_list("term", flat=True))
    terms = [clause["key"] for clause in agreement.clauses]
    signing.confirm_term(
        agreement=agreement, term=w.pick([key for key in terms if key not in had] or terms), **w.who
    )


@action
def sign(w: World) -> None:
    side, name = w.pick(cast.SIDES)
    signing.sign(
        agreement=w.agreement("offered"), side=side, name=name, content=cast.drawn(), **w.who
    )


@action
def sign_on_paper(w: World) -> None:
    signing.sign_on_paper(
        agreement=w.agreement("offered"), name="王海燕", signed_for="李伟", content=make.PDF,
        filename="scan.pdf", place="3 号柜", id_checked=bool(w.lot % 2), **w.who,
    )  # fmt: skip


@action
def renegotiate(w: World) -> None:
    waived = w.waive()
    drawing.renegotiate(
        case=w.case, cause="income", reason="收入减少", plan="equal", rows=w.rows(waived), channel="phone",
        waived=waived, **w.who,
    )  # fmt: skip


@action
def drop_renegotiation(w: World) -> None:
    drawing.drop_renegotiation(case=w.case, why="未达成", **w.who)


@action
def return_case(w: World) -> None:
    drawing.return_case(case=w.case, why="未达成协议", **w.who)


@action
def ask_lawyer(w: World) -> None:
    agreement = w.agreement("draft", "offered", "signed")
    if w.lot % 2:
        signing.ask_lawyer(agreement=agreement, lawyer="赵律师", **w.who)
    else:
        signing.record_lawyer_confirmation(agreement=agreement, lawyer="赵律师", remark="", **w.who)


@action
def pay(w: World) -> None:
    balance = w.case.balance
    amount = w.pick(
        [balance, Decimal("6500.00"), Decimal("0.01"), money(balance / 3), balance + 1, ZERO]
    )
    paying.record_payment(
        case=w.case, amount=amount, method="transfer", received_at=w.at,
        bank_reference=w.pick(["", "B-1", "B-2"], 5), **w.who,
    )  # fmt: skip


@action
def reverse(w: World) -> None:
    paying.reverse_payment(payment=w.pick(w.case.payments.order_by("-pk")), why="退票", **w.who)


@action
def move_payment(w: World) -> None:
    """To another debtor, in one step over two cases."""
    there = Case.objects.filter(reference=OTHER).first() or make.prepared_case(
        reference=OTHER, external_reference="W-900"
    )
    moving.move_payment(
        payment=w.pick(w.case.payments.order_by("-pk")), to=there, why="付款人填错编号",
        keep_rest=bool(w.lot % 2), **w.who,
    )  # fmt: skip
    must_tie_elsewhere()


@action
def move_payment_back(w: World) -> None:
    there = w.pick(Case.objects.filter(reference=OTHER))
    moving.move_payment(
        payment=w.pick(there.payments.order_by("-pk")), to=w.case, why="核对有误",
        keep_rest=bool(w.lot % 2), **w.who,
    )  # fmt: skip
    must_tie_elsewhere()


@action
def give_back_part(w: World) -> None:
    payment = w.pick(w.case.payments.order_by("-pk"))
    giving_back.give_back_part(
        payment=payment, back=w.pick([money(payment.amount / 3), payment.amount, ZERO]),
        why="部分退款", **w.who,
    )  # fmt: skip


@action
def open_dispute(w: World) -> None:
    payment = w.pick(w.case.payments.order_by("-pk"))
    disputing.open_dispute(
        payment=payment, number=f"dp_{w.lot}", **w.who,
        amount=w.pick([payment.amount, money(payment.amount / 2)], 3),
    )  # fmt: skip


@action
def end_dispute(w: World) -> None:
    disputes = Dispute.objects.filter(payment__case=w.case).order_by("outcome", "-pk")
    disputing.end_dispute(
        dispute=w.pick(disputes), outcome=w.pick(["won", "lost"]), remark="", **w.who
    )  # fmt: skip


@action
def certify(w: World) -> None:
    closing.issue_certificate(case=w.case, **w.who)


@action
def give_back(w: World) -> None:
    held = w.case.papers.filter(original_held=True, returned_at=None, voided_at=None)
    closing.return_paper(paper=w.pick(held or w.case.papers.all()), returned_to="王海燕", **w.who)


@action
def ask_void(w: World) -> None:
    voiding.request_void(
        paper=w.pick(w.case.papers.all()), void_reason=w.pick(ClaimPaper.VoidReason.values),
        reason="搬迁时遗失，查找未果", **w.who, filename="letter.pdf",
        content=w.pick([b"", make.PDF, b"x"], 3),
    )  # fmt: skip


@action
def report(w: World) -> None:
    closing.write_report(case=w.case, **w.who)


@action
def close(w: World) -> None:
    closing.close_case(case=w.case, **w.who)


@action
def ask_early_closure(w: World) -> None:
    closing.request_early_closure(
        case=w.case, closed_as=w.pick(Case.ClosedAs.values), reason="债权人撤回", **w.who,
        filename="letter.pdf", content=w.pick([b"", make.PDF, b"x"], 3),
    )  # fmt: skip


@action
def ask_reopening(w: World) -> None:
    closing.request_reopening(case=w.case, reason="款项被退回", **w.who)


# ---------------------------------------------------------------- the way of the stories


@action
def go_on(w: World) -> None:
    """Whatever leads on from here, by somebody who may, so that the walks get far."""
    name, role = next_of(w, w.case)
    if name in {"check_in", "begin"}:
        w.at = max(w.at, w.visit("noticed").starts_at)
    w.by = w.people[role]
    if name in {"plan", "announce", "decide", "draw_up", "finish"}:
        w.lot = {"decide": 1, "finish": w.lot % 2}.get(name, 0 if name != "draw_up" else 8)
    ACTIONS[name](w)


def next_of(w: World, case: Case) -> tuple[str, str]:
    """The next action of the stories, and a role that may do it."""
    waiting = case.approvals.filter(state="waiting", expires_at__gt=w.at).first()
    if waiting:
        asked = waiting.requested_by_id
        lifting = waiting.kind in {"lift_refusal", "exception"}
        first = "compliance" if lifting or asked == w.people["supervisor"].pk else "supervisor"
        return "decide", first
    if case.state == "closure":
        return "ask_reopening", "clerk"
    if case.state == "follow_up":
        if case.balance > ZERO:
            return w.pick(["pay", "sweep", "pay"]), "clerk"
        if not case.documents.filter(kind=Document.Kind.SETTLEMENT).exists():
            return "certify", "clerk"
        if case.papers.filter(original_held=True, returned_at=None, voided_at=None).exists():
            return "give_back", "clerk"
        if not case.documents.filter(kind=Document.Kind.CLOSURE_REPORT).exists():
            return "report", "clerk"
        return "close", "clerk"
    if case.state == "agreement":
        return next_of_agreement(w, case)
    if case.state in {"credential_display", "on_site_talk"}:
        return next_at_door(w), "officer"
    visit = case.visits.filter(state__in=AHEAD).first()
    if visit is None:
        return w.pick(["plan", "plan", "draw_up"]), "clerk"
    if visit.state == "planned":
        return "announce", "clerk"
    if visit.state == "announced":
        return ("deliver" if visit.notices.filter(state="sent").exists() else "post"), "clerk"
    absent = visit.crew.filter(active=True, checked_in_at=None).first()
    if absent:
        w.lot = w.crew.index(absent.officer)
        return "check_in", "officer"
    return "begin", "officer"


def next_of_agreement(w: World, case: Case) -> tuple[str, str]:
    agreement = drawing.in_the_making(case)
    if agreement is None:
        return "return_case", "clerk"
    if agreement.state == "draft":
        return "offer", "clerk"
    if agreement.confirmations.count() < len(agreement.clauses):
        for clause in agreement.clauses[:-1]:
            signing.confirm_term(
                agreement=agreement, term=clause["key"], by=w.people["clerk"], at=w.at
            )
        w.lot = 0
        return "confirm", "clerk"
    w.lot = agreement.signatures.count()
    if w.lot == 1 and agreement.signatures.filter(side="creditor").exists():
        w.lot = 0
    return "sign", "clerk"


def next_at_door(w: World) -> str:
    visit = w.pick(w.case.visits.order_by("-pk")[:1])
    if visit.state != "started":
        return "draw_up"
    if w.case.state == "on_site_talk":
        return "finish" if TalkRecord.objects.filter(visit=visit).exists() else "record_talk"
    if not visit.identified_at:
        w.lot = 0
        return "identify"
    unseen = visit.crew.filter(active=True, shown_at=None).first()
    if unseen:
        w.lot = w.crew.index(unseen.officer)
        return "show"
    for lot, kind in ((20, "talk"), (21, "recording")):
        if not visit.consents.filter(kind=kind).exists():
            w.lot = lot + 1 if lot % 5 == 0 and kind == "recording" else lot
            if kind == "talk":
                w.lot = 4
            return "consent"
    shown = set(visit.shown.exclude(paper=None).values_list("paper_id", flat=True))
    papers = list(w.case.papers.all())
    for number, paper in enumerate(papers):
        if paper.pk not in shown:
            w.lot = number
            return "show_paper"
    return "open_talk"


# ---------------------------------------------------------------- where a walk begins


def fresh(_: None = None) -> tuple[Case, datetime]:
    return make.prepared_case(), make.moment("2026-02-27 15:00")


def noticed(_: None = None) -> tuple[Case, datetime]:
    return walk.noticed().case, walk.NOTICED_AT


def talking(_: None = None) -> tuple[Case, datetime]:
    return walk.talking().case, make.moment("2026-03-05 14:40")


def talked(_: None = None) -> tuple[Case, datetime]:
    return walk.talked().case, make.moment("2026-03-05 14:51")


def offered(_: None = None) -> tuple[Case, datetime]:
    return cast.offered().case, make.moment("2026-03-05 15:10")


def signed(_: None = None) -> tuple[Case, datetime]:
    return cast.signed().case, cast.SIGNED


def paid(_: None = None) -> tuple[Case, datetime]:
    case, at = signed()
    at += timedelta(days=1)
    case = cast.again(case)
    paying.record_payment(
        case=case, amount=case.balance, method="transfer", received_at=at, by=make.clerk(), at=at
    )
    return case, at


STARTS = {f.__name__: f for f in (fresh, noticed, talking, talked, offered, signed, paid)}


# ---------------------------------------------------------------- what must hold


def must_be_sound(case: Case) -> None:
    """All that holds of a case at any moment, read anew from the database."""
    steps_tell_the_state(case)
    money_ties(case)
    agreements_tie(case)
    overlays_agree(case)
    if case.state == "closure":
        assert not case.visits.filter(state__in=AHEAD).exists(), "a visit ahead of a closed case"
        queued = case.notices.filter(state__in=["queued", "sending"])
        assert not queued.exclude(kind__in=OWED).exists(), "a closed case still writes"
        if case.closed_as == "settled":
            assert case.balance == ZERO


def steps_tell_the_state(case: Case) -> None:
    told = (
        case.events.filter(data__has_key="step").order_by("number").values_list("data", flat=True)
    )
    path = ["preparation", *(data["step"] for data in told)]
    assert path[-1] == case.state, f"the timeline says {path[-1]}, the case {case.state}"
    for before, after in pairwise(path):
        assert after in EDGES[before], f"from {before} to {after}"


def money_ties(case: Case) -> None:
    sums = dict(
        LedgerEntry.objects.filter(case=case)
        .values_list("component")
        .annotate(Sum("amount"))
        .order_by()
    )
    for name in ("principal", "interest", "fees"):
        assert sums.get(name, ZERO) == getattr(case, name) >= ZERO, name
    for payment in case.payments.all():
        booked = payment.entries.aggregate(sum=Sum("amount"))["sum"] or ZERO
        assert booked == (ZERO if payment.reversed_at else -payment.counted), payment
        matched = payment.allocations.aggregate(sum=Sum("amount"))["sum"] or ZERO
        assert matched <= payment.amount, payment


def must_tie_elsewhere() -> None:
    """The other case is sound too: its ledger, its payments and its timeline."""
    there = Case.objects.get(reference=OTHER)
    money_ties(there)
    assert isinstance(verify(there), Verified)


def agreements_tie(case: Case) -> None:
    agreements = list(case.agreements.prefetch_related("instalments"))
    assert sum(a.state in {"signed", "broken"} for a in agreements) <= 1
    assert sum(a.state in {"draft", "offered"} for a in agreements) <= 1
    valid = dict(
        Allocation.objects.filter(payment__case=case, payment__reversed_at=None)
        .values_list("instalment")
        .annotate(Sum("amount"))
        .order_by()
    )
    missing = ZERO
    for agreement in agreements:
        rows: list[Instalment] = list(agreement.instalments.all())
        assert sum((row.amount for row in rows), ZERO) == agreement.total, agreement
        for row in rows:
            assert row.paid == valid.get(row.pk, ZERO), f"{row}: {row.paid}"
            assert (row.paid_at is not None) == (row.missing == ZERO), row
            if row.live:
                assert agreement.state in {"signed", "broken", "kept"}, f"{row} is live"
                missing += row.missing
        if agreement.state == "kept":
            assert agreement.signed_at
    assert missing <= case.balance, f"{missing} is promised, {case.balance} is owed"


def overlays_agree(case: Case) -> None:
    last = case.holds.filter(ended_at=None).order_by("-until").first()
    assert case.held_until == (last.until if last else None)
    refusal = Refusal.objects.filter(case=case, lifted_at=None).order_by("-at").first()
    if refusal:
        stale = case.visits.filter(state__in=AHEAD, planned_at__lte=refusal.at)
        assert not stale.exists(), "a visit outlived a refusal"
        assert case.refused_until
    for visit in case.visits.filter(state="started"):
        assert case.state not in {"preparation", "notice", "closure"}, f"{visit} goes on"


def trace(case: Case) -> tuple[Any, ...]:
    """What an action that was refused must not have touched."""
    rows = [
        model.objects.filter(case=case).count()
        for model in (
            Document,
            Notice,
            Visit,
            Approval,
            Agreement,
            Hold,
            Refusal,
            LedgerEntry,
            Duty,
        )
    ]
    return (case.state, case.version, case.event_count, case.head, case.balance, *rows)


# ---------------------------------------------------------------- the walk


class Loud(logging.Handler):
    """Sweeps swallow what breaks, so that one case cannot stop the rest; here nothing may break."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record)


@contextmanager
def undone() -> Iterator[None]:
    """Undo in the database all that happens inside."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.set_rollback(False)
        transaction.savepoint_rollback(before)


def take(w: World, name: str, role: str, minutes: int, lot: int) -> str:
    """Take one step; says how it went. Anything but a named refusal comes through."""
    w.at, w.by, w.lot = w.at + timedelta(minutes=minutes), w.people[role], lot
    before = trace(w.case)
    refused = attempt(w, name)
    after = trace(w.case)
    own_account = name in {"go_on", "sweep", "relay_mail"}  # by whoever may, or by the clock
    stopped = name == "post" and isinstance(
        refused, WrongInput
    )  # a letter that may not go any more
    if not own_account and not stopped and (role == "outsider" or isinstance(refused, QUIET)):
        assert after == before, f"{refused!r} left a trace"
    if isinstance(refused, TOLD):
        assert after[0] == before[0], f"{refused!r} moved the case"
    return repr(refused) if refused else "done"


def attempt(w: World, name: str) -> Exception | None:
    """Do it, or give the named refusal; anything else comes through."""
    try:
        ACTIONS[name](w)
    except (*QUIET, *TOLD, NothingThere) as refused:
        return refused
    return None


@pytest.fixture
def people(db: None) -> None:
    """Everybody who acts, made once for all the walks: hashing their passwords takes its time."""
    for make_one in (
        make.clerk, make.supervisor, make.compliance_officer, make.administrator, make.outsider,
        make.crew,
    ):  # fmt: skip
        make_one()


DAY = 24 * 60
NAMES = sorted(ACTIONS) + ["go_on"] * 40
ROLES = ["clerk"] * 4 + ["officer"] * 3 + ["supervisor"] * 3 + ["compliance"] * 2
ROLES += ["administrator", "outsider"]
STEP = st.tuples(
    st.sampled_from(NAMES),
    st.sampled_from(ROLES),
    st.sampled_from([0, 1, 1, 7, 7, 60, 5 * 60, DAY, 3 * DAY, 12 * DAY, 35 * DAY]),
    st.integers(0, 9999),
)


def test_every_action_is_among_those_that_are_drawn() -> None:
    """A new action has to be drawn too: it is a public function that somebody does at some time."""
    source = Path(__file__).read_text()
    modules = [
        closing, disputing, drawing, following, giving_back, moving, paying, signing, circumstances, contacting, excepting, holding,
        preparing, writing, announcing, arriving, befalling, departing, planning, recording,
        refusing, safety, letters,
    ]  # fmt: skip
    public = {
        f"{module.__name__}.{name}"
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and {"by", "at"} <= set(inspect.signature(function).parameters)
        and inspect.signature(function).parameters["by"].kind is inspect.Parameter.KEYWORD_ONLY
    }
    # Parts of an action or of the sweep, never done alone.
    parts = {
        "place_hold", "conclude", "conclude_if_complete", "attend", "unbook", "take_effect", "stop_if_wrong", "prove_sent",
        "come_back", "store_slip",
        "send_link", "withdraw_link",  # need a carrier's answer: tests/agreements/test_signing_by_link.py
    }  # fmt: skip
    undrawn = {name for name in public if f".{name.rpartition('.')[2]}" not in source}
    assert {name for name in undrawn if name.rpartition(".")[2] not in parts} == set()


@settings(
    max_examples=int(os.environ.get("DOORSTEP_LONG", 8)),
    deadline=None,
    derandomize=not LONG,
    database=None,
    print_blob=True,
    # No shrinking: it would take longer than the test may; the steps are printed as they were drawn.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(start=st.sampled_from(sorted(STARTS)), steps=st.lists(STEP, min_size=15, max_size=30))
def test_a_case_stays_sound_whatever_is_done_with_it_by_whom_and_when(
    people: None, start: str, steps: Sequence[tuple[str, str, int, int]]
) -> None:
    loud = Loud()
    logging.getLogger().addHandler(loud)
    try:
        with undone():
            case, at = STARTS[start]()
            w = World(case, at)
            for number, step in enumerate(steps, start=1):
                note(f"{number:3} {w.case.state:18} {step} {take(w, *step)}")
                assert not loud.heard, loud.heard[0].getMessage()
                must_be_sound(w.case)
                if number % CHECK_CHAIN_EVERY == 0:
                    assert isinstance(verify(w.case), Verified)
            assert isinstance(verify(w.case), Verified)
    finally:
        logging.getLogger().removeHandler(loud)
