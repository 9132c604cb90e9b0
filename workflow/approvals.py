"""The second person: one way to ask, one way to decide, never by the one who asked."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from documents.models import Document
from people.accounts import tended_by
from people.models import Team, User
from people.rights import may
from timeline.chain import record_for_house
from workflow.models import Approval
from workflow.steps import (
    Outsider,
    Policy,
    RightRefused,
    StateRefused,
    Step,
    Then,
    WrongInput,
    carry_out,
    once,
)

LAPSES_AFTER = timedelta(days=7)


class SecondPersonNeeded(Exception):
    """Nobody decides on what they asked for themselves."""


class SubordinateDecides(SecondPersonNeeded):
    """Nobody decides for those who can tell them how: see ``must_be_second``."""


class Lapsed(Exception):
    """Nobody decided in time; it has to be asked again."""


def nothing_follows(_approval: Approval, _by: User, _at: datetime) -> Sequence[Step]:
    """The decision itself is all there is, such as an exception that a rule will look up."""
    return ()


@dataclass(frozen=True)
class ApprovalKind:
    """What a kind of approval needs, and what follows at once when it is granted.

    ``steps`` are carried out in the same transaction as the decision. Where it belongs to no one case
    there are none: ``decided`` is called in that transaction, whatever was decided, and ``page`` gives the
    address at which it is looked at and decided.
    """

    kind: str
    right: str
    steps: Callable[[Approval, User, datetime], Sequence[Step]] = nothing_follows
    decided: Callable[[Approval, User, datetime], None] | None = None
    page: Callable[[Approval], str] | None = None
    seen_by: str = ""
    """The right without which nobody sees that page."""


_kinds: dict[str, ApprovalKind] = {}


def register(kind: ApprovalKind) -> None:
    """Make a kind of approval known; called once by the app that owns it."""
    _kinds[kind.kind] = kind


def decided_by(user: User) -> list[str]:
    """The kinds of approval that this person may decide."""
    return [name for name, kind in _kinds.items() if may(user, kind.right)]


def hidden_from(user: User) -> list[str]:
    """The kinds of approval whose page this person may not see."""
    return [name for name, kind in _kinds.items() if kind.seen_by and not may(user, kind.seen_by)]


def kind_of(approval: Approval) -> ApprovalKind:
    """What the approval's kind needs."""
    return _kinds[approval.kind]


def page_of(approval: Approval) -> str:
    """Where the approval is looked at and decided."""
    page = kind_of(approval).page
    return page(approval) if page else reverse("desk:approval", args=[approval.pk])


def request_approval(
    *,
    case: Any,
    kind: str,
    reason: str,
    by: User,
    at: datetime,
    subject: str = "",
    details: Mapping[str, Any] | None = None,
    evidence: Callable[[], Document] | None = None,
    evidence_kind: str = "",
    lapses_at: datetime | None = None,
    policy: Policy | None = None,
    then: Then | None = None,
) -> Approval:
    """Ask for a second person's word; it lapses after seven days unless said otherwise.

    ``evidence`` stores what is sent along; it is called once it is sure that the request is made.
    ``policy`` is asked already now, where nobody should be asked for what the rules forbid;
    ``then`` tells those who decide, in the same transaction.
    """
    approval = Approval(
        case=case,
        kind=kind,
        subject=subject,
        details=dict(details or {}),
        reason=reason,
        evidence_kind=evidence_kind,
        requested_by=by,
        requested_at=at,
        expires_at=lapses_at or at + LAPSES_AFTER,
    )
    carry_out(asking(approval, evidence=evidence, policy=policy, then=then), by=by, at=at)
    return approval


def asking(
    approval: Approval,
    *,
    evidence: Callable[[], Document] | None = None,
    policy: Policy | None = None,
    then: Then | None = None,
) -> Step:
    """The step that makes this request, for a change of which it is a part."""

    def keep_evidence() -> None:
        if evidence:
            approval.evidence = evidence()

    return Step(
        subject=approval,
        event="approval.requested",
        right="request_approval",
        policy=policy,
        first=keep_evidence,
        data=lambda new: {
            "kind": new.kind,
            "subject": new.subject,
            "reason": new.reason,
            "details": new.details,
            **({"evidence_kind": new.evidence_kind} if new.evidence_kind else {}),
            **({"evidence": new.evidence.number} if new.evidence else {}),
        },
        then=then,
    )


def is_asked(case: Any, kind: str, at: datetime, *, besides: Approval | None = None) -> bool:
    """Whether somebody asked for this already and it waits for its decision."""
    waiting = Approval.objects.filter(case=case, kind=kind, state=Approval.State.WAITING)
    if besides:
        waiting = waiting.exclude(pk=besides.pk)
    return waiting.filter(expires_at__gt=at).exists()


