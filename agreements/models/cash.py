"""Cash that was handed over at a door: the numbers of its receipts, who took it, and that it reached the bank."""

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agreements.models.payment import Payment
from common.clock import local_day
from common.money import ZERO, total
from documents.models import Document
from people.models import Organisation, User

if TYPE_CHECKING:
    from cases.models import Case

MOST_OF_SLUG = 32


class CashBook(models.Model):
    """Who takes cash for creditors numbers its receipts through, without a gap."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, related_name="cash_book"
    )
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("cash book"), _("cash books")

    def __str__(self) -> str:
        return str(self.organisation)


class CashNumber(models.Model):
    """One number of the book, given out to a phone for one visit: used, spoiled, or brought back unused."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    number = models.PositiveIntegerField(_("number"))
    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="cash_numbers")
    device = models.UUIDField(_("phone"))
    given_to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(_("given out at"))
    spoiled_at = models.DateTimeField(_("spoiled at"), null=True, blank=True)
    spoiled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    spoiled_why = models.CharField(_("why it was spoiled"), max_length=200, blank=True)
    unused_at = models.DateTimeField(_("brought back unused at"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = (
            _("number of a cash receipt"),
            _("numbers of cash receipts"),
        )
        ordering = ["organisation_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="cash_number_once"),
            models.CheckConstraint(
                condition=Q(spoiled_at=None, spoiled_by=None, spoiled_why="")
                | (Q(spoiled_at__isnull=False, spoiled_by__isnull=False) & ~Q(spoiled_why="")),
                name="cash_number_spoiled_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(spoiled_at=None) | Q(unused_at=None), name="cash_number_one_fate"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["visit"],
                name="cash_number_out",
                condition=Q(spoiled_at=None, unused_at=None),
            )
        ]

    def __str__(self) -> str:
        slug = self.organisation.slug.upper()
        if len(slug) > MOST_OF_SLUG:
            slug = f"{slug[:24]}-{self.organisation_id}"
        return f"{slug}-X{self.number:06d}"


class CashTaken(models.Model):
    """One sum in notes that two officers counted, each alone, and for which the debtor holds a numbered receipt.

    ``settled_at`` is when all of it was in the bank, or what is missing was explained and a second person
    had accepted that; ``difference`` is what was accepted to be missing (below zero: what was too much).
    """

    number = models.OneToOneField(CashNumber, on_delete=models.PROTECT, related_name="taken")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="cash")
    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="cash_taken")
    first = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    notes = models.JSONField(_("notes"))
    taken_at = models.DateTimeField(_("taken at"))
    due_at = models.DateTimeField(_("to be paid in by"))
    told_at = models.DateTimeField(_("supervisor told at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("accounted for at"), null=True, blank=True)
    difference = models.DecimalField(
        _("difference accepted"), max_digits=14, decimal_places=2, default=ZERO,
        db_default=Decimal(0),
    )  # fmt: skip
    accepted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name, verbose_name_plural = _("cash taken at a door"), _("cash taken at doors")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(first=models.F("second")), name="cash_by_two"),
            models.CheckConstraint(
                condition=Q(accepted_by=None, difference=0)
                | Q(accepted_by__isnull=False, settled_at__isnull=False),
                name="cash_difference_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by=None)
                | (~Q(accepted_by=models.F("first")) & ~Q(accepted_by=models.F("second"))),
                name="cash_difference_by_another",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="cash_to_hand_in", condition=Q(settled_at=None)
            )
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def case(self) -> "Case":
        """The case for which it was taken."""
        return self.payment.case

    @property
    def amount(self) -> Decimal:
        """What stands on the receipt."""
        return self.payment.amount

    @property
    def paid_in(self) -> Decimal:
        """What has reached the bank."""
        return total(deposit.amount for deposit in self.deposits.all())

    @property
    def missing(self) -> Decimal:
        """What stands on the receipt and has not reached the bank; below zero where more did."""
        return self.amount - self.paid_in

    @property
    def due_on(self) -> date:
        """The last day on which it may be paid in."""
        return local_day(self.due_at - timedelta(seconds=1), self.case.zone)


class CashDeposit(models.Model):
    """Cash of one receipt that was paid into the bank, with the bank's slip."""

    taken = models.ForeignKey(CashTaken, on_delete=models.PROTECT, related_name="deposits")
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    bank = models.CharField(_("bank"), max_length=80)
    reference = models.CharField(_("number of the slip"), max_length=60)
    paid_in_at = models.DateTimeField(_("paid in at"))
    slip = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name, verbose_name_plural = _("deposit of cash"), _("deposits of cash")
        ordering = ["paid_in_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="cash_deposit_is_positive"),
            models.UniqueConstraint(
                fields=["taken", "reference"], name="cash_deposit_slip_once_per_receipt"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taken} {self.reference}"
