"""The terms of an agreement in plain words, in both languages, one by one.

They stand here and not in the catalogue of translations: what was confirmed and signed must read the
same years later, whatever is translated anew. The agreement keeps them as they were when drawn up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from agreements.plans import Due, sum_of
from common.money import ZERO, in_words_zh, show, total

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
PARTS = {
    "fees": {"en": "costs", "zh": "费用"},
    "interest": {"en": "interest", "zh": "利息"},
    "principal": {"en": "principal", "zh": "本金"},
}


@dataclass(frozen=True)
class Term:
    """One term, by a key that stays; ``title`` and ``text`` by language ("zh", "en")."""

    key: str
    title: Mapping[str, str]
    text: Mapping[str, str]

    def as_dict(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)


@dataclass(frozen=True)
class Deal:
    """All that the terms speak of, as plain data; amounts in the case's currency."""

    creditor: Mapping[str, str]
    account: Mapping[str, str]  # bank, number
    contracts: Sequence[str]
    currency: str
    on: date
    owed: Mapping[str, Decimal]  # by component
    waived: Mapping[str, Decimal]
    plan: Sequence[Due]
    order: Sequence[str]
    grace_days: int | None
    guarantors: Sequence[str] = ()
    time_barred_on: date | None = None
    rates: Sequence[str] = ()  # what the contracts say a year, such as "10.8%"
    agent: Mapping[str, str] | None = None  # who signs for the creditor: zh, en, mandate


