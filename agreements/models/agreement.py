"""The repayment agreement, its versions, terms and instalments."""

from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from common.clock import local_day
from common.sealed import SealedJSONField
from documents.models import Document
from people.models import User

LIVE = ["draft", "offered", "signed", "broken"]


class Agreement(models.Model):
    """One version of what creditor and debtor agree on; the newest signed one holds."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        OFFERED = "offered", _("Offered to the debtor")
        SIGNED = "signed", _("Signed")
        KEPT = "kept", _("Kept")
        BROKEN = "broken", _("Broken")
        SUPERSEDED = "superseded", _("Replaced by a newer version")
        VOID = "void", _("Void")

    class Plan(models.TextChoices):
        EQUAL = "equal", _("Equal instalments")
        STEPPED = "stepped", _("Stepped instalments")
        BALLOON = "balloon", _("Small instalments, large last one")
        DEFERRED = "deferred", _("Equal instalments, starting later")
        SEASONAL = "seasonal", _("Instalments in the months of income")
        FULL = "full", _("All in one sum")
        SETTLEMENT = "settlement", _("One sum in full settlement, the rest waived")
        CUSTOM = "custom", _("Own dates and amounts")

    class Cause(models.TextChoices):
        INCOME = "income", _("Income lost or reduced")
        ILLNESS = "illness", _("Illness or accident")
        FAMILY = "family", _("Change in the family")
        DATES = "dates", _("Other days suit better")
        PART_PAID = "part_paid", _("Part was paid ahead")
        BROKEN = "broken", _("The plan was broken")
        CREDITOR = "creditor", _("The creditor offers better terms")
        MISTAKE = "mistake", _("A mistake in the terms")
        OTHER = "other", _("Another reason")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="agreements")
    number = models.CharField(_("number"), max_length=40, unique=True)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    state = FSMField(_("state"), choices=State, default=State.DRAFT, protected=True)
    plan = models.CharField(_("kind of plan"), max_length=10, choices=Plan)
    language = models.CharField(_("language"), max_length=4, default="zh")
    balance_on = models.DateField(_("balance of"))
    principal = models.DecimalField(_("principal"), max_digits=14, decimal_places=2)
    interest = models.DecimalField(_("interest"), max_digits=14, decimal_places=2)
    fees = models.DecimalField(_("fees"), max_digits=14, decimal_places=2)
    waived_principal = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    waived_interest = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    waived_fees = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    waiver_approved = models.BooleanField(default=False)
    total = models.DecimalField(_("to be paid in all"), max_digits=14, decimal_places=2)
    terms = SealedJSONField(default=dict, encoder=DjangoJSONEncoder)
    cause = models.CharField(_("kind of reason"), max_length=10, choices=Cause, blank=True)
    reason = models.CharField(_("why a new version"), max_length=300, blank=True)
    drawn_up_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drawn_up_at = models.DateTimeField(_("drawn up at"))
    offered_at = models.DateTimeField(_("offered at"), null=True, blank=True)
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    lawyer_asked_at = models.DateTimeField(_("lawyer asked at"), null=True, blank=True)
    lawyer_confirmed_at = models.DateTimeField(_("lawyer confirmed at"), null=True, blank=True)
    lawyer_declined_at = models.DateTimeField(_("lawyer objected at"), null=True, blank=True)
    lawyer = models.CharField(_("lawyer"), max_length=120, blank=True)
    lawyer_remark = models.CharField(
        _("what the lawyer said"), max_length=500, blank=True, default="", db_default=""
    )
    supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reading = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("recording of the reading"),
    )  # fmt: skip

    class Meta:
        ordering = ["-version", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "draft", "offered", "signed", "kept", "broken", "superseded", "void",
                    ]
                ),
                name="agreement_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    plan__in=[
                        "equal", "stepped", "balloon", "deferred", "seasonal", "full", "settlement",
                        "custom",
                    ]
                ),
                name="agreement_plan_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    cause__in=[
                        "", "income", "illness", "family", "dates", "part_paid", "broken", "creditor",
                        "mistake", "other",
                    ]
                ),
                name="agreement_cause_known",
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=["zh", "en", "both"]),
                name="agreement_language_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    total=models.F("principal") + models.F("interest") + models.F("fees")
                    - models.F("waived_principal") - models.F("waived_interest")
                    - models.F("waived_fees"),
                ),
                name="agreement_total_ties",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=["draft", "offered"]),
                name="agreement_one_in_the_making",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=["signed", "broken"]),
                name="agreement_one_in_force",
            ),
            models.UniqueConstraint(fields=["case", "version"], name="agreement_version_once"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The agreement's page."""
        return reverse("agreements:agreement", args=[self.number])

    @property
    def counsel(self) -> str:
        """What a lawyer said of the terms, as the rules name it."""
        if self.lawyer_confirmed_at:
            return "confirmed"
        if self.lawyer_declined_at:
            return "objects"
        return "asked" if self.lawyer_asked_at else "none"

    @property
    def waived(self) -> Any:
        """What is waived in all."""
        return self.waived_principal + self.waived_interest + self.waived_fees

    @property
    def clauses(self) -> list[dict[str, Any]]:
        """The terms as they were drawn up: key, title and text by language."""
        clauses: list[dict[str, Any]] = self.terms.get("clauses", [])
        return clauses

    @transition(field=state, source=[State.DRAFT, State.OFFERED], target=State.DRAFT)
    def redraft(self, *, changes: dict[str, Any]) -> None:
        """Other terms, before anybody signed."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.offered_at = self.reading = None
        if self.lawyer_asked_at:  # what was said was said of other terms
            self.lawyer_confirmed_at = self.lawyer_declined_at = None
            self.lawyer_remark = ""

    @transition(field=state, source=State.DRAFT, target=State.OFFERED)
    def offer(self, *, at: datetime) -> None:
        """The debtor has the terms to read."""
        self.offered_at = at

    @property
    def set_off(self) -> list[str]:
        """The order in which payments are set off, where a clause says one; else the law's holds."""
        return list(self.terms.get("set_off") or ())

    @transition(field=state, source=State.OFFERED, target=State.SIGNED)
    def sign(self, *, at: datetime) -> None:
        """Both sides have signed."""
        self.signed_at = at

    @transition(field=state, source=[State.SIGNED, State.BROKEN], target=State.KEPT)
    def keep(self, *, at: datetime) -> None:
        """Everything was paid."""
        self.ended_at = at

    @transition(field=state, source=State.SIGNED, target=State.BROKEN)
    def mark_broken(self, *, at: datetime) -> None:
        """An instalment stayed unpaid beyond the grace."""
        self.ended_at = at

    @transition(field=state, source=State.BROKEN, target=State.SIGNED)
    def mend(self, *, at: datetime) -> None:
        """What was missing has come in after all."""
        self.ended_at = None

    @transition(field=state, source=State.KEPT, target=State.SIGNED)
    def resume(self, *, at: datetime) -> None:
        """A payment that had completed it was taken back."""
        self.ended_at = None

    @transition(field=state, source=[State.SIGNED, State.BROKEN], target=State.SUPERSEDED)
    def supersede(self, *, at: datetime) -> None:
        """A newer version was signed."""
        self.ended_at = at

    @transition(
        field=state,
        source=[State.DRAFT, State.OFFERED, State.SIGNED, State.BROKEN],
        target=State.VOID,
    )
    def make_void(self, *, at: datetime) -> None:
        """It no longer binds anybody."""
        self.ended_at = at


