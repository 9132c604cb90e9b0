"""Taking in what phones send: each item once, in its order, at the moment at which it happened, or kept aside.

What a phone says is never changed and never dropped. What cannot be carried out stays as it was sent,
with the reason, until a supervisor has settled it.
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from cases.actions.correcting import Outdated
from cases.models import Case
from door import answers
from door.answers import Act, DoesNotFit, NotYet, OnRecord
from door.models import Device, Item, Pack
from door.packs import facts_of, phone_of
from door.reading import Said, drift_of, read, reason_of
from people.models import User
from visits.models import Visit
from workflow.duties import fulfil, raise_duty
from workflow.guard import Guard, guarded
from workflow.models import Submission
from workflow.reasons import Reason, because, kept, told_why
from workflow.steps import (
    AlreadyDone,
    Outsider,
    PolicyRefused,
    RightRefused,
    StateRefused,
    Step,
    WrongInput,
    carry_out,
)

SLACK = timedelta(minutes=2)
"""So far ahead of the house's clock an item may be before its time is doubted."""
LATE = timedelta(minutes=1)
"""Whatever is refused within it was refused before the officers' eyes: nothing has happened at the door."""
VISIT_LOCK = 7_300_006  # advisory lock class: one request at a time carries out items of a visit
DUTY = "door.settle"
SETTLE_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class Told:
    """What the phone is told of one item."""

    uuid: str
    sha256: str
    state: str
    why: str = ""
    html: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """As it goes out."""
        return {
            "id": self.uuid, "sha256": self.sha256, "state": self.state, "why": self.why,
            "html": self.html,
        }  # fmt: skip


def take_items(
    texts: Sequence[Any], *, device: uuid.UUID, device_clock: datetime, by: User, at: datetime
) -> tuple[list[Told], dict[str, Any]]:
    """Take in the items, carry out what can be, and say what became of each, in the order of ``texts``.

    The same text again gets its first answer again. Also returns the facts of the visits concerned.
    """
    drift = drift_of(device_clock, at)
    phone = phone_of(device, by=by, at=at, drift_seconds=drift)
    kept: list[Item | Told] = []
    for text in texts:
        try:
            said = read(text)
            kept.append(_keep(said, phone, drift, by, at))
        except WrongInput as wrong:
            kept.append(Told(_id_in(text), "", "refused", str(wrong.message)))
    items = [one for one in kept if isinstance(one, Item)]
    visits = {item.visit_id for item in items}
    for visit in visits:
        carry_on(visit, at)
    fresh = Item.objects.in_bulk([item.pk for item in items])
    told = [tell(fresh[one.pk]) if isinstance(one, Item) else one for one in kept]
    seen = Visit.objects.filter(pk__in=visits, case__in=Case.objects.visible_to(by)).select_related(
        "case", "place"
    )
    return told, {visit.reference: facts_of(visit) for visit in seen}


def tell(item: Item) -> Told:
    """What became of an item, as its phone is told."""
    return Told(str(item.uuid), item.sha256, item.state, item.because, item.card or None)


def _id_in(text: Any) -> str:
    """The number of an item that could not be read, as far as it can be told."""
    try:
        return str(uuid.UUID(str(json.loads(text)["id"])))
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


# ---------------------------------------------------------------- keeping


def _keep(said: Said, phone: Device, drift: int, by: User, at: datetime) -> Item:
    """The item's row; the one that is there, if this very text came before."""
    visit = visit_seen(said.visit, by)
    item = Item(
        device=phone, uuid=said.number, by=by, visit=visit, seq=said.seq, question=said.question,
        pack=Pack.objects.filter(uuid=said.pack, visit=visit).first() if said.pack else None,
        text=said.text, sha256=said.sha256, device_at=said.device_at, drift_seconds=drift,
        happened_at=said.device_at - timedelta(seconds=drift), received_at=at,
    )  # fmt: skip
    before = Item.objects.filter(device=phone, uuid=said.number)
    found = before.filter(sha256=item.sha256).first()
    if found:
        return found
    try:
        with transaction.atomic():
            item.save(force_insert=True)
    except IntegrityError:  # the same press twice, at the same time
        return before.get(sha256=item.sha256)
    return item


