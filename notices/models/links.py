"""A link by which somebody without an account reads what is meant for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PortalLink(models.Model):
    """One link, bound to a case, a person and a purpose; its token is reckoned and never stored."""

    class Purpose(models.TextChoices):
        MESSAGES = "messages", _("Read the messages")
        SIGN = "sign", _("Read and sign")
        OWN = "own", _("See and answer one's own matter")

    case = models.ForeignKey(  # a string: cases stands above notices
        "cases.Case", on_delete=models.PROTECT, related_name="portal_links"
    )
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="portal_links"
    )
    visit = models.ForeignKey(  # at which it was given to whoever was visited
        "visits.Visit", on_delete=models.PROTECT, null=True, blank=True, related_name="portal_links"
    )
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose)
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("good until"))
    revoked_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    entered_at = models.DateTimeField(_("last entered at"), null=True, blank=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    shut_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(purpose__in=["messages", "sign", "own"]),
                name="portal_link_purpose_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} · {self.pk}"


class OneTimeCode(models.Model):
    """Six digits sent or shown to somebody who holds a link; reckoned from ``nonce``, of the code only a mark is kept."""

    link = models.ForeignKey(PortalLink, on_delete=models.PROTECT, related_name="codes")
    nonce = models.CharField(max_length=32)
    mark = models.CharField(max_length=64)
    channel = models.CharField(_("by"), max_length=16)
    shown_to = models.CharField(_("to"), max_length=80)
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("good until"))
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(_("entered at"), null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.channel} · {self.shown_to}"
