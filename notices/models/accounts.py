"""By whose account at which carrier a message goes, and what the carriers tell of what they took."""

import json
import secrets
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedTextField

from notices.models.notice import Notice


def new_slug() -> str:
    """An address that nobody guesses; the carrier's call-backs come to it."""
    return secrets.token_urlsafe(18)


class Settings(models.Model):
    """What an account elsewhere needs: settings that may be read, and keys that are sealed."""

    settings = models.JSONField(_("settings"), default=dict, blank=True)
    sealed = EncryptedTextField(_("secrets"), blank=True, null=True)

    class Meta:
        abstract = True

    @property
    def secrets(self) -> dict[str, Any]:
        """The keys that were given there, readable only with the house's own key."""
        return dict(json.loads(self.sealed)) if self.sealed else {}

    @secrets.setter
    def secrets(self, given: dict[str, Any]) -> None:
        self.sealed = json.dumps(given) if given else None


class ChannelAccount(Settings):
    """An organisation's account at a carrier, for one channel."""

    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="channel_accounts"
    )
    channel = models.CharField(_("channel"), max_length=16, choices=Notice.Channel)
    provider = models.CharField(_("carrier"), max_length=24)
    per_minute = models.PositiveIntegerField(
        _("most messages a minute"), default=0, help_text=_("0: no limit.")
    )
    is_active = models.BooleanField(_("in use"), default=True)
    slug = models.CharField(max_length=40, unique=True, default=new_slug, editable=False)
    changed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(_("changed at"))
    # The relay's own book-keeping, by the database's clock.
    window_at = models.DateTimeField(null=True, blank=True, editable=False)
    window_used = models.PositiveIntegerField(default=0, editable=False)
    polled_at = models.DateTimeField(null=True, blank=True, editable=False)
    forged_at = models.DateTimeField(_("last forged call"), null=True, blank=True, editable=False)
    forged_count = models.PositiveIntegerField(_("forged calls"), default=0, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("account at a carrier"), _("accounts at carriers")
        ordering = ["organisation_id", "channel", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "channel"],
                condition=models.Q(is_active=True),
                name="channel_account_once",
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=["email", "sms", "wecom", "wechat"]),
                name="channel_account_channel_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.get_channel_display()} · {self.provider}"


class CarrierReceipt(models.Model):
    """One statement of a carrier, kept once however often and in whatever order it comes."""

    class State(models.TextChoices):
        DELIVERED = "delivered", _("Delivered")
        BOUNCED = "bounced", _("Came back")
        FAILED = "failed", _("Failed")

    account = models.ForeignKey(ChannelAccount, on_delete=models.PROTECT, related_name="receipts")
    provider_id = models.CharField(max_length=120, blank=True)
    reference = models.CharField(max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State)
    said_at = models.DateTimeField(_("said for"))
    received_at = models.DateTimeField(_("received at"))
    why = models.CharField(_("because"), max_length=300, blank=True)
    says = models.JSONField(default=dict, blank=True)  # the same in each language, where we say it
    dead = models.BooleanField(_("nobody is reached at this address"), default=False)
    unwanted = models.BooleanField(_("does not want to be reached there"), default=False)
    digest = models.CharField(max_length=64)
    applied_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "digest"], name="carrier_receipt_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["delivered", "bounced", "failed"]),
                name="carrier_receipt_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="carrier_receipt_open",
                condition=models.Q(applied_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}: {self.get_state_display()}"
