"""The demo's exports: one that waits, one to be fetched, one that was refused, one whose time is over."""

from datetime import datetime, timedelta

from cases.models import Case
from demo.cast import Cast
from exports import actions, running
from exports.models import Export
from people.models import User
from timeline.models import Event
from workflow.approvals import decide_approval

K, F = Export.Kind, Export.Form


def ask_and_answer(cast: Cast, now: datetime) -> None:
    """What a supervisor and compliance asked to take out in the last days."""
    chief: User = cast.users["supervisor"]
    compliance: User = cast.users["compliance"]
    before = now - timedelta(days=5)
    mine = Case.objects.visible_to(chief).order_by("pk")
    lately = Event.objects.filter(occurred_at__gt=before, case__isnull=False).values("case")
    one = mine.filter(event_count__gt=12).exclude(pk__in=lately).first()
    if one is None:
        return
    this = Case.objects.filter(pk=one.pk)
    old = actions.ask_export(
        kind=K.TIMELINE, form=F.PDF, cases=this, in_full=False, reason="二月例会核对办理过程", by=chief, at=before,
    )  # fmt: skip
    running.make_waiting(old.pk, at=before)
    actions.fetch_export(export=old, by=chief, at=before + timedelta(minutes=8))
    running.sweep(at=before + actions.kept_for())
    refused = actions.ask_export(
        kind=K.CASES, form=F.CSV, cases=mine, in_full=True, chosen={"view": "all"},
        reason="交外部培训机构作案例", by=chief, at=now - timedelta(days=2),
    )  # fmt: skip
    _answer(
        refused,
        False,
        "培训不需要个人信息，请申请脱敏清单。",
        compliance,
        now - timedelta(days=1, hours=20),
    )
    ready = actions.ask_export(
        kind=K.TIMELINE, form=F.JSON, cases=this, in_full=True, reason="配合监管检查，提交完整时间线",
        by=chief, at=now - timedelta(hours=6),
    )  # fmt: skip
    _answer(ready, True, "监管函件已核对，同意。", compliance, now - timedelta(hours=5))
    running.make_waiting(ready.pk, at=now - timedelta(hours=5))
    held = mine.filter(held_until__isnull=False)
    actions.ask_export(
        kind=K.CASES, form=F.CSV, cases=held if held.exists() else this, in_full=True,
        chosen={"view": "all", "hold": "held"}, reason="债权人要求核对暂停案件的联系方式", by=compliance,
        at=now - timedelta(hours=2),
    )  # fmt: skip
    actions.ask_export(
        kind=K.TIMELINE, form=F.PDF, cases=this, in_full=True, reason="律师复核出函依据", by=chief,
        at=now - timedelta(hours=1),
    )  # fmt: skip


def _answer(export: Export, granted: bool, answer: str, by: User, at: datetime) -> None:
    if export.approval:
        decide_approval(approval=export.approval, granted=granted, answer=answer, by=by, at=at)
