"""How far a worker has come with what it has begun: the mark that is made before each hand-over."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Handover(models.Model):
    """One notice that was begun: whether it was handed over, and what the carrier answered.

    The table is not logged (migration 0014): a mark costs no wait for a disk and is there for whoever
    comes after a worker that died. After a crash of the database the table is empty, and so is a
    replica's; of what was begun and has no mark nobody knows anything, so it is in doubt.
    There are no foreign keys: a row lives for seconds.
    """

    notice_id = models.BigIntegerField(primary_key=True)
    case_id = models.BigIntegerField()
    stamp = models.DateTimeField()  # of the claim
    event_count = models.PositiveIntegerField()  # of the case when it was asked
    handed = models.BooleanField(default=False)
    taken = models.JSONField(null=True)  # the carrier's answer

    class Meta:
        verbose_name, verbose_name_plural = _("hand-over"), _("hand-overs")

    def __str__(self) -> str:
        return f"n{self.notice_id}"
