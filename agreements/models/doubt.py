"""A payment under doubt: its payer has disputed it, and the provider has not yet said for whom it decides."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.payment import Payment
from people.models import User


class Dispute(models.Model):
    """One dispute of one payment, which counts until the dispute is lost."""

    class Outcome(models.TextChoices):
        WON = "won", _("Won: the payment stands")
        LOST = "lost", _("Lost: the money went back")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    number = models.CharField(_("number of the dispute"), max_length=100)
    amount = models.DecimalField(_("disputed"), max_digits=14, decimal_places=2)
    opened_at = models.DateTimeField(_("disputed at"))
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answer_by = models.DateTimeField(_("to be answered by"))
    outcome = models.CharField(
        _("outcome"), max_length=4, choices=Outcome, blank=True, default="", db_default=""
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("dispute"), _("disputes")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="dispute_is_positive"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["", "won", "lost"]), name="dispute_outcome_known"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="", ended_at=None)
                | (~models.Q(outcome="") & models.Q(ended_at__isnull=False)),
                name="dispute_ended_with_its_outcome",
            ),
            models.UniqueConstraint(
                fields=["payment"], condition=models.Q(outcome=""), name="dispute_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment} · {self.number}"
