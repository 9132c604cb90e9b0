"""What everybody promises who signs besides debtor and creditor, in plain words and both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from common.money import in_words_zh, show


@dataclass(frozen=True)
class Signer:
    """Somebody who signs, too: by the key of the own term, in which role, and what was promised before.

    ``form`` and ``months`` are a guarantee's; ``common`` is whether a spouse answers for the debt already.
    """

    key: str
    name: str
    role: str
    form: str = ""
    months: int | None = None
    common: bool = False


ROLES: Mapping[str, Mapping[str, str]] = {
    "guarantor": {"en": "guarantor", "zh": "保证人"},
    "spouse": {"en": "the debtor's spouse", "zh": "债务人配偶"},
    "co_debtor": {"en": "co-debtor", "zh": "共同债务人"},
    "joining": {"en": "joins the debt", "zh": "债务加入人"},
}
FORMS: Mapping[str, Mapping[str, str]] = {
    "joint": {
        "en": "a joint and several guarantee: once the debtor has not paid what is due, the guarantor may be"
        " asked to pay it",
        "zh": "连带责任保证：债务人到期未付的，债权人可以要求保证人支付",
    },
    "general": {
        "en": "a general guarantee: until the debtor was sued and enforced against in vain the guarantor"
        " may refuse to pay",
        "zh": "一般保证：在就债务人财产依法强制执行仍不能清偿前，保证人有权拒绝支付",
    },
    "unclear": {
        "en": "not said which guarantee, so that it counts as a general one (Civil Code art. 686): until the"
        " debtor was sued and enforced against in vain the guarantor may refuse to pay",
        "zh": "保证方式约定不明，按一般保证处理（《民法典》第686条）：在就债务人财产依法强制执行仍不能清偿前，"
        "保证人有权拒绝支付",
    },
}


def named(signer: Signer, language: str) -> str:
    """The person with the role, as the terms and the paper name them."""
    role = ROLES[signer.role][language]
    return f"{signer.name}（{role}）" if language == "zh" else f"{signer.name} ({role})"


def title_of(signer: Signer) -> Mapping[str, str]:
    """Whose promise the term is."""
    return {
        "en": f"What {named(signer, 'en')} promises",
        "zh": f"{named(signer, 'zh')}的承诺",
    }


def promise_of(signer: Signer, whole: Decimal, currency: str) -> Mapping[str, str]:
    """What the person promises by signing; ``whole`` is what is to be paid in all."""
    en = f"{currency} {show(whole)}"
    zh = f"{show(whole)} 元（大写：{in_words_zh(whole)}）"
    make = {"guarantor": _guarantor, "spouse": _spouse, "co_debtor": _co_debtor}
    return make.get(signer.role, _joining)(signer, en, zh)


def _guarantor(signer: Signer, en: str, zh: str) -> Mapping[str, str]:
    form = FORMS[signer.form or "unclear"]
    if signer.months:
        period = (
            f"The guarantee period that was agreed is {signer.months} months.",
            f"约定的保证期间为{signer.months}个月。",
        )
    else:
        period = (
            "No guarantee period was agreed, so that the law's holds (Civil Code art. 692).",
            "保证期间未作约定，依法律规定（《民法典》第692条）。",
        )
    return {
        "en": f"{signer.name} guarantees this debt ({form['en']}). By signing, {signer.name} agrees in writing"
        f" to what this agreement changes, and guarantees the debt as it stands in it: {en} in all"
        f" (Civil Code art. 695). {period[0]} Without this signature what the agreement makes heavier is"
        " not guaranteed.",
        "zh": f"{signer.name}为本债务提供保证（{form['zh']}）。{signer.name}签署本协议，即书面同意本协议对债务的变更，"
        f"并对变更后的债务共计 {zh}承担保证责任（《民法典》第695条）。{period[1]}"
        "未经其签署，因本协议加重的部分，保证人不承担责任。",
    }


def _spouse(signer: Signer, en: str, zh: str) -> Mapping[str, str]:
    if signer.common:
        return {
            "en": f"This debt is a common debt of the spouses (Civil Code art. 1064). By signing, {signer.name}"
            f" agrees to this agreement and owes the {en} of it together with the debtor; the creditor may"
            " ask either of them for what is due.",
            "zh": f"本债务为夫妻共同债务（《民法典》第1064条）。{signer.name}签署本协议，即同意本协议，"
            f"并与债务人共同偿还协议所载的 {zh}；到期款项，债权人可以要求其中任何一人支付。",
        }
    return {
        "en": f"By signing, {signer.name} accepts this debt as a common debt of the spouses (Civil Code"
        f" art. 1064) and owes the {en} of this agreement together with the debtor; the creditor may ask"
        f" either of them for what is due. {signer.name} need not sign, and owes nothing by this agreement"
        " without signing.",
        "zh": f"{signer.name}签署本协议，即确认本债务为夫妻共同债务（《民法典》第1064条），"
        f"并与债务人共同偿还协议所载的 {zh}；到期款项，债权人可以要求其中任何一人支付。"
        f"{signer.name}没有义务签署；未签署的，不因本协议承担债务。",
    }


def _co_debtor(signer: Signer, en: str, zh: str) -> Mapping[str, str]:
    return {
        "en": f"{signer.name} owes this debt together with the debtor. By signing, {signer.name} agrees to"
        f" this agreement, by which both owe {en}; the creditor may ask either of them for what is due.",
        "zh": f"{signer.name}与债务人共同承担本债务。{signer.name}签署本协议，即同意本协议，"
        f"由双方共同偿还 {zh}；到期款项，债权人可以要求其中任何一人支付。",
    }


def _joining(signer: Signer, en: str, zh: str) -> Mapping[str, str]:
    return {
        "en": f"By signing, {signer.name} joins this debt (Civil Code art. 552): once this agreement is in"
        f" force {signer.name} owes the {en} of it together with the debtor, and the creditor may ask"
        f" either of them for what is due. {signer.name} need not sign, and owes nothing without signing.",
        "zh": f"{signer.name}签署本协议，即加入本债务（《民法典》第552条）：自本协议生效起，"
        f"{signer.name}与债务人共同偿还协议所载的 {zh}；到期款项，债权人可以要求其中任何一人支付。"
        f"{signer.name}没有义务签署；未签署的，不承担债务。",
    }
