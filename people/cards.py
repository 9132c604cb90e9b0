"""The card that an officer shows: what its QR code says, and whether it is good today."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.signing import BadSignature, Signer

from common.clock import HOUSE_ZONE, local_day
from people.models import OfficerCredential, OfficerPhoto, User

_SIGNER = Signer(sep="~", salt="people.cards")
"""Nobody guesses another officer's address; it says nothing and needs no table."""


@dataclass(frozen=True)
class Card:
    """An officer as somebody at the door may know them: name, badge, house; never a debt."""

    officer: User
    organisation: Any
    valid: bool
    permit: OfficerCredential | None

    @property
    def photo(self) -> str:
        """What the officer looks like, as a data URI; empty where there is no photograph."""
        kept = OfficerPhoto.objects.filter(officer=self.officer).first()
        return kept.uri if kept else ""


def token_of(officer: User) -> str:
    """What the QR code on the officer's card names."""
    return _SIGNER.sign(str(officer.pk))


def card_of(token: str, at: datetime) -> Card | None:
    """The card behind the token as it stands now; none for what was never given out.

    The last day of a permit ends at midnight of the place: from then on it is not valid.
    """
    try:
        key = int(_SIGNER.unsign(token))
    except (BadSignature, ValueError):
        return None
    officer = (
        User.objects.filter(pk=key).exclude(badge="").select_related("team__organisation").first()
    )
    if officer is None:
        return None
    today = local_day(at, HOUSE_ZONE)
    permits = list(officer.credentials.filter(kind=OfficerCredential.Kind.PERMIT))
    permit = next((one for one in permits if one.valid_on(today)), None)
    return Card(
        officer=officer,
        organisation=officer.team.organisation if officer.team else None,
        valid=officer.is_active and permit is not None,
        permit=permit,
    )
