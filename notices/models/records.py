"""Who changed an account at a carrier, and who tried it: each once, and kept."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from notices.models.accounts import ChannelAccount
from workflow.reasons import read_again


class AccountRecord(models.Model):
    """One change or one try of an account."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("Opened")
        CHANGED = "changed", _("Changed")
        TAKEN_OUT = "taken_out", _("Taken out of use")
        TAKEN_IN = "taken_in", _("Taken into use again")
        TRIED = "tried", _("Tried")

    class Outcome(models.TextChoices):
        NONE = "none", "–"
        BEGUN = "begun", _("begun")
        TAKEN = "taken", _("taken")
        REFUSED = "refused", _("refused")
        UNCLEAR = "unclear", _("not known")

    account = models.ForeignKey(ChannelAccount, on_delete=models.PROTECT, related_name="records")
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    why = models.CharField(_("why"), max_length=300, blank=True)
    names = models.JSONField(_("what was changed"), default=list, blank=True)
    to = models.CharField(_("to"), max_length=320, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.NONE)
    words = models.CharField(_("the carrier's words"), max_length=300, blank=True)
    says = models.JSONField(_("in every language"), default=dict, blank=True)
    """What the house itself says of it, where it is no person's and no carrier's own words."""

    class Meta:
        verbose_name, verbose_name_plural = _("record of an account"), _("records of accounts")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=["opened", "changed", "taken_out", "taken_in", "tried"]
                ),
                name="account_record_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["none", "begun", "taken", "refused", "unclear"]),
                name="account_record_outcome_known",
            ),
        ]

    @property
    def told(self) -> str:
        """Why, or what came of it, in the reader's language where the house itself says it."""
        return read_again(self.why or self.words, self.says)

    def __str__(self) -> str:
        return f"{self.account}: {self.get_kind_display()}"
