"""The engine: what is due goes, with a certificate; what is held stays, and both are told.

All of one case is one transaction under the case's lock: rows, parts of the timeline and the mark on each paper. The
files themselves leave the disk after it; their names wait in a table until they have, so that a process that is
killed in between leaves nothing behind.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.models import Case, ContactAttempt
from cases.models.case import OPEN_STEPS
from cases.retention import REACHED, reached_persons_data
from common.clock import HOUSE_ZONE, local_day
from documents.models import Document
from documents.storing import store
from people.models import Person, User
from retention import forgetting, places
from retention.actions.resting import rest_now
from retention.certificate import certificate_pdf, filename
from retention.models import Erasure, FileToGo, Term
from retention.reckoning import (
    DAY,
    NO_TERM,
    day_of,
    has_no_term,
    newly_closed,
    said_of,
    shelve,
)
from timeline.chain import ERASED, record_for_house
from timeline.erasing import take_out
from workflow.duties import fulfil_all, raise_duty
from workflow.numbering import next_number
from workflow.steps import note

NUMBERS_LOCK = 7_300_023
BATCH = 100
BUDGET = 240.0
"""Seconds after which a sweep leaves the rest to the next one."""
DECIDE_WITHIN = timedelta(days=30)
"""By when somebody says what becomes of records without a term; the house's own figure."""
log = logging.getLogger(__name__)


WITHDRAWN: dict[str, Any] = {
    "rule": "CN-62", "force": "law",
    "says": {
        "en": "Who was only named so that the debtor may be reached, and asks for it, is forgotten.",
        "zh": "仅为联系债务人而被提供信息的人提出请求的，删除其个人信息。",
    },
    "source": {
        "en": "Personal Information Protection Law art. 47(1)(3)", "zh": "《个人信息保护法》第47条第1款第3项",
    },
}  # fmt: skip


class NothingDue(Exception):
    """Somebody else has done it meanwhile, or a hold was set."""


@dataclass
class Plan:
    """What goes now: the classes with their reasons, the papers, the fields of events, the persons."""

    why: dict[str, list[dict[str, Any]]]
    papers: dict[str, list[Document]] = field(default_factory=dict)
    fields: dict[str, list[str]] = field(default_factory=dict)
    persons: list[Person] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)

    @property
    def files(self) -> list[Document]:
        """Every paper once."""
        return [paper for some in self.papers.values() for paper in some]


def sweep(at: datetime, *, by: User, seconds: float = BUDGET) -> bool:
    """Shelve what was closed, delete what is due, tell of what is held; whether there is more to do.

    Each case is looked at once in a sweep, by its key; what the time does not reach is left to the next. Two sweeps
    at once do each other no harm: whatever goes is reckoned anew under the lock of its case.
    """
    until = time.monotonic() + seconds
    day = local_day(at, HOUSE_ZONE)
    remove_files()
    reached = _each(newly_closed, _shelve, at, by, until)
    if rest_now():
        return not reached
    reached = (
        reached
        and _each(lambda last: _to_look_at(day, last), _look_at, at, by, until)
        and _each(_restored, _forget_named, at, by, until)
    )
    forgetting.forget_messages(at)
    remove_files()
    return not reached


def _each(
    find: Callable[[int], list[int]],
    do: Callable[[Case, datetime, User], Any],
    at: datetime,
    by: User,
    until: float,
) -> bool:
    """Do it to each case that is found after the last one; whether the time was enough for all."""
    last = 0
    while found := find(last):
        for last in found:
            if time.monotonic() > until:
                return False
            _safely(last, at, by, do)
    return True


def _to_look_at(day: date, last: int) -> list[int]:
    terms = Term.objects.to_be_looked_at(day).filter(case__gt=last).order_by("case")
    return list(terms.values_list("case", flat=True).distinct()[:BATCH])


