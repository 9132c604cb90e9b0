"""Who else must sign: guarantors, a spouse, co-debtors, and whoever joins the debt."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import Agreement
from cases.models import Party
from documents.models import Document
from people.models import User


class Signatory(models.Model):
    """Somebody besides debtor and creditor without whose signature this version is not in force.

    ``debtor_agreed_on`` is the day on which the debtor agreed that this person is told of the debt.
    """

    class Role(models.TextChoices):
        GUARANTOR = "guarantor", _("Guarantor")
        SPOUSE = "spouse", _("Spouse")
        CO_DEBTOR = "co_debtor", _("Co-debtor")
        JOINING = "joining", _("Joins the debt")

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatories")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="signatories")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    debtor_agreed_on = models.DateField(_("debtor agreed on"), null=True, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"))
    declined_at = models.DateTimeField(_("declined at"), null=True, blank=True)
    declined_why = models.CharField(_("why"), max_length=300, blank=True, default="")
    # What this person holds of it: without the identity number and the address of others.
    copy = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["agreement_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=["guarantor", "spouse", "co_debtor", "joining"]),
                name="signatory_role_known",
            ),
            models.UniqueConstraint(fields=["agreement", "party"], name="signatory_once"),
        ]

    def __str__(self) -> str:
        return f"{self.party.person} ({self.get_role_display()})"

    @property
    def term(self) -> str:
        """The key of the term that says what this person promises."""
        return term_of(self.party_id)


def term_of(party: int) -> str:
    """The key under which an agreement keeps what this person promises."""
    return f"signs_{party}"
