"""What makes a password easy to guess; nothing is asked of its mixture, and none grows old by itself.

After NIST SP 800-63B: long enough, not among the common ones, not made of the name of person or service,
not one sign again and again or a row. Django's list is the offline list of common passwords.
"""

import re
import unicodedata
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

OURS = {"doorstep", "password", "passwort", "mima", "密码"}
ROWS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
FEW = 4  # different signs, below which length helps nobody


class EasilyGuessed(CommonPasswordValidator):
    """Refuses what stands in the list, also with figures and signs put around it, and what repeats itself."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` where the password would be among the first guesses."""
        typed = unicodedata.normalize("NFKC", password).casefold().strip()
        if len(set(typed)) < FEW or _is_row(typed):
            raise ValidationError(
                _("This password repeats itself or follows a row. Take three or four words that do not belong together."),
                code="password_repeats",
            )  # fmt: skip
        core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", typed)
        if (
            {typed, core} & self.passwords
            or core in OURS
            or (core and _halves(core) & self.passwords)
        ):
            raise ValidationError(
                _("This is a common password, or one with figures and signs around it. Take three or four words that do not belong together."),
                code="password_too_common",
            )  # fmt: skip

    def get_help_text(self) -> str:
        """What to do, rather than what not."""
        return _(
            "Three or four words that do not belong together are good; no mixture of signs is asked for."
        )


def _halves(text: str) -> set[str]:
    """What is repeated, where the text is one thing twice or three times."""
    return {
        text[: len(text) // times]
        for times in (2, 3)
        if len(text) % times == 0 and text == text[: len(text) // times] * times
    }


def _is_row(text: str) -> bool:
    """Whether it goes along the keyboard, the alphabet or the figures."""
    return any(text in (row * 4) or text in (row[::-1] * 4) for row in ROWS)
