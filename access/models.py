"""What is kept of guesses at a door, so that they grow slow."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tries(models.Model):
    """How often somebody tried in one place; whom and from where only a keyed hash says."""

    key = models.CharField(_("what is counted"), max_length=64, unique=True)
    count = models.PositiveIntegerField(_("tries"), default=0)
    last_at = models.DateTimeField(_("last try"), db_index=True)
    until = models.DateTimeField(_("no further try before"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("tries"), _("tries")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.count}"
