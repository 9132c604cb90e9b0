"""Plain values that other parts of the house ask for, and which of several is the strictest."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from compliance import effects
from compliance.records import faults as faults_of_terms
from compliance.timetable import faults_of_service, faults_of_steps


@dataclass(frozen=True, slots=True)
class Key:
    """A value by its name: its type in the pack, what it means, how several become one."""

    name: str
    kind: type
    strictest: Callable[[Sequence[Any]], Any]
    means: str
    means_zh: str
    faults: Callable[[Any], Iterable[str]] = lambda _value: ()


def _only(values: Sequence[Any]) -> Any:
    """The first pack that says so decides; a case lists its packs by rank."""
    return values[0]


def _all_of(values: Sequence[Sequence[Any]]) -> list[Any]:
    """Whatever any pack names, each once, in the order in which it comes."""
    return list(dict.fromkeys(item for value in values for item in value))


def _all_of_them(values: Sequence[Sequence[Any]]) -> list[Any]:
    """Every pack's, one after the other, each once."""
    found: list[Any] = []
    for item in (item for value in values for item in value):
        if item not in found:
            found.append(item)
    return found


def _common(values: Sequence[Sequence[Any]]) -> list[Any]:
    """Only what every pack names."""
    return [item for item in values[0] if all(item in value for value in values)]


