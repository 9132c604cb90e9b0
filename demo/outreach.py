"""The demo's runs: one that went out, one that waits for a second person, one to be looked at."""

from datetime import datetime

from cases.models import Case
from demo.cast import Cast
from demo.diary import Diary
from outreach import actions, running
from outreach.models import NoticeRun
from people.models import Team, User

HOTLINE = (
    "{姓名}，您好：自下月起，我们的咨询电话工作时间延长至每日二十时。如对还款安排有疑问或有困难，"
    "欢迎来电，我们一起商量办法。案件编号：{案件编号}。"
)
HOTLINE_EN = (
    "Dear {name}, from next month on you can call us until eight in the evening. If you have a question"
    " about your payments, or cannot make them, please call: we look for a way together. Your reference:"
    " {reference}."
)
PLANS = "{姓名}，您好：{债权人}现接受分期还款申请。您的欠款 {欠款} 元可申请分期，请来电了解，案件编号 {案件编号}。"


def send_to_many(cast: Cast, diary: Diary) -> None:
    """What clerks of the first team sent, and what they are about to send."""
    team = cast.teams["杭州一组"]
    clerk, boss = cast.of_team(team, "clerk")[0], cast.of_team(team, "supervisor")[0]
    diary.enter(diary.moment(-5, 9, 20), lambda at: _sent(team, clerk, at))
    diary.enter(diary.moment(-1, 14, 10), lambda at: _asked(team, clerk, at))
    diary.enter(diary.moment(0, 9, 5), lambda at: _reminders(team, boss, at))


def _drafted(team: Team, by: User, at: datetime, **given: str) -> NoticeRun:
    run = actions.draft_run(
        channel="best", cases=Case.objects.filter(team=team), chosen={"view": "all"}, by=by, at=at,
        **given,
    )  # fmt: skip
    return _worked(run, at)


def _sent(team: Team, clerk: User, at: datetime) -> None:
    """Twelve of them, so that it took no second person."""
    run = _drafted(team, clerk, at, kind="letter", text_zh=HOTLINE, text_en=HOTLINE_EN)
    some = run.lines.to_go().order_by("pk").values_list("pk", flat=True)[12:]
    if some:
        actions.drop_lines(run=run, lines=list(some), by=clerk, at=at)
    actions.send(run=run, by=clerk, at=at)
    _worked(run, at)


def _asked(team: Team, clerk: User, at: datetime) -> None:
    run = _drafted(team, clerk, at, kind="letter", text_zh=PLANS)
    actions.ask_approval(run=run, reason="告知可申请分期，文字已与合规核对", by=clerk, at=at)


def _reminders(team: Team, boss: User, at: datetime) -> None:
    _drafted(team, boss, at, kind="reminder_before")


def _worked(run: NoticeRun, at: datetime) -> NoticeRun:
    while running.run(run.pk, at=at):
        pass
    run.refresh_from_db()
    return run
