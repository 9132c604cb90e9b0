"""Signs of life of those who send without a person: the beat that ticks, the workers that carry out."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Pulse(models.Model):
    """The last sign of life of one part of the house, by the database's clock."""

    part = models.CharField(
        _("part of the house"), max_length=12, primary_key=True
    )  # beat or worker
    who = models.CharField(_("by"), max_length=120)
    seen_at = models.DateTimeField(_("seen at"))

    class Meta:
        verbose_name, verbose_name_plural = _("sign of life"), _("signs of life")

    def __str__(self) -> str:
        return f"{self.part}: {self.who}"
