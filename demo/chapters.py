"""What becomes of each of the demo's cases, chapter by chapter; days are counted from today.

Between them they show every step, every way out of a visit, and everything that may lie over a
case. Teams take turns by number, and a team has one crew: hours are spread so that slots stay free.
"""

from demo import joint_signing, own, paperwork, signing
from demo.cash import pays_in_cash
from demo.phones import has_no_signal
from demo.stories import Story

ON_TIME = (-2, 99)
"""Each instalment comes two days before its day."""
LAST = 54
"""The number of the last case that the desk opens itself; those after it come in a creditor's file."""

SHORT_MESSAGES = {
    13: (-8, "sms", "您来信询问的事项已有答复，请在工作时间致电我们。"),
    16: (-5, "wechat", "您约定的回电时间已记下，我们会按时与您联系。"),
    18: (-4, "wecom", "您提交的材料已收到，如需补充会再与您联系。"),
    19: (-3, "sms", "您更改的联系地址已登记，如有变动请告知我们。"),
}
"""Which case is sent what, by which way, so many days from today."""


def tell(s: Story, door: tuple[int, int]) -> None:
    """What happens to this one. ``door``: day and hour of a visit that is under way at this moment."""
    for last, chapter in (
        (5, _paid), (12, _in_trouble), (20, _kept_from_afar), (23, _terms_from_afar),
        (30, _ways_out_of_a_visit), (32, lambda s: _at_the_door(s, door)), (33, _thinking_it_over),
        (42, _visits_ahead), (LAST, _overlays),
    ):  # fmt: skip
        if s.number <= last:
            chapter(s)
            return


def _turn(s: Story) -> int:
    """The how manieth case of its team this is."""
    return (s.number - 1) // 3


def _visited(s: Story, visit: int, hour: int, *, talk: bool = True) -> None:
    """Everything up to the door, and through the talk where there is one."""
    s.opens(visit - 30)
    s.prepares(visit - 27)
    s.plans(visit - 9, visit, hour)
    s.delivered(visit - 7)
    s.arrives()
    if talk:
        s.identifies()
        s.talks()


def _agreed_from_afar(s: Story, days: int, *, sign: bool = True) -> None:
    """Prepared, then settled by telephone: no visit was needed."""
    s.opens(days - 12)
    s.prepares(days - 10)
    s.agrees_from_afar(days, 10 + s.number % 3 * 2, sign=sign)


def _paid(s: Story) -> None:
    visit, hour = -100 + _turn(s) * 2, 9 + s.number
    s.plan = {4: "stepped", 5: "balloon"}.get(s.number, "equal")
    s.habit = ON_TIME if s.number > 3 else None
    _visited(s, visit, hour)
    s.agrees()
    if s.number <= 3:
        for days in (8, 35, 65):
            s.pays(visit + days, share=2)
    if s.number <= 3:
        s.has_been_reported(visit - 20)
        s.has_party(
            visit - 26,
            "guarantor",
            ("孙国梁", "陶思远", "夏明")[s.number - 1],
            "亲属",
            "在借款合同上签字担保",
        )
        s.guarantee(visit - 25, guarantee="joint", guarantee_months=24)
    if s.number <= 2:
        s.closes(-6)
        s.leaves_nothing_open(-4, answered=s.number == 1)
    if s.number == 3:
        s.moves_original(-20, "总部保险柜 2 号", "档案集中保管")
        s.takes_in_original(-15, "总部保险柜 2 号")
        paperwork.cannot_give_back(s, -7)
    if s.number == 4:
        pays_in_cash(s, {"100": 8}, days=1, more={"100": 2, "50": 1})
        s.has_party(visit - 26, "guarantor", "孙国梁", "妻弟", "在借款合同上签字担保")
        s.guarantee(visit - 25, guarantee="joint", guarantee_months=24)
        s.has_party(visit - 26, "contact", "孙玉兰", "配偶")