class Instalment(models.Model):
    """One payment that was promised, and how much of it has come."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField(_("no."))
    due_on = models.DateField(_("due on"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    paid = models.DecimalField(_("paid"), max_digits=14, decimal_places=2, default=0)
    paid_at = models.DateTimeField(_("paid in full at"), null=True, blank=True)
    live = models.BooleanField(default=False)  # the agreement that holds it is in force
    attend_at = models.DateTimeField(null=True, blank=True)  # when the sweep looks at it next
    missed_at = models.DateTimeField(_("found missing at"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("passed on at"), null=True, blank=True)

    class Meta:
        ordering = ["agreement_id", "number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0, paid__gte=0, paid__lte=models.F("amount")),
                name="instalment_amounts_sound",
            ),
            models.UniqueConstraint(fields=["agreement", "number"], name="instalment_number_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "id"],
                name="instalment_due",
                condition=models.Q(live=True, paid_at=None),
            ),
            models.Index(
                fields=["attend_at", "id"],
                name="instalment_to_attend",
                condition=models.Q(live=True, paid_at=None, attend_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} · {self.number}"

    @property
    def missing(self) -> Any:
        """What has not come yet."""
        return self.amount - self.paid

    @property
    def days_late(self) -> int:
        """How many days after its day it was paid in full; none if it came in time or not yet."""
        if self.paid_at is None:
            return 0
        return max((local_day(self.paid_at, self.agreement.case.zone) - self.due_on).days, 0)


class TermConfirmation(models.Model):
    """Somebody's word that one term was understood and agreed to: the debtor's, where nobody else is named."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="confirmations")
    signatory = models.ForeignKey(  # a string: it stands in a file that leans on this one
        "agreements.Signatory", on_delete=models.PROTECT, null=True, blank=True,
        related_name="confirmations",
    )  # fmt: skip
    term = models.CharField(_("term"), max_length=40)
    at = models.DateTimeField(_("confirmed at"))
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["agreement_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "term", "signatory"],
                name="term_confirmed_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return self.term


class Signature(models.Model):
    """One side's signature: drawn on the screen, or set on paper, of which ``document`` is the scan."""

    class Way(models.TextChoices):
        SCREEN = "screen", _("On the screen")
        PAPER = "paper", _("On paper")
        LINK = "link", _("By link, with a one-time code")

    class Side(models.TextChoices):
        DEBTOR = "debtor", _("Debtor")
        CREDITOR = "creditor", _("For the creditor")
        GUARANTOR = "guarantor", _("Guarantor")
        SPOUSE = "spouse", _("Spouse")
        CO_DEBTOR = "co_debtor", _("Co-debtor")
        JOINING = "joining", _("Joins the debt")

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    signatory = models.OneToOneField(  # a string: it stands in a file that leans on this one
        "agreements.Signatory", on_delete=models.PROTECT, null=True, blank=True,
        related_name="signature",
    )  # fmt: skip
    side = models.CharField(_("side"), max_length=10, choices=Side)
    name = models.CharField(_("name"), max_length=80)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    id_checked = models.BooleanField(_("identity paper checked"), default=False, db_default=False)
    at = models.DateTimeField(_("signed at"))
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(
        _("way of signing"), max_length=10, choices=Way, default=Way.SCREEN, db_default=Way.SCREEN
    )
    place = models.CharField(  # where the original on paper is kept
        _("where the original is kept"), max_length=120, blank=True, default="", db_default=""
    )

    class Meta:
        ordering = ["agreement_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(way__in=["screen", "paper", "link"]), name="signature_way_known"
            ),
            models.CheckConstraint(
                condition=models.Q(way__in=["screen", "link"], place="")
                | (models.Q(way="paper") & ~models.Q(place="")),
                name="signature_on_paper_is_somewhere",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    side__in=["debtor", "creditor", "guarantor", "spouse", "co_debtor", "joining"]
                ),
                name="signature_side_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(side__in=["debtor", "creditor"])
                | models.Q(signatory__isnull=True),
                name="signature_of_either_side_is_its_own",
            ),
            models.UniqueConstraint(
                fields=["agreement", "side"],
                condition=models.Q(signatory__isnull=True),
                name="signature_side_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()}: {self.name}"

    @property
    def drawn(self) -> bool:
        """Whether it is a picture that can be shown; a name may be typed, and a scan have many pages."""
        return self.document.mime.startswith("image/")
