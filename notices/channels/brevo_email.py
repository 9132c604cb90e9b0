"""E-mail by Brevo."""

from anymail.backends.brevo import EmailBackend
from anymail.webhooks.brevo import BrevoTrackingWebhookView
from django.utils.translation import gettext_lazy as _

from notices.channels import Setting
from notices.channels.anymail_line import ByAnymail

CARRIER = ByAnymail(
    "brevo_email",
    "Brevo",
    backend=EmailBackend,
    tracking=BrevoTrackingWebhookView,
    home="https://api.brevo.com/v3",
    fields=(Setting("api_key", _("API key"), secret=True),),
    options={"api_key": "api_key"},
)
