"""What is claimed, on what papers, by whose mandate, and how the sum is made up."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.models import Document
from people.models import Organisation, User


class Mandate(models.Model):
    """The written contract by which a creditor delegates collection (Civil Code art. 919)."""

    principal = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="mandates_given"
    )
    agent = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="mandates_held")
    number = models.CharField(_("contract number"), max_length=40, unique=True)
    scope = models.TextField(_("scope"))
    methods = ArrayField(models.CharField(max_length=20), verbose_name=_("methods allowed"))
    may_receive_money = models.BooleanField(_("may receive money"), default=False)
    may_sign = models.BooleanField(_("may sign agreements"), default=False)
    waiver_limit = models.DecimalField(
        _("waiver without asking the creditor"), max_digits=14, decimal_places=2, default=0
    )
    cash_limit = models.DecimalField(
        _("cash at the door, at most a visit"), max_digits=14, decimal_places=2, null=True, blank=True,
        help_text=_("Empty: none is taken."),
    )  # fmt: skip
    subdelegation = models.BooleanField(_("sub-delegation allowed"), default=False)
    fee_terms = models.CharField(_("fees"), max_length=200, blank=True)
    confidentiality = models.TextField(_("confidentiality terms"), blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name, verbose_name_plural = _("mandate"), _("mandates")
        ordering = ["-valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__gte=models.F("valid_from")),
                name="mandate_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(cash_limit=None)
                | models.Q(cash_limit__gt=0, may_receive_money=True),
                name="mandate_cash_only_with_money",
                violation_error_message=_(
                    "Cash may only be taken under a mandate that may receive money, and up to a sum above zero."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Debt(models.Model):
    """One contract of the case; its figures are those of the day it was taken in."""

    class Kind(models.TextChoices):
        CONSUMER_LOAN = "consumer_loan", _("Consumer loan")
        CREDIT_CARD = "credit_card", _("Credit card")
        PRIVATE_LOAN = "private_loan", _("Private loan")
        BUSINESS_LOAN = "business_loan", _("Business loan")

    class InterestBasis(models.TextChoices):
        AGREED = "agreed", _("Agreed in the contract")
        NONE = "none", _("Not agreed")
        UNCLEAR = "unclear", _("Agreed unclearly")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="debts")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.CONSUMER_LOAN)
    contract_number = models.CharField(_("contract number"), max_length=60)
    contract_on = models.DateField(_("contract of"), null=True, blank=True)
    paid_out = models.DecimalField(
        _("paid out"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    annual_rate = models.DecimalField(
        _("interest a year, per cent"), max_digits=7, decimal_places=4, null=True, blank=True
    )
    interest_basis = models.CharField(
        _("interest"), max_length=10, choices=InterestBasis, blank=True, default="", db_default=""
    )
    cost_rate = models.DecimalField(
        _("all costs a year, per cent"), max_digits=7, decimal_places=4, null=True, blank=True
    )
    default_rate = models.DecimalField(
        _("default interest a year, per cent"),
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
    )
    default_agreed = models.BooleanField(_("default interest was agreed"), null=True, blank=True)
    platform = models.BooleanField(_("arranged by a platform"), null=True, blank=True)
    first_on = models.DateField(_("first loan of"), null=True, blank=True)
    first_principal = models.DecimalField(
        _("principal of the first loan"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    limitation_ends_on = models.DateField(_("limitation ends on"), null=True, blank=True)
    principal = models.DecimalField(_("principal"), max_digits=14, decimal_places=2)
    interest = models.DecimalField(_("interest"), max_digits=14, decimal_places=2)
    fees = models.DecimalField(_("fees"), max_digits=14, decimal_places=2)
    stated_on = models.DateField(_("as of"))

    class Meta:
        ordering = ["case_id", "pk"]
        indexes = [
            models.Index(fields=["contract_number"], name="debt_by_contract"),
            models.Index(
                fields=["limitation_ends_on", "id"],
                name="debt_by_limitation",
                condition=models.Q(limitation_ends_on__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=["consumer_loan", "credit_card", "private_loan", "business_loan"]
                ),
                name="debt_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(interest_basis__in=["", "agreed", "none", "unclear"]),
                name="debt_interest_basis_known",
            ),
            models.CheckConstraint(
                condition=models.Q(principal__gte=0, interest__gte=0, fees__gte=0),
                name="debt_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.contract_number

    @property
    def agreed_on(self) -> str:
        """On what interest rests; a rate that was stated is taken as agreed until somebody says otherwise."""
        known = self.annual_rate is not None
        return self.interest_basis or (self.InterestBasis.AGREED.value if known else "")


class DebtRate(models.Model):
    """What a contract bears a year from a day on; without one no interest runs. Withdrawn, never edited."""

    class Kind(models.TextChoices):
        CONTRACT = "contract", _("Contract interest")
        DEFAULT = "default", _("Default interest")

    class Basis(models.TextChoices):
        ACT_365 = "act_365", _("Actual days / 365")
        ACT_360 = "act_360", _("Actual days / 360")
        THIRTY_360 = "thirty_360", _("30 days a month / 360")

    debt = models.ForeignKey(Debt, on_delete=models.PROTECT, related_name="rates")
    kind = models.CharField(_("kind of interest"), max_length=10, choices=Kind)
    percent = models.DecimalField(_("per cent a year"), max_digits=7, decimal_places=4)
    basis = models.CharField(_("day count"), max_length=10, choices=Basis, default=Basis.ACT_365)
    since = models.DateField(_("from"))
    until = models.DateField(_("until (last day)"), null=True, blank=True)
    source = models.CharField(_("clause"), max_length=200)
    stated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField(_("stated at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_why = models.CharField(_("why it was withdrawn"), max_length=200, blank=True)

    class Meta:
        ordering = ["debt_id", "since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["contract", "default"]), name="rate_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(basis__in=["act_365", "act_360", "thirty_360"]),
                name="rate_basis_known",
            ),
            models.CheckConstraint(
                condition=models.Q(percent__gte=0, percent__lte=1000), name="rate_within_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="rate_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.percent} {self.since}"


class LedgerEntry(models.Model):
    """One movement of one component; never edited, only followed by another.

    ``booked_on`` is its value date: from that day on it counts, whenever it was recorded; of interest
    it is the last day that bore it, and counts from the next morning.
    """

    class Component(models.TextChoices):
        FEES = "fees", _("Fees")
        INTEREST = "interest", _("Interest")
        PRINCIPAL = "principal", _("Principal")

    class Kind(models.TextChoices):
        OPENING = "opening", _("Taken in")
        CORRECTION = "correction", _("Correction by the creditor")
        CHARGE = "charge", _("Charge")
        ACCRUAL = "accrual", _("Interest of the days")
        PAYMENT = "payment", _("Payment")
        WAIVER = "waiver", _("Waiver")
        REVERSAL = "reversal", _("Reversal")
        SET_OFF = "set_off", _("Set off anew")

    class Charge(models.TextChoices):
        COURT = "court", _("Court or arbitration costs")
        ENFORCEMENT = "enforcement", _("Costs of enforcement")
        PRESERVATION = "preservation", _("Costs of preserving assets")
        NOTARY = "notary", _("Notary or appraisal costs")
        AGREED = "agreed", _("Costs that the contract puts on the debtor")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="ledger")
    component = models.CharField(_("part"), max_length=10, choices=Component)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    booked_on = models.DateField(_("booked on"))
    recorded_at = models.DateTimeField(_("recorded at"))
    debt = models.ForeignKey(  # none: the case's first, as before there were several
        Debt, on_delete=models.PROTECT, null=True, blank=True, related_name="entries",
        db_index=False,
    )  # fmt: skip
    # Of interest: the first day that bore it, on what, at which rate.
    since = models.DateField(_("from"), null=True, blank=True)
    base = models.DecimalField(
        _("principal"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    rate = models.ForeignKey(
        DebtRate, on_delete=models.PROTECT, null=True, blank=True, related_name="entries",
        db_index=False,
    )  # fmt: skip
    # Of a charge: of which kind, by which clause or decision, on what paper.
    charge = models.CharField(
        _("kind of charge"), max_length=12, choices=Charge, blank=True, default="", db_default=""
    )
    remark = models.CharField(_("basis"), max_length=200, blank=True, default="", db_default="")
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    payment = models.ForeignKey(  # a string: agreements stands above cases
        "agreements.Payment", on_delete=models.PROTECT, null=True, blank=True,
        related_name="entries", db_index=False,
    )  # fmt: skip
    agreement = models.ForeignKey(
        "agreements.Agreement", on_delete=models.PROTECT, null=True, blank=True,
        related_name="entries", db_index=False,
    )  # fmt: skip

    class Meta:
        ordering = ["case_id", "pk"]
        verbose_name_plural = "ledger entries"
        indexes = [  # most entries are openings, which have neither
            models.Index(
                fields=["payment"],
                name="entry_of_payment",
                condition=models.Q(payment__isnull=False),
            ),
            models.Index(
                fields=["agreement"],
                name="entry_of_agreement",
                condition=models.Q(agreement__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(component__in=["fees", "interest", "principal"]),
                name="entry_component_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "opening",
                        "correction",
                        "charge",
                        "accrual",
                        "payment",
                        "waiver",
                        "reversal",
                        "set_off",
                    ]
                ),
                name="entry_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    charge="",
                    kind__in=[
                        "opening",
                        "correction",
                        "accrual",
                        "payment",
                        "waiver",
                        "reversal",
                        "set_off",
                    ],
                )
                | models.Q(
                    kind="charge",
                    amount__gt=0,
                    document__isnull=False,
                    charge__in=["court", "enforcement", "preservation", "notary", "agreed"],
                ),
                name="entry_charge_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.component} {self.amount}"


class ClaimPaper(models.Model):
    """A paper that proves the claim; where the original is, and when it went back or was declared void."""

    class VoidReason(models.TextChoices):
        LOST = "lost", _("It was lost")
        DESTROYED = "destroyed", _("It was destroyed")
        UNREACHABLE = "unreachable", _("Its owner cannot be reached")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(_("kind"), max_length=20, choices=Document.Kind)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    original_held = models.BooleanField(_("we hold the original"), default=False)
    kept_at = models.CharField(_("where the original is kept"), max_length=120, blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(_("checked at"))
    returned_at = models.DateTimeField(_("returned at"), null=True, blank=True)
    returned_to = models.CharField(_("returned to"), max_length=80, blank=True)
    receipt = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    voided_at = models.DateTimeField(  # it cannot go back, and counts for nothing any more
        _("declared void at"), null=True, blank=True
    )
    void_reason = models.CharField(
        _("why it is void"),
        max_length=12,
        choices=VoidReason,
        blank=True,
        default="",
        db_default="",
    )
    void_why = models.CharField(
        _("in more words"), max_length=1000, blank=True, default="", db_default=""
    )
    declaration = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["case_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(void_reason__in=["", "lost", "destroyed", "unreachable"]),
                name="claim_paper_void_reason_known",
            ),
            models.CheckConstraint(
                condition=models.Q(void_reason="", voided_at=None)
                | ~models.Q(void_reason="") & models.Q(voided_at__isnull=False),
                name="claim_paper_void_for_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=["contract", "disbursement", "statement", "iou", "assignment", "other"]
                ),
                name="claim_paper_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
