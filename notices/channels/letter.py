"""Letters: printed from a queue, posted by a person, followed by their registered-post number."""

import re

# Universal Postal Union S10 (RA123456785CN), and the 13 digits that China Post prints at home.
_NUMBER = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}|\d{10,20}|[A-Z]{2,4}\d{8,18}")


def is_post_number(text: str) -> bool:
    """Whether this can be the number of a registered letter or an express parcel."""
    return bool(_NUMBER.fullmatch(as_number(text)))


def as_number(text: str) -> str:
    """The number without blanks and hyphens, in capitals."""
    return re.sub(r"[\s-]", "", text).upper()