def _shelve(case: Case, at: datetime, _by: User) -> None:
    with transaction.atomic():
        locked = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        shelve(locked, day=day_of(locked, at))
        if has_no_term(locked):
            raise_duty(
                case=locked, kind=NO_TERM, key=f"{NO_TERM}:{locked.pk}", at=at,
                due_at=at + DECIDE_WITHIN, role=User.Role.COMPLIANCE,
                says={
                    "en": "No term is known for records of a case closed that long ago. They are kept; decide what becomes of them.",
                    "zh": "结案日早于现有保存期限规则，尚无可适用的保存期限。档案继续保存，请作出处理决定。",
                },
            )  # fmt: skip


def preview(case: Case, at: datetime) -> Plan:
    """What would go of the case now; nothing is changed."""
    with transaction.atomic():
        return _plan(case, _due_terms(case, at))


def due_cases(at: datetime, most: int = BATCH) -> list[Case]:
    """The closed cases, shelved before, of which something would go now; the soonest due first."""
    day = local_day(at, HOUSE_ZONE)
    due = Term.objects.standing().filter(due_on__lte=day, held_by=[]).order_by("due_on", "pk")
    found = list(dict.fromkeys(due.values_list("case_id", flat=True)[: most * 10]))[:most]
    cases = Case.objects.select_related("debtor", "creditor", "agency").in_bulk(found)
    return [cases[pk] for pk in found]


def _safely(pk: int, at: datetime, by: User, do: Any) -> None:
    """One case that cannot be done stops no other; it is looked at again tomorrow."""
    case = Case.objects.select_related("debtor", "creditor", "agency").get(pk=pk)
    try:
        do(case, at, by)
    except NothingDue:
        pass
    except Exception:
        log.exception("the records of %s could not be deleted", case.reference)
        Term.objects.standing().filter(case=case).update(look_on=day_of(case, at) + DAY)


def _look_at(case: Case, at: datetime, by: User) -> None:
    day = day_of(case, at)
    _shelve(case, at, by)
    if _due_terms(case, at):
        erase(case, by=by, at=at)
    _tell_held(case, at, by)
    # Whatever is due and neither held nor gone was tried; it is not tried again before tomorrow.
    case.terms.standing().filter(look_on__lte=day).update(look_on=day + DAY)


def erase(case: Case, *, by: User, at: datetime) -> Erasure:
    """Delete what is due of the case, with a certificate; raises ``NothingDue``."""

    def planned(locked: Case) -> Plan:
        shelve(locked, day=day_of(locked, at))  # under the lock: a hold may have been set meanwhile
        return _plan(locked, _due_terms(locked, at))

    return _erase(case, planned, by, at)


def _forget_named(case: Case, at: datetime, by: User) -> None:
    """The debtor was reached: those who were named for it are not needed any more."""

    def planned(locked: Case) -> Plan:
        kept = reached_persons_data(locked, on=day_of(locked, at))
        if kept is None or kept.delete_on is None or kept.delete_on > day_of(locked, at):
            raise NothingDue
        plan = Plan({"contact_person": [said_of(reason) for reason in kept.why]})
        _persons(plan, locked)
        return plan

    _erase(case, planned, by, at)


def forget_one(case: Case, person: Person, *, by: User, at: datetime) -> Erasure:
    """Delete what is held of somebody who was only named to reach the debtor, and who asks for it (PIPL art. 47).

    Raises ``NothingDue`` where a hold stands, where another case needs the person, or where nothing is left.
    """

    def planned(locked: Case) -> Plan:
        if locked.legal_holds.filter(lifted_at=None).exists():
            raise NothingDue
        if person not in forgetting.contact_persons(locked):
            raise NothingDue
        plan = Plan({"contact_person": [WITHDRAWN]}, persons=[person])
        _what_names(plan, locked)
        return plan

    return _erase(case, planned, by, at)


