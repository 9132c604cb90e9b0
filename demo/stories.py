"""What may happen to a case of the demo, done by the real actions at their moments."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from agreements import plans
from agreements.actions import closing, drawing, limitation, paying, signing
from agreements.models import Agreement
from agreements.plans import Due
from cases.actions import assigning, contacting, excepting, holding, preparing, tracing, writing
from cases.actions.opening import Claimed, open_case
from cases.models import Case, Refusal
from common.clock import local_day
from common.money import money
from demo import files
from demo.accounts import Bearing
from demo.debtors import ABROAD, NAMES, STREETS, Abroad, born_on, id_number, position_of
from demo.diary import ZONE
from demo.following import Following, limitation_of
from demo.reaching import Reaching
from demo.talking import Talking
from demo.visiting import Visiting
from people.models import Address, ContactPoint, Person
from visits.actions import befalling, refusing
from workflow.approvals import decide_approval
from workflow.steps import PolicyRefused

NOBODYS = 10
"""The case whose number is nobody's any more."""


def _mobile(n: int) -> str:
    return "13800000404" if n == NOBODYS else f"138{n:08d}"


class Story(Bearing, Following, Reaching, Talking, Visiting):
    """All that may happen to a case."""

    # ------------------------------------------------------------ step 1

    def opens(self, days: int) -> None:
        """The case comes in, with the debtor's data and the mandate."""
        self.on(days, 9, self.number % 50, self._open)

    def _open(self, at: datetime) -> None:
        n = self.number
        day = local_day(at, ZONE)
        principal = money(Decimal(8000 + (n * 1733) % 52000))
        interest = money(principal * Decimal("0.03"))
        if n == 1:
            principal, interest = Decimal("38600.00"), Decimal("1158.00")
        fees = Decimal("242.00") if n == 1 else money(Decimal(60 + (n * 7) % 200))
        district, street = STREETS[self.team.city][n % 4]
        person = Person(
            name=NAMES[n - 1], id_number=id_number(n), born_on=born_on(n),
            language="en" if n % 17 == 0 else "zh",
        )  # fmt: skip
        contract_on = date(day.year - 2, 1 + n % 12, 10)
        due_on = day - timedelta(days=95 + n % 120)
        self.case = open_case(
            reference=f"{'HZ' if self.team.city == '杭州' else 'CD'}-{day.year}-{146 + n:04d}",
            external_reference=f"{self.creditor[:2].upper()}-{day.year}-{5000 + n}",
            creditor=self.cast.creditors[self.creditor], team=self.team, debtor=person,
            claimed=Claimed(
                contract_number=f"HT-{contract_on.year}-{10000 + n * 13}", principal=principal,
                interest=interest, fees=fees, stated_on=day, contract_on=contract_on,
                paid_out=principal + 6000, annual_rate=Decimal("10.8000"), due_on=due_on,
                cost_rate=Decimal("12.6000"), platform=n % 5 == 0,
                limitation_ends_on=limitation_of(n, day, due_on),
            ),
            by=self.clerk, at=at, mandate=self.cast.mandates[self.creditor, self.agency],
            addresses=[
                Address(kind="home", city=self.team.city, district=district, text=street,
                        position=position_of(self.team.city, n), source="contract", verified_on=day),
            ],
            contact_points=[
                ContactPoint(channel="phone", value=_mobile(n), source="contract", verified_on=day),
                ContactPoint(channel="email", value=f"debtor{n}@mail.example", source="contract"),
                ContactPoint(channel="wechat", value=f"wx-{n:05d}", source="debtor", source_on=day, source_proof="债务人来电告知，有通话录音"),
                ContactPoint(channel="wecom", value=f"wm-{n:05d}", source="debtor", source_on=day, source_proof="债务人来电告知，有通话录音"),
                ContactPoint(channel="sms", value=_mobile(n), source="contract", verified_on=day),
            ],
        )  # fmt: skip
        self._tell_of_agency(at)

    def _tell_of_agency(self, at: datetime) -> None:
        """The creditor's letter names the agency that will collect."""
        day = local_day(at, ZONE)
        befalling.record_circumstance(
            case=self.fresh(), kind="agent_notice", since=day, source="paper",
            remark="债权人来函告知受托机构名称和联系方式", filename="委外告知函.pdf",
            content=files.paper("委外告知函", "Notice of the agency"), by=self.clerk, at=at,
        )  # fmt: skip

    def comes_in_file(self, days: int, find: Callable[[], Case]) -> None:
        """The case was taken over from a creditor's file."""

        def meet(at: datetime) -> None:
            self.case = find()
            self._tell_of_agency(at)

        self.on(days, 10, 30, meet)

    def prepares(self, days: int, *, tried: int = 3) -> None:
        """Papers, ability, strategy, and so many gentler channels tried, on as many days."""
        self.on(days, 10, 5, self._papers)
        self.on(days, 10, 40, self._assign)
        self.on(days, 11, 0, lambda at: self._contact("phone", "no_answer", at))
        if tried > 1:
            self.on(days + 1, 14, 0, lambda at: self._contact("sms", "delivered", at))
            self.on(
                days + 2,
                15,
                0,
                lambda at: self._contact("wechat", "reached", at, "表示近期收入减少，希望协商"),
            )
        self.on(days + 2, 16, 0, self._assess)

    def _papers(self, at: datetime) -> None:
        for kind, title, title_en in (
            ("contract", "借款合同", "Loan contract"),
            ("disbursement", "放款凭证", "Proof of payment-out"),
            ("statement", "账户流水", "Statement"),
        ):
            preparing.add_paper(
                case=self.case, kind=kind, filename=f"{title}.pdf", original_held=kind == "contract",
                kept_at="档案室 A 柜 3 层" if kind == "contract" else "", by=self.clerk, at=at,
                content=files.paper(title, title_en),
                received_from=self.case.creditor.name if kind == "contract" else "",
            )  # fmt: skip

    def _assign(self, at: datetime) -> None:
        officer = self.crew[self.number // 3 % len(self.crew)]
        assigning.assign_case(case=self.fresh(), officer=officer, by=self.supervisor, at=at)

    def _contact(self, channel: str, result: str, at: datetime, remark: str = "") -> None:
        contacting.log_contact(
            case=self.fresh(), channel=channel, result=result, remark=remark, by=self.clerk, at=at,
            stated=True if channel == "phone" and result in {"reached", "promised"} else None,
        )  # fmt: skip

    def _assess(self, at: datetime) -> None:
        preparing.assess_ability(
            case=self.fresh(), income=Decimal(7000 + self.number * 90), outgoings=Decimal("4300.00"),
            dependants=self.number % 4, assets="自住房一套，有按揭" if self.number % 3 else "无",
            source="微信沟通", by=self.clerk, at=at,
        )  # fmt: skip
        preparing.set_strategy(
            case=self.fresh(), strategy="先以电话和微信沟通，了解收入变化；必要时预约上门，当面商定分期。",
            proposed_plan="分六期，每月十五日还款；费用可申请减免。", by=self.clerk, at=at,
        )  # fmt: skip

    def has_party(self, days: int, role: str, name: str, relation: str, basis: str = "") -> None:
        """Somebody beside the debtor: liable with them, or only somebody to be left in peace."""
        self.on(
            days, 10, 20,
            lambda at: preparing.add_party(
                case=self.fresh(), person=Person(name=name), role=role, relation=relation, basis=basis,
                legal_basis="consent" if role == "contact" else "contract", by=self.clerk, at=at,
            ),
        )  # fmt: skip

    def moves(self, days: int, town: str) -> None:
        """The debtor writes from abroad; the home that was is still on file, where it always was."""

        def note_it(at: datetime) -> None:
            case, home = self.fresh(), Abroad(*ABROAD[town])
            for old in case.debtor.addresses.all():
                preparing.update_address(
                    case=case,
                    address=old,
                    changes={"country": "CN", "zone": ZONE},
                    by=self.clerk,
                    at=at,
                )
            preparing.update_debtor(
                case=case, changes={"country": home.country, "region": home.region, "zone": home.zone},
                by=self.clerk, at=at,
            )  # fmt: skip
            preparing.add_address(
                case=case, address=Address(kind="home", city=home.city, text=home.street, postcode=home.postcode, source="debtor", source_on=local_day(at, ZONE), source_proof="债务人来信告知新地址"),
                by=self.clerk, at=at,
            )  # fmt: skip

        self.on(days, 11, 5, note_it)

    def guarantee(self, days: int, **terms: Any) -> None:
        """What the guarantor signed for, and what was agreed to since."""
        self.on(
            days, 10, 45,
            lambda at: preparing.update_guarantee(
                case=self.fresh(), by=self.clerk, at=at, changes=terms,
                party=self.fresh().parties.get(role="guarantor"),
            ),
        )  # fmt: skip

    def demands(self, days: int, signer: str, remark: str, *, sealed: bool = True) -> None:
        """A written demand was handed over; what came of it stands in the limitation log."""
        self.on(
            days, 15, 20,
            lambda at: limitation.record_interruption(
                case=self.fresh(), debt=self.fresh().debts.get(), kind="demand",
                on=local_day(at, ZONE), way="by_hand", signer=signer, sealed=sealed, remark=remark,
                filename="催告函回执.pdf", content=files.paper("催告函回执", "Receipt for a demand"),
                by=self.clerk, at=at,
            ),
        )  # fmt: skip

    def was_called(self, days: int, result: str, remark: str) -> None:
        """One more call, with its result."""
        self.on(days, 10, 45, lambda at: self._contact("phone", result, at, remark))

    def asks_around(self, days: int, remark: str) -> None:
        """The debtor cannot be reached: a contact person is asked how, and nothing more."""

        def ask(at: datetime) -> None:
            party = self.case.parties.filter(role="contact").latest("pk")
            preparing.add_contact_point(
                case=self.fresh(), by=self.clerk, at=at,
                point=ContactPoint(
                    person=party.person, channel="phone", value=f"137{self.number:08d}",
                    source="contract",
                ),
            )  # fmt: skip
            tracing.trace_debtor(
                case=self.fresh(), party=party, channel="phone", result="third_party",
                disclosed=False, remark=remark, by=self.clerk, at=at,
            )  # fmt: skip

        self.on(days, 11, 10, ask)

    # ------------------------------------------------------------ step 5

    def agrees(self, *, sign: bool = True) -> None:
        """At the door: a plan of six months, with the costs waived, offered, confirmed and signed."""
        self.at_the_door.append((15, lambda at: self._draw_up(at, remote=False)))
        if sign:
            self.at_the_door.append((27, self._sign))
        self.leaves()

    def agrees_from_afar(self, days: int, hour: int, *, sign: bool = True) -> None:
        """The same by telephone, without a visit."""
        self.on(days, hour, 15, lambda at: self._draw_up(at, remote=True))
        if sign:
            self.on(days, hour, 27, self._sign)

    def _draw_up(self, at: datetime, *, remote: bool) -> None:
        case = self.fresh()
        waived = {"fees": case.fees} if case.fees <= Decimal("500.00") else {}
        if self.number == 1:
            waived = {"fees": Decimal("242.00"), "interest": Decimal("758.00")}
            self._has_waived(waived, "收入减少，希望减免费用和部分利息", at)
        if self.plan == "settlement":
            waived = {"fees": case.fees, "interest": case.interest}
            self._has_waived(waived, "亲属愿代为一次性付清本金，申请减免利息和费用", at)
        whole = case.balance - sum(waived.values(), Decimal("0.00"))
        self.agreement = drawing.draw_up_agreement(
            case=self.fresh(), plan=self.plan, rows=self._rows(whole, at), waived=waived, language="both" if self.number % 4 == 1 else "zh",
            set_off=("principal", "interest", "fees") if self.plan == "custom" else (),
            channel="phone" if remote else "", new_loan=False, by=self.clerk if remote else self.crew[0], at=at,
        )  # fmt: skip
        drawing.offer_agreement(
            agreement=self.agreement, by=self.clerk if remote else self.crew[0], at=at
        )

    def _has_waived(self, waived: dict[str, Decimal], reason: str, at: datetime) -> None:
        """The supervisor grants what the mandate leaves to nobody at the door."""
        asked = drawing.request_waiver(
            case=self.fresh(), waived=waived, reason=reason, by=self.crew[0], at=at
        )
        decide_approval(
            approval=asked, granted=True, answer="同意减免", by=self.supervisor, at=at
        )  # fmt: skip

    def _rows(self, whole: Decimal, at: datetime) -> list[Due]:
        """Six months that the ability to pay allows, in the way this debtor chose."""
        first = _next_fifteenth(local_day(at, ZONE))
        within_a_week = local_day(at, ZONE) + timedelta(days=7)
        if self.plan == "full":
            return plans.full(whole, on=within_a_week)
        if self.plan == "settlement":
            return plans.settlement(whole, owed=self.fresh().balance, on=within_a_week)
        if self.plan == "stepped":
            return plans.stepped(whole, first=first, count=6, low=money(whole / 12), low_count=2)
        if self.plan == "balloon":
            return plans.balloon(whole, first=first, count=6, low=money(whole / 10))
        if self.plan == "deferred":
            return plans.deferred(whole, first=first, count=6, wait=3)
        if self.plan == "seasonal":
            return plans.seasonal(whole, first=first, count=6, season=(3, 9, 10))
        if self.plan == "custom":
            days = plans.due_days(first, 4)
            third = money(whole / 3)
            return plans.custom(
                whole, [(days[0], third), (days[1], third), (days[3], whole - 2 * third)]
            )
        return plans.equal(whole, first=first, count=6)

    def _sign(self, at: datetime) -> None:
        by = self.crew[0]
        agreement = Agreement.objects.get(pk=self.agreement.pk)
        for clause in agreement.clauses:
            signing.confirm_term(agreement=agreement, term=clause["key"], by=by, at=at)
        for side, name in (("debtor", self.case.debtor_name), ("creditor", str(by))):
            signing.sign(
                agreement=Agreement.objects.get(pk=agreement.pk), side=side, name=name,
                content=files.signature(self.number + len(name)), id_checked=True, by=by, at=at,
            )  # fmt: skip
        self.pays_by_habit()

    def pays_by_habit(self) -> None:
        """Have each instalment paid as this debtor pays: before, on or after its day, or not at all."""
        if self.habit is None:
            return
        after, count = self.habit
        for part in self.agreement.instalments.order_by("number")[:count]:
            days = (part.due_on - self.diary.today).days + after
            self.on(days, 9, 20 + self.number % 30, lambda at: self._pay(at, "", 1))

    # ------------------------------------------------------------ steps 6 and 7

    def pays(self, days: int, amount: str = "", *, share: int = 1, to: str = "creditor") -> None:
        """A payment: the given amount, or so many of the next instalments."""
        self.on(days, 9, 20 + self.number % 30, lambda at: self._pay(at, amount, share, to))

    def _pay(self, at: datetime, amount: str, share: int, to: str = "creditor") -> None:
        case = self.fresh()
        due = self.agreement.instalments.filter(paid_at=None).order_by("number")[:share]
        whole = Decimal(amount) if amount else sum((part.missing for part in due), Decimal("0.00"))
        if whole > 0:
            paying.record_payment(
                case=case, amount=min(whole, case.balance), method="transfer", received_by=to, received_at=at,
                payer=case.debtor_name, bank_reference=f"BK{self.number:03d}{at:%m%d%H%M}",
                by=self.clerk, at=at,
            )  # fmt: skip

    def reverses(self, days: int) -> None:
        """The bank takes the last payment back."""
        self.on(
            days, 10, 50,
            lambda at: paying.reverse_payment(
                payment=self.case.payments.latest("received_at"), why="银行退票，款项未到账", by=self.clerk, at=at
            ),
        )  # fmt: skip

    def renegotiates(self, days: int, *, sign: bool) -> None:
        """A new version with smaller instalments, since the old one could not be kept."""
        self.on(days, 10, 10, self._renegotiate)
        if sign:
            self.on(days, 10, 40, self._sign)

    def _renegotiate(self, at: datetime) -> None:
        case = self.fresh()
        first = _next_fifteenth(local_day(at, ZONE))
        self.agreement = drawing.renegotiate(
            case=case, cause="illness", reason="住院期间收入中断，原计划无法履行", plan="equal",
            rows=plans.equal(case.balance, first=first, count=10), channel="phone",
            new_loan=False,
            by=self.clerk, at=at,
        )  # fmt: skip
        drawing.offer_agreement(agreement=self.agreement, by=self.clerk, at=at)

    def goes_back(self, days: int, why: str) -> None:
        """No agreement holds any more: back to preparation."""
        self.on(
            days, 16, 30,
            lambda at: drawing.return_case(case=self.fresh(), why=why, by=self.clerk, at=at),
        )  # fmt: skip

    # ------------------------------------------------------------ overlays

    def held(self, days: int, reason: str, length: int, remark: str, scope: str = "all") -> None:
        """A hold with its certificate."""
        self.on(days, 10, 20, lambda at: self._hold(reason, length, remark, scope, at))

    def _hold(self, reason: str, length: int, remark: str, scope: str, at: datetime) -> None:
        day = local_day(at, ZONE)
        holding.hold_case(
            case=self.fresh(), reason=reason, scope=scope, starts_on=day,
            review_on=day + timedelta(days=length // 2), until=day + timedelta(days=length),
            remark=remark, by=self.clerk, at=at, filename="证明.pdf",
            content=files.paper("证明材料", "Certificate"),
        )  # fmt: skip

    def befalls(
        self, days: int, kind: str, remark: str, *, lasts: int = 0, about: str = ""
    ) -> None:
        """Something happens to the debtor or the debt, with a paper that shows it."""

        def record(at: datetime) -> None:
            day = local_day(at, ZONE)
            befalling.record_circumstance(
                case=self.fresh(), kind=kind, since=day, source="paper", about=about, remark=remark,
                until=day + timedelta(days=lasts) if lasts else None, filename="证明.pdf",
                content=files.paper("证明材料", "Certificate"), by=self.clerk, at=at,
            )  # fmt: skip

        self.on(days, 10, 20, record)

    def writes(self, days: int, *texts: str) -> None:
        """Messages to the debtor; what the rules refuse stays on the timeline and nowhere else."""

        def write(at: datetime) -> None:
            for text in texts:
                with suppress(PolicyRefused):
                    writing.write_to_debtor(
                        case=self.fresh(), channel="letter", text=text, by=self.clerk, at=at
                    )

        self.on(days, 11, 10, write)

    def sends(self, days: int, channel: str, text: str) -> None:
        """A short message to the debtor, by the agency's account at a carrier."""

        def send(at: datetime) -> None:
            with suppress(PolicyRefused):
                writing.write_to_debtor(
                    case=self.fresh(), channel=channel, text=text, by=self.clerk, at=at
                )

        self.on(days, 10, 0, send)

    def refuses(self, days: int, how: str, remark: str, *, asks_back: bool = False) -> None:
        """The debtor asks from afar that nobody comes; later perhaps for a visit after all."""

        def refuse(at: datetime) -> None:
            refusal = refusing.record_refusal(
                case=self.fresh(), how=how, remark=remark, by=self.clerk, at=at
            )
            if asks_back:
                self.on(days + 3, 11, 20, lambda then: self._invites(refusal, then))

        self.on(days, 16, 10, refuse)

    def _invites(self, refusal: Refusal, at: datetime) -> None:
        refusing.ask_to_lift(
            refusal=refusal, reason="债务人来信，邀请下周上门面谈", by=self.clerk, at=at,
            filename="来信.pdf", content=files.paper("债务人来信", "Letter"),
        )  # fmt: skip

    def closed_early(self, days: int, closed_as: str, reason: str, *, decided: bool = True) -> None:
        """Closed for a coded reason, by two people."""

        def ask(at: datetime) -> None:
            asked = closing.request_early_closure(
                case=self.fresh(), closed_as=closed_as, reason=reason, by=self.clerk, at=at
            )
            if decided:
                decide_approval(
                    approval=asked, granted=True, answer="材料属实", by=self.supervisor, at=at
                )

        self.on(days, 14, 20, ask)

    def asks_waiver(self, days: int) -> None:
        """A waiver above the mandate waits for the supervisor."""
        self.on(
            days, 15, 5,
            lambda at: drawing.request_waiver(
                case=self.fresh(), waived={"interest": min(self.fresh().interest, Decimal("900.00"))},
                reason="债务人失业，申请减免部分利息", by=self.clerk, at=at,
            ),
        )  # fmt: skip

    def asks_exception(
        self,
        days: int,
        rule: str,
        reason: str,
        granted: bool | None = None,
        kind: str = "consent",
        lasts: int = 20,
    ) -> None:
        """An exception from a rule waits for compliance, or was decided."""

        def ask(at: datetime) -> None:
            asked = excepting.ask_exception(
                case=self.fresh(), rule=rule, reason=reason, evidence_kind=kind,
                filename="书面要求.pdf",
                content=files.paper("债务人来信", "Letter"),
                until=at + timedelta(days=lasts), by=self.clerk, at=at,
            )  # fmt: skip
            if granted is not None:
                decide_approval(
                    approval=asked, granted=granted, answer="已核对来信" if granted else "来信不足以证明",
                    by=self.cast.users["compliance"], at=at + timedelta(hours=1),
                )  # fmt: skip

        self.on(days, 15, 15, ask)


def _next_fifteenth(day: date) -> date:
    """The next fifteenth that is at least ten days away."""
    year, month = day.year, day.month
    while date(year, month, 15) < day + timedelta(days=10):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return date(year, month, 15)
