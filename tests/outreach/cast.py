"""Runs for the tests, each brought about by the real actions and the real worker's part."""

from datetime import datetime
from typing import Any

from cases.models import Case
from outreach import actions, running
from outreach.models import NoticeRun
from people.models import ContactPoint
from tests import make
from workflow.approvals import decide_approval

MONDAY = make.moment("2026-03-02 10:00")
TEXT = "{name}，您好：您的欠款 {balance} 元尚未结清，请与我们联系，一起商量办法。"


def cases(count: int, *, start: int = 300, **given: Any) -> list[Case]:
    """So many cases, each of a debtor of its own with an e-mail address."""
    return [
        make.case(
            reference=f"HZ-2026-{n:04d}",
            external_reference=f"R-{n}",
            who=make.debtor(name=f"王{n}", id_number=""),
            contact_points=[
                ContactPoint(channel="email", value=f"d{n}@debtor.example", source="contract")
            ],
            **given,
        )
        for n in range(start, start + count)
    ]


def drafted(count: int = 3, *, at: datetime = MONDAY, **given: Any) -> NoticeRun:
    """A run that a clerk has drafted and a worker has looked at."""
    given = {"kind": "letter", "channel": "best", "text_zh": TEXT, **given}
    if "cases" not in given:
        given["cases"] = Case.objects.filter(pk__in=[case.pk for case in cases(count)])
    run = actions.draft_run(
        chosen={"view": "all"}, by=given.pop("by", make.clerk()), at=at, **given
    )
    worked(run, at)
    return run


def worked(run: NoticeRun, at: datetime = MONDAY) -> NoticeRun:
    """Let the worker do all that the run waits for."""
    while running.run(run.pk, at=at):
        pass
    run.refresh_from_db()
    return run


def sent(count: int = 3, *, at: datetime = MONDAY, **given: Any) -> NoticeRun:
    """A run whose lines are in the outbox."""
    run = drafted(count, at=at, **given)
    actions.send(run=run, by=run.drafted_by, at=at)
    return worked(run, at)


def approved(run: NoticeRun, *, granted: bool = True, at: datetime = MONDAY) -> NoticeRun:
    """The run after a second person has said yes (or no)."""
    approval = actions.ask_approval(run=run, reason="三月提醒", by=make.clerk(), at=at)
    decide_approval(
        approval=approval, granted=granted, answer="已核对", by=make.supervisor(), at=at
    )
    run.refresh_from_db()
    return run
