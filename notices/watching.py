"""What those who keep the house running see: does it tick, does it send, what is refused and why.

Nothing here changes anything; every figure is of the cases that the reader may see, and each part is
one query, however much there is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Min, Q, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from redis import Redis
from redis.exceptions import RedisError

from common.clock import HOUSE_ZONE, day_begins, local_day
from notices import accounts, channels, pulses
from notices.models import ChannelAccount, Notice
from notices.pulses import Seen
from people.models import User
from timeline.models import Event
from workflow.reasons import tongue_now

DAY = timedelta(days=1)
LATE_AFTER = timedelta(minutes=10)
"""A notice that a machine should have sent so long ago, though beat and workers live, is stuck."""
REASONS = 8
QUEUE = "celery"


@dataclass(frozen=True)
class Sign:
    """One part of the machine: what it is called, whether it is well, and that in words."""

    label: Any
    well: bool
    says: str
    who: str = ""


@dataclass(frozen=True)
class Trouble:
    """Something is broken: what, and what to do."""

    title: str
    text: str


@dataclass(frozen=True)
class Lane:
    """One channel: how much stands in it, and since when."""

    name: str
    label: Any
    due: int
    oldest: datetime | None
    postponed: int
    sending: int
    doubtful: int
    sent: int
    failed: int


@dataclass(frozen=True)
class Reason:
    """Why messages did not go: at which carrier, in whose words, how many."""

    carrier: str
    channel: str
    says: str
    failed: int
    waiting: int


@dataclass(frozen=True)
class Watch:
    """All that the page shows above its list."""

    signs: list[Sign]
    troubles: list[Trouble]
    lanes: list[Lane]
    oldest: datetime | None
    failures: list[Reason] = field(default_factory=list)
    stopped: list[tuple[str, int]] = field(default_factory=list)


def watch(user: User, at: datetime) -> Watch:
    """Look at everything once."""
    seen, tasks = pulses.seen(), broker_depth()
    lanes = list(_lanes(Notice.objects.visible_to(user), at))
    dues = [lane.oldest for lane in lanes if lane.oldest and lane.name in channels.automatic()]
    oldest = min(dues, default=None)
    signs = [_beat(seen.get(pulses.BEAT)), _worker(seen), _broker(tasks)]
    return Watch(
        signs=signs,
        troubles=[
            *_troubles(seen, tasks, oldest, at),
            *(_forged(at) if user.sees_every_team else []),
        ],
        lanes=lanes,
        oldest=oldest,
        failures=_failures(user, at),
        stopped=_stopped(user, at),
    )


def watch_house(at: datetime) -> Watch:
    """The machine and its channels for the whole house, in figures alone: nothing that tells of a case."""
    seen, tasks = pulses.seen(), broker_depth()
    lanes = list(_lanes(Notice.objects.all(), at))
    dues = [lane.oldest for lane in lanes if lane.oldest and lane.name in channels.automatic()]
    oldest = min(dues, default=None)
    return Watch(
        signs=[_beat(seen.get(pulses.BEAT)), _worker(seen), _broker(tasks)],
        troubles=[*_troubles(seen, tasks, oldest, at), *_forged(at)],
        lanes=lanes,
        oldest=oldest,
    )


def broker_depth() -> int | None:
    """How many tasks wait in the broker; None when it does not answer."""
    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1
        ) as broker:
            return int(broker.llen(QUEUE))
    except (RedisError, OSError):
        return None


def lag_words(lag: timedelta) -> str:
    """How long ago, in words: 20 seconds, 7 minutes, 3 hours, 2 days."""
    seconds = max(int(lag.total_seconds()), 0)
    if seconds < 90:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    if seconds < 90 * 60:
        minutes = seconds // 60
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    if seconds < 48 * 3600:
        hours = seconds // 3600
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    days = seconds // 86400
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


# ---------------------------------------------------------------- does it tick


def _beat(seen: Seen | None) -> Sign:
    if seen is None:
        return Sign(_("Beat"), False, _("never seen"))
    return Sign(_("Beat"), not seen.is_late, _ago(seen), seen.who)


def _worker(seen: dict[str, Seen]) -> Sign:
    found = seen.get(pulses.WORKER)
    if found is None:
        return Sign(_("Workers"), False, _("never seen"))
    return Sign(_("Workers"), not found.is_late, _ago(found), found.who)


def _ago(seen: Seen) -> str:
    return _("%(lag)s ago") % {"lag": lag_words(seen.lag)}


def _broker(tasks: int | None) -> Sign:
    if tasks is None:
        return Sign(_("Redis"), False, _("does not answer"))
    waiting = ngettext("%(n)d task waits", "%(n)d tasks wait", tasks) % {"n": tasks}
    return Sign(_("Redis"), True, waiting)


def _troubles(
    seen: dict[str, Seen], tasks: int | None, oldest: datetime | None, at: datetime
) -> Iterable[Trouble]:
    """What is broken, the cause before its effects: without Redis no worker can be heard of."""
    if tasks is None:
        yield Trouble(
            _("Redis does not answer."),
            _("Nothing is lost: what is due waits in the database. Start Redis; within two minutes"
              " the notices go on by themselves, each once."),
        )  # fmt: skip
        return
    beat, worker = seen.get(pulses.BEAT), seen.get(pulses.WORKER)
    if beat is None or beat.is_late:
        yield Trouble(
            _("No beat for %(lag)s.") % {"lag": lag_words(beat.lag)}
            if beat
            else _("No beat was ever seen."),
            _("Nothing that waits for its time goes: no postponed notice, no reminder, no second"
              " try. Start the beat: celery -A config beat. A second one does no harm."),
        )  # fmt: skip
        return  # whether workers live cannot be told without ticks
    if worker is None or worker.is_late:
        yield Trouble(
            _("No worker for %(lag)s.") % {"lag": lag_words(worker.lag)}
            if worker
            else _("No worker was ever seen."),
            _("The beat ticks and nobody carries it out. Start a worker: celery -A config worker."
              " What waited is sent then, unless it is no longer right."),
        )  # fmt: skip
    elif oldest and at - oldest > LATE_AFTER:
        yield Trouble(
            _("A notice has been due for %(lag)s.") % {"lag": lag_words(at - oldest)},
            _("Beat and workers live, so look at the reasons below: a carrier that refuses, an"
              " account that is missing or may carry only so many a minute."),
        )  # fmt: skip


def _forged(at: datetime) -> Iterable[Trouble]:
    """Calls in a carrier's name that could not be shown to be its own."""
    rows = ChannelAccount.objects.filter(forged_at__gte=at - DAY).select_related("organisation")
    for account in rows.order_by("pk")[:REASONS]:
        yield Trouble(
            _("Calls in the name of a carrier were refused: %(account)s.") % {"account": accounts.name_of(account)},
            _("They could not be shown to be the carrier's, %(count)d so far, and changed nothing."
              " If its receipts stay away, compare the key in the settings with the carrier's.")
            % {"count": account.forged_count},
        )  # fmt: skip


