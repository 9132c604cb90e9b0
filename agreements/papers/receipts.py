"""Receipts: for money that came in, and for an original that went back."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from agreements.cash import NOTES
from agreements.models import Payment, Refund
from agreements.papers.common import SUM, print_paper
from agreements.papers.leaving import custody_table
from cases.models import ClaimPaper
from common.money import ZERO, in_words_zh, show
from documents.blocks import Facts, Para, Section, Signatures, Signed, Table, Text, words
from documents.letterhead import both, english, moment, sum_of
from people.models import User


def receipt_pdf(payment: Payment) -> bytes:
    """A receipt: what came in, and what it was set off against."""
    case = payment.case
    parts = payment.entries.exclude(kind="reversal").order_by("pk")
    left = sum_of(case.balance)
    blocks: list[Any] = [
        Facts(
            [
                (words("收款人", "Received by"), words(case.creditor.name, english(case.creditor))),
                *_taken_by(payment),
                (words("债务人", "Debtor"), words(case.debtor.name, case.debtor.name_en or case.debtor.name)),
                (words("付款人", "Paid by"), payment.payer or case.debtor.name),
                (words("金额", "Amount"), sum_of(payment.amount)),
                (words("大写", "In words"), f"人民币{in_words_zh(payment.amount)}"),
                (words("收款时间", "Received on"), moment(payment.received_at, case.zone)),
                (words("方式", "How"), both(payment.get_method_display)),
                *_how(payment),
            ]
        ),
        *_notes(payment),
        *_set_off(payment, parts),
        *_too_much(payment),
        Para(words(f"抵充后尚欠 {left['zh']}。", f"Still owed after this: {left['en']}."), "strong"),
    ]  # fmt: skip
    return print_paper(case, words("还款收据", "Receipt for a payment"), payment.number,
                  payment.recorded_at, blocks)  # fmt: skip


def _set_off(payment: Payment, parts: Any) -> list[Any]:
    """Part by part what it paid; nothing where all of it was too much."""
    rows: list[list[Text]] = [
        [both(part.get_component_display), show(-part.amount)] for part in parts
    ]
    if not rows:
        return []
    total: list[Text] = [words("合计", "In all"), show(payment.counted)]
    return [
        Section(words("抵充情况", "What it was set off against")),
        Table([words("组成", "Part"), SUM], rows, frozenset({1}), total),
    ]


def _taken_by(payment: Payment) -> list[Any]:
    """Who took the money, where that was the agency for the creditor."""
    agency = payment.case.agency
    if payment.received_by != Payment.To.AGENCY or agency is None:
        return []
    return [(words("代收机构", "Taken for the creditor by"), words(agency.name, english(agency)))]


def _how(payment: Payment) -> list[Any]:
    """By which number the bank knows it; of cash, which two officers counted it."""
    if payment.method != Payment.Method.CASH:
        return [(words("银行流水号", "Bank reference"), payment.bank_reference or "–")]
    cash = payment.cash
    return [
        (words("收取并清点人", "Taken and counted by"), f"{cash.first} · {cash.second}"),
        (words("上门编号", "Visit"), cash.visit.reference),
    ]


def _notes(payment: Payment) -> list[Any]:
    """The notes, as both officers counted them before the debtor's eyes."""
    if payment.method != Payment.Method.CASH:
        return []
    counts = payment.cash.notes
    rows: list[list[Text]] = [
        [words(f"{worth} 元", f"{worth} yuan"), str(counts[name]), show(worth * counts[name])]
        for name, worth in NOTES.items()
        if name in counts
    ]
    return [
        Section(words("现金清点", "The notes")),
        Table(
            [words("面额", "Note"), words("张数", "How many"), SUM],
            rows,
            frozenset({1, 2}),
            [words("合计", "In all"), "", show(payment.amount)],
        ),
    ]


def _too_much(payment: Payment) -> list[Any]:
    """What of it pays nothing and is owed to the debtor, where more came in than was owed."""
    if not payment.excess:
        return []
    over = sum_of(payment.excess)
    return [
        Para(
            words(
                f"其中 {over['zh']}超出应还金额，不用于抵充，将予以退还。",
                f"Of it, {over['en']} was more than was owed. It pays nothing and is owed back.",
            ),
            "strong",
        )
    ]


