"""Everything that is said to a debtor: what, by which way, when, and what became of it."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """One message by one channel; written in the transaction that causes it."""

    class Kind(models.TextChoices):
        VISIT_NOTICE = "visit_notice", _("Visit notice")
        VISIT_CANCELLED = "visit_cancelled", _("Visit cancelled")
        REMINDER_BEFORE = "reminder_before", _("Reminder before the due day")
        REMINDER_DUE = "reminder_due", _("Reminder on the due day")
        REMINDER_AFTER = "reminder_after", _("Reminder after the due day")
        AGREEMENT_COPY = "agreement_copy", _("Copy of the agreement")
        PAYMENT_RECEIPT = "payment_receipt", _("Receipt for a payment")
        SETTLEMENT = "settlement", _("Settlement certificate")
        LETTER = "letter", _("Letter")

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        LETTER = "letter", _("Letter")

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be sent")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        BOUNCED = "bounced", _("Came back")
        FAILED = "failed", _("Failed")
        SUPPRESSED = "suppressed", _("Not sent")
        DOUBTFUL = "doubtful", _("In doubt")

    case = models.ForeignKey(  # a string: cases stands above notices
        "cases.Case", on_delete=models.PROTECT, related_name="notices"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    channel = models.CharField(_("by"), max_length=10, choices=Channel)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.QUEUED)
    language = models.CharField(_("language"), max_length=4)  # zh, en or both
    recipient = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="notices")
    address = models.CharField(_("to"), max_length=250)
    contact_point = models.ForeignKey(
        "people.ContactPoint", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    document = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    about = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    visit = models.ForeignKey(
        "visits.Visit", on_delete=models.PROTECT, null=True, blank=True, related_name="notices"
    )
    instalment = models.ForeignKey(
        "agreements.Instalment", on_delete=models.PROTECT, null=True, blank=True,
        related_name="notices",
    )  # fmt: skip
    dedupe_key = models.CharField(max_length=160, unique=True)
    queued_at = models.DateTimeField(_("prepared at"))
    due_at = models.DateTimeField(_("to be sent at"))
    claimed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    provider_id = models.CharField(_("number at the carrier"), max_length=120, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    why = models.CharField(_("because"), max_length=300, blank=True)

    class Meta:
        ordering = ["-queued_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "visit_notice",
                        "visit_cancelled",
                        "reminder_before",
                        "reminder_due",
                        "reminder_after",
                        "agreement_copy",
                        "payment_receipt",
                        "settlement",
                        "letter",
                    ]
                ),
                name="notice_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=["email", "letter"]), name="notice_channel_known"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "queued",
                        "sending",
                        "sent",
                        "delivered",
                        "bounced",
                        "failed",
                        "suppressed",
                        "doubtful",
                    ]
                ),
                name="notice_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=["zh", "en", "both"]), name="notice_language_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "due_at", "id"],
                name="notice_due",
                condition=models.Q(state="queued"),
            ),
            models.Index(
                fields=["claimed_at"], name="notice_sending", condition=models.Q(state="sending")
            ),
            models.Index(fields=["case", "-queued_at"], name="notice_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_channel_display()}"
