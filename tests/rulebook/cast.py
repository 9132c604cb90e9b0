"""A draft as compliance writes it: the story's evening ends an hour sooner from July on."""

from datetime import date, datetime, time
from typing import Any

from django.test import TestCase

from compliance.drafting import written_in
from rulebook import actions, running
from rulebook.models import PackVersion, WhatIf
from tests import make

AT = make.moment("2026-06-20 10:00")
FROM = date(2026, 7, 1)


def place(version: PackVersion, row: str, rule: str) -> dict[str, Any]:
    """Where a value of the draft is written."""
    one = next(
        one
        for one in written_in(version.files)
        if (one.table.get("id"), one.table.get("rule")) == (row, rule)
    )
    return {"version": version, "file": one.file, "number": one.number}


def begun(**given: Any) -> PackVersion:
    """A draft in which nothing is changed yet."""
    return actions.draft_change(
        **{
            "name": "story", "in_force_from": FROM, "reason": "居民反映晚间上门打扰休息",
            "by": make.compliance_officer(), "at": AT, **given,
        }
    )  # fmt: skip


def drafted(closes: time = time(19, 0), **given: Any) -> PackVersion:
    """A draft under which visits end at 19:00 from 1 July on."""
    version = begun(**given)
    return actions.change_value(
        **place(version, "ST-01", "visit_hours"), since=version.first_day,
        figures={"closes": closes}, by=make.compliance_officer(), at=given.get("at", AT),
    )  # fmt: skip


def looked(version: PackVersion, at: datetime = AT) -> WhatIf:
    """What it would change, worked out here and now."""
    run = actions.ask_what_if(version=version, by=make.compliance_officer(), at=at)
    while running.advance(run.pk, at=at):
        pass
    run.refresh_from_db()
    return run


def proposed(**given: Any) -> PackVersion:
    """A draft that waits for a second person."""
    version, at = drafted(**given), given.get("at", AT)
    looked(version, at)
    return actions.propose(version=version, by=make.compliance_officer(), at=at)


def published(**given: Any) -> PackVersion:
    """A version that judges every act from its first day on."""
    waiting = proposed(**given)
    with TestCase.captureOnCommitCallbacks(execute=True):  # a test that rolls back never commits
        return actions.publish(version=waiting, answer="同意", by=make.supervisor(), at=AT)  # fmt: skip
