"""Which columns a creditor's file may have, and what people call them."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Column:
    """One column: its name in the code, its label, and the headings under which it is known.

    The first Chinese and the first English heading are those of the empty form; ``written`` says how
    the cells are to be written and what an empty one stands for.
    """

    name: str
    label: Any
    chinese: tuple[str, ...]
    english: tuple[str, ...]
    required: bool = False
    written: Any = ""


COLUMNS: tuple[Column, ...] = (
    Column(
        "external_reference", _("Creditor's reference"),
        ("外部编号", "债权人编号", "案件编号", "委案编号", "借据号", "借据编号", "客户编号", "账户编号"),
        ("external reference", "creditor reference", "reference", "case number", "account number",
         "account", "loan id"),
        required=True,
        written=_("The creditor's own number of the debt, at most 60 characters. It tells a new debt from a known one."),
    ),
    Column(
        "name", _("Debtor's name"),
        ("债务人姓名", "姓名", "债务人", "客户姓名", "借款人", "借款人姓名"),
        ("debtor name", "name", "debtor", "full name", "borrower", "customer name"),
        required=True,
        written=_("As in the contract, at most 80 characters."),
    ),
    Column(
        "name_en", _("Name in Latin letters"),
        ("拼音姓名", "英文姓名", "姓名拼音", "英文名"),
        ("latin name", "name in latin letters", "english name", "pinyin"),
    ),
    Column(
        "id_kind", _("Kind of identity document"),
        ("证件类型", "证件种类"),
        ("id kind", "id type", "document type"),
        written=_("身份证 (ID card) or 护照 (passport). Empty: an ID card."),
    ),
    Column(
        "id_number", _("ID number"),
        ("身份证号", "身份证号码", "证件号码", "证件号", "身份证"),
        ("id number", "identity number", "id card", "national id", "id no"),
        required=True,
        written=_("18 characters, kept as text; the last one is checked against the others. A passport: 5 to 20 letters and digits."),
    ),
    Column(
        "born_on", _("Date of birth"), ("出生日期", "生日"), ("birth date", "date of birth", "born on"),
        written=_("A date. Empty: taken from the ID number."),
    ),
    Column(
        "language", _("Language"), ("语言", "沟通语言"), ("language", "preferred language"),
        written=_("中文 or English. Empty: Chinese."),
    ),
    Column(
        "zone", _("Time zone"), ("时区",), ("time zone", "timezone"),
        written=_("By its name, such as Asia/Shanghai. Empty: Asia/Shanghai."),
    ),
    Column(
        "country", _("Country"), ("国家", "国家或地区", "所在国家"), ("country", "country of residence"),
        written=_("By its name or its two letters, such as GB. Empty: the creditor's own country."),
    ),
    Column(
        "region", _("State, province or part"), ("州或省", "所在州", "州"), ("region", "state", "state or province"),
        written=_("By its short code, such as MA, NY or SCT, where it has rules of its own. Empty: none."),
    ),
    Column("employer", _("Employer"), ("工作单位", "单位名称", "雇主"), ("employer", "company")),
    Column(
        "phone", _("Telephone"),
        ("手机号", "手机号码", "手机", "电话", "联系电话", "本人电话"),
        ("phone", "mobile", "telephone", "phone number", "mobile number", "cell phone"),
        written=_("One number, kept as text: 13800000001, 0571-87000000 or +44… for abroad."),
    ),
    Column(
        "email", _("E-mail"), ("电子邮箱", "邮箱", "电子邮件"), ("e-mail", "email address"),
        written=_("One address."),
    ),
    Column("city", _("City"), ("城市", "所在城市", "市"), ("city", "town")),
    Column("district", _("District"), ("区县", "区", "所在区县", "行政区"), ("district", "county")),
    Column(
        "address", _("Home address"),
        ("家庭住址", "地址", "住址", "现住址", "家庭地址", "详细地址", "居住地址"),
        ("home address", "address", "street", "street address"),
        written=_("Street and house, at most 200 characters. Needed where city, district or postcode are given."),
    ),
    Column("postcode", _("Postcode"), ("邮编", "邮政编码"), ("postcode", "postal code", "zip", "zip code")),
    Column(
        "source", _("Source of contact data"),
        ("联系方式来源", "信息来源", "联系信息来源", "数据来源"),
        ("source of contact data", "contact source", "data source", "source"),
        written=_("Write 合同, 债务人, 授权, 公开渠道, 预留联系人, 授权查询 or 不明. Empty: not known, and then nobody is visited there."),
    ),
    Column(
        "kind", _("Kind of debt"), ("债务类型", "贷款类型", "产品类型"), ("kind of debt", "debt type", "product"),
        written=_("Write 消费贷, 信用卡, 民间借贷 or 经营贷. Empty: a consumer loan."),
    ),
    Column(
        "contract_number", _("Contract number"),
        ("合同号", "合同编号", "借款合同编号", "借款合同号"),
        ("contract number", "contract no", "contract", "loan agreement number"),
        written=_("At most 60 characters. Empty: the creditor's reference."),
    ),
    Column(
        "contract_on", _("Contract date"),
        ("合同日期", "签约日期", "合同签订日期", "借款日期"),
        ("contract date", "contract of", "signed on"),
        written=_("A date."),
    ),
    Column(
        "paid_out", _("Paid out"),
        ("放款金额", "借款金额", "贷款金额", "实际放款金额"),
        ("paid out", "disbursed", "loan amount", "amount paid out"),
        written=_("An amount."),
    ),
    Column(
        "annual_rate", _("Annual rate, per cent"),
        ("年利率", "年化利率", "年化利率%"),
        ("annual rate", "interest rate", "rate", "rate per annum"),
        written=_("Per cent a year, such as 12. A figure below 1 is asked about: it may be a fraction."),
    ),
    Column(
        "cost_rate", _("All costs a year, per cent"),
        ("综合年化成本", "综合融资成本", "综合年化利率", "综合年化成本%"),
        ("all costs a year", "total annual cost", "all-in rate", "apr"),
        written=_("Interest, default interest, penalties and fees together, per cent a year. Empty: not known, and where a ceiling holds nobody is visited."),
    ),
    Column(
        "platform", _("Arranged by a platform"),
        ("平台助贷", "是否平台助贷", "互联网助贷"),
        ("platform loan", "arranged by a platform"),
        written=_("是 (yes) or 否 (no). Empty: not known."),
    ),
    Column(
        "due_on", _("Due date"),
        ("到期日", "到期日期", "还款到期日", "应还日期"),
        ("due date", "due on", "maturity", "maturity date"),
        written=_("A date. This or the next column is needed."),
    ),
    Column(
        "overdue_since", _("Overdue since"),
        ("逾期起始日", "逾期日期", "逾期开始日期", "逾期日"),
        ("overdue since", "overdue from", "past due since"),
        written=_("A date. Empty: the due date."),
    ),
    Column(
        "limitation_ends_on", _("Limitation ends on"),
        ("诉讼时效届满日", "时效届满日", "诉讼时效到期日"),
        ("limitation end", "limitation ends on", "limitation", "time barred from"),
        written=_("A date. Empty: three years after the due date."),
    ),
    Column(
        "principal", _("Principal"),
        ("本金", "剩余本金", "欠款本金", "未还本金"),
        ("principal", "outstanding principal", "principal owed"),
        required=True,
        written=_("An amount, such as 38600.00 or 38,600.00; nothing negative."),
    ),
    Column(
        "interest", _("Interest"),
        ("利息", "欠息", "应收利息", "利息及罚息", "利息罚息"),
        ("interest", "interest owed", "accrued interest"),
        written=_("An amount. Empty: nothing."),
    ),
    Column(
        "fees", _("Fees"), ("费用", "其他费用", "手续费"), ("fees", "fee", "charges", "costs"),
        written=_("An amount. Empty: nothing."),
    ),
    Column(
        "currency", _("Currency"), ("币种", "货币"), ("currency",),
        written=_("Three letters. Empty: CNY."),
    ),
    Column(
        "stated_on", _("Figures as of"),
        ("数据日期", "截止日期", "统计日期", "计息截止日"),
        ("as of", "stated on", "figures as of", "statement date"),
        written=_("The day on which the sums were true. Empty: the day on which the file is taken over."),
    ),
    Column(
        "mandate", _("Mandate number"),
        ("委托合同号", "委托合同编号", "委托编号", "授权编号"),
        ("mandate number", "mandate", "mandate no"),
        written=_("A mandate of this creditor that is in force. Empty: none."),
    ),
    Column(
        "agent_notice_on", _("Told who collects on"),
        ("催收主体告知日期", "委托催收告知日期", "受托机构告知日期"),
        ("told who collects on", "agency notice", "agency notice on", "notice of agency"),
        written=_("The day on which the debtor was told in writing who will collect (CN-18, IN-09, HK-01). Empty: not known, and where a rule asks for it nobody makes contact before it is on record."),
    ),
    Column(
        "transfer_notice_on", _("Told of the transfer on"),
        ("债权转让通知日期", "转让通知日期", "债权转让告知日期"),
        ("told of the transfer on", "transfer notice", "assignment notice", "notice of assignment"),
        written=_("The day on which the debtor was told in writing that the debt was transferred (CN-17, EU-02). Empty: not known."),
    ),
)  # fmt: skip

FIELDS: tuple[str, ...] = tuple(column.name for column in COLUMNS)
BY_NAME: dict[str, Column] = {column.name: column for column in COLUMNS}
POSITION: dict[str, int] = {name: place for place, name in enumerate(FIELDS)}
REQUIRED: tuple[str, ...] = tuple(column.name for column in COLUMNS if column.required)

PROBLEM = "problem"
"""The column that a file of rejected rows carries besides its own; nobody needs to take it out."""
PROBLEM_HEADING = "问题/Problem"

_BRACKETS = re.compile(r"[(\[【][^)\]】]*[)\]】]")
_BETWEEN = re.compile(r"[\s_\-–—./\\::*'’\"#]+")


def plain_heading(text: str) -> str:
    """The heading without case, spaces, signs, full-width forms and what stands in brackets."""
    wide = unicodedata.normalize("NFKC", text).replace("%", "")
    kept = "".join(c for c in wide if c.isprintable())
    return _BETWEEN.sub("", _BRACKETS.sub("", kept)).casefold()


_KNOWN: dict[str, str] = {
    plain_heading(heading): column.name
    for column in COLUMNS
    for heading in (*column.chinese, *column.english, column.name)
} | {plain_heading(PROBLEM_HEADING): PROBLEM, "问题": PROBLEM, "problem": PROBLEM}


def columns_of(headings: Iterable[str]) -> list[str]:
    """What each heading stands for: a name of ``FIELDS``, ``PROBLEM``, or "" for none of ours."""
    return [_KNOWN.get(plain_heading(heading), "") for heading in headings]
