"""A creditor's file on its way in: looked at first, then taken over."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.models import Document
from people.models import Organisation, Team, User


class ImportBatch(models.Model):
    """One file; every row is judged before a single case is made."""

    class State(models.TextChoices):
        READING = "reading", _("Being checked")
        READY = "ready", _("Ready to take over")
        APPLYING = "applying", _("Being taken over")
        APPLIED = "applied", _("Taken over")
        DISCARDED = "discarded", _("Discarded")
        FAILED = "failed", _("Could not be read")

    number = models.CharField(_("batch"), max_length=30, unique=True)
    creditor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READING)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(_("new"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    updated_count = models.PositiveIntegerField(_("updated"), default=0)
    rejected_count = models.PositiveIntegerField(_("rejected"), default=0)
    problem = models.CharField(max_length=300, blank=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded at"))
    applied_at = models.DateTimeField(_("taken over at"), null=True, blank=True)
    touched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "import batches"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["reading", "ready", "applying", "applied", "discarded", "failed"]
                ),
                name="import_state_known",
            )
        ]

    def __str__(self) -> str:
        return self.number


class ImportRow(models.Model):
    """One row of the file: what it says, and what would become of it."""

    class Outcome(models.TextChoices):
        CREATED = "created", _("New case")
        UNCHANGED = "unchanged", _("Unchanged")
        UPDATED = "updated", _("Updated")
        REJECTED = "rejected", _("Rejected")

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    raw = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    problems = models.JSONField(default=list)
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["batch_id", "line"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=["created", "unchanged", "updated", "rejected"]),
                name="import_row_outcome_known",
            ),
            models.UniqueConstraint(fields=["batch", "line"], name="import_row_line_once"),
        ]
        indexes = [models.Index(fields=["batch", "outcome", "line"], name="import_row_by_outcome")]

    def __str__(self) -> str:
        return f"{self.batch} {self.line}"
