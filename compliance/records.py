"""The classes of records that a case leaves behind, by code and by name, and how terms are written."""

from collections.abc import Iterator
from typing import Any

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
}
EXTENDED_BY: dict[str, tuple[str, str]] = {
    "limitation": ("the limitation period", "诉讼时效期间"),
}


def faults(terms: Any) -> Iterator[str]:
    """What is wrong with the terms of a value, for ``manage.py check``."""
    for term in terms:
        if not isinstance(term, dict) or term.get("record") not in RECORDS:
            yield f"has a term for an unknown record: {term!r}"
            continue
        if term.get("from") not in EVENTS:
            yield f"has a term that runs from an unknown event: {term.get('from')!r}"
        if term.get("extended_by", "limitation") not in EXTENDED_BY:
            yield f"has a term that is extended by something unknown: {term['extended_by']!r}"
        spans = {part: term[part] for part in ("minimum", "default", "maximum") if part in term}
        if not spans:
            yield f"has a term without any length: {term!r}"
        for part, span in spans.items():
            try:
                span_words(str(span), "en")
            except NotASpan:
                yield f"has a {part} that is no span such as 5y or 30d: {span!r}"
        extra = term.keys() - {"record", "from", "extended_by", "minimum", "default", "maximum"}
        if extra:
            yield f"has a term with unknown parts: {sorted(extra)}"
