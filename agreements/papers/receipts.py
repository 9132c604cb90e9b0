"""Receipts: for money that came in, and for an original that went back."""

from datetime import datetime
from typing import Any

from agreements.models import Payment
from agreements.papers.common import SUM, print_paper
from cases.models import ClaimPaper
from common.money import in_words_zh, show
from documents.blocks import Facts, Para, Section, Signatures, Signed, Table, words
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
                (words("银行流水号", "Bank reference"), payment.bank_reference or "–"),
            ]
        ),
        Section(words("抵充情况", "What it was set off against")),
        Table(
            [words("组成", "Part"), SUM],
            [[both(part.get_component_display), show(-part.amount)] for part in parts],
            frozenset({1}),
            [words("合计", "In all"), show(payment.amount)],
        ),
        Para(words(f"抵充后尚欠 {left['zh']}。", f"Still owed after this: {left['en']}."), "strong"),
    ]  # fmt: skip
    return print_paper(case, words("还款收据", "Receipt for a payment"), payment.number,
                  payment.recorded_at, blocks)  # fmt: skip


def _taken_by(payment: Payment) -> list[Any]:
    """Who took the money, where that was the agency for the creditor."""
    agency = payment.case.agency
    if payment.received_by != Payment.To.AGENCY or agency is None:
        return []
    return [(words("代收机构", "Taken for the creditor by"), words(agency.name, english(agency)))]


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
        Signatures(words("收到以上凭证原件。", "The original named above was received."),
                   [Signed(words("领取人签字", "Received by"), paper.returned_to), Signed(words("经办人签字", "Handed over by"), str(by))]),
    ]  # fmt: skip
    return print_paper(case, words("债权凭证退还收据", "Receipt for returned papers"),
                  f"{case.reference}-R{paper.pk}", at, blocks)  # fmt: skip