def visit_seen(reference: str, by: User) -> Visit:
    """The visit, if this person sees it, or was one of those who went; nobody else learns that it is."""
    found = Visit.objects.filter(reference=reference).select_related("case").first()
    if found is None:
        raise WrongInput(_("There is no such visit."))
    was_there = found.crew.filter(officer=by).exists()
    if not (was_there or found.case.may_be_seen_by(by)):
        raise WrongInput(_("There is no such visit."))
    return found


# ---------------------------------------------------------------- carrying out


@contextmanager
def _alone(visit: int) -> Iterator[None]:
    """One request at a time: what two phones send at once is carried out one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, %s)", [VISIT_LOCK, visit])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s, %s)", [VISIT_LOCK, visit])


def carry_on(visit: int, at: datetime) -> None:
    """Carry out what waits of this visit, in the order in which it happened, until nothing moves any more."""
    with _alone(visit):
        moved = True
        while moved:
            waiting = Item.objects.filter(visit=visit, state=Item.State.KEPT, settled="")
            # From the first again after each that was carried out: it may have made way for an earlier one.
            moved = any(_try(item, at) for item in waiting.order_by("happened_at", "seq", "pk"))


def _try(item: Item, at: datetime) -> bool:
    """Carry out one item, or say why not; whether anything became of it."""
    said = read(item.text)
    visit = Visit.objects.select_related(
        "case__debtor", "case__creditor", "case__agency", "case__mandate", "place"
    ).get(pk=item.visit_id)
    act = Act(said, visit, item.by, item.happened_at, item.received_at)
    if Submission.objects.filter(
        key=key_of(item)
    ).exists():  # done, and the house died before it noted so
        _applied(item, "")
        return True
    doubt = _doubt(item, at)
    if doubt:
        if item.question in answers.COUNTS_ANYHOW:  # whatever the phone's clock says
            with guarded(Guard(key=f"{key_of(item)}:honoured")), suppress(AlreadyDone):
                answers.honour_whatever(Act(said, visit, item.by, at, at))
        _set_aside(item, Item.State.CONFLICT, doubt, at)
        return True
    try:
        with guarded(Guard(key=key_of(item))):
            answers.carry_out_item(act)
            with suppress(
                StateRefused, WrongInput
            ):  # what happened counts, with or without its place
                answers.keep_place(act)
    except NotYet:
        waits = because(lambda: _("Waits for what comes before it."))
        if item.says != waits.says:
            item.why, item.says = kept(waits, 400)
            item.save(update_fields=["why", "says"])
        return False
    except OnRecord:
        _applied(item, because(lambda: _("This was on record already.")))
    except (DoesNotFit, Outdated) as clash:
        why = (
            clash.why
            if isinstance(clash, DoesNotFit)
            else because(lambda: _("The office changed this number meanwhile."))
        )
        _set_aside(item, Item.State.CONFLICT, why, at)
    except PolicyRefused as refused:
        item.card = card_of(refused, visit.case)
        _set_aside(item, Item.State.REFUSED, reason_of(refused), at)
    except StateRefused:
        _set_aside(item, Item.State.REFUSED, because(lambda: _how_it_stands(visit)), at)
    except (RightRefused, Outsider):
        why = because(lambda: _("You are not one of those who may do this."))
        _set_aside(item, Item.State.REFUSED, why, at)
    except WrongInput as wrong:
        _set_aside(item, Item.State.REFUSED, _why_wrong(act, wrong), at)
    else:
        _applied(item, "")
    return True


def _how_it_stands(visit: Visit) -> str:
    return _("Not possible any more: the case stands at “%(step)s”, the visit at “%(state)s”.") % {
        "step": visit.case.get_state_display(), "state": visit.get_state_display(),
    }  # fmt: skip


def _why_wrong(act: Act, wrong: WrongInput) -> Reason:
    """What is wrong with it, in every language: forms say it in the one that is spoken, so they are asked again."""

    def words() -> str:
        try:
            with transaction.atomic():
                answers.carry_out_item(act)
                transaction.set_rollback(True)
        except WrongInput as again:
            return str(again.message)
        return str(wrong.message)

    return because(words)


def give_up(item: Item, at: datetime) -> None:
    """What comes before it never arrived: a supervisor has to say what becomes of it."""
    with _alone(item.visit_id):
        if Item.objects.filter(pk=item.pk, state=Item.State.KEPT, settled="").exists():
            why = because(lambda: _("What comes before it has not arrived."))
            _set_aside(item, Item.State.CONFLICT, why, at)


def key_of(item: Item) -> str:
    """What makes an item count once, in the same transaction as what it does."""
    return f"door:item:{item.pk}"


def _doubt(item: Item, at: datetime) -> str:
    """Why the time of the item, or the item itself, cannot be believed; empty where it can."""
    others = Item.objects.filter(device=item.device_id).exclude(pk=item.pk)
    if others.filter(uuid=item.uuid, pk__lt=item.pk).exists():
        return because(lambda: _("The phone sent something else under the same number before."))
    if item.happened_at > item.received_at + SLACK:
        return because(lambda: _("By the phone's clock this lies in the future."))
    if item.pack and item.happened_at < item.pack.issued_at - SLACK:
        return because(
            lambda: _(
                "By the phone's clock this happened before the phone had taken anything along."
            )
        )
    before = others.filter(visit=item.visit_id, seq__lt=item.seq).exclude(state=Item.State.CONFLICT)
    if before.filter(device_at__gt=item.device_at).exists():
        return because(
            lambda: _(
                "By the phone's clock this happened before what was done earlier: the clock was moved."
            )
        )
    return ""


def card_of(refused: PolicyRefused, case: Any) -> str:
    """What the officer is shown of a refusal by rule."""
    return render_to_string(
        "components/refusal.html",
        {
            "findings": refused.findings, "earliest": refused.earliest, "case": case,
            "zone": refused.zone or case.zone,
        },
    )  # fmt: skip


def _applied(item: Item, why: str) -> None:
    item.state, (item.why, item.says) = Item.State.APPLIED, kept(why, 400)
    item.save(update_fields=["state", "why", "says"])
    # What was refused before the officers' eyes and then answered anew needs no settling.
    earlier = Item.objects.filter(
        visit=item.visit_id, device=item.device_id, question=item.question, seq__lt=item.seq,
        state=Item.State.REFUSED, settled="",
    )  # fmt: skip
    for one in earlier:
        if one.received_at - one.happened_at <= LATE:
            one.settled, one.settled_at, one.settled_by = (
                Item.Settled.ANEW, item.received_at, item.by,
            )  # fmt: skip
            one.save(update_fields=["settled", "settled_at", "settled_by"])


def _set_aside(item: Item, state: str, why: str, at: datetime) -> None:
    """Keep the item with the reason, say so on the timeline, and call for a supervisor where it came late."""
    late = state == Item.State.CONFLICT or item.received_at - item.happened_at > LATE

    def keep(fresh: Visit, _by: User, _at: datetime) -> None:
        item.state, (item.why, item.says) = state, kept(why, 400)
        item.save(update_fields=["state", "why", "says", "card"])
        if late:
            raise_duty(
                case=fresh.case, kind=DUTY, role=User.Role.SUPERVISOR, key=f"{DUTY}:{item.pk}",
                says={
                    "en": "Settle what a phone at the door says and the office does not.",
                    "zh": "现场手机的记录与办公室不一致，请处理。",
                },
                due_at=at + SETTLE_WITHIN, at=at,
            )  # fmt: skip

    by = item.by if item.case.may_be_seen_by(item.by) else User.objects.system()
    carry_out(
        Step(
            subject=item.visit, event="door.set_aside", then=keep,
            data={
                "reference": item.visit.reference, "question": item.question, **told_why(why),
                "happened_at": item.happened_at, "item": str(item.uuid), "sha256": item.sha256,
                "sender": str(item.by),
            },
        ),
        by=by,
        at=at,
    )  # fmt: skip


def done_with(items: Iterable[Item], *, by: User, at: datetime) -> None:
    """Tick off the duty of a case of which nothing is left to settle."""
    for case in {item.visit.case_id: item.visit.case for item in items}.values():
        left = Item.objects.filter(visit__case=case, settled="").exclude(state=Item.State.APPLIED)
        if not left.exists():
            fulfil(case=case, kind=DUTY, by=by, at=at)
