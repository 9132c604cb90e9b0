"""The closed set of what a text may hold in braces: words are filled in, nothing is ever run.

``{due_on}`` is replaced by the day; there is no other sign, no condition and no loop. What is filled
in is not looked at again. A line that holds something empty is left out.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_FOUND = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_STRAY = re.compile(r"\{+[^{}\n]{0,40}\}*|\}+")
_MANY_EMPTY = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What may be filled in: how it is told to whoever writes the text, and how it looks.

    ``private`` tells of the debt, so it stands nowhere where others may read it; ``may_be_empty``
    is not known of every case or writer.
    """

    name: str
    label: Promise | str
    zh: str
    en: str
    private: bool = False
    may_be_empty: bool = False

    @property
    def sign(self) -> str:
        """As it is written in a text."""
        return f"{{{self.name}}}"


_ALL = [
    Placeholder("debtor_name", _("the debtor's name"), "王海燕", "Wang Haiyan"),
    Placeholder("reference", _("the case's reference"), "HZ-2026-0147", "HZ-2026-0147"),
    Placeholder("writer_name", _("the organisation that writes"), "清水信用服务", "Clear Water Credit Services"),
    Placeholder("writer_for", _("who writes, and for whom"), "清水信用服务（受西湖银行委托）", "Clear Water Credit Services, for West Lake Bank"),
    Placeholder("principal", _("for whom it writes"), "西湖银行", "West Lake Bank", may_be_empty=True),
    Placeholder("creditor_name", _("the creditor"), "西湖银行", "West Lake Bank"),
    Placeholder("writer_phone", _("the writer's telephone"), "0571-8800 0000", "0571-8800 0000", may_be_empty=True),
    Placeholder("writer_email", _("the writer's e-mail"), "help@example.com", "help@example.com", may_be_empty=True),
    Placeholder("writer_address", _("the writer's address"), "杭州市拱墅区湖墅路 9 号", "9 Hushu Road, Hangzhou", may_be_empty=True),
    Placeholder("complaint_phone", _("the complaint line"), "0571-8800 0001", "0571-8800 0001", may_be_empty=True),
    Placeholder("regulator_phone", _("the regulator's line"), "12378", "12378", may_be_empty=True),
    Placeholder("text", _("the message itself"), "请在方便时回电。", "Please call us when it suits you."),
    Placeholder("particulars", _("all particulars of the visit"), "……", "…", private=True),
    Placeholder("visit_at", _("day and time of the visit"), "2026年3月5日（星期四）14:30", "Thursday, 5 March 2026, 14:30"),
    Placeholder("officer_in", _("who will come"), "李明（工号 021）", "Li Ming (badge 021)"),
    Placeholder("officer_out", _("who will not come"), "赵强（工号 034）", "Zhao Qiang (badge 034)"),
    Placeholder("check_code", _("the code by which the visit is checked"), "123 456", "123 456", may_be_empty=True),
    Placeholder("check_page", _("where that code is entered"), "https://doorstep.example/v/", "https://doorstep.example/v/", may_be_empty=True),
    Placeholder("slip", _("the number of the visit's slip"), "V-1A2B3C4D5E-S", "V-1A2B3C4D5E-S"),
    Placeholder("agreement", _("the agreement's number"), "HZ-2026-0147-A1", "HZ-2026-0147-A1"),
    Placeholder("instalment", _("the instalment's number"), "2", "2"),
    Placeholder("amount_missing", _("what is missing of the instalment"), "2,500.00", "2,500.00", private=True),
    Placeholder("due_on", _("the day on which it is due"), "2026年5月15日", "15 May 2026"),
    Placeholder("account", _("the account to which to pay"), "6222 0000 0000 0000", "6222 0000 0000 0000", private=True, may_be_empty=True),
    Placeholder("bank", _("the bank of that account"), "西湖银行文三路支行", "West Lake Bank, Wensan Road", private=True, may_be_empty=True),
    Placeholder("amount_paid", _("what was paid"), "6,500.00", "6,500.00", private=True),
    Placeholder("balance", _("what is still open"), "32,500.00", "32,500.00", private=True),
    Placeholder("firm_name", _("the law firm"), "江南律师事务所", "Jiangnan Law Firm"),
    Placeholder("firm_phone", _("the law firm's telephone"), "0571-8700 0000", "0571-8700 0000", may_be_empty=True),
    Placeholder("agency_name", _("the agency, where one handles the matter"), "清水信用服务", "Clear Water Credit Services", may_be_empty=True),
    Placeholder("contracts", _("the numbers of the contracts"), "HT-2024-0311", "HT-2024-0311", private=True, may_be_empty=True),
    Placeholder("as_of", _("the day for which the sums are reckoned"), "2026年3月2日", "2 March 2026"),
    Placeholder("currency", _("the currency"), "CNY", "CNY"),
    Placeholder("principal_open", _("the principal that is open"), "38,600.00", "38,600.00", private=True),
    Placeholder("interest_open", _("the interest that is open"), "1,158.00", "1,158.00", private=True),
    Placeholder("fees_open", _("the fees that are open"), "242.00", "242.00", private=True),
    Placeholder("total_open", _("all that is open"), "40,000.00", "40,000.00", private=True),
    Placeholder("portal_link", _("the link to the message"), "https://doorstep.example/m/1a-Q2hhbmdlIG1l", "https://doorstep.example/m/1a-Q2hhbmdlIG1l"),
    Placeholder("one_time_code", _("the one-time code"), "402 817", "402 817"),
    Placeholder("complaint", _("the complaint's number"), "T-2026-0001", "T-2026-0001"),
    Placeholder("received_on", _("the day on which it came in"), "2026年4月2日", "2 April 2026"),
    Placeholder("answer_by", _("the day by which it is answered"), "2026年4月17日", "17 April 2026"),
    Placeholder("outcome", _("what came of the complaint"), "投诉成立", "upheld", private=True),
    Placeholder("until", _("the last day on which it holds"), "2026年6月2日", "2 June 2026"),
    Placeholder("one_way", _("the way to write that was chosen"), "电子邮件", "E-mail"),
    Placeholder("zone_there", _("by which clocks the times are"), "北京", "Beijing"),
    Placeholder("certificate_by", _("the day by which the settlement certificate is made"), "2026年6月5日", "5 June 2026", may_be_empty=True),
    Placeholder("ended_on", _("the day on which the time to ask a court ended"), "2025年3月1日", "1 March 2025"),
    Placeholder("pay_ways", _("the other ways to pay"), "支付宝、微信支付", "Alipay, WeChat Pay"),
    Placeholder("payoff", _("what pays all of it off"), "40,120.00", "40,120.00", private=True),
    Placeholder("pay_on", _("the day on which it is paid"), "2026年3月31日", "31 March 2026"),
    Placeholder("advice_phone", _("the line for free legal advice"), "12348", "12348", may_be_empty=True),
    Placeholder("emergency_phone", _("the number to call in an emergency"), "110", "110", may_be_empty=True),
    Placeholder("goes_to", _("the address to which a code goes, masked"), "138****0000", "138****0000"),
    Placeholder("left_at", _("the time at which they were told to leave"), "14:50", "14:50"),
    Placeholder("receipt", _("the receipt's number"), "HZ-2026-0147-R1", "HZ-2026-0147-R1"),
]  # fmt: skip
PLACEHOLDERS: dict[str, Placeholder] = {one.name: one for one in _ALL}
EVERYWHERE = (
    "debtor_name", "reference", "writer_name", "writer_for", "principal", "creditor_name",
    "writer_phone", "writer_email", "writer_address", "complaint_phone", "regulator_phone",
)  # fmt: skip
"""What is known of every case and of whoever writes for it."""


