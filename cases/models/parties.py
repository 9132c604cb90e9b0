"""The people around a debt, and what the debtor can bear."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.sealed import SealedTextField
from documents.models import Document
from people.models import Person, User

LIABLE = (
    "co_debtor", "guarantor", "spouse", "heir", "estate_administrator", "legal_guardian",
)  # fmt: skip
"""Roles of those who may answer for the debt; whether one does is asked of the rules."""
NEVER_TRACED = (*LIABLE, "joining")
"""Who is never asked how the debtor can be reached: those who answer for the debt, or are to."""


class Party(models.Model):
    """Somebody besides the debtor: only those who are liable may be collected from."""

    class Role(models.TextChoices):
        CO_DEBTOR = "co_debtor", _("Co-debtor")
        GUARANTOR = "guarantor", _("Guarantor")
        SPOUSE = "spouse", _("Spouse")
        HEIR = "heir", _("Heir to the estate")
        ESTATE_ADMINISTRATOR = "estate_administrator", _("Estate administrator")
        LEGAL_GUARDIAN = "legal_guardian", _("Legal guardian")
        JOINING = "joining", _("Wants to join the debt")
        CONTACT = "contact", _("Contact person")
        THIRD_PARTY = "third_party", _("Employer, neighbour or committee")

    class CommonDebt(models.TextChoices):
        """Why a spouse answers for the debt too (Civil Code art. 1064)."""

        BOTH_SIGNED = "both_signed", _("Both signed")
        RATIFIED = "ratified", _("Ratified afterwards")
        DAILY_NEEDS = "daily_needs", _("For the family's daily needs")
        FAMILY_USE = "family_use", _("Proven to have served the family")

    class LegalBasis(models.TextChoices):
        """On what the data of somebody besides the debtor may be kept (PIPL art. 13)."""

        CONTRACT = "contract", _("A contract with this person")
        CONSENT = "consent", _("This person's consent")
        COUNSEL = "counsel", _("Another basis, signed off by counsel")

    class Guarantee(models.TextChoices):
        GENERAL = "general", _("General guarantee")
        JOINT = "joint", _("Joint and several guarantee")
        UNCLEAR = "unclear", _("Not clear which")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="parties")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="parts")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    relation = models.CharField(_("relation to the debtor"), max_length=60, blank=True)
    basis = models.CharField(_("basis of liability"), max_length=160, blank=True)
    legal_basis = models.CharField(
        _("legal basis of the data"), max_length=8, choices=LegalBasis, blank=True, default="",
        db_default="",
    )  # fmt: skip
    guarantee = models.CharField(
        _("guarantee"), max_length=8, choices=Guarantee, blank=True, default="", db_default=""
    )
    guarantee_months = models.PositiveSmallIntegerField(
        _("guarantee period, months"), null=True, blank=True
    )
    claimed_on = models.DateField(_("claimed on"), null=True, blank=True)
    enforced_on = models.DateField(_("enforced in vain on"), null=True, blank=True)
    consented_on = models.DateField(_("agreed in writing to changes on"), null=True, blank=True)
    common_debt = models.CharField(
        _("why the spouse answers for the debt"), max_length=12, choices=CommonDebt, blank=True
    )
    proof = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("paper that shows it"),
    )  # fmt: skip
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    release = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("letter of release"),
    )  # fmt: skip
    left_alone_at = models.DateTimeField(_("asked to be left alone at"), null=True, blank=True)

    class Meta:
        ordering = ["case_id", "pk"]
        verbose_name_plural = "parties"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    role__in=[
                        "co_debtor",
                        "guarantor",
                        "spouse",
                        "heir",
                        "estate_administrator",
                        "legal_guardian",
                        "joining",
                        "contact",
                        "third_party",
                    ]
                ),
                name="party_role_known",
            ),
            models.CheckConstraint(
                condition=models.Q(guarantee__in=["", "general", "joint", "unclear"]),
                name="party_guarantee_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    common_debt__in=["", "both_signed", "ratified", "daily_needs", "family_use"]
                ),
                name="party_common_debt_known",
            ),
            models.CheckConstraint(
                condition=models.Q(legal_basis__in=["", "contract", "consent", "counsel"]),
                name="party_legal_basis_known",
            ),
            models.UniqueConstraint(fields=["case", "person", "role"], name="party_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.get_role_display()})"

    @property
    def may_be_asked(self) -> bool:
        """Whether this is somebody who does not owe: only to be asked how the debtor can be reached."""
        return self.role not in NEVER_TRACED


class Assessment(models.Model):
    """What the debtor owns and can spare in a month, as far as it is known; the newest counts."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="assessments")
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    income = models.DecimalField(_("income a month"), max_digits=12, decimal_places=2)
    outgoings = models.DecimalField(_("outgoings a month"), max_digits=12, decimal_places=2)
    dependants = models.PositiveSmallIntegerField(_("dependants"), default=0)
    assets = SealedTextField(_("assets"), blank=True)
    source = models.CharField(_("how it is known"), max_length=160, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(income__gte=0, outgoings__gte=0), name="assessment_not_negative"
            )
        ]

    def __str__(self) -> str:
        return f"{self.income} − {self.outgoings}"

    @property
    def left_to_pay_with(self) -> Decimal:
        """What is left in a month; never less than nothing."""
        return max(self.income - self.outgoings, Decimal("0.00"))
