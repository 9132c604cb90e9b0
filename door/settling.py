"""Settling what a phone says and the office does not: both sides stay on record, whatever is decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.actions.correcting import correct_number, stamp_of
from cases.models import Case
from door import answers, cash
from door.answers import Act, DoesNotFit, NotYet, OnRecord
from door.models import Item
from door.reading import read
from door.syncing import carry_on, done_with
from people.models import User
from timeline.models import Event
from visits.answering import form_of, form_of_way, ways
from visits.models import Consent, Visit
from workflow.steps import Step, WrongInput, carry_out

SETTLE = "settle_door"
NUMBER_EVENTS = ["contact_point.updated", "contact_point.corrected", "contact_point.dead"]


@dataclass(frozen=True)
class Line:
    """One thing of which a side says something."""

    label: str
    said: str


def to_settle(user: User) -> QuerySet[Item]:
    """What waits for somebody to settle it, of the cases that this person sees."""
    return (
        Item.objects.filter(settled="", visit__case__in=Case.objects.visible_to(user))
        .exclude(state=Item.State.APPLIED)
        .select_related(
            "by", "device", "pack", "visit__place", "visit__case__debtor", "visit__case__team",
            "visit__case__creditor", "visit__case__agency", "visit__case__mandate",
        )
    )  # fmt: skip


def settle_item(
    *,
    item: Item,
    how: str,
    reason: str,
    by: User,
    at: datetime,
    happened_at: datetime | None = None,
) -> None:
    """Take what the phone says into the record, or keep it beside it as a statement; with the reason.

    Taken, it is put to the rules and the state of the case as any answer is; ``happened_at`` is given
    where the supervisor knows the moment better than the phone. Raises what the actions raise.
    """
    if not item.is_open:
        raise WrongInput(_("This was settled already."))
    if how == Item.Settled.TAKEN:
        _take(item, happened_at or item.happened_at, by, at)
    said = read(item.text)

    def settle(fresh: Visit, _by: User, _at: datetime) -> None:
        item.settled, item.settled_at, item.settled_by = how, at, by
        item.settled_why = reason[:400]
        item.save(update_fields=["settled", "settled_at", "settled_by", "settled_why"])
        done_with([item], by=by, at=at)

    carry_out(
        Step(
            subject=item.visit, right=SETTLE, then=settle,
            event="door.taken" if how == Item.Settled.TAKEN else "door.statement",
            data={
                "reference": item.visit.reference, "question": item.question, "said": said.data,
                "happened_at": item.happened_at, "sender": str(item.by), "item": str(item.uuid),
                "sha256": item.sha256, "why": reason,
            },
        ),
        by=by,
        at=at,
    )  # fmt: skip
    carry_on(item.visit_id, at)  # what waited for it may go on


def _take(item: Item, happened_at: datetime, by: User, at: datetime) -> None:
    if happened_at > at:
        raise WrongInput(_("This lies in the future."), "happened_at")
    visit = Visit.objects.select_related(
        "case__debtor", "case__creditor", "case__agency", "case__mandate", "place"
    ).get(pk=item.visit_id)
    act = Act(read(item.text), visit, by, happened_at, item.received_at)
    try:
        if item.question == "contact":
            point = answers.point_of(act)
            correct_number(
                case=visit.case, point=point, stamp=stamp_of(point),
                value=act.said.first("value"), proof=answers.proof_of(visit), by=by, at=at,
            )  # fmt: skip
        else:
            answers.carry_out_item(act)
    except OnRecord:
        return
    except NotYet:
        raise WrongInput(
            _("What comes before it is not on record. Settle that first."), "how"
        ) from None
    except DoesNotFit as clash:
        raise WrongInput(
            _("It cannot be taken into the record any more: %(why)s Keep it as a statement.")
            % {"why": clash.why}, "how",
        ) from None  # fmt: skip


# ---------------------------------------------------------------- the two sides


def phone_says(item: Item) -> list[Line]:
    """What the phone says, field by field, in the reader's words."""
    said = read(item.text)
    lines = [Line(_("Answer"), question_words(item.question))]
    lines += _fields(item, said.data)
    place = said.position
    if place:
        metres = _("± %(metres)s m") % {"metres": place.accuracy_m}
        lines.append(Line(_("Where"), f"{place.lat}, {place.lon} {metres}"))
    return lines


