"""The whole remaining sum, asked for at once of a plan that was broken."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.models import Document
from people.models import User


class Acceleration(models.Model):
    """One demand for the whole sum; the instalments stand as they were, so that it can be withdrawn."""

    agreement = models.ForeignKey(
        "agreements.Agreement", on_delete=models.PROTECT, related_name="accelerations"
    )
    amount = models.DecimalField(_("asked for"), max_digits=14, decimal_places=2)
    due_on = models.DateField(_("due on"))
    reason = models.CharField(_("reason"), max_length=300)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("asked at"))
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    escalated_at = models.DateTimeField(_("passed on at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_why = models.CharField(_("why it was withdrawn"), max_length=200, blank=True)

    class Meta:
        ordering = ["agreement_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="acceleration_is_positive"
            ),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=models.Q(withdrawn_at=None),
                name="acceleration_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement}: {self.amount}"
