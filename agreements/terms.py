"""The terms of an agreement in plain words, in both languages, one by one.

They stand here and not in the catalogue of translations: what was confirmed and signed must read the
same years later, whatever is translated anew. The agreement keeps them as they were when drawn up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from agreements.plans import Due, sum_of
from agreements.promises import Signer, named, promise_of, title_of
from common.money import ZERO, in_words_zh, show, total

MONTHS = (
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
    order_agreed: bool
    grace_days: int | None
    guarantors: Sequence[str] = ()
    time_barred_on: date | None = None
    rates: Sequence[str] = ()  # what the contracts say a year, such as "10.8%"
    agent: Mapping[str, str] | None = None  # who signs for the creditor: zh, en, mandate
    signed_on: Sequence[
        date | None
    ] = ()  # when each of the contracts was signed, where it is known
    # name, name_en, address; the ID number stands at the head of the paper alone, where no screen shows it
    debtor: Mapping[str, str] = field(default_factory=dict)
    seat: str = ""  # where the creditor is written to
    spouses: Sequence[str] = ()  # who answer for the debt too (Civil Code art. 1064)
    co_debtors: Sequence[str] = ()
    signers: Sequence[Signer] = ()  # who else must sign, each with a term of their own
    cash_limit: Decimal | None = None  # what officers may take in cash at one visit; none: nothing

    @property
    def names(self) -> list[tuple[str, str]]:
        """Every name that the terms may tell, Chinese and English; most have one alone."""
        own = [*self.guarantors, *self.spouses, *self.co_debtors, *self.contracts, self.seat]
        own += [self.account.get("bank", ""), self.account.get("number", "")]
        own += [self.debtor.get("address", ""), *(signer.name for signer in self.signers)]
        agents = [(self.agent["zh"], self.agent["en"])] if self.agent else []
        pairs = [(self.creditor["zh"], self.creditor["en"]), *agents]
        pairs += [(self.debtor.get("name", ""), self.debtor.get("name_en", ""))]
        return [pair for pair in [*pairs, *((name, name) for name in own)] if all(pair)]


def day_en(day: date) -> str:
    """15 April 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def day_zh(day: date) -> str:
    """2026年4月15日."""
    return f"{day.year}年{day.month}月{day.day}日"


def sum_zh(amount: Decimal) -> str:
    """The sum as a Chinese contract writes it: in figures, and in capitals that nobody alters."""
    return f"{show(amount)} 元（大写：{in_words_zh(amount)}）"


def terms_of(deal: Deal) -> list[Term]:
    """The terms in the order in which they are gone through."""
    found = [_parties(deal), _debt(deal)]
    if total(deal.waived.values()) > ZERO:
        found.append(_waiver(deal))
    found += [_instalments(deal), _cost(deal), _account(deal), _set_off(deal), _early(deal)]
    found.append(_missed(deal))
    if deal.guarantors:
        found.append(_guarantee(deal))
    if deal.spouses or deal.co_debtors:
        found.append(_others(deal))
    whole = sum_of(deal.plan)
    found += [
        Term(signer.key, title_of(signer), promise_of(signer, whole, deal.currency))
        for signer in deal.signers
    ]
    if deal.agent:
        found.append(_authority(deal, deal.agent))
    found += [_contract(deal), _limitation(deal), _PRIVACY, _FREE_WILL, _signing(deal), _DISPUTES]
    return found


def _parts(amounts: Mapping[str, Decimal], language: str) -> str:
    joint = ", " if language == "en" else "、"
    told = show if language == "en" else sum_zh
    return joint.join(
        f"{PARTS[name][language]} {told(amounts[name])}"
        for name in ("principal", "interest", "fees")
        if amounts.get(name, ZERO) > ZERO
    )


def _parties(deal: Deal) -> Term:
    en = f"You, the debtor, are {deal.debtor.get('name_en') or deal.debtor.get('name', '')}"
    zh = f"您（债务人）为{deal.debtor.get('name', '')}"
    home = deal.debtor.get("address", "")
    if deal.signers:
        en += f". Signing with you: {', '.join(named(one, 'en') for one in deal.signers)}"
        zh += f"。与您一并签署的有：{'、'.join(named(one, 'zh') for one in deal.signers)}"
    where_en, where_zh = (
        f"Letters to {deal.creditor['en']} go",
        f"致{deal.creditor['zh']}的函件送达",
    )
    return Term(
        "parties",
        {"en": "Who agrees, and where letters go", "zh": "当事人与送达地址"},
        {
            "en": f"{en}. Letters to you go to {home}. {where_en} to {deal.seat}. Whoever moves tells the"
            " other side; until then a letter to the address given here counts.",
            "zh": f"{zh}。致您的函件送达：{home}。{where_zh}：{deal.seat}。"
            "地址变更的，应当告知对方；未告知的，向上述地址送达有效。",
        },
    )