def _fields(item: Item, data: Mapping[str, list[str]]) -> list[Line]:
    form = _form_of(item)
    lines = []
    for name, values in data.items():
        if name in {"id", "stamp", "question", "guard_key", "guard_version", "begin"}:
            continue
        field = form.fields.get(name) if form else None
        choices = dict(getattr(field, "choices", None) or _choices().get(name, ()))
        words = ", ".join(str(choices.get(value, value)) for value in values if value)
        if words:
            label = field.label if field else _labels().get(name) or cash.counted_by(name) or name
            lines.append(Line(str(label), words))
    return lines


def _form_of(item: Item) -> Any:
    name = item.question
    if name.startswith("way:"):
        way = ways().get(name.removeprefix("way:"))
        return form_of_way(way.kinds) if way else None
    return form_of(name, item.visit)


def _choices() -> dict[str, Any]:
    return {
        **{name: [("yes", _("yes")), ("no", _("no"))] for name in ("answer", "others", "confirmed")},
        "kind": Consent.Kind.choices,
        "left": [
            ("nothing", _("We leave nothing and go")), ("sealed_note", _("We left a sealed note")),
            ("back", _("The person came after all")),
        ],
    }  # fmt: skip


def _labels() -> dict[str, str]:
    return {
        "answer": _("Answer"), "badge": _("Badge"), "remark": _("Remark"), "value": _("Number or account"),
        "paper": _("Paper"), "kind": _("Kind"), "left": _("What was left"),
        "filename": _("File"), "number": _("Number"), "amount": _("Amount"),
        "others": _("Somebody else was there"), "confirmed": _("Confirmed by the debtor"), "why": _("Because"), "sha256": _("Digest"),
    }  # fmt: skip


def question_words(question: str) -> str:
    """What an item is about, in the reader's words."""
    if question.startswith("way:"):
        way = ways().get(question.removeprefix("way:"))
        return way.title if way else question
    words = {
        "depart": _("Before you set out"), "arrive": _("Arrival"),
        "who": _("Who stands before you?"), "credentials": _("Credential shown"),
        "willing": _("Is this a good time to talk?"), "recording": _("May this conversation be recorded?"),
        "entry": _("Where do you talk?"),
        "filming": _("May anything be photographed or filmed inside?"),
        "papers": _("Paper shown"), "talk_open": _("The talk began."), "talk": _("What was said?"),
        "outcome": _("How did it end?"), "attest": _("Confirm the record"), "done": _("Done"),
        "third-party": _("Somebody else is here"), "consent": _("Consent"),
        "contact": _("A number was corrected"), "remark": _("Remark"),
        "incident": _("Report what happened"), "cash": _("Cash at the door"), "dropped": _("A file was dropped on the phone"), "check-in": _("We are well"), "sos": _("SOS"),
    }  # fmt: skip
    return words.get(question, question)


def office_says(item: Item) -> list[Line]:
    """How the office stands to the same thing, now."""
    visit = item.visit
    state = str(visit.get_state_display())
    outcome = str(visit.get_outcome_display()) if visit.outcome else ""
    lines = [Line(_("Visit"), " · ".join(part for part in (state, outcome) if part))]
    if visit.why:
        lines.append(Line(_("Because"), visit.why))
    lines.append(Line(_("Case"), str(visit.case.get_state_display())))
    if item.question == "contact":
        lines += _number_now(item)
    return lines


def _number_now(item: Item) -> list[Line]:
    act = Act(read(item.text), item.visit, item.by, item.happened_at, item.received_at)
    try:
        point = answers.point_of(act)
    except WrongInput:
        return []
    changed = (
        Event.objects.filter(case=item.visit.case, kind__in=NUMBER_EVENTS)
        .order_by("-number")
        .values_list("actor_name", flat=True)
        .first()
    )
    lines = [Line(str(point.get_channel_display()), point.value)]
    return [*lines, Line(_("Changed by"), changed)] if changed else lines
