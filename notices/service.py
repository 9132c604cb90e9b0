"""From when a notice takes effect in law: what its case's packs say of the channel."""

import logging
from datetime import datetime, time, timedelta

from common.clock import from_local, local_day
from compliance.ask import value
from notices.models import Notice

log = logging.getLogger(__name__)

BY_SENDING = {"sent", "accepted"}


def effective_from(notice: Notice, sent_at: datetime) -> datetime | None:
    """The moment from which the notice counts as served without anybody confirming it.

    None: only a proof of delivery will do, and so it is where the packs cannot be read.
    """
    case = notice.case
    day = local_day(sent_at, case.zone)
    try:
        rule = (value(tuple(case.packs), "service.rules", day) or {}).get(notice.means)
    except Exception:
        # The fact that it was sent must be kept whatever the packs are like.
        log.exception("What the packs of %s say of service could not be read.", case)
        return None
    if not rule:
        return None
    if rule["counts"] in BY_SENDING:
        return sent_at
    if rule["deemed_days"] < 0:
        return None
    # Deemed served with the end of the day, where the debtor lives.
    return from_local(
        datetime.combine(day + timedelta(days=rule["deemed_days"] + 1), time()), case.zone
    )