def _contracts(deal: Deal) -> tuple[str, str]:
    """The contracts by number and, where it is known, by the day on which they were signed."""
    days = [*deal.signed_on, *[None] * len(deal.contracts)]
    named = list(zip(deal.contracts, days, strict=False))
    english = [f"{number} of {day_en(day)}" if day else number for number, day in named]
    chinese = [f"{number}（{day_zh(day)}签订）" if day else number for number, day in named]
    return ", ".join(english), "、".join(chinese)


def _debt(deal: Deal) -> Term:
    whole = total(deal.owed.values())
    contracts = _contracts(deal)
    return Term(
        "debt",
        {"en": "What is owed", "zh": "欠款确认"},
        {
            "en": f"On {day_en(deal.on)} you owe {deal.creditor['en']} {deal.currency} {show(whole)}"
            f" under contract {contracts[0]}: {_parts(deal.owed, 'en')}.",
            "zh": f"截至 {day_zh(deal.on)}，您在合同 {contracts[1]} 项下欠{deal.creditor['zh']}"
            f"人民币 {sum_zh(whole)}，其中：{_parts(deal.owed, 'zh')}。",
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
            "zh": f"债权人减免其中 {sum_zh(whole)}：{_parts(deal.waived, 'zh')}。"
            "减免自双方签字时生效，此后不再撤回。",
        },
    )


def _instalments(deal: Deal) -> Term:
    whole, count = sum_of(deal.plan), len(deal.plan)
    first, last = deal.plan[0], deal.plan[-1]
    if count == 1:
        en = f"You pay {deal.currency} {show(whole)} in one sum by the end of {day_en(first.due_on)}."
        zh = f"您应于 {day_zh(first.due_on)}当日结束前一次付清 {sum_zh(whole)}。"
    else:
        en = (
            f"You pay {deal.currency} {show(whole)} in {count} instalments as listed in the plan:"
            f" the first of {show(first.amount)} by the end of {day_en(first.due_on)},"
            f" the last of {show(last.amount)} by the end of {day_en(last.due_on)}."
        )
        zh = (
            f"您按还款计划表分 {count} 期支付，共计 {sum_zh(whole)}："
            f"首期 {sum_zh(first.amount)}，于 {day_zh(first.due_on)}当日结束前支付；"
            f"末期 {sum_zh(last.amount)}，于 {day_zh(last.due_on)}当日结束前支付。"
        )
    return Term("instalments", {"en": "How you pay", "zh": "还款安排"}, {"en": en, "zh": zh})


