"""E-mail by Mailgun; its call-backs are signed, and must show our key too."""

from anymail.backends.mailgun import EmailBackend
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from django.utils.translation import gettext_lazy as _

from notices.channels import Setting
from notices.channels.anymail_line import ByAnymail

CARRIER = ByAnymail(
    "mailgun_email",
    "Mailgun",
    backend=EmailBackend,
    tracking=MailgunTrackingWebhookView,
    home="https://api.mailgun.net/v3",
    fields=(
        Setting("sender_domain", _("Sending domain"), _("Such as mail.example.com.")),
        Setting("api_key", _("API key"), _("With the right to send, and no other."), secret=True),
        Setting("signing_key", _("Signing key of its call-backs"), secret=True),
    ),
    options={"api_key": "api_key", "sender_domain": "sender_domain"},
    view={"webhook_signing_key": "signing_key"},
)
