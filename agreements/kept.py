"""What the closure report says of keeping and deleting the case's records."""

from datetime import datetime
from typing import Any

from cases.models import Case
from cases.retention import kept_of
from common.clock import local_day
from compliance.records import HOLDS, RECORDS
from compliance.retention import Kept
from documents.blocks import Para, Table, Words, words
from documents.letterhead import day


def kept_blocks(case: Case, at: datetime) -> list[Any]:
    """Each class of records: until when it is kept, when it goes, by which rule."""
    on = local_day(case.closed_at or at, case.zone)
    kept = kept_of(case, closed_on=on)
    said = day(on)
    if not kept:
        return [
            Para(
                words(
                    "规则包无法读取，保存期限无法确定。",
                    "No term can be told: a rule pack cannot be read.",
                )
            )
        ]
    return [
        Para(
            words(
                f"以 {said['zh']}结案计算。达到目的后至删除前，仅存储并采取安全保护措施。",
                f"Reckoned from closing on {said['en']}. Between its purpose and its deletion a record is only stored and secured.",
            )
        ),
        Table(
            [
                words("记录", "Records"), words("至少保存至", "Kept at least until"),
                words("删除日", "Deleted on"), words("依据", "By which rule"),
            ],
            [
                [
                    words(RECORDS[one.record][1], RECORDS[one.record][0]),
                    day(one.keep_until) if one.keep_until else "–",
                    day(one.delete_on) if one.delete_on else _not_yet(one),
                    words(
                        "\n".join(f"{why.rule}（{why.force.label['zh']}）" for why in one.why),
                        "\n".join(f"{why.rule} ({why.force.label['en']})" for why in one.why),
                    ),
                ]
                for one in kept
            ],
        ),
    ]  # fmt: skip


def _not_yet(one: Kept) -> Words:
    """Why no day can be named for its deletion."""
    if not one.held_by:
        return words("起算条件尚未发生", "its term has not begun")
    return words(
        f"暂停删除：{'、'.join(HOLDS[code][1] for code in one.held_by)}",
        f"held: {', '.join(HOLDS[code][0] for code in one.held_by)}",
    )