def _cost(deal: Deal) -> Term:
    whole = sum_of(deal.plan)
    en = f"The original contract's rate is {', '.join(deal.rates)} a year. " if deal.rates else ""
    zh = f"原合同约定的年利率为 {'、'.join(deal.rates)}。" if deal.rates else ""
    return Term(
        "cost",
        {"en": "Rate and total cost", "zh": "利率与总成本"},
        {
            "en": f"{en}While you keep to this plan no further interest, default interest or cost is"
            f" added: in all you pay {deal.currency} {show(whole)}, as the plan lists, and nothing else.",
            "zh": f"{zh}您按本计划还款期间，不再另计利息、罚息和费用：您总共支付计划所列的"
            f" {sum_zh(whole)}，除此之外无须支付任何款项。",
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
    cash_en = "Nobody who calls on you takes cash."
    cash_zh = "任何上门人员均不收取现金。"
    if deal.cash_limit:
        cash_en = (
            f"You never have to pay in cash. Officers who call on you take at most {deal.currency}"
            f" {show(deal.cash_limit)} at a visit, only where two of them count it before your eyes"
            " and give you the number of the receipt at once."
        )
        cash_zh = (
            f"您无须以现金还款。上门人员每次上门收取现金不超过 {sum_zh(deal.cash_limit)}，"
            "且须由两人当面清点，并当场告知您收据编号。"
        )
    return Term(
        "account",
        {"en": "Where you pay", "zh": "收款账户"},
        {
            "en": f"You pay into {to_en}, and into no other. {cash_en}"
            " You get a receipt for every payment.",
            "zh": f"款项付至{to_zh}，不付至其他账户。{cash_zh}每笔还款都会向您出具收据。",
        },
    )


def _set_off(deal: Deal) -> Term:
    english = ", then ".join(PARTS[name]["en"] for name in deal.order)
    chinese = "、".join(PARTS[name]["zh"] for name in deal.order)
    agreed_en = agreed_zh = ""
    if deal.order_agreed:  # so that nobody takes it for the law's (Civil Code art. 561)
        agreed_en = " Both sides agree on this order in the place of the law's."
        agreed_zh = "该顺序由双方约定，代替法律规定的顺序。"
    return Term(
        "set_off",
        {"en": "What a payment counts towards", "zh": "抵充顺序"},
        {
            "en": f"A payment counts towards {english}; and towards the oldest instalment first.{agreed_en}",
            "zh": f"每笔还款依次抵充{chinese}，并先用于最早到期的一期。{agreed_zh}",
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


WHOLE_AT_ONCE = {
    "en": "ask for the whole remaining sum at once",
    "zh": "要求一次性支付全部剩余款项",
}
"""The words of the clause by which a broken plan can fall due as a whole."""


def lets_accelerate(clauses: Iterable[Mapping[str, Any]]) -> bool:
    """Whether terms that were signed let the creditor ask for the whole sum at once."""
    return any(
        WHOLE_AT_ONCE["zh"] in str(clause["text"].get("zh", ""))
        or WHOLE_AT_ONCE["en"] in str(clause["text"].get("en", ""))
        for clause in clauses
    )


def _missed(deal: Deal) -> Term:
    en = "If you cannot pay an instalment in time, tell us before it is due and we look for a way."
    zh = "如您难以按期支付，请在到期前告知我们，双方协商解决。"
    if deal.grace_days is not None:
        en += (
            f" If it is still missing {deal.grace_days} days after its due day, the creditor may"
            f" {WHOLE_AT_ONCE['en']} or agree with you on a new plan."
        )
        zh += (
            f"到期后 {deal.grace_days} 天仍未付清的，债权人可以{WHOLE_AT_ONCE['zh']}，"
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


def _others(deal: Deal) -> Term:
    en, zh = [], []
    if deal.spouses:
        names = ", ".join(deal.spouses), "、".join(deal.spouses)
        en.append(
            f"{names[0]} answers for this debt together with you (Civil Code art. 1064); what this"
            " agreement changes binds your spouse only with your spouse's signature."
        )
        zh.append(
            f"本债务为您与{names[1]}的夫妻共同债务（《民法典》第1064条）；本协议所作变更，"
            "须经您的配偶签字方对其具有约束力。"
        )
    if deal.co_debtors:
        names = ", ".join(deal.co_debtors), "、".join(deal.co_debtors)
        en.append(
            f"{names[0]} owes this debt together with you, and is not released by this agreement."
        )
        zh.append(f"{names[1]}与您共同承担本债务，不因本协议免除责任。")
    en.append(
        "Nobody else takes on this debt but by a declaration in writing (Civil Code art. 552)."
    )
    zh.append("其他任何人未以书面形式表示加入的，不承担本债务（《民法典》第552条）。")
    return Term(
        "others",
        {"en": "Who else answers", "zh": "其他承担债务的人"},
        {"en": " ".join(en), "zh": "".join(zh)},
    )


def _contract(_deal: Deal) -> Term:
    return Term(
        "contract",
        {"en": "The original contract", "zh": "原合同"},
        {
            "en": "The original contract stays in force. This agreement only settles how much is still to"
            " be paid and when; it makes no new debt. What it does not clearly change stays as it was"
            " (Civil Code art. 544).",
            "zh": "原借款合同继续有效。本协议仅就剩余应还金额及还款时间作出安排，不产生新的债务。"
            "本协议未明确变更的内容，视为未变更（《民法典》第544条）。",
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
_SIGNED_BY_BOTH = Term(
    "signing",
    {"en": "How it is signed", "zh": "签署方式"},
    {
        "en": "Both sides sign by hand, on a screen or on paper; the debtor may also sign by a link with a one-time"
        " code, by hand or by typing the name. It holds from the day on which both have"
        " signed, and which the agreement bears.",
        "zh": "本协议由双方在屏幕上或纸质文本上亲笔签名；债务人也可通过链接凭一次性验证码手写签名或输入姓名签署。自双方均签名之日起生效，签署日期以协议所载为准。",
    },
)


def _signing(deal: Deal) -> Term:
    if not deal.signers:
        return _SIGNED_BY_BOTH
    return Term(
        "signing",
        _SIGNED_BY_BOTH.title,
        {
            "en": "The creditor, you and whoever signs with you sign by hand, on a screen or on paper; all but the"
            " creditor may also sign by a link with a one-time code, by hand or by typing the name. It holds from the day on"
            " which all of them have signed, and which the agreement bears; before that it binds nobody.",
            "zh": "本协议由债权人、您以及与您一并签署的人在屏幕上或纸质文本上亲笔签名；除债权人外，也可通过链接凭一次性验证码"
            "手写签名或输入姓名签署。自上述各方均签名之日起生效，签署日期以协议所载为准；此前对任何一方均无约束力。",
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
