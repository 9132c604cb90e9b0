"""What may happen to a debtor or a debt that the law takes notice of, by code and by name.

The kinds follow sections 6(e) and 6(f) of the research behind the packs; what each of them does is said by the packs.
"""

KINDS: dict[str, tuple[str, str]] = {
    # the debt
    "dispute": ("the debt is disputed", "对债务有异议"),
    "deadlock": ("talks about the debt are deadlocked", "协商陷入僵局"),
    "illegal_debt": ("signs of an unlawful debt", "疑似非法债务"),
    "sub_judice": ("the debt is before a court", "债务正在诉讼或仲裁"),
    "agreement_kept": ("a signed plan is being kept", "还款协议正常履行中"),
    # who the debtor is
    "minor": ("the debtor is a minor", "债务人为未成年人"),
    "deceased": ("the debtor has died", "债务人已去世"),
    "capacity_limited": ("limited mental capacity", "民事行为能力受限"),
    "elderly": ("seventy years of age or older", "年满七十周岁"),
    # special care
    "pregnant": ("pregnant, or a new mother", "怀孕或产后哺乳期"),
    "serious_illness": ("seriously ill", "患有重病"),
    "hospitalised": ("in hospital", "住院治疗"),
    "mental_health": ("mental-health trouble", "存在心理健康问题"),
    "mental_health_crisis": ("treated for a mental-health crisis", "正在接受心理危机治疗"),
    "disability": ("disabled", "残疾"),
    "bereaved": ("bereaved", "亲属去世"),
    "disaster": ("struck by a disaster", "遭受灾害"),
    "domestic_violence": ("afraid of violence at home", "遭受家庭暴力"),
    "self_harm": ("spoke of self-harm", "流露自伤、轻生念头"),
    "language_barrier": ("does not understand the language", "语言沟通障碍"),
    "alone_with_children": ("alone with children", "独自照看儿童"),
    "occasion": ("a wedding, festival or like occasion", "婚礼、节庆等特殊场合"),
    # protection by law and by advisers
    "insolvency": ("insolvency is under way", "破产或债务清理程序中"),
    "discharged": ("discharged in bankruptcy", "破产程序中已免责"),
    "moratorium": ("a moratorium on the debt", "债务宽限（暂停）期"),
    "adviser": ("a debt adviser is making a plan", "债务顾问正在制定方案"),
    "attorney": ("a lawyer acts for the debtor", "债务人已委托律师"),
    "servicemember": ("on active military duty", "现役军人"),
    # what the debtor asked for
    "cease_request": ("asked in writing that contact stop", "书面要求停止联系"),
    "refuses_to_pay": ("refused in writing to pay", "书面拒绝还款"),
    "employer_forbids": ("the employer forbids contact at work", "工作单位禁止打扰"),
    "inconvenient": ("asked not to be contacted at this time or place", "要求勿在该时间或地点联系"),
    "inconvenient_home": ("asked not to be visited at home", "要求勿到住所上门"),
    # danger, and what was tried
    "threat": ("threat or violence", "威胁或暴力"),
    "no_show": ("did not come to the agreed place", "未按约定到场"),
    "visit_agreed": ("agreed in advance to this visit", "事先同意本次上门"),
    "frequency_agreed": ("agreed in writing to more frequent visits", "书面同意增加上门频次"),
    "came": ("came to the agreed place", "按约定到场"),
    "not_at_home": ("was not to be found at home", "上门未见到本人"),
    # what was told, agreed to or acknowledged
    "agent_notice": ("told in writing who will collect", "已书面告知催收人员信息"),
    "guarantor_notice": (
        "every guarantor told in writing of the transfer",
        "已书面通知全部保证人债权转让",
    ),
    "transfer_notice": ("told in writing of the transfer of the debt", "已书面通知债权转让"),
    "validation_notice": ("received the validation notice", "已收到债务确认通知"),
    "hours_agreed": ("agreed to be contacted at other hours", "同意在其他时段联系"),
    "calls_agreed": ("agreed to be called back", "同意再次致电"),
    "acknowledged": ("acknowledged the debt or paid a part of it", "承认债务或部分还款"),
}

ON_FILE = frozenset({
    "agent_notice", "guarantor_notice", "transfer_notice", "validation_notice", "hours_agreed", "calls_agreed",
    "acknowledged", "came", "visit_agreed", "frequency_agreed",
})  # fmt: skip
"""Kinds that say what was told or agreed to: they allow something, and warn nobody who looks at a case."""

VULNERABLE = frozenset({
    "elderly", "pregnant", "serious_illness", "hospitalised", "mental_health", "mental_health_crisis",
    "capacity_limited", "disability", "bereaved", "disaster", "domestic_violence", "self_harm",
    "language_barrier", "alone_with_children",
})  # fmt: skip
"""Kinds of which only the flag and its day of review are shown widely; the detail is restricted."""

NOTICES = ("agent_notice", "transfer_notice", "guarantor_notice", "validation_notice")
"""Kinds that stand for a notice which some law wants to come first; they are good news, not bars."""

HOUSE_PAPERS: dict[str, tuple[str, str]] = {
    "licence": ("collection licence", "催收业务许可"),
    "register_entry": ("entry in the published list of agents", "公示的受托机构名单"),
    "board_policy": ("policy approved by the board", "经董事会批准的催收制度"),
    "impact_assessment": ("assessment of the impact on personal data", "个人信息保护影响评估"),
    "processing_contract": (
        "contract on entrusted processing of personal data",
        "个人信息委托处理协议",
    ),
    "agency_review": ("yearly review of the agency", "受托机构年度评估报告"),
    "scope_review": ("review of the agency's business scope", "受托机构经营范围审查记录"),
    "grievance_contact": ("contact for grievances", "投诉受理渠道"),
    "transfer_record": (
        "record of passing personal data on to the new creditor",
        "向受让方提供个人信息的告知同意记录",
    ),
}

CERTIFICATES: dict[str, tuple[str, str]] = {
    "recovery_agent": ("debt recovery agent certificate", "债务催收从业资格证书"),
    "background_check": ("verification by the police", "背景核查证明"),
    "police_approval": ("approval by the police", "警方批准文件"),
    "listed": ("entry in the published list of collectors", "公示的催收人员名单"),
    "authorisation": ("letter of authorisation", "授权委托书"),
}
