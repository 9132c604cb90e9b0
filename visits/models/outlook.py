"""What the rules would say of a visit that is ahead, if all stayed as it is known now."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from visits.models.visit import Visit


class Outlook(models.Model):
    """One dry run of a visit, kept until the next night; nothing of it is on the timeline.

    ``starts_at`` and ``state`` are those of the visit when it was looked at: once they differ, the
    outlook is of no use and the next run makes it anew.
    """

    visit = models.OneToOneField(
        Visit, on_delete=models.CASCADE, primary_key=True, related_name="outlook"
    )
    starts_at = models.DateTimeField(_("begins"))
    state = models.CharField(_("state"), max_length=12)
    looked_at = models.DateTimeField(_("looked at"))
    looked_on = models.DateField(_("day on which it was looked at"))
    refused = models.BooleanField(_("would be refused"), default=False)
    rules = ArrayField(models.CharField(max_length=40), default=list, verbose_name=_("rules"))
    findings = models.JSONField(_("findings"), default=list, encoder=DjangoJSONEncoder)
    alternative_at = models.DateTimeField(_("lawful instead"), null=True, blank=True)

    class Meta:
        ordering = ["starts_at", "visit_id"]
        indexes = [
            models.Index(
                fields=["starts_at", "visit"],
                name="outlook_refused",
                condition=models.Q(refused=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.looked_on}"

    def is_of_use_at(self, moment: datetime) -> bool:
        """Whether the visit still lies ahead."""
        return moment < self.starts_at
