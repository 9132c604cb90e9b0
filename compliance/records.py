"""The classes of records that a case leaves behind, by code and by name, and how terms are written."""

from collections.abc import Iterator
from typing import Any

from compliance.fault import Fault, both, named_field
from compliance.spans import NotASpan, span_words

RECORDS: dict[str, tuple[str, str]] = {
    "visit_log": ("visit records", "上门记录"),
    "recording": ("recordings", "录音录像"),
    "agreement_recording": ("recordings of an agreement", "达成还款协议的录音录像"),
    "agreement": ("agreements", "还款协议"),
    "notice": ("notices and letters", "通知与函件"),
    "id_copy": ("copies of identity papers", "身份证件复印件"),
    "contact_person": ("data of contact persons", "联系人信息"),
    "vulnerability_note": ("notes on special care", "特殊困难情况说明"),
    "impact_assessment": ("assessments of the impact on personal data", "个人信息保护影响评估报告"),
}
REST: dict[str, tuple[str, str]] = {
    "case_file": ("all else of the case, and who the debtor is", "案件其余信息及债务人身份信息"),
}
"""What ties the records together: it has no term of its own and goes with the last of them."""
EVENTS: dict[str, tuple[str, str]] = {
    "closure": ("the closing of the case", "结案"),
    "settled": ("the day on which the debt was settled", "债务结清"),
    "contact_restored": ("the day on which the debtor was reached again", "与债务人恢复联系"),
    "made": ("the day on which it was made", "文件形成"),
}
HOLDS: dict[str, tuple[str, str]] = {
    "complaint": ("a complaint that is open", "未结投诉"),
    "suit": ("a suit or arbitration", "诉讼或仲裁"),
    "police": ("an order or inquiry of the police", "公安机关的命令或调查"),
    "dispute": ("a dispute over the debt", "债务争议"),
    "data_request": (
        "a request about personal data that is being answered",
        "正在处理的个人信息权利请求",
    ),
    "house": ("a hold that the house has set", "本机构设定的保留"),
}
EXTENDED_BY: dict[str, tuple[str, str]] = {
    "limitation": ("the limitation period", "诉讼时效期间"),
}


def faults(terms: Any) -> Iterator[Fault]:
    """What is wrong with the terms of a value, for ``manage.py check``."""
    for term in terms:
        if not isinstance(term, dict) or term.get("record") not in RECORDS:
            yield Fault("term_unknown_record", given=term)
            continue
        if term.get("from") not in EVENTS:
            yield Fault("term_unknown_event", given=term.get("from"))
        if term.get("extended_by", "limitation") not in EXTENDED_BY:
            yield Fault("term_unknown_extension", given=term["extended_by"])
        spans = {part: term[part] for part in ("minimum", "default", "maximum") if part in term}
        if not spans:
            yield Fault("term_without_length", record=both(repr(term), RECORDS[term["record"]][1]))
        for part, span in spans.items():
            try:
                span_words(str(span), "en")
            except NotASpan:
                yield Fault("term_no_span", part=named_field(part), given=span)
        extra = term.keys() - {"record", "from", "extended_by", "minimum", "default", "maximum"}
        if extra:
            yield Fault("term_extra", names=sorted(extra))
