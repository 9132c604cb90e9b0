"""The secret address under which somebody's own calendar program finds their visits."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from people.models import User


class CalendarFeed(models.Model):
    """One address of one person; withdrawn, never changed, and one at a time.

    The address itself is not kept: it is reckoned from ``nonce`` with the house's key, and only ``mark``
    says whether an address that is asked was given out.
    """

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="calendar_feeds")
    nonce = models.CharField(max_length=32)
    mark = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("made at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("calendar link"), _("calendar links")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(withdrawn_at=None),
                name="calendar_feed_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.pk}"
