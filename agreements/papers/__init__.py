"""This app's papers: what each needs, gathered from the case and handed to the printer."""

from agreements.papers.accelerating import acceleration_pdf
from agreements.papers.account import account_pdf
from agreements.papers.agreement import agreement_pdf
from agreements.papers.closing import certificate_pdf, closure_report_pdf
from agreements.papers.common import told
from agreements.papers.leaving import (
    custody_receipt_pdf,
    data_certificate_pdf,
    release_pdf,
    void_declaration_pdf,
)
from agreements.papers.receipts import receipt_pdf, refund_pdf, return_receipt_pdf, reversal_pdf

__all__ = [
    "acceleration_pdf",
    "account_pdf",
    "agreement_pdf",
    "certificate_pdf",
    "closure_report_pdf",
    "custody_receipt_pdf",
    "data_certificate_pdf",
    "receipt_pdf",
    "refund_pdf",
    "release_pdf",
    "return_receipt_pdf",
    "reversal_pdf",
    "told",
    "void_declaration_pdf",
]
