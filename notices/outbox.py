"""The only way out of the house: a row, written in the transaction that causes it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from celery import current_app
from django.db import connection, transaction
from django.db.models import Q

from compliance.aims import Aim
from documents.models import Document
from notices import bells, kinds, links, wording
from notices.aims import aim_for, demand_fitting
from notices.channels import CARRIED
from notices.faults import fault
from notices.models import Notice, PortalLink
from notices.texts.approved import Fitting
from notices.texts.composing import Given, compose, digest_of
from notices.texts.wordings import WORDINGS
from people.models import ContactPoint, Person, User
from workflow.reasons import told_why
from workflow.steps import tell
from workflow.wording import demand_lawful_words

POKE = "notices.tasks.poke"
ALL = Q()


class OutsideTransaction(RuntimeError):
    """A notice was queued where the change that causes it could still be lost."""


def queue(
    *,
    case: Any,
    kind: str,
    channel: str,
    recipient: Person,
    address: str,
    language: str,
    subject: str,
    body: str,
    due_at: datetime,
    dedupe_key: str,
    at: datetime,
    document: Document | None = None,
    contact_point: ContactPoint | None = None,
    visit: Any = None,
    instalment: Any = None,
    about: Mapping[str, Any] | None = None,
    made_from: Sequence[Mapping[str, Any]] = (),
    fits: Fitting | None = None,
    by: User | None = None,
) -> Notice:
    """Put a notice into the outbox, inside a running change of its case; ``case`` is the locked one.

    A second call with the same ``dedupe_key`` gives the row that is there. Nothing is sent from
    here: a worker is woken after the commit, and the sweep finds what nobody was woken for.
    The subject of an e-mail is made a quiet one where it would tell a stranger of the debt.
    Raises ``PolicyRefused`` for words that a pack forbids, whoever wrote them, at all or for that aim.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"{kind} of {case}")
    kinds.of(kind)
    if channel == Notice.Channel.EMAIL:
        subject = wording.one_line(subject)[:200]
        if not subject or wording.tells_of_debt(subject, case, at):
            subject = wording.quiet_subject(case, language, at)
    demand_lawful_words(case, subject, body, aim=aim_for(kind, about or {}), at=at)
    notice, new = Notice.objects.get_or_create(
        dedupe_key=dedupe_key,
        defaults={
            "case": case,
            "kind": kind,
            "channel": channel,
            "recipient": recipient,
            "address": wording.one_line(address),
            "language": language,
            "subject": subject,
            "body": body,
            "document": document,
            "contact_point": contact_point,
            "visit": visit,
            "instalment": instalment,
            "about": dict(about or {}),
            "made_from": list(made_from),
            "approved": fits.template if fits else None,
            "params": [list(one) for one in fits.params] if fits else [],
            "text_sha256": digest_of(subject, body),
            "document_sha256": document.sha256 if document else "",
            "queued_at": at,
            "due_at": due_at,
            "next_at": due_at,
        },
    )
    if new and links.PLACE in body and "portal_link" not in notice.about:
        own = recipient.pk == case.debtor_id
        purpose = PortalLink.Purpose.OWN if own else PortalLink.Purpose.MESSAGES
        link = links.link_for(case=case, person=recipient, at=at, purpose=purpose)
        notice.about = {**notice.about, "portal_link": link.pk}
        notice.save(update_fields=["about"])
    if new:
        tell(
            case,
            "notice.queued",
            by or User.objects.system(),
            at,
            {**told(notice), "due_at": due_at},
        )
        if channel == Notice.Channel.PORTAL:
            bells.ring(notice, at, by)
        if due_at <= at and channel not in CARRIED:
            wake()
    return notice


def write(
    *,
    wording: str,
    case: Any,
    channel: str,
    recipient: Person,
    language: str,
    at: datetime,
    values: Given | None = None,
    kind: str = "",
    **given: Any,
) -> Notice:
    """Compose a message from the words that hold now and put it into the outbox, as ``queue`` does.

    ``wording`` names the message, ``values`` what is filled in, by language where that matters; the
    kind is the message's own. Raises ``CannotCompose`` and ``WrongAim`` besides what ``queue`` raises.
    """
    kind = kind or WORDINGS[wording].kind
    demand_fitting(wording, aim_for(kind, given.get("about") or {}))
    made = compose(
        wording=wording, channel=channel, case=case, recipient=recipient, language=language,
        at=at, values=values,
    )  # fmt: skip
    return queue(
        case=case, kind=kind, channel=channel, recipient=recipient,
        language=language, subject=made.subject, body=made.body, at=at,
        made_from=made.made_from, fits=made.fits, **given,
    )  # fmt: skip


def suppress(
    *,
    case: Any,
    why: str,
    by: User,
    at: datetime,
    kinds: Iterable[str] | None = None,
    visit: Any = None,
    instalment: Any = None,
    where: Q = ALL,
    only: Callable[[Notice], bool] | None = None,
) -> list[Notice]:
    """Stop what has not left yet, inside a running change of the case; tells each of them.

    What a worker has claimed but not begun to send is stopped too; what was handed over is not. ``where`` narrows the
    query further, ``only`` is asked of each that is found.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"suppress of {case}")
    rows = Notice.objects.filter(where, case=case, state__in=["queued", "sending"])
    if kinds is not None:
        rows = rows.filter(kind__in=list(kinds))
    if visit is not None:
        rows = rows.filter(visit=visit)
    if instalment is not None:
        rows = rows.filter(instalment=instalment)
    stopped = []
    for notice in rows.select_for_update(of=("self",)).order_by("pk"):
        notice.case = case
        if not notice.is_stoppable or (only and not only(notice)):
            continue
        stopped.append(notice)
    for notice in stopped:
        notice.suppress(why=why)
        notice.save()
        tell(case, "notice.suppressed", by, at, {**told(notice), **told_why(why)})
    return stopped


def is_of_complaint(notice: Notice) -> bool:
    """Whether it is a letter about a complaint, or word of one: kept from those complained of."""
    return bool(notice.about.get("aim") == Aim.COMPLAINT.value)


def told(notice: Notice) -> dict[str, Any]:
    """What the timeline says of every notice; the address is left out, the row has it."""
    return {
        "notice": notice.pk,
        "kind": notice.kind,
        "channel": notice.channel,
        "language": notice.language,
        **({"aim": Aim.COMPLAINT.value} if is_of_complaint(notice) else {}),
    }


def wake() -> None:
    """Wake a worker once this transaction has been committed; a broker that is down is no fault."""
    transaction.on_commit(_poke, robust=True)


def _poke() -> None:
    fault("after_commit")
    current_app.send_task(POKE, expires=120)
