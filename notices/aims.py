"""What a message is for (``compliance.aims``), and whether it is one of those that may be sent for that."""

from collections.abc import Mapping
from typing import Any

from compliance.aims import Aim
from notices.kinds import REMINDERS
from notices.models import Notice
from notices.texts.wordings import WORDINGS


class WrongAim(ValueError):
    """A message was to go for something for which its text was never meant."""


def aim_for(kind: str, about: Mapping[str, Any]) -> Aim:
    """What a message of that kind is for; one in our own words collects unless its writer said otherwise.

    Word of a message is for what the message itself is for.
    """
    if kind == Notice.Kind.PORTAL_BELL:
        told = Notice.objects.filter(pk=about.get("of")).only("kind", "about").first()
        return aim_for(told.kind, told.about) if told else Aim.COLLECTING
    if kind in REMINDERS:
        return Aim.REMINDING
    if kind == Notice.Kind.LETTER:
        return Aim(about.get("aim", Aim.COLLECTING.value))
    return Aim.SERVING


def demand_fitting(wording: str, aim: Aim) -> None:
    """Raise ``WrongAim`` where this message is not one of those that may be sent for that."""
    if aim not in WORDINGS[wording].aims:
        raise WrongAim(f"{wording} is no message for {aim}")