class Unfilled(LookupError):
    """The text needs what is not known: ``names`` of the placeholders."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(", ".join(names))


def names_in(text: str) -> list[str]:
    """The names of the placeholders of a text, each once, in their order."""
    return list(dict.fromkeys(_FOUND.findall(text)))


def stray_braces(text: str) -> list[str]:
    """What stands in braces and is no placeholder, such as ``{{ settings.DEBUG }}``."""
    left = _FOUND.sub(lambda found: " " * len(found[0]), text)
    return list(dict.fromkeys(" ".join(found.split()) for found in _STRAY.findall(left)))


def without(text: str, sign: str = " ") -> str:
    """The text alone, as the rules of wording are to read it."""
    return _FOUND.sub(sign, text)


def fill(text: str, values: Mapping[str, str], required: Iterable[str] = ()) -> str:
    """The text with its values; a line with a value that is empty is left out.

    Raises ``Unfilled`` when nothing is given for a placeholder, when one that is ``required`` is
    empty, or when nothing is left of the text.
    """
    names = names_in(text)
    missing = [name for name in names if name not in values]
    missing += [name for name in required if name in values and not values[name].strip()]
    if missing:
        raise Unfilled(missing)
    lines = [
        _FOUND.sub(lambda found: values[found[1]], line)
        for line in text.split("\n")
        if all(values[name].strip() for name in _FOUND.findall(line))
    ]
    filled = _MANY_EMPTY.sub("\n\n", "\n".join(lines)).strip()
    if not filled and text.strip():
        raise Unfilled([name for name in names if not values[name].strip()])
    return filled


def examples(language: str) -> dict[str, str]:
    """A value for each placeholder, to show how a text reads."""
    return {one.name: getattr(one, language) for one in _ALL}
