"""The one way in which anything changes: lock, ask the rules, move, record, queue, or nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django_fsm import FSMFieldDescriptor, TransitionNotAllowed

from compliance.verdict import Verdict
from people.models import User
from people.rights import may
from timeline.chain import compose, write_down
from timeline.models import Event
from workflow.by_link import DEBTOR, link_used
from workflow.guard import current
from workflow.kept import kept
from workflow.models import Submission


class Policy(Protocol):
    """Answers whether the subject may be changed so, by whom and when; never changes it."""

    def __call__(self, subject: Any, /, *, by: User, at: datetime) -> Verdict: ...


class PolicyRefused(Exception):
    """The rules say no; the verdicts say which rule, from where, and what would help."""

    def __init__(self, verdicts: Sequence[Verdict]) -> None:
        self.verdicts = list(verdicts)
        super().__init__("; ".join(f.rule for v in verdicts for f in v.blocks))

    @property
    def findings(self) -> list[Any]:
        """Every finding that stands against it, of all the steps together."""
        return [finding for verdict in self.verdicts for finding in verdict.blocks]

    @property
    def zone(self) -> str:
        """By whose clocks it was judged: those of the place of a visit, else the debtor's."""
        return next((v.facts.zone for v in self.verdicts if not v.allowed and v.facts.zone), "")

    @property
    def earliest(self) -> datetime | None:
        """When all of it would be lawful, if time alone can heal it."""
        moments = [verdict.earliest for verdict in self.verdicts if not verdict.allowed]
        if not moments or any(moment is None for moment in moments):
            return None
        return max(moment for moment in moments if moment)


class StateRefused(Exception):
    """The subject is not in a state from which this can be done."""

    def __init__(self, subject: Any, transition: str) -> None:
        self.subject, self.transition = subject, transition
        super().__init__(f"{transition} from {getattr(subject, 'state', '?')}")


class RightRefused(Exception):
    """This role may not do that."""

    def __init__(self, by: User, right: str) -> None:
        self.by, self.right = by, right
        super().__init__(f"{by.role} may not {right}")


class Outsider(Exception):
    """The case belongs to people with whom this user has nothing to do."""


class StaleForm(Exception):
    """Somebody moved the case after this form was drawn."""

    def __init__(self, case: Any) -> None:
        self.case = case
        super().__init__(str(case))


class AlreadyDone(Exception):
    """This very form was handled before; nothing was done a second time."""


class WrongInput(Exception):
    """What was asked makes no sense in itself; ``field`` names the part to mend."""

    def __init__(self, message: Any, field: str = "") -> None:
        self.message, self.field = message, field
        super().__init__(str(message))


Then = Callable[[Any, User, datetime], None]


@dataclass(frozen=True)
class Step:
    """One subject's part in a change.

    ``right`` is asked of the table of rights, ``policy`` of the rules, ``transition`` names the
    FSM method and ``args`` its arguments; ``then`` writes what belongs to it, under the lock.
    ``data`` goes to the timeline as it is; a callable gets the subject after the change.
    ``first`` saves what a new subject leans on, in the same transaction. ``winds_up`` lets those do it,
    too, who see the case no longer since their mandate has ended.
    """

    subject: Any
    event: str
    right: str = ""
    policy: Policy | None = None
    transition: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] | Callable[[Any], Mapping[str, Any]] = field(default_factory=dict)
    then: Then | None = None
    first: Callable[[], None] | None = None
    winds_up: bool = False


def carry_out(*steps: Step, by: User, at: datetime) -> list[Verdict]:
    """Carry out all the steps, of one case, or none of them.

    Raises ``PolicyRefused`` (recorded on the timeline), ``StateRefused`` (recorded),
    ``RightRefused``, ``Outsider``, ``StaleForm``, ``AlreadyDone`` or ``WrongInput``.
    """
    case = case_of(steps[0].subject)
    try:
        with transaction.atomic(durable=True):
            return _carry_out(case, steps, by, at)
    except (PolicyRefused, StateRefused) as refused:
        _keep_refusal(steps, refused, by, at)
        raise


