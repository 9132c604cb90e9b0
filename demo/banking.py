"""The demo's bank statements: payments that are certain or wait, one set aside, two that bounced, one that was moved."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

from agreements.actions.moving import move_payment
from agreements.actions.paying import record_payment
from agreements.actions.refunding import request_refund
from agreements.models import Agreement, Instalment
from banking.actions.booking import book_certain, book_line, set_aside
from banking.actions.taking_back import take_back_certain
from banking.actions.taking_in import take_in
from banking.models import StatementLine
from cases.models import Case
from common.clock import local, local_day
from demo.cast import Cast
from demo.diary import ZONE, Diary
from people.models import Organisation, Team, User
from workflow.approvals import decide_approval

HEAD = [
    "账号", "账户名称", "交易时间", "借方发生额（支取）", "贷方发生额（收入）", "余额", "币种", "对方户名", "对方账号",
    "对方开户机构", "记账日期", "摘要", "备注", "账户明细编号-交易流水号", "企业流水号",
]  # fmt: skip
OPENING = Decimal("1250300.00")
AFTER = Decimal("680.00")
MUCH = Decimal("1000.00")
"""What came on a case that is closed."""


def take_in_statement(cast: Cast, diary: Diary) -> None:
    """What came yesterday into the account of the creditor with most plans of the first team."""
    team = cast.teams["杭州一组"]
    clerk, supervisor = (cast.of_team(team, role)[0] for role in ("clerk", "supervisor"))
    diary.enter(diary.moment(-1, 16, 5), lambda at: _take_in(team, clerk, supervisor, at))
    diary.enter(diary.moment(-1, 17, 25), lambda at: _goes_back(team, clerk, at))
    diary.enter(diary.moment(-1, 17, 45), lambda at: _moves(team, clerk, at))


def _take_in(team: Team, clerk: User, supervisor: User, at: datetime) -> None:
    nexts = coming(team, at)
    if not nexts:
        return
    creditor = most_of(nexts)
    rows = [row for row in nexts if row.agreement.case.creditor == creditor][:3]
    closed = (
        Case.objects.filter(team=team, creditor=creditor, state="closure").order_by("pk").first()
    )
    statement = take_in(
        creditor=creditor, team=team, filename=f"账户明细{local_day(at, ZONE):%Y%m%d}.csv",
        content=_written(creditor, rows, closed, at), by=clerk, at=at,
    ).statement  # fmt: skip
    book_certain(at)
    own = StatementLine.objects.get(statement=statement, payer=creditor.name, state="open")
    set_aside(line=own, why="债权人内部划转，不是还款", by=clerk, at=at)
    if closed:
        _pay_back(
            StatementLine.objects.get(statement=statement, amount=AFTER),
            closed,
            clerk,
            supervisor,
            at,
        )


def _goes_back(team: Team, clerk: User, at: datetime) -> None:
    """A later export: the payment that was booked bounced, and one bounced that names nothing."""
    booked = StatementLine.objects.filter(
        team=team, statement__isnull=False, state="booked", payment__case__closed_at=None
    ).first()  # fmt: skip
    if booked is None or booked.payment is None:
        return
    creditor, case = booked.creditor, booked.payment.case
    rows = [
        (case.debtor_name, booked.amount, "退汇 原流水", f" {booked.serial}"),
        ("个人网银", Decimal("1200.00"), "退汇 户名不符", ""),
    ]
    moment = local(at - timedelta(minutes=40), ZONE)
    written = [HEAD] + [
        [
            creditor.bank_account, creditor.name, f"{moment:%Y%m%d %H:%M:%S}", str(amount), "0.00",
            "0.00", "人民币元", payer, "", "", f"{moment:%Y%m%d}", "退汇", f"{remark}{serial}",
            f"{number}-{moment:%m%d}9{number:05d}", "",
        ]
        for number, (payer, amount, remark, serial) in enumerate(rows, start=1)
    ]  # fmt: skip
    take_in(
        creditor=creditor, team=team, filename=f"账户明细{moment:%Y%m%d}-2.csv",
        content="\r\n".join([*(",".join(cells) for cells in written), ""]).encode("gb18030"),
        by=clerk, at=at,
    )  # fmt: skip
    take_back_certain(at)


def _moves(team: Team, clerk: User, at: datetime) -> None:
    """A payment was typed in on the wrong case and goes to the one where it belongs."""
    rows = coming(team, at)
    if len(rows) < 2:
        return
    creditor = most_of(rows)
    owing = [  # so much that the payment fits on either
        row.agreement.case
        for row in rows
        if row.agreement.case.creditor == creditor and row.agreement.case.balance > MUCH
    ]
    if len(owing) < 2:
        return
    wrong, right = owing[:2]
    payment = record_payment(
        case=wrong, amount=Decimal("260.00"), method="transfer", received_at=at - timedelta(hours=3),
        payer=right.debtor_name, bank_reference="BK-260", by=clerk, at=at,
    )  # fmt: skip
    move_payment(
        payment=payment, to=Case.objects.get(pk=right.pk), why="登记时看错一行，付款人是另一案债务人",
        by=clerk, at=at,
    )  # fmt: skip


def _pay_back(
    line: StatementLine, closed: Case, clerk: User, supervisor: User, at: datetime
) -> None:
    """A standing order that ran on after the closing: kept, its refund asked for and granted."""
    payment = book_line(line=line, case=closed, keep_rest=True, by=clerk, at=at)
    asked = request_refund(
        payment=payment, to_name=line.payer, to_account=line.payer_account,
        reason="结案后自动转账仍在执行，款项应退还付款人", by=clerk, at=at,
    )  # fmt: skip
    decide_approval(approval=asked, granted=True, answer="同意退还", by=supervisor, at=at)


def most_of(rows: list[Instalment]) -> Organisation:
    """The creditor with most of these plans."""
    found: Organisation = Counter(row.agreement.case.creditor for row in rows).most_common(1)[0][0]
    return found


def coming(team: Team, at: datetime) -> list[Instalment]:
    """The next instalment of each plan that is kept and nothing of which is overdue."""
    found: dict[int, Instalment] = {}
    rows = (
        Instalment.objects.filter(
            agreement__case__in=Case.objects.open().filter(team=team),
            agreement__state=Agreement.State.SIGNED, live=True, paid_at=None,
        )
        .select_related("agreement__case__creditor")
        .order_by("agreement__case", "due_on", "number")
    )  # fmt: skip
    for row in rows:
        found.setdefault(row.agreement.case_id, row)
    today = local_day(at, ZONE)
    return [row for row in found.values() if row.due_on > today + timedelta(days=3)]


def _written(
    creditor: Organisation, rows: list[Instalment], closed: Case | None, at: datetime
) -> bytes:
    """The file as 建设银行 would write it."""
    remarks = ["还款 {reference}", "还款", "{reference} 先还一部分"]
    lines: list[tuple[str, Decimal, bool, str]] = []
    for row, remark in zip(rows, remarks, strict=False):
        case = row.agreement.case
        amount = Decimal("300.00") if "一部分" in remark else row.missing
        lines.append((case.debtor_name, amount, True, remark.format(reference=case.reference)))
    lines += [
        ("个人网银", Decimal("1200.00"), True, "还贷款"),
        (creditor.name, Decimal("50000.00"), True, "内部划转"),
        ("本行", Decimal("15.00"), False, "手续费"),
    ]
    if closed:
        lines.append((closed.debtor_name, AFTER, True, f"{closed.reference} 还款"))
    balance, written = OPENING, [HEAD]
    for number, (payer, amount, came, remark) in enumerate(lines, start=1):
        balance += amount if came else -amount
        moment = local(at - timedelta(hours=6) + timedelta(minutes=17 * number), ZONE)
        went, came_in = ("0.00", str(amount)) if came else (str(amount), "0.00")
        written.append([
            creditor.bank_account, creditor.name, f"{moment:%Y%m%d %H:%M:%S}", went, came_in,
            str(balance), "人民币元", payer, f"62170000{number:08d}", "", f"{moment:%Y%m%d}", "转账",
            remark, f"{number}-{moment:%m%d}{number:06d}", "",
        ])  # fmt: skip
    return "\r\n".join([*(",".join(cells) for cells in written), ""]).encode("gb18030")
