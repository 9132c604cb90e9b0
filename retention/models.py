"""What is kept of a case until when, what holds it, and what was deleted under which certificate."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from documents.models import Document
from people.models import Person, User


class LegalHold(models.Model):
    """Nothing of the case is deleted until a person lifts it."""

    class Kind(models.TextChoices):  # the codes of compliance.records.HOLDS
        COMPLAINT = "complaint", _("Complaint")
        SUIT = "suit", _("Suit or arbitration")
        POLICE = "police", _("Order or inquiry of the police")
        DISPUTE = "dispute", _("Dispute over the debt")
        DATA_REQUEST = "data_request", _("Request about personal data")
        HOUSE = "house", _("Other reason of the house")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="legal_holds")
    kind = models.CharField(_("what for"), max_length=12, choices=Kind)
    reason = models.CharField(_("reason"), max_length=300)
    review_on = models.DateField(_("looked at again by"))
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(_("set at"))
    lifted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_why = models.CharField(_("why it was lifted"), max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=["complaint", "suit", "police", "dispute", "data_request", "house"]
                ),
                name="legal_hold_kind_known",
            ),
            models.UniqueConstraint(
                fields=["case", "kind"], name="legal_hold_once_of_a_kind",
                condition=models.Q(lifted_at=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.get_kind_display()


class TermDecision(models.Model):
    """By which day's terms the records of a case go that was closed before the packs' first: two people said so."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="term_decisions")
    terms_on = models.DateField(_("by the terms of"))
    why = models.CharField(_("why"), max_length=300)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(asked_by=models.F("decided_by")), name="terms_decided_by_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.terms_on}"


class Rest(models.Model):
    """Nothing is deleted anywhere while one is open: a person has stopped the engine, another lets it go on."""

    why = models.CharField(_("why"), max_length=300)
    stopped_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stopped_at = models.DateTimeField(_("stopped at"))
    resumed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resumed_at = models.DateTimeField(_("resumed at"), null=True, blank=True)
    resumed_why = models.CharField(_("why it goes on"), max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), name="rest_open_once", condition=models.Q(resumed_at=None)
            ),
            models.CheckConstraint(
                condition=models.Q(resumed_by=None) | ~models.Q(resumed_by=models.F("stopped_by")),
                name="rest_ended_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stopped_at:%Y-%m-%d}"


class Erasure(models.Model):
    """One deletion with its certificate: what kinds, how many, by which rule, and what was kept and why."""

    number = models.CharField(_("certificate"), max_length=20, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="erasures")
    at = models.DateTimeField(_("deleted at"))
    told = models.JSONField(_("what was deleted"), default=list, encoder=DjangoJSONEncoder)
    kept = models.JSONField(_("what was kept"), default=list, encoder=DjangoJSONEncoder)
    certificate = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="erasures"
    )

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at", "-id"], name="erasure_by_time")]

    def __str__(self) -> str:
        return self.number


class TermQuerySet(models.QuerySet["Term"]):
    """What pages and the engine ask of terms."""

    def standing(self) -> "TermQuerySet":
        """Of what is still there."""
        return self.filter(erased_at=None)

    def to_be_looked_at(self, day: date) -> "TermQuerySet":
        """Those whose day has come, or whose case is to be reckoned anew."""
        return self.standing().filter(look_on__lte=day)


class Term(models.Model):
    """Until when one class of records of a closed case is kept, as it was last reckoned."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="terms")
    record = models.CharField(_("records"), max_length=24)
    closed_at = models.DateTimeField(_("closed at"))
    due_on = models.DateField(_("goes on"), null=True)  # none: nobody may say yet
    held_by = ArrayField(models.CharField(max_length=12), verbose_name=_("held by"), default=list)
    why = models.JSONField(_("by which rules"), default=list, encoder=DjangoJSONEncoder)
    look_on = models.DateField(_("looked at again on"))
    told_held_by = ArrayField(models.CharField(max_length=12), default=list)
    erased_at = models.DateTimeField(_("deleted at"), null=True, blank=True)
    erasure = models.ForeignKey(
        Erasure, on_delete=models.PROTECT, null=True, blank=True, related_name="terms"
    )

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "record"], name="term_once_per_record"),
        ]
        indexes = [
            models.Index(
                fields=["look_on", "id"], name="term_to_look_at",
                condition=models.Q(erased_at=None),
            ),
            models.Index(
                fields=["due_on", "id"], name="term_by_day", condition=models.Q(erased_at=None)
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.case_id} {self.record}"


class Forgotten(models.Model):
    """A person whose data were deleted: the row stays, since others lean on it, and says nothing of anybody."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="forgotten")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.person_id)


class FileToGo(models.Model):
    """A file that no row names any more and that is still to leave the disk."""

    name = models.CharField(max_length=200, unique=True)

    def __str__(self) -> str:
        return self.name
