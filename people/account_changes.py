"""What was done to whose account, by whom."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountChange(models.Model):
    """Somebody has made or changed another's account, or reset what they sign in with; never edited."""

    class What(models.TextChoices):
        MADE = "made", _("Account made")
        CHANGED = "changed", _("Account changed")
        RESET = "reset", _("Second factor reset")

    account = models.ForeignKey(  # no index of its own: it begins a wider one below
        "people.User", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))
    what = models.CharField(_("what"), max_length=10, choices=What)

    class Meta:
        verbose_name, verbose_name_plural = _("change of an account"), _("changes of accounts")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(what__in=["made", "changed", "reset"]),
                name="account_change_what_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(account=models.F("by")), name="account_change_by_another"
            ),
        ]
        indexes = [models.Index(fields=["account", "at"], name="account_change_lately")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.what}"