def day_en(day: date) -> str:
    """15 April 2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def day_zh(day: date) -> str:
    """2026年4月15日."""
    return f"{day.year}年{day.month}月{day.day}日"


def terms_of(deal: Deal) -> list[Term]:
    """The terms in the order in which they are gone through."""
    found = [_debt(deal)]
    if total(deal.waived.values()) > ZERO:
        found.append(_waiver(deal))
    found += [_instalments(deal), _cost(deal), _account(deal), _set_off(deal), _early(deal)]
    found.append(_missed(deal))
    if deal.guarantors:
        found.append(_guarantee(deal))
    if deal.agent:
        found.append(_authority(deal, deal.agent))
    found += [_contract(deal), _limitation(deal), _PRIVACY, _FREE_WILL, _DISPUTES]
    return found


def _parts(amounts: Mapping[str, Decimal], language: str) -> str:
    joint = ", " if language == "en" else "、"
    unit = "" if language == "en" else " 元"
    return joint.join(
        f"{PARTS[name][language]} {show(amounts[name])}{unit}"
        for name in ("principal", "interest", "fees")
        if amounts.get(name, ZERO) > ZERO
    )


def _debt(deal: Deal) -> Term:
    whole = total(deal.owed.values())
    contracts = ", ".join(deal.contracts), "、".join(deal.contracts)
    return Term(
        "debt",
        {"en": "What is owed", "zh": "欠款确认"},
        {
            "en": f"On {day_en(deal.on)} you owe {deal.creditor['en']} {deal.currency} {show(whole)}"
            f" under contract {contracts[0]}: {_parts(deal.owed, 'en')}.",
            "zh": f"截至 {day_zh(deal.on)}，您在合同 {contracts[1]} 项下欠{deal.creditor['zh']}"
            f"人民币 {show(whole)} 元（大写：{in_words_zh(whole)}），其中：{_parts(deal.owed, 'zh')}。",
        },
    )


def _waiver(deal: Deal) -> Term:
    whole = total(deal.waived.values())
    return Term(
        "waiver",
        {"en": "What is waived", "zh": "减免"},
        {
            "en": f"The creditor waives {deal.currency} {show(whole)} of it: {_parts(deal.waived, 'en')}."
            " The waiver takes effect when both sides have signed, and is not taken back.",
            "zh": f"债权人减免其中 {show(whole)} 元（大写：{in_words_zh(whole)}）：{_parts(deal.waived, 'zh')}。"
            "减免自双方签字时生效，此后不再撤回。",
        },
    )


def _instalments(deal: Deal) -> Term:
    whole, count = sum_of(deal.plan), len(deal.plan)
    first, last = deal.plan[0], deal.plan[-1]
    if count == 1:
        en = f"You pay {deal.currency} {show(whole)} in one sum by the end of {day_en(first.due_on)}."
        zh = (
            f"您应于 {day_zh(first.due_on)}当日结束前一次付清 {show(whole)} 元"
            f"（大写：{in_words_zh(whole)}）。"
        )
    else:
        en = (
            f"You pay {deal.currency} {show(whole)} in {count} instalments as listed in the plan:"
            f" the first of {show(first.amount)} by the end of {day_en(first.due_on)},"
            f" the last of {show(last.amount)} by the end of {day_en(last.due_on)}."
        )
        zh = (
            f"您按还款计划表分 {count} 期支付，共计 {show(whole)} 元（大写：{in_words_zh(whole)}）："
            f"首期 {show(first.amount)} 元，于 {day_zh(first.due_on)}当日结束前支付；"
            f"末期 {show(last.amount)} 元，于 {day_zh(last.due_on)}当日结束前支付。"
        )
    return Term("instalments", {"en": "How you pay", "zh": "还款安排"}, {"en": en, "zh": zh})


def _cost(deal: Deal) -> Term:
    whole = show(sum_of(deal.plan))
    en = f"The original contract's rate is {', '.join(deal.rates)} a year. " if deal.rates else ""
    zh = f"原合同约定的年利率为 {'、'.join(deal.rates)}。" if deal.rates else ""
    return Term(
        "cost",
        {"en": "Rate and total cost", "zh": "利率与总成本"},
        {
            "en": f"{en}While you keep to this plan no further interest, default interest or cost is"
            f" added: in all you pay {deal.currency} {whole}, as the plan lists, and nothing else.",
            "zh": f"{zh}您按本计划还款期间，不再另计利息、罚息和费用：您总共支付计划所列的"
            f" {whole} 元，除此之外无须支付任何款项。",
        },
    )


def _authority(deal: Deal, agent: Mapping[str, str]) -> Term:
    return Term(
        "authority",
        {"en": "Who signs for the creditor", "zh": "签署权限"},
        {
            "en": f"{agent['en']} signs this agreement for {deal.creditor['en']}, by authority of mandate"
            f" {agent['mandate']} (Civil Code art. 919, 925). It binds {deal.creditor['en']}.",
            "zh": f"{agent['zh']}依据委托合同 {agent['mandate']} 的授权，代表{deal.creditor['zh']}签署本协议"
            f"（《民法典》第919条、第925条），本协议对{deal.creditor['zh']}具有约束力。",
        },
    )


def _account(deal: Deal) -> Term:
    bank, number = deal.account.get("bank", ""), deal.account.get("number", "")
    to_en = f"account {number} at {bank}, in the name of {deal.creditor['en']}"
    to_zh = f"{deal.creditor['zh']}的账户 {number}（开户行：{bank}）"
    if not number:
        to_en = f"the account that {deal.creditor['en']} has told you of"
        to_zh = f"{deal.creditor['zh']}告知您的本机构账户"
    return Term(
        "account",
        {"en": "Where you pay", "zh": "收款账户"},
        {
            "en": f"You pay into {to_en}, and into no other. Nobody who calls on you takes cash."
            " You get a receipt for every payment.",
            "zh": f"款项付至{to_zh}，不付至其他账户。任何上门人员均不收取现金。每笔还款都会向您出具收据。",
        },
    )


def _set_off(deal: Deal) -> Term:
    english = ", then ".join(PARTS[name]["en"] for name in deal.order)
    chinese = "、".join(PARTS[name]["zh"] for name in deal.order)
    return Term(
        "set_off",
        {"en": "What a payment counts towards", "zh": "抵充顺序"},
        {
            "en": f"A payment counts towards {english}; and towards the oldest instalment first.",
            "zh": f"每笔还款依次抵充{chinese}，并先用于最早到期的一期。",
        },
    )


def _early(_deal: Deal) -> Term:
    return Term(
        "early",
        {"en": "Paying early", "zh": "提前还款"},
        {
            "en": "You may pay earlier or more at any time; it costs you nothing.",
            "zh": "您可以随时提前还款或多还，无需另付任何费用。",
        },
    )


def _missed(deal: Deal) -> Term:
    en = "If you cannot pay an instalment in time, tell us before it is due and we look for a way."
    zh = "如您难以按期支付，请在到期前告知我们，双方协商解决。"
    if deal.grace_days is not None:
        en += (
            f" If it is still missing {deal.grace_days} days after its due day, the creditor may"
            " ask for the whole remaining sum at once or agree with you on a new plan."
        )
        zh += (
            f"到期后 {deal.grace_days} 天仍未付清的，债权人可以要求一次性支付全部剩余款项，"
            "或与您另行商定还款计划。"
        )
    return Term(
        "missed",
        {"en": "If an instalment is missed", "zh": "逾期处理"},
        {
            "en": f"{en} Nobody calls on you without a new notice ahead of time.",
            "zh": f"{zh}未经另行提前通知，不会有人上门。",
        },
    )


def _guarantee(deal: Deal) -> Term:
    return Term(
        "guarantee",
        {"en": "The guarantee", "zh": "保证责任"},
        {
            "en": f"The guarantee of {', '.join(deal.guarantors)} stays as it is; what this agreement"
            " makes heavier is not guaranteed unless the guarantor agrees in writing"
            " (Civil Code art. 695).",
            "zh": f"{'、'.join(deal.guarantors)}的保证责任维持不变；未经保证人书面同意，"
            "因本协议加重的部分，保证人不承担责任（《民法典》第695条）。",
        },
    )


def _contract(_deal: Deal) -> Term:
    return Term(
        "contract",
        {"en": "The original contract", "zh": "原合同"},
        {
            "en": "The original contract stays in force. This agreement only settles how much is still to"
            " be paid and when; it makes no new debt.",
            "zh": "原借款合同继续有效。本协议仅就剩余应还金额及还款时间作出安排，不产生新的债务。",
        },
    )


def _limitation(deal: Deal) -> Term:
    if deal.time_barred_on:
        en = (
            f"The limitation period of this debt ended on {day_en(deal.time_barred_on)}: you have the"
            " right to refuse to pay. By signing you give up that right for the sum in this agreement."
        )
        zh = (
            f"本债务的诉讼时效已于 {day_zh(deal.time_barred_on)}届满，您有权拒绝履行。"
            "签署本协议即表示您同意就本协议所载金额放弃该项抗辩。"
        )
    else:
        en = (
            "By signing you acknowledge the debt; the limitation period begins anew"
            " (Civil Code art. 195)."
        )
        zh = "签署本协议即为对债务的确认，诉讼时效重新计算（《民法典》第195条）。"
    return Term("limitation", {"en": "Limitation", "zh": "诉讼时效"}, {"en": en, "zh": zh})


_PRIVACY = Term(
    "privacy",
    {"en": "Confidentiality", "zh": "保密"},
    {
        "en": "Neither side tells others of this agreement, save where the law asks for it. Your data are"
        " used for carrying it out and for nothing else.",
        "zh": "除法律要求外，双方均不向他人透露本协议内容。您的个人信息仅用于履行本协议。",
    },
)
_FREE_WILL = Term(
    "free_will",
    {"en": "Of your own free will", "zh": "自愿签署"},
    {
        "en": "You sign of your own free will, nobody has pressed you, and you had time to read. You may"
        " ask a lawyer first.",
        "zh": "您自愿签署本协议，未受任何胁迫，并有充分时间阅读。签署前您可以先咨询律师。",
    },
)
_DISPUTES = Term(
    "disputes",
    {"en": "Disputes and copies", "zh": "争议与文本"},
    {
        "en": "A dispute goes to the court on which the original contract settles, else to the people's"
        " court that the law names. Each side gets a copy.",
        "zh": "发生争议的，由原合同约定的法院管辖；没有约定的，由依法有管辖权的人民法院管辖。双方各执一份。",
    },
)
