"""Texts that a carrier has approved: it sends nothing else, by their number and with values for their gaps."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notices.models.accounts import ChannelAccount
from notices.texts.wordings import LANGUAGES, OUTSIDE, WORDINGS


class ApprovedTemplate(models.Model):
    """One text that the carrier of an account has approved for one message in one language.

    ``text`` is the carrier's, with its own gaps; ``parameters`` says in the carrier's order what of ours
    fills each of them. One that is no longer used is kept, for notices were sent by it.
    """

    account = models.ForeignKey(
        ChannelAccount, on_delete=models.PROTECT, related_name="approved_templates"
    )
    wording = models.CharField(_("message"), max_length=20)
    language = models.CharField(_("language"), max_length=4)
    number = models.CharField(_("number at the carrier"), max_length=64)
    signature = models.CharField(_("signature"), max_length=30, blank=True)
    text = models.TextField(_("approved text"))
    parameters = models.JSONField(_("gaps"), default=list)
    is_active = models.BooleanField(_("in use"), default=True)
    changed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        ordering = ["account_id", "wording", "language", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "wording", "language"],
                condition=Q(is_active=True),
                name="approved_template_once",
            ),
            models.CheckConstraint(
                condition=Q(language__in=list(LANGUAGES)), name="approved_template_language_known"
            ),
        ]

    def __str__(self) -> str:
        name = WORDINGS[self.wording].label if self.wording in WORDINGS else self.wording
        return f"{name} · {self.number}"

    def get_absolute_url(self) -> str:
        """The list in which it stands."""
        return reverse("wording:approved")


TEMPLATED = OUTSIDE
"""Channels whose carriers may want a text to be approved."""
