"""Files that belong to a case: written once, known by their digest."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedTextField

from common.sealed import SealedCharField

SEALED = frozenset({"agreement", "notice", "visit_slip", "deletion"})
"""The kinds of papers that leave the house under the seal of whose letterhead they bear."""


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
        CUSTODY_RECEIPT = "custody_receipt", _("Receipt for an original taken in")
        VOID_DECLARATION = "void_declaration", _("Declaration that an original is void")
        RELEASE = "release", _("Letter of release")
        DATA_CERTIFICATE = "data_certificate", _("Certificate on the agency's data")
        CLOSURE_REPORT = "closure_report", _("Closure report")
        VISIT_SLIP = "visit_slip", _("Slip of a visit")
        DELETION_CERTIFICATE = "deletion", _("Deletion certificate")
        TIMELINE = "timeline", _("Timeline export")
        OTHER = "other", _("Other paper")

    case = models.ForeignKey(  # a string: cases stands above documents
        "cases.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    number = models.CharField(_("document number"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    title = SealedCharField(_("title"), max_length=160)
    filename = SealedCharField(_("file name"), max_length=160)
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

    stamped = models.BooleanField(  # None: no time-stamp authority was asked
        _("stamped by a time-stamp authority"), null=True, blank=True
    )

    erased_at = models.DateTimeField(  # its bytes are gone; what it was is still known
        _("deleted at"), null=True, blank=True
    )
    erased_by = models.CharField(  # the certificate on it
        _("deleted by certificate"), max_length=20, blank=True, default="", db_default=""
    )
    erased_under = models.CharField(  # the rules whose term had run out
        _("deleted under the rules"), max_length=120, blank=True, default="", db_default=""
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
                        "custody_receipt",
                        "void_declaration",
                        "release",
                        "data_certificate",
                        "closure_report",
                        "visit_slip",
                        "deletion",
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
            models.Index(
                fields=["-created_at"],
                name="document_without_a_stamp",
                condition=models.Q(stamped=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)


class Seal(models.Model):
    """A certificate with its key: what an organisation, or the house itself, seals its papers with."""

    class Algorithm(models.TextChoices):
        RSA = "rsa", "RSA"
        ECDSA = "ecdsa", "ECDSA"

    organisation = models.ForeignKey(  # none: the house itself
        "people.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="seals"
    )
    subject = models.CharField(_("issued to"), max_length=200)
    certificate = models.TextField(_("certificate"))  # PEM, with the chain behind it
    key = EncryptedTextField(_("private key"), null=True)
    algorithm = models.CharField(_("algorithm"), max_length=10, choices=Algorithm)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"))
    fingerprint = models.CharField(_("fingerprint (SHA-256)"), max_length=64, unique=True)
    self_made = models.BooleanField(_("self-made"), default=False, db_default=False)
    made_by = models.ForeignKey(  # none: made by itself, outside production
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(_("entered at"))
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    class Meta:
        ordering = ["organisation_id", "-valid_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(algorithm__in=["rsa", "ecdsa"]), name="seal_algorithm_known"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__gt=models.F("valid_from")), name="seal_ends_after"
            ),
        ]

    def __str__(self) -> str:
        return self.subject
