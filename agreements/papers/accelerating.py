"""The letter that asks for the whole sum of a broken plan."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from agreements.models import Acceleration
from agreements.papers.common import print_paper
from common.clock import local_day
from common.money import in_words_zh, total
from documents.blocks import Facts, Para, Section, words
from documents.letterhead import day, english, sum_of


def acceleration_pdf(row: Acceleration, *, at: datetime) -> bytes:
    """What is asked, by which clause, until when, and that a way can still be found."""
    agreement = row.agreement
    case, due = agreement.case, day(row.due_on)
    blocks: list[Any] = [
        Facts(
            [
                (words("致", "To"), words(case.debtor.name, case.debtor.name_en or case.debtor.name)),
                (words("债权人", "Creditor"), words(case.creditor.name, english(case.creditor))),
                (words("协议", "Agreement"), agreement.number),
                (words("全部剩余款项", "Whole remaining sum"), sum_of(row.amount)),
                (words("大写", "In words"), f"人民币{in_words_zh(row.amount)}"),
                (words("付款期限", "To be paid by"), due),
                (words("收款账户", "Account"), f"{case.creditor.bank_name} {case.creditor.bank_account}"),
            ]
        ),
    ]  # fmt: skip
    missing = sum_of(_overdue(row))
    blocks.append(
        Para(
            words(
                f"截至本通知书出具之日，您在上述协议项下逾期未付 {missing['zh']}，且已超过宽限期。依下列约定，请您在付款期限前支付全部剩余款项。",
                f"On the day of this letter {missing['en']} that was due under this agreement is unpaid beyond the days of grace. By the clause below we ask you to pay the whole remaining sum by the day named above.",
            )
        )
    )
    blocks.append(Section(words("依据的协议条款", "The clause on which this rests")))
    for number, clause in enumerate(agreement.clauses, 1):
        if clause["key"] == "missed":
            title, text = clause["title"], clause["text"]
            blocks.append(
                Para(
                    words(
                        f"第 {number} 条（{title['zh']}）：{text['zh']}",
                        f"Clause {number} ({title['en']}): {text['en']}",
                    )
                )
            )
    blocks.append(
        Para(
            words(
                "如您已付款或一时有困难，请与我们联系，仍可协商新的还款计划。未经另行提前通知，不会有人上门。",
                "If you have paid, or cannot pay at once, please call us: a new plan can still be agreed on. Nobody calls on you without a new notice ahead of time.",
            )
        )
    )
    return print_paper(
        case, words("提前清偿通知书", "Demand for the whole remaining sum"),
        f"{agreement.number}-W{row.pk}", at, blocks,
    )  # fmt: skip


def _overdue(row: Acceleration) -> Decimal:
    """What was due before the letter and is unpaid."""
    today = local_day(row.at, row.agreement.case.zone)
    late = row.agreement.instalments.filter(live=True, paid_at=None, due_on__lt=today)
    return total(part.missing for part in late)
