"""The demo's sixty cases, each brought to where it stands by the real actions at their moments."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from agreements import plans
from agreements.actions import closing, drawing, paying, signing
from agreements.models import Agreement
from cases.actions import contacting, excepting, holding, preparing
from cases.actions.opening import Claimed, open_case
from cases.models import Case
from common.clock import local_day
from common.money import money
from demo import files
from demo.cast import Cast
from demo.diary import ZONE, Diary
from notices.actions import mark_sent, record_delivery
from notices.models import Notice
from people.models import Address, ContactPoint, Person, Team, User
from visits.actions import announcing, arriving, planning, recording, refusing
from visits.models import Visit
from workflow.approvals import decide_approval

NAMES = [
    "王海燕", "李建军", "张秀英", "刘洋", "陈志强", "杨丽娟", "黄伟明", "赵春梅", "吴国栋", "周小燕",
    "徐文斌", "孙玉兰", "马俊杰", "朱慧敏", "胡永康", "郭晓东", "何美玲", "林志远", "罗秋菊", "高建平",
    "梁婷婷", "宋德福", "郑雅琴", "谢长河", "韩冬梅", "唐克勤", "冯月娥", "于海波", "董春生", "萧静怡",
    "程国华", "曹雨薇", "袁振宇", "邓桂芳", "许家豪", "傅红霞", "沈一鸣", "曾丽萍", "彭光明", "吕思源",
    "苏晓棠", "卢文静", "蒋大伟", "蔡美凤", "贾平凡", "丁香玉", "魏长青", "薛宝珍", "叶知秋", "阎立新",
    "余声远", "潘玉莲", "杜鹃", "戴安民", "夏雨荷", "钟灵秀", "汪洋", "田野", "任重远", "姜子涵",
]  # fmt: skip
STREETS = {
    "杭州": [("西湖区", "翠苑街道 3 幢 2 单元 501 室"), ("拱墅区", "大关东苑 12 幢 303 室"),
             ("滨江区", "长河路 88 号 7 幢 1201 室"), ("上城区", "清泰街 45 号 602 室")],
    "成都": [("锦江区", "东大街 56 号 2 栋 9 楼 3 号"), ("武侯区", "科华中路 9 号 1 栋 1602"),
             ("青羊区", "宽巷子南里 7 号"), ("成华区", "建设路 26 号 5 栋 804")],
}  # fmt: skip


@dataclass
class Story:
    """One case on its way, with the people who handle it."""

    number: int
    cast: Cast
    diary: Diary
    team: Team
    creditor: str
    agency: str
    clerk: User
    supervisor: User
    crew: list[User]
    case: Case = field(init=False)
    visit: Visit = field(init=False)
    agreement: Agreement = field(init=False)

    def on(self, days: int, hour: int, minute: int, do: Callable[[datetime], Any]) -> None:
        """Have it done so many days from today."""
        self.diary.enter(self.diary.moment(days, hour, minute), lambda at: do(at))

    def fresh(self) -> Case:
        """The case as it is now."""
        return Case.objects.get(pk=self.case.pk)

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
                limitation_ends_on=date(due_on.year + 3, due_on.month, min(due_on.day, 28)),
            ),
            by=self.clerk, at=at, mandate=self.cast.mandates[self.creditor, self.agency],
            addresses=[
                Address(kind="home", city=self.team.city, district=district, text=street,
                        source="contract", verified_on=day),
            ],
            contact_points=[
                ContactPoint(channel="phone", value=f"138{n:08d}", source="contract", verified_on=day),
                ContactPoint(channel="email", value=f"debtor{n}@mail.example", source="contract"),
                ContactPoint(channel="wechat", value=f"wx-{n:05d}", source="debtor"),
            ],
        )  # fmt: skip

    def prepares(self, days: int) -> None:
        """Papers, ability, strategy, and the gentler channels tried on three days."""
        self.on(days, 10, 5, self._papers)
        self.on(days, 11, 0, lambda at: self._contact("phone", "no_answer", at))
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
            )  # fmt: skip

    def _contact(self, channel: str, result: str, at: datetime, remark: str = "") -> None:
        contacting.log_contact(
            case=self.fresh(), channel=channel, result=result, remark=remark, by=self.clerk, at=at
        )

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

    # ------------------------------------------------------------ step 2

    def plans(self, days: int, visit_days: int, hour: int, *, announce: bool = True) -> None:
        """A visit is planned and announced; the letter is posted, and delivered the next day."""
        self.on(days, 9, 30, lambda at: self._plan(visit_days, hour, at))
        if announce:
            self.on(days, 9, 45, self._announce)
            self.on(days, 11, 30, self._post)

    def _plan(self, visit_days: int, hour: int, at: datetime) -> None:
        starts_at = self.diary.moment(visit_days, hour, 30 if hour % 2 == 0 else 0)
        self.visit = planning.plan_visit(
            case=self.fresh(), place=self.case.debtor.addresses.get(), starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=45), officers=self.crew,
            purpose="当面了解情况，商谈还款安排", intended_outcome="达成债务人能够承受的还款方案",
            by=self.clerk, at=at,
        )  # fmt: skip

    def _announce(self, at: datetime) -> None:
        announcing.announce_visit(
            visit=self.visit, language="both" if self.number % 5 == 0 else "zh",
            channels=["letter", "email"] if self.number % 2 else ["letter"], by=self.clerk, at=at,
        )  # fmt: skip

    def _post(self, at: datetime) -> None:
        for letter in Notice.objects.filter(visit=self.visit, channel="letter", state="queued"):
            mark_sent(notice=letter, by=self.clerk, at=at, number="")

    def delivered(self, days: int) -> None:
        """The return slip of the letter comes back."""
        self.on(days, 11, 0, self._deliver)

    def _deliver(self, at: datetime) -> None:
        letter = Notice.objects.get(visit=self.visit, channel="letter")
        if letter.state == "sent":
            record_delivery(
                notice=letter, by=self.clerk, at=at, delivered_at=at, filename="回执.pdf",
                content=files.paper("挂号回执", "Return slip"),
            )  # fmt: skip

    # ------------------------------------------------------------ steps 3 and 4

    def arrives(self, days: int, hour: int) -> None:
        """Both officers check in and the visit begins."""
        minute = 30 if hour % 2 == 0 else 0
        self.on(days, hour, minute + 1, self._arrive)

    def _arrive(self, at: datetime) -> None:
        self.visit.refresh_from_db(fields=["served_at"])
        visit = Visit.objects.get(pk=self.visit.pk)
        for officer in self.crew:
            arriving.check_in(visit=visit, officer=officer, by=officer, at=at)
        arriving.begin_visit(visit=visit, by=self.crew[0], at=at)

    def _now(self) -> Visit:
        return Visit.objects.get(pk=self.visit.pk)

    def identifies(self, days: int, hour: int) -> None:
        """The debtor is identified, sees the credentials and is willing to talk."""
        self.on(days, hour, (30 if hour % 2 == 0 else 0) + 4, self._identify)

    def _identify(self, at: datetime) -> None:
        by, visit, debtor = self.crew[0], self._now(), self.case.debtor
        arriving.identify_debtor(
            visit=visit, name_said=debtor.name, second_fact=debtor.id_number[-4:], by=by, at=at
        )
        for officer in self.crew:
            arriving.show_credential(
                visit=visit, officer=officer, by=by, at=at, reaction="核对后点头"
            )
        for kind, given in (("talk", True), ("recording", self.number % 3 != 0)):
            arriving.ask_consent(
                visit=visit, kind=kind, given=given, by_whom=debtor.name, by=by, at=at
            )

    def talks(self, days: int, hour: int) -> None:
        """The papers are shown, the talk is held and recorded."""
        self.on(days, hour, (30 if hour % 2 == 0 else 0) + 9, self._talk)

    def _talk(self, at: datetime) -> None:
        by, visit = self.crew[0], self._now()
        for paper in visit.case.papers.all():
            arriving.show_paper(visit=visit, paper=paper, by=by, at=at, reaction="")
        arriving.open_talk(visit=visit, by=by, at=at)
        recording.record_talk(
            visit=self._now(), by=by, at=at,
            record={
                "met": self.case.debtor_name, "reason": ["lost_work", "illness", "family"][self.number % 3],
                "reason_words": "去年下半年起收入减少", "income": Decimal("7200.00"),
                "outgoings": Decimal("4300.00"), "willingness": "ready",
                "offer_words": "愿意分六期偿还", "statement": "我想把钱还清，但一次拿不出来。",
                "hardship": ["longer", "waiver"], "left": "上门通知书副本",
            },
        )  # fmt: skip

    # ------------------------------------------------------------ step 5

    def agrees(self, days: int, hour: int, *, remote: bool = False, sign: bool = True) -> None:
        """A plan of six instalments, with the costs waived, offered, confirmed and signed."""
        minute = (30 if hour % 2 == 0 else 0) + 15
        self.on(days, hour, minute, lambda at: self._draw_up(at, remote))
        if sign:
            self.on(days, hour, minute + 12, self._sign)
            if not remote:
                self.on(days, hour, minute + 14, self._leave)

    def _draw_up(self, at: datetime, remote: bool) -> None:
        case = self.fresh()
        waived = {"fees": case.fees} if case.fees <= Decimal("500.00") else {}
        if self.number == 1:
            waived = {"fees": Decimal("242.00"), "interest": Decimal("758.00")}
            asked = drawing.request_waiver(
                case=case,
                waived=waived,
                reason="收入减少，希望减免费用和部分利息",
                by=self.crew[0],
                at=at,
            )
            decide_approval(
                approval=asked, granted=True, answer="同意减免", by=self.supervisor, at=at
            )
        whole = case.balance - sum(waived.values(), Decimal("0.00"))
        first = _next_fifteenth(local_day(at, ZONE))
        self.agreement = drawing.draw_up_agreement(
            case=self.fresh(), plan="equal", rows=plans.equal(whole, first=first, count=6),
            waived=waived, language="both" if self.number % 4 == 1 else "zh",
            channel="phone" if remote else "", by=self.clerk if remote else self.crew[0], at=at,
        )  # fmt: skip
        drawing.offer_agreement(
            agreement=self.agreement, by=self.clerk if remote else self.crew[0], at=at
        )

    def _sign(self, at: datetime) -> None:
        by = self.crew[0]
        agreement = Agreement.objects.get(pk=self.agreement.pk)
        for clause in agreement.clauses:
            signing.confirm_term(agreement=agreement, term=clause["key"], by=by, at=at)
        for side, name in (("debtor", self.case.debtor_name), ("creditor", str(by))):
            signing.sign(
                agreement=Agreement.objects.get(pk=agreement.pk), side=side, name=name,
                content=files.signature(self.number + len(name)), by=by, at=at,
            )  # fmt: skip

    def _leave(self, at: datetime) -> None:
        recording.finish_visit(
            visit=self._now(), outcome="agreement", why="", by=self.crew[0], at=at
        )
        for officer in self.crew:
            recording.attest(visit=self._now(), officer=officer, by=officer, at=at)

    # ------------------------------------------------------------ steps 6 and 7

    def pays(self, days: int, amount: str = "", *, share: int = 1) -> None:
        """A payment: the given amount, or so many of the next instalments."""
        self.on(days, 9, 20 + self.number % 30, lambda at: self._pay(at, amount, share))

    def _pay(self, at: datetime, amount: str, share: int) -> None:
        case = self.fresh()
        due = self.agreement.instalments.filter(paid_at=None).order_by("number")[:share]
        whole = Decimal(amount) if amount else sum((part.missing for part in due), Decimal("0.00"))
        if whole > 0:
            paying.record_payment(
                case=case, amount=min(whole, case.balance), method="transfer", received_at=at,
                payer=case.debtor_name, bank_reference=f"BK{self.number:03d}{at:%m%d%H%M}",
                by=self.clerk, at=at,
            )  # fmt: skip

    def closes(self, days: int) -> None:
        """Certificate, papers back, report, closed."""
        self.on(days, 15, 30, self._close)

    def _close(self, at: datetime) -> None:
        case = self.fresh()
        closing.issue_certificate(case=case, by=self.clerk, at=at)
        for paper in case.papers.filter(original_held=True):
            closing.return_paper(paper=paper, returned_to=case.debtor_name, by=self.clerk, at=at)
        closing.write_report(case=self.fresh(), by=self.clerk, at=at)
        closing.close_case(case=self.fresh(), by=self.clerk, at=at)

    # ------------------------------------------------------------ overlays and ways out

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

    def way_out(self, days: int, hour: int, name: str, remark: str) -> None:
        """Refused, nobody in, somebody else, not safe: at the door."""
        ways: dict[str, Callable[..., Any]] = {
            "refused": refusing.refuse_at_door,
            "nobody": refusing.nobody_in,
            "someone": refusing.someone_else,
            "unsafe": refusing.unsafe,
        }
        action = ways[name]
        self.on(
            days, hour, (30 if hour % 2 == 0 else 0) + 3,
            lambda at: action(visit=self._now(), remark=remark, by=self.crew[0], at=at),
        )  # fmt: skip

    def refuses_by_phone(self, days: int) -> None:
        """The debtor rings and asks that nobody comes."""
        self.on(
            days, 16, 10,
            lambda at: refusing.record_refusal(
                case=self.fresh(), how="by_telephone", remark="请不要上门，可以微信联系", by=self.clerk, at=at
            ),
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

    def asks_exception(self, days: int, rule: str) -> None:
        """An exception from a rule waits for compliance."""
        self.on(
            days, 15, 15,
            lambda at: excepting.ask_exception(
                case=self.fresh(), rule=rule, reason="债务人书面要求在外地工作单位附近会面", filename="书面要求.pdf",
                content=files.paper("债务人来信", "Letter"),
                until=at + timedelta(days=20), by=self.clerk, at=at,
            ),
        )  # fmt: skip


def id_number(n: int) -> str:
    """An invented ID number whose check digit is right."""
    base = f"3301{6 + n % 3:02d}{born_on(n):%Y%m%d}{100 + n:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return base + "10X98765432"[sum(int(d) * w for d, w in zip(base, weights, strict=True)) % 11]


def born_on(n: int) -> date:
    """An invented date of birth, of a grown-up."""
    return date(1965 + (n * 7) % 35, 1 + n % 12, 1 + (n * 5) % 28)


def _next_fifteenth(day: date) -> date:
    """The next fifteenth that is at least ten days away."""
    year, month = day.year, day.month
    while date(year, month, 15) < day + timedelta(days=10):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return date(year, month, 15)
