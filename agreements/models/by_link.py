"""An agreement that is out to be read and signed by link."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import Agreement
from agreements.models.signatory import Signatory
from notices.models import PortalLink
from people.models import User


class SigningLink(models.Model):
    """One link for one version and one person, the debtor where nobody else is named: who sent it, what was checked, and what became of it.

    ``terms_sha256`` is the digest of the terms for which it was sent: other terms are never signed by it.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signing_links")
    signatory = models.ForeignKey(
        Signatory, on_delete=models.PROTECT, null=True, blank=True, related_name="signing_links"
    )
    link = models.OneToOneField(PortalLink, on_delete=models.PROTECT, related_name="signing")
    terms_sha256 = models.CharField(max_length=64)
    channel = models.CharField(_("by"), max_length=16)
    id_checked = models.BooleanField(_("identity paper checked"), default=False)
    sent_at = models.DateTimeField(_("sent at"))
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("first read at"), null=True, blank=True)
    code = models.ForeignKey(
        "notices.OneTimeCode", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    expired_told_at = models.DateTimeField(null=True, blank=True)  # the desk knows of its end

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.agreement} · {self.channel}"