def _in_trouble(s: Story) -> None:
    visit, hour = -70 + _turn(s) * 2, 9 + s.number % 8
    # 6 and 8 never paid, 7 and 9 stopped after one, 10 to 12 pay late, but within the days of grace
    s.habit = {6: None, 8: None, 10: (3, 99), 11: (5, 99), 12: (1, 99)}.get(s.number, (0, 1))
    s.plan = "full" if s.number == 12 else "equal"
    if s.number == 7:
        pays_in_cash(s, {"100": 9, "50": 2}, days=1, short=100)
    elif s.number == 8:
        pays_in_cash(s, {"100": 3}, days=4, spoils="告知编号后，债务人另取现金重新清点")
    if s.number < 10:
        _visited(s, visit, hour)
        if s.number == 7:
            paperwork.reads_aloud(s)
        s.agrees()
    else:
        _agreed_from_afar(s, -80 + s.number)
    if s.number == 10:
        s.sends(-6, "sms", "您托我们查询的单据已备好，如需寄送，请致电我们。")
    if s.number == 6:
        s.is_asked_for_all(-6, "两期逾期未付，多次提醒无回应")
    elif s.number == 7:
        s.renegotiates(-9, sign=True)
    elif s.number == 8:
        s.goes_back(-4, "方案多次违约，重新沟通")
    elif s.number == 9:
        s.renegotiates(-2, sign=False)


def _kept_from_afar(s: Story) -> None:
    s.habit = {17: (4, 99), 19: (0, 1)}.get(s.number, ON_TIME)
    s.plan = {
        13: "custom", 14: "stepped", 15: "balloon", 17: "settlement", 20: "seasonal",
    }.get(s.number, "equal")  # fmt: skip
    on_paper = s.number == 16
    _agreed_from_afar(s, -76 + s.number, sign=not on_paper)
    if on_paper:
        paperwork.signs_on_paper(s, -76 + s.number, 15)
    if s.number in SHORT_MESSAGES:
        s.sends(*SHORT_MESSAGES[s.number])
    if s.number == 14:
        own.asks_for_another_plan(s, -1, "从下月起单位停工，每月只能拿到基本工资。")
    if s.number == 16:
        s.pays(-12, "500.00", to="agency")
    elif s.number == 18:
        s.reverses(-5)
    elif s.number == 20:
        s.has_party(-60, "co_debtor", "高志明", "配偶", "共同借款人，在合同上签字")


def _terms_from_afar(s: Story) -> None:
    s.plan = "custom" if s.number == 21 else "deferred"
    _agreed_from_afar(s, -5 if s.number == 21 else -2, sign=False)
    if s.number == 21:
        joint_signing.guarantor_is_to_sign(s, -5, 10)
        signing.signs_by_link(s, -5, 10)
        joint_signing.guarantor_signs_by_link(s, -4, 11)
    elif s.number == 22:
        joint_signing.spouse_is_to_sign(s, -2, 12)
        s.has_terms_read(-1)
        signing.gets_a_link(s, -1, 16)
    elif s.number == 23:
        s.has_terms_read(-1, objects="第三期到期日为节假日，请改为次日")


def _ways_out_of_a_visit(s: Story) -> None:
    """24 to 30 end at the door; only 28, where no phone had a signal, was talked over, in vain."""
    visit, hour = -20 + _turn(s), 9 + s.number % 8
    ways = {
        24: ("refused", "不同意上门，请电话联系"), 25: ("sos", "屋内有人争吵，情绪激动"),
        26: ("nobody", ""), 27: ("someone", "父亲开门，未透露任何情况"),
        29: ("later", "孩子生病，希望下周再谈"), 30: ("page", ""),
    }  # fmt: skip
    _visited(s, visit, hour, talk=s.number not in ways)
    if s.number in ways:
        s.way_out(*ways[s.number])
    else:
        has_no_signal(s)
        s.leaves_without("愿意还款，需与家人商量后答复")


def _thinking_it_over(s: Story) -> None:
    visit, hour = -4, 10
    _visited(s, visit, hour)
    has_no_signal(s)
    s.agrees(sign=False)


def _at_the_door(s: Story, door: tuple[int, int]) -> None:
    """Under way when the demo begins: credentials to be shown, and in the talk."""
    day, hour = door
    s.opens(-33)
    s.prepares(-30)
    s.plans(day - 9, day, hour)
    s.delivered(day - 7)
    s.arrives()
    s.says_they_are_well()
    if s.number == 31:
        s.identifies()
        s.talks()
        pays_in_cash(s, {"100": 5, "50": 2})
        s.waits_for_a_waiver()


