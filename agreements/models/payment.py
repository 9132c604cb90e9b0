"""Money that came in, and what it was set off against."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.money import ZERO
from common.sealed import SealedCharField
from documents.models import Document
from people.models import User


class Payment(models.Model):
    """One payment; never edited, only reversed."""

    class Method(models.TextChoices):
        TRANSFER = "transfer", _("Bank transfer")
        MOBILE = "mobile", _("Mobile payment")
        COUNTER = "counter", _("At the creditor's counter")
        CASH = "cash", _("Cash at the door")
        OTHER = "other", _("Other way")

    class To(models.TextChoices):
        CREDITOR = "creditor", _("The creditor, into its account")
        AGENCY = "agency", _("The agency, for the creditor")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="payments")
    number = models.CharField(_("receipt number"), max_length=40, unique=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    # Of the amount, what was more than was owed: it pays nothing, and is owed to the debtor until it is paid back.
    excess = models.DecimalField(
        _("too much"), max_digits=14, decimal_places=2, default=ZERO, db_default=Decimal(0)
    )
    method = models.CharField(_("how"), max_length=10, choices=Method)
    received_by = models.CharField(
        _("received by"), max_length=10, choices=To, default=To.CREDITOR, db_default="creditor"
    )
    received_at = models.DateTimeField(_("received at"))
    payer = models.CharField(_("payer"), max_length=80, blank=True)
    bank_reference = models.CharField(_("bank reference"), max_length=60, blank=True)
    # For which of the case's contracts the debtor said that it is; none: nothing was said.
    debt = models.ForeignKey(
        "cases.Debt", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded at"))
    reversed_at = models.DateTimeField(_("reversed at"), null=True, blank=True)
    reversed_why = models.CharField(_("why it was reversed"), max_length=200, blank=True)
    went_back = (
        models.DecimalField(  # none: all of it, or nothing; the rest was booked again at once
            _("the part that went back"), max_digits=14, decimal_places=2, null=True, blank=True
        )
    )
    receipt = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    reversal_note = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_is_positive"),
            models.CheckConstraint(
                condition=models.Q(excess__gte=0, excess__lte=models.F("amount")),
                name="payment_excess_is_of_it",
            ),
            models.CheckConstraint(
                condition=models.Q(method__in=["transfer", "mobile", "counter", "cash", "other"]),
                name="payment_method_known",
            ),
            models.CheckConstraint(
                condition=models.Q(received_by__in=["creditor", "agency"]),
                name="payment_receiver_known",
            ),
            models.UniqueConstraint(
                fields=["case", "bank_reference"],
                condition=~models.Q(bank_reference="") & models.Q(reversed_at=None),
                name="payment_bank_reference_once",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def counted(self) -> Decimal:
        """What of it goes to the debt."""
        return self.amount - self.excess

    @property
    def is_disputed(self) -> bool:
        """Whether its payer disputes it and nobody has decided yet."""
        return any(not dispute.outcome for dispute in self.disputes.all())


class Refund(models.Model):
    """What came in too much, on its way back to the debtor: granted by a second person, then paid back, once."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="refund")
    number = models.CharField(_("refund number"), max_length=44, unique=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    to_name = models.CharField(_("paid back to"), max_length=80)
    to_account = SealedCharField(_("into account"), max_length=60)
    reason = models.CharField(_("why"), max_length=200)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(_("granted at"))
    paid_at = models.DateTimeField(_("paid back at"), null=True, blank=True)
    bank_reference = models.CharField(_("bank reference"), max_length=60, blank=True)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    receipt = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-granted_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_is_positive"),
            models.CheckConstraint(
                condition=models.Q(paid_at=None, bank_reference="")
                | (models.Q(paid_at__isnull=False) & ~models.Q(bank_reference="")),
                name="refund_paid_with_its_reference",
            ),
            models.CheckConstraint(
                condition=~models.Q(asked_by=models.F("granted_by")), name="refund_by_two"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Allocation(models.Model):
    """The part of a payment that went to one instalment."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="allocations")
    instalment = models.ForeignKey(
        "agreements.Instalment", on_delete=models.PROTECT, related_name="allocations"
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)

    class Meta:
        ordering = ["payment_id", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="allocation_is_positive")
        ]

    def __str__(self) -> str:
        return f"{self.payment} → {self.instalment}"