def must_not_wait(case: Any, kind: str, at: datetime, *, besides: Approval | None = None) -> None:
    """Ask for a thing once; a second request for it is refused while the first waits.

    Asked of the request itself (``besides``), inside its change, it holds against two at the same moment.
    """
    if is_asked(case, kind, at, besides=besides):
        raise WrongInput(_("Somebody has asked for this already; it waits for a decision."))


_RANKS = {
    User.Role.CLERK: 1, User.Role.OFFICER: 1, User.Role.SUPERVISOR: 2, User.Role.COMPLIANCE: 3,
    User.Role.ADMINISTRATOR: 3,
}  # fmt: skip


def must_be_second(asked_by: User, by: User, at: datetime) -> None:
    """Let only a second person decide: neither who asked, nor somebody who answers to them.

    That is whoever stands below the asker in the same team, and whoever's account the asker has made,
    changed or reset within thirty days (docs/decisions/031). Raises ``SecondPersonNeeded``.
    """
    if asked_by.pk == by.pk:
        raise SecondPersonNeeded
    if answers_to(by, asked_by, tended_by(by, at)):
        raise SubordinateDecides


def answers_to(person: User, other: User, tended: Collection[int]) -> bool:
    """Whether ``person`` answers to ``other``; ``tended`` are those who had a hand in the person's account."""
    below = _RANKS.get(User.Role(person.role), 0) < _RANKS.get(User.Role(other.role), 0)
    same_team = person.team_id is not None and person.team_id == other.team_id
    return (same_team and below) or other.pk in tended


def decide_approval(
    *, approval: Approval, granted: bool, answer: str, by: User, at: datetime
) -> None:
    """Grant or deny; what was asked for follows in the same transaction."""
    must_be_second(approval.requested_by, by, at)
    if at >= approval.expires_at:
        raise Lapsed
    kind = kind_of(approval)
    if approval.case_id is None:
        _decide_for_many(approval, kind, granted, answer, by, at)
        return
    carry_out(
        Step(
            subject=approval,
            event="approval.granted" if granted else "approval.denied",
            right=kind.right,
            transition="decide",
            args={"granted": granted, "by": by, "at": at, "answer": answer},
            data={
                "kind": approval.kind,
                "subject": approval.subject,
                "reason": approval.reason,
                **({"evidence_kind": approval.evidence_kind} if approval.evidence_kind else {}),
                **({"until": approval.expires_at.isoformat()} if granted else {}),
                "asked_by": str(approval.requested_by),
                "answer": answer,
            },
        ),
        *(kind.steps(approval, by, at) if granted else ()),
        by=by,
        at=at,
    )


def request_for_many(
    *,
    kind: str,
    subject: str,
    reason: str,
    details: Mapping[str, Any],
    team: Team | None,
    by: User,
    at: datetime,
    right: str = "request_approval",
) -> Approval:
    """Ask for a second person's word on what belongs to no one case, inside a running change.

    It stands on the house's own timeline; whoever asks has been let in by the caller, and carries that ``right``.
    """
    if not may(by, right):
        raise RightRefused(by, right)
    approval = Approval(
        kind=kind, subject=subject, details=dict(details), reason=reason, team=team,
        requested_by=by, requested_at=at, expires_at=at + LAPSES_AFTER,
    )  # fmt: skip
    approval.save(force_insert=True)
    record_for_house(
        kind="approval.requested", by=by, at=at,
        data={"kind": kind, "subject": subject, "reason": reason, "details": dict(details)},
    )  # fmt: skip
    return approval


def withdraw_for_many(*, approval: Approval, by: User, at: datetime) -> None:
    """Take back what was asked for, inside a running change; nothing happens if it was decided."""
    fresh = Approval.objects.select_for_update(of=("self",)).get(pk=approval.pk)
    if fresh.state != Approval.State.WAITING:
        return
    fresh.withdraw()
    fresh.save(update_fields=["state"])
    record_for_house(
        kind="approval.withdrawn", by=by, at=at,
        data={"kind": fresh.kind, "subject": fresh.subject},
    )  # fmt: skip


def _decide_for_many(
    approval: Approval, kind: ApprovalKind, granted: bool, answer: str, by: User, at: datetime
) -> None:
    if not Approval.objects.visible_to(by).filter(pk=approval.pk).exists():
        raise Outsider
    if not may(by, kind.right):
        raise RightRefused(by, kind.right)
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = Approval.objects.select_for_update(of=("self",)).get(pk=approval.pk)
        try:
            fresh.decide(granted=granted, by=by, at=at, answer=answer)
        except TransitionNotAllowed:
            raise StateRefused(fresh, "decide") from None
        fresh.save(update_fields=["state", "decided_by", "decided_at", "answer"])
        if kind.decided:
            kind.decided(fresh, by, at)
        record_for_house(
            kind="approval.granted" if granted else "approval.denied", by=by, at=at,
            data={
                "kind": fresh.kind, "subject": fresh.subject, "reason": fresh.reason,
                "asked_by": str(fresh.requested_by), "answer": answer,
            },
        )  # fmt: skip
    approval.refresh_from_db()
