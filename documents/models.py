"""Files that belong to a case: written once, known by their digest."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentQuerySet(models.QuerySet["Document"]):
    """What pages, lists and exports ask of files."""

    def shown(self) -> "DocumentQuerySet":
        """Those that may be shown: what is in quarantine is kept, and seen by nobody."""
        return self.filter(quarantined=False)


class Document(models.Model):
    """A file as it was received or made; its bytes are never changed."""

    class Kind(models.TextChoices):
        CONTRACT = "contract", _("Loan contract")
        DISBURSEMENT = "disbursement", _("Proof of payment-out")
        STATEMENT = "statement", _("Bank statement")
        IOU = "iou", _("IOU")
        ASSIGNMENT = "assignment", _("Assignment of the debt")
        MANDATE = "mandate", _("Mandate contract")
        EVIDENCE = "evidence", _("Evidence from a visit")
        CERTIFICATE = "certificate", _("Certificate or proof from the debtor")
        NOTICE = "notice", _("Visit notice")
        LETTER = "letter", _("Letter")
        AGREEMENT = "agreement", _("Repayment agreement")
        SIGNATURE = "signature", _("Signature")
        RECEIPT = "receipt", _("Receipt")
        SETTLEMENT = "settlement", _("Settlement certificate")
        RETURN_RECEIPT = "return_receipt", _("Receipt for returned papers")
        CLOSURE_REPORT = "closure_report", _("Closure report")
        VISIT_SLIP = "visit_slip", _("Slip of a visit")
        TIMELINE = "timeline", _("Timeline export")
        OTHER = "other", _("Other paper")

    case = models.ForeignKey(  # a string: cases stands above documents
        "cases.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    number = models.CharField(_("document number"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    title = models.CharField(_("title"), max_length=160)
    filename = models.CharField(_("file name"), max_length=160)
    mime = models.CharField(_("type"), max_length=80)
    file = models.FileField(upload_to="documents")
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(_("digest"), max_length=64)
    created_at = models.DateTimeField(_("received at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    restricted = models.BooleanField(  # for those alone who answer for the case
        _("restricted"), default=False
    )

    quarantined = models.BooleanField(  # kept, but shown to nobody and in no export
        _("in quarantine"), default=False, db_default=False
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "contract",
                        "disbursement",
                        "statement",
                        "iou",
                        "assignment",
                        "mandate",
                        "evidence",
                        "certificate",
                        "notice",
                        "letter",
                        "agreement",
                        "signature",
                        "receipt",
                        "settlement",
                        "return_receipt",
                        "closure_report",
                        "visit_slip",
                        "timeline",
                        "other",
                    ]
                ),
                name="document_kind_known",
            )
        ]
        indexes = [
            models.Index(fields=["case", "-created_at"], name="document_of_case"),
            models.Index(fields=["sha256"], name="document_by_digest"),  # the public check
        ]

    def __str__(self) -> str:
        return self.title
