"""What became of a notice: recorded by the relay, or by the person who carried it or looked it up."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from documents.models import Document
from documents.storing import store
from notices import kinds
from notices.channels import Taken
from notices.channels.letter import as_number, demand_post_number
from notices.kinds import Later
from notices.models import Notice
from notices.outbox import told, wake
from notices.service import effective_from
from notices.settling import ask_to_settle, mark_dead, mark_unwanted, settled
from notices.texts.composing import digest_of
from notices.wishes import is_unwished
from people.models import User
from workflow.reasons import because, told_why
from workflow.steps import PolicyRefused, StateRefused, Step, WrongInput, carry_out, tell
from workflow.together import carry_out_together

log = logging.getLogger(__name__)

HANDLE = "handle_letters"
FOLLOWED = [Notice.State.DELIVERED, Notice.State.FAILED, Notice.State.BOUNCED]
FOLLOWED_AGAIN_AFTER = timedelta(minutes=10)
MISSED_AFTER = timedelta(minutes=10)  # from then on it is our delay and no matter of ticks


# ---------------------------------------------------------------- what the relay records


def record_sent(*, notice: Notice, taken: Taken, at: datetime) -> None:
    """The carrier has taken it; where the packs say that this is service, it is served too."""
    carry_out(*_taking(notice, taken, at), by=User.objects.system(), at=at)
    follow(notice, at)


def record_all_sent(*, sent: Sequence[tuple[Notice, Taken]], at: datetime) -> None:
    """The same of many, each of another case: all of them are recorded, or none."""
    changes = [_taking(notice, taken, at) for notice, taken in sent]
    carry_out_together(changes, by=User.objects.system(), at=at)
    for notice, _taken in sent:
        follow(notice, at)


def _taking(notice: Notice, taken: Taken, at: datetime) -> list[Step]:
    served_at, number = effective_from(notice, at), taken.provider_id[:120]
    sending = Step(
        subject=notice,
        event="notice.sent",
        transition="mark_sent",
        args={"at": at, "provider_id": number, "deemed_at": served_at},
        data={**as_sent(notice), "carrier_number": number, "answer": taken.answer},
    )
    if served_at is None or served_at > at:
        return [sending]
    follows = _follows(notice.kind, Notice.State.DELIVERED)
    serving = Step(
        subject=notice,
        event="notice.delivered",
        transition="deliver",
        args={"at": served_at, "followed_at": None if follows else at},
        data={**told(notice), "delivered_at": served_at, "deemed": True},
    )
    return [sending, serving]


def fail(
    *, notice: Notice, why: str, at: datetime, dead: bool = False, unwanted: bool = False
) -> None:
    """It cannot be sent; an address that is dead or barred is marked, and a person has to see to it."""

    def after(fresh: Notice, by: User, _at: datetime) -> None:
        if dead:
            mark_dead(fresh, by, at)
        if unwanted:
            mark_unwanted(fresh, by, at)
        ask_to_settle(fresh, "notice.failed", at)
        spare_following(fresh, at)

    _by_system(
        notice, "fail", "notice.failed", at, {"why": why}, {**told_why(why), "dead": dead}, after
    )
    follow(notice, at)


def doubt(*, notice: Notice, why: str, at: datetime) -> None:
    """It may have gone or not; it is never sent again by itself."""
    _by_system(
        notice, "doubt", "notice.doubtful", at, {"why": why}, told_why(why),
        lambda fresh, *_: ask_to_settle(fresh, "notice.doubtful", at),
    )  # fmt: skip


def suppress_at_send(*, notice: Notice, why: str, at: datetime) -> None:
    """Asked again when its time came, it was no longer right."""
    _by_system(notice, "suppress", "notice.suppressed", at, {"why": why}, told_why(why))


def postpone(
    *, notice: Notice, until: datetime, why: str, at: datetime,
    says: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """The rules let it go only later, for ``why`` (by language: ``says``); told apart if we missed its time."""
    missed = {"missed_at": notice.due_at} if at - notice.due_at > MISSED_AFTER else {}
    event = "notice.rescheduled" if missed else "notice.postponed"
    args = {"until": until, "why": why, "says": dict(says or {})}
    _by_system(notice, "postpone", event, at, args, args | missed)


def deem(*, notice: Notice, at: datetime) -> None:
    """The days have passed after which the packs hold it for served."""
    if notice.deemed_at is None or notice.deemed_at > at:
        return
    carry_out(
        Step(
            subject=notice,
            event="notice.delivered",
            transition="deliver",
            args={"at": notice.deemed_at},
            data=lambda fresh: {**told(fresh), **_deemed(fresh)},
            then=lambda fresh, *_: spare_following(fresh, at),
        ),
        by=User.objects.system(),
        at=at,
    )
    follow(notice, at)


# ---------------------------------------------------------------- what a person records


def mark_sent(
    *, notice: Notice, by: User, at: datetime, number: str = "", posted_at: datetime | None = None
) -> None:
    """The letter was posted by hand; ``number`` is that of the registered letter.

    Asked once more whether it is still right; if not it is stopped, and ``WrongInput`` says why.
    """
    if not notice.is_carried:
        raise WrongInput(_("Only letters are posted by hand."))
    number = as_number(number)
    if number:
        demand_post_number(number)
    when = posted_at or at
    if when > at:
        raise WrongInput(_("This lies in the future. Give the time of posting."), "posted_at")
    if notice.is_stoppable:
        stop_if_wrong(notice=notice, by=by, at=at)
    carry_out(
        Step(
            subject=notice,
            event="notice.sent",
            right=HANDLE,
            transition="mark_sent",
            args={
                "at": when,
                "provider_id": number,
                "deemed_at": effective_from(notice, when),
            },
            data=lambda fresh: {**as_sent(fresh), "posted_at": when},
            then=served_by_sending,
        ),
        by=by,
        at=at,
    )
    follow(notice, at)


def stop_if_wrong(*, notice: Notice, by: User, at: datetime) -> None:
    """Ask of a letter in hand whether it is still right; ``WrongInput`` says why it is not.

    One that must not go any more is stopped for good, so that no second person carries it.
    """
    stop = kinds.of(notice.kind).may_go(notice, at)
    if isinstance(stop, Later):
        raise WrongInput(_("Not yet: %(why)s") % {"why": stop.why})
    if stop:
        drop(notice=notice, why=stop, by=by, at=at)
        raise WrongInput(
            _("This letter must not go any more: %(why)s Please take it out of the pile.")
            % {"why": stop}
        )


def record_delivery(
    *,
    notice: Notice,
    by: User,
    at: datetime,
    delivered_at: datetime,
    proof: Document | None = None,
    filename: str = "",
    content: bytes = b"",
) -> None:
    """It has reached the person; with the proof (a return slip) as a document or as a file.

    Raises ``documents.storing.Unreadable`` when the file is not what it should be.
    """
    if delivered_at > at:
        raise WrongInput(_("This lies in the future. Give the time of delivery."), "delivered_at")
    if notice.sent_at and delivered_at < notice.sent_at:
        raise WrongInput(_("This lies before it was sent. Look at the slip again."), "delivered_at")
    args: dict[str, Any] = {"at": delivered_at, "proof": proof}

    def keep_proof() -> None:
        if content:
            args["proof"] = store_slip(
                notice=notice, filename=filename, content=content, by=by, at=at
            )

    carry_out(
        Step(
            subject=notice,
            event="notice.delivered",
            right=HANDLE,
            transition="deliver",
            args=args,
            first=keep_proof,
            data=lambda fresh: {**told(fresh), "delivered_at": delivered_at, **_proof(fresh)},
            then=lambda fresh, *_: spare_following(fresh, at),
        ),
        by=by,
        at=at,
    )
    follow(notice, at)


def store_slip(
    *, notice: Notice, filename: str, content: bytes, by: User, at: datetime
) -> Document:
    """Keep the scan of a return slip with the letter's case, inside a running change.

    Raises ``documents.storing.Unreadable`` when the file is not what it should be.
    """
    return store(
        case=notice.case, kind=Document.Kind.RECEIPT, filename=filename, content=content,
        title=_("Proof of delivery"), by=by, at=at,
    )  # fmt: skip


def record_bounce(*, notice: Notice, by: User, at: datetime, why: str, dead: bool = True) -> None:
    """It came back; an address for machines counts as dead from then on, unless said otherwise."""
    come_back(notice=notice, by=by, at=at, why=why, dead=dead, right=HANDLE, data={"why": why})


def come_back(
    *,
    notice: Notice,
    by: User,
    at: datetime,
    why: str,
    dead: bool,
    data: Mapping[str, Any],
    right: str = "",
) -> None:
    """It came back, as a person or its carrier says; ``data`` is what the timeline keeps of that."""

    def after(fresh: Notice, _by: User, _at: datetime) -> None:
        if dead:
            mark_dead(fresh, by, at)
        ask_to_settle(fresh, "notice.bounced", at)
        spare_following(fresh, at)

    carry_out(
        Step(
            subject=notice,
            event="notice.bounced",
            right=right,
            transition="bounce",
            args={"why": why},
            data={**told(notice), **data},
            then=after,
        ),
        by=by,
        at=at,
    )
    follow(notice, at)


def judge_doubtful(*, notice: Notice, was_sent: bool, why: str, by: User, at: datetime) -> None:
    """A person has looked it up: it went out when it was handed over, or it is to go now."""
    if notice.state != Notice.State.DOUBTFUL:
        raise WrongInput(_("This notice is not in doubt any more."))
    if was_sent:
        prove_sent(notice=notice, how=why, by=by, at=at, right=HANDLE)
    else:
        queue_again(notice=notice, why=why, by=by, at=at)


def prove_sent(
    *, notice: Notice, how: str, by: User, at: datetime, provider_id: str = "", right: str = ""
) -> None:
    """It went out when it was handed over, as a person or its carrier says; ``how`` that is known."""
    sent_at = notice.begun_at or at

    def after(fresh: Notice, _by: User, _at: datetime) -> None:
        settled(fresh, by, at)
        served_by_sending(fresh, by, at)

    args = {
        "at": sent_at, "provider_id": (provider_id or notice.provider_id)[:120],
        "deemed_at": effective_from(notice, sent_at),
    }  # fmt: skip
    carry_out(
        Step(
            subject=notice, event="notice.sent", right=right, transition="mark_sent", args=args,
            data=lambda fresh: {**as_sent(fresh), **told_why(how, "judged")}, then=after,
        ),
        by=by, at=at,
    )  # fmt: skip
    follow(notice, at)


def queue_again(*, notice: Notice, why: str, by: User, at: datetime) -> None:
    """Try anew what failed, or what surely did not go; never at a dead address."""
    stands_against = unreachable(notice)
    if stands_against:
        raise WrongInput(stands_against)

    def after(fresh: Notice, _by: User, _at: datetime) -> None:
        settled(fresh, by, at)
        if not fresh.is_carried:
            wake()

    carry_out(
        Step(
            subject=notice,
            event="notice.queued_again",
            right=HANDLE,
            transition="queue_again",
            args={"at": at},
            data={**told(notice), "why": why},
            then=after,
        ),
        by=by,
        at=at,
    )


def drop(*, notice: Notice, why: str, by: User, at: datetime) -> None:
    """Stop one before it has left, or let one be that failed; what hangs on it is told so, once."""
    failed = notice.state == Notice.State.FAILED
    carry_out(
        Step(
            subject=notice,
            event="notice.suppressed",
            right=HANDLE,
            transition="suppress",
            args={"why": why},
            data={**told(notice), **told_why(why)},
            then=lambda fresh, *_: settled(fresh, by, at),
        ),
        by=by,
        at=at,
    )
    if not failed:
        _call(kinds.of(notice.kind).on_failed, notice, at)


# ---------------------------------------------------------------- what follows


def follow(notice: Notice, at: datetime) -> None:
    """Do once what its kind wants after a delivery or a failure; the sweep tries again.

    It never raises: the fact itself is on record, whatever becomes of its consequences.
    """
    if notice.followed_at or notice.state not in FOLLOWED:
        return
    free = Q(claimed_at=None) | Q(claimed_at__lt=Now() - FOLLOWED_AGAIN_AFTER)
    mine = Notice.objects.filter(free, pk=notice.pk, followed_at=None, state=notice.state)
    if not mine.update(claimed_at=Now()):
        return
    if _call(_follows(notice.kind, notice.state), notice, at):
        Notice.objects.filter(pk=notice.pk, state=notice.state).update(
            followed_at=at, claimed_at=None
        )
        notice.followed_at = at


def unreachable(notice: Notice) -> str:
    """Why nobody is to be reached at this address any more; "" while it may be tried."""
    point = notice.contact_point
    if point and point.dead_at:
        return because(lambda: _("The address was found dead; it is not tried again."))
    if point and point.do_not_contact:
        return because(lambda: _("The address is marked as not to be used."))
    if is_unwished(notice):
        return because(lambda: _("The debtor asked to be written to in another way alone."))
    return ""


def as_sent(notice: Notice) -> dict[str, Any]:
    """What the timeline keeps of the message: the digests of its text and of its file."""
    text = digest_of(notice.subject, notice.body)
    document = notice.document
    return {
        **told(notice),
        "carrier_number": notice.provider_id,
        "text_sha256": text,
        "document": document.number if document else "",
        "document_sha256": document.sha256 if document else "",
    }


def _by_system(
    notice: Notice,
    transition: str,
    event: str,
    at: datetime,
    args: dict[str, Any],
    data: dict[str, Any],
    then: Callable[[Any, User, datetime], None] | None = None,
) -> None:
    carry_out(
        Step(
            subject=notice,
            event=event,
            transition=transition,
            args=args,
            data={**told(notice), **data},
            then=then,
        ),
        by=User.objects.system(),
        at=at,
    )


def served_by_sending(notice: Notice, by: User, at: datetime) -> None:
    """Where the packs let it take effect with the sending, it is delivered in the same change."""
    if notice.deemed_at is None or notice.deemed_at > at:
        return
    notice.deliver(at=notice.deemed_at)
    if _follows(notice.kind, notice.state) is None:
        notice.followed_at = at
    notice.save()
    tell(notice.case, "notice.delivered", by, at, {**told(notice), **_deemed(notice)})


def _deemed(notice: Notice) -> dict[str, Any]:
    return {"delivered_at": notice.deemed_at, "deemed": True}


def _follows(kind: str, state: str) -> kinds.Follows | None:
    try:
        return kinds.of(kind).follows(state)
    except kinds.UnknownKind:
        return None


def spare_following(notice: Notice, at: datetime) -> None:
    """Where nothing follows, that is said at once."""
    if _follows(notice.kind, notice.state) is None:
        notice.followed_at = at
        notice.save(update_fields=["followed_at"])


def _call(callback: kinds.Follows | None, notice: Notice, at: datetime) -> bool:
    """Let the kind's owner do what follows; says whether that is settled."""
    if callback is None:
        return True
    fresh = Notice.objects.select_related("case", "visit", "instalment").get(pk=notice.pk)
    try:
        steps = callback(fresh, at)
        if steps:
            carry_out(*steps, by=User.objects.system(), at=at)
    except (PolicyRefused, StateRefused) as refused:
        log.info("What follows from notice %s was refused: %s", notice.pk, refused)
    except Exception:
        log.exception("What follows from notice %s broke.", notice.pk)
        return False
    return True


def _proof(notice: Notice) -> dict[str, Any]:
    if notice.proof is None:
        return {}
    return {"document": notice.proof.number, "document_sha256": notice.proof.sha256}
