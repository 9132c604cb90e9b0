"""Whose account a message goes by, and how many a minute it may carry."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Coalesce, Now

from notices.channels import label_of
from notices.models import ChannelAccount, Notice

WINDOW = timedelta(minutes=1)


@dataclass(frozen=True)
class Over:
    """How many of those wanted are more than the account may carry now, and how long they wait."""

    count: int
    wait: timedelta


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


def over_rate(account: ChannelAccount, wanted: int) -> Over | None:
    """Take so many from what the account may carry this minute; None where all of them may go.

    Counted in the account's row by the database's clock, so that all workers together keep to it.
    """
    if not account.per_minute:
        return None
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
    return Over(wanted - granted, WINDOW - passed) if granted < wanted else None
