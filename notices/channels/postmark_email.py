"""E-mail by Postmark."""

from anymail.backends.postmark import EmailBackend
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from django.utils.translation import gettext_lazy as _

from notices.channels import Setting
from notices.channels.anymail_line import ByAnymail

CARRIER = ByAnymail(
    "postmark_email",
    "Postmark",
    backend=EmailBackend,
    tracking=PostmarkTrackingWebhookView,
    home="https://api.postmarkapp.com",
    fields=(
        Setting("server_token", _("Server token"), secret=True),
        Setting(
            "message_stream",
            _("Message stream"),
            _("Left empty: the stream for transactional messages."),
            required=False,
        ),
    ),
    options={"server_token": "server_token", "message_stream": "message_stream"},
)
