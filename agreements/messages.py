"""What the debtor is told after an agreement: copies, receipts, reminders, the certificate.

Written in the debtor's own language, plainly and without pressure. By e-mail where there is an address
that may be used, else (for papers that are owed to the debtor) by letter.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agreements.models import Agreement, Instalment, Payment
from agreements.terms import day_en, day_zh
from cases.models import Case
from common.money import ZERO, show
from documents.models import Document
from notices.models import Notice
from notices.outbox import queue
from notices.ways import by_mail, by_post
from notices.wording import frame, quiet_subject
from people.models import User
from workflow.duties import raise_duty


def hand_over(
    *,
    case: Case,
    kind: str,
    document: Document,
    says: Mapping[str, str],
    language: str,
    key: str,
    by: User,
    at: datetime,
) -> Notice | None:
    """Queue a paper that the debtor is to have, inside a running change of the case.

    Where there is neither address, the desk gets the duty to hand it over.
    """
    way = by_mail(case) or by_post(case)
    if way is None:
        raise_duty(
            case=case,
            kind="paper.hand_over",
            says={
                "en": f"Hand over to the debtor: {document.number} (no address for it).",
                "zh": f"请将文书 {document.number} 交给债务人（没有可用的邮箱或地址）。",
            },
            due_at=at,
            key=f"hand_over:{key}",
            at=at,
            role=User.Role.CLERK,
        )
        return None
    return queue(
        case=case,
        kind=kind,
        channel=way.channel,
        recipient=case.debtor,
        address=way.address,
        language=language,
        subject=quiet_subject(case, language, at),
        body=frame(case=case, recipient=case.debtor, says=says, language=language),
        due_at=at,
        dedupe_key=key,
        at=at,
        document=document,
        contact_point=way.point,
        about={"document": document.number},
        by=by,
    )


def says_copy(agreement: Agreement) -> dict[str, str]:
    """With the copy of the signed agreement."""
    return {
        "en": f"Attached is your copy of the agreement {agreement.number} that was signed today.\n"
        "Please keep it. You may pay earlier at any time; if something comes in between, call us"
        " before the day.",
        "zh": f"随函附上今日签署的协议（{agreement.number}）副本，请妥善保存。\n"
        "您可以随时提前付款；如有变化，请在约定日期之前与我们联系。",
    }


def says_receipt(payment: Payment, balance: Any) -> dict[str, str]:
    """With the receipt for a payment."""
    if balance > ZERO:
        en, zh = f"{show(balance)} is still open.", f"尚余 {show(balance)} 元。"
    else:
        en, zh = (
            "Nothing is open any more; you will get a certificate.",
            "款项已全部付清，我们会向您出具证明。",
        )
    return {
        "en": f"We have received {show(payment.amount)}. Thank you. {en}\nThe receipt"
        f" ({payment.number}) is attached.",
        "zh": f"已收到您支付的 {show(payment.amount)} 元，谢谢。{zh}\n收据（{payment.number}）见附件。",
    }


def says_settled(_case: Case) -> dict[str, str]:
    """With the settlement certificate."""
    return {
        "en": "Everything has been paid. The certificate that says so is attached; please keep it.\n"
        "The papers that we hold of yours will be given back to you against a receipt.",
        "zh": "您的款项已全部付清，证明见附件，请妥善保存。\n我们持有的凭证原件将退还给您，并请您签收。",
    }


def says_reminder(kind: str, instalment: Instalment, case: Case) -> dict[str, str]:
    """The reminder of that kind; it names what is missing and where to pay, and offers help."""
    amount, day = show(instalment.missing), instalment.due_on
    number = instalment.number
    lead = {
        Notice.Kind.REMINDER_BEFORE: (
            f"Instalment {number} of {amount} is due by the end of {day_en(day)}.",
            f"您的第 {number} 期还款 {amount} 元将于 {day_zh(day)} 到期。",
        ),
        Notice.Kind.REMINDER_DUE: (
            f"Instalment {number} of {amount} is due by the end of today, {day_en(day)}.",
            f"您的第 {number} 期还款 {amount} 元今天（{day_zh(day)}）到期。",
        ),
        Notice.Kind.REMINDER_AFTER: (
            f"Of instalment {number}, due on {day_en(day)}, {amount} has not reached us yet.",
            f"您 {day_zh(day)} 到期的第 {number} 期还款，尚有 {amount} 元未到账。",
        ),
    }[Notice.Kind(kind)]
    creditor = case.creditor
    account = creditor.bank_account and {
        "en": f"\nAccount: {creditor.bank_account}, {creditor.bank_name},"
        f" {creditor.name_en or creditor.name}. Reference: {case.reference}.",
        "zh": f"\n收款账户：{creditor.bank_account}，{creditor.bank_name}，户名 {creditor.name}。"
        f"附言：{case.reference}。",
    }
    return {
        "en": f"{lead[0]}{account['en'] if account else ''}\nIf you have paid, thank you; this message"
        " has then crossed with your payment. If you cannot pay in time, please call us: we look for a"
        " way together.",
        "zh": f"{lead[1]}{account['zh'] if account else ''}\n如您已付款，谢谢，请忽略本消息。"
        "如暂时有困难，请与我们联系，一起商量办法。",
    }