def _keep_refusal(
    steps: Sequence[Step], refused: PolicyRefused | StateRefused, by: User, at: datetime
) -> None:
    """Say on the case's timeline that it was refused; what was begun is undone by now."""
    case = case_of(steps[0].subject)
    if isinstance(refused, PolicyRefused):
        _record_refusal(case, steps, refused, by, at)
        return
    with transaction.atomic(durable=True):
        _tell(
            _lock(case), "state.refused", by, at,
            {"asked": refused.transition, "state": getattr(refused.subject, "state", "")},
        )  # fmt: skip


def carry_out_across(*changes: Sequence[Step], by: User, at: datetime) -> None:
    """Carry out one change each of several cases, all or none.

    The cases are locked in the order of their keys before anything is done, so that no two such changes can wait for
    each other. A refusal is recorded on the case that refuses. Raises as ``carry_out`` does.
    """
    under_way: Sequence[Step] = ()
    cases = {case_of(steps[0].subject).pk: case_of(steps[0].subject) for steps in changes}
    try:
        with transaction.atomic(durable=True):
            for _pk, case in sorted(cases.items()):
                _lock(case)
            for steps in changes:
                under_way = steps
                _carry_out(case_of(steps[0].subject), steps, by, at)
    except (PolicyRefused, StateRefused) as refused:
        _keep_refusal(under_way, refused, by, at)
        raise


def begin(
    new: Any,
    *,
    event: str,
    by: User,
    at: datetime,
    right: str = "",
    policy: Policy | None = None,
    data: Mapping[str, Any] | Callable[[Any], Mapping[str, Any]] | None = None,
    then: Then | None = None,
    first: Callable[[], None] | None = None,
) -> list[Verdict]:
    """Save something new of a case (or a new case) and record it; the twin for a first save."""
    return carry_out(
        Step(
            subject=new,
            event=event,
            right=right,
            policy=policy,
            data=data or {},
            then=then,
            first=first,
        ),
        by=by,
        at=at,
    )


def note(
    case: Any,
    *,
    event: str,
    by: User,
    at: datetime,
    right: str = "",
    policy: Policy | None = None,
    data: Mapping[str, Any] | Callable[[Any], Mapping[str, Any]] | None = None,
    then: Then | None = None,
    winds_up: bool = False,
) -> list[Verdict]:
    """Record a fact about the case that moves no state; the twin for a call or a payment."""
    return carry_out(
        Step(
            subject=case,
            event=event,
            right=right,
            policy=policy,
            data=data or {},
            then=then,
            winds_up=winds_up,
        ),
        by=by,
        at=at,
    )


def case_of(subject: Any) -> Any:
    """The case to which the subject belongs (a case belongs to itself)."""
    return getattr(subject, "case", None) or subject


def _lock(case: Any) -> Any:
    """The case as it is now, locked; every change of a case goes through this one mutex."""
    if case.pk is None:  # a new one: nobody else can know it yet
        case.save(force_insert=True)
        return case
    return _read_again(case)


def _read_again(subject: Any) -> Any:
    """The subject as it is in the database now, locked."""
    found = _locked(type(subject), pk=subject.pk)
    if not found:
        raise type(subject).DoesNotExist
    return found[0]


@kept
def _locked(model: type[models.Model], *, pk: int) -> QuerySet[Any]:
    return model._base_manager.filter(pk=pk).select_for_update(of=("self",))


def _save_changed(locked: Any, before: Mapping[str, Any]) -> None:
    """Write what differs from what was read; lists and the like always, they may be changed in place."""
    changed = [
        field.attname
        for field in locked._meta.concrete_fields
        for value in [locked.__dict__[field.attname]]
        if isinstance(value, (dict, list)) or value != before[field.attname]
    ]
    locked.save(update_fields=changed)


