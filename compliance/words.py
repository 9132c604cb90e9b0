"""How figures and facts are put in words, in English and in Chinese."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from common.money import show
from compliance.circumstances import CERTIFICATES, HOUSE_PAPERS, KINDS
from compliance.limitation import WHY_NOT
from compliance.places import COUNTRIES
from compliance.records import HOLDS, RECORDS, REST

LANGUAGES = ("en", "zh")

_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Slot:
    """From when until when, in the clock of the place."""

    begin: datetime
    finish: datetime


@dataclass(frozen=True, slots=True)
class Until:
    """The moment at which a span ends; midnight is the 24:00 of the day before."""

    moment: datetime


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Days of the week by their codes, in the order of the week."""

    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """Words that come from elsewhere, in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Rate:
    """Per cent a year."""

    percent: Decimal


@dataclass(frozen=True, slots=True)
class Named:
    """Something that goes by a code in the data and by a name among people."""

    code: str

    def __post_init__(self) -> None:
        if not isinstance(self.code, str):
            raise TypeError(f"a code is a string, not {self.code!r}")


NAMES: dict[str, tuple[str, str]] = {
    # facts
    "packs": ("the rule packs", "适用的规则包"),
    "zone": ("the debtor's time zone", "债务人所在时区"),
    "creditor_type": ("the kind of creditor", "债权人类型"),
    "collector": ("who collects, the creditor or an agency", "催收主体（自行催收或委托催收）"),
    "at": ("the moment of the act", "行为发生的时间"),
    "start": ("when the visit begins", "上门开始时间"),
    "end": ("when the visit ends", "上门结束时间"),
    "place_kind": ("the kind of place", "上门地点的类型"),
    "place_consent": ("whether the debtor agreed to the place", "债务人是否同意该地点"),
    "purpose": ("the purpose of the visit", "上门事由"),
    "intended_outcome": ("the intended outcome", "预期结果"),
    "target_role": ("who is to be visited or contacted", "催收对象的身份"),
    "officers": ("the officers who go", "外访员名单"),
    "served_at": ("when the notice took effect", "上门通知的送达时间"),
    "notice_missing": ("the notice of the visit", "上门通知书"),
    "past_visits": ("earlier visits to this debtor", "对该债务人以往的上门记录"),
    "no_contact_order": ("whether there is a no-contact order", "是否存在禁止接触令"),
    "holds": ("the holds of the case", "本案的暂停催收记录"),
    "claim_papers": ("the papers of the claim", "债权凭证"),
    "mandate": ("the contract of delegation", "委托合同"),
    "contact_sources": ("where address and number come from", "地址和联系方式的来源"),
    "source_on": ("the day on which it came from its source", "来源日期"),
    "source_proof": ("what shows the source", "来源依据"),
    "legal_basis": ("the legal basis on which the data are kept", "处理个人信息的合法性基础"),
    "basis.contract": ("a contract with this person", "与该人员订立或履行合同所必需"),
    "basis.consent": ("this person's consent", "该人员同意"),
    "basis.counsel": ("another basis, signed off by counsel", "经法务签字确认的其他合法性基础"),
    "basis.": ("none", "无"),
    "gentler_tried": ("which gentler channels were tried", "已尝试的其他催收方式"),
    "overdue_since": ("since when the debt is overdue", "逾期起始日"),
    "balance": ("the balance", "未清偿余额"),
    "limitation_ends_on": ("when the limitation period ends", "诉讼时效届满日"),
    "identified": ("whether the debtor was identified", "是否已核实债务人身份"),
    "entry_consent": ("whether entry was consented to", "是否取得进入住所的同意"),
    "entered": ("whether the officers went in", "是否已进入住所"),
    "papers_shown": ("whether the papers of the claim were shown", "是否已出示债权凭证"),
    "recording_asked": ("whether consent to recording was asked", "是否已征询录音录像意见"),
    "talk_recorded": ("whether the talk was recorded", "是否已填写沟通记录"),
    "plan_total": ("the total of the plan", "还款计划总额"),
    "plan_balance": ("the balance that the plan covers", "还款计划对应的欠款余额"),
    "plan_months": ("how many months the plan runs", "还款计划期限（月）"),
    "payment_to": ("who received the payment", "款项由谁收取"),
    "cash_amount": ("how much is handed over in cash", "现金金额"),
    "cash_currency": ("the currency of the notes", "现金币种"),
    "cash_counted_by": ("who counted the notes", "清点人"),
    "others_present": ("whether somebody else is there", "现场是否有其他人"),
    "acceleration_clause": (
        "whether the signed terms let the whole sum be asked at once",
        "已签署的协议是否约定可要求提前清偿",
    ),
    "plan_broken": ("whether the plan is broken", "还款计划是否已违约"),
    "days_to_pay": ("days until the whole sum is due", "距全部余款到期的天数"),
    "waiver": ("the waiver", "减免金额"),
    "waiver_approved": ("whether the waiver was approved", "减免是否已获批准"),
    "debts": ("the contracts of the debt", "借款合同信息"),
    "cost_rate": ("what a contract costs in a year, all together", "综合年化成本"),
    "interest_basis": ("whether interest was agreed", "利息约定情况"),
    "interest": ("the interest that is asked", "请求的利息"),
    "fees": ("the fees that are asked", "请求的费用"),
    "principal": ("the principal that is asked", "请求的本金"),
    "paid_out": ("what was really paid out", "实际放款金额"),
    "platform": ("whether a platform arranged the loan", "是否属于平台助贷"),
    "first_on": ("the day of the first loan", "首笔借款日期"),
    "first_principal": ("the principal of the first loan", "首笔借款本金"),
    "default_agreed": (
        "whether a rate was agreed for the time after the due day",
        "是否约定逾期利率",
    ),
    "due_on": ("when the debt fell due", "债务到期日"),
    "natural_person_lender": ("whether the lender is a natural person", "出借人是否为自然人"),
    "signers_checked": (
        "whether the signers' identity papers were checked",
        "是否核对签署人身份证件",
    ),
    "offered_at": ("when the debtor was given the terms", "条款交债务人阅读的时间"),
    "counsel": ("what the lawyer said of the terms", "律师对条款的意见"),
    "bureau_reported": (
        "whether the debtor was reported to the credit bureau",
        "是否已报送征信不良信息",
    ),
    "guarantee": ("the terms of the guarantee", "保证担保信息"),
    "guarantors": ("the guarantors", "保证人信息"),
    "common_debtors": ("who else answers for the debt as a common one", "夫妻共同债务的共同债务人"),
    "contract_on": ("the date of the contract", "合同签订日"),
    "set_off_order": ("the order of set-off", "抵充顺序"),
    "set_off_agreed": ("whether a clause says the order of set-off", "抵充顺序是否由条款约定"),
    "terms_confirmed": ("whether each term was confirmed", "各项条款是否已逐条确认"),
    "signed_by": ("who has signed", "签署人"),
    "waits_for": ("who else is still to sign", "尚待签署的其他人员"),
    "declined_by": ("who was asked to sign and declined", "拒绝签署的人员"),
    "debtor_agreed": (
        "whether the debtor agreed that this person is told",
        "债务人是否同意告知该人员",
    ),
    "certificate_issued": ("whether the certificate was issued", "是否已出具结清证明"),
    "papers_returned": ("whether the papers were returned", "是否已退还债权凭证"),
    "report_written": ("whether the closure report was written", "是否已出具结案报告"),
    "void_reason": ("why the original cannot go back", "原件无法退还的原因"),
    "void_evidence": ("whether a paper shows why", "是否附有证明材料"),
    "channel": ("the channel", "联系渠道"),
    "aim": ("what the contact is for", "联系目的"),
    "text": ("the text", "文本内容"),
    "words": ("the words", "字词"),
    "methods": ("the methods that the mandate allows", "委托合同允许的催收方式"),
    "credential_until": ("until when each permit is valid", "外访证件有效期"),
    "trained_on": ("when each officer was trained", "外访员最近一次培训日期"),
    "present": ("which officers are present", "到场的外访员"),
    "shown": ("which credentials were shown", "已出示的证件"),
    "country": ("the country in which the debtor lives", "债务人所在国家或地区"),
    "region": ("the part of the country in which the debtor lives", "债务人所在州、省或地区"),
    "outcome": ("what came of the contact", "联系结果"),
    "identity_stated": (
        "whether the caller said who and on whose behalf",
        "是否已表明身份及受谁委托",
    ),
    "line_registered": ("from which line the contact was made", "联系所用的号码"),
    "disclosed": ("whether anything of the debt was said", "是否透露了债务信息"),
    "do_not_contact": ("whether this person asked to be left alone", "该人员是否要求不再联系"),
    "common_debt": ("why the spouse answers for the debt", "配偶承担责任的依据"),
    "has_guarantor": ("whether somebody guarantees the debt", "是否有保证人"),
    "props": ("what the officers take along", "随身携带的物品"),
    "people_going": ("how many people set out", "出发人数"),
    "started_at": ("when the visit began", "上门实际开始时间"),
    "inside": ("whether the file was taken inside", "影像是否在室内拍摄"),
    "film_consent": ("whether filming was consented to", "是否取得拍摄的同意"),
    "recording_consent": ("whether recording was consented to", "是否取得录音录像的同意"),
    "record_confirmed": ("whether each officer confirmed the record", "外访员是否均已确认上门记录"),
    "borrowed_funds": ("whether a new loan is to pay for the plan", "还款资金是否来自新的借款"),
    "number": ("the number that is to be called", "拟拨打的号码"),
    "circumstances": ("what has happened to the debtor or the debt", "债务人及债务的特殊情形"),
    "contacts": ("earlier contacts with the debtor", "以往的联系记录"),
    "house_papers": ("licences and registers of creditor and agency", "债权人和受托机构的资质文件"),
    "certificates": ("the certificates of each officer", "外访员的资格证书"),
    "lpr": ("the loan prime rate on the day of the contract", "合同签订时的一年期贷款市场报价利率"),
    # what may be asked
    "action.visit.plan": ("plan a visit", "安排上门"),
    "action.visit.announce": ("announce a visit", "发出上门通知"),
    "action.visit.start": ("begin a visit", "开始上门"),
    "action.contact.log": ("make a contact", "联系债务人"),
    "action.contact.trace": (
        "ask somebody else how to reach the debtor",
        "向他人询问债务人联系方式",
    ),
    "action.reminder.send": ("send a reminder", "发送还款提醒"),
    "action.notice.send": ("send a notice", "发送通知"),
    "action.papers.show": ("show the papers", "出示债权凭证"),
    "action.premises.enter": ("go in", "进入室内"),
    "action.talk.open": ("open the talk", "开始沟通"),
    "action.agreement.reach": ("put terms in writing", "达成协议"),
    "action.agreement.sign": ("sign the agreement", "签署协议"),
    "action.agreement.ask_signer": ("ask this person to sign the agreement", "请该人员签署协议"),
    "action.rate.state": ("state a rate of interest", "录入利率"),
    "action.agreement.accelerate": ("ask for the whole sum at once", "要求提前清偿全部余款"),
    "action.original.void": ("declare the original void", "声明原件作废"),
    "action.case.close": ("close the case", "结案"),
    "action.case.close_early": ("close the case early", "提前结案"),
    "limitation.unknown": ("a day that nobody knows yet", "尚不明确的日期"),
    "closed_as": ("why the case is closed", "结案原因"),
    "action.data.keep": ("keep these personal data", "保存该个人信息"),
    "action.payment.record": ("book a payment", "登记还款"),
    "action.cash.take": ("take cash at the door", "上门收取现金"),
    "action.text.send": ("send this text", "发送这段文字"),
    "action.text.record": ("write this down", "记录这段文字"),
    "action.visit.depart": ("set out for a visit", "出发上门"),
    "action.visit.finish": ("end a visit", "结束上门"),
    "action.evidence.add": ("keep a file from a visit", "保存上门影像资料"),
    # zones
    "zone.Asia/Shanghai": ("Beijing time", "北京时间"),
    "zone.Asia/Urumqi": ("Urumqi time", "乌鲁木齐时间"),
    "zone.Asia/Hong_Kong": ("Hong Kong time", "香港时间"),
    "zone.Asia/Singapore": ("Singapore time", "新加坡时间"),
    "zone.Asia/Kuala_Lumpur": ("Kuala Lumpur time", "吉隆坡时间"),
    "zone.Asia/Manila": ("Manila time", "马尼拉时间"),
    "zone.Asia/Jakarta": ("Jakarta time", "雅加达时间"),
    "zone.Asia/Kolkata": ("India time", "印度时间"),
    "zone.Europe/London": ("London time", "伦敦时间"),
    "zone.America/New_York": ("New York time", "纽约时间"),
    "zone.America/Chicago": ("Chicago time", "芝加哥时间"),
    "zone.America/Los_Angeles": ("Los Angeles time", "洛杉矶时间"),
    # places
    "place.home": ("home", "住所"),
    "place.agreed": ("an agreed place", "约定地点"),
    "place.creditor_office": ("the creditor's office", "债权人营业场所"),
    "place.work": ("workplace", "工作单位"),
    "place.hospital": ("hospital", "医院"),
    "place.school": ("school", "学校"),
    "place.public": ("public place", "公共场所"),
    # roles
    "role.debtor": ("debtor", "债务人"),
    "role.co_debtor": ("co-debtor", "共同债务人"),
    "role.guarantor": ("guarantor", "保证人"),
    "role.heir": ("heir to the estate", "继承人"),
    "role.estate_administrator": ("estate administrator", "遗产管理人"),
    "role.legal_guardian": ("legal guardian", "监护人"),
    "role.spouse": ("spouse", "配偶"),
    "role.joining": ("somebody who wants to join the debt", "拟加入债务的人"),
    "role.contact": ("contact person", "联系人"),
    "role.third_party": ("third party", "无关第三人"),
    # papers
    "paper.contract": ("loan contract", "借款合同"),
    "paper.iou": ("IOU", "借条"),
    "paper.disbursement": ("proof of paying out", "放款凭证"),
    "paper.statement": ("bank statement", "银行流水"),
    "paper.assignment": ("assignment", "债权转让文件"),
    "paper.other": ("other paper", "其他材料"),
    # channels
    "channel.phone": ("telephone", "电话"),
    "channel.sms": ("SMS", "短信"),
    "channel.email": ("e-mail", "电子邮件"),
    "channel.letter": ("letter", "信函"),
    "channel.lawyers_letter": ("lawyer's letter", "律师函"),
    "channel.wechat": ("WeChat", "微信"),
    "channel.visit": ("visit", "上门"),
    # what a contact is for
    "aim.collecting": ("collecting", "催收"),
    "aim.reminding": ("reminding of an agreed instalment", "提醒约定的分期还款"),
    "aim.answering": ("answering the debtor", "答复债务人"),
    "aim.complaint": ("writing about a complaint", "就投诉事项致函"),
    "aim.serving": ("serving a paper or notice that is owed", "送达应当交付的文书或通知"),
    # sources of contact data
    "source.contract": ("contract", "合同"),
    "source.debtor": ("left by the debtor", "债务人预留"),
    "source.authorised": ("authorised by the debtor", "债务人授权"),
    "source.public": ("lawful public channel", "合法公开渠道"),
    "source.reserved_contact": ("told by the reserved contact", "预留联系人告知"),
    "source.bureau": ("queried with authorisation", "经授权查询的机构"),
    "source.unknown": ("not known", "来源不明"),
    # holds
    "hold.hardship": ("hardship", "生活困难"),
    "hold.hospital": ("in hospital", "住院治疗"),
    "hold.bereavement": ("bereavement", "亲属去世"),
    "hold.dispute": ("dispute", "对债务有异议"),
    "hold.complaint": ("complaint", "投诉"),
    "hold.vulnerable": ("special care", "特殊困难群体"),
    "hold.insolvency": ("insolvency", "破产或债务清理程序"),
    "hold.counsel": ("a lawyer acts for the debtor", "债务人已委托律师"),
    "hold.inquiry": ("a matter that compliance looks into", "合规核查"),
    "hold.incident": ("incident at a visit", "上门突发事件"),
    "hold.no_contact_order": ("order of the police to make no contact", "公安机关禁止接触"),
    "hold.order": ("no-contact order of the police or a court", "公安或法院的禁止接触令"),
    "hold.other": ("other reason", "其他原因"),
    # parts of a debt
    "part.fees": ("costs", "费用"),
    "part.interest": ("interest", "利息"),
    "part.principal": ("principal", "本金"),
    # who signs
    "side.debtor": ("debtor", "债务人"),
    "side.creditor": ("creditor", "债权人"),
    "side.guarantor": ("guarantor", "保证人"),
    # parts of the notice of a visit
    "notice.creditor": ("creditor's legal name", "债权人全称"),
    "notice.agent": ("name of the agency", "受托机构名称"),
    "notice.officers": ("names and badge numbers of the visitors", "上门人员姓名和工号"),
    "notice.verify_phone": ("telephone number for checking the visitors", "核实上门人员的电话"),
    "notice.time": ("date, time and expected length", "上门日期、时间和预计时长"),
    "notice.place": ("place", "上门地点"),
    "notice.choices": (
        "right to choose another time, place or channel",
        "可另行约定时间、地点或方式",
    ),
    "notice.purpose": ("purpose", "上门事由"),
    "notice.intended_outcome": ("intended outcome", "预期结果"),
    "notice.debt": ("the debt in detail", "债务明细"),
    "notice.rights": (
        "right to refuse, to ask to leave, to dispute",
        "拒绝上门、要求离开和提出异议的权利",
    ),
    "notice.complaint": ("where to complain", "投诉渠道"),
    "notice.recording": ("statement on recording", "录音录像说明"),
    "notice.privacy": ("privacy notice", "个人信息处理告知"),
    "notice.payment": ("ways to pay without a visit", "无需上门的还款方式"),
    "notice.hardship": ("hardship options", "困难帮扶方案"),
    # what closing a case asks for
    "closings": ("reasons of the closing", "结案原因"),
    "closed_as.settled": ("paid in full", "已全部还清"),
    "closed_as.paid_elsewhere": ("paid directly to the creditor", "已直接还给债权人"),
    "closed_as.withdrawn": ("withdrawn by the creditor", "债权人撤回"),
    "closed_as.unlawful_claim": ("claim not lawful", "债权不合法"),
    "closed_as.time_barred": ("time-barred", "已过诉讼时效"),
    "closed_as.court": ("goes to court", "转入诉讼"),
    "closed_as.estate": ("debtor died, estate exhausted", "债务人去世且遗产已尽"),
    "closed_as.written_off": ("written off", "核销"),
    "closing.balance": ("a balance of nought", "欠款余额为零"),
    "closing.certificate_issued": ("the settlement certificate", "结清证明"),
    "closing.papers_returned": ("the return of the claim's papers", "退还债权凭证"),
    "closing.report_written": ("the closure report", "结案报告"),
    # why an original does not go back
    "proof_for": ("reasons that have to be proven", "须附证明材料的原因"),
    "void_reason.lost": ("lost", "遗失"),
    "void_reason.destroyed": ("destroyed", "毁损"),
    "void_reason.unreachable": ("its owner cannot be reached", "无法联系到权利人"),
    # what is shown at the door
    "door.identified": ("identifying the debtor", "核实债务人身份"),
    "door.credentials": ("every officer's credential", "全部上门人员的证件"),
    "door.papers": ("every paper of the claim", "全部债权凭证"),
    # why a spouse answers for a debt
    "common_debt.both_signed": ("both signed", "夫妻共同签名"),
    "common_debt.ratified": ("ratified afterwards", "配偶事后追认"),
    "common_debt.daily_needs": ("for the family's daily needs", "用于家庭日常生活需要"),
    "common_debt.family_use": (
        "proven to have served the family",
        "证明用于夫妻共同生活或共同生产经营",
    ),
    # guarantees
    "guarantee.general": ("general guarantee", "一般保证"),
    "guarantee.joint": ("joint and several guarantee", "连带责任保证"),
    # lists that other modules keep
    **{f"why_not.{code}": names for code, names in WHY_NOT.items()},
    **{f"country.{code}": names for code, names in COUNTRIES.items()},
    **{f"circumstance.{code}": names for code, names in KINDS.items()},
    **{f"house_paper.{code}": names for code, names in HOUSE_PAPERS.items()},
    **{f"record.{code}": names for code, names in (RECORDS | REST).items()},
    **{f"retained.{code}": names for code, names in HOLDS.items()},
    **{f"certificate.{code}": names for code, names in CERTIFICATES.items()},
}


def named(kind: str, codes: Sequence[str]) -> list[Named]:
    """Codes of one kind, to be shown by their names."""
    return [Named(f"{kind}.{code}") for code in codes]


def in_words(figure: Any, language: str) -> str:
    """A figure as people read it in that language; moments are already those of the place."""
    english = language == "en"
    if isinstance(figure, datetime):
        return f"{in_words(figure.date(), language)}{', ' if english else ''}{figure:%H:%M}"
    if isinstance(figure, date):
        if english:
            month = _MONTHS[figure.month - 1]
            return f"{_DAYS_EN[figure.weekday()]} {figure.day} {month} {figure.year}"
        day = _DAYS_ZH[figure.weekday()]
        return f"{figure.year}年{figure.month}月{figure.day}日（{day}）"
    if isinstance(figure, time):
        return f"{figure:%H:%M}"
    if isinstance(figure, Slot):
        same = figure.begin.date() == figure.finish.date()
        finish = f"{figure.finish:%H:%M}" if same else in_words(figure.finish, language)
        return f"{in_words(figure.begin, language)}–{finish}"
    if isinstance(figure, Until):
        return _until(figure.moment, language)
    if isinstance(figure, Weekdays):
        return _weekdays(figure.days, language)
    if isinstance(figure, Both):
        return figure.en if english else figure.zh
    if isinstance(figure, Rate):
        return f"{figure.percent.normalize():f}%"
    if isinstance(figure, Decimal):
        return show(figure)
    if isinstance(figure, Named):
        names = NAMES.get(figure.code)
        return names[0 if english else 1] if names else figure.code.partition(".")[2] or figure.code
    if isinstance(figure, (list, tuple)):
        return (", " if english else "、").join(in_words(part, language) for part in figure)
    return str(figure)


def filled(texts: Mapping[str, str], figures: Mapping[str, Any]) -> dict[str, str]:
    """The texts in every language with the figures put in."""
    return {
        language: text.format_map({n: in_words(f, language) for n, f in figures.items()})
        for language, text in texts.items()
    }


def _until(moment: datetime, language: str) -> str:
    if moment.time() != time():
        return in_words(moment, language)
    day = in_words((moment - timedelta(days=1)).date(), language)
    return f"{day}, 24:00" if language == "en" else f"{day}24:00"


def _weekdays(days: tuple[str, ...], language: str) -> str:
    """Such as "Mon to Sat"; days that do not follow one another are listed."""
    english = language == "en"
    names = _DAYS_EN if english else _DAYS_ZH
    numbers = sorted(WEEKDAYS.index(day) for day in days)
    if len(numbers) == len(WEEKDAYS):
        return "every day" if english else "每天"
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{names[numbers[0]]}{' to ' if english else '至'}{names[numbers[-1]]}"
    return (", " if english else "、").join(names[number] for number in numbers)
