"""The demo, from an empty database to sixty cases in every step, by the real actions alone."""

from datetime import datetime

from common.clock import local_day
from demo.cast import Cast, assemble
from demo.diary import ZONE, Diary
from demo.stories import Story

TEAMS = [("杭州一组", "clear-water"), ("杭州二组", "clear-water"), ("成都一组", "shu-trust")]


def load(now: datetime) -> int:
    """Let the demo's people work through the last months up to ``now``; says how many cases there are."""
    today = local_day(now, ZONE)
    cast = assemble(today)
    diary = Diary(today)
    stories = [_story(number, cast, diary) for number in range(1, 61)]
    for story in stories:
        _tell(story)
    diary.live_until(now)
    return len(stories)


def _story(number: int, cast: Cast, diary: Diary) -> Story:
    name, agency = TEAMS[number % 3 - 1]
    team = cast.teams[name]
    creditors = list(cast.creditors)
    return Story(
        number=number, cast=cast, diary=diary, team=team, creditor=creditors[number % 3 - 1],
        agency=agency, clerk=cast.of_team(team, "clerk")[0],
        supervisor=cast.of_team(team, "supervisor")[0], crew=cast.of_team(team, "officer"),
    )  # fmt: skip


def _tell(s: Story) -> None:
    """What happens to this one. Days are counted from today; teams take turns, so slots stay free."""
    n, turn = s.number, (s.number - 1) // 3  # turn: the how manieth case of its team
    hour = 9 + turn % 9
    if n <= 5:  # settled, or well on the way: visited about three months ago
        visit = -100 + turn * 2
        _visited(s, visit, hour)
        s.agrees(visit, hour)
        if n <= 2:
            for month in range(3):
                s.pays(visit + 20 + month * 20, share=2)
            s.closes(-6)
        else:
            s.pays(visit + 25, share=1 + n % 4)
    elif n <= 9:  # in follow-up after a visit, some late
        visit = -70 + turn * 2
        _visited(s, visit, hour)
        s.agrees(visit, hour)
        if n % 2:
            s.pays(visit + 20)
            s.pays(visit + 45, "1200.00")
    elif n <= 20:  # agreed by telephone two months ago, kept more or less
        s.opens(-75)
        s.prepares(-74)
        s.agrees(-66 + turn, 10 + n % 3 * 2, remote=True)
        if n % 3:
            s.pays(-30 + n % 9)
    elif n <= 23:  # agreed by telephone, no visit needed
        s.opens(-40)
        s.prepares(-39)
        s.agrees(-30, 10 + n % 3 * 2, remote=True, sign=n != 23)
    elif n <= 26:  # refused, somebody else, nobody in
        visit = -12 + turn % 3
        _visited(s, visit, hour, talk=False)
        s.way_out(visit, hour, {24: "refused", 25: "someone", 26: "nobody"}[n],
                  {24: "不同意上门，请电话联系", 25: "父亲开门，未透露任何情况", 26: ""}[n])  # fmt: skip
    elif n == 27:
        _visited(s, -9, 10, talk=False)
        s.way_out(-9, 10, "unsafe", "屋内有人争吵，情绪激动")
    elif n <= 29:  # talked, no agreement yet: the terms are being thought over
        visit = -6 + (n - 28)
        _visited(s, visit, hour)
        if n == 29:
            s.agrees(visit, hour, sign=False)
    elif n == 30:  # under way when the demo begins: at the door, credentials being shown
        s.opens(-30)
        s.prepares(-28)
        s.plans(-8, -1, 16)
        s.delivered(-6)
        s.arrives(-1, 16)
    elif n <= 36:  # notice served, the visit lies ahead
        s.opens(-30)
        s.prepares(-27)
        s.plans(-3, 3 + n % 3, 9 + n % 8)
        s.delivered(-2)
    elif n <= 39:  # announced, the letter is on its way
        s.opens(-25)
        s.prepares(-22)
        s.plans(-1, 6 + n % 3, 9 + n % 8)
    elif n <= 42:  # planned, not yet announced
        s.opens(-20)
        s.prepares(-16)
        s.plans(-1, 8 + n % 3, 9 + n % 8, announce=False)
    elif n <= 48:  # prepared; overlays and requests
        s.opens(-24)
        s.prepares(-20)
        _overlay(s)
    else:  # just in
        s.opens(-14 + (n - 49) // 2 % 8)
        if n % 3 == 0:
            s.prepares(-5)


def _visited(s: Story, visit: int, hour: int, *, talk: bool = True) -> None:
    """Everything up to the door, and through the talk where there is one."""
    s.opens(visit - 30)
    s.prepares(visit - 27)
    s.plans(visit - 9, visit, hour)
    s.delivered(visit - 7)
    s.arrives(visit, hour)
    if talk:
        s.identifies(visit, hour)
        s.talks(visit, hour)


def _overlay(s: Story) -> None:
    if s.number == 43:
        s.held(-12, "hospital", 30, "住院治疗，有诊断证明")
    elif s.number == 44:
        s.held(-10, "dispute", 40, "对利息金额有异议，要求核对", scope="visits")
    elif s.number == 45:
        s.held(-16, "bereavement", 30, "近亲去世")
    elif s.number == 46:
        s.refuses_by_phone(-4)
    elif s.number == 47:
        s.asks_waiver(-1)
        s.asks_exception(-1, "CN-15")
    else:
        s.closed_early(-3, "withdrawn", "债权人来函撤回委托")