def _carry_out(case: Any, steps: Sequence[Step], by: User, at: datetime) -> list[Verdict]:
    _claim_submission(by, at)
    begins_case = case.pk is None
    if begins_case:  # it cannot be locked before what it leans on is there
        _save_first(steps)
    locked = _lock(case)
    before = dict(locked.__dict__)
    admit(locked, steps, by, at)
    guard = current()
    if guard:
        if guard.version is not None and guard.version != locked.version:
            raise StaleForm(locked)
        guard.spent = True
    if not begins_case:  # only now: a refused call leaves no file behind
        _save_first(steps)
    fresh: dict[int, Any] = {}
    for step in steps:  # one that takes two steps goes on from where the first has brought it
        if id(step.subject) not in fresh:
            fresh[id(step.subject)] = _fresh(step.subject, locked)
    subjects = [fresh[id(step.subject)] for step in steps]
    verdicts = change(locked, steps, subjects, by, at, Pen())
    _save_changed(locked, before)
    for step, subject in zip(steps, subjects, strict=True):
        step.subject.__dict__.update(subject.__dict__)
    return verdicts


class Pen:
    """How a change is written down: here each thing at once."""

    def save(self, subject: Any) -> None:
        """Write the subject."""
        subject.save()

    def tell(self, event: Event) -> None:
        """Write the event."""
        write_down([event])


def admit(locked: Any, steps: Sequence[Step], by: User, at: datetime, known: Any = None) -> None:
    """Let nobody through to whom the case is none of theirs (``known``: ``Case.may_be_seen_by``), or whose role bars it."""
    left_to_do = all(step.winds_up for step in steps) and locked.may_be_wound_up_by(by)
    if not (left_to_do or locked.may_be_seen_by(by, at, known)):
        raise Outsider
    for step in steps:
        if by.only_reads or (step.right and not may(by, step.right)):
            raise RightRefused(by, step.right)


def change(
    locked: Any, steps: Sequence[Step], subjects: Sequence[Any], by: User, at: datetime, pen: Pen
) -> list[Verdict]:
    """The change itself, of one locked case: ask the rules, move, record. Only for this package."""
    verdicts: dict[int, Verdict] = {}
    for number, (step, subject) in enumerate(zip(steps, subjects, strict=True)):
        if step.policy:
            verdicts[number] = step.policy(subject, by=by, at=at)
    refused = [verdict for verdict in verdicts.values() if not verdict.allowed]
    if refused:
        raise PolicyRefused(refused)
    for number, (step, subject) in enumerate(zip(steps, subjects, strict=True)):
        if step.transition:
            _move(subject, step)
            if isinstance(getattr(type(subject), "state", None), FSMFieldDescriptor):
                locked.version += 1  # an approval or a duty makes nobody's form stale
        if subject is not locked:
            pen.save(subject)
        data = dict(step.data(subject) if callable(step.data) else step.data)
        if step.transition and subject is locked:
            data["step"] = locked.state  # so that the state can be told from the timeline alone
        verdict = verdicts.get(number)
        _append(locked, step.event, by, at, data, verdict, pen)
        if verdict and verdict.overrides:
            _tell_overrides(locked, verdict, by, at, pen)
        if step.then:  # which may read the case anew, or tell more of it
            _keep_head(locked)
        if verdict:
            _raise_duties(locked, verdict, at)
        if step.then:
            step.then(subject, by, at)
    return list(verdicts.values())


def _save_first(steps: Sequence[Step]) -> None:
    for step in steps:
        if step.first:
            step.first()


def _claim_submission(by: User, at: datetime) -> None:
    guard = current()
    if guard and guard.key:
        try:
            with transaction.atomic():
                Submission(key=guard.key, user=by, at=at).save(force_insert=True)
        except IntegrityError:
            raise AlreadyDone from None


def once(by: User, at: datetime) -> None:
    """Let a form that belongs to no case count once, however often its button is pressed.

    Inside its transaction; ``carry_out`` does so itself. Raises ``AlreadyDone``.
    """
    _claim_submission(by, at)
    guard = current()
    if guard:
        guard.spent = True