def refund_pdf(refund: Refund) -> bytes:
    """A note of what was paid back, to whom, and by whose word."""
    payment, case = refund.payment, refund.payment.case
    assert refund.paid_at is not None  # noqa: S101 - the note is made when it was paid back
    blocks: list[Any] = [
        Facts(
            [
                (words("退款人", "Paid back by"), words(case.creditor.name, english(case.creditor))),
                (words("债务人", "Debtor"), words(case.debtor.name, case.debtor.name_en or case.debtor.name)),
                (words("退还给", "Paid back to"), refund.to_name),
                (words("收款账号", "Into account"), refund.to_account),
                (words("金额", "Amount"), sum_of(refund.amount)),
                (words("大写", "In words"), f"人民币{in_words_zh(refund.amount)}"),
                (words("退款时间", "Paid back on"), moment(refund.paid_at, case.zone)),
                (words("银行流水号", "Bank reference"), refund.bank_reference),
                (words("原还款收据", "Receipt of the payment"), payment.number),
                (words("原还款金额", "Amount of the payment"), sum_of(payment.amount)),
                (words("申请人", "Asked for by"), str(refund.asked_by)),
                (words("批准人", "Granted by"), str(refund.granted_by)),
            ]
        ),
        Para(words("退还部分未用于抵充债务，债务余额不因退款改变。",
                   "What was paid back had paid no part of the debt, so the balance stays as it was."), "strong"),
    ]  # fmt: skip
    return print_paper(case, words("退款单", "Refund note"), refund.number, refund.paid_at, blocks)


def reversal_pdf(payment: Payment) -> bytes:
    """A note that a payment was taken back, why, and what is owed again."""
    case, at = payment.case, payment.reversed_at
    assert at is not None  # noqa: S101 - the note is made when it was taken back
    parts = payment.entries.filter(kind="reversal").order_by("pk")
    stays = payment.amount - payment.went_back if payment.went_back else ZERO
    left = sum_of(case.balance - stays)
    blocks: list[Any] = [
        Facts(
            [
                (words("债权人", "Creditor"), words(case.creditor.name, english(case.creditor))),
                (words("债务人", "Debtor"), words(case.debtor.name, case.debtor.name_en or case.debtor.name)),
                (words("冲正的收据", "Receipt taken back"), payment.number),
                (words("金额", "Amount"), sum_of(payment.amount)),
                *_of_a_part(payment.went_back, stays),
                (words("原收款时间", "Had been received on"), moment(payment.received_at, case.zone)),
                (words("冲正时间", "Taken back on"), moment(at, case.zone)),
                (words("原因", "Why"), payment.reversed_why),
            ]
        ),
        Section(words("收据作废后恢复的欠款", "What is owed again without that receipt") if stays
                else words("恢复的欠款", "What is owed again")),
        Table(
            [words("组成", "Part"), SUM],
            [[both(part.get_component_display), show(part.amount)] for part in parts],
            frozenset({1}),
            [words("合计", "In all"), show(payment.counted)],
        ),
        *([Para(words("其余部分按原收款日重新入账，另行出具收据。",
                      "The rest is booked again from the day on which it came, with a receipt of its own."))] if stays else []),
        Para(words(f"冲正后尚欠 {left['zh']}。原收据不再有效。",
                   f"Owed after this: {left['en']}. The receipt named above is no longer valid."), "strong"),
    ]  # fmt: skip
    return print_paper(case, words("还款冲正通知", "Note of a reversed payment"),
                       f"{payment.number}-R", at, blocks)  # fmt: skip


def _of_a_part(went_back: Decimal | None, stays: Decimal) -> list[Any]:
    """The two parts of a payment of which only one went back."""
    if not went_back:
        return []
    return [
        (words("退回金额", "Went back"), sum_of(went_back)),
        (words("仍计为还款", "Still counts as paid"), sum_of(stays)),
    ]


def return_receipt_pdf(paper: ClaimPaper, *, by: User, at: datetime) -> bytes:
    """A receipt for an original that went back."""
    case = paper.case
    blocks: list[Any] = [
        Facts(
            [
                (words("退还的凭证", "Paper returned"), both(paper.get_kind_display)),
                (words("文件编号", "Document number"), paper.document.number),
                (words("摘要值（SHA-256）", "Digest (SHA-256)"), paper.document.sha256),
                (words("原存放处", "Kept until now at"), paper.kept_at or "–"),
                (words("退还给", "Returned to"), paper.returned_to),
                (words("退还时间", "Returned on"), moment(at, case.zone)),
                (words("经办人", "Handed over by"), str(by)),
            ]
        ),
        *custody_table(paper),
        Signatures(words("收到以上凭证原件。", "The original named above was received."),
                   [Signed(words("领取人签字", "Received by"), paper.returned_to), Signed(words("经办人签字", "Handed over by"), str(by))]),
    ]  # fmt: skip
    return print_paper(case, words("债权凭证退还收据", "Receipt for returned papers"),
                  f"{case.reference}-R{paper.pk}", at, blocks)  # fmt: skip
