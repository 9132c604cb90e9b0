"""This app's papers: what each needs, gathered from the case and handed to the printer."""

from typing import Any

from agreements.models import Agreement, Payment
from documents.models import Document


def told(document: Document) -> dict[str, Any]:
    """What the timeline keeps of a paper that was made."""
    return {"kind": document.kind, "document": document.number, "sha256": document.sha256}


def agreement_pdf(agreement: Agreement) -> bytes:
    return b"%PDF-1.4 " + agreement.number.encode()


def receipt_pdf(payment: Payment) -> bytes:
    return b"%PDF-1.4 " + payment.number.encode()


def certificate_pdf(case, *, by, at) -> bytes:
    return b"%PDF-1.4 certificate"


def return_receipt_pdf(paper, *, by, at) -> bytes:
    return b"%PDF-1.4 return"


def closure_report_pdf(case, *, by, at) -> bytes:
    return b"%PDF-1.4 report"
