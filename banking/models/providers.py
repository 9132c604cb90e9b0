"""An organisation's account at a payment provider, and who did what with it."""

import secrets

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notices.models.accounts import Settings
from people.models import Organisation, Team, User
from workflow.reasons import read_again

PER_MINUTE = 600


def new_slug() -> str:
    """An address that nobody guesses; the provider's calls come to it."""
    return secrets.token_urlsafe(18)


class ProviderAccount(Settings):
    """Where one creditor's debtors pay by telephone or card; what is paid belongs to one team's cases."""

    creditor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(_("payment provider"), max_length=24)
    per_minute = models.PositiveIntegerField(_("most calls a minute"), default=PER_MINUTE)
    is_active = models.BooleanField(_("in use"), default=True)
    slug = models.CharField(max_length=40, unique=True, default=new_slug, editable=False)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(_("changed at"))
    # What was heard: calls that were the provider's, and those that could not be shown to be.
    heard_at = models.DateTimeField(_("last call"), null=True, blank=True, editable=False)
    heard_count = models.PositiveIntegerField(_("calls"), default=0, editable=False)
    forged_at = models.DateTimeField(_("last forged call"), null=True, blank=True, editable=False)
    forged_count = models.PositiveIntegerField(_("forged calls"), default=0, editable=False)
    forged_why = models.CharField(max_length=20, blank=True, editable=False)
    # How many calls came in the minute that began then, by the database's clock.
    window_at = models.DateTimeField(null=True, blank=True, editable=False)
    window_used = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("account at a payment provider")
        verbose_name_plural = _("accounts at payment providers")
        ordering = ["creditor_id", "provider", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "team", "provider"],
                condition=models.Q(is_active=True),
                name="provider_account_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.creditor} · {self.provider}"

    def get_absolute_url(self) -> str:
        """The account's page."""
        return reverse("banking:provider", args=[self.pk])


class ProviderRecord(models.Model):
    """One change or one test of an account; a test says what was heard since."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("Opened")
        CHANGED = "changed", _("Changed")
        TAKEN_OUT = "taken_out", _("Taken out of use")
        TAKEN_IN = "taken_in", _("Taken into use again")
        TESTED = "tested", _("Tested")

    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="records")
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    why = models.CharField(_("why"), max_length=300, blank=True)
    says = models.JSONField(_("in every language"), default=dict, blank=True)
    names = models.JSONField(_("what was changed"), default=list, blank=True)

    class Meta:
        verbose_name = _("record of a provider's account")
        verbose_name_plural = _("records of providers' accounts")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=["opened", "changed", "taken_out", "taken_in", "tested"]
                ),
                name="provider_record_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.get_kind_display()}"

    @property
    def told(self) -> str:
        """Why, in the reader's language where the house itself says it."""
        return read_again(self.why, self.says)
