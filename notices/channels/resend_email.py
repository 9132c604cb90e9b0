"""E-mail by Resend."""

from anymail.backends.resend import EmailBackend
from anymail.webhooks.resend import ResendTrackingWebhookView
from django.utils.translation import gettext_lazy as _

from notices.channels import Setting
from notices.channels.anymail_line import ByAnymail

CARRIER = ByAnymail(
    "resend_email",
    "Resend",
    backend=EmailBackend,
    tracking=ResendTrackingWebhookView,
    home="https://api.resend.com",
    fields=(
        Setting("api_key", _("API key"), _("With the right to send, and no other."), secret=True),
    ),
    options={"api_key": "api_key"},
)
