"""This app's papers: what each needs, gathered from the case and handed to the printer."""

from agreements.papers.agreement import agreement_pdf
from agreements.papers.closing import certificate_pdf, closure_report_pdf
from agreements.papers.common import told
from agreements.papers.receipts import receipt_pdf, return_receipt_pdf

__all__ = [
    "agreement_pdf",
    "certificate_pdf",
    "closure_report_pdf",
    "receipt_pdf",
    "return_receipt_pdf",
    "told",
]
