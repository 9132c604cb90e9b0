"""What the debtor is told after an agreement: copies, receipts, reminders, the certificate.

The words stand with the notices; here is what is filled in. By e-mail where there is an address that
may be used, else (for papers that are owed to the debtor) by letter.
"""

from datetime import datetime
from typing import Any

from agreements.models import Agreement, Instalment, Payment
from agreements.terms import day_en, day_zh
from cases.models import Case
from common.money import ZERO, show
from documents.models import Document
from notices.models import Notice
from notices.outbox import write
from notices.texts.composing import Given
from notices.ways import by_mail, by_post
from people.models import Person, User
from workflow.duties import raise_duty


def hand_over(
    *,
    case: Case,
    wording: str,
    document: Document,
    values: Given | None = None,
    language: str,
    key: str,
    by: User,
    at: datetime,
) -> Notice | None:
    """Queue a paper that the debtor is to have, inside a running change of the case.

    Where there is neither address, the desk gets the duty to hand it over.
    """
    return hand_over_to(
        case=case, person=case.debtor, wording=wording, document=document, values=values,
        language=language, key=key, by=by, at=at,
    )  # fmt: skip


def hand_over_to(
    *,
    case: Case,
    person: Person,
    wording: str,
    document: Document,
    values: Given | None = None,
    language: str,
    key: str,
    by: User,
    at: datetime,
) -> Notice | None:
    """The same for somebody who signed, too: by this person's own addresses and no other."""
    way = by_mail(case, person) or by_post(case, person)
    if way is None:
        debtor = person.pk == case.debtor_id
        to = (
            {"en": "the debtor", "zh": "债务人"}
            if debtor
            else dict.fromkeys(("en", "zh"), str(person))
        )
        raise_duty(
            case=case,
            kind="paper.hand_over",
            says={
                "en": f"Hand over to {to['en']}: {document.number} (no address for it).",
                "zh": f"请将文书 {document.number} 交给{to['zh']}（没有可用的邮箱或地址）。",
            },
            due_at=at,
            key=f"hand_over:{key}",
            at=at,
            role=User.Role.CLERK,
        )
        return None
    return write(
        wording=wording,
        case=case,
        channel=way.channel,
        recipient=person,
        address=way.address,
        language=language,
        values=values,
        due_at=at,
        dedupe_key=key,
        at=at,
        document=document,
        contact_point=way.point,
        about={"document": document.number},
        by=by,
    )


def of_copy(agreement: Agreement) -> dict[str, Any]:
    """What is told with the copy of the signed agreement."""
    return {"agreement": agreement.number}


def of_receipt(payment: Payment, balance: Any) -> tuple[str, dict[str, Any]]:
    """Which message goes with the receipt for a payment, and what it tells."""
    told = {"amount_paid": show(payment.amount), "receipt": payment.number}
    if balance > ZERO:
        return "payment_receipt", {**told, "balance": show(balance)}
    return "last_receipt", told


def of_reminder(instalment: Instalment, case: Case) -> dict[str, Any]:
    """What a reminder tells: what is missing, by when, and where to pay."""
    day, creditor = instalment.due_on, case.creditor
    return {
        "instalment": str(instalment.number),
        "amount_missing": show(instalment.missing),
        "due_on": {"zh": day_zh(day), "en": day_en(day)},
        "account": creditor.bank_account,
        "bank": creditor.bank_name if creditor.bank_account else "",
    }
