"""What is kept of guesses at a door, so that they grow slow."""

from django.conf import settings
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


class RefusedLook(models.Model):
    """Somebody asked for a page that is not theirs: who, which address, how often within one minute.

    An empty ``path`` stands for all further addresses of that minute. The database lets the count rise
    and nothing else change.
    """

    class Status(models.IntegerChoices):
        NOT_THEIR_ROLE = 403, _("not for this role")
        NOT_THEIRS = 404, _("not theirs, or not there")

    who = models.ForeignKey(  # no index of its own: it begins a wider one below
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    minute = models.DateTimeField(_("minute"))
    status = models.PositiveSmallIntegerField(_("answer"), choices=Status)
    route = models.CharField(_("page"), max_length=80, blank=True)
    path = models.CharField(_("address"), max_length=200, blank=True)
    first_at = models.DateTimeField(_("first"))
    last_at = models.DateTimeField(_("last"))
    count = models.PositiveIntegerField(_("how often"))

    class Meta:
        verbose_name, verbose_name_plural = _("refused look"), _("refused looks")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["who", "minute", "status", "route", "path"], name="refused_look_once"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=[403, 404]), name="refused_look_status_known"
            ),
        ]
        indexes = [models.Index(fields=["who", "-id"], name="refused_look_of_person")]

    def __str__(self) -> str:
        return f"{self.who_id} {self.path}"
