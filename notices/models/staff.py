"""What members of staff are told by e-mail: a row written in the transaction that causes it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from workflow.reasons import read_again

if TYPE_CHECKING:
    from people.models import User

STUCK_AFTER = timedelta(minutes=15)
"""Due or claimed so long ago, and untouched: neither a sweep nor a lease should let that be."""


class StaffMessageQuerySet(models.QuerySet["StaffMessage"]):
    """What pages and the sender ask of messages to staff."""

    def visible_to(self, user: "User") -> "StaffMessageQuerySet":
        """Those to the own team; all of them for those who answer for the whole house."""
        if user.sees_every_team:
            return self
        return self.filter(person__team=user.team_id) if user.team_id else self.none()

    def due_at(self, moment: datetime) -> "StaffMessageQuerySet":
        """What waits and may be tried by now."""
        return self.filter(state=StaffMessage.State.QUEUED, next_at__lte=moment)

    def stuck_at(self, moment: datetime) -> "StaffMessageQuerySet":
        """What nobody has touched, though it was due or its sender was gone long ago."""
        return self.filter(
            models.Q(state=StaffMessage.State.QUEUED, next_at__lt=moment - STUCK_AFTER)
            | models.Q(state=StaffMessage.State.SENDING, claimed_at__lt=Now() - STUCK_AFTER)
        )


class StaffMessage(models.Model):
    """One e-mail to one member of staff; it is sent at least once, since a second one harms nobody."""

    class Kind(models.TextChoices):
        ALARM = "alarm", _("Alarm")
        WAIVER = "waiver", _("Waiver")
        ANCHOR = "anchor", _("Signed heads")
        CASH = "cash", _("Cash")
        VISIT = "visit", _("Visit")
        EXPORT = "export", _("Export")
        CASES = "cases", _("Cases given out")

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be sent")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        SUPPRESSED = "suppressed", _("Not sent")  # what it told of was over

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff_messages"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    address = models.CharField(_("to"), max_length=320)
    dedupe_key = models.CharField(max_length=160, unique=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.QUEUED)
    queued_at = models.DateTimeField(_("prepared at"))
    # Claims are stamped with the database's time, all other times are the product's.
    next_at = models.DateTimeField(_("next try at"))
    claimed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    provider_id = models.CharField(_("number at the carrier"), max_length=120, blank=True)
    why = models.CharField(_("because"), max_length=300, blank=True)
    says = models.JSONField(default=dict, blank=True)  # the same in each language ("zh", "en")

    objects = StaffMessageQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name, verbose_name_plural = _("message to staff"), _("messages to staff")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=["alarm", "waiver", "anchor", "cash", "visit", "export", "cases"]
                ),
                name="staff_message_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "sending", "sent", "failed", "suppressed"]),
                name="staff_message_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at=None)),
                name="staff_message_sent_at_a_moment",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["failed", "suppressed"]) | ~models.Q(why=""),
                name="staff_message_says_why_it_did_not_go",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                name="staff_message_due",
                condition=models.Q(state="queued"),
            ),
            models.Index(
                fields=["claimed_at"],
                name="staff_message_sending",
                condition=models.Q(state="sending"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.address}"

    @property
    def because(self) -> str:
        """Why it did not go, in the reader's language."""
        return read_again(self.why, self.says)

    @property
    def is_in_trouble(self) -> bool:
        """Whether it has failed, or did not go when it was tried."""
        tried_in_vain = self.state == self.State.QUEUED and self.attempts > 0
        return self.state == self.State.FAILED or tried_in_vain
