"""What happened at the doors, for the closure report: shown, asked, answered, said."""

from typing import Any

from cases.models import Case
from documents.blocks import Facts, Section, Table, Text, Words, words
from documents.letterhead import both, plain_moment, sum_of

YES, NO = words("同意", "agreed"), words("不同意", "declined")


def door_blocks(case: Case) -> list[Any]:
    """One table of what was shown and asked, then each talk; nothing where nobody was met."""
    rows: list[list[Text]] = []
    talks: list[Facts] = []
    for visit in case.visits.order_by("starts_at"):
        rows += _rows(visit, case.zone)
        if hasattr(visit, "talk"):
            talks.append(_talk(visit.talk, case.zone))
    if not rows and not talks:
        return []
    blocks: list[Any] = [
        Section(words("现场经过", "What was shown, asked and said"), numbered=True)
    ]
    if rows:
        blocks.append(
            Table(
                [words("时间", "When"), words("出示或询问", "Shown or asked"), words("反应或回答", "Reaction or answer")],
                rows,
                tight=frozenset({0}),
            )
        )  # fmt: skip
    return blocks + talks


def _rows(visit: Any, zone: str) -> list[list[Text]]:
    """In the order in which it was done."""
    found: list[tuple[Any, list[Text]]] = [
        (
            shown.at,
            [plain_moment(shown.at, zone), both(lambda one=shown: one.what), shown.reaction or "–"],
        )
        for shown in visit.shown.order_by("pk")
    ]
    found += [
        (
            asked.at,
            [
                plain_moment(asked.at, zone),
                both(asked.get_kind_display),
                _answer(asked, zone),
            ],
        )
        for asked in visit.consents.order_by("pk")
    ]
    return [row for _at, row in sorted(found, key=lambda pair: pair[0])]


def _answer(asked: Any, zone: str) -> Text:
    """Yes or no; of an answer that was another person's, since when it no longer counts."""
    said = YES if asked.given else NO
    if asked.lapsed_at is None:
        return said
    since = plain_moment(asked.lapsed_at, zone)
    return words(
        f"{said['zh']}（{since} 起不再有效）", f"{said['en']} (no longer counts since {since})"
    )


def _talk(talk: Any, zone: str) -> Facts:
    """What was said, without the lines that were left empty."""
    offer: Words | str = sum_of(talk.offer_amount) if talk.offer_amount is not None else ""
    lines: list[tuple[Text, Text]] = [
        (words("记录时间", "Recorded"), plain_moment(talk.recorded_at, zone)),
        (words("与谁见面", "Who was met"), talk.met),
        (words("逾期原因", "Why the debt fell behind"), both(talk.get_reason_display)),
        (words("补充说明", "In more words"), talk.reason_words),
        (words("还款意愿", "Willingness"), both(talk.get_willingness_display)),
        (words("债务人提出的金额", "What the debtor offers"), offer),
        (words("债务人提出的方案", "The offer in words"), talk.offer_words),
        (words("债务人原话", "The debtor's own words"), talk.statement),
        (words("留下的材料", "Documents left"), talk.left),
        (words("收到的材料", "Documents received"), talk.received),
        (words("其他在场人员", "Other people present"), talk.third_parties),
    ]
    return Facts([(name, value) for name, value in lines if value])
