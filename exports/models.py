"""What was asked to be taken out of the house as a file, who agreed, and what became of the file."""

from datetime import datetime

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from people.models import Team, User
from people.rights import may
from workflow.models import Approval


class ExportQuerySet(models.QuerySet["Export"]):
    """What pages and workers ask of exports."""

    def visible_to(self, user: User) -> "ExportQuerySet":
        """One's own; of the own team to who decides; all to who answers for all. None that is kept from somebody."""
        if not may(user, "see_exports"):
            return self.none()
        kept = ExportCase.objects.filter(case__kept_from__contains=[user.pk])
        seen = self.exclude(pk__in=kept.values("export"))
        if user.sees_every_team:
            return seen
        own = Q(asked_by=user.pk)
        if user.team_id and may(user, "approve_export"):
            own |= Q(team=user.team_id)
        return seen.filter(own)

    def to_be_decided_by(self, user: User, at: datetime) -> "ExportQuerySet":
        """Those that wait for a second person, who may be this one."""
        if not may(user, "approve_export"):
            return self.none()
        waiting = self.visible_to(user).filter(state="asked", approval__expires_at__gt=at)
        return waiting.exclude(asked_by=user.pk)


class Export(models.Model):
    """One file with data of people that leaves the house: asked for, agreed to, made once, fetched, deleted.

    Its cases are settled when it is asked for; what stands of them in the file is as of its making.
    """

    class Kind(models.TextChoices):
        TIMELINE = "timeline", _("Timeline of a case")
        CASES = "cases", _("List of cases")
        BUNDLE = "bundle", _("Bundle for a court")

    class Form(models.TextChoices):
        PDF = "pdf", "PDF"
        JSON = "json", "JSON"
        CSV = "csv", "CSV"
        ZIP = "zip", "ZIP"

    class State(models.TextChoices):
        ASKED = "asked", _("Waiting for a second person")
        MAKING = "making", _("Being made")
        READY = "ready", _("Ready to be fetched")
        FAILED = "failed", _("Could not be made")
        DENIED = "denied", _("Denied")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        LAPSED = "lapsed", _("Nobody decided in time")
        EXPIRED = "expired", _("Expired, file deleted")

    OVER = ("failed", "denied", "withdrawn", "lapsed", "expired")

    number = models.CharField(_("number"), max_length=30, unique=True)
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    form = models.CharField(_("form"), max_length=4, choices=Form)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    in_full = models.BooleanField(_("unmasked"), default=False)
    reason = models.CharField(_("what it is for"), max_length=300)
    # Of one case: which; of many, ``chosen`` says how they were chosen.
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="exports"
    )
    chosen = models.JSONField(_("which cases"), default=dict, encoder=DjangoJSONEncoder)
    total = models.PositiveIntegerField(_("cases"), default=0)
    group = models.CharField(_("only these events"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=4)
    # Whose leaders decide; none, where the cases are of several teams.
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="exports"
    )
    asked_at = models.DateTimeField(_("asked for at"))
    approval = models.OneToOneField(
        Approval, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    size = models.PositiveBigIntegerField(_("size"), default=0)
    sha256 = models.CharField(_("digest"), max_length=64, blank=True)
    made_at = models.DateTimeField(_("made at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)
    why = models.CharField(_("because"), max_length=20, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["timeline", "cases", "bundle"]), name="export_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(form__in=["pdf", "json", "csv", "zip"]), name="export_form_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "asked", "making", "ready", "failed", "denied", "withdrawn", "lapsed",
                        "expired",
                    ]
                ),
                name="export_state_known",
            ),
            models.CheckConstraint(
                condition=Q(in_full=False) | Q(approval__isnull=False),
                name="export_in_full_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | (~Q(sha256="") & Q(expires_at__isnull=False)),
                name="export_ready_has_digest_and_end",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["team", "-id"], name="export_of_team"),
            models.Index(
                fields=["id"], name="export_at_work",
                condition=Q(state__in=["asked", "making", "ready"]),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The export's page."""
        return reverse("exports:export", args=[self.number])

    @property
    def filename(self) -> str:
        """The name under which the file is fetched."""
        about = self.case.reference if self.case else "cases"
        return f"{about}-{self.number}.{self.form}"

    def is_to_be_fetched_at(self, moment: datetime) -> bool:
        """Whether the file lies there and its time has not run out."""
        return bool(self.state == self.State.READY and self.expires_at and moment < self.expires_at)


class ExportCase(models.Model):
    """One case of which data are in the export."""

    export = models.ForeignKey(Export, on_delete=models.PROTECT, related_name="of_cases")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["export", "case"], name="export_names_a_case_once")
        ]

    def __str__(self) -> str:
        return f"{self.export} {self.case}"


class Fetch(models.Model):
    """One time that the file was fetched, by whoever had asked for it."""

    export = models.ForeignKey(Export, on_delete=models.PROTECT, related_name="fetches")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.export} {self.at}"