# ---------------------------------------------------------------- does it send


# Of due ones that no attempt was made for: the carrier takes nothing now, or only so many a minute. They
# are asked again each minute, and until then are as late as if nobody had asked.
_HELD_UP = Q(attempts=0) & ~Q(why="")


def _lanes(notices: QuerySet[Notice], at: datetime) -> Iterable[Lane]:
    """Every channel in which anything stands or went in the last day."""
    waits = Q(state="queued")
    due = waits & (Q(next_at__lte=at) | _HELD_UP & Q(due_at__lte=at))
    later = waits & Q(next_at__gt=at) & ~(_HELD_UP & Q(due_at__lte=at))
    open_ = Q(state__in=["queued", "sending", "doubtful"])
    lately = Q(begun_at__gte=at - DAY)
    rows = (
        notices.filter(open_ | lately)
        .order_by()
        .values("channel")
        .annotate(
            due=Count("pk", filter=due),
            oldest=Min("due_at", filter=due),
            postponed=Count("pk", filter=later),
            sending=Count("pk", filter=Q(state="sending")),
            doubtful=Count("pk", filter=Q(state="doubtful")),
            sent=Count("pk", filter=lately & Q(state__in=["sent", "delivered"])),
            failed=Count("pk", filter=lately & Q(state__in=["failed", "bounced"])),
        )
    )
    found = {row.pop("channel"): row for row in rows}
    for name, label in Notice.Channel.choices:
        if name in found:
            yield Lane(name=name, label=label, **found[name])


def _failures(user: User, at: datetime) -> list[Reason]:
    """The commonest reasons of the last day, by carrier, with how many of each are tried again."""
    failed = Q(state__in=["failed", "bounced"])
    again = Q(state="queued") & (Q(attempts__gt=0) | _HELD_UP & Q(due_at__lte=at))
    rows = (
        Notice.objects.visible_to(user)
        .annotate(tried_at=Coalesce("begun_at", "due_at"))
        .filter(failed | again)
        .filter(Q(tried_at__gte=at - DAY) | again)
        .exclude(why="")
        .order_by()
        .annotate(
            words=Coalesce(KT(f"about__says__{tongue_now()}"), F("why"), output_field=TextField())
        )
        .values("channel", "account__provider", "words")
        .annotate(failed=Count("pk", filter=failed), waiting=Count("pk", filter=again))
        .annotate(all=F("failed") + F("waiting"))
        .order_by("-all", "words")[:REASONS]
    )
    names = dict(Notice.Channel.choices)
    carriers = channels.carriers()
    found = []
    for row in rows:
        provider = row["account__provider"]
        label = carriers[provider].label if provider in carriers else provider
        found.append(
            Reason(
                carrier=str(label or _("Our own")),
                channel=str(names[row["channel"]]),
                says=row["words"],
                failed=row["failed"],
                waiting=row["waiting"],
            )
        )
    return found


def _stopped(user: User, at: datetime) -> list[tuple[str, int]]:
    """What was not sent today, by why; the timeline knows when."""
    today = day_begins(local_day(at, HOUSE_ZONE), HOUSE_ZONE)
    events = Event.objects.filter(kind="notice.suppressed", occurred_at__gte=today)
    if not user.sees_every_team:
        cases = Notice._meta.get_field("case").related_model
        events = events.filter(case__in=cases.objects.visible_to(user))
    rows = (
        events.order_by()
        .annotate(says=Coalesce(KT(f"data__says__{tongue_now()}"), KT("data__why")))
        .values("says")
        .annotate(count=Count("pk"))
        .order_by("-count", "says")[:REASONS]
    )
    return [(row["says"] or "", row["count"]) for row in rows]
