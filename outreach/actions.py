"""What people do with a run: draft it, mend and drop lines, ask a second person, send, stop.

A run belongs to no one case: what is done with it stands on the house's own timeline, and on each case's
what became of its line. The lines themselves are a worker's (``outreach.running``).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cases.models import Case
from common.clock import HOUSE_ZONE, local_day
from compliance.ask import value
from compliance.packs import PackUnreadable
from compliance.verdict import Verdict
from outreach import drafting
from outreach.models import NoticeRun, NoticeRunLine
from people.models import User
from people.rights import may
from timeline.chain import record_for_house
from workflow.approvals import must_be_second, request_for_many, withdraw_for_many
from workflow.models import Approval
from workflow.numbering import next_number
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput, note, once
from workflow.wording import ask_words

RIGHT = "draft_run"
MOST = 5000
"""More lines than that are more than anybody looks through; take two runs."""
NUMBER_LOCK = 7_300_007  # advisory lock number: one giver of run numbers at a time
S = NoticeRun.State


def draft_run(
    *,
    kind: str,
    channel: str,
    cases: QuerySet[Case],
    chosen: Mapping[str, Any],
    by: User,
    at: datetime,
    text_zh: str = "",
    text_en: str = "",
) -> NoticeRun:
    """Begin a run to the debtors of these cases; a worker looks at each line before anybody sends it.

    ``chosen`` says in words how the cases were chosen. Raises ``WrongInput``.
    """
    if not may(by, RIGHT):
        raise RightRefused(by, RIGHT)
    if kind == NoticeRun.Kind.LETTER:
        _check_texts(text_zh, text_en)
    else:
        text_zh = text_en = ""  # a reminder has words of its own
    with transaction.atomic(durable=True):
        once(by, at)
        keys = list(
            cases.open().filter(pk__in=Case.objects.visible_to(by)).order_by("pk")
            .values_list("pk", flat=True)[: MOST + 1]
        )  # fmt: skip
        if not keys:
            raise WrongInput(_("No open case fits. Choose others."))
        if len(keys) > MOST:
            raise WrongInput(
                _("These are more than %(most)s cases. Narrow the choice, or take two runs.")
                % {"most": f"{MOST:,}"}
            )
        run = NoticeRun(
            number=next_number(
                NoticeRun.objects, "R", on=local_day(at, HOUSE_ZONE), lock=NUMBER_LOCK
            ), kind=kind, channel=channel, text_zh=text_zh, text_en=text_en,
            team=None if by.sees_every_team else by.team, chosen=dict(chosen), total=len(keys),
            drafted_by=by, drafted_at=at,
        )  # fmt: skip
        run.save(force_insert=True)
        NoticeRunLine.objects.bulk_create(
            [NoticeRunLine(run=run, case_id=key) for key in keys], batch_size=1000
        )
        _tell(run, "run.drafted", by, at, lines=len(keys), chosen=dict(chosen))
    return run


def edit_line(*, line: NoticeRunLine, text: str, by: User, at: datetime) -> NoticeRunLine:
    """Change the words of one message; they are put to the rules, and a refusal is recorded."""
    run = line.run
    if drafting.unknown_places(text):
        raise WrongInput(_unknown(text), "text")

    def words(case: Case, /, *, by: User, at: datetime) -> Verdict:
        return ask_words(case, text, action="text.send", at=at)

    def keep(locked: Case, _by: User, _at: datetime) -> None:
        fresh = _locked(run, {S.READY}, "edit_line", by)
        mine = fresh.lines.select_for_update(of=("self",)).get(pk=line.pk)
        if mine.state != NoticeRunLine.State.DRAFT:
            raise StateRefused(mine, "edit_line")
        judge(fresh, mine, at, text=drafting.filled(text, locked))
        mine.edited_by = by
        mine.save(update_fields=[*drafting.WRITTEN, "edited_by"])

    note(
        line.case, event="run.line_edited", right=RIGHT, policy=words, by=by, at=at,
        data={"run": run.number, "text": text}, then=keep,
    )  # fmt: skip
    line.refresh_from_db()
    return line


def judge(run: NoticeRun, line: NoticeRunLine, at: datetime, *, text: str = "") -> drafting.Drafted:
    """Draft one line anew; the caller saves it."""
    case = drafting.cases_of([line], at)[line.case_id]
    instalments = drafting.instalments_of([case]).get(case.pk, ())
    drafted = drafting.draft(run, case, at, instalments=instalments, text=text)
    drafting.write_down(line, drafted, case.debtor.language)
    return drafted


def drop_lines(*, run: NoticeRun, lines: Iterable[int], by: User, at: datetime) -> int:
    """Leave these out; says how many there were."""
    return _turn(run, lines, "draft", "dropped", "run.lines_dropped", by, at)


def put_back_lines(*, run: NoticeRun, lines: Iterable[int], by: User, at: datetime) -> int:
    """Take these in again; says how many there were."""
    return _turn(run, lines, "dropped", "draft", "run.lines_put_back", by, at)


def _turn(
    run: NoticeRun, lines: Iterable[int], was: str, becomes: str, event: str, by: User, at: datetime
) -> int:
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = _locked(run, {S.READY}, event, by)
        mine = fresh.lines.visible_to(by).filter(pk__in=list(lines), state=was)
        found = list(mine.select_for_update(of=("self",)).select_related("case").order_by("pk"))
        if not found:
            raise WrongInput(_("No line was ticked, so nothing was done."))
        for line in found:
            line.state = becomes
        NoticeRunLine.objects.bulk_update(found, ["state"])
        _tell(fresh, event, by, at, cases=[line.case.reference for line in found])
    return len(found)


# ---------------------------------------------------------------- the second person


def alone_most(run: NoticeRun, at: datetime) -> int:
    """How many messages one person may send alone: the house's figure, or a pack's where it is less."""
    packs = {
        pack
        for names in Case.objects.filter(run_lines__run=run).order_by().values_list("packs").distinct()
        for pack in names[0]
    }  # fmt: skip
    own = int(settings.RUN_ALONE)
    try:
        of_packs = value(tuple(sorted(packs)), "run.alone", local_day(at, HOUSE_ZONE))
    except PackUnreadable:
        return 0  # what it may say is not known
    return own if of_packs is None else min(own, int(of_packs))


def ask_approval(*, run: NoticeRun, reason: str, by: User, at: datetime) -> Approval:
    """Put the run before a second person; from then on nothing in it can be changed."""
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = _locked(run, {S.READY}, "ask_approval", by)
        count = fresh.lines.to_go().count()
        if not count:
            raise WrongInput(_("There is nothing in it that could be sent."))
        fresh.approval = request_for_many(
            kind=Approval.Kind.NOTICE_RUN, subject=fresh.number, reason=reason, team=fresh.team,
            details={"run": fresh.number, "messages": count}, by=by, at=at,
        )  # fmt: skip
        fresh.state = S.ASKED
        fresh.save(update_fields=["state", "approval"])
    run.refresh_from_db()
    return fresh.approval


def take_back(*, run: NoticeRun, by: User, at: datetime) -> None:
    """Open the run to changes again; what was asked for or granted holds no more."""
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = _locked(run, {S.ASKED, S.APPROVED}, "take_back", by)
        if fresh.approval:
            withdraw_for_many(approval=fresh.approval, by=by, at=at)
        fresh.state, fresh.approval = S.READY, None
        fresh.save(update_fields=["state", "approval"])
        _tell(fresh, "run.taken_back", by, at)
    run.refresh_from_db()


def decided(approval: Approval, by: User, at: datetime) -> None:
    """What follows from the second person's word, in the transaction that records it."""
    run = NoticeRun.objects.select_for_update(of=("self",)).get(number=approval.subject)
    must_be_second(run.drafted_by, by, at)
    if run.state != S.ASKED or run.approval_id != approval.pk:
        raise StateRefused(run, "decide")
    granted = approval.state == Approval.State.GRANTED
    run.state = S.APPROVED if granted else S.READY
    run.save(update_fields=["state"])


