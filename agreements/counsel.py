"""The lawyer who was asked about the terms: the duty to record what is said."""

from datetime import datetime, timedelta

from agreements.models import Agreement
from workflow.duties import raise_duty

LAWYER = "lawyer.confirm"
ANSWERS_WITHIN = timedelta(days=3)


def await_counsel(agreement: Agreement, at: datetime) -> None:
    """Raise the duty to record the lawyer's answer, inside a running change of the case."""
    lawyer, number = agreement.lawyer, agreement.number
    raise_duty(
        case=agreement.case,
        kind=LAWYER,
        says={
            "en": f"Record what the lawyer ({lawyer}) says of {number}.",
            "zh": f"请记录律师（{lawyer}）对协议 {number} 的意见。",
        },
        due_at=at + ANSWERS_WITHIN,
        key=f"{LAWYER}:{agreement.pk}:{at.isoformat()}",
        at=at,
    )
