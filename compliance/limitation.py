"""What begins a limitation period anew, what does not, and when it ends for good.

Civil Code arts. 188, 192, 195; interpretation on limitation, arts. 8, 14, 19: a demand that reaches the debtor, the
debtor's own agreement to perform, a suit or arbitration and what is like them interrupt the period, which
then runs anew. Once it has ended only an express agreement to pay renews it. Twenty years after the claim fell due
nothing lengthens it any more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from compliance.spans import years_on

CAUSES: dict[str, tuple[str, str]] = {
    "demand": ("a demand that reached the debtor", "催告送达债务人"),
    "agreement": ("an agreement that both signed", "双方签署协议"),
    "payment": ("a part payment", "部分履行"),
    "promise": ("a promise to pay, or a plan of instalments", "承诺还款或分期履行"),
    "security": ("security was given", "提供担保"),
    "extension": ("the debtor asked for more time", "请求延期履行"),
    "suit": ("a suit", "提起诉讼"),
    "arbitration": ("an application for arbitration", "申请仲裁"),
    "equivalent": ("what is like a suit, such as mediation or a payment order", "与诉讼、仲裁同等效力的事项（如调解、支付令）"),
}  # fmt: skip
EXPRESS = frozenset({"agreement"})
"""Only these renew a period that has ended: a payment settles no more than what was paid."""

WAYS: dict[str, tuple[str, str]] = {
    "by_hand": ("handed over", "当面交付"),
    "post": ("by post", "邮寄"),
    "data_message": ("by SMS, e-mail or another message", "短信、电子邮件等数据电文"),
}
SIGNERS: dict[str, tuple[str, str]] = {
    "debtor": ("the debtor", "债务人本人"),
    "relative": ("a grown-up relative of the same household", "同住的具有完全行为能力的亲属"),
    "authorised": ("somebody whom the debtor authorised", "债务人授权的人"),
    "nobody": ("nobody", "无人签收"),
}
WHY_NOT: dict[str, tuple[str, str]] = {
    "unsigned": ("nobody signed for it, and nothing else shows that it arrived", "无人签收，且无其他证据证明已送达"),
    "not_arrived": ("nothing shows that it arrived", "没有证据证明已到达"),
    "too_late": ("the period had ended before", "此前时效已届满"),
    "no_later": ("it does not move the end", "未使届满日后移"),
    "taken_back": ("it was taken back", "已撤销"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Interruption:
    """Something that may begin the period anew, with what proves it.

    ``ended_on`` is the day on which a suit or another procedure ended: the period is counted from then.
    """

    kind: str
    on: date
    way: str = ""
    signer: str = ""
    arrived: bool = False
    ended_on: date | None = None


SIGN_FOR_IT = ("debtor", "relative", "authorised")


def why_not(one: Interruption, signers: Iterable[str] = SIGN_FOR_IT) -> str:
    """Why it does not count, as a code of ``WHY_NOT``; nothing if it does.

    Handed over it counts when signed for by the debtor, a grown-up relative of the household or somebody
    authorised, or otherwise shown to have arrived; anything else when it arrived (interpretation, art. 8).
    """
    if one.kind != "demand" or one.arrived:
        return ""
    if one.way == "by_hand":
        return "" if one.signer in set(signers) else "unsigned"
    return "not_arrived"


def ends_after(
    was: date | None,
    one: Interruption,
    *,
    years: int,
    stop: date | None = None,
    signers: Iterable[str] = SIGN_FOR_IT,
) -> date | None:
    """The last day of the period after it; never earlier than before, never later than the stop."""
    if was is None or why_not(one, signers) or (one.on > was and one.kind not in EXPRESS):
        return was
    anew = years_on(one.ended_on or one.on, years)
    if stop is not None and one.on <= stop:
        anew = min(anew, stop)
    return max(was, anew)


def what_it_did(
    was: date | None,
    one: Interruption,
    ends: date | None,
    signers: Iterable[str] = SIGN_FOR_IT,
) -> str:
    """Why it changed nothing, as a code of ``WHY_NOT``; nothing if it moved the end."""
    if ends != was:
        return ""
    if why_not(one, signers):
        return why_not(one, signers)
    return "too_late" if was and one.on > was else "no_later"
