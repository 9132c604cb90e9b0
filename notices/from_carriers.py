"""What became of a notice, recorded at its carrier's word."""

from datetime import datetime
from typing import Any

from notices.actions import come_back, follow, spare_following
from notices.models import Notice
from notices.outbox import told
from people.models import User
from workflow.reasons import told_why
from workflow.steps import Step, carry_out, note


def deliver(*, notice: Notice, delivered_at: datetime, carrier: str, at: datetime) -> None:
    """Its carrier says that it has reached the person."""
    carry_out(
        Step(
            subject=notice,
            event="notice.delivered",
            transition="deliver",
            args={"at": delivered_at},
            data=lambda fresh: {**told(fresh), "delivered_at": delivered_at, "carrier": carrier},
            then=lambda fresh, *_: spare_following(fresh, at),
        ),
        by=User.objects.system(),
        at=at,
    )
    follow(notice, at)


def bounce(*, notice: Notice, why: str, dead: bool, at: datetime) -> None:
    """Its carrier says that it came back; an address at which nobody is reached is marked."""
    come_back(
        notice=notice, by=User.objects.system(), at=at, why=why, dead=dead,
        data={**told_why(why), "dead": dead},
    )  # fmt: skip


def respect_wish(*, notice: Notice, at: datetime) -> None:
    """Whoever is reached there has complained or unsubscribed: nothing more is sent to that address."""
    point = notice.contact_point
    if point is None or point.do_not_contact:
        return

    def after(*_: Any) -> None:
        point.do_not_contact = True
        point.save(update_fields=["do_not_contact"])

    note(
        notice.case,
        event="contact_point.unwanted",
        data={"channel": point.channel},
        by=User.objects.system(),
        at=at,
        then=after,
    )
