"""Whose account a message goes by, and how many a minute it may carry."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from notices.channels import label_of
from notices.models import ChannelAccount, Notice

WINDOW = timedelta(minutes=1)


@dataclass(frozen=True)
class Places:
    """How many messages an account may carry now of those wanted, and how long the others wait."""

    granted: int
    wait: timedelta
    window_at: datetime | None = None
    """Of which minute they are; None where the account has no limit."""


def account_of(organisation: int, channel: str) -> ChannelAccount | None:
    """The account by which that organisation's messages of that channel go."""
    return ChannelAccount.objects.filter(
        organisation=organisation, channel=channel, is_active=True
    ).first()


def name_of(account: ChannelAccount) -> str:
    """What people call an account: whose it is, for which channel, at which carrier."""
    return (
        f"{account.organisation} · {account.get_channel_display()} · {label_of(account.provider)}"
    )


def writers_of(notices: Iterable[Notice]) -> dict[int, int]:
    """Who writes each: the agency of its case where there is one, else the creditor."""
    rows = Notice.objects.filter(pk__in=[notice.pk for notice in notices]).order_by()
    return dict(rows.values_list("pk", Coalesce("case__agency_id", "case__creditor_id")))


def in_use(channel: str, organisations: Collection[int]) -> dict[int, ChannelAccount]:
    """The accounts of that channel that are in use, by their organisation."""
    rows = ChannelAccount.objects.filter(
        channel=channel, is_active=True, organisation__in=organisations
    )
    return {row.organisation_id: row for row in rows}


def take_places(account: ChannelAccount, wanted: int) -> Places:
    """Take so many places, or as many as are left, of what the account may carry this minute.

    Counted in the account's row by the database's clock, so that all workers together keep to it.
    """
    if not account.per_minute:
        return Places(wanted, timedelta())
    with transaction.atomic():
        held = (
            ChannelAccount.objects.select_for_update(of=("self",))
            .annotate(now_at=Now())
            .get(pk=account.pk)
        )
        passed = held.now_at - held.window_at if held.window_at else WINDOW
        if not timedelta(0) <= passed < WINDOW:
            held.window_at, held.window_used, passed = held.now_at, 0, timedelta(0)
        granted = max(min(wanted, held.per_minute - held.window_used), 0)
        held.window_used += granted
        held.save(update_fields=["window_at", "window_used"])
    return Places(granted, WINDOW - passed, held.window_at)


def give_places_back(account: ChannelAccount, places: Places, unused: int) -> None:
    """Let others have the places of messages that were not handed over after all, in the same minute."""
    if unused and places.window_at:
        ChannelAccount.objects.filter(
            pk=account.pk, window_at=places.window_at, window_used__gte=unused
        ).update(window_used=F("window_used") - unused)
