"""What stops a case without being a step: holds, and a refusal of visits."""

from datetime import date, datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import TransitionNotAllowed

from common.sealed import SealedCharField, SealedTextField
from documents.models import Document
from people.models import User


class Hold(models.Model):
    """A pause for a reason, with a day of review and a day on which it ends by itself."""

    class Reason(models.TextChoices):
        HARDSHIP = "hardship", _("Hardship")
        HOSPITAL = "hospital", _("In hospital")
        BEREAVEMENT = "bereavement", _("Bereavement")
        DISPUTE = "dispute", _("The debt is disputed")
        COMPLAINT = "complaint", _("Complaint")
        INQUIRY = "inquiry", _("Compliance looks into something")
        VULNERABLE = "vulnerable", _("Needs special care")
        INSOLVENCY = "insolvency", _("Insolvency or moratorium")
        COUNSEL = "counsel", _("A lawyer or adviser acts for the debtor")
        INCIDENT = "incident", _("Incident at a visit")
        NO_CONTACT_ORDER = "order", _("No-contact order of the police or a court")
        OTHER = "other", _("Other reason")

    TELLS_OF_NEED = (Reason.VULNERABLE, Reason.HOSPITAL, Reason.HARDSHIP, Reason.BEREAVEMENT)
    """Reasons that tell of somebody's need: what was said of it is restricted, and goes with the notes on it."""

    class Scope(models.TextChoices):
        ALL = "all", _("All contact")
        VISITS = "visits", _("Visits only")
        REMINDERS = "reminders", _("Reminders only")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    scope = models.CharField(_("stops"), max_length=10, choices=Scope, default=Scope.ALL)
    remark = SealedTextField(_("what happened"), blank=True)
    evidence = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    interest_runs = models.BooleanField(_("interest goes on"), default=True)
    starts_on = models.DateField(_("from"))
    review_on = models.DateField(_("review on"))
    until = models.DateField(_("until (last day)"))
    placed_at = models.DateTimeField(_("placed at"))
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_why = SealedCharField(_("why it ended"), max_length=200, blank=True)

    class Meta:
        ordering = ["-placed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    reason__in=[
                        "hardship",
                        "hospital",
                        "bereavement",
                        "dispute",
                        "complaint",
                        "inquiry",
                        "vulnerable",
                        "insolvency",
                        "counsel",
                        "incident",
                        "order",
                        "other",
                    ]
                ),
                name="hold_reason_known",
            ),
            models.CheckConstraint(
                condition=models.Q(scope__in=["all", "visits", "reminders"]),
                name="hold_scope_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    review_on__gte=models.F("starts_on"), until__gte=models.F("review_on")
                ),
                name="hold_days_in_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["until", "id"], name="hold_open", condition=models.Q(ended_at=None)
            )
        ]

    @property
    def is_sensitive(self) -> bool:
        """Whether the detail is for those alone who answer for the case."""
        return self.reason in self.TELLS_OF_NEED

    def __str__(self) -> str:
        return self.get_reason_display()

    def mark_reviewed(self, *, at: datetime) -> None:
        """Somebody has looked at it again."""
        if self.ended_at:
            raise TransitionNotAllowed(self)
        self.reviewed_at = at

    def end(self, *, at: datetime, by: User, why: str) -> None:
        """It stops nothing any more."""
        if self.ended_at:
            raise TransitionNotAllowed(self)
        self.ended_at, self.ended_by, self.ended_why = at, by, why

    def in_force_on(self, day: date) -> bool:
        """Whether it stops anything on that day; the last day is included."""
        return self.ended_at is None and self.starts_on <= day <= self.until


class Refusal(models.Model):
    """The debtor said no to visits; honoured at once, lifted only by two people."""

    class How(models.TextChoices):
        AT_THE_DOOR = "at_the_door", pgettext_lazy("refusal", "At the door")
        ASKED_TO_LEAVE = "asked_to_leave", _("Asked the officers to leave")
        BY_TELEPHONE = "by_telephone", _("By telephone")
        IN_WRITING = "in_writing", _("In writing")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="refusals")
    how = models.CharField(_("how"), max_length=16, choices=How)
    at = models.DateTimeField(_("at"))
    until = models.DateField(_("no visits until (last day)"))
    remark = SealedCharField(_("note"), max_length=400, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    honoured_at = models.DateTimeField(  # none: in the transaction that recorded it, at once
        _("honoured at"), null=True, blank=True
    )

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    how__in=["at_the_door", "asked_to_leave", "by_telephone", "in_writing"]
                ),
                name="refusal_how_known",
            )
        ]
        indexes = [models.Index(fields=["at", "id"], name="refusal_by_moment")]

    def __str__(self) -> str:
        return self.get_how_display()