def _fresh(subject: Any, locked: Any) -> Any:
    """The subject as it is in the database now; a new one as it was given."""
    if isinstance(subject, type(locked)) and subject.pk == locked.pk:
        return locked
    fresh = subject
    if subject.pk is not None:
        fresh = _read_again(subject)
    if isinstance(subject, models.Model) and "case" in {f.name for f in subject._meta.fields}:
        fresh.case = locked
    return fresh


def _move(subject: Any, step: Step) -> None:
    try:
        getattr(subject, step.transition)(**step.args)
    except TransitionNotAllowed:
        raise StateRefused(subject, step.transition) from None


def _tell(
    locked: Any,
    kind: str,
    by: User,
    at: datetime,
    data: Mapping[str, Any],
    verdict: Verdict | None = None,
) -> None:
    """Append to the case's timeline and keep its size and head on the case itself."""
    _append(locked, kind, by, at, data, verdict, Pen())
    _keep_head(locked)


def _append(
    locked: Any,
    kind: str,
    by: User,
    at: datetime,
    data: Mapping[str, Any],
    verdict: Verdict | None,
    pen: Pen,
) -> None:
    told = dict(data)
    findings: list[dict[str, Any]] = []
    if verdict:
        decision = verdict.as_dict()
        findings = decision.pop("findings")
        told["decision"] = decision
    link, who = link_used(), ""
    if link is not None:
        told["link"], who = link, DEBTOR
    event = compose(
        case=locked, kind=kind, by=by, at=at, data=told, findings=findings,
        after=(locked.event_count, locked.head), actor_name=who,
    )  # fmt: skip
    pen.tell(event)
    locked.event_count, locked.head = event.number, event.digest


def _tell_overrides(locked: Any, verdict: Verdict, by: User, at: datetime, pen: Pen) -> None:
    """Say on the timeline which rules would have stood against it, had nobody granted an exception."""
    event = compose(
        case=locked, kind="policy.overridden", by=by, at=at, data={"asked": verdict.action},
        findings=[finding.as_dict() for finding in verdict.overrides],
        after=(locked.event_count, locked.head),
    )  # fmt: skip
    pen.tell(event)
    locked.event_count, locked.head = event.number, event.digest


def _keep_head(locked: Any) -> None:
    locked.save(update_fields=["event_count", "head"])


def tell(
    case: Any,
    kind: str,
    by: User,
    at: datetime,
    data: Mapping[str, Any],
    verdict: Verdict | None = None,
) -> None:
    """Record a further fact inside a running change (from a step's ``then``), under its lock."""
    _tell(case, kind, by, at, data, verdict)


def _raise_duties(locked: Any, verdict: Verdict, at: datetime) -> None:
    from workflow.duties import raise_duty

    for finding in verdict.duties:
        raise_duty(
            case=locked,
            kind=finding.rule,
            says=dict(finding.says),
            rule=finding.rule,
            due_at=finding.earliest or at,
            key=f"{locked.pk}:{finding.rule}{_of_its_own(verdict)}",
            at=at,
        )


def _of_its_own(verdict: Verdict) -> str:
    """What tells the duties of one visit, or of one closing, from the next one's; else nothing."""
    closing = verdict.action in {"case.close", "case.close_early"}
    moment = verdict.facts.start or (verdict.facts.at if closing else None)
    return f":{moment:%Y%m%dT%H%MZ}" if moment else ""


def _record_refusal(
    case: Any, steps: Sequence[Step], refused: PolicyRefused, by: User, at: datetime
) -> None:
    if case.pk is None:
        return
    with transaction.atomic(durable=True):
        locked = _lock(case)
        for verdict in refused.verdicts:
            _tell(
                locked, "policy.refused", by, at,
                {
                    "asked": verdict.action,
                    "subject": str(steps[0].subject),
                    "earliest": verdict.earliest.isoformat() if verdict.earliest else None,
                },
                verdict,
            )  # fmt: skip
