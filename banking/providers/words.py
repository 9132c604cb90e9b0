"""What is wrong with the keys of a provider's account, and why a call was not believed, in words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

BAD_KEYS: dict[str, Any] = {
    "private": _("This is a private key. Never give it away; the provider's public key belongs here."),
    "unread": _("This is no public key. Paste the whole file, with its first and last line."),
    "short": _("This key has less than 2,048 bits."),
    "expired": _("This certificate does not hold today."),
    "serial": _("This certificate has another serial number."),
    "other": _("This is no RSA key."),
    "pair": _("Key and number belong together: give both."),
}  # fmt: skip
SHORT_SECRET = _("The APIv3 key has exactly 32 letters and digits.")
NO_WHSEC = _("A signing secret begins with whsec_. This is something else.")
FORGED: dict[str, Any] = {
    "unsigned": _("it was not signed"),
    "signature": _("its signature does not fit the key"),
    "serial": _("it was signed by a key with another number"),
    "key": _("our key cannot be used"),
    "secret": _("it was signed by the provider, but our secret does not open it"),
    "merchant": _("it was meant for another merchant"),
    "old": _("it is too old, or one of the clocks is wrong"),
}
