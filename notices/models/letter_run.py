"""Letters that were printed in one go: by whom, when, in which order, and exactly what."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notices.models.notice import Notice

if TYPE_CHECKING:
    from people.models import User


class LetterRunQuerySet(models.QuerySet["LetterRun"]):
    """What pages ask of runs."""

    def visible_to(self, user: "User") -> "LetterRunQuerySet":
        """The runs of the own team; all of them for those who answer for the whole house."""
        if user.sees_every_team:
            return self
        return self.filter(team_id=user.team_id) if user.team_id else self.none()


class LetterRun(models.Model):
    """One press of “print”: the letters as one file, and the sheet that goes to the post with them."""

    number = models.CharField(_("number of the run"), max_length=20, unique=True)
    team = models.ForeignKey(  # empty: printed for several teams by somebody who answers for all
        "people.Team", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    printed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    printed_at = models.DateTimeField(_("printed at"))
    letters = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, related_name="+", verbose_name=_("letters")
    )
    sheet = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, related_name="+",
        verbose_name=_("run sheet"),
    )  # fmt: skip

    objects = LetterRunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The run's page at the desk."""
        return reverse("notices:run", args=[self.number])


class LetterRunLine(models.Model):
    """One letter of a run; ``again`` says that it had been printed before."""

    run = models.ForeignKey(LetterRun, on_delete=models.PROTECT, related_name="lines")
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="prints")
    place = models.PositiveSmallIntegerField(_("number in the run"))
    pages = models.PositiveSmallIntegerField(_("pages"))
    again = models.BooleanField(_("printed again"), default=False)

    class Meta:
        ordering = ["run_id", "place"]
        constraints = [
            models.UniqueConstraint(fields=["run", "notice"], name="letter_run_has_a_letter_once")
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.place}"