def _visits_ahead(s: Story) -> None:
    s.opens(-30)
    s.prepares(-27, tried=1 if s.number == 42 else 3)
    when, hour = 2 + (s.number - 34) % 5, 9 + s.number % 8
    if s.number == 34:
        s.bears(-20, -11, -6)
    elif s.number == 35:
        s.calls(-12, "reached", 185, "说明来电人和委托人，约定书面沟通", agreed=True)
    elif s.number == 36:
        s.begins_call(-1)
    elif s.number == 37:
        s.calls(-12, "third_party", 40, "家人接听，未透露来电事由", agreed=False)
    elif s.number == 42:  # the clerk waits for the lawyer; the letter of 38 is on its way
        s.asks_lawyer(-1)
    elif s.number == 38:
        s.asks_lawyer(-14, back="请附借款合同复印件", released=True)
    if s.number >= 39:  # answers that wait to be printed and posted
        s.writes(
            -1, "您来电要求核对账目，我们已核对完毕，请在方便时与我们联系，我们将向您说明明细。"
        )
    if s.number <= 36:  # the notice has arrived
        s.plans(-4, when, hour)
        s.delivered(-2)
        if s.number == 35:
            s.not_expected(-1)
        if s.number == 36:  # the hold outlasts the visit: the nightly look ahead finds another day
            s.held(-1, "hospital", 12, "住院观察，有入院通知", scope="visits")
    elif s.number == 37:  # it came back: nobody may go
        s.plans(-6, when, hour)
        s.returned(-2)
    elif s.number == 38:  # called off by the desk
        s.plans(-3, when, hour)
        s.cancels(-3, "债务人来电，约定先电话沟通")
    elif s.number <= 40:  # the letter is on its way
        s.plans(-1, when + 3, hour)
        if s.number == 40:
            own.offers_to_pay(s, -1, "工资每月十日到账，希望从下月起按月还。")
    elif s.number == 41:  # planned in good time, and never announced: the lead time has gone by
        s.plans(-6, 1, hour, announce=False)
    else:  # the debtor wrote and asked for a visit: an exception stands in for the other channels
        s.asks_exception(
            -3, "ST-15", "债务人来信，请我们上门当面商谈，不便接听电话", granted=True, lasts=28
        )
        s.plans(-1, when + 5, hour, announce=False)


def _overlays(s: Story) -> None:
    if s.number == 51:
        _visited(s, -11, 14, talk=False)
        s.way_out("care", "老人独自在家，行动不便")
        return
    if s.number == 48:
        _visited(s, -12, 15, talk=False)
        s.way_out("crew-short", "一名外访员身体不适，两人一同离开")
        s.closed_early(-3, "withdrawn", "债权人来函撤回委托")
        return
    s.opens(-34)
    s.prepares(-30)
    n = s.number
    if n == 43:
        s.demands(-20, "relative", "由同住配偶签收，密封信封")
        s.demands(-18, "nobody", "投入信箱，无人签收")
        s.befalls(-12, "hospitalised", "住院治疗，有诊断证明", lasts=30)
    elif n == 44:
        s.befalls(-10, "dispute", "来信要求核对利息的计算", about="利息金额")
        s.writes(
            -8,
            "明天法院就来抓人，马上还款！",
            "您对利息金额提出的异议已收到，我们会在十五日内书面答复。",
        )
        s.moves(-3, "Singapore")
    elif n == 45:
        s.held(-16, "bereavement", 30, "近亲去世")
        s.asks_exception(-1, "CN-15", "债务人书面要求在外地工作单位附近会面")
    elif n == 46:
        s.refuses(-9, "by_telephone", "请不要上门，可以微信联系")
        s.refuses(-4, "in_writing", "来信重申不同意上门", asks_back=True)
    elif n == 47:
        s.asks_waiver(-1)
        s.asks_exception(-3, "CN-15", "债务人来信，希望在公司附近的茶馆见面", granted=False)
        s.held(-2, "hardship", 60, "失业，正在领取失业保险金", scope="reminders")
    elif n == 49:
        s.has_party(-14, "contact", "周晓彤", "同事")
        for days in (-13, -12, -11):
            s.was_called(days, "no_answer", "")
        s.asks_around(-9, "愿意转告，不清楚其近况")
        s.was_called(-6, "third_party", "家人接听，未透露来电事由")
        s.closed_early(-1, "court", "债权人决定起诉", decided=False)
    elif n == 52:
        s.held(-6, "insolvency", 90, "法院已受理个人债务清理申请")
    elif n == 53:
        s.held(-5, "complaint", 30, "投诉来电过于频繁，正在核查")
    elif n == 54:
        s.held(-7, "order", 180, "人身安全保护令")
    else:
        s.befalls(-8, "attorney", "已委托律师，请与律师联系")
        s.was_called(-15, "wrong_number", "号码已转给他人，已停用")
        s.moves(-2, "London")
