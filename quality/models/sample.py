"""A sample of visits that are looked into: how it was drawn, who looked, what was found."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import TransitionNotAllowed

from cases.models import Case
from common.sealed import SealedCharField, SealedJSONField, SealedTextField
from people.models import Team, User
from quality.models.complaint import Complaint
from visits.models import Visit


class SampleQuerySet(models.QuerySet["Sample"]):
    """What pages ask of samples."""

    def visible_to(self, user: User) -> "SampleQuerySet":
        """Those of the own team, or all for those who answer for all."""
        return self if user.sees_every_team else self.filter(team=user.team_id)


class Sample(models.Model):
    """So many closed visits of a month, drawn by a seed: whoever draws again gets the same."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    month = models.DateField(_("month"))  # its first day
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    size = models.PositiveIntegerField(_("size"))
    seed = models.BigIntegerField(_("seed"))
    weights = models.JSONField(_("weights"), default=dict)
    population = models.PositiveIntegerField(_("closed visits"))
    population_sha256 = models.CharField(_("digest of the closed visits"), max_length=64)
    drawn_at = models.DateTimeField(_("drawn at"))
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = SampleQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The sample's page."""
        return reverse("quality:sample", args=[self.number])


class SampleLine(models.Model):
    """One visit of a sample, with the signs for which it was the likelier to be drawn."""

    class Drawn(models.TextChoices):
        OVERRIDE = "override", _("Has an exception from a rule")
        RANDOM = "random", pgettext_lazy("sample", "By chance")

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="lines")
    place = models.PositiveIntegerField(_("place"))
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    drawn = models.CharField(_("drawn"), max_length=8, choices=Drawn)
    signs = ArrayField(models.CharField(max_length=20), verbose_name=_("signs of risk"))
    weight = models.PositiveIntegerField(_("weight"))
    twice = models.BooleanField(_("looked into by two"), default=False)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_words = SealedTextField(_("what holds"), blank=True)

    class Meta:
        ordering = ["sample_id", "place"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(drawn__in=["override", "random"]), name="sample_drawn_known"
            ),
            models.UniqueConstraint(fields=["sample", "visit"], name="sample_visit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sample} / {self.place}"

    def get_absolute_url(self) -> str:
        """Where the visit is looked into."""
        return reverse("quality:line", args=[self.sample.number, self.place])

    def settle(self, *, at: datetime, by: User, words: str) -> None:
        """Two have answered differently; compliance says what holds."""
        if self.settled_at:
            raise TransitionNotAllowed(self)
        self.settled_at, self.settled_by, self.settled_words = at, by, words


class Review(models.Model):
    """One person's answers about a visit, of a sample or of a complaint; once given they stand."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(
        SampleLine, on_delete=models.PROTECT, null=True, blank=True, related_name="reviews"
    )
    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, null=True, blank=True, related_name="reviews"
    )
    turn = models.PositiveSmallIntegerField(_("which look"), default=1)
    answers = SealedJSONField(_("answers"), default=dict)
    remark = SealedTextField(_("remark"), blank=True)
    score = models.PositiveSmallIntegerField(_("score in per cent"), null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(line=None) ^ models.Q(complaint=None),
                name="review_of_a_line_or_a_complaint",
            ),
            models.UniqueConstraint(
                fields=["line", "turn"], name="review_once_a_turn",
                condition=models.Q(line__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["line", "by"], name="review_once_a_person",
                condition=models.Q(line__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["complaint", "by"], name="review_of_complaint_once_a_person",
                condition=models.Q(complaint__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.line or self.complaint} · {self.by}"


class Finding(models.Model):
    """What somebody found, and who does something about it until when."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(SampleLine, on_delete=models.PROTECT, related_name="findings")
    what = SealedCharField(_("what to do"), max_length=300)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("until"))
    raised_at = models.DateTimeField(_("raised at"))
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_how = SealedCharField(_("what was done"), max_length=300, blank=True)

    class Meta:
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return str(self.what)

    def done(self, *, at: datetime, by: User, how: str) -> None:
        """It was done."""
        if self.done_at:
            raise TransitionNotAllowed(self)
        self.done_at, self.done_by, self.done_how = at, by, how