def _erase(case: Case, planned: Any, by: User, at: datetime) -> Erasure:
    made: list[tuple[Erasure, Plan]] = []

    def write(locked: Case) -> dict[str, Any]:
        if rest_now():  # stopped in the middle of a sweep
            raise NothingDue
        plan = planned(locked)
        if not plan.why:
            raise NothingDue
        erasure = Erasure(
            number=next_number(Erasure.objects, "E", on=day_of(locked, at), lock=NUMBERS_LOCK),
            case=locked, at=at, told=_counted(plan, _empty_rows(locked, plan)),
            kept=_kept(locked, plan),
        )  # fmt: skip
        papers = [{"number": one.number, "sha256": one.sha256} for one in plan.files]
        with override(locked.debtor.language):
            title = f"{_('Deletion certificate')} {erasure.number}"
        erasure.certificate = store(
            case=locked, kind=Document.Kind.DELETION_CERTIFICATE, filename=filename(locked, erasure),
            content=certificate_pdf(erasure, papers, at), title=title, by=by, at=at, made_here=True,
        )  # fmt: skip
        erasure.save(force_insert=True)
        made.append((erasure, plan))
        return {
            "certificate": erasure.number, "document": erasure.certificate.number,
            "sha256": erasure.certificate.sha256, "records": erasure.told, "kept": erasure.kept,
            "fields": plan.fields, "documents": [paper.number for paper in plan.files],
        }  # fmt: skip

    def carry(locked: Case, _by: User, _at: datetime) -> None:
        _take_away(locked, *made[0], by, at)

    note(case, event=ERASED, by=by, at=at, data=write, then=carry)
    remove_files()
    return made[0][0]


def _due_terms(case: Case, at: datetime) -> list[Term]:
    day = day_of(case, at)
    return list(case.terms.standing().filter(due_on__lte=day, held_by=[]).order_by("pk"))


def _plan(case: Case, terms: list[Term]) -> Plan:
    """All that belongs to these classes; each paper and each part of an event is counted once."""
    plan = Plan({term.record: term.why for term in terms}, terms=terms)
    taken: set[int] = set()
    for record in sorted(plan.why, key=lambda name: name == places.REST):
        found = [paper for paper in places.papers_of(case, record) if paper.pk not in taken]
        taken |= {paper.pk for paper in found}
        plan.papers[record] = found
    _persons(plan, case)
    return plan


def _persons(plan: Plan, case: Case) -> None:
    if places.REST in plan.why:
        plan.persons = forgetting.all_of(case)
    elif "contact_person" in plan.why:
        plan.persons = forgetting.contact_persons(case)
    _what_names(plan, case)


def _what_names(plan: Plan, case: Case) -> None:
    """The parts of the timeline that name these persons; raises ``NothingDue`` where there is nothing at all."""
    said = [word for person in plan.persons for word in forgetting.said_of(person)]
    plan.fields = {str(n): names for n, names in places.told_of(case, set(plan.why), said)}
    if not (plan.persons or plan.fields or plan.files or plan.terms):
        raise NothingDue


def _empty_rows(case: Case, plan: Plan) -> dict[str, int]:
    """How many rows each class empties; the rows themselves are emptied here."""
    return {
        record: sum(_empty(case, blank) for blank in places.ROWS.get(record, ()))
        for record in plan.why
    }


def rows_of(case: Case, record: str) -> int:
    """How many rows of the case the class would empty now; nothing is changed."""
    return sum(_that_say(case, blank).count() for blank in places.ROWS.get(record, ()))


def _empty(case: Case, blank: places.Blank) -> int:
    rows = _that_say(case, blank)
    if not blank.fields:
        return int(rows.delete()[0])
    return int(rows.update(**{name: _nothing(rows.model, name, blank) for name in blank.fields}))


def _that_say(case: Case, blank: places.Blank) -> models.QuerySet[Any]:
    """The rows of the case that still say something in these fields."""
    model = apps.get_model(blank.model)
    said = Q()
    for name in blank.fields:
        said |= ~Q(**{name: _nothing(model, name, blank)})
    rows: models.QuerySet[Any] = model._base_manager.filter(blank.only, said, blank.of(case))
    return rows


def _nothing(model: type[models.Model], name: str, blank: places.Blank) -> Any:
    """What the field holds when it says nothing."""
    found: Any = model._meta.get_field(name)
    if blank.leaves:
        return blank.leaves
    if found.null:
        return None
    return found.get_default() if found.has_default() else ""