# ---------------------------------------------------------------- sending and stopping


def send(*, run: NoticeRun, by: User, at: datetime) -> None:
    """Have a worker put the lines into the outbox; above the threshold only with a second person's word."""
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = _locked(run, {S.READY, S.APPROVED}, "send", by)
        count = fresh.lines.to_go().count()
        if not count:
            raise WrongInput(_("There is nothing in it that could be sent."))
        if fresh.state == S.READY and count > alone_most(fresh, at):
            raise WrongInput(_("So many messages take a second person. Ask for one first."))
        if fresh.state == S.APPROVED and not _in_force(fresh, at):
            raise WrongInput(_("The approval has lapsed. Take the run back and ask anew."))
        fresh.state, fresh.sent_by, fresh.sent_at = S.SENDING, by, at
        fresh.save(update_fields=["state", "sent_by", "sent_at"])
        _tell(fresh, "run.sent", by, at, messages=count)
    run.refresh_from_db()


def _in_force(run: NoticeRun, at: datetime) -> bool:
    return run.approval is not None and run.approval.is_in_force_at(at)


def stop(*, run: NoticeRun, by: User, at: datetime) -> None:
    """Stop it: nothing more goes into the outbox, and what has not left the house is called off."""
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = _locked(run, {S.SENDING, S.FINISHED}, "stop", by)
        fresh.state, fresh.stopped_by, fresh.ended_at = S.STOPPING, by, None
        fresh.save(update_fields=["state", "stopped_by", "ended_at"])
        _tell(fresh, "run.stopped", by, at)
    run.refresh_from_db()


