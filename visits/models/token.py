"""By what somebody outside asks about a visit: the token of its QR code, and a code of six digits."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from visits.models.visit import Visit


class VisitToken(models.Model):
    """The token and the code of one visit as it stands now; another slot, place or crew gets its own.

    Neither is kept: both are reckoned from ``nonce`` with the house's key, and the marks alone say
    which was given out. ``code_mark`` is empty once the code may be given to another visit.
    """

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="tokens")
    nonce = models.CharField(max_length=32)
    turn = models.PositiveSmallIntegerField(default=0)
    token_mark = models.CharField(max_length=64, unique=True)
    code_mark = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - many have none
    made_at = models.DateTimeField(_("made at"))
    opened_at = models.DateTimeField(_("good from"), null=True, blank=True)
    expires_at = models.DateTimeField(_("good until"))
    revoked_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    # What was asked here, and how often since the timeline was last told of it.
    checked_at = models.DateTimeField(_("last asked at"), null=True, blank=True)
    untold = models.PositiveIntegerField(default=0)
    unexpected_at = models.DateTimeField(_("not expected"), null=True, blank=True)
    unwanted_at = models.DateTimeField(_("not wanted"), null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit"],
                condition=models.Q(revoked_at=None),
                name="visit_token_one_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["checked_at"], name="visit_token_untold", condition=models.Q(untold__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit} · {self.pk}"


class CodeTries(models.Model):
    """How many wrong codes were entered in one span of time, from one address or from all together.

    ``key`` names the span and, of an address, a mark that nobody can read back.
    """

    key = models.CharField(max_length=80, primary_key=True)
    wrong = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(_("counts until"))

    class Meta:
        verbose_name_plural = "code tries"

    def __str__(self) -> str:
        return f"{self.key}: {self.wrong}"
