"""Letters: printed from a queue, posted by a person, followed by their registered-post number."""

import re

from django.utils.translation import gettext as _

from workflow.steps import WrongInput

# Universal Postal Union S10 (RA123456785CN), and the 13 digits that China Post prints at home.
_S10 = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}")
_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_NUMBER = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}|\d{10,20}|[A-Z]{2,4}\d{8,18}")


def is_post_number(text: str) -> bool:
    """Whether this can be the number of a registered letter or an express parcel."""
    return bool(_NUMBER.fullmatch(as_number(text)))


def check_digit_holds(number: str) -> bool:
    """Whether the ninth digit of a number after UPU S10 fits the eight before it; others have none.

    The eight digits are weighed 8 6 4 2 3 5 9 7; eleven less the rest by eleven is the check digit,
    where ten stands for 0 and eleven for 5.
    """
    if not _S10.fullmatch(number):
        return True
    rest = sum(int(digit) * weight for digit, weight in zip(number[2:10], _WEIGHTS, strict=True))
    return int(number[10]) == {10: 0, 11: 5}.get(11 - rest % 11, 11 - rest % 11)


def demand_post_number(number: str) -> None:
    """Raise ``WrongInput`` for what the post does not give out as a number, or was mistyped."""
    if not is_post_number(number):
        raise WrongInput(
            _("This is no number of a registered letter. It looks like RA123456785CN."), "number"
        )
    if not check_digit_holds(number):
        raise WrongInput(
            _("The check digit of %(number)s does not fit. Scan or type it once more.")
            % {"number": number},
            "number",
        )


def as_number(text: str) -> str:
    """The number without blanks and hyphens, in capitals."""
    return re.sub(r"[\s-]", "", text).upper()
