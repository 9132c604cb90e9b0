"""E-mail by SendGrid; its call-backs can be signed, and must show our key in any case."""

from anymail.backends.sendgrid import EmailBackend
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from django.utils.translation import gettext_lazy as _

from notices.channels import Setting
from notices.channels.anymail_line import ByAnymail

CARRIER = ByAnymail(
    "sendgrid_email",
    "SendGrid",
    backend=EmailBackend,
    tracking=SendGridTrackingWebhookView,
    home="https://api.sendgrid.com/v3",
    fields=(
        Setting("api_key", _("API key"), _("With the right to send, and no other."), secret=True),
        Setting(
            "verification_key",
            _("Verification key of its call-backs"),
            _("Shown where signed event webhooks are switched on."),
            required=False,
        ),
    ),
    options={"api_key": "api_key"},
    view={"tracking_webhook_verification_key": "verification_key"},
    accepts=frozenset({202}),
)
