"""Exports for the tests: asked for, agreed to, made, fetched."""

from datetime import datetime
from typing import Any

from cases.models import Case
from exports import actions, running
from exports.models import Export
from people.models import User
from tests import make
from workflow.approvals import decide_approval

AT = make.moment("2026-03-05 16:00")


def asked(case: Case | None = None, *, by: User | None = None, **given: Any) -> Export:
    """A masked timeline as JSON, unless said otherwise."""
    if case is None and "cases" not in given:
        case = make.prepared_case()
    wanted: dict[str, Any] = {
        "kind": "timeline", "form": "json", "in_full": False, "reason": "核对链条", "at": AT,
    }  # fmt: skip
    if case:
        wanted["cases"] = Case.objects.filter(pk=case.pk)
    return actions.ask_export(**{**wanted, **given}, by=by or make.supervisor())


def agreed(export: Export, *, granted: bool = True, by: User | None = None) -> Export:
    """A second person says yes, or no."""
    assert export.approval
    decide_approval(
        approval=export.approval, granted=granted, answer="确有需要" if granted else "不必",
        by=by or make.compliance_officer(), at=AT,
    )  # fmt: skip
    return again(export)


def made(export: Export, *, at: datetime = AT) -> Export:
    """Its file is there."""
    running.make_waiting(export.pk, at=at)
    export = again(export)
    assert export.state == "ready", export.why
    return export


def again(export: Export) -> Export:
    """As it is now."""
    return Export.objects.get(pk=export.pk)


def content(export: Export) -> bytes:
    """What lies on the disk."""
    return actions.file_of(export).read_bytes()


def taken_out(case: Case, form: str, *, in_full: bool = True) -> bytes:
    """The case's timeline as a file, with whoever has to agree to it."""
    export = asked(case, form=form, in_full=in_full)
    return content(made(agreed(export) if in_full else export))