def discard(*, run: NoticeRun, by: User, at: datetime) -> None:
    """Throw a run away that was never sent."""
    with transaction.atomic(durable=True):
        once(by, at)
        fresh = _locked(run, {S.DRAFTING, S.READY, S.ASKED, S.APPROVED}, "discard", by)
        if fresh.approval:
            withdraw_for_many(approval=fresh.approval, by=by, at=at)
        fresh.state, fresh.ended_at = S.DISCARDED, at
        fresh.save(update_fields=["state", "ended_at"])
        _tell(fresh, "run.discarded", by, at)
    run.refresh_from_db()


# ---------------------------------------------------------------- what they have in common


def _locked(run: NoticeRun, out_of: set[S], act: str, by: User) -> NoticeRun:
    """The run as it is now, locked, if this person may change it and it is where that can be done."""
    if not NoticeRun.objects.visible_to(by).filter(pk=run.pk).exists():
        raise Outsider
    if not may(by, RIGHT):
        raise RightRefused(by, RIGHT)
    fresh = (
        NoticeRun.objects.select_for_update(of=("self",)).select_related("approval").get(pk=run.pk)
    )
    if fresh.state not in out_of:
        raise StateRefused(fresh, act)
    return fresh


def _check_texts(text_zh: str, text_en: str) -> None:
    if not (text_zh.strip() or text_en.strip()):
        raise WrongInput(
            _("Write what the debtors should be told, in one language or in both."), "text_zh"
        )
    for field, text in (("text_zh", text_zh), ("text_en", text_en)):
        if drafting.unknown_places(text):
            raise WrongInput(_unknown(text), field)


def _unknown(text: str) -> str:
    return _("Nothing can be filled in for {%(name)s}. Use one of: %(known)s.") % {
        "name": drafting.unknown_places(text)[0],
        "known": ", ".join(f"{{{name}}}" for name in drafting.PLACES),
    }


def _tell(run: NoticeRun, kind: str, by: User, at: datetime, **more: Any) -> None:
    data = {"run": run.number, "kind": run.kind, "channel": run.channel, **more}
    record_for_house(kind=kind, by=by, at=at, data=data)
