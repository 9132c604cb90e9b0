"""An officer's badge to print: who they are, for whom they go, until when, and how to check and complain."""

from datetime import datetime

from django.urls import reverse

from documents.blocks import Badge, words
from documents.letterhead import day, english
from documents.render import render_badge
from people.cards import card_of, token_of
from people.models import User


def badge_of(officer: User, at: datetime) -> Badge | None:
    """The badge as it stands now; none for whoever has no number or no permit in force."""
    token = token_of(officer)
    card = card_of(token, at)
    if card is None or card.permit is None or not card.valid:
        return None
    house = card.organisation
    return Badge(
        name=officer.full_name or officer.username,
        number=officer.badge,
        house=words(house.name, english(house)) if house else words("", ""),
        photo=card.photo,
        permit=card.permit.number,
        valid_until=day(card.permit.valid_until),
        complaints=(house.complaint_phone or house.phone) if house else "",
        check=reverse("portal:officer", args=[token]),
        made_at=at,
    )


def badge_pdf(badge: Badge) -> bytes:
    """The badge on an A4 sheet."""
    return render_badge(badge)
