"""The address of one's own calendar: made anew, which ends the old one, or withdrawn."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from people.models import User
from people.rights import may
from timeline.chain import record_for_house
from visits import feeds
from visits.models import CalendarFeed
from workflow.steps import RightRefused, WrongInput, once


def renew_feed(*, by: User, at: datetime) -> CalendarFeed:
    """Give this person an address; one that they had is good no more from this moment."""
    if not may(by, feeds.RIGHT):
        raise RightRefused(by, feeds.RIGHT)
    nonce = feeds.new_nonce()
    with transaction.atomic(durable=True):
        once(by, at)
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
        CalendarFeed.objects.filter(person=by, withdrawn_at=None).update(withdrawn_at=at)
        feed = CalendarFeed.objects.create(
            person=by, nonce=nonce, mark=feeds.mark_of(feeds.token_of(nonce)), made_at=at
        )
        record_for_house(kind="calendar.link_made", by=by, at=at, data={"link": feed.pk})
    return feed


def withdraw_feed(*, by: User, at: datetime) -> None:
    """The address is good no more. Raises ``WrongInput`` where there is none."""
    with transaction.atomic(durable=True):
        once(by, at)
        feed = CalendarFeed.objects.select_for_update(of=("self",)).filter(
            person=by, withdrawn_at=None
        ).first()  # fmt: skip
        if feed is None:
            raise WrongInput(_("There is no link, or it is withdrawn already."))
        feed.withdrawn_at = at
        feed.save(update_fields=["withdrawn_at"])
        record_for_house(kind="calendar.link_withdrawn", by=by, at=at, data={"link": feed.pk})
