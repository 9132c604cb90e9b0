"""A complaint of how somebody was treated: kept from those complained of, answered by somebody else."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField, transition

from cases.models import Case, Hold
from common.sealed import SealedTextField
from notices.models import Notice
from people.models import User
from visits.models import Visit


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    """What pages ask of complaints."""

    def visible_to(self, user: User) -> "ComplaintQuerySet":
        """Those of the cases that this user sees, but for those that are kept from this very user."""
        seen = self.filter(case__in=Case.objects.visible_to(user))
        return seen.exclude(case__kept_from__contains=[user.pk])

    def open(self) -> "ComplaintQuerySet":
        """Not decided yet."""
        return self.exclude(state=Complaint.State.DECIDED)


class Complaint(models.Model):
    """What somebody complained of, the two clocks that run, and what came of it."""

    class State(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("complaint", "Received")
        CONFIRMED = "confirmed", pgettext_lazy("complaint", "Being looked into")
        DECIDED = "decided", pgettext_lazy("complaint", "Answered")

    class How(models.TextChoices):
        PHONE = "phone", _("By telephone")
        LETTER = "letter", _("By letter")
        EMAIL = "email", _("By e-mail")
        AT_DOOR = "at_door", pgettext_lazy("complaint", "At the door")
        LINK = "link", _("By the link on a paper or message")

    class What(models.TextChoices):
        MANNER = "manner", _("Tone and manners")
        THREAT = "threat", _("Threats or pressure")
        PRIVACY = "privacy", _("Others learned of the debt")
        FREQUENCY = "frequency", _("Too often, or at a wrong hour")
        DEBT = "debt", _("The debt or the sum")
        OTHER = "other", pgettext_lazy("complaint", "Something else")

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("Upheld")
        PARTLY = "partly", _("Upheld in part")
        NOT_UPHELD = "not_upheld", _("Not upheld")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="complaints")
    number = models.CharField(_("number"), max_length=20, unique=True)
    state = FSMField(
        _("state"), max_length=10, choices=State, default=State.RECEIVED, protected=True
    )
    how = models.CharField(_("how it came in"), max_length=10, choices=How)
    what = models.CharField(_("what it is about"), max_length=10, choices=What)
    words = SealedTextField(_("in the person's words"))
    visit = models.ForeignKey(
        Visit, on_delete=models.PROTECT, null=True, blank=True, related_name="complaints"
    )
    against = models.ManyToManyField(User, related_name="+", verbose_name=_("complained of"))
    hold = models.ForeignKey(
        Hold, on_delete=models.PROTECT, null=True, blank=True, related_name="complaints"
    )
    rules = ArrayField(models.CharField(max_length=40), verbose_name=_("by which rules"))
    received_at = models.DateTimeField(_("received at"))
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    letter_due_at = models.DateTimeField(_("holding letter due"))
    answer_due_at = models.DateTimeField(_("answer due"))
    reviewer = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("holding letter sent at"), null=True, blank=True)
    letter = models.ForeignKey(
        Notice, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(_("what came of it"), max_length=10, choices=Outcome, blank=True)
    reason = SealedTextField(_("why"), blank=True)
    remedy = SealedTextField(_("what is done about it"), blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.ForeignKey(
        Notice, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("complaint"), _("Complaints")
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["received", "confirmed", "decided"]),
                name="complaint_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(how__in=["phone", "letter", "email", "at_door", "link"]),
                name="complaint_how_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    what__in=["manner", "threat", "privacy", "frequency", "debt", "other"]
                ),
                name="complaint_what_known",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["", "upheld", "partly", "not_upheld"]),
                name="complaint_outcome_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="decided", decided_at__isnull=False)
                & ~models.Q(outcome="")
                | ~models.Q(state="decided") & models.Q(decided_at=None, outcome=""),
                name="complaint_decided_with_its_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["answer_due_at", "id"], name="complaint_open",
                condition=~models.Q(state="decided"),
            ),
            models.Index(fields=["-received_at", "-id"], name="complaint_by_time"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The complaint's page."""
        return reverse("quality:complaint", args=[self.number])

    @transition(field=state, source=State.RECEIVED, target=State.CONFIRMED)
    def confirm(self, *, at: datetime, reviewer: User) -> None:
        """The debtor is told that it has come in."""
        self.confirmed_at, self.reviewer = at, reviewer

    @transition(field=state, source=[State.RECEIVED, State.CONFIRMED], target=State.DECIDED)
    def decide(self, *, at: datetime, by: User, outcome: str, reason: str, remedy: str) -> None:
        """It is answered."""
        self.decided_at, self.decided_by = at, by
        self.outcome, self.reason, self.remedy = outcome, reason, remedy