def _latest_service(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Per channel the rule under which a notice takes effect latest; a channel needs every pack."""
    rules: dict[str, Any] = {}
    for channel in _common([list(value) for value in values]):
        given = [value[channel] for value in values]
        rules[channel] = max(given, key=lambda one: (one["deemed_days"] < 0, one["deemed_days"]))
        if len({one["counts"] for one in given}) > 1:
            rules[channel] = rules[channel] | {"counts": "received"}
    return rules


def _harder_change(values: Sequence[str]) -> str:
    """The whole notice again, if any pack wants that; else it is enough to tell the debtor."""
    return "tell" if all(value == "tell" for value in values) else "announce"


def _every_phrase(values: Sequence[dict[str, Sequence[str]]]) -> dict[str, list[str]]:
    """Per language whatever any pack lists."""
    languages = dict.fromkeys(language for value in values for language in value)
    return {
        language: _all_of([value.get(language, ()) for value in values]) for language in languages
    }


KEYS = {
    key.name: key
    for key in (
        Key("visit.days", list, _common, "weekdays on which visits may be made", "可以上门的星期"),
        Key("visit.opens", object, max, "from when visits may be made", "最早上门时间"),
        Key("visit.closes", object, min, "by when a visit must be over", "上门结束的最晚时间"),
        Key("visit.max_minutes", int, min, "longest visit, in minutes", "单次上门最长时间（分钟）"),
        Key("visit.officers", int, max, "officers who go together", "同行外访员人数"),
        Key("visit.lead_hours", int, max, "hours between notice and visit", "通知到上门的最短小时数"),
        Key("visit.cap", int, min, "visits in the period", "一个周期内的上门次数"),
        Key("visit.cap_days", int, max, "days of the period", "周期天数"),
        Key("leave.minutes", int, min, "minutes in which officers who are asked to leave are gone", "被要求离开后的离开时限（分钟）"),
        Key("pack.good_hours", int, min, "hours for which what a phone takes along to a door is good", "手机上门资料包的有效小时数"),
        Key("emergency.phone", str, _only, "number of the police", "报警电话"),
        Key("advice.phone", str, _only, "number of the public line for free legal advice", "公共法律服务热线"),
        Key("safety.check_in_minutes", int, min, "minutes in which officers at a door say that they are well", "外访员在现场报平安的间隔（分钟）"),
        Key("safety.escalate_minutes", int, min, "minutes until an alarm that nobody took up goes to the next people", "警报无人响应时逐级上报的间隔（分钟）"),
        Key("refusal.bar_days", int, max, "days without visits after a refusal", "拒绝上门后的禁访天数"),
        Key("gentler.channels", int, max, "gentler channels to be tried first", "上门前应先尝试的渠道数"),
        Key("hold.until_decided", list, _all_of, "reasons of holds that only a decision ends", "须经决定方可结束的暂停原因"),
        Key("hold.most_days", int, min, "longest hold that is placed by hand, in days", "人工暂停的最长天数"),
        Key("hold.limited", list, _all_of, "reasons of holds that have a longest time", "设有最长时限的暂停原因"),
        Key("hold.interest_stops", list, _all_of, "holds during which no interest runs", "停计利息的暂停原因"),
        Key("notice.fields", list, _all_of, "what the notice of a visit must say", "上门通知书应载内容"),
        Key("reminder.opens", object, max, "from when reminders may go out", "最早发送提醒时间"),
        Key("reminder.closes", object, min, "until when reminders may go out", "最晚发送提醒时间"),
        Key("reminder.schedule", list, _only, "when reminders are due", "还款提醒的时间安排", faults_of_steps),
        Key("run.alone", int, min, "messages that one person may send to many at once", "单人可批量发送的消息条数"),
        Key("agreement.grace_days", int, max, "days until a missed plan is broken", "逾期多少天视为违约"),
        Key("acceleration.days", int, max, "days to pay once the whole sum is asked", "要求提前清偿后的付款期限（天）"),
        Key("agreement.max_months", int, min, "longest plan, in months", "还款计划最长期限（月）"),
        Key("agreement.bearable_percent", int, min, "share of what is left to live on that a plan may take, per cent", "还款可占每月结余的比例（%）"),
        Key("cash.deposit_days", int, min, "working days after which cash from a door is in the bank at the latest", "上门所收现金最迟缴存的工作日数"),
        Key("service.rules", dict, _latest_service, "when a notice takes effect", "通知何时生效", faults_of_service),
        Key("set_off.order", list, _only, "in which order a payment is set off", "还款抵充顺序"),
        Key("set_off.designated", bool, all, "whether the debtor may say for which debt a payment is", "债务人可否指定清偿哪一笔债务"),
        Key("limitation.years", int, min, "years of limitation", "诉讼时效期间（年）"),
        Key("circumstance.effects", dict, effects.strictest, "what a circumstance does at once", "特殊情形登记后立即产生的效果"),
        Key("crew.change", str, _harder_change, "what a change of officers asks for, once the debtor was told names", "告知姓名后更换外访员的要求"),
        Key("wording.outside", dict, _every_phrase, "words that no outsider may read on it", "对外可见处不得出现的字词"),
        Key("limitation.longest_years", int, min, "years after which nothing lengthens limitation", "最长权利保护期间（年）"),
        Key("limitation.warn_days", int, max, "days before the end of limitation on which people are warned", "诉讼时效届满前的预警天数"),
        Key("limitation.warn_again_days", int, max, "days before the end of limitation on which they are warned the last time", "诉讼时效届满前的末次预警天数"),
        Key("limitation.signers", list, _common, "who may sign for a demand", "可签收催告的人员"),
        Key("privacy.answer_days", int, min, "days in which a request about personal data is answered", "答复个人信息权利请求的天数"),
        Key("privacy.breach_hours", int, min, "hours in which a leak is remedied and told", "个人信息泄露的补救时限（小时）"),
        Key("complaint.letter_days", int, min, "working days within which it is confirmed that a complaint has come in", "确认收到投诉的工作日数"),
        Key("complaint.answer_days", int, min, "days within which a complaint is answered", "答复投诉的天数"),
        Key("retention.terms", list, _all_of_them, "how long records are kept", "各类记录的保存期限", faults_of_terms),
        Key("lpr.one_year", object, _only, "one-year loan prime rate, per cent", "一年期贷款市场报价利率"),
    )
}  # fmt: skip
ONLY_EQUAL = {  # a house that tightens a pack may only repeat these: why none is stricter than another
    "emergency.phone": "the police have one number in a place",
    "advice.phone": "the public has one such line in a place",
    "reminder.schedule": "a reminder more is a help to one debtor and a burden to another",
    "set_off.order": "each order suits one side in one case and the other in another",
    "lpr.one_year": "it is what was published",
}