def _counted(plan: Plan, rows: dict[str, int]) -> list[dict[str, Any]]:
    """Each class with its numbers; the entries of the timeline are counted with the one that is widest."""
    widest = places.REST if places.REST in plan.why else next(iter(plan.why))
    return [
        {
            "record": record, "papers": len(plan.papers.get(record, ())),
            "entries": len(plan.fields) if record == widest else 0,
            "rows": rows[record] + (len(plan.persons) if record in {"contact_person", places.REST} else 0),
            "why": why,
        }
        for record, why in plan.why.items()
    ]  # fmt: skip


def _kept(case: Case, plan: Plan) -> list[dict[str, Any]]:
    rest = case.terms.standing().exclude(record__in=plan.why).order_by("pk")
    return [
        {"record": term.record, "due_on": term.due_on, "held_by": term.held_by, "why": term.why}
        for term in rest
    ]


def _take_away(case: Case, erasure: Erasure, plan: Plan, by: User, at: datetime) -> None:
    """What the event just told of: parts of events, files, persons; the terms have been served."""
    take_out(case, plan.fields)
    for record, papers in plan.papers.items():
        rules = ", ".join(dict.fromkeys(one["rule"] for one in plan.why[record]))[:120]
        for paper in papers:
            FileToGo.objects.get_or_create(name=paper.file.name)
            Document.objects.filter(pk=paper.pk).update(
                file="", title="", filename="", erased_at=at, erased_by=erasure.number,
                erased_under=rules,
            )  # fmt: skip
    for person in plan.persons:
        forgetting.forget(person, at)
    if places.REST in plan.why:
        forgetting.forget_on_case(case)
        fulfil_all(case=case, by=by, at=at)  # nobody could read any more what was to be done
    _served(plan.terms, erasure, at)
    record_for_house(
        kind="retention.erased", by=by, at=at,
        data={"certificate": erasure.number, "case": case.reference, "records": sorted(plan.why)},
    )  # fmt: skip


def _served(terms: Iterable[Term], erasure: Erasure, at: datetime) -> None:
    for term in terms:
        term.erased_at, term.erasure = at, erasure
        term.save(update_fields=["erased_at", "erasure"])


def _tell_held(case: Case, at: datetime, by: User) -> None:
    """Say once for each hold that records whose day has come were kept, and why."""
    day = day_of(case, at)

    def write(locked: Case) -> dict[str, Any]:
        due = locked.terms.standing().filter(due_on__lte=day).exclude(held_by=[])
        untold = [term for term in due.order_by("pk") if term.held_by != term.told_held_by]
        if not untold:
            raise NothingDue
        for term in untold:
            term.told_held_by = term.held_by
            term.save(update_fields=["told_held_by"])
        return {
            "records": [
                {"record": term.record, "held_by": term.held_by, "why": term.why} for term in untold
            ]
        }

    if case.terms.standing().filter(due_on__lte=day).exclude(held_by=[]).exists():
        note(case, event="records.kept", by=by, at=at, data=write)


def _restored(last: int) -> list[int]:
    """Open cases whose debtor was reached and in which somebody who was only named is still known."""
    reached = ContactAttempt.objects.filter(case=models.OuterRef("pk"), result__in=REACHED)
    found = Case.objects.filter(
        models.Exists(reached), pk__gt=last, state__in=OPEN_STEPS,
        parties__role__in=forgetting.NAMED, parties__person__forgotten=None,
    )  # fmt: skip
    return list(found.order_by("pk").values_list("pk", flat=True).distinct()[:BATCH])


def remove_files() -> None:
    """Take off the disk what no row names any more; whoever was killed before has left it to us."""
    for row in FileToGo.objects.order_by("pk"):
        try:
            default_storage.delete(row.name)
        except OSError:  # one file that cannot go stops no other, and waits for the next time
            log.exception("a file of the deleted records is still there")
        else:
            row.delete()
