"""The rules' own history: every version of a pack, and what a draft of one would change."""

from datetime import date

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PackVersion(models.Model):
    """One version of a rule pack, kept for ever once it was published.

    ``texts`` are its files, ``digest`` is what every decision made by it keeps. A version without a
    first day came with the program. The database refuses to change or remove a published one.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("version of the rules", "Draft")
        PROPOSED = "proposed", pgettext_lazy("version of the rules", "Proposed")
        PUBLISHED = "published", pgettext_lazy("version of the rules", "Published")
        WITHDRAWN = "withdrawn", pgettext_lazy("version of the rules", "Withdrawn")

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    name = models.CharField(_("rule pack"), max_length=40)
    version = models.CharField(_("version"), max_length=30)
    texts = models.JSONField(default=dict)
    digest = models.CharField(_("digest"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    based_on = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followers"
    )
    creditors = models.ManyToManyField(
        "people.Organisation", blank=True, related_name="+", verbose_name=_("for these creditors")
    )
    reason = models.TextField(_("why"), blank=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    drafted_at = models.DateTimeField(_("drafted at"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        ordering = ["name", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "proposed", "published", "withdrawn"]),
                name="pack_version_state_known",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | (~Q(decided_by=F("proposed_by")) & ~Q(decided_by=F("drafted_by"))),
                name="pack_version_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(drafted_by=None)
                | (Q(decided_by__isnull=False) & Q(in_force_from__isnull=False)),
                name="pack_version_published_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["name", "digest"],
                condition=Q(state="published"),
                name="pack_version_published_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["digest"],
                name="pack_version_by_digest",
                condition=Q(state="published"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    def get_absolute_url(self) -> str:
        """The version's page."""
        return reverse("rulebook:version", args=[self.reference])

    @property
    def files(self) -> dict[str, bytes]:
        """Its files as they are read and digested."""
        return {file: text.encode() for file, text in self.texts.items()}

    @property
    def begins_pack(self) -> bool:
        """Whether it is the first version of a pack that the house begins itself."""
        return self.based_on_id is None and self.drafted_by_id is not None

    @property
    def open(self) -> bool:
        """Whether it still waits for somebody."""
        return self.state in (self.State.DRAFT, self.State.PROPOSED)

    @property
    def first_day(self) -> date:
        """The first day of acts that it judges."""
        return self.in_force_from or date.min


class WhatIf(models.Model):
    """What a draft would change: of the visits ahead one by one, of past decisions in a sample.

    ``cursor`` is the last visit that was looked at, ``past_cursor`` the last event; a run that was
    broken off goes on from there.
    """

    class State(models.TextChoices):
        RUNNING = "running", pgettext_lazy("what if", "Being worked out")
        DONE = "done", pgettext_lazy("what if", "Worked out")
        STOPPED = "stopped", pgettext_lazy("what if", "Stopped")
        FAILED = "failed", pgettext_lazy("what if", "Could not be worked out")

    version = models.ForeignKey(PackVersion, on_delete=models.PROTECT, related_name="runs")
    digest = models.CharField(_("digest"), max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RUNNING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    stop_asked = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    visits_done = models.BooleanField(default=False)
    still_lawful = models.PositiveIntegerField(_("still lawful"), default=0)
    still_refused = models.PositiveIntegerField(_("refused as before"), default=0)
    newly_refused = models.PositiveIntegerField(_("newly refused"), default=0)
    newly_allowed = models.PositiveIntegerField(_("newly allowed"), default=0)
    past_days = models.PositiveSmallIntegerField(default=30)
    past_cursor = models.BigIntegerField(null=True, blank=True)
    past_same = models.PositiveIntegerField(default=0)
    past_refused = models.PositiveIntegerField(default=0)
    past_allowed = models.PositiveIntegerField(default=0)
    past_unknown = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["running", "done", "stopped", "failed"]),
                name="what_if_state_known",
            )
        ]
        indexes = [
            models.Index(fields=["id"], name="what_if_running", condition=Q(state="running"))
        ]

    def __str__(self) -> str:
        return f"{self.version} ?"

    @property
    def visits(self) -> int:
        """How many visits it has looked at."""
        return self.still_lawful + self.still_refused + self.newly_refused + self.newly_allowed

    @property
    def unchanged(self) -> int:
        """For how many visits nothing changes."""
        return self.still_lawful + self.still_refused

    @property
    def past(self) -> int:
        """How many past decisions it has looked at."""
        return self.past_same + self.past_refused + self.past_allowed + self.past_unknown


class WhatIfVisit(models.Model):
    """A planned visit for which a draft makes a difference: by which rule, and when it would be lawful."""

    class Fate(models.TextChoices):
        NEWLY_REFUSED = "newly_refused", _("Newly refused")
        NEWLY_ALLOWED = "newly_allowed", _("Newly allowed")

    run = models.ForeignKey(WhatIf, on_delete=models.CASCADE, related_name="changed")
    # A string: visits stand below, but their rows are only pointed at.
    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="+")
    fate = models.CharField(_("what becomes of it"), max_length=14, choices=Fate)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    zone = models.CharField(max_length=40)
    officers = models.CharField(_("officers"), max_length=300)
    findings = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    earliest = models.DateTimeField(_("earliest lawful"), null=True, blank=True)

    class Meta:
        ordering = ["run_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fate__in=["newly_refused", "newly_allowed"]),
                name="what_if_visit_fate_known",
            ),
            models.UniqueConstraint(fields=["run", "visit"], name="what_if_visit_once"),
        ]
        indexes = [models.Index(fields=["run", "starts_at", "id"], name="what_if_visit_in_order")]

    def __str__(self) -> str:
        return f"{self.visit}: {self.get_fate_display()}"
