"""A creditor's file on its way in: looked at first, then taken over."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.sealed import SealedJSONField
from documents.models import Document
from people.models import Organisation, Team, User


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    """What pages and tasks ask of batches."""

    def visible_to(self, user: User) -> "ImportBatchQuerySet":
        """The own team's files, or all for those who answer for all."""
        if user.sees_every_team or user.role == User.Role.SYSTEM:
            return self
        return self.filter(team_id=user.team_id) if user.team_id else self.none()

    def under_way(self) -> "ImportBatchQuerySet":
        """Those on which a worker has something to do."""
        return self.filter(state__in=[ImportBatch.State.READING, ImportBatch.State.APPLYING])


class ImportBatch(models.Model):
    """One file; every row is judged before a single case is made.

    ``headings`` are those of the file, ``columns`` what each was read as ("" for not used);
    ``problem`` is why the file as a whole was not taken: a code and its figures, put into
    words only when somebody reads it.
    """

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
    headings = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(_("new"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    updated_count = models.PositiveIntegerField(_("updated"), default=0)
    rejected_count = models.PositiveIntegerField(_("rejected"), default=0)
    problem = models.JSONField(default=dict, blank=True)
    stop_asked = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded at"))
    started_at = models.DateTimeField(null=True, blank=True)
    taken_over_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_over_at = models.DateTimeField(_("taking over was asked for at"), null=True, blank=True)
    applied_at = models.DateTimeField(_("taken over at"), null=True, blank=True)

    objects = ImportBatchQuerySet.as_manager()

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
        indexes = [
            models.Index(fields=["team", "-id"], name="import_of_team"),
            models.Index(
                fields=["id"],
                name="import_under_way",
                condition=models.Q(state__in=["reading", "applying"]),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The batch's page."""
        return reverse("cases:import", args=[self.number])


class ImportRow(models.Model):
    """One row of the file: what it says, and what would become of it.

    ``raw`` keeps the cells of a rejected row as they came, so that they can be mended and sent
    again; ``values`` what was understood of any other, in the order of ``imports.columns.FIELDS``.
    A new case is found by creditor and reference, so that 100,000 rows need no second writing.
    """

    class Outcome(models.TextChoices):
        CREATED = "created", _("New case")
        UNCHANGED = "unchanged", _("Unchanged")
        UPDATED = "updated", _("Updated")
        REJECTED = "rejected", _("Rejected")

    # The unique constraint below is the index by batch.
    batch = models.ForeignKey(
        ImportBatch, on_delete=models.CASCADE, related_name="rows", db_index=False
    )
    line = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    # The creditor's reference, by which a case is found again; all else of the row is sealed.
    external_reference = models.CharField(max_length=60, blank=True, default="", db_default="")
    raw = SealedJSONField(default=list)
    values = SealedJSONField(default=list)
    problems = SealedJSONField(default=list)
    changes = SealedJSONField(default=dict, encoder=DjangoJSONEncoder)
    corrected_at = models.DateTimeField(null=True, blank=True)

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
